"""The journal: who did what and why. Rows are only added, each chained to the one before by a hash.

A row that was changed, removed or put in between no longer fits the chain, and :func:`verify_chain` names it.
Writers come one at a time (:func:`tracker.store.engine.transaction`), so the chain never forks.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from tracker.store.tables import JOURNAL

START = "0" * 64
"""What the first row is chained to."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the journal."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: str
    prev_hash: str
    hash: str

    @property
    def details(self) -> Mapping[str, Any]:
        """The details as they were given, with everything that JSON does not know as text."""
        found: dict[str, Any] = json.loads(self.detail)
        return found


def append(
    session: Session, *, at: datetime, actor: str, action: str, subject: str, detail: Mapping[str, object]
) -> int:
    """Add a row to the journal and return its number; it is kept if the transaction is."""
    newest = select(JOURNAL.c.seq, JOURNAL.c.hash).order_by(JOURNAL.c.seq.desc()).limit(1)
    before = session.execute(newest).first()
    seq: int = before.seq + 1 if before else 1
    prev_hash: str = before.hash if before else START
    said = (seq, at, actor, action, subject, _canonical(detail), prev_hash)
    session.execute(insert(JOURNAL).values((*said, chained(*said))))
    return seq


def chained(
    seq: int, at: datetime, actor: str, action: str, subject: str, detail: str, prev_hash: str
) -> str:
    """The hash of a row: SHA-256 over everything it says and the hash of the row before."""
    said = [seq, at.astimezone(UTC).isoformat(), actor, action, subject, detail, prev_hash]
    return hashlib.sha256(_canonical(said).encode()).hexdigest()


def verify_chain(session: Session) -> int | None:
    """The number of the first row that does not fit the chain; None where all do."""
    expected, prev_hash = 1, START
    whole = select(JOURNAL).order_by(JOURNAL.c.seq).execution_options(yield_per=1000)
    with session.execute(whole) as rows:
        for row in rows:
            *said, own = row
            if row.seq != expected or row.prev_hash != prev_hash or chained(*said) != own:
                return expected
            expected, prev_hash = expected + 1, own
    return None


def entries(
    session: Session,
    limit: int | None = None,
    offset: int = 0,
    *,
    action: str | None = None,
    actor: str | None = None,
) -> tuple[Entry, ...]:
    """Rows of the journal, the newest first: all, or those of one ``action``, of one ``actor``."""
    wanted = select(JOURNAL).order_by(JOURNAL.c.seq.desc()).limit(limit).offset(offset)
    if action is not None:
        wanted = wanted.where(JOURNAL.c.action == action)
    if actor is not None:
        wanted = wanted.where(JOURNAL.c.actor == actor)
    return tuple(Entry(*row) for row in session.execute(wanted))


def _canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
