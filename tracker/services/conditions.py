"""What must hold for the service to be fit for work: each thing by its code, how it stands, what was seen.

A condition looks at one thing only and is bad no longer than that thing is (reliability OBS-2).
"""

from __future__ import annotations

import shutil
import zoneinfo
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tracker.domain.register import RegisterKind
from tracker.services import evaluating, keeping_time, laying_aside, proving_life
from tracker.services.evaluating import Book
from tracker.services.warding import Watch
from tracker.services.witnessing import Chain
from tracker.store import assessments, outbox, stranded
from tracker.store.engine import sqlite_path
from tracker.store.job_tables import Outcome
from tracker.store.jobs import Job, Run

LATE = timedelta(seconds=120)
"""A tick that was not heard of for so long is missed (reliability §3 rule 7)."""

AWAY = timedelta(minutes=15)
"""For so long a scheduler that was stopped in order may be away: longer, and somebody forgot it (house)."""

BY_COMMAND = timedelta(hours=26)
"""For so long the next round by command may stay out where it is not said: a day, and what a timer slips."""

OLD_FILE = timedelta(days=30)
"""A register of which no file came for so long is looked after (house)."""

LEAST_ROOM = 0.1
"""The share of the disk that stays free (reliability OBS-2)."""

BACKLOG = timedelta(minutes=15)
"""A message that is due for so long and was not sent is looked after (reliability P6)."""

LEAST_CERTIFIED = timedelta(days=14)
"""Whoever keeps the certificate of our address has so long to renew it (reliability OBS-2)."""

CERTIFIED = timedelta(days=1)
"""So long a look at the certificate says how it stands, though looks are taken by the hour (house)."""

OLD_ZONES = 2
"""Years by which the edition of the time zones may lie behind the day's (house)."""


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

    @property
    def is_bad(self) -> bool:
        """Whether somebody has to look."""
        return self.level is Level.BAD


def evaluation(run: Run | None, today: date) -> Condition:
    """Needs were judged on this legal day."""
    if run is None:
        return Condition("evaluation", Level.BAD)
    is_good = run.outcome is Outcome.DONE and run.detail["day"] >= today.isoformat()
    level = Level.GOOD if is_good else Level.BAD
    return Condition("evaluation", level, {"at": run.ended_at})


def unjudged(run: Run | None) -> Condition:
    """The rules say something of every need (FLT-26), as the last evaluation has found."""
    if run is None or "unjudged" not in run.detail:
        return Condition("unjudged", Level.UNKNOWN)
    number = run.detail["unjudged"]
    return Condition("unjudged", Level.BAD if number else Level.GOOD, {"number": number, "at": run.ended_at})


def heartbeat(job: Job, run: Run | None, now: datetime) -> Condition:
    """The tick or delivery is heard of; what never ran is not missed, what was stopped may be away a while.

    What died is heard of no more, so it is missed like one that is wedged.
    """
    if run is None:
        return Condition(job.value, Level.UNKNOWN)
    if run.outcome is not Outcome.STOPPED:
        return aged(Condition(job.value, Level.GOOD, {"at": run.ended_at, "within": LATE}), now)
    within = timedelta(seconds=run.detail.get("within", AWAY.total_seconds()))
    return aged(Condition(job.value, Level.UNKNOWN, {"at": run.ended_at, "within": within}), now)


def aged(seen: Condition, now: datetime) -> Condition:
    """The same heartbeat looked at now. One of the future was not heard: the clock has gone back since."""
    at, within = seen.seen.get("at"), seen.seen.get("within")
    if not isinstance(at, datetime) or not isinstance(within, timedelta) or abs(now - at) <= within:
        return seen
    return replace(seen, level=Level.BAD)


def strangers(watch: Watch) -> Condition:
    """An alarm lasts an hour; ``at`` is when it was raised."""
    seen: dict[str, object] = {"number": watch.failed}
    if watch.alarm_since is not None:
        seen["at"] = watch.alarm_since
    return Condition("strangers", Level.BAD if watch.is_alarm else Level.GOOD, seen)


def messages(session: Session, now: datetime) -> tuple[Condition, Condition]:
    """Whether what is due goes out, and whether anybody was reached by nothing since a message was lost."""
    queue, lost = outbox.queue(session, now=now), stranded.unreached(session, besides=proving_life.CANARY)
    aside = laying_aside.untold(session, now=now)
    number, first = lost.number + aside.number, min(filter(None, (lost.since, aside.since)), default=None)
    is_late = queue.since is not None and now - queue.since > BACKLOG
    return (
        Condition("messages", Level.BAD if is_late else Level.GOOD, _counted(queue.due, queue.since)),
        Condition("undelivered", Level.BAD if number else Level.GOOD, _counted(number, first)),
    )


def refused(session: Session) -> Condition:
    """No message waits because a peer does not take our name, token or certificate."""
    number, since = stranded.refused(session)
    return Condition("refused", Level.BAD if number else Level.GOOD, _counted(number, since))


def _counted(number: int, since: datetime | None) -> dict[str, object]:
    return {"number": number} if since is None else {"number": number, "at": since}


