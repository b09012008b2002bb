"""The tick: APScheduler is a clock and nothing else; what is due is asked of the database every time.

One process leads and does what is to be done once; every process delivers, for messages are claimed by lease.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, timedelta
from threading import Event

from apscheduler.events import EVENT_SCHEDULER_STARTED
from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers.blocking import BlockingScheduler
from sqlalchemy import Engine

from tracker.clock import Clock, MachineClock, boot, passed
from tracker.courier import Courier
from tracker.living import Vital
from tracker.outgoing import Outgoing
from tracker.pulse import Nudge, Steadily
from tracker.services import conditions
from tracker.services.evaluating import Book
from tracker.services.keeping_time import Guest, Machine, Watchman
from tracker.settings import Settings
from tracker.store.engine import for_loops
from tracker.store.jobs import Job
from tracker.tick import Tick as Tick

TICK = timedelta(seconds=60)
NUDGE = timedelta(seconds=20)
"""How soon a tick is made that a clock which went back would put off."""


@contextmanager
def ticking(tick: Tick) -> Iterator[None]:
    """Do what is due now, and again whenever the day or the facts have changed, while the block runs.

    If that dies, the process is asked to end, and :class:`WorkDied` is raised at the end of the block.
    """
    beat = Beat(tick)
    courier = Courier(tick.outgoing, tick.clock) if tick.outgoing else None
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
    return ticking(_tick(settings, engine, book, clock, outgoing, watchman, _machine(clock)))


def _tick(
    settings: Settings,
    engine: Engine,
    book: Book,
    clock: Clock,
    outgoing: Outgoing,
    watchman: Watchman | Guest,
    machine: Machine,
) -> Tick:
    site, ping = settings.base_url if settings.is_https else "", settings.ping_url
    return Tick(engine, book, clock, outgoing, ping=ping, site=site, watchman=watchman, machine=machine)


def _machine(clock: Clock) -> Machine:
    """What a clock is held against; one of a test is set from round to round on purpose."""
    return Machine(boot(), passed) if isinstance(clock, MachineClock) else Machine()


@dataclass(frozen=True, slots=True)
class Round:
    """What one round by command did; another process ``leads`` where it only delivered."""

    leads: bool
    sent: int
    failed: tuple[Job, ...]


def one_round(
    settings: Settings,
    engine: Engine,
    book: Book,
    clock: Clock,
    *,
    away: timedelta = conditions.BY_COMMAND,
    machine: Machine | None = None,
) -> Round:
    """Everything that is due now, once: judge, owe, deliver; the next is expected within ``away``.

    Nothing while a jump of the clock is waited for that this round finds, or that another process has found
    (FLT-16). Only tests give a ``machine``.

    Raises ``SettingsRefused``.
    """
    engine = for_loops(engine)
    machine = machine or _machine(clock)
    guest = Guest(engine, clock.now, machine)
    outgoing = Outgoing.of(settings, engine, book, clock, lets_send=guest.lets_send)
    tick = _tick(settings, engine, book, clock, outgoing, guest, machine)
    leads = tick()
    tick.stop(away=away)

    async def deliver() -> int:
        sent = await outgoing.dispatcher.run()
        await outgoing.dispatcher.close()
        return sent

    return Round(leads, asyncio.run(deliver()), tick.failed)


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
