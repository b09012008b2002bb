"""What the command line hands out: tables for people, JSON and CSV for programs, files, a bar."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from shutil import get_terminal_size

from rich.cells import cell_len
from rich.console import Console
from rich.progress import Progress as Bar
from rich.table import Table

from tracker.domain.errors import PathNotWritable
from tracker.domain.guarded import csv_line

READABLE = 24
"""Signs of a column in which sentences can still be read; a shorter one is as wide as its longest cell."""

BORDER = 3
"""Signs that part one column of a table from the next."""

Cells = Sequence[object]
Progress = Callable[[int, int], None]


class Format(StrEnum):
    """How a command prints what it found."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def print_json(value: object) -> None:
    """One JSON value, letters as they are."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def print_rows(
    titles: Sequence[str], rows: Iterable[Cells], how: Format, *, caption: str | None = None
) -> None:
    """Rows as a table, as CSV, or as JSON objects named by the titles."""
    if how is Format.JSON:
        print_json([dict(zip(titles, row, strict=True)) for row in rows])
    elif how is Format.CSV:
        sys.stdout.write("".join(csv_line(row) + "\n" for row in (titles, *rows)))
    else:
        _show(titles, [tuple(map(_shown, row)) for row in rows], caption)


def _show(titles: Sequence[str], rows: Sequence[tuple[str, ...]], caption: str | None) -> None:
    """Rows for a person: a table where the terminal is wide enough to read it, else one card for each row."""
    out = Console(markup=False, highlight=False, width=get_terminal_size().columns)
    columns = zip(titles, *rows, strict=True)
    wanted = sum(min(max(map(cell_len, cells)), READABLE) + BORDER for cells in columns) + 1
    out.print(_table(titles, rows, caption) if wanted <= out.width else _cards(titles, rows, caption))


def _table(titles: Sequence[str], rows: Sequence[tuple[str, ...]], caption: str | None) -> Table:
    table = Table(*titles, title=caption, title_justify="left", header_style="bold")
    for column in table.columns:
        column.overflow = "fold"  # a narrow terminal cuts nothing off
    table.columns[0].no_wrap = True  # what names the row stays in one piece
    for row in rows:
        table.add_row(*row)
    return table


def _cards(titles: Sequence[str], rows: Sequence[tuple[str, ...]], caption: str | None) -> Table:
    """Each row as lines of a title and its value, without those that are empty."""
    cards = Table.grid(padding=(0, 2))
    cards.title, cards.title_justify = caption, "left"
    cards.add_column(style="bold", no_wrap=True)
    cards.add_column(overflow="fold")
    for row in rows:
        for title, cell in zip(titles, row, strict=True):
            if cell:
                cards.add_row(title, cell)
        cards.add_row()
    return cards


def _shown(cell: object) -> str:
    """A cell on a terminal, which would obey control characters."""
    return "" if cell is None else "".join(sign if sign.isprintable() else " " for sign in str(cell))


def say(*lines: str) -> None:
    """Lines for a person on standard output, at once: a server goes on running behind them."""
    for line in lines:
        sys.stdout.write(line + "\n")
    sys.stdout.flush()


def complain(*lines: str) -> None:
    """Lines for a person on standard error; where even that is lost, the exit status speaks."""
    with suppress(OSError):
        for line in lines:
            sys.stderr.write(line + "\n")


def answer() -> str:
    """A line from standard input; empty where nothing comes."""
    return sys.stdin.readline().strip()


@contextmanager
def progress(title: str) -> Iterator[Progress | None]:
    """A bar on standard error while long work runs; nothing where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def write_whole(file: Path, data: bytes) -> None:
    """Write beside and rename: the file is whole or as it was. Raises :class:`PathNotWritable`."""
    part = file.with_name(f".{file.name}.part")
    try:
        part.write_bytes(data)
        part.replace(file)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise PathNotWritable(path=str(file)) from error
