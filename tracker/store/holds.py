"""What people took up or put off, and who reads in whose place."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, insert, or_, select, update
from sqlalchemy.orm import Session

from tracker.domain.cases import Absence
from tracker.domain.days import Span, next_day
from tracker.domain.digests import Substitute
from tracker.domain.holds import Hold, HoldKind, Seen
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Consequence, DeadlineKind
from tracker.store.people import present_people
from tracker.store.people_tables import PERSON
from tracker.store.reminder_tables import HOLD, SUBSTITUTE
from tracker.store.row_security import whole_country
from tracker.store.scope import among, numbered

KEPT_DAYS = 400
"""Days after its end for which a hold still says that a deadline speaks again."""


def add_hold(session: Session, hold: Hold, *, at: datetime) -> int:
    """Keep a hold and return its number."""
    values = {
        "kind": hold.kind,
        "deadline": hold.deadline,
        "identity": _text(hold.identity),
        "person_id": hold.person,
        "from_on": hold.from_on,
        "back_on": hold.back_on,
        "reason": hold.reason,
        "put_on_school": hold.school_id,
        "seen": json.dumps(asdict(hold.seen), default=date.isoformat),
        "made_at": at,
    }
    number: int = session.execute(insert(HOLD).values(values).returning(HOLD.c.id)).scalar_one()
    return number


def holds(session: Session, *, since: date) -> tuple[Hold, ...]:
    """The holds that end on ``since`` or later, also those that were put on schools out of sight.

    A stage of a tender is held for all its schools. Why a hold stands is told as far as the second lock of
    the session reaches; beyond it the reason is empty.
    """
    lasting, row = HOLD.c.back_on >= since, HOLD.c
    reasons = {each.id: each.reason for each in session.execute(select(row.id, row.reason).where(lasting))}
    return tuple(_hold(each, reasons.get(each.id, "")) for each in _found(session, lasting))


def about(session: Session, deadlines: Iterable[tuple[DeadlineKind, tuple[str, ...]]]) -> tuple[Hold, ...]:
    """Every hold on some deadlines, also those that are over, without why it stands."""
    asked = frozenset(deadlines)
    if not asked:
        return ()
    kinds, identities = {kind for kind, _ in asked}, {_text(identity) for _, identity in asked}
    is_one = and_(HOLD.c.deadline.in_(sorted(kinds)), among(session, HOLD.c.identity, identities))
    return tuple(_hold(each, "") for each in _found(session, is_one))


def is_taken_up(
    session: Session,
    deadline: DeadlineKind,
    identity: tuple[str, ...],
    *,
    since: datetime,
    people: Collection[int],
) -> bool:
    """Whether anybody took a deadline up from a moment on, or one of these people put it off."""
    row = HOLD.c
    is_theirs = or_(row.kind == HoldKind.ACKNOWLEDGED, row.person_id.in_(people))
    held = and_(row.deadline == deadline, row.identity == _text(identity), row.made_at >= since, is_theirs)
    return session.execute(select(row.id).where(held).limit(1)).first() is not None


def _found(session: Session, these: ColumnElement[bool]) -> Sequence[Row[Any]]:
    """The rows of the whole country, without why they stand."""
    known = [each for each in HOLD.c if each.name != HOLD.c.reason.name]
    with whole_country(session):
        return session.execute(select(*known).where(these).order_by(HOLD.c.id)).all()


def _hold(row: Row[Any], reason: str) -> Hold:
    return Hold(
        row.kind, row.deadline, tuple(json.loads(row.identity)), row.person_id, row.from_on, row.back_on,
        reason, _seen(json.loads(row.seen)), row.put_on_school,
    )  # fmt: skip


def roles_of(session: Session, persons: Iterable[int]) -> Mapping[int, Role]:
    """The role of each of these people."""
    query = select(PERSON.c.id, PERSON.c.role).where(numbered(session, PERSON.c.id, sorted(set(persons))))
    return {row.id: row.role for row in session.execute(query)}


def _seen(said: Mapping[str, Any]) -> Seen:
    return Seen(
        _day(said["due_on"]), said["is_late"], Consequence(said["consequence"]), _day(said["consequence_on"]),
        said["is_begun"],
    )  # fmt: skip


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _text(identity: tuple[str, ...]) -> str:
    return json.dumps(identity, ensure_ascii=False)


def add_substitute(session: Session, person: int, by: int, first: date, last: date, *, at: datetime) -> int:
    """Have somebody read another's digests from a first to a last day."""
    values = {"person_id": person, "by_id": by, "first_on": first, "last_on": last, "made_at": at}
    number: int = session.execute(insert(SUBSTITUTE).values(values).returning(SUBSTITUTE.c.id)).scalar_one()
    return number


def end_substitute(session: Session, person: int, number: int, *, at: datetime) -> bool:
    """End one's own substitution; whether there was one."""
    mine = and_(SUBSTITUTE.c.id == number, SUBSTITUTE.c.person_id == person, SUBSTITUTE.c.ended_at.is_(None))
    found = session.execute(update(SUBSTITUTE).where(mine).values(ended_at=at).returning(SUBSTITUTE.c.id))
    return found.one_or_none() is not None


def substitutes(session: Session, *, on: date) -> tuple[Substitute, ...]:
    """Who reads in whose place on a day or later; whoever is gone reads for nobody."""
    row = SUBSTITUTE.c
    query = (
        select(row.person_id, row.by_id, row.first_on, row.last_on)
        .join(PERSON, PERSON.c.id == row.by_id)
        .where(present_people(), row.ended_at.is_(None), row.last_on >= on)
        .order_by(row.id)
    )
    return tuple(
        Substitute(person, by, Span(first, next_day(last)))
        for person, by, first, last in session.execute(query)
    )


def absences(session: Session, *, on: date) -> tuple[Absence, ...]:
    """Who is away on a day, and who stands in for her; whoever is gone stands in for nobody."""
    row, by = SUBSTITUTE.c, PERSON.alias("standin")
    query = (
        select(row.person_id, PERSON.c.email, row.by_id, by.c.name, row.last_on)
        .join(PERSON, PERSON.c.id == row.person_id)
        .join(by, by.c.id == row.by_id)
        .where(by.c.disabled_at.is_(None), by.c.erased_at.is_(None))
        .where(row.ended_at.is_(None), row.first_on <= on, row.last_on >= on)
        .order_by(row.id)
    )
    return tuple(Absence(*each) for each in session.execute(query))
