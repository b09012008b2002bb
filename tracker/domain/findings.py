"""What an assessment says of a need on a day: plain frozen results, without words (rules §§3–6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tracker.domain.days import Span, next_day
from tracker.domain.vocabulary import (
    ConditionId,
    ConditionStatus,
    FlagKind,
    Method,
    NextStep,
    RefusalReason,
    RouteId,
    Service,
    Stage,
    State,
    TenderStatus,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One flag and the day since which it holds; None where only the record of flags can tell."""

    kind: FlagKind
    since: date | None


@dataclass(frozen=True, slots=True)
class Step:
    """One stretch of a forecast: the stage lasts from ``start`` until ``end``; ``basis`` is its clause."""

    stage: Stage
    start: date
    end: date
    working_days: int
    basis: str


@dataclass(frozen=True, slots=True)
class Forecast:
    """First day of service of a live tender, three ways, with the steps that add up to each (rules §4)."""

    earliest: date
    likely: date
    late: date
    steps: tuple[Step, ...]
    likely_steps: tuple[Step, ...]
    late_steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class TenderStanding:
    """A tender on a day: its stage, when it is due, by how much it is over (rules §4)."""

    number: str
    status: TenderStatus
    method: Method
    stage: Stage | None
    entered_on: date | None
    due_on: date | None
    limit_days: int | None
    limit_clause: str | None
    days_over: int
    suspended_since: date | None
    ended_on: date | None
    forecast: Forecast | None
    stalled_since: date | None = None

    @property
    def suspended(self) -> bool:
        """Whether the clock of the tender stands still."""
        return self.suspended_since is not None

    @property
    def is_stalled(self) -> bool:
        """Whether the stage is over its limit; ``stalled_since`` says since when."""
        return self.stalled_since is not None


@dataclass(frozen=True, slots=True)
class Gap:
    """Days on which service is expected to be missing."""

    span: Span
    school_days: int

    @property
    def days(self) -> int:
        """Calendar days, both ends counted."""
        return self.span.days


def first_loss(
    ends: date, gap: Gap | None, tender: TenderStanding | None, *, is_loss_ahead: bool
) -> date | None:
    """The first day that a served need is known to lose: of the gap, or the day after cover ``ends``.

    None where a purchase with a forecast follows without a gap, and where nothing ends.
    """
    if gap is not None:
        return gap.span.start
    is_followed = tender is not None and tender.forecast is not None
    return ends if is_loss_ahead and not is_followed else None


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a route, what the facts say of it, and the facts used, as (name, value)."""

    id: ConditionId
    status: ConditionStatus
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RouteAnswer:
    """A ground in force on the first interim day, judged condition by condition (rules §6)."""

    id: RouteId
    verdict: Verdict
    clause: str
    conditions: tuple[Condition, ...]

    @property
    def rests_on_supplier(self) -> bool:
        """Whether it matters if the supplier agrees to go on: for extending, or because he refused."""
        asked = {condition.id for condition in self.conditions}
        return self.id is RouteId.EXTENSION or ConditionId.SUPPLIER_REFUSED in asked


@dataclass(frozen=True, slots=True)
class Answer:
    """The one answer for a need in danger: a suggestion, or a refusal with its reason (rules §6)."""

    start_on: date
    end_on: date | None
    expected_release_on: date | None
    recommended: RouteId | None
    routes: tuple[RouteAnswer, ...]
    reason: RefusalReason | None

    @property
    def is_suggestion(self) -> bool:
        """Whether an interim contract may be proposed."""
        return self.reason is None


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything the rules say of one need on one day."""

    school_id: str
    service: Service
    on: date
    state: State
    covered_until: date | None
    uncovered_since: date | None
    days_without: int | None
    flags: tuple[Finding, ...]
    tender: TenderStanding | None
    projected_gap: Gap | None
    latest_safe_start: date | None
    answer: Answer | None
    next_step: NextStep
    next_change_on: date

    @property
    def kinds(self) -> frozenset[FlagKind]:
        """The kinds of all flags."""
        return frozenset(flag.kind for flag in self.flags)

    @property
    def loses_on(self) -> date | None:
        """The first day without service that is in sight for a served need; None if none is.

        The first day of the projected gap; with nothing to follow, the day after the cover ends.
        """
        if self.state not in (State.COVERED, State.INTERIM) or self.covered_until is None:
            return None
        ends, is_loss_ahead = next_day(self.covered_until), self.latest_safe_start is not None
        return first_loss(ends, self.projected_gap, self.tender, is_loss_ahead=is_loss_ahead)
