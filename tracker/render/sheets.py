"""Tables as CSV and XLSX that import back and in which no formula ever runs (reliability FIL-1).

In CSV what a spreadsheet would obey gets an apostrophe before it, which our own import takes off again;
in XLSX every text is written as text.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

import xlsxwriter

from tracker.domain.guarded import csv_line

Value = str | int | Decimal | date | None

LARGEST_EXACT = Decimal(10) ** 13
"""From here on a spreadsheet, which counts in fifteen digits, would round the tiyn away."""


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """The table as CSV: UTF-8 with a mark that Excel understands, commas, days as ``YYYY-MM-DD``."""
    return "".join(csv_line(row) + "\r\n" for row in (header, *rows)).encode("utf-8-sig")


def xlsx_bytes(header: Sequence[str], rows: Iterable[Sequence[Value]], *, sheet: str) -> bytes:
    """The table as a workbook: codes and names as text, days as days, amounts as numbers."""
    file = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "dd.mm.yyyy",
    }
    book = xlsxwriter.Workbook(file, options)
    page = book.add_worksheet(sheet)
    page.freeze_panes(1, 0)
    bold = book.add_format({"bold": True})
    for column, title in enumerate(header):
        page.write_string(0, column, title, bold)
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            _write(page, number, column, value)
    page.autofilter(0, 0, 0, len(header) - 1)
    page.autofit()
    book.close()
    return file.getvalue()


def _write(page: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: Value) -> None:
    if isinstance(value, str):
        page.write_string(row, column, value)
    elif isinstance(value, date):
        page.write_datetime(row, column, value)
    elif isinstance(value, Decimal) and value >= LARGEST_EXACT:
        page.write_string(row, column, str(value))
    elif value is not None:
        page.write_number(row, column, value)
