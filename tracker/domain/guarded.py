"""Text that a spreadsheet would obey, and the apostrophe that keeps it text (reliability FIL-1).

A comma, a semicolon, a tab or a line's end begins a new cell where a spreadsheet parts a file by another sign
than ours, and there quotes hold no cell together. So what follows one is guarded like the text's beginning.

What is written with apostrophes reads back as it was: ``unguarded(guarded(text)) == text`` for every text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_SKIPPED = r'(?:[^\S\t\r\n]|["\u200b\ufeff])*'
"""Spaces and quotes, after which a formula runs all the same."""


def _before_what_is_obeyed(guard: str) -> re.Pattern[str]:
    """``guard`` where a cell may begin, before what runs; where the text begins also before an apostrophe."""
    return re.compile(
        rf"\A{guard}(?='|{_SKIPPED}[\r\n])|(?:\A|(?<=[,;\t\r\n])){guard}(?='*{_SKIPPED}[=+\-@＝＋－＠\t\0])"
    )


_UNGUARDED = _before_what_is_obeyed("")
_GUARDS = _before_what_is_obeyed("'")
_PARTED = re.compile(r'[",;\t\r\n]')


def guarded(text: str) -> str:
    """``text`` as a cell of a CSV file: with an apostrophe before what a spreadsheet would obey."""
    return _UNGUARDED.sub("'", text)


def unguarded(cell: str) -> str:
    """What a cell of a CSV file says: apostrophes that only guard are taken off."""
    return _GUARDS.sub("", cell)


def csv_line(values: Iterable[object]) -> str:
    """A record of a CSV file, without its end: what is text stays text in a spreadsheet, a number a number.

    Whatever sign might part it stands in quotes, so our own import always finds the comma.
    """
    return ",".join(map(_cell, values)) or '""'


def _cell(value: object) -> str:
    if value is None:
        return ""
    cell = guarded(value) if isinstance(value, str) else str(value)
    return '"' + cell.replace('"', '""') + '"' if _PARTED.search(cell) else cell
