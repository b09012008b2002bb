"""Why an unsent reminder is taken back: nothing is withdrawn without a reason (reliability §3 rule 6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from tracker.domain.deadlines import Deadline
from tracker.domain.holds import HoldKind, by_deadline, is_put_off, silence
from tracker.domain.keys import subject_of
from tracker.domain.reminders import Telling, Watch, owed, planned


class Why(StrEnum):
    """Why nothing asks for a reminder any more."""

    MOVED = "moved"
    """The due day is another, or no longer known."""
    DONE = "done"
    """There is no such deadline any more: it was met, or its school, contract or tender is gone."""
    PEOPLE = "people"
    """Somebody else answers for it now."""
    NOT_ASKED = "not_asked"
    """It was taken up, a purchase has begun, or its contract was given other leads."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a key says: of which deadline it is, whatever its day, on which day, to whom, by which lead."""

    subject: str
    due_on: date
    person: int
    lead: str

    @classmethod
    def of(cls, key: str) -> Mark:
        """Read the text of a key."""
        about, _, lead = key.rpartition(":")
        of_day, _, person = about.rpartition(":")
        subject, _, due_on = of_day.rpartition(":")
        return cls(subject, date.fromisoformat(due_on), int(person), lead)


def withdrawn(waiting: Iterable[str], watches: Iterable[Watch], at: Telling) -> frozenset[str]:
    """The unsent keys that nothing asks for any more: the deadline is done, has another day or other people.

    What somebody snoozed or acknowledged is not withdrawn: it waits. A key that is owed again, because a day
    moved back, is the same key again.
    """
    unsent = set(waiting)
    now = replace(at, unread=frozenset(unsent))
    for watch in watches if unsent else ():
        asked = (*planned(watch, plan=at.plan, calendar=at.calendar), *owed(watch, now))
        unsent -= {each.key.text for each in asked}
    return frozenset(unsent)


def reasons(keys: Iterable[str], watches: Iterable[Watch]) -> Mapping[str, Why]:
    """Why each of the withdrawn keys is so, by the deadlines as they stand."""
    marks = {key: Mark.of(key) for key in keys}
    standing = _standing(marks.values(), watches)
    return {key: _reason(mark, standing.get(mark.subject, ())) for key, mark in marks.items()}


def silenced(readers: Mapping[str, int], watches: Iterable[Watch], at: Telling) -> frozenset[str]:
    """Those of some keys, each with who reads it, whose deadline was taken up, or put off by her (REM-6).

    So was what it settles for somebody in whose place she reads, where that person put it off.
    """
    marks = {key: Mark.of(key) for key in readers}
    standing, held = _standing(marks.values(), watches), by_deadline(at.holds)

    def is_silent(due: Deadline, people: Iterable[int]) -> bool:
        kept = held.get((due.kind, due.identity), ())
        taken_up = silence(due, HoldKind.ACKNOWLEDGED, at.on, kept, person=0)
        return (taken_up is not None and taken_up.is_silent) or any(
            is_put_off(due, at.on, kept, person) for person in people
        )

    return frozenset(
        key
        for key, mark in marks.items()
        if any(is_silent(each.due, {mark.person, readers[key]}) for each in standing.get(mark.subject, ()))
    )


def _standing(marks: Iterable[Mark], watches: Iterable[Watch]) -> Mapping[str, list[Watch]]:
    """The watches of the deadlines that some keys are of."""
    wanted, found = {mark.subject for mark in marks}, dict[str, list[Watch]]()
    for watch in watches if wanted else ():
        subject = subject_of(watch.due.kind, watch.due.identity)
        if subject in wanted:
            found.setdefault(subject, []).append(watch)
    return found


def _reason(mark: Mark, watches: Sequence[Watch]) -> Why:
    on_day = [watch for watch in watches if watch.due.due_on == mark.due_on]
    if not on_day:
        return Why.MOVED if watches else Why.DONE
    people = {each.person for watch in on_day for rank in watch.people for each in rank}
    return Why.NOT_ASKED if mark.person in people else Why.PEOPLE
