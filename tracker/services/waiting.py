"""Waiting for the morning: what is not urgent goes out while offices work, however it came to be due.

The moment that a digest was given when it was owed is asked for anew at each try: a try that failed, another
way, an outage or a note of what was lost bring nobody a letter at night (rules §7).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.domain.days import legal_day
from tracker.domain.quiet import deliver_at, quiet_hours
from tracker.services import evaluating
from tracker.services.evaluating import Book
from tracker.services.reminding import DIGEST
from tracker.services.rerouting import LOST
from tracker.store import digests
from tracker.store.folding import OTHERS
from tracker.store.outbox import Claimed


@dataclass(frozen=True, slots=True)
class Opening:
    """When the window opens for a message: at once for what is asked for or tells of the service itself."""

    book: Book

    def __call__(self, session: Session, message: Claimed, now: datetime) -> datetime:
        """The first moment from ``now`` on at which it may go out; what cannot wait so long goes at once."""
        if message.template not in (DIGEST, LOST):
            return now
        quiet = quiet_hours(self.book.policy, legal_day(now))
        calendar = evaluating.calendar(session, self.book)
        opens = deliver_at(now, None, quiet, calendar)
        if opens == now:
            return now
        days = _due_days(session, message)
        return min((deliver_at(now, day, quiet, calendar) for day in days), default=opens)


def _due_days(session: Session, message: Claimed) -> list[date | None]:
    """The days of which a message tells, or of which it tells that somebody else did not hear."""
    numbers = [message.digest] if message.digest is not None else _of_others(message.parameters)
    return [_due_on(line) for number in numbers for line in _lines(session, number)]


def _lines(session: Session, number: int) -> Sequence[Any]:
    """The lines of a digest; none where they cannot be read, for others may have joined it in one letter."""
    try:
        lines = digests.get(session, number).body["lines"]
    except (LookupError, TypeError, ValueError):
        return ()
    return lines if isinstance(lines, list) else ()


def _due_on(line: Mapping[str, Any]) -> date | None:
    try:
        return None if line["due_on"] is None else date.fromisoformat(line["due_on"])
    except (LookupError, TypeError, ValueError):  # it waits for the morning
        return None


def _of_others(said: Mapping[str, Any]) -> list[int]:
    return [each["digest"] for each in (said, *said.get(OTHERS, ()))]
