"""Eight processes that import the same file at the same moment are one import (CON-7)."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from threading import BrokenBarrierError

import pytest
from sqlalchemy import Engine

from tests.office import Office, counts, csv_of
from tests.web.register import small_country
from tracker.domain.register import RegisterKind, SchoolRow
from tracker.store import journal, registry
from tracker.store.engine import make_engine, reading

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.office"])
STARTERS = 8
PATIENCE_SECONDS = 60

pytestmark = pytest.mark.xdist_group("processes")


def one_import(url: str, data: bytes, line: object) -> tuple[int, int, int, int]:
    """What each process does once all have come to the line."""
    engine = make_engine(url)
    try:
        line.wait(PATIENCE_SECONDS)  # type: ignore[attr-defined]  # a manager's proxy of a barrier
        return counts(Office(engine).take_in(RegisterKind.SCHOOLS, data))
    except BrokenBarrierError:
        return (-1, -1, -1, -1)
    finally:
        engine.dispose()


def test_eight_processes_that_import_the_same_file_at_once_import_it_once(
    engine: Engine, database_url: str
) -> None:
    schools = [row for row in small_country() if isinstance(row, SchoolRow)]
    data = csv_of(RegisterKind.SCHOOLS, schools)
    with PROCESSES.Manager() as manager, ProcessPoolExecutor(STARTERS, mp_context=PROCESSES) as pool:
        line = manager.Barrier(STARTERS)
        running = [pool.submit(one_import, database_url, data, line) for _ in range(STARTERS)]
        reports = sorted(future.result(PATIENCE_SECONDS) for future in running)
    assert reports == [(0, 0, 11, 0)] * 7 + [(11, 0, 0, 0)]
    office = Office(engine)
    with reading(engine) as session:
        assert len(registry.recordings(session)) == 1
        assert journal.verify_chain(session) is None
    assert office.rows(RegisterKind.SCHOOLS) == {row.key: row for row in schools}
    assert office.differing() == ()
