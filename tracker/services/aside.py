"""A need that the rules cannot judge keeps no other from being judged, and is never shown as fine (FLT-26).

It is set aside by name: lists say that it is missing, nothing that was found of it before stands, and the
next tick tries it again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from tracker.domain.errors import TrackerError
from tracker.domain.facts import NeedFacts
from tracker.domain.messages import reference
from tracker.domain.register import SchoolRow
from tracker.domain.vocabulary import Service
from tracker.domain.workdays import WorkCalendar

MOST = 100
"""Needs that are set aside at once (house): where more fail, the program or the law is at fault."""

SHORT = 8
"""Signs of the mark of a failure."""

A_YEAR = 260
"""Working days that the calendar must know around a day on which needs are judged."""

T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A need of a school of which the rules say nothing."""

    school: SchoolRow
    service: Service

    @property
    def key(self) -> tuple[str, Service]:
        """School and service."""
        return self.school.school_id, self.service


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a need is set aside: by its ``mark`` the log is searched, ``fault`` is what the program calls it.

    The same fault of the same need has the same mark at every try.
    """

    school_id: str
    service: Service
    mark: str
    fault: str

    @classmethod
    def of(cls, need: NeedFacts, error: Exception) -> Failure:
        """What is said of it; nothing of the row itself, which stands in the log."""
        named = reference(f"{need.school_id}/{need.service}/{error!r}")
        return cls(need.school_id, need.service, named[:SHORT], type(error).__name__)


@dataclass(frozen=True, slots=True)
class Aside:
    """The needs that one run sets aside, and why, while the day itself can be judged."""

    on: date
    calendar: WorkCalendar
    failures: list[Failure] = field(default_factory=list)

    @property
    def needs(self) -> list[tuple[str, Service]]:
        """School and service of each."""
        return [(each.school_id, each.service) for each in self.failures]

    def attempt(self, need: NeedFacts, work: Callable[[], T]) -> T | None:
        """What comes of a need; None where the rules fail over it, which is written into the log."""
        try:
            return work()
        except Exception as error:  # whatever it is, it is a fault of this need, or of very many
            if len(self.failures) >= MOST or not self._is_known_day():
                raise
            said = Failure.of(need, error)
            log.error("the rules cannot judge %s %s (%s): %r", said.school_id, said.service, said.mark, error)
            self.failures.append(said)
            return None

    def _is_known_day(self) -> bool:
        """Whether the working days are known that every need may ask for."""
        try:
            self.calendar.after(self.on, A_YEAR)
            self.calendar.latest_start(self.on, A_YEAR)
        except TrackerError:
            return False
        return True
