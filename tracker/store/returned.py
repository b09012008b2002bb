"""Mails that were sent and of which word came back: found by their keys or by their receivers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select, update
from sqlalchemy.orm import Session

from tracker.domain.messages import ChannelKind, Fault
from tracker.store.outbox import Claimed
from tracker.store.people_tables import PERSON
from tracker.store.reminder_tables import MESSAGE
from tracker.store.scope import among

DELAYED = "delayed"
"""What is noted of a mail that was taken and waits on the way."""

MOST = 500
"""Mails of the receivers of a report that are compared with it where it names no key."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that a server took, or that came back: ``is_back`` once that is known."""

    message: Claimed
    is_back: bool


def of_key(session: Session, key: str, *, since: datetime) -> Mail | None:
    """The mail of a key."""
    row = session.execute(_taken(since).where(MESSAGE.c.key == key)).one_or_none()
    return None if row is None else _mail(row)


def to_receivers(session: Session, addresses: Iterable[str], *, since: datetime) -> list[Mail]:
    """The newest mails to some addresses."""
    people = select(PERSON.c.id).where(among(session, PERSON.c.email, addresses))
    query = _taken(since).where(MESSAGE.c.person_id.in_(people)).order_by(MESSAGE.c.id.desc()).limit(MOST)
    return [_mail(row) for row in session.execute(query)]


def _taken(since: datetime) -> Select[Any]:
    row = MESSAGE.c
    is_taken = or_(row.sent_at.is_not(None), row.code == Fault.RETURNED)
    return select(MESSAGE).where(row.channel == ChannelKind.MAIL, is_taken, row.tried_at >= since)


def _mail(row: Row[Any]) -> Mail:
    message = Claimed(
        row.id, row.key, row.person_id, row.channel, row.way_id, row.digest_id, row.template,
        row.parameters, row.urgency, row.attempts, row.made_at,
    )  # fmt: skip
    return Mail(message, row.dead_at is not None)


def lose(session: Session, number: int, *, at: datetime, answer: str) -> None:
    """It was taken and came back: it is lost like one that was refused."""
    lost = {"sent_at": None, "dead_at": at, "code": Fault.RETURNED, "answer": answer}
    session.execute(update(MESSAGE).where(MESSAGE.c.id == number).values(lost))


def delay(session: Session, number: int, *, answer: str) -> None:
    """It was taken and waits on the way."""
    session.execute(update(MESSAGE).where(MESSAGE.c.id == number).values(code=DELAYED, answer=answer))


def came_back(session: Session, person: int, *, since: datetime) -> int:
    """How many mails to a person came back."""
    row = MESSAGE.c
    back = and_(row.person_id == person, row.code == Fault.RETURNED, row.dead_at >= since)
    return session.scalar(select(func.count()).select_from(MESSAGE).where(back)) or 0
