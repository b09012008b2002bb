"""Sessions: one commit or nothing, one writer at a time, and a plain reason when there is no database."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.web.register import NOW
from tracker import scheduler
from tracker.clock import FixedClock
from tracker.domain.errors import DatabaseNotReady, SettingsRefused
from tracker.services.evaluating import Book
from tracker.settings import Settings
from tracker.store import engine as engines
from tracker.store.engine import durability, for_loops, make_engine, reading, transaction, wal_is_safe
from tracker.store.tables import RECORDING

MOMENT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def record(engine: Engine, seq: int, source: str = "file") -> None:
    with transaction(engine) as session:
        values = {"seq": seq, "recorded_at": MOMENT, "actor": "officer", "source": source, "reason": ""}
        session.execute(insert(RECORDING), values)


def sources(engine: Engine) -> list[str]:
    with reading(engine) as session:
        return list(session.scalars(select(RECORDING.c.source).order_by(RECORDING.c.seq)))


def reason(engine: Engine) -> object:
    with pytest.raises(DatabaseNotReady) as refused:
        sources(engine)
    return refused.value.details["reason"]


def test_a_transaction_commits_at_its_end(engine: Engine) -> None:
    record(engine, 1)
    record(engine, 2, "page")
    assert sources(engine) == ["file", "page"]


def test_an_exception_in_a_transaction_leaves_nothing_behind(engine: Engine) -> None:
    def change_my_mind() -> None:
        with transaction(engine) as session:
            session.execute(
                insert(RECORDING),
                {"seq": 1, "recorded_at": MOMENT, "actor": "", "source": "", "reason": ""},
            )
            raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError, match="changed my mind"):
        change_my_mind()
    assert sources(engine) == []


def test_a_reading_session_cannot_write_and_the_next_session_can(engine: Engine) -> None:
    record(engine, 1, "before")

    def write_while_reading() -> None:
        with reading(engine) as session:
            session.execute(update(RECORDING).values(source="after"))

    with pytest.raises(DatabaseNotReady) as refused:
        write_while_reading()
    assert refused.value.details["reason"] == "read_only"
    assert sources(engine) == ["before"]
    record(engine, 2)


def test_a_reading_session_sees_one_moment_while_others_write(engine: Engine) -> None:
    record(engine, 1)
    writer = threading.Thread(target=record, args=(engine, 2))
    with reading(engine) as session:
        count = len(session.scalars(select(RECORDING.c.seq)).all())
        writer.start()
        writer.join(0.5)
        assert len(session.scalars(select(RECORDING.c.seq)).all()) == count
    writer.join()
    assert len(sources(engine)) == 2


def test_no_increment_of_six_threads_is_lost(engine: Engine) -> None:
    record(engine, 1, "0")

    def increment_thirty_times(_: int) -> None:
        for _ in range(30):
            with transaction(engine) as session:
                count = int(session.scalar(select(RECORDING.c.source)) or 0)
                session.execute(update(RECORDING).values(source=str(count + 1)))

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(increment_thirty_times, range(6)))
    assert sources(engine) == ["180"]


def test_a_writer_that_waited_too_long_is_told_that_the_database_is_busy(database_url: str) -> None:
    engine = make_engine(database_url, wait_seconds=1)
    with transaction(engine), pytest.raises(DatabaseNotReady) as refused:
        record(engine, 1)
    assert refused.value.details["reason"] == "busy"
    record(engine, 1)
    engine.dispose()


def test_what_breaks_a_check_is_a_bug_and_its_rows_are_not_in_the_text(engine: Engine) -> None:
    record(engine, 1, "secret name")
    with pytest.raises(IntegrityError) as broken:
        record(engine, 1, "secret name")
    assert "secret name" not in str(broken.value).partition("DETAIL")[0]
    assert "parameters hidden" in str(broken.value)


def test_a_moment_without_a_zone_is_refused_and_others_come_back_in_utc(engine: Engine) -> None:
    record(engine, 1)
    with reading(engine) as session:
        assert session.scalar(select(RECORDING.c.recorded_at)) == MOMENT
        naive = select(RECORDING).where(RECORDING.c.recorded_at == MOMENT.replace(tzinfo=None))
        with pytest.raises(Exception, match="a moment needs a zone"):
            session.execute(naive)


def test_a_missing_file_is_named_and_not_created(tmp_path: Path) -> None:
    assert reason(make_engine(f"sqlite:///{tmp_path / 'none.db'}")) == "missing"
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "photo.db").write_bytes(b"not a database at all" * 100)
    assert reason(make_engine(f"sqlite:///{tmp_path / 'photo.db'}")) == "damaged"


def test_a_folder_in_place_of_a_file_is_named(tmp_path: Path) -> None:
    assert reason(make_engine(f"sqlite:///{tmp_path}")) == "unreadable"


def test_a_server_that_does_not_answer_is_named(tmp_path: Path) -> None:
    engine = make_engine(f"postgresql+psycopg://nobody@/none?host={tmp_path}")
    assert reason(engine) == "unreachable"


@pytest.mark.parametrize("url", ["", "mysql://localhost/tracker", "not an address", "sqlite+none:///x.db"])
def test_an_impossible_address_is_refused(url: str) -> None:
    with pytest.raises(SettingsRefused):
        make_engine(url)


def test_sqlite_keeps_what_it_acknowledges(sqlite_url: str) -> None:
    engine = make_engine(sqlite_url)
    found = durability(engine)
    engine.dispose()
    journal = "wal" if wal_is_safe(sqlite3.sqlite_version_info) else "delete"
    assert found["journal_mode"] == journal
    assert found["synchronous"] == "2"
    assert found["foreign_keys"] == "1"
    assert int(found["busy_timeout"]) >= 5_000


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 9), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
        ((4, 0, 0), True),
    ],
)
def test_wal_is_used_only_where_its_fault_is_repaired(version: tuple[int, ...], safe: bool) -> None:
    assert wal_is_safe(version) is safe


@pytest.mark.parametrize("session_of", [reading, transaction])
def test_no_statement_of_a_loop_holds_up_postgresql_for_long(
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    session_of: Callable[[Engine], AbstractContextManager[Session]],
) -> None:
    record(for_loops(engine), 1)
    assert sources(for_loops(engine)) == ["file"]
    if engine.dialect.name != "postgresql":
        return
    for each, shown in ((for_loops(engine), "30s"), (engine, "0")):
        with session_of(each) as session:
            assert session.scalar(text("SHOW statement_timeout")) == shown
    monkeypatch.setattr(engines, "LOOP_SECONDS", 0.05)
    with pytest.raises(DatabaseNotReady) as refused, session_of(for_loops(engine)) as session:
        session.scalar(text("SELECT pg_sleep(5)"))
    assert refused.value.details["reason"] == "busy"


def test_all_that_the_scheduler_asks_is_bound_so(engine: Engine) -> None:
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    with scheduler.working(Settings(), engine, Book.load(), FixedClock(NOW)):
        pass
    bound = [each for each in asked if "statement_timeout" in each]
    confined = [each for each in asked if "lock_timeout" in each]
    assert len(bound) >= len(confined)
    assert bool(confined) == (engine.dialect.name == "postgresql")


@pytest.mark.parametrize("database", ["postgresql"])
def test_a_writer_that_stops_in_the_middle_lets_the_others_write(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction(engine) as session:
        assert session.scalar(text("SHOW idle_in_transaction_session_timeout")) == "15min"
    monkeypatch.setattr(engines, "IDLE_SECONDS", 0.05)

    def stop() -> None:
        with transaction(engine) as session:
            time.sleep(0.2)  # as one that was stopped and goes on
            session.execute(text("SELECT 1"))

    with pytest.raises(DatabaseNotReady):
        stop()
    record(engine, 1)
    assert sources(engine) == ["file"]
