"""When a live tender will bring service, and the last day to begin one in time (rules §4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from tracker.domain.days import ONE_DAY, Span, next_day
from tracker.domain.facts import ServiceLine, TenderFacts
from tracker.domain.findings import Forecast, Step, TenderStanding
from tracker.domain.policy import Law, Policy, StageLimit
from tracker.domain.tenders import (
    StageHistory,
    days_over,
    due_on,
    end_of,
    entries,
    later_stages,
    law_for,
    over_since,
    suspensions,
)
from tracker.domain.vocabulary import Method, Stage, TenderStatus
from tracker.domain.workdays import WorkCalendar

MEDIAN, LATE = 50, 90


@dataclass(frozen=True, slots=True)
class Asking:
    """The day that asks and the books it asks with."""

    on: date
    policy: Policy
    calendar: WorkCalendar
    history: StageHistory


def limit_of(law: Law, method: Method, stage: Stage) -> StageLimit:
    """A stage's limit; a stage that the method does not know is judged as in an open tender."""
    return law.stage_limits.get((method, stage)) or law.limit(Method.OPEN_TENDER, stage)


def standing(tender: TenderFacts, lines: tuple[ServiceLine, ...], at: Asking) -> TenderStanding:
    """Where ``tender`` stands for one need: its stage, due day, days over and forecast, or its first end."""
    over = over_since(tender, at.on, lines)
    end = end_of(tender, at.on)
    if over is not None and (end is None or end.on is None or over <= end.on):
        was_ever_live = end is None or end.on is not None
        return _ended(tender, TenderStatus.COMPLETE, over if was_ever_live else None)
    if end is not None:
        return _ended(tender, end.status, end.on)
    day = tender.supposed_on
    return _live(tender, at) if day is None or day <= at.on else _supposed(tender, day, at)


def _supposed(tender: TenderFacts, day: date, at: Asking) -> TenderStanding:
    """Planned until ``day``; from there as it will be on that day, by the law of that day (decision 136)."""
    published = replace(tender, status=TenderStatus.ACTIVE, published_on=day)
    begun = _live(published, replace(at, on=day))
    return replace(
        begun,
        status=TenderStatus.PLANNED,
        stage=Stage.PLANNED,
        entered_on=None,
        due_on=day,
        limit_days=None,
        limit_clause=None,
    )


def _ended(tender: TenderFacts, status: TenderStatus, ended_on: date | None) -> TenderStanding:
    return TenderStanding(
        number=tender.number,
        status=status,
        method=tender.method,
        stage=None,
        entered_on=None,
        due_on=None,
        limit_days=None,
        limit_clause=None,
        days_over=0,
        suspended_since=None,
        ended_on=ended_on,
        forecast=None,
        stalled_since=None,
    )


def _live(tender: TenderFacts, at: Asking) -> TenderStanding:
    law = law_for(tender, at.on, at.policy)
    pauses = suspensions(tender, at.on)
    passed = entries(tender, at.on, law, at.calendar, pauses.spans)
    stage = passed[-1].stage if passed else Stage.PLANNED
    entered = passed[-1].entered_on if passed else tender.planned_on
    if stage is Stage.PLANNED and tender.planned_on is not None:
        entered = tender.planned_on
    limit = limit_of(law, tender.method, stage)
    due = due_on(tender, stage, entered, limit.days, at.calendar, pauses.spans)
    stalled = due is not None and at.on > due and pauses.since is None
    walk = _Walk(tender, stage, entered, due, law, pauses.spans, at)
    return TenderStanding(
        number=tender.number,
        status=TenderStatus.PLANNED if stage is Stage.PLANNED else TenderStatus.ACTIVE,
        method=tender.method,
        stage=stage,
        entered_on=entered,
        due_on=due,
        limit_days=limit.days,
        limit_clause=limit.clause,
        days_over=days_over(due, at.on, at.calendar, pauses.spans) if due and stalled else 0,
        suspended_since=pauses.since,
        ended_on=None,
        forecast=walk.forecast(),
        stalled_since=next_day(due) if due and stalled else None,
    )


