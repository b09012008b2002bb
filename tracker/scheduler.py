"""The tick: APScheduler is a clock and nothing else; what is due is asked of the database every time.

One process leads and does what is to be done once; every process delivers, for messages are claimed by lease.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from threading import Event

import httpx2
from apscheduler.events import EVENT_SCHEDULER_STARTED
from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers.blocking import BlockingScheduler
from sqlalchemy import Engine

from tracker.clock import Clock, MachineClock, legal_day, passed
from tracker.courier import Courier
from tracker.domain.errors import DatabaseNotReady
from tracker.living import Vital
from tracker.outgoing import Outgoing
from tracker.pulse import Nudge, Steadily
from tracker.services import alarming, conditions, operating, proving_life, reminding, rerouting, witnessing
from tracker.services.evaluating import Book
from tracker.services.keeping_time import Watchman
from tracker.services.reminding import Question
from tracker.settings import Settings
from tracker.store import jobs, leases, pruning, registry
from tracker.store.engine import for_loops, reading, transaction
from tracker.store.jobs import Job
from tracker.store.scope import EVERYTHING

TICK = timedelta(seconds=60)
NUDGE = timedelta(seconds=20)
"""How soon a tick is made that a clock which went back would put off."""

PING_SECONDS = 10

LEADS = timedelta(seconds=90)
"""For so long after its last tick a process leads; then another may."""

log = logging.getLogger(__name__)


@contextmanager
def ticking(
    engine: Engine,
    book: Book,
    clock: Clock,
    outgoing: Outgoing | None = None,
    *,
    ping: str = "",
    watchman: Watchman | None = None,
) -> Iterator[None]:
    """Do what is due now, and again whenever the day or the facts have changed, while the block runs.

    If that dies, the process is asked to end, and :class:`WorkDied` is raised at the end of the block.
    """
    tick = Tick(engine, book, clock, outgoing, ping=ping, watchman=watchman)
    beat = Beat(tick)
    courier = Courier(outgoing, clock) if outgoing else None
    try:
        yield
    finally:
        if courier:
            courier.finish()
        beat.stop()
        if courier:
            courier.stop()
        vitals = (beat.thread, *((courier.thread,) if courier else ()))
        tick.stop(is_dead=any(vital.is_dead for vital in vitals))
        for vital in vitals:
            vital.require()


def working(settings: Settings, engine: Engine, book: Book, clock: Clock) -> AbstractContextManager[None]:
    """Judge, owe and deliver by itself while the block runs; raises ``SettingsRefused``."""
    engine = for_loops(engine)
    watchman = Watchman(engine, clock.now, passed)
    outgoing = Outgoing.of(settings, engine, book, clock, lets_send=watchman.lets_send)
    return ticking(engine, book, clock, outgoing, ping=settings.ping_url, watchman=watchman)


@dataclass(frozen=True, slots=True)
class Round:
    """What one round by command did; another process ``leads`` where it only delivered."""

    leads: bool
    sent: int
    failed: tuple[Job, ...]


def one_round(
    settings: Settings, engine: Engine, book: Book, clock: Clock, *, away: timedelta = conditions.BY_COMMAND
) -> Round:
    """Everything that is due now, once: judge, owe, deliver; the next is expected within ``away``.

    Raises ``SettingsRefused``.
    """
    engine = for_loops(engine)
    outgoing = Outgoing.of(settings, engine, book, clock)
    tick = Tick(engine, book, clock, outgoing, ping=settings.ping_url)
    leads = tick()
    tick.stop(away=away)

    async def deliver() -> int:
        sent = await outgoing.dispatcher.run()
        await outgoing.dispatcher.close()
        return sent

    return Round(leads, asyncio.run(deliver()), tick.failed)


class Tick:
    """One round of everything that only one process does: judging, owing reminders, looking after.

    Each step is tried by itself: what fails in one is written down and keeps no other from its turn
    (FLT-26). Its last run is the heartbeat that ``/readyz`` waits for. While a clock that jumped is not
    believed it only lives: nothing is judged, owed or forgotten by it (FLT-16).
    """

    def __init__(
        self,
        engine: Engine,
        book: Book,
        clock: Clock,
        outgoing: Outgoing | None = None,
        *,
        ping: str = "",
        watchman: Watchman | None = None,
    ) -> None:
        self._engine, self._book, self._clock = engine, book, clock
        self._by = frozenset(outgoing.dispatcher.hands if outgoing else ())
        self._proves = outgoing is not None and outgoing.proves
        self._ping, self._watchman = ping, watchman
        self._delivers, self._holder = outgoing is not None, secrets.token_hex(8)
        self._judged: tuple[date, object] | None = None
        self._owed: Question | None = None
        self._checked: date | None = None
        self.failed: tuple[Job, ...] = ()

    def __call__(self) -> bool:
        """One round; whether this process leads."""
        began_at = self._clock.now()
        self.failed = ()
        try:
            is_believed = self._watchman is None or self._watchman.lets_send()
            if not self._leads():
                return False
            for job, step in self._steps() if is_believed else ():
                self._try(job, step, began_at)
            self._try(Job.ALARM, self._alarm, began_at)
            self._be_heard(began_at)
            self._tell_outside()
        except DatabaseNotReady as error:
            log.warning("the tick waits: %s", error)
        return True

    def _steps(self) -> tuple[tuple[Job, Callable[[datetime], None]], ...]:
        return (
            (Job.EVALUATION, self._judge),
            (Job.REMINDERS, self._owe),
            (Job.CANARY, self._prove),
            (Job.UPKEEP, self._look_after),
        )

    def stop(self, *, is_dead: bool = False, away: timedelta = conditions.AWAY) -> None:
        """Say for how long nobody is to expect the next tick, or that it has died, and let another lead."""
        now = self._clock.now()
        try:
            with transaction(self._engine) as session:
                if self._delivers:
                    operating.leave(session, Job.DELIVERY, now=now, is_dead=is_dead, away=away)
                if leases.holder_of(session, Job.TICK) == self._holder:
                    leases.give_back(session, Job.TICK, self._holder)
                    operating.leave(session, Job.TICK, now=now, is_dead=is_dead, away=away)
        except DatabaseNotReady as error:
            log.warning("the tick ends unheard: %s", error)

    def _tell_outside(self) -> None:
        """Call the address that waits for us: who hears nothing there knows that we are gone."""
        if not self._ping:
            return
        try:
            httpx2.get(self._ping, timeout=PING_SECONDS, follow_redirects=False)
        except httpx2.HTTPError as error:
            log.warning("nobody takes our sign of life: %s", type(error).__name__)

    def _leads(self) -> bool:
        with transaction(self._engine) as session:
            return leases.take(session, Job.TICK, self._holder, LEADS)

    def _try(self, job: Job, step: Callable[[datetime], None], now: datetime) -> None:
        try:
            step(now)
        except DatabaseNotReady:
            raise
        except Exception as error:  # one step that fails is told, and the others have their turn
            log.exception("%s failed", job)
            self.failed += (job,)
            with transaction(self._engine) as session:
                jobs.fail(session, job, began_at=now, ended_at=self._clock.now(), error=type(error).__name__)

    def _judge(self, now: datetime) -> None:
        today = legal_day(now)
        with reading(self._engine) as session:
            facts = registry.data_version(session)
        if self._judged == (today, facts):
            return
        with transaction(self._engine, seeing=EVERYTHING) as session:
            run = operating.judge(session, now=now, today=today, book=self._book)
        self._judged = None if run.unjudged else (today, facts)
        log.info("judged %s of %s needs, wrote %s", run.assessed, run.needs, run.written)

    def _owe(self, now: datetime) -> None:
        before = self._owed
        if before is None and self._by:
            with transaction(self._engine) as session:
                rerouting.leave_shut(session, now=now, by=self._by)
        self._owed, owed = reminding.owe(self._engine, now=now, book=self._book, by=self._by, last=before)
        if owed.untold is None:
            return
        with transaction(self._engine) as session:
            jobs.record(
                session,
                Job.REMINDERS,
                began_at=now,
                ended_at=self._clock.now(),
                day=legal_day(now),
                digests=owed.digests,
                messages=owed.messages,
                withdrawn=owed.withdrawn,
                untold=owed.untold,
            )

    def _prove(self, now: datetime) -> None:
        """Once a legal day: have the reminder of a school that is none go the whole way."""
        with transaction(self._engine) as session:
            proving_life.prove(session, now=now, book=self._book, is_asked=self._proves)

    def _alarm(self, now: datetime) -> None:
        """Tell those who run the service what is newly wrong with it."""
        with reading(self._engine) as session:
            found = operating.watched(session, self._engine, now=now, today=legal_day(now))
        bad = [
            e for e in found if operating.is_told(e, is_operator=True) and e.code not in operating.HEARTBEATS
        ]
        with transaction(self._engine) as session:
            alarming.alarm(session, bad, now=now, by=self._by)

    def _be_heard(self, began_at: datetime) -> None:
        with transaction(self._engine) as session:
            jobs.record(session, Job.TICK, began_at=began_at, ended_at=self._clock.now())

    def _look_after(self, now: datetime) -> None:
        """Once a legal day: forget old sessions, links and tries, and read the whole journal."""
        if self._checked == legal_day(now):
            return
        with transaction(self._engine) as session:
            pruning.prune(session, now=now)
            jobs.record(session, Job.UPKEEP, began_at=now, ended_at=self._clock.now())
        chain = witnessing.check_chain(self._engine, now=now)
        self._checked = legal_day(now)
        if chain.broken_at:
            log.error("the journal does not fit its chain at entry %s", chain.broken_at)


class Beat:
    """Has the tick made in a thread of its own until it is stopped; if it dies, so does the process (OBS-1).

    The tick is made by the very thread that waits for it: no pool can lose the one that was to do it.
    """

    def __init__(self, tick: Tick) -> None:
        self._scheduler = BlockingScheduler(
            timezone=UTC,
            executors={"default": DebugExecutor()},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._scheduler.add_job(tick, Steadily(TICK))
        is_started = Event()
        self._scheduler.add_listener(lambda _: is_started.set(), EVENT_SCHEDULER_STARTED)
        self.thread = Vital("tick", self._scheduler.start)
        self.thread.start()
        is_started.wait()
        # the scheduler waits by the machine's time, whatever day is judged
        self._nudge = Nudge(self._scheduler, MachineClock().now, every=NUDGE, longest=TICK)

    def stop(self) -> None:
        """Let the tick that is being made come to its end, and no other begin."""
        self._nudge.stop()
        self._scheduler.shutdown()
        self.thread.join()
