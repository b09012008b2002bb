"""Work on cases as pages show it: who has a school in hand, who works on it now, what is noted of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from tracker.store.case_tables import CASE_HOLDER, CASE_LOOK, CASE_MENTION, CASE_NOTE
from tracker.store.people_tables import PERSON
from tracker.store.scope import Scope, either, visible


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a school in hand since when; ``by`` gave it to her. ``name`` is empty of an erased person."""

    school_id: str
    person: int
    name: str
    email: str
    by: int
    since: datetime


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
    """A note on a school; in ``text`` people stand by their numbers. ``name`` is its author's."""

    id: int
    school_id: str
    person: int
    name: str
    text: str
    is_pinned: bool
    made_at: datetime


def holders(
    session: Session, scope: Scope, *, schools: Collection[str] | None = None
) -> Mapping[str, Holder]:
    """Who has which school in hand, of some schools or of all."""
    row = CASE_HOLDER.c
    query = select(row.school_id, row.person_id, PERSON.c.name, PERSON.c.email, row.by_id, row.since)
    query = query.join(PERSON, PERSON.c.id == row.person_id)
    found = session.execute(_of(session, scope, query, row.school_id, schools))
    return {each.school_id: Holder(*each) for each in found}


def looks(session: Session, scope: Scope, *, schools: Collection[str]) -> Mapping[str, Look]:
    """Who worked on some schools last, also where that is over."""
    row = CASE_LOOK.c
    query = select(row.school_id, row.person_id, PERSON.c.name, row.since, row.until)
    query = query.join(PERSON, PERSON.c.id == row.person_id)
    found = session.execute(_of(session, scope, query, row.school_id, schools))
    return {each.school_id: Look(*each) for each in found}


def notes(
    session: Session, scope: Scope, *, schools: Collection[str], is_pinned: bool | None = None
) -> Mapping[str, tuple[Note, ...]]:
    """The notes on some schools, the newest first; only pinned ones, or only others, where that is asked."""
    row = CASE_NOTE.c
    query = _of(session, scope, _notes(), row.school_id, schools)
    if is_pinned is not None:
        query = query.where(row.is_pinned.is_(is_pinned))
    found: dict[str, tuple[Note, ...]] = {}
    for each in session.execute(query.order_by(row.id.desc())):
        found[each.school_id] = (*found.get(each.school_id, ()), Note(*each))
    return found


def note_of(session: Session, scope: Scope, number: int) -> Note | None:
    """One note; None alike where there is none and where its school is not seen."""
    row = CASE_NOTE.c
    query = _of(session, scope, _notes(), row.school_id, None).where(row.id == number)
    found = session.execute(query).first()
    return None if found is None else Note(*found)


def mentions(session: Session, scope: Scope, person: int) -> tuple[Note, ...]:
    """The notes that wait for a person to see that they speak to her, the newest first."""
    row = CASE_MENTION.c
    query = _of(session, scope, _notes(), CASE_NOTE.c.school_id, None).join(CASE_MENTION, _waits(person))
    return tuple(Note(*each) for each in session.execute(query.order_by(row.note_id.desc())))


def _waits(person: int) -> ColumnElement[bool]:
    row = CASE_MENTION.c
    return and_(row.note_id == CASE_NOTE.c.id, row.person_id == person, row.seen_at.is_(None))


def _notes() -> Select[Any]:
    row = CASE_NOTE.c
    query = select(row.id, row.school_id, row.person_id, PERSON.c.name, row.text, row.is_pinned, row.made_at)
    return query.join(PERSON, PERSON.c.id == row.person_id)


def _of(
    session: Session,
    scope: Scope,
    query: Select[Any],
    school_id: ColumnElement[Any],
    schools: Collection[str] | None,
) -> Select[Any]:
    """A query cut to what is seen and, of that, to some schools."""
    return query.where(visible(session, scope, school_id), either(session, school_id, schools))
