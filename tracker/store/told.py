"""What became of messages, for the person they are to; and who reads in whose place, for her own page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, and_, select
from sqlalchemy.orm import Session

from tracker.domain.messages import ChannelKind, reason_in
from tracker.store.people_tables import PERSON
from tracker.store.reminder_tables import MESSAGE, SUBSTITUTE
from tracker.store.returned import DELAYED
from tracker.store.scope import Scope, among, numbered, visible
from tracker.store.tables import SCHOOL


class Course(StrEnum):
    """How far a message has come."""

    WAITING = "waiting"
    AGAIN = "again"
    SENT = "sent"
    DEAD = "dead"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Sending:
    """A message on its way: ``answer`` is what the peer said last, ``next_at`` when it is tried (again)."""

    channel: ChannelKind
    way: int | None
    course: Course
    code: str | None
    answer: str | None
    attempts: int
    next_at: datetime
    done_at: datetime | None

    @property
    def fault(self) -> str:
        """Why it has not arrived, as one of :data:`REASONS`; empty where nothing failed, or nobody knows."""
        return reason_in(self.code) if self.course in (Course.AGAIN, Course.DEAD) else ""

    @property
    def is_delayed(self) -> bool:
        """Whether the server that took it told later that it waits on the way."""
        return self.code == DELAYED


def sendings_of(session: Session, digests: Iterable[int]) -> Mapping[int, tuple[Sending, ...]]:
    """The messages of some digests, in the order in which they were put."""
    query = select(MESSAGE).where(numbered(session, MESSAGE.c.digest_id, digests)).order_by(MESSAGE.c.id)
    found: dict[int, tuple[Sending, ...]] = {}
    for row in session.execute(query):
        found[row.digest_id] = (*found.get(row.digest_id, ()), _sending(row))
    return found


def last_of(session: Session, person: int, template: str) -> Mapping[tuple[ChannelKind, int | None], Sending]:
    """The last message of a template by each way of a person."""
    wanted = and_(MESSAGE.c.person_id == person, MESSAGE.c.template == template)
    found = session.execute(select(MESSAGE).where(wanted).order_by(MESSAGE.c.id))
    return {(row.channel, row.way_id): _sending(row) for row in found}


def _sending(row: Row[Any]) -> Sending:
    done_at = row.sent_at or row.dead_at or row.voided_at
    return Sending(
        row.channel, row.way_id, _course(row), row.code, row.answer, row.attempts, row.not_before, done_at
    )


def _course(row: Row[Any]) -> Course:
    if row.sent_at:
        return Course.SENT
    if row.voided_at:
        return Course.VOID
    if row.dead_at:
        return Course.DEAD
    return Course.AGAIN if row.attempts else Course.WAITING


def schools_seen(session: Session, scope: Scope, schools: Iterable[str]) -> frozenset[str]:
    """Those of some schools that lie within the scope."""
    wanted = and_(
        SCHOOL.c.superseded_seq.is_(None),
        among(session, SCHOOL.c.school_id, schools),
        visible(session, scope, SCHOOL.c.school_id),
    )
    return frozenset(session.scalars(select(SCHOOL.c.school_id).where(wanted)))


def named(session: Session, school_id: str) -> Mapping[str, Any]:
    """A school as the line of a digest names it."""
    row = SCHOOL.c
    query = select(row.name, row.name_kk, row.name_ru, row.region, row.district)
    found = session.execute(query.where(row.school_id == school_id, row.superseded_seq.is_(None))).one()
    names = {"name": found.name, "name_kk": found.name_kk, "name_ru": found.name_ru}
    return {"school_id": school_id, "school": names, "region": found.region, "district": found.district}


@dataclass(frozen=True, slots=True)
class Standin:
    """Who reads a person's digests on which days."""

    id: int
    name: str
    first_on: date
    last_on: date


def standins_of(session: Session, person: int, *, on: date) -> tuple[Standin, ...]:
    """Those who read a person's digests on a day or later."""
    row = SUBSTITUTE.c
    query = (
        select(row.id, PERSON.c.name, row.first_on, row.last_on)
        .join(PERSON, PERSON.c.id == row.by_id)
        .where(row.person_id == person, row.ended_at.is_(None), row.last_on >= on)
        .order_by(row.first_on, row.id)
    )
    return tuple(Standin(*found) for found in session.execute(query))
