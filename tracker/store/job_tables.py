"""The schema of what the program does by itself: the last run of each job."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Text
from sqlmodel import Field

from tracker.store.tables import Base
from tracker.store.types import Key, Moment, Word


class Outcome(StrEnum):
    """How a run ended; ``stopped`` says that nobody is to expect the next one."""

    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


class JobRun(Base, table=True):
    """The last run of a job; ``detail`` is JSON."""

    __tablename__ = "job_run"

    job: str = Field(sa_type=Key, primary_key=True)
    began_at: datetime = Field(sa_type=Moment)
    ended_at: datetime = Field(sa_type=Moment)
    outcome: Outcome = Field(sa_type=Word(Outcome, "outcome"))
    detail: str = Field(sa_type=Text)


JOB_RUN = Base.metadata.tables["job_run"]
