"""Rejected rows of a register file as a table of their own: to be mended there and handed in again.

What is wrong stands before the cells as they were written, which come last: a row that is longer than its
header stays so, and is refused again until it is mended.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import TypeVar

from tracker.domain.register import ImportIssue
from tracker.feeds.tables import Cell, Fault, Table, as_shown, is_blank
from tracker.render.sheets import Value

_Cell = TypeVar("_Cell")

FAULT_COLUMNS = ("rejected_row", "rejected_column", "rejected_value", "rejected_reason")
"""Row, columns, values and reasons: what we wrote into a file is no fact when the file comes back."""

FIRST_OF_SHEETS = 1900
"""The year before which a spreadsheet knows no days."""


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row as the file numbers it, all that is wrong with it, and its cells."""

    number: int
    issues: tuple[ImportIssue, ...]
    cells: tuple[Value, ...]


def rejected_rows(table: Table, issues: Iterable[ImportIssue]) -> tuple[RejectedRow, ...]:
    """The rows of which nothing can be taken; a fault of the header rejects every row."""
    found: Mapping[int, list[ImportIssue]] = defaultdict(list)
    for issue in issues:
        found[issue.row].append(issue)
    of_header = tuple(found.get(table.header_row, ()))
    return tuple(
        RejectedRow(number, (*of_header, *found.get(number, ())), tuple(map(_value, record)))
        for number, record in table.rows
        if of_header or number in found
    )


def without_faults(table: Table, names: Sequence[str]) -> Table:
    """The table without the columns that told its faults; ``names`` are those of its columns."""
    if not set(FAULT_COLUMNS).issubset(names):
        return table
    places = {place for place, name in enumerate(names) if name in FAULT_COLUMNS}
    header = without_places(table.header, places)
    while header and not header[-1]:  # a workbook gives a header the width of its longest row
        header = header[:-1]
    rows = ((number, _as_wide(without_places(record, places), len(header))) for number, record in table.rows)
    filled = tuple((number, record) for number, record in rows if not all(map(is_blank, record)))
    return replace(table, header=header, rows=filled)


def _as_wide(record: tuple[Cell, ...], width: int) -> tuple[Cell, ...]:
    """The record without empty cells beyond the header."""
    return record if any(not is_blank(cell) for cell in record[width:]) else record[:width]


def without_places(cells: tuple[_Cell, ...], places: set[int]) -> tuple[_Cell, ...]:
    """The cells of a row or header, but those at ``places``."""
    return tuple(cell for place, cell in enumerate(cells) if place not in places)


def _value(cell: Cell) -> Value:
    """A cell as it can be written and read again; in place of a broken formula is nothing."""
    if isinstance(cell, Fault):
        return None
    if isinstance(cell, datetime):
        return _value(cell.date()) if cell.time() == time() and cell.tzinfo is None else as_shown(cell)
    if isinstance(cell, date):
        return cell if cell.year >= FIRST_OF_SHEETS else as_shown(cell)
    if isinstance(cell, str) or type(cell) is int:
        return cell
    return Decimal(as_shown(cell)) if isinstance(cell, float) else as_shown(cell)
