"""What was owed and what was sent over some days, row by row as they stand in the database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from tracker.domain.agreement import Owed, Sent
from tracker.store.digests import Body
from tracker.store.reminder_tables import DIGEST, MESSAGE, REMINDER
from tracker.store.scope import among, numbered


@dataclass(frozen=True, slots=True)
class Plan:
    """A digest as it was put together."""

    id: int
    reader: int
    on: date
    body: Body


def plans(session: Session, first: date, last: date, *, person: int | None = None) -> tuple[Plan, ...]:
    """The digests of some days, of everybody or those that settle a person's reminders."""
    row = DIGEST.c
    query = select(row.id, row.person_id, row.on_day, row.body).where(row.on_day.between(first, last))
    if person is not None:
        hers = and_(REMINDER.c.person_id == person, REMINDER.c.told_on.between(first, last))
        settles = select(REMINDER.c.digest_id).where(hers)
        query = query.where(or_(row.person_id == person, row.id.in_(settles)))
    found = session.execute(query.order_by(row.on_day, row.id))
    return tuple(Plan(number, reader, on, json.loads(body)) for number, reader, on, body in found)


def owed(session: Session, first: date, last: date, keys: Iterable[str]) -> Mapping[str, Owed]:
    """The reminders owed on some days, and those of some keys, by their keys."""
    row = REMINDER.c
    wanted = or_(row.told_on.between(first, last), among(session, row.key, keys))
    query = select(row.key, row.digest_id, row.withdrawn_at, row.withdrawn_why).where(wanted)
    return {
        key: Owed(key, digest, withdrawn_at is not None, why)
        for key, digest, withdrawn_at, why in session.execute(query)
    }


def messages(session: Session, digests: Iterable[int]) -> Mapping[int, tuple[Sent, ...]]:
    """The messages of some digests."""
    found: dict[int, tuple[Sent, ...]] = {}
    query = select(MESSAGE).where(numbered(session, MESSAGE.c.digest_id, digests)).order_by(MESSAGE.c.id)
    for row in session.execute(query):
        found[row.digest_id] = (*found.get(row.digest_id, ()), _sent(row))
    return found


def _sent(row: Any) -> Sent:  # a row has the columns that were asked for
    return Sent((row.channel, row.way_id), row.sent_at, row.dead_at, row.voided_at, row.answer, row.code)
