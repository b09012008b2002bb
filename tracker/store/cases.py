"""Work on cases as pages show it: who has a school in hand, who works on it now, what is noted of it.

Whoever is gone, or no longer sees the school, neither has it in hand nor works on it. If she comes back
before somebody else took it, it is hers again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, cast, exists, func, null, or_, select, union_all
from sqlalchemy.orm import Session

from tracker.domain.roles import MATRIX, NATIONAL, Action, Role
from tracker.store.case_tables import CASE_HOLDER, CASE_LOOK, CASE_MENTION, CASE_NOTE
from tracker.store.people import present_people
from tracker.store.people_tables import PERSON, PERSON_REACH
from tracker.store.scope import Scope, either, visible
from tracker.store.tables import SCHOOL
from tracker.store.types import Moment


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a school in hand since when; ``by`` gave it to her. ``name`` is empty of an erased person.

    ``telephone`` is None where she has stated none.
    """

    school_id: str
    person: int
    name: str
    email: str
    by: int
    since: datetime
    telephone: str | None


@dataclass(frozen=True, slots=True)
class Look:
    """Who works on a school, from when, and until when others are told so."""

    school_id: str
    person: int
    name: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Note:
    """A note on a school; in ``text`` people stand by their numbers. ``name`` is its author's.

    ``waits`` says that it speaks to its reader, who has not yet said that she saw it. A task is to be done by
    ``due_on``.
    """

    id: int
    school_id: str
    person: int
    name: str
    text: str
    is_pinned: bool
    made_at: datetime
    waits: bool
    due_on: date | None


def holders(
    session: Session, scope: Scope, *, schools: Collection[str] | None = None
) -> Mapping[str, Holder]:
    """Who has which school in hand, of some schools or of all."""
    row = CASE_HOLDER.c
    found = session.execute(_of(session, scope, _holders(), row.school_id, schools))
    return {each.school_id: Holder(*each[:7]) for each in found}


def count_held(session: Session, scope: Scope, person_id: int) -> int:
    """How many schools a person has in hand."""
    row = CASE_HOLDER.c
    held = _of(session, scope, _holders(), row.school_id, None).where(row.person_id == person_id).subquery()
    return session.scalar(select(func.count()).select_from(held)) or 0


def hands(
    session: Session, scope: Scope, *, schools: Collection[str]
) -> tuple[Mapping[str, Holder], Mapping[str, Look]]:
    """Who has some schools in hand, and who worked on them last, also where that is over."""
    held = _of(session, scope, _holders(), CASE_HOLDER.c.school_id, schools)
    looked = _of(session, scope, _looks(), CASE_LOOK.c.school_id, schools)
    found = session.execute(union_all(held, looked)).all()
    return (
        {each.school_id: Holder(*each[:7]) for each in found if each.until is None},
        {
            each.school_id: Look(each.school_id, each.person_id, each.name, each.since, each.until)
            for each in found
            if each.until is not None
        },
    )


def _holders() -> Select[Any]:
    row, her, never = CASE_HOLDER.c, PERSON.c, cast(null(), Moment).label("until")
    query = select(
        row.school_id, row.person_id, her.name, her.email, row.by_id, row.since, her.telephone, never
    )
    return query.join(PERSON, her.id == row.person_id).where(_may_work(row.school_id))


def _looks() -> Select[Any]:
    row, her = CASE_LOOK.c, PERSON.c
    query = select(
        row.school_id, row.person_id, her.name, her.email, row.person_id, row.since, her.telephone, row.until
    )
    return query.join(PERSON, her.id == row.person_id).where(_may_work(row.school_id))


def _may_work(school_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """The condition that somebody of ``person`` may work on a school: what :class:`Scope` says of her."""
    her, given, row = PERSON.c, PERSON_REACH.c, SCHOOL.c
    place = and_(given.region == row.region, or_(given.district.is_(None), given.district == row.district))
    reached = exists().where(given.person_id == her.id, or_(place, given.school_id == row.school_id))
    reached = reached.correlate(PERSON, SCHOOL)
    own = and_(her.role == Role.OFFICER, her.email == func.lower(row.officer_email))
    seen = or_(her.role.in_(sorted(NATIONAL)), reached, own)
    school = exists().where(row.school_id == school_id, row.superseded_seq.is_(None), seen)
    return and_(present_people(), her.role.in_(sorted(MATRIX[Action.WORK])), school)


def notes(
    session: Session, scope: Scope, person_id: int, *, schools: Collection[str], is_pinned: bool | None = None
) -> Mapping[str, tuple[Note, ...]]:
    """The notes on some schools, the newest first; only pinned ones, or only others, where that is asked."""
    row = CASE_NOTE.c
    query = _of(session, scope, _notes(person_id), row.school_id, schools)
    if is_pinned is not None:
        query = query.where(row.is_pinned.is_(is_pinned))
    found: dict[str, tuple[Note, ...]] = {}
    for each in session.execute(query.order_by(row.id.desc())):
        found[each.school_id] = (*found.get(each.school_id, ()), Note(*each))
    return found


def note_of(session: Session, scope: Scope, person_id: int, note: int) -> Note | None:
    """One note; None alike where there is none and where its school is not seen."""
    row = CASE_NOTE.c
    query = _of(session, scope, _notes(person_id), row.school_id, None).where(row.id == note)
    found = session.execute(query).first()
    return None if found is None else Note(*found)


def mentions(session: Session, scope: Scope, person_id: int) -> tuple[Note, ...]:
    """The notes that wait for a reader to see that they speak to her, the newest first."""
    query = _of(session, scope, _notes(person_id), CASE_NOTE.c.school_id, None)
    waiting = query.where(CASE_MENTION.c.note_id.is_not(None)).order_by(CASE_NOTE.c.id.desc())
    return tuple(Note(*each) for each in session.execute(waiting))


def _notes(person_id: int) -> Select[Any]:
    """Notes with their authors, and whether they wait for the reader."""
    row, told = CASE_NOTE.c, CASE_MENTION.c
    waits, author = told.note_id.is_not(None), PERSON.c.name
    what = row.text, row.is_pinned, row.made_at, waits, row.due_on
    query = select(row.id, row.school_id, row.person_id, author, *what)
    hers = and_(told.note_id == row.id, told.person_id == person_id, told.seen_at.is_(None))
    return query.join(PERSON, PERSON.c.id == row.person_id).outerjoin(CASE_MENTION, hers)


def _of(
    session: Session,
    scope: Scope,
    query: Select[Any],
    school_id: ColumnElement[Any],
    schools: Collection[str] | None,
) -> Select[Any]:
    """A query cut to what is seen and, of that, to some schools."""
    return query.where(visible(session, scope, school_id), either(session, school_id, schools))
