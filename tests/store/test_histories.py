"""Stage lengths are counted once and then kept, until tenders, the calendar or the day speak against it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine

from bench.databases import fill
from bench.world import ON, invent
from tests.builders import the_calendar
from tracker.domain.register import RegisterKind, RegisterRow, TenderEventRow
from tracker.domain.tenders import StageHistory
from tracker.domain.vocabulary import TenderEventKind
from tracker.law.loader import load_policy
from tracker.services.evaluating import Book, bench, evaluate
from tracker.store import facts, histories, intake, versions
from tracker.store.engine import reading, transaction

REGISTER = invent(40)
BASIS = "law and calendar"


def counted(engine: Engine, on: date = ON) -> StageHistory:
    with reading(engine) as session:
        finished = facts.tender_histories(session)
    return StageHistory.of(finished, on, policy=load_policy(), calendar=the_calendar())


def kept(engine: Engine, on: date = ON, basis: str = BASIS) -> StageHistory | None:
    with reading(engine) as session:
        return histories.kept_history(session, on=on, basis=basis)


def keep(engine: Engine) -> StageHistory:
    fill(engine, REGISTER)
    history = counted(engine)
    with transaction(engine) as session:
        histories.keep_history(session, history, on=ON, basis=BASIS)
    return history


def record(engine: Engine, kind: RegisterKind, rows: Sequence[RegisterRow]) -> None:
    with transaction(engine) as session:
        at = datetime(2026, 3, 2, tzinfo=UTC)
        seq = versions.open_recording(session, at=at, actor="test", source="test", reason="test")
        intake.record(session, kind, rows, seq)


def test_what_is_kept_is_what_was_counted(engine: Engine) -> None:
    history = keep(engine)
    assert history.lengths
    assert kept(engine) == history
    assert kept(engine, ON + timedelta(days=300)) == history


def test_it_is_not_believed_for_an_earlier_day_or_another_calendar(engine: Engine) -> None:
    keep(engine)
    assert kept(engine, ON - timedelta(days=1)) is None
    assert kept(engine, basis="another calendar") is None


def test_a_new_event_of_a_tender_makes_it_be_counted_anew(engine: Engine) -> None:
    keep(engine)
    live = next(row for row in REGISTER.tenders if row.ended_on is None)
    tomorrow = ON + timedelta(days=1)
    complete = TenderEventRow(live.tender_number, TenderEventKind.COMPLETE, tomorrow)
    record(engine, RegisterKind.TENDER_EVENTS, [complete])
    assert kept(engine) is None
    history = counted(engine)
    assert history.until == tomorrow
    with transaction(engine) as session:
        histories.keep_history(session, history, on=ON, basis=BASIS)
    assert kept(engine) == history
    assert kept(engine, tomorrow) is None


def test_a_new_row_of_a_tender_makes_it_be_counted_anew_and_a_contract_does_not(engine: Engine) -> None:
    keep(engine)
    record(engine, RegisterKind.CONTRACTS, REGISTER.contracts[:1])
    assert kept(engine) is not None
    record(engine, RegisterKind.TENDERS, REGISTER.tenders[:1])
    assert kept(engine) is None


def test_a_run_keeps_what_it_counted_for_those_who_only_read(engine: Engine) -> None:
    fill(engine, REGISTER)
    book = Book.load()
    with transaction(engine) as session:
        evaluate(session, today=ON, book=book)
    with reading(engine) as session:
        shared = bench(session, book, on=ON)
    assert shared.history == counted(engine)
    with transaction(engine) as session:
        session.connection().exec_driver_sql("UPDATE stage_history SET finished = '[]', lengths = '[]'")
    with reading(engine) as session:
        assert bench(session, book, on=ON).history == StageHistory.none()
        assert bench(session, book, on=ON - timedelta(days=1)).history.lengths
