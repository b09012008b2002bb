"""Taking back what one just decided, single or in bulk, while nothing rests on it (experience row 50)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from tracker.domain.decision_records import UNDOABLE, DecisionRecord, Event, undoable
from tracker.domain.decisions import OPEN, OTHER_EYES, DecisionStatus, Deed
from tracker.domain.errors import DecisionRefused
from tracker.domain.people import Person
from tracker.services import posting
from tracker.services.acting import Author
from tracker.services.attesting import digest, note_deed
from tracker.services.deciding import SINGLE, find
from tracker.services.evaluating import Book
from tracker.services.proposing import standing_for
from tracker.store import deciding, decisions
from tracker.store.scope import Scope


@dataclass(frozen=True, slots=True)
class Last:
    """What a person did last and may take back until a moment: one decision, or the rows of a bulk."""

    deed: Deed
    numbers: tuple[int, ...]
    at: datetime
    until: datetime


def last_deed(
    session: Session, person: Person, *, now: datetime, today: date, book: Book, number: int | None = None
) -> Last | None:
    """The last thing that the person did to decisions, or to the named one, if she may still take it back.

    What would stand open again beside another decision for the same need is left out.
    """
    last = _recent(session, person, now=now, today=today, book=book, number=number)
    if last is None:
        return None
    numbers = tuple(each for each in last.numbers if _standing_beside(session, person, each) is None)
    return replace(last, numbers=numbers) if numbers else None


def _recent(
    session: Session, person: Person, *, now: datetime, today: date, book: Book, number: int | None
) -> Last | None:
    within = timedelta(minutes=book.policy.on(today).undo_minutes)
    since = now - within
    recent = decisions.recent_events(session, Scope.of_person(person), person.id, since=since)
    done = [each for each in recent if number in (None, each[0])]
    if not done:
        return None
    _, _, newest = done[0]
    if newest.deed not in UNDOABLE:
        return None
    together = [each for each in done if newest.batch and each[2].batch == newest.batch] or [done[0]]
    numbers = tuple(number for number, present, event in together if event.revision == present)
    return Last(newest.deed, numbers, newest.at, newest.at + within) if numbers else None


def undo(
    session: Session, author: Author, person: Person, *, today: date, book: Book, number: int | None = None
) -> tuple[Last, tuple[int, ...]]:
    """Take back what the person did last; returns it with the numbers of the decisions.

    Of a bulk only one decision where its ``number`` is named. What somebody else has acted on since stays.
    Raises :class:`DecisionRefused` where nothing is left.
    """
    last = last_deed(session, person, now=author.now, today=today, book=book, number=number)
    if last is None:
        recent = _recent(session, person, now=author.now, today=today, book=book, number=number)
        if recent is None:
            raise DecisionRefused(reason="undo")
        beside = _standing_beside(session, person, recent.numbers[0])
        raise DecisionRefused(reason="superseded", number=beside)
    for each in last.numbers:
        _take_back(session, author, person, each, within=last.until - last.at)
    return last, last.numbers


def _take_back(session: Session, author: Author, person: Person, number: int, *, within: timedelta) -> None:
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
    deciding.move(session, number, back, more=more)
    if event.deed is Deed.CLOSE:
        posting.take_back(session, author, found)
    told: dict[str, object] = {"of": event.deed}
    if more:
        told["verdict_sha256"] = digest(str(more["verdict_reason"]))
    note_deed(session, author, number, back, told)


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
