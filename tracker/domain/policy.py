"""Law and house rules as dated data: clauses, their versions, and what was in force on a day (rules §6).

A version is either *cited* (source, place, the day we read it) or *assumed* (why). The files that fill
these records are read by :mod:`tracker.law.loader`; nothing here opens a file.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from tracker.domain.days import FOREVER, Span, add_months
from tracker.domain.remedies import Remedy
from tracker.domain.sources import Source as Source
from tracker.domain.sources import Words as Words
from tracker.domain.vocabulary import (
    COURSE,
    ConditionId,
    DeadlineKind,
    LeadUnit,
    Method,
    RouteId,
    Service,
    Stage,
)

STAGE_CLAUSES: tuple[tuple[Method, Stage, str], ...] = tuple(
    (method, stage, "stage.planned" if stage is Stage.PLANNED else f"stage.{method}.{stage}")
    for method, course in COURSE.items()
    for stage in course
)
"""Every (method, stage) and the clause that limits it."""

CLAUSES: frozenset[str] = frozenset(clause for _, _, clause in STAGE_CLAUSES) | {
    "after_failure.decision",
    "contract.minimum_term",
    "decide.undo_minutes",
    "data.longest_term_years",
    "duty.report",
    "forecast.late_allowance",
    "forecast.percentile_tenders",
    "guard.price_jump_percent",
    "guard.second_bridge_stops",
    "import.danger_percent",
    "import.danger_rows",
    "interim.cap",
    "interim.cap_is_final",
    "interim.first_months",
    "mci",
    "remind.escalate_after",
    "remind.quiet_from",
    "remind.quiet_until",
    "small_value.limit",
    "warn.ending_soon",
    "warn.interim_ending",
    "warn.interim_without_tender",
    "warn.stale",
}
"""Every clause that :class:`Law` is built from; a law file must have each of them."""


class DutyStart(StrEnum):
    """The event from which the working days of a duty are counted."""

    FAILED = "failed"
    DECIDED = "decided"
    INVITED = "invited"
    CONSENTED = "consented"
    SUPPLIER_CHOSEN = "supplier_chosen"
    DRAFT_SENT = "draft_sent"
    SIGNED = "signed"
    IN_FORCE = "in_force"


@dataclass(frozen=True, slots=True)
class Version:
    """One value of a clause and the days on which it holds; ``note`` says what the bare number hides."""

    span: Span
    value: int | bool
    source: Source | None = None
    at: Words | None = None
    read_on: date | None = None
    assumed: Words | None = None
    note: Words | None = None

    @property
    def is_assumed(self) -> bool:
        """Whether the value has no citation; every page that shows it says so."""
        return self.assumed is not None


@dataclass(frozen=True, slots=True)
class Clause:
    """One legal or house parameter through time."""

    id: str
    about: Words
    unit: str
    version_by: str
    versions: tuple[Version, ...]

    def on(self, day: date) -> Version:
        """The version in force on ``day``; the loader has proved that there is exactly one."""
        return next(version for version in self.versions if day in version.span)


@dataclass(frozen=True, slots=True)
class Duty:
    """What a route obliges to, within so many working days after ``counted_from``; ``clause`` is an id."""

    id: str
    clause: str
    counted_from: DutyStart
    working_days: int
    title: Words


@dataclass(frozen=True, slots=True)
class Route:
    """A ground for an interim contract in force between two days, with what it asks for.

    The conditions ``alternative`` stand in for ``supplier_refused`` and ``first_month`` where the customer
    was created this year.
    """

    id: RouteId
    order: int
    span: Span
    title: Words
    clause: str
    source: Source | None
    at: Words | None
    read_on: date | None
    assumed: Words | None
    conditions: tuple[ConditionId, ...]
    duties: tuple[Duty, ...]
    alternative: tuple[ConditionId, ...] = ()
    caution: Words | None = None

    @property
    def is_assumed(self) -> bool:
        """Whether the ground itself has no citation."""
        return self.assumed is not None


@dataclass(frozen=True, slots=True)
class StageLimit:
    """The longest (or, for bids, the shortest) legal length of a stage in working days."""

    days: int
    clause: str


@dataclass(frozen=True, slots=True)
class DailyNeed:
    """An item of the list of daily and weekly needs (order № 559) that someone entered."""

    service: Service
    title: Words
    listed: bool | None
    verified_on: date | None
    verified_by: str | None
    note: Words


@dataclass(frozen=True, slots=True)
class LeadRule:
    """How long before a deadline of one kind its people are told (rules §7).

    ``unless_begun`` are told besides, and only where no tender is registered.
    """

    kind: DeadlineKind
    unit: LeadUnit
    leads: tuple[int, ...]
    unless_begun: tuple[int, ...]
    source: Source | None
    at: Words | None
    read_on: date | None
    assumed: Words | None

    @property
    def is_assumed(self) -> bool:
        """Whether the leads have no citation."""
        return self.assumed is not None


@dataclass(frozen=True, slots=True)
class Citation:
    """A citation: what was read (a clause or route id), where, and when."""

    subject: str
    source: Source
    at: Words
    read_on: date


@dataclass(frozen=True, slots=True)
class Law:
    """Everything in force on one day, with typed names. Days are calendar days unless said otherwise."""

    day: date
    interim_cap_months: int
    cap_is_final: bool
    warn_ending_days: int
    warn_interim_ending_days: int
    stale_days: int
    tenderless_days: int
    percentile_tenders: int
    late_allowance: int
    minimum_term_days: int
    first_months: int
    decision_days: int
    report_days: int
    escalate_after_days: int
    quiet_from_hour: int
    quiet_until_hour: int
    small_value_mci: int
    mci_tenge: int
    longest_term_years: int
    danger_percent: int
    danger_rows: int
    second_bridge_stops: bool
    price_jump_percent: int
    undo_minutes: int
    stage_limits: Mapping[tuple[Method, Stage], StageLimit]
    course_days: Mapping[Method, int]
    routes: tuple[Route, ...]

    def limit(self, method: Method, stage: Stage) -> StageLimit:
        """The limit of a stage in working days."""
        return self.stage_limits[method, stage]


@dataclass(frozen=True)
class Policy:
    """All clauses and routes through time. ``on`` answers for one day; the fingerprint names the data."""

    sources: Mapping[str, Source]
    clauses: Mapping[str, Clause]
    routes: tuple[Route, ...]
    daily_needs: tuple[DailyNeed, ...]
    fingerprint: str
    first_day: date
    change_days: tuple[date, ...]
    leads: tuple[LeadRule, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    _laws: dict[date, Law] = field(default_factory=dict, repr=False, compare=False)

    def on(self, day: date) -> Law:
        """The law in force on ``day``; days between two changes share one answer."""
        later = bisect_right(self.change_days, day)
        since = self.change_days[later - 1] if later else self.first_day
        law = self._laws.get(since)
        if law is None:
            law = self._laws[since] = self._build(since)
        return law

    def next_change(self, day: date) -> date:
        """The first day after ``day`` on which any clause or route changes; ``FOREVER`` if none is known."""
        later = bisect_right(self.change_days, day)
        return self.change_days[later] if later < len(self.change_days) else FOREVER

    def listed(self, service: Service) -> DailyNeed | None:
        """What the list of daily needs is known to say of a service."""
        return next((item for item in self.daily_needs if item.service is service), None)

    def _build(self, day: date) -> Law:
        def value(clause: str) -> int:
            return int(self.clauses[clause].on(day).value)

        limits = {
            (method, stage): StageLimit(value(clause), clause) for method, stage, clause in STAGE_CLAUSES
        }
        routes = sorted((route for route in self.routes if day in route.span), key=lambda route: route.order)
        return Law(
            day=day,
            interim_cap_months=value("interim.cap"),
            cap_is_final=bool(value("interim.cap_is_final")),
            warn_ending_days=value("warn.ending_soon"),
            warn_interim_ending_days=value("warn.interim_ending"),
            stale_days=value("warn.stale"),
            tenderless_days=value("warn.interim_without_tender"),
            percentile_tenders=value("forecast.percentile_tenders"),
            late_allowance=value("forecast.late_allowance"),
            minimum_term_days=value("contract.minimum_term"),
            first_months=value("interim.first_months"),
            decision_days=value("after_failure.decision"),
            report_days=value("duty.report"),
            escalate_after_days=value("remind.escalate_after"),
            quiet_from_hour=value("remind.quiet_from"),
            quiet_until_hour=value("remind.quiet_until"),
            small_value_mci=value("small_value.limit"),
            mci_tenge=value("mci"),
            longest_term_years=value("data.longest_term_years"),
            danger_percent=value("import.danger_percent"),
            danger_rows=value("import.danger_rows"),
            second_bridge_stops=bool(value("guard.second_bridge_stops")),
            price_jump_percent=value("guard.price_jump_percent"),
            undo_minutes=value("decide.undo_minutes"),
            stage_limits=limits,
            course_days={
                method: sum(limits[method, stage].days for stage in course if stage is not Stage.PLANNED)
                for method, course in COURSE.items()
            },
            routes=tuple(routes),
        )


def stale_readings(policy: Policy, *, today: date) -> tuple[Citation, ...]:
    """Citations in force on ``today`` that were last read more than a year ago (design §7)."""
    cited = [(clause.id, clause.on(today)) for clause in policy.clauses.values()]
    grounds: list[tuple[str, Version | Route]] = [*cited, *((r.id, r) for r in policy.on(today).routes)]
    return tuple(
        Citation(subject, ground.source, ground.at, ground.read_on)
        for subject, ground in grounds
        if ground.source and ground.at and ground.read_on and add_months(ground.read_on, 12) < today
    )
