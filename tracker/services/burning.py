"""The burn-down of a season: ends of cover with nothing to follow them, week by week, as known then."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from sqlalchemy.orm import Session

from tracker.domain.cliff import season_of
from tracker.domain.coverage import Cover, read_cover
from tracker.domain.days import LEGAL_ZONE
from tracker.domain.forecast import Asking
from tracker.domain.months import weeks_to
from tracker.domain.reading import read
from tracker.domain.tenders import end_of, over_since
from tracker.domain.vocabulary import State
from tracker.services.evaluating import Book
from tracker.services.looking_back import Place
from tracker.store import facts, registry, through_time
from tracker.store.scope import EVERYTHING, Scope
from tracker.store.through_time import Known, NeedKey

NOT_STATED = "none"
"""What a place is called that a school does not state."""


@dataclass(frozen=True, slots=True)
class Week:
    """A day of the season and the needs not begun at its end, by place; None where nothing was known."""

    on: date
    left: Mapping[Place, tuple[NeedKey, ...]] | None


@dataclass(frozen=True)
class BurnDown:
    """The weeks of a season; ``last`` is its last day."""

    needs: tuple[Week, ...]
    last: date

    @property
    def days(self) -> tuple[date, ...]:
        """The days of which anything was known, the newest first."""
        return tuple(week.on for week in reversed(self.needs) if week.left is not None)

    def of(self, region: str | None) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """The places one step below, regions or districts of one, with what was left on each of the days."""
        weeks = [_step(week.left, region) for week in reversed(self.needs) if week.left is not None]
        names = sorted({name for week in weeks for name in week})
        return tuple((name, tuple(week[name] for week in weeks)) for name in names)

    def left(self, on: date, region: str | None, district: str | None) -> tuple[NeedKey, ...]:
        """The needs that had not begun at the end of one of the days, where their schools were then."""
        weeks = (week.left for week in self.needs if week.on == on and week.left is not None)
        return tuple(
            need
            for left in weeks
            for (of, part), needs in left.items()
            if region in (None, of or NOT_STATED) and district in (None, part or NOT_STATED)
            for need in needs
        )


def _step(left: Mapping[Place, tuple[NeedKey, ...]], region: str | None) -> Counter[str]:
    found: Counter[str] = Counter()
    for (of, district), needs in left.items():
        if region is None or (of or NOT_STATED) == region:
            found[(of if region is None else district) or NOT_STATED] += len(needs)
    return found


def burn_down(
    session: Session, scope: Scope, asking: Asking, *, known: datetime | None, book: Book
) -> BurnDown:
    """The season of the day that asks, from the first of October; remembered, for past weeks do not change.

    What a scope shows may change with the facts, what everybody sees of a past moment never does.
    """
    first, last = season_of(asking.on)
    days = weeks_to(asking.on, first, last)
    if not days:
        return BurnDown((), last)
    ends = [datetime.combine(day, time.max, LEGAL_ZONE) for day in days]
    *then, now = through_time.known_seqs(session, [*ends, known or datetime.max.replace(tzinfo=LEGAL_ZONE)])
    seqs = tuple(min(seq, now) for seq in then)
    seen = None if scope == EVERYTHING else registry.data_version(session)
    key = (session.get_bind().engine.url, seen, scope, days, seqs)
    return book.remember(BurnDown, key, lambda: BurnDown(_weeks(session, scope, days, seqs, asking), last))


@facts.keeping_all()
def _weeks(
    session: Session, scope: Scope, days: Sequence[date], seqs: Sequence[int], asking: Asking
) -> tuple[Week, ...]:
    courses = through_time.load_through(session, scope, seqs, with_tenders=True)
    covers: dict[int, Cover] = {}
    return tuple(
        _week(replace(asking, on=day), (course[place] for course in courses), covers)
        for place, day in enumerate(days)
    )


def _week(asking: Asking, needs: Iterable[Known | None], covers: dict[int, Cover]) -> Week:
    left: dict[Place, list[NeedKey]] = defaultdict(list)
    known, on = [need for need in needs if need], asking.on
    for need in known:
        cover = covers.get(id(need)) or covers.setdefault(id(need), read_cover(need.facts))
        if (
            _falls(cover, asking.on)
            and not _is_live(need, asking.on)
            and not read(need.facts, asking).is_begun
        ):
            left[need.region, need.district].append((need.facts.school_id, need.facts.service))
    return Week(on, {place: tuple(needs) for place, needs in left.items()} if known else None)


def _falls(cover: Cover, day: date) -> bool:
    """Whether the cover ends in the season and the need does not, or ended in it and nothing came."""
    first, last = season_of(day)
    run = cover.served_run(day)
    if run is not None:
        return cover.state(day) is not State.NOT_REQUIRED and run.last <= last and run.stop in cover.required
    since = cover.unserved_since(day) if cover.state(day) is State.UNCOVERED else None
    return since is not None and since >= first


def _is_live(need: Known, day: date) -> bool:
    """Whether any tender runs, told without walking to its end."""
    bought = tuple(line for line in need.facts.lines if line.tender_number)
    return any(
        end_of(tender, day) is None and over_since(tender, day, bought) is None
        for tender in need.facts.tenders
    )
