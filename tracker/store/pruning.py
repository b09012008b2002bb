"""Forgetting how people came in, once nobody asks any more: the journal keeps that they did."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from tracker.store import attempts, people
from tracker.store.people_tables import ATTEMPT, LINK, SIGNED_IN

KEPT = timedelta(days=30)
"""How long sessions and links are kept after their end (house)."""


def prune(session: Session, *, now: datetime) -> None:
    """Delete sessions and links whose end is :data:`KEPT` ago, and tries that count no more.

    The last session of a person stays, for it says when she was last here.
    """
    over = SIGNED_IN.c.began_at <= now - people.LONGEST - KEPT
    session.execute(delete(SIGNED_IN).where(over, _has_later()))
    session.execute(delete(LINK).where(LINK.c.expires_at <= now - KEPT))
    session.execute(delete(ATTEMPT).where(ATTEMPT.c.at <= now - attempts.KEPT))


def _has_later() -> ColumnElement[bool]:
    other = SIGNED_IN.alias()
    later = other.c.used_at > SIGNED_IN.c.used_at
    return select(other.c.id).where(other.c.person_id == SIGNED_IN.c.person_id, later).exists()
