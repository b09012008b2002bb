"""Reports as files in the reader's language: filter, day, knowledge, law and definitions stand in each.

The same report gives the same bytes for ever: no file says when it was written.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

import xlsxwriter

from tracker.domain.reports import SHARES, Figure, PlaceFigures, Report
from tracker.render.catalogs import Words
from tracker.render.formats import Formats
from tracker.render.sheets import Value, csv_bytes

MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""When every workbook claims to have been made, so that printing again gives the same file."""

WIDEST = 14
"""Signs of the widest column of figures."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of figures: its name for programs, its title and what exactly it counts."""

    name: str
    title: str
    about: str

    @property
    def header(self) -> str:
        """The title with the name, as every file of ours has it."""
        return f"{self.title} ({self.name})"


@dataclass(frozen=True, slots=True)
class Told:
    """A report in words: ``about`` are labels with what was asked, ``rows`` start with a place.

    ``name`` is what its file is called.
    """

    title: str
    name: str
    about: tuple[tuple[str, str], ...]
    place: Column
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    total: tuple[Value, ...]
    asked: tuple[tuple[Column, str], ...]


def tell(report: Report, words: Words, formats: Formats) -> Told:
    """The report in the words of one language."""
    period = (
        formats.short(report.period.start),
        formats.short(report.period.last),
    )
    where = words.say(f"region.{report.region}") if report.region else words.say("report.everywhere")
    known = formats.moment(report.known)
    asked = {
        "filter": where,
        "on": formats.short(report.on),
        "period": words.say("report.days", first=period[0], last=period[1]),
        "known": known,
        "policy": report.policy,
    }
    place = "district" if report.region else "region"
    return Told(
        title=words.say(f"report.title.{report.kind}", where=where, on=formats.long(report.on)),
        name=words.say(f"report.title.{report.kind}", where=where, on=report.on.isoformat()),
        about=tuple((words.say(f"report.{name}"), value) for name, value in asked.items()),
        place=Column(place, words.say(f"filter.{place}"), ""),
        columns=tuple(_columns(words)),
        rows=tuple(_row(row, _name(row, report, words)) for row in report.places),
        total=_row(report.total, words.say("report.total")),
        asked=tuple((Column(name, words.say(f"report.{name}"), ""), value) for name, value in asked.items()),
    )


def _columns(words: Words) -> Iterator[Column]:
    for figure in Figure:
        title = words.say(f"report.figure.{figure}")
        yield Column(figure.value, title, words.say(f"report.about.{figure}"))
        if figure in SHARES:
            share = words.say("report.share", figure=title)
            yield Column(f"{figure}_share", share, words.say("report.about.share"))


def _name(row: PlaceFigures, report: Report, words: Words) -> str:
    if report.region is None:
        return words.say(f"region.{row.place}")
    return words.say("district.none") if row.place == "none" else str(row.place)


def _row(row: PlaceFigures, name: str) -> tuple[Value, ...]:
    return (name, *_figures(row))


def _figures(row: PlaceFigures) -> Iterator[Value]:
    for figure in Figure:
        yield row.figures[figure]
        if figure in SHARES:
            yield share_of(row.figures[figure], row.figures[Figure.REQUIRED])


def share_of(part: int, whole: int) -> Decimal | None:
    """A share in per cent with one decimal, halves away from zero, as pages show it; None of nothing."""
    if not whole:
        return None
    return (Decimal(part) * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)


def report_csv(told: Told) -> bytes:
    """A plain table: each column with its definition in its title, each row with what was asked."""
    header = (
        told.place.header,
        *(f"{column.header}: {column.about}" for column in told.columns),
        *(column.header for column, _ in told.asked),
    )
    asked = tuple(value for _, value in told.asked)
    return csv_bytes(header, ((*row, *asked) for row in (*told.rows, told.total)))


def report_xlsx(told: Told, *, about: str) -> bytes:
    """A workbook: the figures, ready to print on one page in width, and a sheet that explains them."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(
        file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": told.title, "created": MADE})
    _figures_sheet(book, told)
    _about_sheet(book, told, about)
    book.close()
    return file.getvalue()


def _figures_sheet(book: xlsxwriter.Workbook, told: Told) -> None:
    page = book.add_worksheet(told.place.header)
    wrapped = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    bold, share = book.add_format({"bold": True}), book.add_format({"num_format": "0.0"})
    for at, column in enumerate((told.place, *told.columns)):
        page.write_string(0, at, column.header, wrapped)
    for number, row in enumerate((*told.rows, told.total), start=1):
        for at, value in enumerate(row):
            _write(page, number, at, value, {"text": bold, "share": share})
    page.set_column(0, 0, 28)
    page.set_column(1, len(told.columns), WIDEST)
    page.freeze_panes(1, 1)
    page.repeat_rows(0)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_header("&L&8" + _plain(_head(told)))
    page.set_footer("&R&P / &N")


def _head(told: Told) -> str:
    """What each printed page says: the title, which names place and day, the knowledge and the period.

    A workbook takes 255 signs.
    """
    about = {column.name: f"{column.title}: {value}" for column, value in told.asked}
    return " · ".join((told.title, about["known"], about["period"]))


def _plain(text: str) -> str:
    """A text in which a workbook's header finds nothing to obey."""
    return text.replace("&", "&&")


def _write(
    page: xlsxwriter.worksheet.Worksheet,
    row: int,
    at: int,
    value: Value,
    formats: dict[str, xlsxwriter.format.Format],
) -> None:
    if isinstance(value, str):
        page.write_string(row, at, value, formats["text"])
    elif isinstance(value, Decimal):
        page.write_number(row, at, value, formats["share"])
    elif isinstance(value, int):
        page.write_number(row, at, value)


def _about_sheet(book: xlsxwriter.Workbook, told: Told, about: str) -> None:
    page = book.add_worksheet(about)
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    page.write_string(0, 0, told.title, bold)
    rows = [*told.about, ("", ""), *((column.header, column.about) for column in told.columns)]
    for number, (label, value) in enumerate(rows, start=2):
        page.write_string(number, 0, label, wrapped)
        page.write_string(number, 1, value, wrapped)
    page.set_column(0, 0, 36)
    page.set_column(1, 1, 90)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
