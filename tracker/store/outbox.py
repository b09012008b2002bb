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

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, case, func, or_, select, true, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.dml import ReturningUpdate

from tracker.domain.messages import PEER_AWAY, PROBE, ChannelKind, Fault
from tracker.store.bulk import insert_all
from tracker.store.leases import DatabaseLater, DatabaseNow
from tracker.store.reminder_tables import DIGEST, MESSAGE
from tracker.store.scope import among, numbered

PUT = (
    "key", "person_id", "channel", "way_id", "digest_id", "template", "parameters", "urgency", "not_before",
    "made_at", "attempts",
)  # fmt: skip


MANY_PEERS = (ChannelKind.WEBHOOK, ChannelKind.OTHER)
"""Channels of which each way leads to a peer of its own."""

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
    """A message that is ours to send until the lease ends; ``attempts`` counts this try.

    ``is_put_off`` says that its last try met nobody. ``planned_at`` is set where this try is not of the plan,
    but sees whether the peer is back: then it does not count, and the plan goes on as it was. This try began
    at ``tried_at``.
    """

    id: int
    key: str
    person: int
    channel: ChannelKind
    way: int | None
    digest: int | None
    template: str
    written: str = field(repr=False)
    urgency: int
    attempts: int
    made_at: datetime
    is_put_off: bool = False
    planned_at: datetime | None = None
    tried_at: datetime | None = None

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Raises :class:`ValueError` where they are not what was put, so that this harms no other message."""
        found = json.loads(self.written)
        if not isinstance(found, dict):
            raise ValueError(self.id)
        return found


def waiting(row: ReadOnlyColumnCollection[str, Any] = MESSAGE.c) -> ColumnElement[bool]:
    """The condition that a message is still to be sent."""
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


def is_due(session: Session, channel: ChannelKind, *, now: datetime) -> bool:
    """Whether :func:`claim` or :func:`probe` would find something, for those who only read."""
    due = _NEXT[channel is ChannelKind.MAIL]
    found = session.execute(due, {"kind": channel, "moment": now}).first()
    return found is not None or _to_probe(session, channel, now) is not None


def claim(
    session: Session, channel: ChannelKind, holder: str, *, now: datetime, lease: timedelta
) -> Claimed | None:
    """Take the most urgent message of a channel that is due and that nobody holds."""
    said = {"kind": channel, "holder": holder, "moment": now, "seconds": lease.total_seconds()}
    each = session.execute(_CLAIMS[channel is ChannelKind.MAIL], said).one_or_none()
    return None if each is None else _claimed(each, now=now)


def probe(
    session: Session, channel: ChannelKind, holder: str, *, now: datetime, lease: timedelta
) -> Claimed | None:
    """Take one message before its time, where its peer took none and nobody has asked for :data:`PROBE`."""
    number = _to_probe(session, channel, now)
    if number is None:
        return None
    said = {"number": number, "holder": holder, "moment": now, "seconds": lease.total_seconds()}
    each = session.execute(_PROBES, said).one()
    return _claimed(each, now=now, planned_at=each.not_before)


def awake(session: Session, message: Claimed, *, now: datetime) -> None:
    """The peer of a message is back: all that was put off because it was away is due."""
    row = MESSAGE.c
    off = and_(waiting(), _is_put_off(), row.channel == message.channel, row.leased_until.is_(None))
    same = row.way_id == message.way if message.channel in MANY_PEERS else true()
    session.execute(update(MESSAGE).where(off, same, row.not_before > now).values(not_before=now, code=None))


def _is_put_off() -> ColumnElement[bool]:
    """The condition that the last try met nobody: no answer, or that of one who closes (RFC 5321 §3.8)."""
    row = MESSAGE.c
    return or_(row.code.in_(PEER_AWAY), and_(row.code == Fault.BUSY, row.answer.like("421 %")))


def _next(*, is_mail: bool) -> Select[Any]:
    """The number of the message that is to be sent next; by a way of its own one after another."""
    row, other = MESSAGE.c, MESSAGE.alias().c
    is_sent = and_(waiting(other), other.channel == bindparam("kind"), other.leased_until > DatabaseNow())
    busy = select(other.way_id).where(is_sent, other.way_id.is_not(None))
    is_due = and_(
        waiting(), row.channel == bindparam("kind"), row.not_before <= bindparam("moment"), _is_free()
    )
    query = select(row.id).where(is_due).order_by(row.urgency, row.not_before, row.id).limit(1)
    return query if is_mail else query.where(or_(row.way_id.is_(None), row.way_id.not_in(busy)))


def _is_free() -> ColumnElement[bool]:
    return or_(MESSAGE.c.leased_until.is_(None), MESSAGE.c.leased_until <= DatabaseNow())


def _taking(number: ColumnElement[Any], *, counts: int) -> ReturningUpdate[Any]:
    """Hold a message until a lease ends, and say what is to be sent."""
    row = MESSAGE.c
    held = update(MESSAGE).where(row.id == number).values(
        leased_by=bindparam("holder"), leased_until=DatabaseLater(bindparam("seconds")),
        tried_at=bindparam("moment"), attempts=row.attempts + counts,
    )  # fmt: skip
    return held.returning(
        row.id, row.key, row.person_id, row.channel, row.way_id, row.digest_id, row.template, row.parameters,
        row.urgency, row.attempts, row.made_at, row.not_before, _is_put_off().label("is_put_off"),
    )  # fmt: skip


_NEXT = {is_mail: _next(is_mail=is_mail) for is_mail in (True, False)}
_CLAIMS = {is_mail: _taking(query.scalar_subquery(), counts=1) for is_mail, query in _NEXT.items()}
_PROBES = _taking(bindparam("number"), counts=0)
"""Put together once: what is asked for each message is half of what it costs to send it."""


def _to_probe(session: Session, channel: ChannelKind, now: datetime) -> int | None:
    """The message that is next to be sent to a peer that nobody has tried for a while."""
    row = MESSAGE.c
    off = and_(waiting(), row.channel == channel, _is_put_off())
    peer = row.way_id if channel in MANY_PEERS else row.channel
    away = select(peer).where(off).group_by(peer).having(func.max(row.tried_at) <= now - PROBE).limit(1)
    found = session.execute(away).first()
    if found is None:
        return None
    first = select(row.id).where(off, peer == found[0], _is_free()).order_by(row.not_before, row.id)
    number: int | None = session.scalar(first.limit(1))
    return number


def _claimed(each: Row[Any], *, now: datetime, planned_at: datetime | None = None) -> Claimed:
    return Claimed(
        each.id, each.key, each.person_id, each.channel, each.way_id, each.digest_id, each.template,
        each.parameters, each.urgency, each.attempts, each.made_at, bool(each.is_put_off), planned_at, now,
    )  # fmt: skip


_MINE = and_(MESSAGE.c.id == bindparam("number"), MESSAGE.c.leased_by == bindparam("holder"), waiting())
_FREED = {"leased_by": None, "leased_until": None}
_SENT = (
    update(MESSAGE)
    .where(_MINE)
    .values(sent_at=bindparam("at"), code=None, answer=bindparam("said"), **_FREED)
)


def renew(session: Session, number: int, holder: str, lease: timedelta) -> bool:
    """Hold on to a message while it is being sent; False if somebody else took it meanwhile."""
    until = DatabaseLater(bindparam(None, lease.total_seconds(), unique=True))
    found = session.execute(update(MESSAGE).where(_held(number, holder)).values(leased_until=until))
    return _is_done(found)


def sent(session: Session, number: int, holder: str, *, at: datetime, answer: str) -> bool:
    """Mark as sent; False if the lease was lost, and then nothing is marked."""
    return _is_done(session.execute(_SENT, {"number": number, "holder": holder, "at": at, "said": answer}))


def again(
    session: Session, number: int, holder: str, *, not_before: datetime, code: str, answer: str
) -> bool:
    """Have it tried again later."""
    return _settle(session, number, holder, not_before=not_before, code=code, answer=answer)


def hold(session: Session, message: Claimed, holder: str, *, not_before: datetime) -> bool:
    """Leave it for later as it was: this try was none, and that it waits now is nobody's fault."""
    attempts = message.attempts - (message.planned_at is None)
    return _settle(session, message.id, holder, not_before=not_before, attempts=attempts, code=None)


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
    values |= _FREED
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
    """How the outbox stands: messages due and not sent, since when the oldest is due, and given up ones.

    What was tried in vain is due since it was to go out first, whenever it is tried next.
    """

    due: int
    since: datetime | None
    dead: int
    waiting: int


