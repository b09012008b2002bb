"""What is done about a clock that jumped: sending waits for ten minutes, or for a person who has looked.

Each process believes its own clock or not. What all of them and the pages know stands in the last run of the
job ``clock``: its number, where the clock was and where it went, and whether it is still waited for.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tracker.domain.timekeeping import JUMP, PATIENCE, Jump, Look, Timekeeper
from tracker.store import jobs, outbox
from tracker.store.engine import reading, transaction
from tracker.store.jobs import Job, Run

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A jump that is waited for: its number, what the clock would have shown, and what it showed.

    ``by_round`` where a round by command found it, so that the next one settles it: in that start of the
    machine (``boot``), so long after it (``passed``).
    """

    number: int
    was: datetime
    shows: datetime
    by_round: bool = False
    boot: str = ""
    passed: timedelta = timedelta()

    @property
    def by(self) -> timedelta:
        """How far the clock went."""
        return self.shows - self.was


def waiting_jump(run: Run | None) -> Waiting | None:
    """The jump that is waited for, if there is one."""
    if run is None or not run.detail["waits"]:
        return None
    said, was = run.detail, datetime.fromisoformat(run.detail["was"])
    passed = timedelta(seconds=said.get("passed", 0))
    return Waiting(
        said["number"], was, run.began_at, bool(said.get("by_round")), said.get("boot", ""), passed
    )


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


@dataclass(frozen=True, slots=True)
class Machine:
    """Which start of a machine this is, and the time since then; unknown where no clock is held to it."""

    boot: str = ""
    passed: Callable[[], timedelta] = timedelta

    def said(self) -> Mapping[str, Any]:
        """What a heartbeat says of it, for the next round to go by."""
        return {"boot": self.boot, "passed": self.passed().total_seconds()} if self.boot else {}


class Guest:
    """Looks at the clock for one round, and goes by the last heartbeat: it has no earlier look of its own."""

    def __init__(self, engine: Engine, now: Callable[[], datetime], machine: Machine) -> None:
        self._engine, self._now, self._machine = engine, now, machine
        self._has_looked = False

    def lets_send(self) -> bool:
        """Whether nobody waits for a jump that was found since :data:`PATIENCE`, this round neither."""
        now = self._now()
        with reading(self._engine) as session:
            runs = jobs.last_runs(session)
        found = waiting_jump(runs.get(Job.CLOCK))
        if not self._has_looked:
            self._has_looked = True
            found = self._look(now, found, runs.get(Job.TICK))
        return found is None or abs(now - found.shows) > PATIENCE

    def _look(self, now: datetime, found: Waiting | None, last: Run | None) -> Waiting | None:
        """Settle a jump that an earlier round found, or find one; what is waited for then."""
        if found is not None and found.by_round:
            is_back = self._is_back(now, found)
            if not is_back and abs(now - found.shows) <= PATIENCE:
                return found
            with transaction(self._engine) as session:
                _settle(session, now=now, is_believed=not is_back, number=found.number)
            return None
        by = timedelta() if found or last is None else self._since(now, last)
        if abs(by) < JUMP:
            return found
        log.warning("the clock went from %s to %s", now - by, now)
        with transaction(self._engine) as session:
            open_jump(session, Jump(by, Look(now, self._machine.passed())), by_round=self._machine.said())
            return waiting_jump(jobs.last_runs(session).get(Job.CLOCK))

    def _is_back(self, now: datetime, found: Waiting) -> bool:
        """Whether the clock is right again; of another start no more is known than that time has passed."""
        is_same = self._machine.boot == found.boot
        right = found.was + (self._machine.passed() - found.passed if is_same else timedelta())
        return now > right - JUMP if found.by < timedelta() else now < right + JUMP

    def _since(self, now: datetime, last: Run) -> timedelta:
        """By how much the clock parted from time; of another start only that it went back is known."""
        by = now - last.ended_at
        if not self._machine.boot or "boot" not in last.detail:
            return timedelta()
        if last.detail["boot"] != self._machine.boot:
            return min(by, timedelta())
        return by - (self._machine.passed() - timedelta(seconds=last.detail["passed"]))


def open_jump(session: Session, jump: Jump, *, by_round: Mapping[str, Any] | None = None) -> int:
    """Write down a jump, or join the same one that another process has found; its number.

    ``by_round`` says at which time of which machine, where a round by command found it.
    """
    run = jobs.last_runs(session).get(Job.CLOCK)
    waiting = waiting_jump(run)
    if waiting is not None and abs(waiting.by - jump.by) < JUMP:
        return waiting.number
    number = 1 + (run.detail["number"] if run else 0)
    _write(
        session, number, jump.was, jump.seen.shows, waits=True, ended_at=jump.seen.shows, by_round=by_round
    )
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
    session: Session,
    number: int,
    was: datetime,
    shows: datetime,
    *,
    waits: bool,
    ended_at: datetime,
    by_round: Mapping[str, Any] | None = None,
) -> None:
    said: Mapping[str, Any] = {"number": number, "was": was.isoformat(), "waits": waits}
    by = {"by_round": bool(by_round), **(by_round or {})}
    jobs.record(session, Job.CLOCK, began_at=shows, ended_at=ended_at, **said, **by)
