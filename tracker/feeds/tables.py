"""A register file once it is opened: a header and numbered rows of cells, whatever the file was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from tracker.domain.errors import FileRefused
from tracker.feeds.spelling import is_invisible

MAX_ROWS = 200_000
MAX_COLUMNS = 256
LAST_ROW = 1_048_576
"""The last row of a worksheet; empty rows count up to it."""


class Fault(StrEnum):
    """What a workbook shows in place of a value; the value of each is the code of the issue."""

    FORMULA_ERROR = "formula_error"
    FORMULA_WITHOUT_VALUE = "formula_without_value"


Cell = str | int | float | bool | datetime | date | time | timedelta | Fault
"""A cell as the file has it; the empty text is an empty cell. ``Fault`` comes before ``str`` when asked."""


@dataclass(frozen=True, slots=True)
class Table:
    """Header and rows; the numbers are those a spreadsheet program shows. Empty rows are left out."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]
    header_row: int = 1
    from_1904: bool = False
    """Whether day numbers count from 1904-01-01 (workbooks once made on a Mac)."""


def is_blank(cell: Cell) -> bool:
    """Whether a cell holds nothing that can be seen."""
    return isinstance(cell, str) and not isinstance(cell, Fault) and (not cell or is_invisible(cell))


def as_shown(cell: Cell) -> str:
    """A cell as its reader knows it, for lists of issues: whole numbers without a point, days in ISO."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return str(cell)


def table_of(records: Iterable[tuple[int, Sequence[Cell]]]) -> Table:
    """The first row that is not empty as header, the others as rows; raises :class:`FileRefused`."""
    filled = (
        (number, record) for number, record in records if number > LAST_ROW or not all(map(is_blank, record))
    )
    header_row, header = next(filled, (0, ()))
    if not header:
        raise FileRefused(reason="empty")
    if len(header) > MAX_COLUMNS:
        raise FileRefused(reason="too_many_columns", limit=MAX_COLUMNS)
    rows: list[tuple[int, tuple[Cell, ...]]] = []
    for number, record in filled:
        if len(rows) >= MAX_ROWS or number > LAST_ROW:
            raise FileRefused(reason="too_many_rows", limit=MAX_ROWS)
        rows.append((number, tuple(record)))
    titles = tuple(str(title).strip() for title in header)
    return Table(header=titles, rows=tuple(rows), header_row=header_row)
