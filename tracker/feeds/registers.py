"""From the cells of a table to typed rows of the register (interfaces §4): all faults of all rows at once.

A file row is taken whole or not at all, and never dropped unseen: rows read = rows taken + rows rejected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from tracker.domain.days import LAST_YEAR, add_months
from tracker.domain.register import REFERENCES, ROW_TYPES, ImportIssue, RegisterKind, RegisterRow
from tracker.feeds.cells import CellRefused, Reading
from tracker.feeds.columns import COLUMNS, Column, titles_of
from tracker.feeds.dates import out_of_range, read_day, read_last_day
from tracker.feeds.spelling import folded
from tracker.feeds.tables import Cell, Table, as_shown, is_blank
from tracker.feeds.values import LONGEST_TEXT, Reader

LONGEST_VALUE_SHOWN = 200
"""Characters of a wrong cell that an issue repeats."""

MAX_FACTS = 500_000
"""Rows of the register that one file may state, all schools of all its rows together."""

MANY_ISSUES = 100_000
"""From here on only the first issue of each row is kept, so a wrong file cannot fill the memory."""

_REMEMBERED = 10_000
_MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """One row of the register and the file row that states it.

    ``extra`` keeps the cells of unknown columns as they were written.
    """

    row_number: int
    value: RegisterRow
    extra: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file says. A file row for several schools gives several rows with one number.

    ``columns`` are the names of the columns the file has: what it does not have, it does not change.
    ``named`` are the row numbers of rejected rows with the schools or the tender they name, where readable.
    """

    rows: tuple[ParsedRow, ...]
    issues: tuple[ImportIssue, ...]
    notices: tuple[ImportIssue, ...]
    unknown_columns: tuple[str, ...]
    columns: frozenset[str]
    rows_read: int
    named: tuple[tuple[int, str], ...] = ()

    @property
    def rejected(self) -> int:
        """File rows of which nothing is taken."""
        return self.rows_read - len({row.row_number for row in self.rows})


def parse(kind: RegisterKind, table: Table, *, longest_term_years: int) -> Parsed:
    """Read every row of ``table``; faults never raise, they are issues.

    An end later than ``longest_term_years`` after its start is a placeholder and states no end (decision 11).
    """
    layout = _Layout.of(kind, table)
    rows: list[ParsedRow] = []
    issues = list(layout.issues)
    notices = list(_short_rows(table))
    named: list[tuple[int, str]] = []
    for number, record in table.rows:
        file_row = _FileRow(number, layout, record)
        values = file_row.read()
        _CROSS_CHECKS[kind](file_row, values, longest_term_years)
        schools = _schools(values)
        if len(rows) + len(schools) > MAX_FACTS:
            file_row.refuse("school_id", "", CellRefused("too_many_facts", limit=str(MAX_FACTS)))
        if file_row.issues:
            issues += file_row.issues[: None if len(issues) < MANY_ISSUES else 1]
            named += _named_by(kind, number, values) if len(issues) + len(named) < MANY_ISSUES else ()
        elif not layout.issues:
            kept = layout.kept(record)
            rows += (ParsedRow(number, value, kept) for value in _register_rows(kind, values, schools))
            notices += file_row.notices[: None if len(notices) < MANY_ISSUES else 1]
    return Parsed(
        rows=tuple(rows),
        issues=tuple(issues),
        notices=tuple(notices),
        unknown_columns=tuple(title for _, title in layout.unknown),
        columns=frozenset(place.column.name for place in layout.places),
        rows_read=len(table.rows),
        named=tuple(named),
    )


Outcome = Reading | CellRefused

NOT_STATED = Reading(None)
"""The reading of an empty cell in a column that may be empty."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A known column and where it stands in the file."""

    index: int
    column: Column
    read: Callable[[Cell], Outcome]


