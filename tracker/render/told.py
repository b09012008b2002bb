"""The lines of a digest as letters and pages tell them, read from the values that it was kept with."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from tracker.domain.deadlines import OF_THE_NEED, timing
from tracker.domain.digests import Line
from tracker.domain.register import SchoolRow
from tracker.domain.reminders import ANEW
from tracker.domain.vocabulary import Consequence, DeadlineKind, Service, Stage, Timing
from tracker.domain.workdays import WorkCalendar

_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


def one_line(text: str) -> str:
    """A text without anything that would end its line or turn it around."""
    return " ".join(_BREAKS.sub(" ", text).split())


def left_on(due_on: date, left: int, before: date, on: date, days: WorkCalendar) -> int:
    """The working days left on a day, less than zero when over; ``left`` is what it was on the day before."""
    if on <= due_on:
        return days.between(on, due_on)
    if before <= due_on:
        return -days.between(due_on, on)
    later = days.between(before, on) if before <= on else -days.between(on, before)
    return left - later  # days on which a tender was suspended do not count


@dataclass(frozen=True, slots=True)
class Told:
    """One deadline of a digest, as it was when the digest was put together.

    ``was_due_on`` is the day that the reader was told before, ``instead_of`` the people in whose place she
    reads it; ``is_back`` where the day stands again that she was told once; ``loses_on`` is when the queue
    sees service lost; ``pinned`` is what the letter warns of at this school; ``keys``
    name the reminders that it settles.
    """

    kind: DeadlineKind
    due_on: date | None
    timing: Timing
    working_days_left: int | None
    consequence: Consequence
    consequence_on: date | None
    is_late: bool
    needs: int
    school_id: str
    names: tuple[str | None, str | None, str]
    region: str | None
    district: str
    service: Service
    number: str | None
    stage: Stage | None
    fact: str | None
    clauses: tuple[str, ...]
    is_assumed: bool
    was_due_on: date | None = None
    instead_of: tuple[int, ...] = ()
    is_back: bool = False
    loses_on: date | None = None
    pinned: tuple[str, ...] = ()
    keys: tuple[str, ...] = field(default=(), compare=False)

    @classmethod
    def of(cls, line: Mapping[str, Any]) -> Told:
        """Read one of the ``lines`` of a digest's body."""
        school = line["school"]
        return cls(
            kind=DeadlineKind(line["kind"]),
            due_on=_day(line["due_on"]),
            timing=Timing(line["timing"]),
            working_days_left=line["working_days_left"],
            consequence=Consequence(line["consequence"]),
            consequence_on=_day(line["consequence_on"]),
            is_late=line["is_late"],
            needs=line["needs"],
            school_id=line["school_id"],
            names=(_text(school["name_kk"]), _text(school["name_ru"]), one_line(school["name"])),
            region=line["region"],
            district=_text(line["district"]) or "",
            service=Service(line["service"]),
            number=_text(line["number"]),
            stage=None if line["stage"] is None else Stage(line["stage"]),
            fact=line["fact"],
            clauses=tuple(line["clauses"]),
            is_assumed=line["is_assumed"],
            was_due_on=_day(line.get("was_due_on")),
            loses_on=_day(line.get("loses_on", line["consequence_on"])),
            instead_of=tuple(line.get("instead_of", ())),
            is_back=any(key.rpartition(":")[2].startswith(ANEW) for key in line.get("keys", ())),
            pinned=tuple(map(one_line, line.get("pinned", ()))),
            keys=tuple(line.get("keys", ())),
        )

    @classmethod
    def ahead(cls, line: Line, school: SchoolRow, reader: int) -> Told:
        """A line that is still to be told, and to whom."""
        due = line.due
        return cls(
            kind=due.kind,
            due_on=due.due_on,
            timing=due.timing,
            working_days_left=due.working_days_left,
            consequence=due.consequence,
            consequence_on=due.consequence_on,
            is_late=line.is_late,
            needs=line.needs,
            school_id=school.school_id,
            names=(school.name_kk, school.name_ru, school.name),
            region=school.region,
            district=school.district or "",
            service=due.subject.service,
            number=due.subject.number,
            stage=due.subject.stage,
            fact=due.basis.fact,
            clauses=due.basis.clauses,
            is_assumed=due.basis.is_assumed,
            instead_of=tuple(sorted({each.person for each in line.reminders} - {reader})),
        )

    def counted(self, before: date, on: date, days: WorkCalendar) -> Told:
        """The line of an earlier or later day with its working days counted from this one."""
        if self.due_on is None or self.working_days_left is None:
            return self
        left = left_on(self.due_on, self.working_days_left, before, on, days)
        return replace(self, timing=timing(self.due_on, on), working_days_left=left)

    def is_over(self, on: date) -> bool:
        """Whether what follows has begun."""
        return self.timing is Timing.LATE and self.consequence_on is not None and self.consequence_on <= on

    @property
    def document(self) -> str:
        """The number of the contract or tender that it is about."""
        return "" if self.number is None or self.kind in OF_THE_NEED else self.number


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _text(value: str | None) -> str | None:
    return None if value is None else one_line(value)


def read_line(line: Mapping[str, Any]) -> Told | None:
    """A line as it was kept; None where nothing can be made of it."""
    try:
        return Told.of(line)
    except (AttributeError, LookupError, TypeError, ValueError):
        return None


def still_told(
    body: Mapping[str, Any], withdrawn: Collection[str] = (), seen: Collection[str] | None = None
) -> tuple[Mapping[str, Any], ...]:
    """The lines of a digest of which not every key was taken back, about the schools ``seen`` or all."""
    return tuple(
        line
        for line in body["lines"]
        if not set(line["keys"]) <= set(withdrawn) and (seen is None or line["school_id"] in seen)
    )


def lines_left(
    body: Mapping[str, Any], withdrawn: Collection[str] = (), seen: Collection[str] | None = None
) -> tuple[Told, ...]:
    """The same, read; what cannot be read is left out."""
    return tuple(filter(None, map(read_line, still_told(body, withdrawn, seen))))
