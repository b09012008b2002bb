"""What of digests that went out could not be put into words: rows that are dead from the first (REM-8)."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from tracker.domain.messages import UNREADABLE
from tracker.store.bulk import insert_all
from tracker.store.outbox import PUT, Claimed
from tracker.store.people_tables import PERSON
from tracker.store.reminder_tables import MESSAGE
from tracker.store.scope import among

TEMPLATE = "unreadable"
"""The template of a message that nobody sends: what it was to tell cannot be put into words."""


@dataclass(frozen=True, slots=True)
class Aside:
    """The keys of a digest that no letter tells, since when, and to whom they were owed."""

    digest: int
    keys: frozenset[str]
    since: datetime


def add(session: Session, message: Claimed, keys: Collection[str], *, tries: int, at: datetime) -> bool:
    """Lay keys of a message's digest aside; False where another letter of the same digest did before."""
    key = _key(message.digest)
    if session.execute(select(MESSAGE.c.id).where(MESSAGE.c.key == key)).first() is not None:
        return False
    said = json.dumps({"digest": message.digest, "keys": sorted(keys)}, ensure_ascii=False)
    row = (
        key, message.person, message.channel, message.way, None, TEMPLATE, said, message.urgency, at, at,
        tries, at, UNREADABLE,
    )  # fmt: skip
    insert_all(session, MESSAGE, (*PUT, "dead_at", "code"), [row])
    return True


def of_digests(session: Session, digests: Iterable[int]) -> frozenset[str]:
    """The keys of some digests that no letter tells."""
    found = session.execute(_rows().where(among(session, MESSAGE.c.key, map(_key, digests))))
    return frozenset(key for row in found for key in _aside(row).keys)


def since(session: Session, at: datetime) -> tuple[Aside, ...]:
    """What was laid aside from a moment on, of people who are still there."""
    query = _rows().join(PERSON, PERSON.c.id == MESSAGE.c.person_id)
    is_there = PERSON.c.disabled_at.is_(None) & PERSON.c.erased_at.is_(None)
    found = session.execute(query.where(MESSAGE.c.dead_at >= at, is_there).order_by(MESSAGE.c.id))
    return tuple(map(_aside, found))


def _key(digest: int | None) -> str:
    return f"{TEMPLATE}:{digest}"


def _rows() -> Select[Any]:
    return select(MESSAGE.c.parameters, MESSAGE.c.dead_at).where(MESSAGE.c.template == TEMPLATE)


def _aside(row: Row[Any]) -> Aside:
    said = json.loads(row.parameters)
    return Aside(said["digest"], frozenset(said["keys"]), row.dead_at)
