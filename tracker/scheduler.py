"""The tick: APScheduler is a clock and nothing else; what is due is asked of the database every time."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine

from tracker.clock import Clock, MachineClock, legal_day
from tracker.domain.errors import DatabaseNotReady
from tracker.services import operating, witnessing
from tracker.services.evaluating import Book
from tracker.store import jobs, pruning, registry
from tracker.store.engine import reading, transaction
from tracker.store.job_tables import Outcome
from tracker.store.jobs import Job
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
        tick.stop()


class Tick:
    """Judges due needs once for each day and state of the facts, and is heard of every time.

    Once a legal day it forgets old sessions, links and tries, and reads the whole journal. Its last run is
    the heartbeat that ``/readyz`` waits for.
    """

    def __init__(self, engine: Engine, book: Book, clock: Clock) -> None:
        self._engine, self._book, self._clock = engine, book, clock
        self._done: tuple[date, object] | None = None
        self._checked: date | None = None

    def __call__(self) -> None:
        began_at = self._clock.now()
        try:
            self._judge(began_at)
            self._be_heard(began_at, Outcome.DONE)
            self._look_after(began_at)
        except DatabaseNotReady as error:
            log.warning("the tick waits: %s", error)

    def stop(self) -> None:
        """Say that nobody is to expect the next tick."""
        try:
            self._be_heard(self._clock.now(), Outcome.STOPPED)
        except DatabaseNotReady as error:
            log.warning("the tick ends unheard: %s", error)

    def _judge(self, now: datetime) -> None:
        today = legal_day(now)
        with reading(self._engine) as session:
            facts = registry.data_version(session)
        if self._done == (today, facts):
            return
        with transaction(self._engine, seeing=EVERYTHING) as session:
            run = operating.judge(session, now=now, today=today, book=self._book)
        self._done = (today, facts)
        log.info("judged %s of %s needs, wrote %s", run.assessed, run.needs, run.written)

    def _be_heard(self, began_at: datetime, outcome: Outcome) -> None:
        with transaction(self._engine) as session:
            ended_at = self._clock.now()
            jobs.record(session, Job.TICK, began_at=began_at, ended_at=ended_at, outcome=outcome)

    def _look_after(self, now: datetime) -> None:
        if self._checked == legal_day(now):
            return
        with transaction(self._engine) as session:
            pruning.prune(session, now=now)
        chain = witnessing.check_chain(self._engine, now=now)
        self._checked = legal_day(now)
        if chain.broken_at:
            log.error("the journal does not fit its chain at entry %s", chain.broken_at)