@dataclass(frozen=True, slots=True)
class _Walk:
    """The way from a tender's present stage to its first day of service."""

    tender: TenderFacts
    stage: Stage
    entered_on: date | None
    due_on: date | None
    law: Law
    pauses: tuple[Span, ...]
    at: Asking

    def forecast(self) -> Forecast:
        """Walk three times: by the limits, by the median, by the 90th percentile (or the house allowance)."""
        earliest = self._steps(self._legal_end(), lambda stage: self._limit(stage).days)
        enough = self.house.percentile_tenders
        if self.at.history.is_enough(enough):
            likely = self._by_history(MEDIAN, enough)
            late = self._by_history(LATE, enough)
        else:
            likely = earliest
            late = self._by_allowance()
        return Forecast(
            earliest=_served_from(earliest),
            likely=_served_from(likely),
            late=_served_from(late),
            steps=self._shown(earliest),
            likely_steps=self._shown(likely),
            late_steps=self._shown(late),
        )

    @property
    def house(self) -> Law:
        """The house values of the day that asks; only stage limits go by the day of publication."""
        return self.at.policy.on(self.at.on)

    def _legal_end(self) -> date:
        """The present stage ends on its due day, or now if that has passed or there is none."""
        return max(self.at.on, self.due_on or self.at.on)

    def _by_history(self, percent: int, enough: int) -> tuple[Step, ...]:
        def length(stage: Stage) -> int:
            usual = self.at.history.percentile(self.tender.method, stage, percent, enough)
            return max(usual, self._limit(stage).days)

        stated = self.stage is Stage.BIDS and self.tender.bids_close_on is not None
        end = self._legal_end()
        if self.entered_on is not None and self.stage is not Stage.PLANNED and not stated:
            usual_end = self.at.calendar.after_without(self.entered_on, length(self.stage), self.pauses)
            end = max(self.at.on, usual_end)
        return self._steps(end, length)

    def _by_allowance(self) -> tuple[Step, ...]:
        more = self.house.late_allowance
        end = self.at.calendar.after(self._legal_end(), more)
        return self._steps(end, lambda stage: self._limit(stage).days + more)

    def _steps(self, end: date, length: Callable[[Stage], int]) -> tuple[Step, ...]:
        """The present stage until ``end``, then each later stage for its length in working days."""
        calendar = self.at.calendar
        start = min(self.entered_on or self.at.on, end)
        basis = self._limit(self.stage).clause
        first = Step(self.stage, start, end, calendar.between(start, end), basis)
        stages = later_stages(self.tender.method, self.stage)
        lengths = tuple((stage, length(stage), self._limit(stage).clause) for stage in stages)
        return (first, *_steps_after(end, lengths, calendar))

    def _shown(self, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        """The steps to show: a present stage that is already over its limit adds nothing."""
        return steps if steps[0].end > self.at.on else steps[1:]

    def _limit(self, stage: Stage) -> StageLimit:
        return limit_of(self.law, self.tender.method, stage)


@lru_cache(maxsize=10_000)
def _steps_after(
    end: date, lengths: tuple[tuple[Stage, int, str], ...], calendar: WorkCalendar
) -> tuple[Step, ...]:
    """Stages of so many working days, each by its clause, one after another from the day after ``end``."""
    steps: list[Step] = []
    for stage, days, clause in lengths:
        last = calendar.after(end, days)
        steps.append(Step(stage, min(next_day(end), last), last, days, clause))
        end = last
    return tuple(steps)


def _served_from(steps: tuple[Step, ...]) -> date:
    """Service starts on the calendar day after the last step."""
    return next_day(steps[-1].end)


def latest_safe_start(covered_until: date, method: Method, at: Asking) -> date:
    """The last working day on which a tender could be published and, by the limits, serve in time (rules §4).

    Walks back from the last covered day by the law of the publication day itself.
    """
    law, before = at.policy.on(covered_until), covered_until
    while True:
        days = law.course_days[method]
        start = min(at.calendar.latest_start(covered_until, days), at.calendar.latest_start(before, 0))
        if start >= law.day:
            return start
        before = law.day - ONE_DAY
        law = at.policy.on(before)


def course_from(start: date, method: Method, *, policy: Policy, calendar: WorkCalendar) -> tuple[Step, ...]:
    """The stages of a purchase that is published on ``start``, each for its limit by the law of that day."""
    law = policy.on(start)
    limits = ((stage, law.limit(method, stage)) for stage in later_stages(method, Stage.PLANNED))
    lengths = tuple((stage, limit.days, limit.clause) for stage, limit in limits)
    return _steps_after(start, lengths, calendar)
