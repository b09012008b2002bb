"""What people were told, by the keys of reminders; a key is told once, unless it was withdrawn before."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session

from tracker.domain.digests import Digest
from tracker.domain.messages import PEER_AWAY
from tracker.domain.withdrawing import Why
from tracker.store.bulk import insert_all
from tracker.store.leases import database_time
from tracker.store.outbox import MANY_PEERS, waiting
from tracker.store.people_tables import PERSON
from tracker.store.reminder_tables import DIGEST, MESSAGE, REMINDER
from tracker.store.scope import among, numbered

Body = Mapping[str, Any]
"""What a digest says, as it was put together: it is rendered from nothing else."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A digest as it is kept; ``withdrawn`` are the keys that it tells no more: taken back, or told anew."""

    id: int
    person: int
    on: date
    serial: int
    body: Body
    withdrawn: frozenset[str]


@dataclass(frozen=True, slots=True)
class Unsent:
    """Where a reminder stands that nobody read yet: in which digest, and to whom that goes.

    ``on`` is the day of the digest, ``opens`` when it may go out. ``is_held`` while it is being sent,
    ``is_void`` where nothing is left that could bring it to anybody, ``is_tried`` where a message was tried,
    ``is_bare`` where there was no way to its reader, so that it has no message.
    """

    digest: int
    reader: int
    on: date
    opens: datetime
    is_held: bool
    is_void: bool
    is_tried: bool
    is_bare: bool = False


def told(session: Session, *, since: date, people: Iterable[int] | None = None) -> list[tuple[str, date]]:
    """The keys told and not withdrawn, of deadlines due from ``since`` on, with their days of telling.

    Everybody's, or those of some people.
    """
    row = REMINDER.c
    query = select(row.key, row.told_on).where(row.withdrawn_at.is_(None), row.due_on >= since)
    if people is not None:
        query = query.where(numbered(session, row.person_id, people))
    return [(key, on) for key, on in session.execute(query)]


def undelivered(session: Session, *, void: str) -> dict[str, Unsent]:
    """The keys of which no message was sent, however often it was tried, and one waits or became needless.

    ``void`` is the code of those that became needless. What died is told elsewhere.
    """
    row, held = MESSAGE.c, MESSAGE.c.leased_until > database_time(session)
    is_of = row.digest_id == DIGEST.c.id
    is_open = and_(
        row.sent_at.is_(None), row.dead_at.is_(None), or_(row.voided_at.is_(None), row.code == void)
    )
    candidates = select(row.digest_id).where(row.digest_id.is_not(None), is_open)
    query = (
        select(
            REMINDER.c.key, DIGEST.c.id, DIGEST.c.person_id, DIGEST.c.on_day, DIGEST.c.not_before,
            exists().where(is_of, waiting(), held).correlate(DIGEST),
            ~exists().where(is_of, waiting()).correlate(DIGEST),
            exists().where(is_of, row.attempts > 0).correlate(DIGEST),
        )
        .join(DIGEST, DIGEST.c.id == REMINDER.c.digest_id)
        .where(REMINDER.c.withdrawn_at.is_(None), DIGEST.c.id.in_(candidates))
        .where(~exists().where(is_of, row.sent_at.is_not(None)).correlate(DIGEST))
    )  # fmt: skip
    return {key: Unsent(*rest) for key, *rest in session.execute(query)}


def without_way(session: Session, *, since: date) -> dict[str, Unsent]:
    """The keys of the digests from a day on that have no message: no way led to their readers."""
    query = (
        select(REMINDER.c.key, DIGEST.c.id, DIGEST.c.person_id, DIGEST.c.on_day, DIGEST.c.not_before)
        .join(DIGEST, DIGEST.c.id == REMINDER.c.digest_id)
        .where(REMINDER.c.withdrawn_at.is_(None), DIGEST.c.id.in_(_bare(since)))
    )
    return {
        key: Unsent(number, reader, on, opens, is_held=False, is_void=True, is_tried=False, is_bare=True)
        for key, number, reader, on, opens in session.execute(query)
    }


