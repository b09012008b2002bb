"""One round of what one process does for all: judging, owing reminders, looking after, being heard of."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from datetime import date, datetime, timedelta

import httpx2
from sqlalchemy import Engine

from tracker.channels import certificate
from tracker.clock import Clock, legal_day
from tracker.domain.errors import DatabaseNotReady
from tracker.outgoing import Outgoing
from tracker.services import alarming, conditions, operating, proving_life, reminding, rerouting, witnessing
from tracker.services.evaluating import Book
from tracker.services.keeping_time import Guest, Machine, Watchman
from tracker.services.reminding import Question
from tracker.store import jobs, leases, pruning, registry
from tracker.store.engine import reading, transaction
from tracker.store.jobs import Job
from tracker.store.scope import EVERYTHING

PING_SECONDS = 10

CERTIFICATE = timedelta(hours=1)
"""How soon a certificate that was renewed is noticed."""

PATIENCE = 3
"""So many looks may be overtaken by facts that change before one of them is written all the same."""

LEADS = timedelta(seconds=90)
"""For so long after its last tick a process leads; then another may."""

log = logging.getLogger(__name__)


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
        site: str = "",
        watchman: Watchman | Guest | None = None,
        machine: Machine | None = None,
    ) -> None:
        self.clock, self.outgoing = clock, outgoing
        self._engine, self._book = engine, book
        self._by = frozenset(outgoing.dispatcher.hands if outgoing else ())
        self._proves = outgoing is not None and outgoing.proves
        self._ping, self._site, self._watchman = ping, site, watchman
        self._machine = machine or Machine()
        self._holder = secrets.token_hex(8)
        self._judged: tuple[date, object] | None = None
        self._owed: Question | None = None
        self._lost = 0
        self._settled_at: datetime | None = None
        self._checked: date | None = None
        self._certified_at: datetime | None = None
        self.failed: tuple[Job, ...] = ()

    def __call__(self) -> bool:
        """One round; whether this process leads."""
        began_at = self.clock.now()
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
            (Job.CERTIFICATE, self._ask_for_certificate),
        )

    def stop(self, *, is_dead: bool = False, away: timedelta = conditions.AWAY) -> None:
        """Say for how long nobody is to expect the next tick, or that it has died, and let another lead."""
        now = self.clock.now()
        try:
            with transaction(self._engine) as session:
                if self.outgoing is not None:
                    operating.leave(session, Job.DELIVERY, now=now, is_dead=is_dead, away=away)
                if leases.holder_of(session, Job.TICK) == self._holder:
                    leases.give_back(session, Job.TICK, self._holder)
                    said = self._machine.said()
                    operating.leave(session, Job.TICK, now=now, is_dead=is_dead, away=away, **said)
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
        except Exception as error:  # one step that fails is told, and the others have their turn
            if isinstance(error, DatabaseNotReady) and error.details.get("reason") != "busy":
                raise
            log.exception("%s failed", job)
            self.failed += (job,)
            with transaction(self._engine) as session:
                jobs.fail(session, job, began_at=now, ended_at=self.clock.now(), error=type(error).__name__)

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
        self._owed, owed = reminding.owe(
            self._engine, now=now, book=self._book, by=self._by, last=before, waits=self._lost < PATIENCE
        )
        if owed.untold is None:
            self._count_lost(now)
            return
        self._lost, self._settled_at = 0, now
        with transaction(self._engine) as session:
            jobs.record(
                session,
                Job.REMINDERS,
                began_at=now,
                ended_at=self.clock.now(),
                day=legal_day(now),
                digests=owed.digests,
                messages=owed.messages,
                withdrawn=owed.withdrawn,
                untold=owed.untold,
                no_way=owed.no_way,
            )

    def _count_lost(self, now: datetime) -> None:
        """A look that was not written is told of where none was for long."""
        if self._owed is not None:
            self._lost, self._settled_at = 0, now
            return
        self._lost += 1
        if now - (self._settled_at or now) > conditions.BACKLOG:
            self.failed += (Job.REMINDERS,)
            with transaction(self._engine) as session:
                jobs.fail(session, Job.REMINDERS, began_at=now, ended_at=self.clock.now(), error="overtaken")
        self._settled_at = self._settled_at or now

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
            said = self._machine.said()
            jobs.record(session, Job.TICK, began_at=began_at, ended_at=self.clock.now(), **said)

    def _look_after(self, now: datetime) -> None:
        """Once a legal day: forget old sessions, links and tries, and read the whole journal."""
        if self._checked == legal_day(now):
            return
        with transaction(self._engine) as session:
            pruning.prune(session, now=now)
            jobs.record(session, Job.UPKEEP, began_at=now, ended_at=self.clock.now())
        chain = witnessing.check_chain(self._engine, now=now)
        self._checked = legal_day(now)
        if chain.broken_at:
            log.error("the journal does not fit its chain at entry %s", chain.broken_at)

    def _ask_for_certificate(self, now: datetime) -> None:
        """Once an hour: see until when the certificate holds at the address that people open."""
        if now - (self._certified_at or now - CERTIFICATE) < CERTIFICATE:
            return
        self._certified_at, ends_at = now, certificate.ends_at(self._site)
        said = ends_at and ends_at.isoformat()
        with transaction(self._engine) as session:
            jobs.record(session, Job.CERTIFICATE, began_at=now, ended_at=self.clock.now(), ends_at=said)