def failed_jobs(runs: Mapping[Job, Run]) -> tuple[Condition, ...]:
    """One condition for each job whose last run failed; evaluation has its own."""
    return tuple(
        Condition("job", Level.BAD, {"job": job, "at": run.ended_at})
        for job, run in runs.items()
        if run.outcome is Outcome.FAILED and job is not Job.EVALUATION
    )


def due(session: Session, today: date, book: Book) -> Condition:
    """No need waits to be judged."""
    basis = evaluating.bench(session, book, on=today).basis
    number = len(assessments.due_needs(session, today=today, basis=basis))
    return Condition("due", Level.BAD if number else Level.GOOD, {"number": number})


def files(newest: Mapping[str, datetime], now: datetime) -> tuple[Condition, ...]:
    """One condition a register: a file of it came not long ago."""
    return tuple(_file(kind, newest.get(kind.value), now) for kind in RegisterKind)


def _file(kind: RegisterKind, at: datetime | None, now: datetime) -> Condition:
    if at is None:
        return Condition("file", Level.UNKNOWN, {"kind": kind})
    return Condition("file", Level.BAD if now - at > OLD_FILE else Level.GOOD, {"kind": kind, "at": at})


def journal(chain: Chain) -> Condition:
    """The chain of the journal fits."""
    seen: dict[str, object] = {"length": chain.length, "seq": chain.broken_at or chain.checked_to}
    if chain.broken_at:
        return Condition("journal", Level.BAD, seen)
    if chain.checked_at is None:
        return Condition("journal", Level.UNKNOWN, seen)
    return Condition("journal", Level.GOOD, {**seen, "at": chain.checked_at})


def room(engine: Engine) -> Condition:
    """The disk of a SQLite file; that of a database server is not seen from here."""
    path = sqlite_path(engine)
    if path is None:
        return Condition("room", Level.UNKNOWN)
    usage = shutil.disk_usage(Path(path).absolute().parent)
    level = Level.BAD if usage.free < usage.total * LEAST_ROOM else Level.GOOD
    return Condition("room", level, {"free": usage.free // 2**20, "total": usage.total // 2**20})


def clock(run: Run | None) -> Condition:
    """The clock has not jumped, or somebody has looked at it since."""
    jump = keeping_time.waiting_jump(run)
    if jump is None:
        return Condition("clock", Level.GOOD)
    return Condition("clock", Level.BAD, {"at": jump.was, "to": jump.shows})


def canary(session: Session, run: Run | None, now: datetime) -> Condition:
    """The reminder of a school that is none, once a day by the whole way (OBS-4)."""
    found = proving_life.sent_on(session, run, now=now)
    if found is None:
        return Condition("canary", Level.UNKNOWN)
    if found.sent_at is None:
        return Condition("canary", Level.BAD if found.is_missed(now) else Level.UNKNOWN, {"on": found.on})
    return Condition("canary", Level.GOOD, {"on": found.on, "at": found.sent_at})


def untold(run: Run | None) -> Condition:
    """Whoever is owed a reminder is there to be told (REM-5), as the last look at what is owed has found."""
    if run is None:
        return Condition("untold", Level.UNKNOWN)
    number = sum(untold_needs(run).values())
    return Condition("untold", Level.BAD if number else Level.GOOD, {"number": number, "at": run.ended_at})


def no_way(run: Run | None) -> Condition:
    """A way leads to everybody who was owed a reminder lately, as the last look has found.

    Once a way leads to her, all of it is owed anew.
    """
    if run is None:
        return Condition("no_way", Level.UNKNOWN)
    number = run.detail.get("no_way", 0)
    return Condition("no_way", Level.BAD if number else Level.GOOD, {"number": number, "at": run.ended_at})


def untold_needs(run: Run | None) -> Mapping[str, int]:
    """How many needs of each region have reminders owed and nobody in any rank; ``""`` states no region."""
    return {} if run is None else run.detail.get("untold") or {}


def certificate(run: Run | None, now: datetime) -> Condition:
    """The certificate at our address holds for a while yet; unknown where there is none or nobody sees it."""
    said = run.detail.get("ends_at") if run and abs(now - run.ended_at) <= CERTIFIED else None
    if said is None:
        return Condition("certificate", Level.UNKNOWN)
    ends_at = datetime.fromisoformat(said)
    level = Level.BAD if ends_at - now < LEAST_CERTIFIED else Level.GOOD
    return Condition("certificate", level, {"at": ends_at})


def zones(today: date) -> Condition:
    """The edition of the time zones by which legal days begin: the machine's own, else the package's."""
    edition = edition_of_zones()
    is_old = int(edition[:4]) < today.year - OLD_ZONES
    return Condition("zones", Level.BAD if is_old else Level.GOOD, {"edition": edition})


def edition_of_zones() -> str:
    """``2026a`` of the machine's files, which Python asks first, else ``2026.1`` of the package."""
    for folder in map(Path, zoneinfo.TZPATH):
        if (said := folder / "tzdata.zi").is_file():
            with said.open(encoding="utf-8") as lines:
                if (first := next(lines, "").split())[1:2] == ["version"]:
                    return first[2]
        if (folder / "Asia" / "Almaty").is_file():
            break
    return version("tzdata")


def looked_at(found: Iterable[Condition], now: datetime) -> tuple[Condition, ...]:
    """What was seen a while ago, as it stands now: a heartbeat gets old while nobody looks."""
    return tuple(aged(each, now) for each in found)
