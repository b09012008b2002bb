"""Taking back what one just decided, single or in bulk, while nothing rests on it (experience row 50)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from tracker.domain.decision_records import UNDOABLE, DecisionRecord, Event, undoable
from tracker.domain.decisions import OPEN, OTHER_EYES, DecisionStatus, Deed
from tracker.domain.errors import DecisionRefused
from tracker.domain.people import Person
from tracker.services import posting, retracting
from tracker.services.acting import Author
from tracker.services.attesting import digest, note_deed
from tracker.services.deciding import SINGLE, find
from tracker.services.evaluating import Book
from tracker.services.proposing import standing_for
from tracker.store import deciding, decisions
from tracker.store.scope import Scope

SETTLING = frozenset({Deed.WITHDRAW, Deed.REJECT, Deed.RECORD, Deed.CLOSE})
"""Deeds after which another decision for the same need may have been opened."""

SUPERSEDED, LINE_CHANGED = "superseded", "line_changed"
"""Why a deed stays: another decision stands instead, or the lines of the contract were changed since."""


@dataclass(frozen=True, slots=True)
class Last:
    """What a person did and may take back until a moment: one decision, or the rows of a bulk.

    ``which`` tells it from all that she does later: its batch, or its decision's number and revision.
    ``left`` are the rows of the bulk that stay, because they were changed since or replaced. ``bar`` is why
    nothing of it can be taken back.
    """

    deed: Deed
    numbers: tuple[int, ...]
    at: datetime
    until: datetime
    which: str
    left: tuple[int, ...] = ()
    bar: str = ""

    @property
    def is_bulk(self) -> bool:
        """Whether it was done to many at once."""
        return len(self.numbers) + len(self.left) > 1


def last_deeds(
    session: Session, person: Person, *, now: datetime, today: date, book: Book
) -> tuple[Last, ...]:
    """The newest deed that the person may still take back, and every bulk: each for its whole time."""
    deeds = _within(session, person, now=now, today=today, book=book, alone=False)
    free = [last for each in deeds if not (last := _free(session, person, each)).bar]
    return tuple(each for place, each in enumerate(free) if not place or each.is_bulk)


def last_deed(
    session: Session, person: Person, number: int, *, now: datetime, today: date, book: Book
) -> Last | None:
    """What the person did last to this decision within the time, with the ``bar`` where it is to stay."""
    deeds = _within(session, person, now=now, today=today, book=book, alone=True)
    return next((_free(session, person, each) for each in deeds if number in each.numbers), None)


def _within(
    session: Session, person: Person, *, now: datetime, today: date, book: Book, alone: bool
) -> tuple[Last, ...]:
    """What the person did within the time and still stands, the newest first: by bulk, or each ``alone``."""
    within = timedelta(minutes=book.policy.on(today).undo_minutes)
    deeds: dict[str, list[tuple[int, int, Event]]] = defaultdict(list)
    for each in decisions.recent_events(session, Scope.of_person(person), person.id, since=now - within):
        number, _, event = each
        if event.deed in UNDOABLE:
            single = alone or event.batch == SINGLE
            deeds[f"{number}:{event.revision}" if single else event.batch].append(each)
    found = (_told(which, rows, within) for which, rows in deeds.items())
    return tuple(last for last in found if last.numbers)


def _told(which: str, rows: list[tuple[int, int, Event]], within: timedelta) -> Last:
    event = rows[0][2]
    standing = tuple(number for number, present, each in rows if each.revision == present)
    left = sorted(number for number, present, each in rows if each.revision != present)
    return Last(event.deed, standing, event.at, event.at + within, which, tuple(left))


def _free(session: Session, person: Person, last: Last) -> Last:
    """The deed without the decisions that would stand open beside others, or whose lines were changed."""
    if last.deed is Deed.RECORD and not retracting.is_unchanged(session, last.numbers[0], since=last.at):
        return replace(last, bar=LINE_CHANGED)
    if last.deed not in SETTLING:
        return last
    numbers = tuple(each for each in last.numbers if _standing_beside(session, person, each) is None)
    left = sorted({*last.left, *last.numbers}.difference(numbers))
    return replace(last, numbers=numbers, left=tuple(left), bar="" if numbers else SUPERSEDED)


def undo(session: Session, author: Author, person: Person, which: str, *, today: date, book: Book) -> Last:
    """Take back the deed that was named, as :attr:`Last.which` names it; returns what was taken back.

    Of a bulk what was changed since stays. Raises :class:`DecisionRefused` where nothing is left of it.
    """
    deeds = _within(session, person, now=author.now, today=today, book=book, alone=":" in which)
    named = next((each for each in deeds if which == each.which), None)
    if named is None:
        raise DecisionRefused(reason="undo")
    last = _free(session, person, named)
    if last.bar == SUPERSEDED:
        beside = _standing_beside(session, person, named.numbers[0])
        raise DecisionRefused(reason=SUPERSEDED, number=beside)
    if last.bar:
        raise DecisionRefused(reason=last.bar)
    for each in last.numbers:
        found, event = _take_back(session, author, person, each, within=last.until - last.at)
        if event.deed is Deed.RECORD:
            retracting.cancel(session, author, found, since=event.at, today=today, book=book)
    return last


def _take_back(
    session: Session, author: Author, person: Person, number: int, *, within: timedelta
) -> tuple[DecisionRecord, Event]:
    """Move the decision back; returns it as it was, with what was undone."""
    found = find(session, person, number)
    event = undoable(found.events, person.id, now=author.now, within=within)
    if event is None:
        raise DecisionRefused(reason="undo")
    before = event.before or DecisionStatus.WITHDRAWN  # a draft that never was is one taken back
    back = Event(
        found.revision + 1, Deed.UNDO, person.id, person.name, author.now, found.status, before, event.deed,
        SINGLE,
    )  # fmt: skip
    more: Mapping[str, object] = deciding.NOTHING
    if event.deed in OTHER_EYES:
        more = _decided_before(found, event)
    elif event.deed is Deed.RECORD:
        more = deciding.UNSIGNED
    deciding.move(session, number, back, more=more)
    posting.approve(session, author, found, before)
    if event.deed is Deed.CLOSE:
        posting.take_back(session, author, found)
    told: dict[str, object] = {"of": event.deed}
    if event.deed in OTHER_EYES:
        told["verdict_sha256"] = digest(str(more["verdict_reason"]))
    if event.deed is Deed.RECORD and found.signed is not None:
        told["contract"] = found.signed.number
    note_deed(session, author, number, back, told)
    return found, event


def _decided_before(found: DecisionRecord, undone: Event) -> Mapping[str, object]:
    """Who had decided, when and why, before what is undone; nobody where nobody had."""
    earlier = [each for each in found.events if each.deed in OTHER_EYES and each.revision < undone.revision]
    last = max((each for each in earlier if each.after is undone.before), key=_revision, default=None)
    return deciding.NOBODY_DECIDED if last is None else deciding.decided_columns(last)


def _revision(event: Event) -> int:
    return event.revision


def _standing_beside(session: Session, person: Person, number: int) -> int | None:
    """The open decision that took the place of this one, which is settled; None where there is none."""
    found = decisions.get_decision(session, Scope.of_person(person), number)
    if found.status in OPEN or found.last_event.before not in OPEN:
        return None
    standing = standing_for(session, Scope.of_person(person))
    needs = ((line.school_id, line.service) for line in found.lines)
    return next((standing[need].number for need in needs if need in standing), None)
