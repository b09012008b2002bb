"""What is done about a clock that jumped: sending waits for ten minutes, or for a person who has looked.

Each process believes its own clock or not. What all of them and the pages know stands in the last run of the
job ``clock``: its number, where the clock was and where it went, and whether it is still waited for.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tracker.domain.timekeeping import JUMP, PATIENCE, Jump, Look, Timekeeper
from tracker.store import jobs, outbox
from tracker.store.engine import reading, transaction
from tracker.store.jobs import Job, Run

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A jump that is waited for: its number, what the clock would have shown, and what it showed."""

    number: int
    was: datetime
    shows: datetime

    @property
    def by(self) -> timedelta:
        """How far the clock went."""
        return self.shows - self.was


def waiting_jump(run: Run | None) -> Waiting | None:
    """The jump that is waited for, if there is one."""
    if run is None or not run.detail["waits"]:
        return None
    return Waiting(run.detail["number"], datetime.fromisoformat(run.detail["was"]), run.began_at)


def confirm(session: Session, *, now: datetime) -> bool:
    """Somebody has looked at the clock and says that it is right; False where nothing waits."""
    return _settle(session, now=now, is_believed=True)


class Watchman:
    """Looks at the clock of one process; any thread may ask it."""

    def __init__(self, engine: Engine, now: Callable[[], datetime], passed: Callable[[], timedelta]) -> None:
        self._engine, self._now, self._passed = engine, now, passed
        self._lock = Lock()
        self._keeper: Timekeeper | None = None
        self._number = 0

    def lets_send(self) -> bool:
        """Whether the clock is believed, so that what is due by it may go out.

        Raises :class:`DatabaseNotReady` where a jump cannot be written down: it is found again then.
        """
        with self._lock:
            at = Look(self._now(), self._passed())
            before = self._keeper or self._begin(at)
            self._keeper = self._followed(before, before.look(at), at)
            return self._keeper.jump is None

    def _begin(self, at: Look) -> Timekeeper:
        """A process that was restarted while a jump was waited for waits on."""
        with reading(self._engine) as session:
            found = waiting_jump(jobs.last_runs(session).get(Job.CLOCK))
        if found is None:
            return Timekeeper(at)
        self._number = found.number
        return Timekeeper(at).suspecting(found.by, at)

    def _followed(self, before: Timekeeper, after: Timekeeper, at: Look) -> Timekeeper:
        """Write down what changed; returns what is known then."""
        if after.jump is None and before.jump is None:
            return after
        if after.jump is None:
            is_believed = after.anchor != before.anchor
            with transaction(self._engine) as session:
                _settle(session, now=at.shows, is_believed=is_believed, number=self._number)
            return after
        if after.jump != before.jump:
            with transaction(self._engine) as session:
                self._number = open_jump(session, after.jump)
            log.warning("the clock went from %s to %s", after.jump.was, at.shows)
            return after
        return after.believing(at) if self._is_settled() else after

    def _is_settled(self) -> bool:
        """Whether somebody else has settled the jump that this process waits for."""
        with reading(self._engine) as session:
            waiting = waiting_jump(jobs.last_runs(session).get(Job.CLOCK))
        return waiting is None or waiting.number != self._number


class Guest:
    """Looks at the clock for one round: what those who stay do not doubt is believed."""

    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        self._engine, self._now = engine, now

    def lets_send(self) -> bool:
        """Whether nobody waits for a jump that another process has found since :data:`PATIENCE`."""
        with reading(self._engine) as session:
            found = waiting_jump(jobs.last_runs(session).get(Job.CLOCK))
        return found is None or abs(self._now() - found.shows) > PATIENCE


def open_jump(session: Session, jump: Jump) -> int:
    """Write down a jump, or join the same one that another process has found; its number."""
    run = jobs.last_runs(session).get(Job.CLOCK)
    waiting = waiting_jump(run)
    if waiting is not None and abs(waiting.by - jump.by) < JUMP:
        return waiting.number
    number = 1 + (run.detail["number"] if run else 0)
    _write(session, number, jump.was, jump.seen.shows, waits=True, ended_at=jump.seen.shows)
    return number


def _settle(session: Session, *, now: datetime, is_believed: bool, number: int | None = None) -> bool:
    """Once for each jump: nothing waits for it any more.

    Where a clock that went back is believed, what waits for a later moment waits as long as it would have.
    """
    waiting = waiting_jump(jobs.last_runs(session).get(Job.CLOCK))
    if waiting is None or number not in (None, waiting.number):
        return False
    _write(session, waiting.number, waiting.was, waiting.shows, waits=False, ended_at=now)
    if is_believed and waiting.by < timedelta():
        outbox.bring_forward(session, -waiting.by, now=now)
    return True


def _write(
    session: Session, number: int, was: datetime, shows: datetime, *, waits: bool, ended_at: datetime
) -> None:
    jobs.record(
        session, Job.CLOCK, began_at=shows, ended_at=ended_at, number=number, was=was.isoformat(), waits=waits
    )
