"""Whether the service is fit for work, for those who run it and, in a banner, for everybody who reads it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tracker.domain.errors import DatabaseNotReady
from tracker.domain.register import SchoolRow
from tracker.domain.vocabulary import Service
from tracker.services import conditions, evaluating, warding, witnessing
from tracker.services.aside import Failure
from tracker.services.conditions import Condition, Level
from tracker.services.evaluating import Book, EvaluationRun, Progress
from tracker.store import jobs, measures, migrate, registry
from tracker.store.engine import reading
from tracker.store.job_tables import Outcome
from tracker.store.jobs import Job
from tracker.store.scope import EVERYTHING

CODES = {
    "evaluation": "not_evaluated_today",
    "unjudged": "needs_unjudged",
    "tick": "tick_late",
    "delivery": "delivery_late",
    "strangers": "strangers_refused",
    "messages": "messages_late",
    "undelivered": "messages_dead",
    "untold": "nobody_to_tell",
    "no_way": "people_without_way",
    "refused": "settings_refused",
    "clock": "clock_jumped",
    "file": "file_old",
    "canary": "canary_missed",
    "room": "room_short",
    "zones": "zones_old",
    "certificate": "certificate_ends",
    "job": "job_failed",
}
"""What ``/readyz`` calls a condition that does not hold."""

HEARTBEATS = (Job.TICK, Job.DELIVERY)
"""What must be heard of again and again; no letter can tell that it is not."""

GRAVE = frozenset({"evaluation", "tick"})
"""What must hold for requests to be served; with the rest it is ready, for neither an attacker nor a mail
server nor a clock takes it off the network."""

BEARABLE = frozenset(reason for code, reason in CODES.items() if code not in GRAVE)
"""Reasons that are told, and with which it is ready."""

OF_OPERATORS = frozenset(
    {"strangers", "room", "zones", "certificate", "job", "canary", "untold", "no_way", "refused"}
)
"""What the banner tells only those who can do something about it."""


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
        unjudged=run.unjudged,
        failures=[[each.school_id, each.service, each.mark, each.fault] for each in run.failures],
    )
    return run


def failures(session: Session) -> tuple[tuple[SchoolRow, Failure], ...]:
    """The needs that the last evaluation set aside, each with its school and with what the log says of it."""
    run = jobs.last_runs(session).get(Job.EVALUATION)
    said = run.detail.get("failures", ()) if run else ()
    found = [Failure(school, Service(service), mark, fault) for school, service, mark, fault in said]
    named = (
        registry.list_schools(session, EVERYTHING, named={each.school_id for each in found}) if found else ()
    )
    schools = {school.school_id: school for school in named}
    return tuple((schools[each.school_id], each) for each in found if each.school_id in schools)


def leave(
    session: Session, job: Job, *, now: datetime, is_dead: bool, away: timedelta, **detail: object
) -> None:
    """Write down that a job ends with its process: in order and for so long, or because its process died."""
    if is_dead:
        jobs.fail(session, job, began_at=now, ended_at=now, error="died", **detail)
        return
    within = away.total_seconds()
    jobs.record(session, job, began_at=now, ended_at=now, outcome=Outcome.STOPPED, within=within, **detail)


def shortcomings(engine: Engine, *, now: datetime, today: date) -> tuple[str, ...]:
    """Codes of what is wrong with the service; it is not ready unless all are :data:`BEARABLE`.

    Never raises for a bad database.
    """
    try:
        state = migrate.state(engine)
        if state != migrate.READY:
            return (f"schema_{state}",)
        with reading(engine) as session:
            found = watched(session, engine, now=now, today=today)
    except DatabaseNotReady as error:
        return (f"database_{error.details.get('reason', 'unreachable')}",)
    return tuple(dict.fromkeys(CODES[each.code] for each in found if each.is_bad))


def watched(session: Session, engine: Engine, *, now: datetime, today: date) -> tuple[Condition, ...]:
    """What is looked at all the time, by machines and by the banner: quick to ask for."""
    runs = jobs.last_runs(session)
    return (
        conditions.evaluation(runs.get(Job.EVALUATION), today),
        conditions.unjudged(runs.get(Job.EVALUATION)),
        *(conditions.heartbeat(job, runs.get(job), now) for job in HEARTBEATS),
        conditions.strangers(warding.watch(session, now=now)),
        *conditions.messages(session, now),
        conditions.untold(runs.get(Job.REMINDERS)),
        conditions.no_way(runs.get(Job.REMINDERS)),
        conditions.refused(session),
        conditions.clock(runs.get(Job.CLOCK)),
        conditions.canary(session, runs.get(Job.CANARY), now),
        *conditions.files(measures.newest_imports(session), now),
        conditions.room(engine),
        conditions.zones(today),
        conditions.certificate(runs.get(Job.CERTIFICATE), now),
        *conditions.failed_jobs(runs),
    )


def is_told(found: Condition, *, is_operator: bool) -> bool:
    """Whether the banner tells a reader of a condition.

    That nothing was ever judged is the beginning of a service, not its failure.
    """
    is_beginning = found.code == "evaluation" and "at" not in found.seen
    return found.is_bad and not is_beginning and (is_operator or found.code not in OF_OPERATORS)


def all_conditions(
    session: Session, engine: Engine, *, now: datetime, today: date, book: Book
) -> tuple[Condition, ...]:
    """Everything that operators look at, in the order in which it matters."""
    return (
        *watched(session, engine, now=now, today=today),
        conditions.due(session, today, book),
        conditions.journal(witnessing.chain_of(session)),
        Condition("backup", Level.UNKNOWN),
    )