def queue(session: Session, *, now: datetime) -> Queue:
    """What operators look at."""
    row, owed = MESSAGE.c, func.coalesce(DIGEST.c.not_before, MESSAGE.c.made_at)
    is_tried = _is_in_vain()
    was_due = case((~is_tried, row.not_before), (owed > row.made_at, owed), else_=row.made_at)
    due, since = session.execute(
        select(func.count(), func.min(was_due))
        .select_from(MESSAGE.outerjoin(DIGEST, DIGEST.c.id == row.digest_id))
        .where(waiting(), or_(row.not_before <= now, is_tried))
    ).one()
    gone = session.scalar(select(func.count()).where(row.dead_at.is_not(None), row.voided_at.is_(None)))
    left = session.scalar(select(func.count()).select_from(MESSAGE).where(waiting()))
    return Queue(due, since, gone or 0, left or 0)


def _is_in_vain() -> ColumnElement[bool]:
    """The condition that the last try failed; not where her own program fails who was reached otherwise."""
    row, other = MESSAGE.c, MESSAGE.alias().c
    told = select(other.id).where(other.digest_id == row.digest_id, other.sent_at.is_not(None))
    return and_(row.attempts > 0, row.code.is_not(None), or_(row.channel.not_in(MANY_PEERS), ~told.exists()))


def bring_forward(session: Session, by: timedelta, *, now: datetime) -> None:
    """What waits for a moment after ``now`` waits for one that is so much earlier: the clock went back."""
    row = MESSAGE.c
    later = session.execute(select(row.id, row.not_before).where(waiting(), row.not_before > now)).all()
    for number, not_before in later:
        session.execute(update(MESSAGE).where(row.id == number).values(not_before=max(now, not_before - by)))