@dataclass(frozen=True, slots=True)
class _Layout:
    """What the header says."""

    places: tuple[_Place, ...]
    unknown: tuple[tuple[int, str], ...]
    issues: tuple[ImportIssue, ...]
    width: int

    @classmethod
    def of(cls, kind: RegisterKind, table: Table) -> _Layout:
        """Match the header with the columns of ``kind``: each known column once, the required ones there."""
        known = titles_of(kind)
        places: dict[str, _Place] = {}
        unknown: list[tuple[int, str]] = []
        issues: list[ImportIssue] = []
        for index, title in enumerate(table.header):
            column = known.get(folded(title.replace("_", " ")))
            if column is None:
                unknown.append((index, title))
            elif column.name in places:
                details = (("title", title),)
                issues.append(ImportIssue(table.header_row, column.name, title, "duplicate_column", details))
            else:
                places[column.name] = _Place(index, column, _remembering(column, table))
        for column in COLUMNS[kind]:
            if column.required and column.name not in places:
                issues.append(ImportIssue(table.header_row, column.name, "", "missing_column"))
        if len(issues) and (other := _fitting_kind(table.header, but=kind)):
            issues.append(ImportIssue(table.header_row, None, "", "other_kind", (("kind", other),)))
        return cls(tuple(places.values()), _named(unknown, table), tuple(issues), len(table.header))

    def kept(self, record: tuple[Cell, ...]) -> tuple[tuple[str, str], ...]:
        """What a row has under unknown titles."""
        return tuple(
            (title, as_shown(record[index]))
            for index, title in self.unknown
            if index < len(record) and not is_blank(record[index])
        )


def _fitting_kind(header: tuple[str, ...], *, but: RegisterKind) -> RegisterKind | None:
    """Another kind whose required columns are all there: the one most of whose columns are."""
    titles = {folded(title.replace("_", " ")) for title in header}
    found = {
        kind: {titles_of(kind)[title].name for title in titles & titles_of(kind).keys()} for kind in COLUMNS
    }
    fitting = [
        kind
        for kind, names in found.items()
        if kind is not but and names.issuperset(column.name for column in COLUMNS[kind] if column.required)
    ]
    return max(fitting, key=lambda kind: len(found[kind]), default=None)


def _named(unknown: list[tuple[int, str]], table: Table) -> tuple[tuple[int, str], ...]:
    """Unknown columns by title; one whose title is missing or taken by its place (``#5``), if not empty."""
    named: dict[str, int] = {}
    for index, title in unknown:
        if title and title not in named:
            named[title] = index
        elif any(index < len(record) and not is_blank(record[index]) for _, record in table.rows):
            named[f"{title} #{index + 1}".strip()] = index
    return tuple((index, title) for title, index in named.items())


def _remembering(column: Column, table: Table) -> Callable[[Cell], Outcome]:
    """Read the same cell once: a register says «действует» seventy thousand times."""
    reader = column.reader
    if reader in (read_day, read_last_day):
        reader = partial(reader, from_1904=table.from_1904)
    outcomes: dict[tuple[type, Cell], Outcome] = {}

    def read(cell: Cell) -> Outcome:
        asked = (type(cell), cell)
        outcome = outcomes.get(asked)
        if outcome is None:
            outcome = _outcome(column, reader, cell)
            if len(outcomes) < _REMEMBERED:
                outcomes[asked] = outcome
        return outcome

    return read


def _outcome(column: Column, reader: Reader, cell: Cell) -> Outcome:
    """What a cell says, or why it cannot be taken; an empty one may be left out where it is not required."""
    if is_blank(cell) or (isinstance(cell, str) and cell.strip().casefold() in column.blanks):
        return CellRefused("required") if column.required else NOT_STATED
    try:
        return reader(cell)
    except CellRefused as refused:
        return refused.with_traceback(None)


@dataclass(slots=True)
class _FileRow:
    """One row of the file while it is read, with all that is wrong or noteworthy in it."""

    number: int
    layout: _Layout
    record: tuple[Cell, ...]
    issues: list[ImportIssue] = field(default_factory=list)
    notices: list[ImportIssue] = field(default_factory=list)

    def read(self) -> dict[str, Any]:
        """The values by column name. ``Any``: each column has its own type, which the row type states."""
        values: dict[str, Any] = {}
        layout, record = self.layout, self.record
        for place in layout.places:
            cell = record[place.index] if place.index < len(record) else ""
            outcome = place.read(cell)
            if isinstance(outcome, CellRefused):
                self.refuse(place.column.name, cell, outcome)
            elif outcome is not NOT_STATED:
                values[place.column.name] = outcome.value
                if outcome.notice:
                    self.notice(place.column.name, as_shown(cell), outcome.notice, outcome.details)
        for title, text in layout.kept(record):
            if len(text) > LONGEST_TEXT:
                self.refuse(title, text, CellRefused("too_long", limit=str(LONGEST_TEXT)))
        if len(record) > layout.width:
            self._refuse_extra_cells()
        return values

    def written(self, column: str) -> Cell:
        """What the file says in a column, as it was written."""
        index = next(place.index for place in self.layout.places if place.column.name == column)
        return self.record[index]

    def refuse(self, column: str | None, cell: Cell, refused: CellRefused) -> None:
        """Note why the row cannot be taken."""
        shown = as_shown(cell)[:LONGEST_VALUE_SHOWN]
        self.issues.append(ImportIssue(self.number, column, shown, refused.code, refused.details))

    def notice(self, column: str, shown: str, code: str, details: tuple[tuple[str, str], ...] = ()) -> None:
        """Note what a reader of the import should know."""
        self.notices.append(ImportIssue(self.number, column, shown[:LONGEST_VALUE_SHOWN], code, details))

    def _refuse_extra_cells(self) -> None:
        """Cells beyond the header mean that a sign in some text has shifted the row.

        An empty one alone is how some programs end a line; in a row that is wrong it tells why.
        """
        filled = [cell for cell in self.record[self.layout.width :] if not is_blank(cell)]
        if filled or self.issues:
            counted = {"cells": str(len(self.record)), "columns": str(self.layout.width)}
            self.refuse(None, filled[0] if filled else "", CellRefused("extra_cells", **counted))


