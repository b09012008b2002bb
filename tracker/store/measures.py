"""Counts over the whole country for operators: how much is wrong, how long it waits, how old the facts are.

Only whoever sees everything may ask: the session must see every school.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, and_, case, distinct, func, select
from sqlalchemy.orm import Session

from tracker.domain.acts import Act
from tracker.domain.vocabulary import FlagKind, State
from tracker.store.tables import ASSESSMENT, FLAG, JOURNAL


@dataclass(frozen=True, slots=True)
class Measures:
    """What stands in the database; ``queue_since`` is the day on which the oldest open flag was opened."""

    needs: Mapping[tuple[str | None, State], int]
    flags: Mapping[FlagKind, int]
    stalled_tenders: int
    queue: int
    queue_since: date | None
    imports: Mapping[str, datetime]
    acts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Schools:
    """Schools as the board counts them, as they were last judged: each in the state of its worst need.

    ``stalled`` are those of which a purchase is over its legal time.
    """

    states: Mapping[State, int]
    stalled: int


def measure(session: Session) -> Measures:
    """Count everything as it was last judged."""
    is_open = FLAG.c.closed_on.is_(None)
    per_need = select(ASSESSMENT.c.region, ASSESSMENT.c.state, func.count())
    per_need = per_need.group_by(ASSESSMENT.c.region, ASSESSMENT.c.state)
    per_flag = select(FLAG.c.kind, func.count()).where(is_open).group_by(FLAG.c.kind)
    waiting = select(FLAG.c.school_id, FLAG.c.service).where(is_open).distinct().subquery()
    return Measures(
        needs={(region, state): number for region, state, number in session.execute(per_need)},
        flags=_pairs(session.execute(per_flag)),
        stalled_tenders=_stalled_tenders(session),
        queue=session.scalar(select(func.count()).select_from(waiting)) or 0,
        queue_since=session.scalar(select(func.min(FLAG.c.opened_on)).where(is_open)),
        imports=newest_imports(session),
        acts=_acts(session),
    )


def count_schools(session: Session) -> Schools:
    """The schools of the country, as the lists that their numbers open count them."""
    places = [(ASSESSMENT.c.state == state, place) for place, state in enumerate(State)]
    worst = select(func.max(case(*places)).label("place")).group_by(ASSESSMENT.c.school_id).subquery()
    found = _pairs(session.execute(select(worst.c.place, func.count()).group_by(worst.c.place)))
    stalled = and_(FLAG.c.kind == FlagKind.TENDER_STALLED, FLAG.c.closed_on.is_(None))
    numbers = select(func.count(distinct(FLAG.c.school_id))).where(stalled)
    return Schools(
        {state: found.get(place, 0) for place, state in enumerate(State)}, session.scalar(numbers) or 0
    )


def _stalled_tenders(session: Session) -> int:
    """Tenders over their legal time, each counted once however many needs wait for it."""
    same = and_(FLAG.c.school_id == ASSESSMENT.c.school_id, FLAG.c.service == ASSESSMENT.c.service)
    stalled = and_(FLAG.c.kind == FlagKind.TENDER_STALLED, FLAG.c.closed_on.is_(None))
    numbers = select(func.count(distinct(ASSESSMENT.c.tender_number)))
    return session.scalar(numbers.select_from(ASSESSMENT).join(FLAG, same).where(stalled)) or 0


def newest_imports(session: Session) -> dict[str, datetime]:
    """When a file of each kind was last taken in."""
    newest = select(JOURNAL.c.subject, func.max(JOURNAL.c.at)).where(JOURNAL.c.action == Act.IMPORT)
    return _pairs(session.execute(newest.group_by(JOURNAL.c.subject)))


def _acts(session: Session) -> dict[str, int]:
    """How many entries of the journal tell of each act."""
    counted = select(JOURNAL.c.action, func.count()).group_by(JOURNAL.c.action)
    return _pairs(session.execute(counted))


def _pairs(rows: Iterable[Row[Any]]) -> dict[Any, Any]:
    return dict(tuple(row) for row in rows)
