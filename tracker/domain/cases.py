"""Work on a case: for whom one stands in, and who speaks to whom in a note."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.domain.errors import CaseRefused
from tracker.domain.people import Person

LOOK = timedelta(minutes=20)
"""How long others are told that somebody works on a case, counted from when she opened it (house)."""

LONGEST_NOTE = 2000

MENTIONED = re.compile(r"(?<![\w.@])@([\w+-]+(?:\.[\w+-]+)*(?:@[\w-]+(?:\.[\w-]+)+)?)")
"""A colleague in a note as people write her: by her e-mail address, or by what stands before its ``@``."""

NUMBERED = re.compile(r"@\{(\d{1,9})\}")
"""The same as it is kept: her number, so that nothing of her stays when she is erased."""


@dataclass(frozen=True, slots=True)
class Absence:
    """A person who is away, and who stands in for her until when."""

    person: int
    email: str
    by: int
    name: str
    until: date


def stands_for(person: Person, absences: Iterable[Absence]) -> tuple[frozenset[int], frozenset[str]]:
    """Those whose cases are a person's today, herself first, by their numbers and their addresses."""
    away = [absence for absence in absences if absence.by == person.id]
    numbers = {person.id, *(absence.person for absence in away)}
    return frozenset(numbers), frozenset({person.email.lower(), *(each.email.lower() for each in away)})


def numbered(text: str, colleagues: Iterable[Person]) -> tuple[str, tuple[int, ...]]:
    """A note as it is kept, and the numbers of those it speaks to.

    Raises :class:`CaseRefused` for a name that is no colleague's: a call that nobody hears misleads.
    """
    names = _names(colleagues)
    found: dict[int, None] = {}

    def number(match: re.Match[str]) -> str:
        person = names.get(match[1].lower())
        if person is None:
            raise CaseRefused(reason="mention", name=match[1])
        found[person] = None
        return f"@{{{person}}}"

    return MENTIONED.sub(number, text), tuple(found)


def _names(colleagues: Iterable[Person]) -> Mapping[str, int | None]:
    """By whole addresses, and by their beginnings where these are one person's alone."""
    names: dict[str, int | None] = {}
    for person in colleagues:
        email = person.email.lower()
        short = email.partition("@")[0]
        names[short] = None if short in names else person.id
        names[email] = person.id
    return names


def named(text: str, name_of: Callable[[int], str]) -> str:
    """A note as people read it."""
    return NUMBERED.sub(lambda match: f"@{name_of(int(match[1]))}", text)


def numbers_in(text: str) -> frozenset[int]:
    """Those whom a kept note speaks of."""
    return frozenset(map(int, NUMBERED.findall(text)))
