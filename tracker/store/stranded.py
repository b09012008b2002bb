"""Messages that wait for those who run the service: their channel is set up no more, or not rightly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from tracker.domain.messages import ChannelKind, Fault
from tracker.store import laid_aside
from tracker.store.outbox import MANY_PEERS, waiting
from tracker.store.people_tables import PERSON
from tracker.store.reminder_tables import MESSAGE

OURS = (Fault.SIGN_IN, Fault.TLS, Fault.NOT_INSTALLED)
"""Faults of our settings, but for webhooks: those have no settings but their owners'."""


@dataclass(frozen=True, slots=True)
class Stranded:
    """A message of a digest that waits and that nobody sends."""

    id: int
    person: int
    digest: int
    urgency: int


def stranded(session: Session, by: Iterable[ChannelKind]) -> list[Stranded]:
    """The messages of digests that wait for other channels than these."""
    row = MESSAGE.c
    is_shut = row.channel.not_in(list(by))
    query = select(row.id, row.person_id, row.digest_id, row.urgency).where(
        waiting(), is_shut, row.digest_id.is_not(None)
    )
    return [Stranded(*found) for found in session.execute(query.order_by(row.id))]


def refused(session: Session) -> tuple[int, datetime | None]:
    """How many messages wait because of our settings, and since when the first of them does."""
    row = MESSAGE.c
    is_ours = row.code.in_([fault.value for fault in OURS])
    query = select(func.count(), func.min(row.made_at)).where(
        waiting(), is_ours, row.channel != ChannelKind.WEBHOOK
    )
    number, since = session.execute(query).one()
    return number, since


def void(session: Session, number: int, *, at: datetime, code: str) -> None:
    """Say why a message need not be sent any more."""
    session.execute(update(MESSAGE).where(MESSAGE.c.id == number, waiting()).values(voided_at=at, code=code))


@dataclass(frozen=True, slots=True)
class Lost:
    """Messages that came to nothing and whose readers were reached by nothing since; the first of them."""

    number: int
    since: datetime | None


def unreached(session: Session, *, besides: str) -> Lost:
    """What came to nothing by every way, and nothing sent since tells that its reader is reached again.

    It ends by itself: by another way to her, by an address that was mended, or with her account. Messages of
    the template ``besides`` are not for the person under whom they are kept; what was laid aside of a letter
    that went out is counted by itself. What a program took was read by nobody: it ends no loss but that
    of a program.
    """
    row, later, twin = MESSAGE.c, MESSAGE.alias(), MESSAGE.alias().c
    is_later = and_(later.c.sent_at >= row.dead_at, later.c.template != besides, _is_read(later.c))
    reached = exists().where(later.c.person_id == row.person_id, is_later)
    told = exists().where(twin.digest_id == row.digest_id, twin.sent_at.is_not(None), _is_read(twin))
    gone = exists().where(
        PERSON.c.id == row.person_id, or_(PERSON.c.disabled_at.is_not(None), PERSON.c.erased_at.is_not(None))
    )
    others = (besides, laid_aside.TEMPLATE)
    is_dead = and_(row.dead_at.is_not(None), row.voided_at.is_(None), row.template.not_in(others))
    is_lost = and_(is_dead, ~reached, ~told, ~gone)
    number, since = session.execute(select(func.count(), func.min(row.dead_at)).where(is_lost)).one()
    return Lost(number, since)


def _is_read(row: ReadOnlyColumnCollection[str, Any]) -> ColumnElement[bool]:
    """The condition that a message went to somebody who reads, where the dead one was to go to one."""
    return or_(row.channel.not_in(MANY_PEERS), MESSAGE.c.channel.in_(MANY_PEERS))
