"""Alarms to those who run the service, by every way that each of them has: never by the broken one alone.

What is wrong is told when it begins and once a day while it lasts; what went and comes back within hours is
not told again (reliability OBS-3).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from tracker.domain.messages import ChannelKind
from tracker.domain.people import Person
from tracker.domain.roles import Role
from tracker.services.conditions import Condition
from tracker.services.reminding import open_ways
from tracker.store import accounts, jobs, outbox, ways
from tracker.store.job_tables import Outcome
from tracker.store.jobs import Job
from tracker.store.outbox import Note

ALARM = "alarm"
"""The template of a message that tells what is wrong with the service."""

AGAIN = timedelta(days=1)
CALM = timedelta(hours=6)
"""For so long after it was told, what comes back is not told again."""


def alarm(session: Session, bad: Iterable[Condition], *, now: datetime, by: Collection[ChannelKind]) -> int:
    """Tell the administrators what is newly wrong; how many messages that took."""
    run = jobs.last_runs(session).get(Job.ALARM)
    told = run.detail.get("told", {}) if run else {}
    before = {name: datetime.fromisoformat(at) for name, at in told.items()}
    present = {_name(each): each for each in bad}
    fresh = [each for name, each in present.items() if name not in before or abs(now - before[name]) >= AGAIN]
    after = {name: at for name, at in before.items() if name in present or abs(now - at) < CALM}
    after |= dict.fromkeys(map(_name, fresh), now)
    if after == before and (run is None or run.outcome is not Outcome.FAILED):
        return 0
    jobs.record(
        session,
        Job.ALARM,
        began_at=now,
        ended_at=now,
        told={name: at.isoformat() for name, at in after.items()},
    )
    return outbox.put(session, _notes(session, fresh, now, by), at=now) if fresh else 0


def _name(condition: Condition) -> str:
    return ":".join(
        filter(None, (condition.code, *(str(condition.seen.get(of, "")) for of in ("kind", "job"))))
    )


def _notes(
    session: Session, fresh: Iterable[Condition], now: datetime, by: Collection[ChannelKind]
) -> list[Note]:
    whom = [
        each.person
        for each in accounts.accounts(session)
        if each.person.role is Role.ADMIN and not each.disabled_at and not each.erased_at
    ]
    own = ways.of_people(session, [person.id for person in whom])
    said = {"conditions": [{"code": each.code, "seen": _plain(each.seen)} for each in fresh]}
    return [
        Note(_key(person, now, channel, way), person.id, channel, ALARM, 0, now, way, None, said)
        for person in whom
        for channel, way in open_ways(person, own.get(person.id, ()), by)
    ]


def _key(person: Person, now: datetime, channel: str, way: int | None) -> str:
    return f"{ALARM}:{now.isoformat()}:{person.id}:{channel}:{way or 0}"


def _plain(seen: Mapping[str, object]) -> dict[str, object]:
    """What was seen, in values that JSON can hold."""
    return {name: each.isoformat() if isinstance(each, date) else each for name, each in seen.items()}
