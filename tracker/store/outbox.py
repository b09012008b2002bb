"""Messages on their way: put once, claimed by lease, sent, and marked; none is ever lost or deleted.

Whoever sends holds a lease, which ends by the time of the database. A try that was begun counts, whatever
became of it; whoever lost the lease marks nothing (reliability §3 rules 3 to 5).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session

from tracker.domain.messages import ChannelKind
from tracker.store.bulk import insert_all
from tracker.store.leases import database_time
from tracker.store.people_tables import PERSON
from tracker.store.reminder_tables import MESSAGE
from tracker.store.scope import among, numbered

PUT = (
    "key", "person_id", "channel", "way_id", "digest_id", "template", "parameters", "urgency", "not_before",
    "made_at", "attempts",
)  # fmt: skip


REMEMBERED = 500
"""Messages of a way whose buttons still do something."""


@dataclass(frozen=True, slots=True)
class Note:
    """A message to be put: ``template`` and ``parameters`` are all that its words come from."""

    key: str
    person: int
    channel: ChannelKind
    template: str
    urgency: int
    not_before: datetime
    way: int | None = None
    digest: int | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is ours to send until the lease ends; ``attempts`` counts this try."""

    id: int
    key: str
    person: int
    channel: ChannelKind
    way: int | None
    digest: int | None
    template: str
    parameters: Mapping[str, Any]
    urgency: int
    attempts: int
    made_at: datetime


def waiting() -> ColumnElement[bool]:
    """The condition that a message is still to be sent."""
    row = MESSAGE.c
    return and_(row.sent_at.is_(None), row.dead_at.is_(None), row.voided_at.is_(None))


def put(session: Session, notes: Iterable[Note], *, at: datetime) -> int:
    """Put messages that were never put; how many. A key stays taken for ever, also when it was sent."""
    wanted = {note.key: note for note in notes}
    taken = set(session.scalars(select(MESSAGE.c.key).where(among(session, MESSAGE.c.key, wanted))))
    rows = [
        (
            note.key, note.person, note.channel, note.way, note.digest, note.template,
            json.dumps(note.parameters, ensure_ascii=False), note.urgency, note.not_before, at, 0,
        )
        for note in wanted.values()
        if note.key not in taken
    ]  # fmt: skip
    insert_all(session, MESSAGE, PUT, rows)
    return len(rows)


def claim(
    session: Session, channel: ChannelKind, holder: str, *, now: datetime, lease: timedelta, most: int
) -> tuple[Claimed, ...]:
    """Take the most urgent messages of a channel that are due and that nobody holds."""
    row, real_now = MESSAGE.c, database_time(session)
    is_free = or_(row.leased_until.is_(None), row.leased_until <= real_now)
    due = and_(waiting(), row.channel == channel, row.not_before <= now, is_free)
    found = session.execute(
        select(MESSAGE).where(due).order_by(row.urgency, row.not_before, row.id).limit(most)
    ).all()
    ids = [each.id for each in found]
    session.execute(
        update(MESSAGE)
        .where(numbered(session, row.id, ids))
        .values(leased_by=holder, leased_until=real_now + lease, attempts=row.attempts + 1, tried_at=now)
    )
    return tuple(
        Claimed(
            each.id, each.key, each.person_id, each.channel, each.way_id, each.digest_id, each.template,
            json.loads(each.parameters), each.urgency, each.attempts + 1, each.made_at,
        )
        for each in found
    )  # fmt: skip


def renew(session: Session, number: int, holder: str, lease: timedelta) -> bool:
    """Hold on to a message while it is being sent; False if somebody else took it meanwhile."""
    until = database_time(session) + lease
    found = session.execute(update(MESSAGE).where(_held(number, holder)).values(leased_until=until))
    return _is_done(found)


def sent(session: Session, number: int, holder: str, *, at: datetime, answer: str) -> bool:
    """Mark as sent; False if the lease was lost, and then nothing is marked."""
    return _settle(session, number, holder, sent_at=at, code=None, answer=answer)


def again(
    session: Session, number: int, holder: str, *, not_before: datetime, code: str, answer: str
) -> bool:
    """Have it tried again later."""
    return _settle(session, number, holder, not_before=not_before, code=code, answer=answer)


def dead(session: Session, number: int, holder: str, *, at: datetime, code: str, answer: str) -> bool:
    """Give up on this way: it is kept and shown, and goes another way."""
    return _settle(session, number, holder, dead_at=at, code=code, answer=answer)


def empty(session: Session, number: int, holder: str, *, at: datetime, code: str) -> bool:
    """Say why a message that is held need not be sent: nothing of it is left to say."""
    return _settle(session, number, holder, voided_at=at, code=code)


