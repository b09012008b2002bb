"""What could not be delivered goes another way; if there is none, the next in line is told (CHN-4, REM-9)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.domain.messages import LONGEST_ANSWER, PLAN, ChannelKind, Delivery, Fate, Fault
from tracker.domain.people import Person
from tracker.domain.roles import Role
from tracker.feeds.regions import REGIONS
from tracker.services.proving_life import CANARY
from tracker.services.reminding import DIGEST, message_key, open_ways
from tracker.store import accounts, digests, folding, outbox, stranded, ways
from tracker.store.outbox import Claimed, Note
from tracker.store.ways import Way

STATED = (None, *(region.code for region in REGIONS))
"""What a line can say of the region of its school."""

HIGHER = (Role.MINISTRY, Role.ADMIN)
"""Who is told where a region has no head."""

LOST = "dead_letter"
"""The template of a message that tells what did not reach somebody else."""

SHUT = "channel_not_set_up"
"""Why a message is not sent that went another way instead: its channel is set up no more."""

BAD_WAY = "bad_way"
"""The template of a message that tells of a way that takes nothing any more."""


def reroute(
    session: Session,
    message: Claimed,
    delivery: Delivery,
    *,
    now: datetime,
    by: Collection[ChannelKind],
    for_good: bool = False,
) -> bool:
    """After a message came to nothing: mark its way, and put it on another, or tell the next in line.

    ``by`` are the channels that there are. What told of another's loss is not told of again. Whether its way
    is bad from now on, as one that is closed ``for_good`` is.
    """
    is_bad = close(session, message, delivery, now=now, by=by, for_good=for_good)
    account = accounts.account_of(session, message.person)
    if account is None or message.template != DIGEST or message.digest is None:
        return is_bad
    if not _elsewhere(session, message.digest, message.urgency, account.person, now, by):
        tell_next(session, message, account.person, delivery.code, delivery.answer, now, by)
    return is_bad


def close(
    session: Session,
    message: Claimed,
    delivery: Delivery,
    *,
    now: datetime,
    by: Collection[ChannelKind],
    for_good: bool = False,
) -> bool:
    """Count what a way will never take; whether it is bad from now on: then its owner and others are told."""
    account = accounts.account_of(session, message.person)
    is_closed = delivery.fate is Fate.NEVER or _is_dumb(message, delivery)
    if account is None or not is_closed or message.template == CANARY:
        return False
    way = _failing(session, message, account.person, now)
    is_gone, answer = for_good or delivery.code == Fault.GONE, delivery.answer or delivery.code
    if way is None or not ways.failed(session, way, answer=answer, at=now, for_good=is_gone):
        return False
    _tell_bad(session, message, account.person, answer, now, by)
    return True


def _is_dumb(message: Claimed, delivery: Delivery) -> bool:
    """Whether a program of hers took a letter at no try of the plan; what we did not install is not hers."""
    is_hers = message.channel in outbox.MANY_PEERS and delivery.code != Fault.NOT_INSTALLED
    return is_hers and message.attempts > len(PLAN)


def leave_shut(session: Session, *, now: datetime, by: Collection[ChannelKind]) -> None:
    """Digests that wait for channels which are set up no more go another way; those without one wait."""
    for each in stranded.stranded(session, by):
        account = accounts.account_of(session, each.person)
        if account is None or account.disabled_at or account.erased_at:
            continue
        if _elsewhere(session, each.digest, each.urgency, account.person, now, by):
            stranded.void(session, each.id, at=now, code=SHUT)


def worked(session: Session, message: Claimed, way: Way | None) -> None:
    """After a message was taken: what failed before on its way counts no more."""
    if way is not None:
        ways.worked(session, way)
    elif message.channel is ChannelKind.MAIL and message.template != CANARY:
        ways.mail_worked(session, message.person, put_at=message.made_at)


def _failing(session: Session, message: Claimed, person: Person, now: datetime) -> Way | None:
    """The way that will never take a letter; mail gets one of its own to count on."""
    own = ways.of_people(session, [person.id]).get(person.id, ())
    way = next((way for way in own if way.id == message.way), None)
    if message.channel is ChannelKind.MAIL:
        way = next((w for w in own if w.channel is ChannelKind.MAIL and w.address == person.email), None)
        if way is None:
            number = ways.add(session, person.id, ChannelKind.MAIL, person.email, at=now, confirmed=True)
            way = ways.get(session, number)
    return way


def _tell_bad(
    session: Session,
    message: Claimed,
    person: Person,
    answer: str,
    now: datetime,
    by: Collection[ChannelKind],
) -> None:
    """Tell a person by what is left, and those who answer next for her, that a way of hers is bad (CHN-4)."""
    regions = person.reach.regions | {region for region, _ in person.reach.districts}
    whom = (person, *_next_in_line(session, person, regions | _told_of(session, message)))
    said = {"person": person.id, "channel": message.channel, "answer": answer[:LONGEST_ANSWER]}
    outbox.put(session, _to_all(session, whom, BAD_WAY, message, said, now, by), at=now)


def _told_of(session: Session, message: Claimed, keys: Collection[str] = ()) -> frozenset[str]:
    """The regions of the schools that a message tells of, or that its lines of some keys do.

    Where the region of one of those cannot be read, all those of the message: it may be any of them.
    """
    lines = digests.get(session, message.digest).body["lines"] if message.digest is not None else ()
    ours = [line for line in lines if not keys or not set(keys).isdisjoint(line["keys"])]
    if any(line.get("region", "") not in STATED for line in ours):
        ours = list(lines)
    return frozenset(found for line in ours if isinstance(found := line.get("region"), str))


def _to_all(
    session: Session,
    whom: Collection[Person],
    template: str,
    message: Claimed,
    said: Mapping[str, object],
    now: datetime,
    by: Collection[ChannelKind],
) -> list[Note]:
    """What is told to some people by every way of theirs because of a message."""
    own = ways.of_people(session, [each.id for each in whom])
    return [
        Note(f"{template}:{message.id}:{each.id}:{channel}:{way or 0}", each.id, channel, template,
             message.urgency, now, way, None, said)
        for each in whom
        for channel, way in open_ways(each, own.get(each.id, ()), by)
    ]  # fmt: skip


def _elsewhere(
    session: Session, number: int, urgency: int, person: Person, now: datetime, by: Collection[ChannelKind]
) -> bool:
    """Whether the same digest is on its way, or was sent, or is put now, by a way that is set up.

    What a program took is read by nobody yet: it keeps no other way from being tried, and nobody untold.
    """
    tried = outbox.tries_of(session, number)
    read = [channel for channel in by if channel not in outbox.MANY_PEERS]
    if any(is_alive for (channel, _), is_alive in tried.items() if channel in read):
        return True
    own = ways.of_people(session, [person.id]).get(person.id, ())
    digest = digests.get(session, number)
    left = [(channel, way) for channel, way in open_ways(person, own, by) if (channel, way) not in tried]
    left.sort(key=lambda each: each[0] in outbox.MANY_PEERS)
    for channel, way in left[:1]:
        key = message_key(digest.person, digest.on, digest.serial, channel, way)
        note = Note(key, person.id, channel, DIGEST, urgency, now, way, number)
        outbox.put(session, [note], at=now)
    return any(channel in read for channel, _ in left[:1])


def tell_next(
    session: Session,
    message: Claimed,
    person: Person,
    code: str,
    answer: str,
    now: datetime,
    by: Collection[ChannelKind],
    *,
    keys: Collection[str] = (),
) -> None:
    """Tell those who answer next for the schools of a digest that it did not reach its reader, and why.

    Where only the lines of some ``keys`` did not, those.
    """
    if message.digest is None:
        return
    whom = _next_in_line(session, person, _told_of(session, message, keys))
    said = {
        "person": person.id,
        "channel": message.channel,
        "code": code,
        "answer": answer[:LONGEST_ANSWER],
        "digest": message.digest,
        "keys": sorted(keys),
    }
    alone = folding.join(session, _to_all(session, whom, LOST, message, said, now, by))
    outbox.put(session, alone, at=now)


def _next_in_line(session: Session, person: Person, regions: Collection[str]) -> tuple[Person, ...]:
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
