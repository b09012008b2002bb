"""The contract lines that a decision brought into the register, and whether they still stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, Select, and_, select
from sqlalchemy.orm import Session

from tracker.domain.origins import DECISION
from tracker.domain.vocabulary import ContractStatus
from tracker.store.intake import RowKey
from tracker.store.tables import CONTRACT_LINE, RECORDING


@dataclass(frozen=True, slots=True)
class Written:
    """What the recording ``seq`` wrote: ``lines`` by key, and whether each is still the same.

    Nothing where a file had brought the contract whole before.
    """

    seq: int
    lines: Mapping[RowKey, bool]


def written_since(session: Session, number: int, since: datetime) -> Written:
    """What the newest recording of a decision since a moment wrote."""
    of_it = _lines(number).where(RECORDING.c.recorded_at >= since)
    rows = session.execute(of_it.order_by(CONTRACT_LINE.c.recorded_seq.desc())).all()
    newest = rows[0].recorded_seq if rows else 0
    return Written(
        newest, {_key(row): row.superseded_seq is None for row in rows if row.recorded_seq == newest}
    )


def cancelled_by(session: Session, number: int) -> frozenset[RowKey]:
    """The lines that stand cancelled since the signed contract of a decision was taken back."""
    row = CONTRACT_LINE.c
    gone = _lines(number).where(row.superseded_seq.is_(None), row.status == ContractStatus.CANCELLED)
    return frozenset(_key(each) for each in session.execute(gone))


def _lines(number: int) -> Select[tuple[str, str, str, int, int | None]]:
    row = CONTRACT_LINE.c
    named = (row.contract_number, row.school_id, row.service, row.recorded_seq, row.superseded_seq)
    return select(*named).join(RECORDING, RECORDING.c.seq == row.recorded_seq).where(_of(number))


def _of(number: int) -> ColumnElement[bool]:
    """Whether a recording is of a decision: a file of such a name has another reason."""
    source = f"{DECISION}{number}"
    return and_(RECORDING.c.source == source, RECORDING.c.reason == source)


def _key(row: Row[tuple[str, str, str, int, int | None]]) -> RowKey:
    return row.contract_number, row.school_id, row.service
