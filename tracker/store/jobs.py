"""When each job of the program last ran, and how that ended; a later run replaces an earlier one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from tracker.store.job_tables import JOB_RUN, Outcome


class Job(StrEnum):
    """What runs by itself, or by a command in its stead."""

    TICK = "tick"
    EVALUATION = "evaluation"
    REMINDERS = "reminders"
    DELIVERY = "delivery"
    TELEGRAM = "telegram"
    UPKEEP = "upkeep"
    JOURNAL_CHECK = "journal_check"
    CLOCK = "clock"
    CANARY = "canary"
    ALARM = "alarm"
    CERTIFICATE = "certificate"


@dataclass(frozen=True, slots=True)
class Run:
    """The last run of a job."""

    began_at: datetime
    ended_at: datetime
    outcome: Outcome
    detail: Mapping[str, Any]

    @property
    def before(self) -> datetime | None:
        """When the run before this one began."""
        said = self.detail.get("before")
        return None if said is None else datetime.fromisoformat(said)


def record(
    session: Session,
    job: Job,
    *,
    began_at: datetime,
    ended_at: datetime,
    outcome: Outcome = Outcome.DONE,
    **detail: object,
) -> None:
    """Write down a run."""
    values = {"job": job, "began_at": began_at, "ended_at": ended_at, "outcome": outcome}
    last = session.execute(delete(JOB_RUN).where(JOB_RUN.c.job == job).returning(JOB_RUN.c.began_at))
    if (before := last.scalar_one_or_none()) is not None:
        detail["before"] = before.isoformat()
    session.execute(insert(JOB_RUN).values({**values, "detail": json.dumps(detail, default=str)}))


def fail(
    session: Session, job: Job, *, began_at: datetime, ended_at: datetime, error: str, **detail: object
) -> None:
    """Write down that a run failed, beside what the last one that did not had to say and it does not."""
    before = last_runs(session).get(job)
    said = {**(before.detail if before else {}), **detail, "error": error}
    record(session, job, began_at=began_at, ended_at=ended_at, outcome=Outcome.FAILED, **said)


def last_runs(session: Session) -> dict[Job, Run]:
    """The last run of each job that ever ran."""
    rows = session.execute(select(JOB_RUN))
    return {
        Job(row.job): Run(row.began_at, row.ended_at, row.outcome, json.loads(row.detail))
        for row in rows
        if row.job in tuple(Job)
    }
