"""The tick: APScheduler is a clock and nothing else; what is due is asked of the database every time."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine

from tracker.clock import Clock, MachineClock, legal_day
from tracker.domain.errors import DatabaseNotReady
from tracker.services.evaluating import Book, evaluate
from tracker.store import registry
from tracker.store.engine import reading, transaction
from tracker.store.scope import EVERYTHING

TICK_SECONDS = 60

log = logging.getLogger(__name__)


@contextmanager
def ticking(engine: Engine, book: Book, clock: Clock) -> Iterator[None]:
    """Judge what is due now, and again whenever the day or the facts have changed, while the block runs."""
    tick = Tick(engine, book, clock)
    scheduler = BackgroundScheduler(
        timezone=UTC,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    at_once = MachineClock().now()  # the scheduler waits by the machine's time, whatever day is judged
    scheduler.add_job(tick, "interval", seconds=TICK_SECONDS, next_run_time=at_once)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown()


class Tick:
    """Judges due needs once for each day and state of the facts; with nothing new it asks one question."""

    def __init__(self, engine: Engine, book: Book, clock: Clock) -> None:
        self._engine, self._book, self._clock = engine, book, clock
        self._done: tuple[date, object] | None = None

    def __call__(self) -> None:
        today = legal_day(self._clock.now())
        try:
            with reading(self._engine) as session:
                facts = registry.data_version(session)
            if self._done == (today, facts):
                return
            with transaction(self._engine, seeing=EVERYTHING) as session:
                run = evaluate(session, today=today, book=self._book)
            self._done = (today, facts)
        except DatabaseNotReady as error:
            log.warning("the tick waits: %s", error)
        else:
            log.info("judged %s of %s needs, wrote %s", run.assessed, run.needs, run.written)
