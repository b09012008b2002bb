"""How service stood on earlier days: as it is known now, beside what was known at the end of each day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby

from sqlalchemy.orm import Session

from tracker.domain.coverage import Cover, read_cover
from tracker.domain.days import LEGAL_ZONE, Span
from tracker.domain.foregone import unserved
from tracker.domain.months import month_before
from tracker.domain.vocabulary import State
from tracker.domain.workdays import WorkCalendar
from tracker.services.evaluating import Book
from tracker.store import facts, registry, through_time
from tracker.store.scope import Scope
from tracker.store.through_time import Course, Known

Place = tuple[str | None, str | None]
"""Region and district, as a school states them."""

_WORST = {state: place for place, state in enumerate(State)}


@dataclass(frozen=True, slots=True)
class Standing:
    """Schools by the state of their worst need on a day, and the school days lost in the month before it.

    Of a school without two services a day counts twice, as in :mod:`tracker.domain.foregone`.
    """

    states: Mapping[State, int]
    lost: int

    @property
    def required(self) -> int:
        """Schools that needed anything."""
        return sum(self.states.values()) - self.states.get(State.NOT_REQUIRED, 0)

    @property
    def served(self) -> int:
        """Schools that were proven to have service."""
        return self.states.get(State.COVERED, 0) + self.states.get(State.INTERIM, 0)


@dataclass(frozen=True, slots=True)
class Point:
    """A day: what is known of it now, and what was known when it ended; None where nothing was."""

    on: date
    now: Mapping[Place, Standing]
    then: Mapping[Place, Standing] | None


@dataclass(frozen=True)
class Past:
    """Some days of a scope, in their order."""

    needs: tuple[Point, ...]

    def of(self, region: str | None = None) -> tuple[tuple[date, Standing, Standing | None], ...]:
        """Each day, of the whole scope or of one region of it: as known now, and as known then."""
        return tuple(
            (point.on, summed(point.now, region), None if point.then is None else summed(point.then, region))
            for point in self.needs
        )

    def places(self, region: str | None = None) -> Mapping[str, tuple[Pair, ...]]:
        """The places one step below, regions or districts of one, on each day."""
        now = [_step(point.now, region) for point in self.needs]
        then = [None if point.then is None else _step(point.then, region) for point in self.needs]
        names = {name for step in now for name in step}
        return {
            name: tuple(
                (one.get(name, EMPTY), None if other is None else other.get(name, EMPTY))
                for one, other in zip(now, then, strict=True)
            )
            for name in names
        }


Pair = tuple[Standing, Standing | None]
"""A place on a day, as known now and as known then."""

EMPTY = Standing({}, 0)


def _step(places: Mapping[Place, Standing], region: str | None) -> Mapping[str, Standing]:
    groups: defaultdict[str, dict[Place, Standing]] = defaultdict(dict)
    for (of, district), one in places.items():
        if region is None or (of or "none") == region:
            groups[(of if region is None else district) or "none"][of, district] = one
    return {name: summed(group) for name, group in groups.items()}


def summed(places: Mapping[Place, Standing], region: str | None = None) -> Standing:
    """All places together, or those of a region; the region of those that state none is ``none``."""
    kept = [one for (of, _), one in places.items() if region is None or (of or "none") == region]
    states: Counter[State] = Counter()
    for one in kept:
        states.update(one.states)
    return Standing(states, sum(one.lost for one in kept))


def look_back(
    session: Session,
    scope: Scope,
    *,
    days: Sequence[date],
    known: datetime | None,
    calendar: WorkCalendar,
    book: Book,
) -> Past:
    """These days, each as known now (or at ``known``) and at its own end; remembered like a snapshot."""
    key = (session.get_bind().engine.url, registry.data_version(session), scope, tuple(days), known)
    return book.remember(Past, key, lambda: _look(session, scope, days, known, calendar))


@facts.keeping_all()
def _look(
    session: Session, scope: Scope, days: Sequence[date], known: datetime | None, calendar: WorkCalendar
) -> Past:
    ends = [datetime.combine(day, time.max, LEGAL_ZONE) for day in days]
    *then, now = through_time.known_seqs(session, [*ends, known or datetime.max.replace(tzinfo=LEGAL_ZONE)])
    seqs = (*(min(seq, now) for seq in then), now)
    courses = through_time.load_through(session, scope, seqs, with_tenders=False)
    judge = _Judge(calendar, {})
    counts = [(_Count(), _Count()) for _ in days]
    for _, group in groupby(courses, _school):
        needs = tuple(group)
        for place, day in enumerate(days):
            is_new = any(need[place] is not need[-1] for need in needs)
            found = judge.school((need[-1] for need in needs), day)
            counts[place][0].add(found)
            counts[place][1].add(judge.school((need[place] for need in needs), day) if is_new else found)
    return Past(
        tuple(
            Point(day, of_now.standings(), of_then.standings() or None)
            for day, (of_now, of_then) in zip(days, counts, strict=True)
        )
    )


def _school(course: Course) -> str:
    return next(known.facts.school_id for known in course if known)


Found = tuple[Place, State, int] | None
"""Where a school is, its worst state, and what its needs lost together; None where it is not known."""


@dataclass(frozen=True, slots=True)
class _Judge:
    """Judges needs on days; the cover of one that does not change is read once."""

    calendar: WorkCalendar
    covers: dict[int, Cover]

    def school(self, needs: Iterable[Known | None], day: date) -> Found:
        """A school on a day, by those of its needs that are known."""
        known = [need for need in needs if need]
        if not known:
            return None
        covers = [self._cover(need) for need in known]
        worst = max((cover.state(day) for cover in covers), key=_WORST.__getitem__)
        window = month_before(day)
        return (known[0].region, known[0].district), worst, sum(self._lost(cover, window) for cover in covers)

    def _cover(self, need: Known) -> Cover:
        cover = self.covers.get(id(need))
        if cover is None:
            cover = self.covers[id(need)] = read_cover(need.facts)
        return cover

    def _lost(self, cover: Cover, window: Span) -> int:
        run = cover.served_run(window.start)
        if run is not None and run.stop >= window.stop:
            return 0
        return sum(map(self.calendar.within, unserved(cover, window)))


class _Count:
    """Adds schools up by place."""

    def __init__(self) -> None:
        self._states: defaultdict[Place, Counter[State]] = defaultdict(Counter)
        self._lost: Counter[Place] = Counter()

    def add(self, found: Found) -> None:
        if found is not None:
            place, state, lost = found
            self._states[place][state] += 1
            self._lost[place] += lost

    def standings(self) -> Mapping[Place, Standing]:
        return {place: Standing(states, self._lost[place]) for place, states in self._states.items()}
