"""Files of lists in the reader's language; exports that import back keep their codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tracker.render.catalogs import Words
from tracker.render.sheets import Value

FAMILIES: Mapping[str, str] = {
    "service": "service",
    "region": "region",
    "state": "state",
    "flags": "flag",
    "stage": "stage",
    "method": "method",
    "answer": "sheet.answer",
    "recommended_route": "route",
}
"""Where the words of a column's codes are; the cells of every other column are told as they are."""


def titles(words: Words, header: Iterable[str]) -> tuple[str, ...]:
    """Each column by its title, with its name, by which other programs know it."""
    return tuple(f"{words.say(f'sheet.{name}')} ({name})" for name in header)


def in_words(words: Words, header: Sequence[str], row: Sequence[Value]) -> tuple[Value, ...]:
    """A row whose codes are told in words, several of them between semicolons."""
    return tuple(_told(words, name, value) for name, value in zip(header, row, strict=True))


def _told(words: Words, name: str, value: Value) -> Value:
    if name not in FAMILIES or not isinstance(value, str) or not value:
        return value
    return "; ".join(words.say(f"{FAMILIES[name]}.{code}") for code in value.split(";"))
