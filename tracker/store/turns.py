"""Letters that wait for their turn at a host that calls for one at a time."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, update
from sqlalchemy.orm import Session

from tracker.store.outbox import MANY_PEERS, Claimed, waiting
from tracker.store.reminder_tables import MESSAGE


def give(session: Session, message: Claimed, *, now: datetime, within: timedelta) -> None:
    """A host is free again: what was put off by no more than a turn at a channel of hosts is due now.

    Which host a way leads to is not known here; a letter whose host is still busy waits for another turn.
    """
    if message.channel not in MANY_PEERS:
        return
    row = MESSAGE.c
    is_soon = and_(row.not_before > now, row.not_before <= now + within)
    held = and_(waiting(), row.channel == message.channel, row.code.is_(None), row.leased_until.is_(None))
    session.execute(update(MESSAGE).where(held, is_soon).values(not_before=now))
