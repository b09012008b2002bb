"""Where a tender stands on a day, read from its dated facts up to that day (rules §4, interfaces §4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from tracker.domain.days import FOREVER, ONE_DAY, Span, next_day
from tracker.domain.facts import ServiceLine, TenderEvent, TenderFacts
from tracker.domain.policy import Law, Policy
from tracker.domain.vocabulary import (
    COURSE,
    LIVE,
    SERVING,
    STAGES,
    ContractStatus,
    Method,
    Stage,
    TenderEventKind,
    TenderStatus,
)
from tracker.domain.workdays import WorkCalendar

STAGE_EVENTS: Mapping[TenderEventKind, Stage] = {TenderEventKind(stage.value): stage for stage in STAGES}
END_EVENTS: Mapping[TenderEventKind, TenderStatus] = {
    TenderEventKind(status.value): status for status in TenderStatus if status not in LIVE
}
_ORDER = {stage: at for at, stage in enumerate(STAGES)}


@dataclass(frozen=True, slots=True)
class End:
    """How and since when a tender is over; ``on`` is None when it was never dated."""

    on: date | None
    status: TenderStatus


@dataclass(frozen=True, slots=True)
class Entry:
    """A stage entered on a day; ``closed_on`` is the day on which the stage before it closed."""

    stage: Stage
    entered_on: date
    closed_on: date


@dataclass(frozen=True, slots=True)
class Suspensions:
    """The days on which a tender's clock stood still, as known on a day."""

    spans: tuple[Span, ...]
    since: date | None


def law_for(tender: TenderFacts, on: date, policy: Policy) -> Law:
    """The law a tender runs under: of the day it was published, else of the day that asks (rules §4)."""
    published = tender.published_on
    return policy.on(published if published is not None and published <= on else on)


def end_of(tender: TenderFacts, on: date) -> End | None:
    """How the tender was over by ``on``; None while it is live."""
    ends = [event for event in tender.events if event.kind in END_EVENTS]
    known = [event for event in ends if event.on <= on]
    if known:
        last = max(known, key=lambda event: (event.on, event.kind))
        return End(last.on, END_EVENTS[last.kind])
    ended_status = TenderStatus.COMPLETE if tender.status in LIVE else tender.status
    if tender.ended_on is not None:
        return End(tender.ended_on, ended_status) if tender.ended_on <= on else None
    if tender.status in LIVE or ends:
        return None
    since = max(_dated(tender), default=None)
    return End(since, ended_status) if since is None or since <= on else None


def end_days(tender: TenderFacts) -> list[date]:
    """The days of all ending events, also of those that are not known yet."""
    return [event.on for event in tender.events if event.kind in END_EVENTS]


def _dated(tender: TenderFacts) -> list[date]:
    """Every day on which something is stated to have happened, ends by status apart."""
    stated = (tender.published_on, tender.bids_close_on, tender.results_on, tender.stage_entered_on)
    return [*(day for day in stated if day), *(event.on for event in tender.events)]


def over_since(tender: TenderFacts, on: date, lines: Iterable[ServiceLine]) -> date | None:
    """The day by ``on`` from which, for this need, a contract line has ended the tender (rules §4)."""
    days = [
        day
        for line in lines
        if line.tender_number == tender.number
        for day in _contract_days(line)
        if day <= on
    ]
    return min(days, default=None)


def _contract_days(line: ServiceLine) -> Iterable[date]:
    """The days on which a line is signed and first serves; neither for what never came about."""
    if (line.status in SERVING or line.status is ContractStatus.PENDING) and line.signed_on:
        yield line.signed_on
    if line.serves:
        yield line.first_on


