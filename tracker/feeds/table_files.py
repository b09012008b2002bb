"""Opening a register file: CSV in its dialects or XLSX (interfaces §4). Its bytes say what it is.

A file that cannot be read whole raises :class:`FileRefused` with ``reason``, one of :data:`REASONS`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from tracker.domain.errors import FileRefused
from tracker.domain.guarded import unguarded
from tracker.feeds import encodings, workbooks
from tracker.feeds.tables import Table, table_of

LARGEST_FILE = 20 * 1024 * 1024
"""Bytes; a larger file is refused unread."""

REASONS: dict[str, tuple[str, ...]] = {
    "binary": (),
    "broken_workbook": (),
    "encoding_broken": ("encoding",),
    "encoding_unclear": ("kz1048", "pt154"),
    "encrypted": (),
    "empty": (),
    "far_cell": ("limit_rows", "limit_columns"),
    "line_too_long": ("limit",),
    "no_visible_sheet": (),
    "not_a_table": (),
    "not_a_workbook": (),
    "ods": (),
    "old_excel": (),
    "quotes": ("row",),
    "too_large": ("limit_mib",),
    "too_many_columns": ("limit",),
    "too_many_cells": ("limit",),
    "too_many_parts": ("limit",),
    "too_many_rows": ("limit",),
    "unpacked_too_large": ("limit_mib",),
    "xlsb": (),
    "xml_declarations": (),
}
"""Every reason of a refusal with the names of its details."""

LONGEST_LINE = 1_000_000
"""Characters of one line of text; a longer one is no row of a register."""

_DELIMITERS = ";\t,"
_SEPARATOR_LINE = re.compile(r'"?sep=([^"\w\s]|\t)"?[ \t]*(?:\r\n|\r|\n|$)', re.IGNORECASE)
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_NOT_TABLES = (b"%PDF", b"{\\rtf", b"<", b"{", b"[")
_OLE = b"\xd0\xcf\x11\xe0"
_ZIP = (b"PK\3\4", b"PK\5\6")


def read_table(data: bytes, *, filename: str) -> Table:
    """The table in a file; raises :class:`FileRefused`. ``filename`` only names the file in the refusal."""
    try:
        return _read(data)
    except FileRefused as refused:
        raise FileRefused(**refused.details, filename=shown_name(filename)) from refused


def shown_name(filename: str) -> str:
    """A file name fit for showing: its last part, printable, at most 100 characters. Never used as a path."""
    last = re.split(r"[/\\]", filename)[-1]
    return "".join(sign for sign in last if sign.isprintable())[:100]


def _read(data: bytes) -> Table:
    if len(data) > LARGEST_FILE:
        raise FileRefused(reason="too_large", limit_mib=LARGEST_FILE // 2**20)
    if data.startswith(_OLE):
        inside = "EncryptedPackage".encode("utf-16-le")
        raise FileRefused(reason="encrypted" if inside in data else "old_excel")
    if data.startswith(_ZIP):
        return workbooks.read_workbook(data)
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_NOT_TABLES):
        raise FileRefused(reason="not_a_table")
    return _text_table(encodings.decode(data))


def _text_table(text: str) -> Table:
    said = _SEPARATOR_LINE.match(text)
    body = text[said.end() :] if said else text
    delimiter = said.group(1) if said else _delimiter(body)
    return table_of(_records(body, delimiter))


def _delimiter(text: str) -> str:
    """The sign that parts the header most often, outside quotes; of equals «;», then tab, then comma."""
    line = _QUOTED.sub("", text.lstrip("\r\n")[:100_000]).lstrip("\r\n")
    header = re.split(r"[\r\n]", line, maxsplit=1)[0]
    return max(_DELIMITERS, key=header.count)


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Numbered records, without the apostrophes that guard our own exports (:mod:`tracker.domain.guarded`).

    Raises :class:`FileRefused` where quotes do not match, so no row is swallowed.
    """
    reader = csv.reader(_lines(text), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, record in enumerate(reader, start=1):
            yield number, [unguarded(cell) for cell in record]
    except csv.Error as broken:
        raise FileRefused(reason="quotes", row=number + 1) from broken


def _lines(text: str) -> Iterator[str]:
    """Lines with their ends, whichever of the three kinds; other separators are signs like any other."""
    for found in _LINE.finditer(text):
        if found.end() - found.start() > LONGEST_LINE:
            raise FileRefused(reason="line_too_long", limit=LONGEST_LINE)
        yield found.group()
