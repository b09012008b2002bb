"""Links that work once: an invitation, a new password, the way to a second step, and to a chat."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import and_, bindparam, delete, insert, select, update
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
    return session.scalar(_WHOSE, _asked(secret, purposes, now))


def use_link(session: Session, secret: str, *purposes: Purpose, now: datetime) -> int | None:
    """Use a living link up and say whose it is; of two at once only one gets it."""
    whose: int | None = session.scalar(_USED, _asked(secret, purposes, now))
    return whose


def end_links(session: Session, person_id: int, *purposes: Purpose) -> None:
    """Take the links of a person away: all, or those of some purposes."""
    mine = LINK.c.person_id == person_id
    wanted = and_(mine, LINK.c.purpose.in_(purposes)) if purposes else mine
    session.execute(delete(LINK).where(wanted))


def _forget_old(session: Session, person_id: int, purpose: Purpose, *, now: datetime) -> None:
    mine = and_(LINK.c.person_id == person_id, LINK.c.purpose == purpose)
    session.execute(delete(LINK).where(mine, LINK.c.expires_at <= now))


_ALIVE = and_(
    LINK.c.secret_hash == bindparam("hashed"),
    LINK.c.purpose.in_(bindparam("purposes", expanding=True)),
    LINK.c.used_at.is_(None),
    LINK.c.made_at <= bindparam("at_moment"),
    LINK.c.expires_at > bindparam("at_moment"),
)
_WHOSE = select(LINK.c.person_id).where(_ALIVE)
_USED = update(LINK).where(_ALIVE).values(used_at=bindparam("at_moment")).returning(LINK.c.person_id)
"""Asked at every try of a second step, and so written once."""


def _asked(secret: str, purposes: tuple[Purpose, ...], now: datetime) -> dict[str, object]:
    return {"hashed": hashed(secret), "purposes": purposes, "at_moment": now}
