"""How service stood on earlier days: as it is known now, beside what was known at the end of each day."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from sqlalchemy.orm import Session

from tracker.domain.coverage import Cover, read_cover
from tracker.domain.days import LEGAL_ZONE, ONE_DAY, Span
from tracker.domain.foregone import unserved
from tracker.domain.months import month_before
from tracker.domain.vocabulary import State
from tracker.domain.workdays import WorkCalendar
from tracker.law.loader import load_calendar
from tracker.services.book import Earlier
from tracker.services.evaluating import MOST_CHANGED, Book
from tracker.store import facts, registry, through_time
from tracker.store.changes import changed_schools
from tracker.store.scope import EVERYTHING, Scope
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
    """Some days of a scope, in their order, and what they were counted from."""

    needs: tuple[Point, ...]
    counted: Counted

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
    """These days, each as known now (or at ``known``) and at its own end; remembered like a snapshot.

    A school of which nothing was learnt since they were last counted is not judged again.
    """
    asked = _Question(scope, tuple(days), known, calendar, book)

    def look(earlier: Earlier[Past] | None) -> Past:
        return _look(session, asked, earlier)

    key = (session.get_bind().engine.url, scope, asked.days, known)
    return book.renew(Past, key, registry.data_version(session), look)


@dataclass(frozen=True, slots=True)
class _Question:
    """Of whom is asked, which days, as known when, and by which working days is counted."""

    scope: Scope
    days: tuple[date, ...]
    known: datetime | None
    calendar: WorkCalendar
    book: Book

    def calendars(self, session: Session, seqs: Sequence[int]) -> tuple[WorkCalendar, ...]:
        """The working days as each day knew them: those of now, unless its month was decreed otherwise later.

        ``seqs`` are the last recordings of the days, and behind them the last one that is known.
        """
        *then, now = seqs
        changes = [seq for seq in facts.override_changes(session) if seq <= now]
        told = [bisect_right(changes, seq) for seq in then]
        others = {
            place: load_calendar(facts.load_overrides(session, seq), folder=self.book.folder)
            for place, seq in zip(told, then, strict=True)
            if place < len(changes)
        }
        return tuple(
            self._unless_same(others.get(place, self.calendar), month_before(day))
            for place, day in zip(told, self.days, strict=True)
        )

    def _unless_same(self, other: WorkCalendar, month: Span) -> WorkCalendar:
        days = [
            Span(day, day + ONE_DAY) for day in map(month.start.__add__, map(timedelta, range(month.days)))
        ]
        is_same = all(other.within(day) == self.calendar.within(day) for day in days)
        return self.calendar if is_same else other


@facts.keeping_all()
def _look(session: Session, asked: _Question, earlier: Earlier[Past] | None) -> Past:
    ends = [datetime.combine(day, time.max, LEGAL_ZONE) for day in asked.days]
    latest = asked.known or datetime.max.replace(tzinfo=LEGAL_ZONE)
    *then, now = through_time.known_seqs(session, [*ends, latest])
    seqs = (*(min(seq, now) for seq in then), now)
    calendars = asked.calendars(session, seqs)
    counted_by = " ".join(each.fingerprint for each in (asked.calendar, *calendars))
    changed = _changed(session, asked, seqs, counted_by, earlier)
    courses = through_time.load_through(session, asked.scope, seqs, with_tenders=False, named=changed)
    judge = _Judge(asked.calendar, calendars, {})
    schools = {school: judge.through(tuple(needs), asked.days) for school, needs in groupby(courses, _school)}
    counts = [(_Count(), _Count()) for _ in asked.days]
    if earlier is not None and changed is not None:
        before = earlier.answer.counted
        counts = [(now.copy(), then.copy()) for now, then in before.counts]
        _add(counts, (before.schools[school] for school in changed & before.schools.keys()), -1)
        _add(counts, schools.values(), 1)
        schools = {**{name: one for name, one in before.schools.items() if name not in changed}, **schools}
    else:
        _add(counts, schools.values(), 1)
    points = (
        Point(day, of_now.standings(), of_then.standings() or None)
        for day, (of_now, of_then) in zip(asked.days, counts, strict=True)
    )
    return Past(tuple(points), Counted(seqs, counted_by, schools, tuple(counts)))


def _changed(
    session: Session,
    asked: _Question,
    seqs: tuple[int, ...],
    counted_by: str,
    earlier: Earlier[Past] | None,
) -> frozenset[str] | None:
    """The schools to judge again; None for all.

    Of a school of which nothing was learnt since, a day stands as it did where it was asked as known at the
    same recording, or at the last one that there was.
    """
    if earlier is None or asked.known is not None or asked.scope != EVERYTHING:
        return None
    before = earlier.answer.counted
    stands = all(old in (new, earlier.version) for old, new in zip(before.seqs, seqs, strict=True))
    if not stands or before.calendar != counted_by:
        return None
    named = changed_schools(session, asked.scope, since=earlier.version)
    return named if len(named) <= MOST_CHANGED else None


def _add(counts: Sequence[tuple[_Count, _Count]], schools: Iterable[Seen], number: int) -> None:
    """Add schools to what is counted of each day, or take them out."""
    for school in schools:
        for (of_now, of_then), (now, then) in zip(counts, school, strict=True):
            of_now.add(now, number)
            of_then.add(then, number)


def _school(course: Course) -> str:
    return next(known.facts.school_id for known in course if known)


Found = tuple[Place, State, int] | None
"""Where a school is, its worst state, and what its needs lost together; None where it is not known."""

Seen = tuple[tuple[Found, Found], ...]
"""A school on each day: as known now, and as known then."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What days were counted from: the recordings asked for, the working days, each school; the counts."""

    seqs: tuple[int, ...]
    calendar: str
    schools: Mapping[str, Seen]
    counts: tuple[tuple[_Count, _Count], ...]


