"""Short ways to say a register row, and to record some."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

from sqlalchemy import Engine

from tracker.domain.register import (
    ContractRow,
    RegisterKind,
    RegisterRow,
    SchoolRow,
    TenderEventRow,
    TenderRow,
)
from tracker.store import intake, versions
from tracker.store.engine import transaction

MOMENT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
KIND_OF = {
    SchoolRow: RegisterKind.SCHOOLS,
    ContractRow: RegisterKind.CONTRACTS,
    TenderRow: RegisterKind.TENDERS,
    TenderEventRow: RegisterKind.TENDER_EVENTS,
}


def day(text: str) -> date:
    """A day from its ISO text."""
    return date.fromisoformat(text)


def record(engine: Engine, *rows: RegisterRow, at: datetime = MOMENT) -> int:
    """Record rows of any kinds at one moment; returns the recording's number."""
    with transaction(engine) as session:
        seq = versions.open_recording(session, at=at, actor="officer", source="test", reason="")
        for row_type, kind in KIND_OF.items():
            intake.record(session, kind, [row for row in rows if isinstance(row, row_type)], seq)
    return seq


def record_alike(engine: Engine, kind: RegisterKind, rows: Iterable[RegisterRow]) -> int:
    """Record rows of one kind."""
    with transaction(engine) as session:
        seq = versions.open_recording(session, at=MOMENT, actor="officer", source="test", reason="")
        intake.record(session, kind, rows, seq)
    return seq
