"""A beat by APScheduler that no clock stops: neither one that is set back nor one that is set forward.

By itself APScheduler sleeps until the day on which a clock that went back comes round, and reckons every
beat of the ten years by which one went forward (reliability §2.1, FLT-15, FLT-16).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event, Thread

from apscheduler.schedulers.base import BaseScheduler
from apscheduler.triggers.base import BaseTrigger


class Steadily(BaseTrigger):  # type: ignore[misc]  # the library has no types
    """Due at once, and then so long after the last time it was done, however long that was ago."""

    def __init__(self, every: timedelta) -> None:
        self.every = every

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """When it is due next."""
        return now if previous_fire_time is None else now + self.every


class Nudge:
    """Wakes a scheduler that would sleep longer than it may; it waits by time that nobody can set."""

    def __init__(
        self, scheduler: BaseScheduler, now: Callable[[], datetime], *, every: timedelta, longest: timedelta
    ) -> None:
        self._scheduler, self._now, self._longest = scheduler, now, longest
        self._every, self._stop = every, Event()
        self._thread = Thread(target=self._run, name="nudge", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let the scheduler sleep."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._every.total_seconds()):
            for job in self._scheduler.get_jobs():
                now = self._now()
                if job.next_run_time - now > self._longest:
                    job.modify(next_run_time=now)
