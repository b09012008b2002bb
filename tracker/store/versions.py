"""The only place that knows the two times: when a fact holds, and since when and until when we knew it.

Facts are never overwritten (design §9). A row is known from the recording ``recorded_seq`` until the
recording ``superseded_seq``; present rows have none. Recordings are numbered without gaps, in their order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from tracker.domain.errors import MomentRefused
from tracker.store.scope import either, numbered
from tracker.store.tables import RECORDING

BATCH = 5_000
"""Rows that are handed to the database at once."""

MANY = 1_000
"""Rows that change what a database should know of a table to plan its queries."""

Values = Mapping[str, Any]
"""A row for the database by column names: the one place where values have many types."""


def as_known(table: Table, known_seq: int | None = None) -> ColumnElement[bool]:
    """The rows that are present now (None), or that were known right after the recording ``known_seq``."""
    until = table.c.superseded_seq
    if known_seq is None:
        return until.is_(None)
    return and_(table.c.recorded_seq <= known_seq, or_(until.is_(None), until > known_seq))


def known_seq(session: Session, moment: datetime) -> int:
    """The last recording made by ``moment``; 0 before the first."""
    found = select(func.max(RECORDING.c.seq)).where(RECORDING.c.recorded_at <= moment)
    return session.scalar(found) or 0


def open_recording(session: Session, *, at: datetime, actor: str, source: str, reason: str) -> int:
    """Begin to record facts and return the recording's number.

    Raises :class:`MomentRefused` when ``at`` lies before the newest recording: what was known at an earlier
    moment never changes later.
    """
    newest = session.execute(
        select(RECORDING.c.seq, RECORDING.c.recorded_at).order_by(RECORDING.c.seq.desc()).limit(1)
    ).first()
    if newest and at < newest.recorded_at:
        raise MomentRefused(moment=at, newest=newest.recorded_at)
    seq: int = newest.seq + 1 if newest else 1
    values = {"seq": seq, "recorded_at": at, "actor": actor, "source": source, "reason": reason}
    session.execute(insert(RECORDING).values(values))
    return seq


def add_versions(
    session: Session,
    table: Table,
    rows: Sequence[Values],
    *,
    key: tuple[str, ...],
    seq: int,
    replacing: Sequence[Values] | None = None,
) -> None:
    """Record ``rows`` and supersede the present versions with the same ``key``, in batches.

    ``replacing`` names what is superseded where that is more than the rows' own keys. What the same recording
    said before of a key is forgotten: nobody could have known it.
    """
    named = rows if replacing is None else replacing
    if not named:
        return
    keys = {tuple(row[name] for name in key) for row in named}
    texts = {first for first, *_ in keys if isinstance(first, str)}
    firsts = either(session, table.c[key[0]], texts or None)
    columns = [table.c[name] for name in ("id", "recorded_seq", *key)]
    found = session.execute(select(*columns).where(table.c.superseded_seq.is_(None), firsts)).all()
    present = [(id_, recorded) for id_, recorded, *of_row in found if tuple(of_row) in keys]
    connection = session.connection()
    said_again = [id_ for id_, recorded in present if recorded == seq]
    connection.execute(delete(table).where(numbered(session, table.c.id, said_again)))
    earlier = numbered(session, table.c.id, [id_ for id_, recorded in present if recorded < seq])
    connection.execute(update(table).where(earlier).values(superseded_seq=seq))
    for batch in batches({**row, "recorded_seq": seq} for row in rows):
        connection.execute(insert(table), batch)
    if len(rows) >= MANY:  # without fresh counts the next query may walk the wrong index a thousand times
        connection.exec_driver_sql(f"ANALYZE {table.name}")


def batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The rows in lists that a database takes at once."""
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        yield batch