def void_digests(session: Session, digests: Iterable[int], *, at: datetime, code: str) -> None:
    """Say why the messages of some digests need not be sent any more."""
    unsent = and_(numbered(session, MESSAGE.c.digest_id, digests), waiting())
    session.execute(update(MESSAGE).where(unsent).values(voided_at=at, code=code))


def _held(number: int, holder: str) -> ColumnElement[bool]:
    return and_(MESSAGE.c.id == number, MESSAGE.c.leased_by == holder, waiting())


def _settle(session: Session, number: int, holder: str, **values: object) -> bool:
    values |= {"leased_by": None, "leased_until": None}
    return _is_done(session.execute(update(MESSAGE).where(_held(number, holder)).values(values)))


def _is_done(result: Any) -> bool:  # what SQLAlchemy's types keep from knowing: an update counts its rows
    return bool(result.rowcount == 1)


@dataclass(frozen=True, slots=True)
class Course:
    """When a message was put, and when it went out."""

    made_at: datetime
    sent_at: datetime | None


def course_of(session: Session, key: str) -> Course | None:
    """How far a message has come; None for one that nobody put."""
    row = session.execute(select(MESSAGE.c.made_at, MESSAGE.c.sent_at).where(MESSAGE.c.key == key)).first()
    return None if row is None else Course(row.made_at, row.sent_at)


def tries_of(session: Session, digest: int) -> dict[tuple[ChannelKind, int | None], bool]:
    """By which ways a digest was put, and whether it was sent so or still may be."""
    row = MESSAGE.c
    is_alive = and_(row.dead_at.is_(None), row.voided_at.is_(None))
    query = select(row.channel, row.way_id, is_alive).where(row.digest_id == digest)
    return {(channel, way): is_alive for channel, way, is_alive in session.execute(query)}


def told_by(session: Session, way: int) -> list[tuple[str, int]]:
    """The keys of the digests that were sent by a way, with their digests, the newest first."""
    row = MESSAGE.c
    wanted = and_(row.way_id == way, row.digest_id.is_not(None), row.attempts > 0)
    query = select(row.key, row.digest_id).where(wanted).order_by(row.id.desc()).limit(REMEMBERED)
    return [(key, digest) for key, digest in session.execute(query)]


@dataclass(frozen=True, slots=True)
class Queue:
    """How the outbox stands: messages due and not sent, since when the oldest is due, and given up ones."""

    due: int
    since: datetime | None
    dead: int
    waiting: int


def queue(session: Session, *, now: datetime) -> Queue:
    """What operators look at."""
    row = MESSAGE.c
    is_due = and_(waiting(), row.not_before <= now)
    due, since = session.execute(select(func.count(), func.min(row.not_before)).where(is_due)).one()
    gone = session.scalar(select(func.count()).where(row.dead_at.is_not(None), row.voided_at.is_(None)))
    left = session.scalar(select(func.count()).select_from(MESSAGE).where(waiting()))
    return Queue(due, since, gone or 0, left or 0)


@dataclass(frozen=True, slots=True)
class Lost:
    """Messages that came to nothing and whose readers were reached by nothing since; the first of them."""

    number: int
    since: datetime | None


def unreached(session: Session, *, besides: str) -> Lost:
    """What came to nothing, and nothing that was sent since tells that its reader is reached again.

    It ends by itself: by another way to her, by an address that was mended, or with her account. Messages of
    the template ``besides`` are not for the person under whom they are kept.
    """
    row, later = MESSAGE.c, MESSAGE.alias()
    is_later = and_(later.c.sent_at >= row.dead_at, later.c.template != besides)
    reached = exists().where(later.c.person_id == row.person_id, is_later)
    gone = exists().where(
        PERSON.c.id == row.person_id, or_(PERSON.c.disabled_at.is_not(None), PERSON.c.erased_at.is_not(None))
    )
    is_dead = and_(row.dead_at.is_not(None), row.voided_at.is_(None), row.template != besides)
    is_lost = and_(is_dead, ~reached, ~gone)
    number, since = session.execute(select(func.count(), func.min(row.dead_at)).where(is_lost)).one()
    return Lost(number, since)


def bring_forward(session: Session, by: timedelta, *, now: datetime) -> None:
    """What waits for a moment after ``now`` waits for one that is so much earlier: the clock went back."""
    row = MESSAGE.c
    later = session.execute(select(row.id, row.not_before).where(waiting(), row.not_before > now)).all()
    for number, not_before in later:
        session.execute(update(MESSAGE).where(row.id == number).values(not_before=max(now, not_before - by)))
