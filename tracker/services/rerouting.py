"""What could not be delivered goes another way; if there is none, the next in line is told (CHN-4, REM-9)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.domain.messages import LONGEST_ANSWER, ChannelKind, Delivery, Fate
from tracker.domain.people import Person
from tracker.domain.roles import Role
from tracker.services.proving_life import CANARY
from tracker.services.reminding import DIGEST, message_key, open_ways
from tracker.store import accounts, digests, outbox, ways
from tracker.store.outbox import Claimed, Note

HIGHER = (Role.MINISTRY, Role.ADMIN)
"""Who is told where a region has no head."""

LOST = "dead_letter"
"""The template of a message that tells what did not reach somebody else."""


def reroute(
    session: Session, message: Claimed, delivery: Delivery, *, now: datetime, by: Collection[ChannelKind]
) -> None:
    """After a message came to nothing: mark its way, and put it on another, or tell the next in line.

    ``by`` are the channels that there are. What told of another's loss is not told of again.
    """
    account = accounts.account_of(session, message.person)
    if account is None:
        return
    person = account.person
    if delivery.fate is Fate.NEVER and message.template != CANARY:
        _mark(session, message, person, delivery, now)
    if message.template == DIGEST and not _elsewhere(session, message, person, now, by):
        _tell_next(session, message, person, delivery, now, by)


def _mark(session: Session, message: Claimed, person: Person, delivery: Delivery, now: datetime) -> None:
    """Count a letter that a way will never take; mail gets a way of its own to count on."""
    own = ways.of_people(session, [person.id]).get(person.id, ())
    way = next((way for way in own if way.id == message.way), None)
    if message.channel is ChannelKind.MAIL:
        way = next((w for w in own if w.channel is ChannelKind.MAIL and w.address == person.email), None)
        if way is None:
            number = ways.add(session, person.id, ChannelKind.MAIL, person.email, at=now, confirmed=True)
            way = ways.get(session, number)
    if way is not None:
        ways.failed(session, way, answer=delivery.answer or delivery.code, at=now)


def _elsewhere(
    session: Session, message: Claimed, person: Person, now: datetime, by: Collection[ChannelKind]
) -> bool:
    """Whether the same digest is on its way, or was sent, or is put now, by another way."""
    if message.digest is None:
        return False
    tried = outbox.tries_of(session, message.digest)
    if any(tried.values()):
        return True
    own = ways.of_people(session, [person.id]).get(person.id, ())
    digest = digests.get(session, message.digest)
    left = [(channel, way) for channel, way in open_ways(person, own, by) if (channel, way) not in tried]
    for channel, way in left[:1]:
        key = message_key(digest.person, digest.on, digest.serial, channel, way)
        note = Note(key, person.id, channel, DIGEST, message.urgency, now, way, message.digest)
        outbox.put(session, [note], at=now)
    return bool(left)


def _tell_next(
    session: Session,
    message: Claimed,
    person: Person,
    delivery: Delivery,
    now: datetime,
    by: Collection[ChannelKind],
) -> None:
    """Tell those who answer next for the schools of a digest that it did not reach its reader."""
    if message.digest is None:
        return
    lines = digests.get(session, message.digest).body["lines"]
    whom = _next_in_line(session, person, {line["region"] for line in lines})
    own = ways.of_people(session, [each.id for each in whom])
    said = {
        "person": person.id,
        "channel": message.channel,
        "code": delivery.code,
        "answer": delivery.answer[:LONGEST_ANSWER],
        "lines": len(lines),
        "digest": message.digest,
    }
    outbox.put(
        session,
        [
            Note(f"{LOST}:{message.id}:{each.id}:{channel}:{way or 0}", each.id, channel, LOST,
                 message.urgency, now, way, None, said)
            for each in whom
            for channel, way in open_ways(each, own.get(each.id, ()), by)
        ],
        at=now,
    )  # fmt: skip


def _next_in_line(session: Session, person: Person, regions: Collection[str | None]) -> tuple[Person, ...]:
    """The heads of the regions; where there is none the ministry, else administrators."""
    present = [
        each.person
        for each in accounts.accounts(session)
        if each.person.id != person.id and not each.disabled_at and not each.erased_at
    ]
    heads = [each for each in present if each.role is Role.HEAD and each.reach.regions & set(regions)]
    for found in (heads, *([each for each in present if each.role is role] for role in HIGHER)):
        if found:
            return tuple(found)
    return ()
