"""Little work: one contract that changes, and daily runs in which a share of the needs is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import Engine

from bench.rounds import seconds
from bench.world import ON
from tracker.domain.register import ContractRow, RegisterKind
from tracker.services.evaluating import Book, evaluate
from tracker.store import assessments, intake, versions
from tracker.store.engine import transaction

FIRST_CHANGE = datetime(2026, 3, 2, tzinfo=UTC)


def change_one_contract(engine: Engine, book: Book, row: ContractRow, number: int) -> None:
    """Let a contract end a day later and judge its need again; one commit."""
    last = (row.end_on or ON) + timedelta(days=1 + number)
    with transaction(engine) as session:
        at = FIRST_CHANGE + timedelta(minutes=number)
        seq = versions.open_recording(session, at=at, actor="bench", source="bench", reason="change")
        intake.record(session, RegisterKind.CONTRACTS, [replace(row, end_on=last)], seq)
        assessments.mark_due(session, [(row.school_id, row.service.value)])
        run = evaluate(session, today=ON, book=book)
    assert run.assessed == 1


def changes(engine: Engine, book: Book, rows: Sequence[ContractRow]) -> list[float]:
    """The seconds of each of these changes, one after another."""
    return [
        seconds(partial(change_one_contract, engine, book, row, number)) for number, row in enumerate(rows)
    ]


def daily(engine: Engine, book: Book, due: Sequence[tuple[str, str]]) -> float:
    """The seconds of a run in which exactly these needs are due, as their own moment had come."""
    with transaction(engine) as session:
        assessments.mark_due(session, due)

    def run() -> None:
        with transaction(engine) as session:
            assert evaluate(session, today=ON, book=book).assessed == len(due)

    return seconds(run)