def suspensions(tender: TenderFacts, on: date) -> Suspensions:
    """The suspended days known on ``on``; one that still runs holds ``on`` itself (rules §4)."""
    spans: list[Span] = []
    since: date | None = None
    for event in sorted(tender.events, key=lambda event: (event.on, event.kind is TenderEventKind.RESUMED)):
        if event.on > on:
            continue
        if event.kind is TenderEventKind.SUSPENDED:
            since = since or event.on
        elif event.kind is TenderEventKind.RESUMED and since:
            spans.append(Span(since, event.on))
            since = None
    if since:
        spans.append(Span(since, next_day(on)))
    return Suspensions(tuple(spans), since)


def entries(
    tender: TenderFacts, on: date, law: Law, calendar: WorkCalendar, pauses: tuple[Span, ...]
) -> tuple[Entry, ...]:
    """The stages entered by ``on``, first to last: from events if there are any, else from the dates."""
    stated = [TenderEvent(event.on, event.kind) for event in tender.events if event.kind in STAGE_EVENTS]
    if tender.stage is not None and tender.stage_entered_on is not None:
        stated.append(TenderEvent(tender.stage_entered_on, TenderEventKind(tender.stage.value)))
    known = [(event.on, STAGE_EVENTS[event.kind]) for event in stated if event.on <= on]
    return _from_events(known) if known else _from_dates(tender, on, law, calendar, pauses)


def _from_events(stated: list[tuple[date, Stage]]) -> tuple[Entry, ...]:
    found: list[Entry] = []
    for day, stage in sorted(stated, key=lambda entry: (entry[0], _ORDER[entry[1]])):
        if not found or found[-1].stage is not stage:
            found.append(Entry(stage, day, day))
    return tuple(found)


def _from_dates(
    tender: TenderFacts, on: date, law: Law, calendar: WorkCalendar, pauses: tuple[Span, ...]
) -> tuple[Entry, ...]:
    published, method = tender.published_on, tender.method
    if published is None or published > on:
        return ()
    found = _opening(method, published, law, calendar, pauses)
    close, results = tender.bids_close_on, tender.results_on
    if close is not None:
        found = [entry for entry in found if entry.entered_on <= close]
        found.append(Entry(Stage.EVALUATION, next_day(close), close))
    if results is not None and results <= on:
        found = [entry for entry in found if entry.entered_on <= results]
        found += _closing(method, results, law, calendar, pauses)
    return tuple(entry for entry in found if entry.entered_on <= on)


def _opening(
    method: Method, published: date, law: Law, calendar: WorkCalendar, pauses: tuple[Span, ...]
) -> list[Entry]:
    """From publication to bids: through the discussion where the method has one."""
    if Stage.DISCUSSION not in COURSE[method]:
        return [Entry(Stage.BIDS, published, published)]
    closed = calendar.after_without(published, law.limit(method, Stage.DISCUSSION).days, pauses)
    return [Entry(Stage.DISCUSSION, published, published), Entry(Stage.BIDS, next_day(closed), closed)]


def _closing(
    method: Method, results: date, law: Law, calendar: WorkCalendar, pauses: tuple[Span, ...]
) -> list[Entry]:
    """From the results to the contract: through the complaint window where the method has one."""
    if Stage.APPEAL not in COURSE[method]:
        return [Entry(Stage.CONTRACT, results, results)]
    closed = calendar.after_without(results, law.limit(method, Stage.APPEAL).days, pauses)
    return [Entry(Stage.APPEAL, results, results), Entry(Stage.CONTRACT, next_day(closed), closed)]


def due_on(
    tender: TenderFacts,
    stage: Stage,
    entered_on: date | None,
    limit: int,
    calendar: WorkCalendar,
    pauses: tuple[Span, ...],
) -> date | None:
    """The last day of the stage in time, ``limit`` working days after it was entered (rules §4).

    None for a planned tender without a planned day.
    """
    if stage is Stage.PLANNED and tender.planned_on is None:
        return None
    if stage is Stage.BIDS and tender.bids_close_on is not None:
        return tender.bids_close_on
    if entered_on is None:
        return None
    return calendar.after_without(entered_on, limit, pauses)