@dataclass(frozen=True, slots=True)
class _Judge:
    """Judges needs on days; the cover of one that does not change is read once.

    Days lost are counted by ``calendar`` as known now, and by that of ``then`` as known on each day.
    """

    calendar: WorkCalendar
    then: tuple[WorkCalendar, ...]
    covers: dict[int, Cover]

    def through(self, needs: tuple[Course, ...], days: Sequence[date]) -> Seen:
        """A school on each day, by the courses of its needs."""
        found = []
        for place, day in enumerate(days):
            then = self.then[place]
            now = self.school((need[-1] for need in needs), day, self.calendar)
            is_new = then is not self.calendar or any(need[place] is not need[-1] for need in needs)
            found.append((now, self.school((need[place] for need in needs), day, then) if is_new else now))
        return tuple(found)

    def school(self, needs: Iterable[Known | None], day: date, calendar: WorkCalendar) -> Found:
        """A school on a day, by those of its needs that are known."""
        known = [need for need in needs if need]
        if not known:
            return None
        covers = [self._cover(need) for need in known]
        worst = max((cover.state(day) for cover in covers), key=_WORST.__getitem__)
        window = month_before(day)
        lost = sum(self._lost(cover, window, calendar) for cover in covers)
        return (known[0].region, known[0].district), worst, lost

    def _cover(self, need: Known) -> Cover:
        cover = self.covers.get(id(need))
        if cover is None:
            cover = self.covers[id(need)] = read_cover(need.facts)
        return cover

    @staticmethod
    def _lost(cover: Cover, window: Span, calendar: WorkCalendar) -> int:
        run = cover.served_run(window.start)
        if run is not None and run.stop >= window.stop:
            return 0
        return sum(map(calendar.within, unserved(cover, window)))


class _Count:
    """Adds schools up by place, and takes them out again."""

    def __init__(self) -> None:
        self._states: defaultdict[Place, Counter[State]] = defaultdict(Counter)
        self._lost: Counter[Place] = Counter()

    def copy(self) -> _Count:
        """The same counts, to go on from."""
        copied = _Count()
        copied._states.update((place, Counter(states)) for place, states in self._states.items())
        copied._lost.update(self._lost)
        return copied

    def add(self, found: Found, number: int) -> None:
        if found is not None:
            place, state, lost = found
            self._states[place][state] += number
            self._lost[place] += number * lost

    def standings(self) -> Mapping[Place, Standing]:
        """Of each place that has schools."""
        return {
            place: Standing(+states, self._lost[place]) for place, states in self._states.items() if +states
        }
