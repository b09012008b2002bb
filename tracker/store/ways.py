"""The ways by which people are reached besides the page, and how well each works."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, distinct, func, insert, or_, select, update
from sqlalchemy.orm import Session

from tracker.domain.messages import ChannelKind, reason_in
from tracker.store.people_tables import PERSON
from tracker.store.reminder_tables import WAY
from tracker.store.scope import numbered

MANY_FAILURES = 3
"""After so many letters that a way will never take, it is not used any more (CHN-4)."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way to a person. ``address`` is what the channel calls her, sealed where it is secret."""

    id: int
    person: int
    channel: ChannelKind
    address: str
    secret: str | None = field(repr=False)
    added_at: datetime
    confirmed_at: datetime | None
    failures: int
    bad_since: datetime | None
    answer: str | None

    @property
    def fault(self) -> str:
        """Why it takes nothing, as one of :data:`REASONS`, where its peer said nothing."""
        return reason_in(self.answer)

    @property
    def is_used(self) -> bool:
        """Whether letters go this way."""
        return self.confirmed_at is not None and self.bad_since is None


def add(
    session: Session,
    person: int,
    channel: ChannelKind,
    address: str,
    *,
    at: datetime,
    secret: str | None = None,
    confirmed: bool = False,
) -> int:
    """Keep a way and return its number."""
    values = {
        "person_id": person,
        "channel": channel,
        "address": address,
        "secret": secret,
        "added_at": at,
        "confirmed_at": at if confirmed else None,
        "failures": 0,
    }
    number: int = session.execute(insert(WAY).values(values).returning(WAY.c.id)).scalar_one()
    return number


def count_bad(session: Session) -> tuple[int, int]:
    """How many ways take nothing any more, and how many people of those who are there they lead to."""
    is_there = and_(PERSON.c.disabled_at.is_(None), PERSON.c.erased_at.is_(None))
    is_bad = and_(WAY.c.bad_since.is_not(None), WAY.c.removed_at.is_(None))
    is_present = or_(WAY.c.channel != ChannelKind.MAIL, WAY.c.address == PERSON.c.email)
    query = select(func.count(), func.count(distinct(WAY.c.person_id))).select_from(
        WAY.join(PERSON, PERSON.c.id == WAY.c.person_id)
    )
    number, people = session.execute(query.where(is_there, is_bad, is_present)).one()
    return number, people


def of_people(session: Session, people: Iterable[int]) -> Mapping[int, tuple[Way, ...]]:
    """The ways of some people that were not taken away, in the order in which they were added."""
    return _of(session, numbered(session, WAY.c.person_id, people))


def of_troubled(session: Session) -> Mapping[int, tuple[Way, ...]]:
    """The ways of everybody who has a bad one."""
    bad = select(WAY.c.person_id).where(WAY.c.bad_since.is_not(None), WAY.c.removed_at.is_(None))
    return _of(session, WAY.c.person_id.in_(bad))


def _of(session: Session, whose: ColumnElement[bool]) -> Mapping[int, tuple[Way, ...]]:
    found: dict[int, tuple[Way, ...]] = {}
    query = select(WAY).where(whose, WAY.c.removed_at.is_(None)).order_by(WAY.c.id)
    for row in session.execute(query):
        found[row.person_id] = (*found.get(row.person_id, ()), _way(row))
    return found


def get(session: Session, number: int) -> Way | None:
    """One way, unless it was taken away."""
    wanted = and_(WAY.c.id == number, WAY.c.removed_at.is_(None))
    row = session.execute(select(WAY).where(wanted)).one_or_none()
    return None if row is None else _way(row)


def of_chat(session: Session, chat: str) -> Way | None:
    """The way that a Telegram chat is."""
    is_chat = and_(WAY.c.channel == ChannelKind.TELEGRAM, WAY.c.address == chat, WAY.c.removed_at.is_(None))
    row = session.execute(select(WAY).where(is_chat).order_by(WAY.c.id.desc()).limit(1)).first()
    return None if row is None else _way(row)


def _way(row: Row[Any]) -> Way:
    return Way(
        row.id, row.person_id, row.channel, row.address, row.secret, row.added_at, row.confirmed_at,
        row.failures, row.bad_since, row.answer,
    )  # fmt: skip


def change(session: Session, number: int, **values: object) -> None:
    """Change what is kept of a way."""
    session.execute(update(WAY).where(WAY.c.id == number).values(values))


def worked(session: Session, way: Way) -> None:
    """It took a letter: what failed before counts no more."""
    if way.failures or way.bad_since:
        change(session, way.id, failures=0, bad_since=None, answer=None)


def mail_worked(session: Session, person: int, *, put_at: datetime) -> None:
    """Her mail took a letter put at a moment: what failed before at her present address counts no more.

    What was put before her mailbox was closed tells nothing: servers take letters and send them back later.
    """
    session.execute(_MAIL_WORKED, {"person": person, "mail": ChannelKind.MAIL, "put_at": put_at})


_MAIL_WORKED = (
    update(WAY)
    .where(
        WAY.c.person_id == bindparam("person"),
        WAY.c.channel == bindparam("mail"),
        WAY.c.address == select(PERSON.c.email).where(PERSON.c.id == bindparam("person")).scalar_subquery(),
        WAY.c.failures > 0,
        or_(WAY.c.bad_since.is_(None), WAY.c.bad_since <= bindparam("put_at")),
    )
    .values(failures=0, bad_since=None, answer=None)
)


def failed(session: Session, way: Way, *, answer: str, at: datetime, for_good: bool = False) -> bool:
    """It will never take a letter; whether it is bad from now on, as one gone ``for_good`` is at once."""
    failures = way.failures + 1
    is_bad = way.bad_since is None and (for_good or failures >= MANY_FAILURES)
    change(session, way.id, failures=failures, answer=answer, bad_since=at if is_bad else way.bad_since)
    return is_bad