def days_over(due: date, on: date, calendar: WorkCalendar, pauses: tuple[Span, ...]) -> int:
    """Working days past ``due`` up to ``on``; suspended ones do not count."""
    over = calendar.between(due, on)
    for pause in pauses:
        over -= calendar.within(pause.within(Span(next_day(due), next_day(on))))
    return over


@cache
def later_stages(method: Method, stage: Stage) -> tuple[Stage, ...]:
    """The stages still to come after ``stage``."""
    return tuple(later for later in COURSE[method] if _ORDER[later] > _ORDER[stage])


def stretches(
    tender: TenderFacts, on: date, *, policy: Policy, calendar: WorkCalendar
) -> tuple[tuple[Stage, date, date], ...]:
    """The stages a tender has been through: each with its first and last day, the last one up to ``on``."""
    end = end_of(tender, on)
    last = min(on, end.on) if end and end.on else on
    pauses = suspensions(tender, last).spans
    passed = entries(tender, last, law_for(tender, last, policy), calendar, pauses)
    stops = [*(entry.entered_on - ONE_DAY for entry in passed[1:]), last][: len(passed)]
    return tuple((entry.stage, entry.entered_on, stop) for entry, stop in zip(passed, stops, strict=True))


@dataclass(frozen=True, slots=True)
class StageHistory:
    """How long the stages of finished tenders lasted, in working days, by method and for all together.

    It stays as it is before the day ``until``, on which another tender may have ended.
    """

    finished: Mapping[Method | None, int]
    lengths: Mapping[tuple[Method | None, Stage], tuple[int, ...]]
    until: date = FOREVER

    @classmethod
    def none(cls) -> StageHistory:
        """No finished tender yet."""
        return cls({}, {})

    @classmethod
    def of(
        cls, tenders: Iterable[TenderFacts], on: date, *, policy: Policy, calendar: WorkCalendar
    ) -> StageHistory:
        """Read the stage lengths of the tenders that were complete by ``on``."""
        finished: dict[Method | None, int] = {}
        lengths: dict[tuple[Method | None, Stage], list[int]] = {}
        later: list[date] = []
        for tender in tenders:
            later += [day for day in (*_dated(tender), tender.ended_on or on) if day > on]
            end = end_of(tender, on)
            if end is None or end.status is not TenderStatus.COMPLETE or end.on is None:
                continue
            methods: tuple[Method | None, ...] = (tender.method, None)
            for method in methods:
                finished[method] = finished.get(method, 0) + 1
            for stage, days in stage_lengths(tender, end.on, policy, calendar):
                for method in methods:
                    lengths.setdefault((method, stage), []).append(days)
        counted = {key: tuple(sorted(days)) for key, days in lengths.items()}
        return cls(finished, counted, min(later, default=FOREVER))

    def percentile(self, method: Method, stage: Stage, percent: int, enough: int) -> int:
        """Nearest-rank percentile of a stage's length: of its method if ``enough`` finished, else of all."""
        group = method if self.finished.get(method, 0) >= enough else None
        days = self.lengths.get((group, stage), ())
        return days[-(-len(days) * percent // 100) - 1] if days else 0

    def is_enough(self, enough: int) -> bool:
        """Whether enough tenders have finished to say how long stages last."""
        return self.finished.get(None, 0) >= enough


def stage_lengths(
    tender: TenderFacts, ended_on: date, policy: Policy, calendar: WorkCalendar
) -> Iterable[tuple[Stage, int]]:
    """Each stage of a finished tender with its length in working days, suspended days left out."""
    pauses = suspensions(tender, ended_on).spans
    passed = entries(tender, ended_on, law_for(tender, ended_on, policy), calendar, pauses)
    closes = [*(entry.closed_on for entry in passed[1:]), ended_on][: len(passed)]
    for entry, close in zip(passed, closes, strict=True):
        if entry.stage is not Stage.PLANNED:
            yield entry.stage, max(0, days_over(entry.entered_on, close, calendar, pauses))
