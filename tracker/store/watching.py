"""Since when each deadline is known with its day: what the rules cannot work out from today's facts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tracker.domain.deadlines import Deadline
from tracker.domain.vocabulary import DeadlineKind, Service
from tracker.store.bulk import columns, insert_all
from tracker.store.reminder_tables import WATCHED
from tracker.store.scope import among, numbered

Spot = tuple[str, str, DeadlineKind, str]
"""School, service, kind and identity: a deadline of a need, whatever its day."""

AT_FIRST = ("school_id", "service", "kind", "identity", "due_on", "known_on", "sequence", "changed_at")


@dataclass(frozen=True, slots=True)
class Known:
    """A deadline as it was last seen; ``gone_on`` is the day since which there is none."""

    id: int
    due_on: date | None
    known_on: date
    gone_on: date | None


def spot(school_id: str, service: str, due: Deadline) -> Spot:
    """Where a deadline of a need is kept."""
    return school_id, service, due.kind, json.dumps(due.identity, ensure_ascii=False)


def known(session: Session) -> dict[Spot, Known]:
    """Every deadline that was ever seen."""
    row = WATCHED.c
    query = select(
        row.school_id, row.service, row.kind, row.identity, row.id, row.due_on, row.known_on, row.gone_on
    )
    found: dict[Spot, Known] = {}
    for school, service, kind, identity, *rest in columns(session, query):
        spots = zip(school, service, kind, identity, strict=True)
        found.update(zip(spots, map(Known, *rest), strict=True))
    return found


def state(session: Session) -> tuple[int, int]:
    """Two numbers of which one rises with whatever is written down here."""
    row = session.execute(select(func.max(WATCHED.c.id), func.sum(WATCHED.c.sequence))).one()
    return row[0] or 0, int(row[1] or 0)


@dataclass(frozen=True, slots=True)
class Sharer:
    """A need that has a deadline, or had it: many share the stage of a tender."""

    school_id: str
    service: Service
    due_on: date | None
    is_gone: bool


AtSchools = Mapping[tuple[DeadlineKind, tuple[str, ...]], list[Sharer]]
"""What is watched of some schools, by kind and identity."""


def at_schools(session: Session, schools: Iterable[str]) -> AtSchools:
    """What is watched of some schools, by kind and identity."""
    row = WATCHED.c
    query = select(row.kind, row.identity, row.school_id, row.service, row.due_on, row.gone_on)
    found: dict[tuple[DeadlineKind, tuple[str, ...]], list[Sharer]] = {}
    for kind, identity, school, service, due_on, gone_on in session.execute(
        query.where(among(session, row.school_id, schools))
    ):
        at = kind, tuple(json.loads(identity))
        found.setdefault(at, []).append(Sharer(school, service, due_on, gone_on is not None))
    return found


def sharers(session: Session, kind: DeadlineKind, identity: Iterable[str]) -> list[Sharer]:
    """The needs that share one deadline, by school and service."""
    row = WATCHED.c
    query = select(row.school_id, row.service, row.due_on, row.gone_on).where(
        row.kind == kind, row.identity == json.dumps(list(identity), ensure_ascii=False)
    )
    found = session.execute(query.order_by(row.school_id, row.service))
    return [
        Sharer(school, service, due_on, gone_on is not None) for school, service, due_on, gone_on in found
    ]


@dataclass(frozen=True, slots=True)
class Change:
    """What is different from what was known: deadlines never seen, moved or back, and gone."""

    new: Mapping[Spot, date | None]
    moved: Mapping[int, date | None]
    gone: tuple[int, ...]

    def __bool__(self) -> bool:
        return bool(self.new or self.moved or self.gone)


def known_on(before: Known | None, due: Deadline, today: date) -> date:
    """Since when a deadline is known with its present day, without a break."""
    is_same = before is not None and before.gone_on is None and before.due_on == due.due_on
    return before.known_on if before is not None and is_same else today


def compare(before: Mapping[Spot, Known], now: Mapping[Spot, date | None]) -> Change:
    """How the deadlines of now differ from those known before."""
    present = {at: row for at, row in before.items() if row.gone_on is None}
    return Change(
        new={at: due_on for at, due_on in now.items() if at not in before},
        moved={
            before[at].id: due_on
            for at, due_on in now.items()
            if at in before and (at not in present or present[at].due_on != due_on)
        },
        gone=tuple(row.id for at, row in present.items() if at not in now),
    )


def keep(session: Session, change: Change, *, today: date, at: datetime) -> None:
    """Write down what changed: whatever moved or came back is known from today on."""
    rows = [(*spot, due_on, today, 0, at) for spot, due_on in change.new.items()]
    insert_all(session, WATCHED, AT_FIRST, rows)
    again = {"known_on": today, "gone_on": None}
    for due_on, ids in _by_day(change.moved).items():
        _change(session, ids, at, due_on=due_on, **again)
    _change(session, change.gone, at, gone_on=today)


def _change(session: Session, ids: Iterable[int], at: datetime, **values: object) -> None:
    numbers = tuple(ids)
    if numbers:
        values |= {"sequence": WATCHED.c.sequence + 1, "changed_at": at}
        session.execute(update(WATCHED).where(numbered(session, WATCHED.c.id, numbers)).values(values))


def _by_day(moved: Mapping[int, date | None]) -> Mapping[date | None, list[int]]:
    found: dict[date | None, list[int]] = {}
    for number, due_on in moved.items():
        found.setdefault(due_on, []).append(number)
    return found
