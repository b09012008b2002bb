"""When each job is due next, and how late its last run began: for the page of operations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from tracker.domain.days import LEGAL_ZONE, legal_day, next_day
from tracker.services.proving_life import FROM
from tracker.store.job_tables import Outcome
from tracker.store.jobs import Job, Run

EVERY = {Job.TICK: timedelta(seconds=60), Job.DELIVERY: timedelta(seconds=30)}
"""What is done again and again."""

MIDNIGHT = time(0)
DAILY = {
    Job.EVALUATION: MIDNIGHT,
    Job.REMINDERS: MIDNIGHT,
    Job.UPKEEP: MIDNIGHT,
    Job.JOURNAL_CHECK: MIDNIGHT,
    Job.CANARY: FROM,
}
"""What begins with a legal day, at an hour of it; it is done again at the next tick after a change."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A job with its last run: when the next is due (None: when there is cause), how late the last began."""

    job: Job
    run: Run
    due_at: datetime | None
    lag: timedelta | None


def slot(job: Job, run: Run) -> Slot:
    """How a job keeps its time; what was stopped is due no more until it is started."""
    if run.outcome is Outcome.STOPPED:
        return Slot(job, run, None, _lag(job, run))
    if job in EVERY:
        return Slot(job, run, run.began_at + EVERY[job], _lag(job, run))
    if job in DAILY:
        tomorrow = next_day(legal_day(run.began_at))
        return Slot(job, run, datetime.combine(tomorrow, DAILY[job], LEGAL_ZONE), _lag(job, run))
    return Slot(job, run, None, _lag(job, run))


def _lag(job: Job, run: Run) -> timedelta | None:
    """None where nobody knows when the run was due: it is the first one, or came of a change."""
    if run.before is None or job not in (*EVERY, *DAILY):
        return None
    if job in EVERY:
        return max(run.began_at - run.before - EVERY[job], timedelta())
    today = legal_day(run.began_at)
    if legal_day(run.before) == today:
        return None
    return max(run.began_at - datetime.combine(today, DAILY[job], LEGAL_ZONE), timedelta())
