"""What was to be told and has reached nobody yet: it may be taken back, or owed to somebody else (REM-13)."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from tracker.domain.days import legal_day
from tracker.domain.digests import MayRead
from tracker.domain.keys import subject_of
from tracker.domain.messages import PLAN
from tracker.domain.reminders import Watch
from tracker.domain.withdrawing import Mark, Why
from tracker.store import digests, watching
from tracker.store.digests import Unsent
from tracker.store.outbox import Claimed
from tracker.store.watching import Spot

WITHDRAWN = "withdrawn"
"""Why the message of a digest is not sent of which nothing is left."""

RECENT = timedelta(days=30)
"""Digests whose letters may come to nothing still: that is noticed at once, of older ones on the next day."""


def unread(
    session: Session, *, since: date, besides: Iterable[Spot] = (), wayless: Collection[int] = ()
) -> Mapping[str, Unsent]:
    """The reminders that no letter brought to anybody yet, however often it was tried.

    Without those of the deadlines ``besides``: nobody knows today whether they still stand. What has no
    letter, since a day, is among them once a way leads to its reader or to whom it was for, for the
    ``wayless`` have none; and what died of a peer that was away for too long, once that is back.
    """
    found = digests.undelivered(session, void=WITHDRAWN)
    bare = digests.without_way(session, since=since)
    found |= {key: one for key, one in bare.items() if not {one.reader, Mark.of(key).person} <= {*wayless}}
    found |= digests.revived(session, since=since, tries=len(PLAN))
    left_out = {subject_of(kind, tuple(json.loads(identity))) for _, _, kind, identity in besides}
    return {key: each for key, each in found.items() if Mark.of(key).subject not in left_out}


def written(session: Session, on: date) -> tuple[int, ...]:
    """Numbers of which one changes with whatever looks write, and with each letter that comes to nothing."""
    voided = digests.voided(session, since=on - RECENT, code=WITHDRAWN)
    dead = digests.dead(session, since=on - RECENT)
    back = len(digests.revived(session, since=on - RECENT, tries=len(PLAN))) if dead else 0
    return (*watching.state(session), digests.newest(session), voided, dead, back)


def are_free(session: Session, keys: Collection[str], *, since: date) -> bool:
    """Whether no letter has brought any of the reminders to anybody, and none is being sent now."""
    found = unread(session, since=since) if keys else {}
    return all(key in found and not found[key].is_held for key in keys)


def overtaken(unread: Mapping[str, Unsent], on: date, served: Collection[int]) -> frozenset[str]:
    """Reminders of an earlier day that wait for the morning of this one, to people who have no digest of it.

    On a working day they stand in its digest, so that two do not come at the same minute.
    """
    return frozenset(
        key
        for key, each in unread.items()
        if each.on < on <= legal_day(each.opens)
        and each.reader not in served
        and not (each.is_tried or each.is_held or each.is_void)
    )


def told_nothing(unread: Mapping[str, Unsent], on: date) -> frozenset[int]:
    """Who was to be told on a day and had no way then."""
    return frozenset(each.reader for each in unread.values() if each.is_bare and each.on == on)


def astray(unread: Mapping[str, Unsent], watches: Iterable[Watch], may_read: MayRead) -> frozenset[str]:
    """Unread reminders that no letter will bring any more, or that go to who may not read them for others."""
    void = frozenset(key for key, each in unread.items() if each.is_void)
    in_place = {key: each.reader for key, each in unread.items() if each.reader != Mark.of(key).person}
    if not in_place:
        return void
    unseen = {
        (subject_of(watch.due.kind, watch.due.identity), reader)
        for watch in watches
        for reader in set(in_place.values())
        if not may_read(reader, watch.due)
    }
    return void | {key for key, reader in in_place.items() if (Mark.of(key).subject, reader) in unseen}


def owe_all_again(session: Session, message: Claimed, *, now: datetime, is_lost: bool) -> None:
    """What was lost with a letter, and nothing came of it, is told to nobody yet: the next look owes it.

    What the digest says is not read for that, for it may be what is at fault.
    """
    if not is_lost or message.digest is None:
        return
    if not digests.is_told_besides(session, message.digest, message.id):
        digests.withdraw_all(session, message.digest, why=Why.PEOPLE, at=now)


def owe_again(session: Session, message: Claimed, left_out: Mapping[str, str], *, now: datetime) -> None:
    """What a letter was to tell and left out is told to nobody yet, unless another way told it before.

    It is taken back, so the next look owes it to whoever is to hear of it then.
    """
    if not left_out or message.digest is None or digests.is_told_besides(session, message.digest, message.id):
        return
    here = digests.get(session, message.digest)
    gone = {key: Why(why) for key, why in left_out.items() if key not in here.withdrawn}
    digests.withdraw(session, gone, at=now)