def revived(session: Session, *, since: date, tries: int) -> dict[str, Unsent]:
    """The keys of digests from a day on that died of more than ``tries`` in vain, and whose peer is back.

    It is back where something put later was sent by the same channel since: to the same person or, where
    nobody answered there, to anybody.
    """
    row, other, twin = MESSAGE.c, MESSAGE.alias().c, MESSAGE.alias().c
    is_away = and_(row.code.in_(PEER_AWAY), row.channel.not_in(MANY_PEERS))
    is_same = and_(other.person_id == row.person_id, other.way_id.is_not_distinct_from(row.way_id))
    is_back = exists().where(
        other.id > row.id, other.channel == row.channel, other.sent_at >= row.dead_at, or_(is_away, is_same)
    )
    is_alive = exists().where(
        twin.digest_id == row.digest_id, or_(twin.sent_at.is_not(None), waiting(twin)), twin.id != row.id
    )
    query = (
        select(REMINDER.c.key, DIGEST.c.id, DIGEST.c.person_id, DIGEST.c.on_day, DIGEST.c.not_before)
        .join(DIGEST, DIGEST.c.id == REMINDER.c.digest_id)
        .join(MESSAGE, row.digest_id == DIGEST.c.id)
        .where(REMINDER.c.withdrawn_at.is_(None), DIGEST.c.on_day >= since)
        .where(row.dead_at.is_not(None), row.attempts > tries, ~is_alive, is_back)
    )
    return {
        key: Unsent(number, reader, on, opens, is_held=False, is_void=True, is_tried=True)
        for key, number, reader, on, opens in session.execute(query)
    }


def dead(session: Session, *, since: date) -> int:
    """How many messages of the digests from a day on came to nothing."""
    of_digests = DIGEST.join(MESSAGE, MESSAGE.c.digest_id == DIGEST.c.id)
    query = select(func.count()).select_from(of_digests)
    return session.scalar(query.where(DIGEST.c.on_day >= since, MESSAGE.c.dead_at.is_not(None))) or 0


def wayless(session: Session, *, since: date) -> int:
    """How many people that are there have digests from a day on that no way brought to them."""
    stands = exists().where(REMINDER.c.digest_id == DIGEST.c.id, REMINDER.c.withdrawn_at.is_(None))
    is_there = and_(PERSON.c.disabled_at.is_(None), PERSON.c.erased_at.is_(None))
    query = (
        select(func.count(DIGEST.c.person_id.distinct()))
        .join(PERSON, PERSON.c.id == DIGEST.c.person_id)
        .where(DIGEST.c.id.in_(_bare(since)), stands, is_there)
    )
    return session.scalar(query) or 0


def _bare(since: date) -> Select[Any]:
    has_one = exists().where(MESSAGE.c.digest_id == DIGEST.c.id).correlate(DIGEST)
    return select(DIGEST.c.id).where(DIGEST.c.on_day >= since, ~has_one)


def newest(session: Session) -> int:
    """The number of the digest that was kept last; 0 where there is none."""
    return session.scalar(select(func.max(DIGEST.c.id))) or 0


def voided(session: Session, *, since: date, code: str) -> int:
    """How many messages of the digests from a day on became needless, as the code says why."""
    row = MESSAGE.c
    query = (
        select(func.count())
        .select_from(DIGEST.join(MESSAGE, row.digest_id == DIGEST.c.id))
        .where(DIGEST.c.on_day >= since, row.voided_at.is_not(None), row.code == code)
    )
    return session.scalar(query) or 0


def served(session: Session, *, on: date) -> frozenset[int]:
    """Who was told on a day already."""
    return frozenset(session.scalars(select(DIGEST.c.person_id).where(DIGEST.c.on_day == on)))


def add(
    session: Session, digest: Digest, body: Body, *, not_before: datetime, urgency: int, at: datetime
) -> tuple[int, int]:
    """Keep a digest with all the reminders that it settles; its number, and which of the day it is."""
    count = select(func.count()).where(DIGEST.c.person_id == digest.person, DIGEST.c.on_day == digest.on)
    serial = (session.scalar(count) or 0) + 1
    values = {
        "person_id": digest.person,
        "on_day": digest.on,
        "serial": serial,
        "not_before": not_before,
        "urgency": urgency,
        "body": json.dumps(body, ensure_ascii=False),
        "owed_at": at,
    }
    number: int = session.execute(insert(DIGEST).values(values).returning(DIGEST.c.id)).scalar_one()
    _settle(session, digest, number)
    return number, serial


