"""Reports for the akimat and the ministry: the figures of the board, for one day and one knowledge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.domain.alphabet import sort_key
from tracker.domain.coverage import read_cover, states
from tracker.domain.days import ONE_DAY, Span
from tracker.domain.facts import NeedFacts
from tracker.domain.findings import Assessment
from tracker.domain.reports import LOSING, Figure, PlaceFigures, Report, ReportKind, period_of
from tracker.domain.vocabulary import LIVE, FlagKind, State
from tracker.domain.workdays import WorkCalendar
from tracker.feeds.regions import REGIONS
from tracker.law.loader import load_calendar
from tracker.services.evaluating import Book, NeedView, snapshot
from tracker.store import facts, versions
from tracker.store.scope import Scope

NOT_STATED = "none"
"""The place of schools that state none."""

OF_STATES: Mapping[State, Figure] = {
    State.COVERED: Figure.COVERED,
    State.INTERIM: Figure.INTERIM,
    State.UNCOVERED: Figure.UNCOVERED,
    State.UNKNOWN: Figure.UNKNOWN,
    State.NOT_REQUIRED: Figure.NOT_REQUIRED,
}
BADNESS = {state: place for place, state in enumerate(State)}

NeedKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Past:
    """What the days behind a report were like for one need: its state before them, working days lost."""

    before: State
    days_lost: int


@dataclass(frozen=True, slots=True)
class Behind:
    """What a period was like for each need."""

    needs: Mapping[NeedKey, Past]


def report(
    session: Session,
    scope: Scope,
    kind: ReportKind,
    *,
    region: str | None,
    on: date,
    known: datetime,
    book: Book,
) -> Report:
    """The report of a day as known at a moment: the same question has the same answer for ever."""
    shot = snapshot(session, scope, on=on, known=known, book=book)
    period = period_of(kind, on)
    needs = [need for need in shot.needs if region is None or place_of(need) == region]
    past = _past(session, scope, period, known=known, book=book)
    by_place = _district_of if region else place_of
    groups: dict[str, list[NeedView]] = {}
    for need in needs:
        groups.setdefault(by_place(need), []).append(need)
    names = _districts(groups) if region else _regions(groups)
    return Report(
        kind=kind,
        region=region,
        on=on,
        period=period,
        known=known,
        policy=shot.policy,
        places=tuple(PlaceFigures(name, figures_of(groups[name], past)) for name in names),
        total=PlaceFigures(None, figures_of(needs, past)),
    )


def days_lost(
    session: Session, scope: Scope, period: Span, *, on: date, known: datetime, book: Book
) -> tuple[tuple[NeedView, int], ...]:
    """The needs that a period left without service, with their working days, the most first."""
    shot = snapshot(session, scope, on=on, known=known, book=book)
    past = _past(session, scope, period, known=known, book=book)
    found = [
        (need, past[need.assessment.school_id, need.assessment.service].days_lost) for need in shot.needs
    ]
    losing = (one for one in found if one[1])
    return tuple(sorted(losing, key=lambda one: (-one[1], sort_key(one[0].school.name))))


def place_of(need: NeedView) -> str:
    """The region of a need's school as the board counts it."""
    return need.school.region or NOT_STATED


def _district_of(need: NeedView) -> str:
    return need.school.district or NOT_STATED


def _regions(groups: Iterable[str]) -> list[str]:
    return [code for code in (*(region.code for region in REGIONS), NOT_STATED) if code in set(groups)]


def _districts(groups: Iterable[str]) -> list[str]:
    return sorted(groups, key=lambda name: (name == NOT_STATED, sort_key(name)))


def _past(
    session: Session, scope: Scope, period: Span, *, known: datetime, book: Book
) -> Mapping[NeedKey, Past]:
    seq = versions.known_seq(session, known)
    key = (session.get_bind().engine.url, scope, period, seq, book.policy.fingerprint)
    return book.remember(Behind, key, lambda: _behind(session, scope, period, seq=seq, book=book)).needs


def _behind(session: Session, scope: Scope, period: Span, *, seq: int, book: Book) -> Behind:
    days = load_calendar(facts.load_overrides(session, seq), folder=book.folder)
    found = facts.load_facts(session, scope, known_seq=seq)
    return Behind({(need.school_id, need.service): _past_of(need, period, days) for need in found})


def _past_of(need: NeedFacts, period: Span, days: WorkCalendar) -> Past:
    lost = sum(days.within(span) for span, state in states(need, period) if state is State.UNCOVERED)
    return Past(read_cover(need).state(period.start - ONE_DAY), lost)


def figures_of(needs: Iterable[NeedView], past: Mapping[NeedKey, Past]) -> Mapping[Figure, int]:
    """The figures of some needs: schools, each once and in the state of its worst need; days are of needs."""
    schools: dict[str, list[NeedView]] = {}
    for need in needs:
        schools.setdefault(need.school.school_id, []).append(need)
    found: Counter[Figure] = Counter()
    for own in schools.values():
        found.update(_of_school(own, past))
    return {figure: found[figure] for figure in Figure}


def _of_school(needs: list[NeedView], past: Mapping[NeedKey, Past]) -> Iterator[Figure]:
    found = [need.assessment for need in needs]
    state = _worst(each.state for each in found)
    behind = [past[each.school_id, each.service] for each in found]
    yield Figure.SCHOOLS
    yield OF_STATES[state]
    if state is not State.NOT_REQUIRED:
        yield Figure.REQUIRED
    if _worst(each.before for each in behind) is State.UNCOVERED:
        yield Figure.UNCOVERED_BEFORE
    for figure, holds in _RULES.items():
        if any(map(holds, found)):
            yield figure
    since = needs[0].school.integrated_on
    if since is not None and since <= found[0].on:
        yield Figure.INTEGRATED
    yield from (Figure.DAYS_LOST for each in behind for _ in range(each.days_lost))


def _worst(found: Iterable[State]) -> State:
    return max(found, key=BADNESS.__getitem__)


def _losing(days: int) -> Callable[[Assessment], bool]:
    def holds(found: Assessment) -> bool:
        return found.loses_on is not None and (found.loses_on - found.on).days <= days

    return holds


def _is_stalled(found: Assessment) -> bool:
    return FlagKind.TENDER_STALLED in found.kinds


def _is_in_purchase(found: Assessment) -> bool:
    is_unserved = found.state in (State.UNCOVERED, State.INTERIM)
    return is_unserved and found.tender is not None and found.tender.status in LIVE


_RULES: Mapping[Figure, Callable[[Assessment], bool]] = {
    **{figure: _losing(days) for days, figure in LOSING.items()},
    Figure.STALLED: _is_stalled,
    Figure.IN_PURCHASE: _is_in_purchase,
}
"""What must hold of any need of a school for the school to count."""
