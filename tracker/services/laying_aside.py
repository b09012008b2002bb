"""Deadlines that a letter could not put into words while it told all the others (REM-8).

They are a dead letter of their own, once for a digest whatever its ways: shown, counted and told to the next
in line. What anybody is sent later does not end that, but the end of the deadline does, and so does whoever
takes it up.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from tracker.domain.messages import UNREADABLE, ChannelKind
from tracker.domain.vocabulary import DeadlineKind
from tracker.domain.withdrawing import Mark
from tracker.services import freshening, rerouting
from tracker.store import accounts, digests, holds, laid_aside
from tracker.store.outbox import Claimed
from tracker.store.row_security import whole_country
from tracker.store.stranded import Lost

log = logging.getLogger(__name__)

BROKEN = (AttributeError, LookupError, TypeError, ValueError)
"""What comes of a line that cannot be read."""

QUARANTINE = 3
"""Tries after which a message that is at fault itself is given up on that way (reliability FLT-26)."""

LONGEST = timedelta(days=30)
"""For so long it is told that a deadline stands in no letter, for what is broken may say of no end."""


def lay_aside(
    session: Session, message: Claimed, keys: Collection[str], *, now: datetime, by: Collection[ChannelKind]
) -> None:
    """After a letter went out without the lines of some keys: keep them as dead, tell the next in line.

    They are kept also where nobody can be told: what is wrong with them undoes nothing else.
    """
    account = accounts.account_of(session, message.person)
    if not keys or message.digest is None or account is None:
        return
    if not laid_aside.add(session, message, keys, tries=QUARANTINE, at=now):
        return
    try:
        with session.begin_nested():
            rerouting.tell_next(session, message, account.person, UNREADABLE, "", now, by, keys=keys)
    except BROKEN:
        log.exception("nobody is told what message %s could not put into words", message.id)


def untold(session: Session, *, now: datetime) -> Lost:
    """How many digests have lines that no letter tells and that still stand, and since when."""
    found = laid_aside.since(session, now - LONGEST)
    if found:
        with whole_country(session):  # only a number leaves this
            found = tuple(each for each in found if _stands(session, each))
    return Lost(len(found), min((each.since for each in found), default=None))


def _stands(session: Session, aside: laid_aside.Aside) -> bool:
    kept = digests.get(session, aside.digest)
    left = aside.keys - kept.withdrawn
    lines = (line for line in kept.body["lines"] if not left.isdisjoint(line["keys"]))
    return any(
        freshening.stands(session, line) and not _is_taken_up(session, line, aside.since) for line in lines
    )


def _is_taken_up(session: Session, line: Mapping[str, Any], since: datetime) -> bool:
    """Whether a deadline was taken up since, or put off by one to whom it was owed: so it is known."""
    try:
        people = {Mark.of(key).person for key in line["keys"]}
        deadline, identity = DeadlineKind(line["kind"]), tuple(line["identity"])
        return holds.is_taken_up(session, deadline, identity, since=since, people=people)
    except BROKEN:
        return False
