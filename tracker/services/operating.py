"""Whether the service is fit for work, for those who run it: what is wrong, as codes with what was seen."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tracker.domain.errors import DatabaseNotReady
from tracker.domain.register import RegisterKind
from tracker.services import evaluating, warding, witnessing
from tracker.services.evaluating import Book, EvaluationRun, Progress
from tracker.services.warding import Watch
from tracker.services.witnessing import Chain
from tracker.store import assessments, jobs, measures, migrate, outbox
from tracker.store.engine import reading, sqlite_path
from tracker.store.job_tables import Outcome
from tracker.store.jobs import Job, Run

LATE = timedelta(seconds=120)
"""A tick that was not heard of for so long is missed (reliability §3 rule 7)."""

OLD_FILE = timedelta(days=30)
"""A register of which no file came for so long is looked after (house)."""

LEAST_ROOM = 0.1
"""The share of the disk that stays free (reliability OBS-2)."""

BACKLOG = timedelta(minutes=15)
"""A message that is due for so long and was not sent is looked after (reliability P6)."""

BEARABLE = frozenset({"strangers_refused", "messages_late", "messages_dead"})
"""Shortcomings with which it is ready: neither an attacker nor a mail server takes it off the network."""


class Level(StrEnum):
    """How a condition stands; what cannot be seen is said to be unknown, never good."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must hold: its code, how it stands, and what was seen, for the places of its words."""

    code: str
    level: Level
    seen: dict[str, object] = field(default_factory=dict)


def judge(
    session: Session,
    *,
    now: datetime,
    today: date,
    book: Book,
    everything: bool = False,
    progress: Progress | None = None,
) -> EvaluationRun:
    """Judge what is due and write down that it was done."""
    run = evaluating.evaluate(session, today=today, book=book, everything=everything, progress=progress)
    jobs.record(
        session,
        Job.EVALUATION,
        began_at=now,
        ended_at=now,
        day=today,
        needs=run.needs,
        assessed=run.assessed,
        written=run.written,
    )
    return run


def shortcomings(engine: Engine, *, now: datetime, today: date) -> tuple[str, ...]:
    """Codes of what is wrong with the service; it is not ready unless all are :data:`BEARABLE`.

    Never raises for a bad database.
    """
    try:
        state = migrate.state(engine)
        if state != migrate.READY:
            return (f"schema_{state}",)
        with reading(engine) as session:
            runs = jobs.last_runs(session)
            watch = warding.watch(session, now=now)
            messages = _messages(session, now)
    except DatabaseNotReady as error:
        return (f"database_{error.details.get('reason', 'unreachable')}",)
    found = (
        _evaluation(runs.get(Job.EVALUATION), today),
        _tick(runs.get(Job.TICK), now),
        _strangers(watch),
        *messages,
    )
    codes = {
        "evaluation": "not_evaluated_today",
        "tick": "tick_late",
        "strangers": "strangers_refused",
        "messages": "messages_late",
        "undelivered": "messages_dead",
    }
    return tuple(codes[each.code] for each in found if each.level is Level.BAD)


def conditions(
    session: Session, engine: Engine, *, now: datetime, today: date, book: Book
) -> tuple[Condition, ...]:
    """Everything that operators look at, in the order in which it matters."""
    runs = jobs.last_runs(session)
    return (
        _evaluation(runs.get(Job.EVALUATION), today),
        _tick(runs.get(Job.TICK), now),
        _strangers(warding.watch(session, now=now)),
        *_messages(session, now),
        *_jobs(runs),
        _due(session, today, book),
        *_files(session, now),
        _chain(witnessing.chain_of(session)),
        _room(engine),
        Condition("backup", Level.UNKNOWN),
    )


def _evaluation(run: Run | None, today: date) -> Condition:
    if run is None:
        return Condition("evaluation", Level.BAD)
    is_good = run.outcome is Outcome.DONE and run.detail["day"] >= today.isoformat()
    level = Level.GOOD if is_good else Level.BAD
    return Condition("evaluation", level, {"at": run.ended_at})


def _tick(run: Run | None, now: datetime) -> Condition:
    """A tick that nobody runs, or that was stopped on purpose, is not missed: a timer may judge instead."""
    if run is None or run.outcome is Outcome.STOPPED:
        return Condition("tick", Level.UNKNOWN)
    level = Level.GOOD if now - run.ended_at <= LATE else Level.BAD
    return Condition("tick", level, {"at": run.ended_at})


def _strangers(watch: Watch) -> Condition:
    """An alarm lasts an hour; ``at`` is when it was raised."""
    seen: dict[str, object] = {"number": watch.failed}
    if watch.alarm_since is not None:
        seen["at"] = watch.alarm_since
    return Condition("strangers", Level.BAD if watch.is_alarm else Level.GOOD, seen)


def _messages(session: Session, now: datetime) -> tuple[Condition, Condition]:
    """Whether what is due goes out, and what came to nothing by one way (OBS-2)."""
    queue = outbox.queue(session, now=now)
    is_late = queue.since is not None and now - queue.since > BACKLOG
    seen: dict[str, object] = {"number": queue.due}
    if queue.since is not None:
        seen["at"] = queue.since
    return (
        Condition("messages", Level.BAD if is_late else Level.GOOD, seen),
        Condition("undelivered", Level.BAD if queue.dead else Level.GOOD, {"number": queue.dead}),
    )


def _jobs(runs: Mapping[Job, Run]) -> tuple[Condition, ...]:
    """One condition for each job whose last run failed; evaluation and tick have their own."""
    return tuple(
        Condition("job", Level.BAD, {"job": job, "at": run.ended_at})
        for job, run in runs.items()
        if run.outcome is Outcome.FAILED and job is not Job.EVALUATION
    )


def _due(session: Session, today: date, book: Book) -> Condition:
    basis = evaluating.bench(session, book, on=today).basis
    number = len(assessments.due_needs(session, today=today, basis=basis))
    return Condition("due", Level.BAD if number else Level.GOOD, {"number": number})


def _files(session: Session, now: datetime) -> tuple[Condition, ...]:
    """One condition a register."""
    newest = measures.newest_imports(session)
    return tuple(_file(kind, newest.get(kind.value), now) for kind in RegisterKind)


def _file(kind: RegisterKind, at: datetime | None, now: datetime) -> Condition:
    if at is None:
        return Condition("file", Level.UNKNOWN, {"kind": kind})
    return Condition("file", Level.BAD if now - at > OLD_FILE else Level.GOOD, {"kind": kind, "at": at})


def _chain(chain: Chain) -> Condition:
    seen: dict[str, object] = {"length": chain.length, "seq": chain.broken_at or chain.checked_to}
    if chain.broken_at:
        return Condition("journal", Level.BAD, seen)
    if chain.checked_at is None:
        return Condition("journal", Level.UNKNOWN, seen)
    return Condition("journal", Level.GOOD, {**seen, "at": chain.checked_at})


def _room(engine: Engine) -> Condition:
    """The disk of a SQLite file; that of a database server is not seen from here."""
    path = sqlite_path(engine)
    if path is None:
        return Condition("room", Level.UNKNOWN)
    usage = shutil.disk_usage(Path(path).absolute().parent)
    level = Level.BAD if usage.free < usage.total * LEAST_ROOM else Level.GOOD
    return Condition("room", level, {"free": usage.free // 2**20, "total": usage.total // 2**20})