def _settle(session: Session, digest: Digest, number: int) -> None:
    """Write the reminders of a digest; those that had been withdrawn are told now."""
    reminders = {each.key.text: each for line in digest.lines for each in line.reminders}
    before = set(session.scalars(select(REMINDER.c.key).where(among(session, REMINDER.c.key, reminders))))
    again = among(session, REMINDER.c.key, before)
    session.execute(
        update(REMINDER)
        .where(again)
        .values(withdrawn_at=None, withdrawn_why=None, digest_id=number, told_on=digest.on)
    )
    rows = [
        (key, each.person, number, each.key.due_on, each.send_on, digest.on)
        for key, each in reminders.items()
        if key not in before
    ]
    insert_all(session, REMINDER, ("key", "person_id", "digest_id", "due_on", "send_on", "told_on"), rows)


def withdraw(session: Session, keys: Mapping[str, Why], *, at: datetime) -> None:
    """Take reminders back that nobody read yet, and say why."""
    for why in Why:
        these = among(session, REMINDER.c.key, [key for key, reason in keys.items() if reason is why])
        values = {"withdrawn_at": at, "withdrawn_why": why}
        session.execute(update(REMINDER).where(these).values(values))


def withdraw_all(session: Session, number: int, *, why: Why, at: datetime) -> None:
    """Take back all that a digest was to tell."""
    these = and_(REMINDER.c.digest_id == number, REMINDER.c.withdrawn_at.is_(None))
    session.execute(update(REMINDER).where(these).values(withdrawn_at=at, withdrawn_why=why))


def is_told_besides(session: Session, number: int, message: int) -> bool:
    """Whether another message of a digest was sent than this one."""
    row = MESSAGE.c
    is_other = and_(row.digest_id == number, row.id != message, row.sent_at.is_not(None))
    return session.execute(select(row.id).where(is_other).limit(1)).first() is not None


def emptied(session: Session, numbers: Iterable[int]) -> frozenset[int]:
    """Those of some digests of which no reminder is left."""
    left = exists().where(REMINDER.c.digest_id == DIGEST.c.id, REMINDER.c.withdrawn_at.is_(None))
    query = select(DIGEST.c.id).where(numbered(session, DIGEST.c.id, numbers), ~left)
    return frozenset(session.scalars(query))


def numbers_told(session: Session, keys: Iterable[str]) -> dict[str, str | None]:
    """Which contract or tender was named to people together with each of the keys."""
    wanted = frozenset(keys)
    query = (
        select(DIGEST.c.body)
        .distinct()
        .join(REMINDER, REMINDER.c.digest_id == DIGEST.c.id)
        .where(among(session, REMINDER.c.key, wanted))
    )
    bodies = map(json.loads, session.scalars(query)) if wanted else ()
    lines = (line for body in bodies for line in body["lines"])
    return {key: line["number"] for line in lines for key in line["keys"] if key in wanted}


def get(session: Session, number: int) -> Kept:
    """One digest."""
    return _kept(session, select(DIGEST).where(DIGEST.c.id == number))[0]


def of_person(session: Session, person: int, *, most: int) -> tuple[Kept, ...]:
    """What a person was told, the newest first."""
    query = select(DIGEST).where(DIGEST.c.person_id == person).order_by(DIGEST.c.id.desc()).limit(most)
    return tuple(_kept(session, query))


def _kept(session: Session, query: Select[Any]) -> list[Kept]:
    rows = session.execute(query).all()
    bodies: dict[int, Body] = {row.id: json.loads(row.body) for row in rows}
    stands = _standing(session, (key for body in bodies.values() for key in _keys(body)))
    return [
        Kept(
            row.id, row.person_id, row.on_day, row.serial, bodies[row.id],
            frozenset(key for key in _keys(bodies[row.id]) if stands.get(key, row.id) != row.id),
        )
        for row in rows
    ]  # fmt: skip


def _keys(body: Body) -> list[str]:
    return [key for line in body["lines"] for key in line["keys"]]


def _standing(session: Session, keys: Iterable[str]) -> Mapping[str, int | None]:
    """In which digest each reminder is told: None where it was taken back, another where it was owed anew."""
    row = REMINDER.c
    query = select(row.key, row.digest_id, row.withdrawn_at).where(among(session, row.key, keys))
    return {key: None if withdrawn_at else digest for key, digest, withdrawn_at in session.execute(query)}
