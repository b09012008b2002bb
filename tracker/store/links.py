"""Links that work once: an invitation, a new password, the way to a second step, and to a chat."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, delete, insert, select, update
from sqlalchemy.orm import Session

from tracker.store.people import hashed
from tracker.store.people_tables import LINK


class Purpose(StrEnum):
    """What a link is for."""

    INVITATION = "invitation"
    RESET = "reset"
    SECOND_STEP = "second_step"
    VOUCHED_STEP = "vouched_step"
    TELEGRAM = "telegram"


SECOND_STEPS = (Purpose.SECOND_STEP, Purpose.VOUCHED_STEP)
"""The ways to the second step: after a password, and after the identity provider."""

LASTS = {
    Purpose.INVITATION: timedelta(days=7),
    Purpose.RESET: timedelta(hours=1),
    Purpose.SECOND_STEP: timedelta(minutes=10),
    Purpose.VOUCHED_STEP: timedelta(minutes=10),
    Purpose.TELEGRAM: timedelta(hours=1),
}
"""How long each works (AUT-12)."""


def make_link(session: Session, person_id: int, purpose: Purpose, *, at: datetime) -> str:
    """A new link's secret, which is kept nowhere; earlier links of the same purpose are dead.

    Second steps stand side by side: whoever has a password cannot stop its owner half way with it.
    """
    if purpose in SECOND_STEPS:
        _forget_old(session, person_id, purpose, now=at)
    else:
        end_links(session, person_id, purpose)
    secret = secrets.token_urlsafe(32)
    values = {
        "secret_hash": hashed(secret),
        "person_id": person_id,
        "purpose": purpose,
        "made_at": at,
        "expires_at": at + LASTS[purpose],
    }
    session.execute(insert(LINK).values(values))
    return secret


def person_of_link(session: Session, secret: str, *purposes: Purpose, now: datetime) -> int | None:
    """Whose living link this is; None for one that is unknown, used, too old or for something else."""
    return session.scalar(select(LINK.c.person_id).where(_alive(secret, purposes, now)))


def use_link(session: Session, secret: str, *purposes: Purpose, now: datetime) -> int | None:
    """Use a living link up and say whose it is; of two at once only one gets it."""
    used = update(LINK).where(_alive(secret, purposes, now)).values(used_at=now)
    whose: int | None = session.scalar(used.returning(LINK.c.person_id))
    return whose


def end_links(session: Session, person_id: int, *purposes: Purpose) -> None:
    """Take the links of a person away: all, or those of some purposes."""
    mine = LINK.c.person_id == person_id
    wanted = and_(mine, LINK.c.purpose.in_(purposes)) if purposes else mine
    session.execute(delete(LINK).where(wanted))


def _forget_old(session: Session, person_id: int, purpose: Purpose, *, now: datetime) -> None:
    mine = and_(LINK.c.person_id == person_id, LINK.c.purpose == purpose)
    session.execute(delete(LINK).where(mine, LINK.c.expires_at <= now))


def _alive(secret: str, purposes: tuple[Purpose, ...], now: datetime) -> ColumnElement[bool]:
    return and_(
        LINK.c.secret_hash == hashed(secret),
        LINK.c.purpose.in_(purposes),
        LINK.c.used_at.is_(None),
        LINK.c.made_at <= now,
        LINK.c.expires_at > now,
    )
