"""One digest for each person and working day, the worst first; nothing where there is nothing (rules §7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from tracker.domain.days import ONE_DAY, Span
from tracker.domain.deadlines import Deadline
from tracker.domain.holds import Held, by_deadline, is_put_off
from tracker.domain.keys import Key
from tracker.domain.reminders import Ident, Recipient, Reminder, Telling, Watch, ident, owed
from tracker.domain.vocabulary import HARM, Consequence, DeadlineKind, Service

MayRead = Callable[[int, Deadline], bool]
"""Whether a person may be told of a deadline in another's place."""

Charge = tuple[Deadline, tuple[tuple[Recipient, ...], ...]]
"""A deadline and the people who answer for it, rank by rank."""


@dataclass(frozen=True, slots=True)
class Substitute:
    """Who reads somebody's digests in her place, and on which days."""

    person: int
    by: int
    span: Span


@dataclass(frozen=True, slots=True)
class Line:
    """One deadline of a digest with the reminders that it settles.

    ``needs`` counts the needs it is about, among those that the person answers for. ``is_late`` where one of
    the reminders was to be told on an earlier day.
    """

    due: Deadline
    reminders: tuple[Reminder, ...]
    needs: int
    is_late: bool


@dataclass(frozen=True, slots=True)
class Digest:
    """What one person is told on one day, the worst first."""

    person: int
    on: date
    lines: tuple[Line, ...]

    @property
    def counts(self) -> Mapping[DeadlineKind, int]:
        """How many lines there are of each kind, in the order in which they first stand."""
        return Counter(line.due.kind for line in self.lines)

    @property
    def late(self) -> int:
        """How many lines are told later than they were owed."""
        return sum(line.is_late for line in self.lines)

    @property
    def keys(self) -> tuple[Key, ...]:
        """The keys of all reminders that the digest settles."""
        return tuple(each.key for line in self.lines for each in line.reminders)


def anybody(_: int, __: Deadline) -> bool:
    """Every substitute may read everything."""
    return True


def reads_for(person: int, on: date, substitutes: Iterable[Substitute], wayless: Collection[int] = ()) -> int:
    """Who reads a person's digest on a day: her substitute, or that one's; herself if it goes in a circle.

    To the ``wayless`` no letter comes: the one before them reads, unless none of them all has a way.
    """
    away = {each.person: each.by for each in substitutes if on in each.span}
    reader, passed = person, [person]
    while reader in away:
        reader = away[reader]
        if reader in passed:
            return person
        passed.append(reader)
    return next((each for each in reversed(passed) if each not in wayless), reader)


def digests_on(
    watches: Iterable[Watch],
    at: Telling,
    *,
    substitutes: Collection[Substitute] = (),
    served: Collection[int] = (),
    wayless: Collection[int] = (),
    may_read: MayRead = anybody,
) -> tuple[Digest, ...]:
    """The digests of a day, by person.

    On a day off, and for the people ``served`` on this day already, only what the digest of the next working
    day would tell after the due day, and on a working day that service is lost, if nobody knew of that
    before. What a substitute may not read goes to the person herself; what she put off waits for its day.
    """
    reminders: dict[str, Reminder] = {}
    lost: set[str] = set()
    needs: Counter[str] = Counter()
    held, unheld = by_deadline(at.holds), replace(at, holds=())
    for watch in watches:
        holds = held.get((watch.due.kind, watch.due.identity))
        for reminder in owed(watch, replace(at, holds=holds) if holds else unheld):
            needs[reminder.key.text] += 1
            reminders.setdefault(reminder.key.text, reminder)
            lost |= {reminder.key.text} if _is_lost_since_today(watch, at) else set()
    by_reader: dict[int, dict[Ident, list[Reminder]]] = {}
    is_workday = at.calendar.is_workday(at.on)
    for reminder in reminders.values():
        reader = reads_for(reminder.person, at.on, substitutes, wayless)
        if reader != reminder.person and not may_read(reader, reminder.due):
            reader = reminder.person
        if reader != reminder.person and _is_put_off(reminder, reader, held, at.on):
            continue
        is_time = is_workday and (reader not in served or reminder.key.text in lost)
        if is_time or _cannot_wait(reminder, at):
            by_reader.setdefault(reader, {}).setdefault(ident(reminder.due), []).append(reminder)
    return tuple(
        Digest(reader, at.on, _lines(about.values(), needs, at))
        for reader, about in sorted(by_reader.items())
    )


def needs_untold(watches: Iterable[Watch], at: Telling) -> frozenset[tuple[str, Service]]:
    """The needs with reminders owed of which nobody can be told, for there are no people in any rank."""
    anyone, untold = ((Recipient(0),),), replace(at, told={}, holds=())
    return frozenset(
        (watch.due.subject.school_id, watch.due.subject.service)
        for watch in watches
        if watch.due.due_on is not None and not watch.people and owed(replace(watch, ranks=anyone), untold)
    )


def _is_put_off(reminder: Reminder, reader: int, held: Held, on: date) -> bool:
    due = reminder.due
    return is_put_off(due, on, held.get((due.kind, due.identity), ()), reader)


def _cannot_wait(reminder: Reminder, at: Telling) -> bool:
    """Whether the next working day is after the due day, and this one is not."""
    due_on = reminder.key.due_on
    return at.on <= due_on < at.calendar.after(at.on, 1)


def _is_lost_since_today(watch: Watch, at: Telling) -> bool:
    """Whether it is known only since today that there is no service any more."""
    due = watch.due
    return watch.known_on == at.on and due.is_late and due.consequence is Consequence.SERVICE_LOST


def _lines(groups: Iterable[list[Reminder]], needs: Mapping[str, int], at: Telling) -> tuple[Line, ...]:
    lines = [
        Line(
            due=found[0].due,
            reminders=tuple(sorted(found, key=lambda each: (each.send_on, each.key.text))),
            needs=max(needs[each.key.text] for each in found),
            is_late=any(_was_to_be_told_before(each, at) for each in found),
        )
        for found in groups
    ]
    return tuple(sorted(lines, key=_worst))


def _was_to_be_told_before(reminder: Reminder, at: Telling) -> bool:
    """Whether an earlier working day, from the day it was owed on, has gone by."""
    return at.calendar.after(reminder.send_on - ONE_DAY, 1) < at.on


def _worst(line: Line) -> tuple[int, date, tuple[str, ...]]:
    """What harms a school most, then what is due first (of the missed, what was missed longest ago)."""
    due = line.due
    return (HARM[due.consequence], due.due_on or date.max, due.identity)


def simulate(
    charges_on: Callable[[date], Iterable[Charge]],
    days: Iterable[date],
    at: Telling,
    *,
    substitutes: Collection[Substitute] = (),
    known: Mapping[Ident, date] | None = None,
) -> tuple[Digest, ...]:
    """The digests of ``days``, one after another, as they would go out: the same functions, told as they go.

    ``known`` says since when the deadlines are known; one that is not among them, or comes back after a
    break, is known from the first of the days that shows it. ``at`` brings what was told and taken up before.
    """
    since, told = dict(known or {}), {about: dict(leads) for about, leads in at.told.items()}
    found: list[Digest] = []
    for day in days:
        charges = tuple(charges_on(day))
        since = {ident(due): since.get(ident(due), day) for due, _ in charges}
        watches = [Watch(due, since[ident(due)], ranks) for due, ranks in charges]
        today = replace(at, on=day, told=told)
        for digest in digests_on(watches, today, substitutes=substitutes):
            found.append(digest)
            for key in digest.keys:
                told.setdefault(key.about, {})[key.lead] = day
    return tuple(found)
