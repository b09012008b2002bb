"""Days that people were told and that are others now: the new one is told as a correction (REM-4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy.orm import Session

from tracker.domain.deadlines import Deadline
from tracker.domain.digests import Digest
from tracker.domain.keys import Key, Ledger, subject_of
from tracker.domain.vocabulary import DeadlineKind
from tracker.domain.withdrawing import Mark
from tracker.store import digests


def corrected(session: Session, found: Iterable[Digest], told: Ledger) -> Mapping[str, date]:
    """The day told before, by the key (without its lead) of each reminder that tells another first or anew.

    It is a correction where the same contract or tender was named with the day before, or, where none is
    named, where that day has not come yet: what follows after a day that passed is no correction.
    """
    first = {
        reminder.key.about: (reminder, digest.on)
        for digest in found
        for line in digest.lines
        for reminder in line.reminders
        if line.due.kind is not DeadlineKind.CONFIRM and (reminder.key.about not in told or reminder.is_anew)
    }
    before = _before({_place(reminder.key) for reminder, _ in first.values()}, told)
    numbers = digests.numbers_told(session, before.values())
    days: dict[str, date] = {}
    for about, (reminder, on) in first.items():
        key = before.get(_place(reminder.key))
        if key is not None and _is_correction(reminder.due, Mark.of(key), numbers.get(key), on):
            days[about] = Mark.of(key).due_on
    return days


def _place(key: Key) -> tuple[str, int]:
    """Whose deadline, whatever its day."""
    return subject_of(key.kind, key.identity), key.person


def _before(places: set[tuple[str, int]], told: Ledger) -> Mapping[tuple[str, int], str]:
    """The key told last at each of the places."""
    last: dict[tuple[str, int], tuple[date, str]] = {}
    for about, leads in told.items() if places else ():
        mark = Mark.of(f"{about}:")
        at = mark.subject, mark.person
        if at in places:
            newest = max((on, f"{about}:{lead}") for lead, on in leads.items())
            last[at] = max(last.get(at, newest), newest)
    return {at: key for at, (_, key) in last.items()}


def _is_correction(due: Deadline, before: Mark, number: str | None, on: date) -> bool:
    if due.due_on == before.due_on:
        return False
    if due.subject.number is not None:
        return due.subject.number == number
    return on <= before.due_on