def _short_rows(table: Table) -> Iterator[ImportIssue]:
    """One notice for all rows that end before the header does: what is missing is not stated."""
    short = [number for number, record in table.rows if len(record) < len(table.header)]
    if short:
        yield ImportIssue(short[0], None, "", "short_rows", (("count", str(len(short))),))


def _check_contract(row: _FileRow, values: dict[str, Any], longest_term_years: int) -> None:
    """The days of a contract: a far end is none, no end before the start, no termination before it."""
    start: date | None = values.get("start_on")
    end: date | None = values.get("end_on")
    terminated: date | None = values.get("terminated_on")
    if start is not None and end is not None and end > add_months(start, longest_term_years * _MONTHS_A_YEAR):
        del values["end_on"]
        years = (("years", str(longest_term_years)),)
        row.notice("end_on", as_shown(row.written("end_on")), "placeholder_end", years)
    elif end is not None and end.year > LAST_YEAR:
        row.refuse("end_on", row.written("end_on"), out_of_range())
    elif start is not None and end is not None and end < start:
        refused = CellRefused("end_before_start", start=start.isoformat())
        row.refuse("end_on", row.written("end_on"), refused)
    if start is not None and terminated is not None and terminated < start:
        refused = CellRefused("terminated_before_start", start=start.isoformat())
        row.refuse("terminated_on", row.written("terminated_on"), refused)


def _check_school(row: _FileRow, values: dict[str, Any], _: int) -> None:
    first: date | None = values.get("needed_from")
    last: date | None = values.get("needed_until")
    if first is not None and last is not None and last < first:
        refused = CellRefused("end_before_start", start=first.isoformat())
        row.refuse("needed_until", row.written("needed_until"), refused)


def _check_tender(row: _FileRow, values: dict[str, Any], _: int) -> None:
    if "stage" in values and "stage_entered_on" not in values:
        row.notice("stage", as_shown(row.written("stage")), "stage_without_day")


def _check_event(row: _FileRow, values: dict[str, Any], _: int) -> None:
    """An event is one day; no second one can contradict it."""


_CROSS_CHECKS: Mapping[RegisterKind, Callable[[_FileRow, dict[str, Any], int], None]] = {
    RegisterKind.SCHOOLS: _check_school,
    RegisterKind.CONTRACTS: _check_contract,
    RegisterKind.TENDERS: _check_tender,
    RegisterKind.TENDER_EVENTS: _check_event,
}


def _named_by(kind: RegisterKind, number: int, values: dict[str, Any]) -> Iterator[tuple[int, str]]:
    """What a row refers to, as far as its cells can be read."""
    found = values.get(REFERENCES.get(kind, ""), ())
    yield from ((number, name) for name in (found if isinstance(found, tuple) else (found,)))


def _schools(values: dict[str, Any]) -> tuple[str | None, ...]:
    """The schools a file row is about; one None where the kind knows no schools."""
    schools = values.get("school_id")
    return schools if isinstance(schools, tuple) else (schools,)


def _register_rows(
    kind: RegisterKind, values: dict[str, Any], schools: tuple[str | None, ...]
) -> Iterator[RegisterRow]:
    """One register row for each school that the file row names."""
    row_type = ROW_TYPES[kind]
    for school in schools:
        yield row_type(**(values if school is None else values | {"school_id": school}))
