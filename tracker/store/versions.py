"""The only place that knows the two times: when a fact holds, and since when and until when we knew it.

Facts are never overwritten (design §9). A row is known from the recording ``recorded_seq`` until the
recording ``superseded_seq``; present rows have none. Recordings are numbered without gaps, in their order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from tracker.domain.errors import MomentRefused
from tracker.store.tables import RECORDING

BATCH = 5_000
"""Rows that are handed to the database at once."""

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
        raise MomentRefused(at=at.isoformat(), newest=newest.recorded_at.isoformat())
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
    connection = session.connection()
    same = and_(*(table.c[name] == bindparam(f"key_{name}") for name in key))
    keys = [{f"key_{name}": row[name] for name in key} for row in (rows if replacing is None else replacing)]
    if connection.scalar(select(table.c.id).where(table.c.recorded_seq == seq).limit(1)) is not None:
        for batch in batches(keys):
            connection.execute(delete(table).where(table.c.recorded_seq == seq, same), batch)
    for batch in batches(keys):
        supersede = update(table).where(same, table.c.superseded_seq.is_(None))
        connection.execute(supersede.values(superseded_seq=seq), batch)
    for batch in batches({**row, "recorded_seq": seq} for row in rows):
        connection.execute(insert(table), batch)


def batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The rows in lists that a database takes at once."""
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        yield batch
