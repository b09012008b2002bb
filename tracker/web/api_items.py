"""The things that programs are answered about, key by key (interfaces §5): needs, and the facts behind them.

Days are inclusive. A key that is not named here cannot be answered, and a named one cannot be left out.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from tracker.domain.vocabulary import (
    ConditionId,
    ConditionStatus,
    Consequence,
    ContractKind,
    ContractStatus,
    DeadlineKind,
    FlagKind,
    Method,
    NextStep,
    RefusalReason,
    RouteId,
    Service,
    Stage,
    State,
    TenderEventKind,
    TenderStatus,
    Timing,
    Verdict,
)

Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Count = Annotated[int, Field(ge=0)]
Extra = list[tuple[str, str]]
"""Titles and values of columns of a file that the register does not know."""


class Answer(BaseModel):
    """Says exactly what it declares."""

    model_config = ConfigDict(extra="forbid")


class Flag(Answer):
    """A flag of a need; ``since`` is null where only the record of flags can tell."""

    kind: FlagKind
    since: date | None


class Step(Answer):
    """One stretch of a forecast."""

    stage: Stage
    start: date = Field(alias="from")
    end: date = Field(alias="to")
    working_days: Count
    basis: str


class Forecast(Answer):
    """The first day of service of a live tender, three ways."""

    earliest: date
    likely: date
    late: date
    steps: list[Step]
    likely_steps: list[Step]
    late_steps: list[Step]


class Tender(Answer):
    """Where a tender stands on the day."""

    tender_number: str
    status: TenderStatus
    method: Method
    stage: Stage | None
    entered_on: date | None
    due_on: date | None
    days_over: Count
    suspended: bool
    ended_on: date | None
    forecast: Forecast | None


class Gap(Answer):
    """Days on which service is expected to be missing."""

    first: date
    last: date
    days: Count
    school_days: Count


class Condition(Answer):
    """A condition of a route and what the facts say of it."""

    id: ConditionId
    status: ConditionStatus
    fact: str


class Route(Answer):
    """A ground for an interim contract."""

    route: RouteId
    verdict: Verdict
    clause: str
    conditions: list[Condition]


class Interim(Answer):
    """Which interim contract may be proposed, or why none."""

    type: Literal["suggestion", "refusal"]
    start_on: date
    end_on: date | None
    expected_release_on: date | None
    recommended_route: RouteId | None
    routes: list[Route]
    reason: RefusalReason | None


class Need(Answer):
    """A service that a school must have, as it stands on the day."""

    school_id: str
    service: Service
    region: str | None
    district: str | None
    state: State
    covered_until: date | None
    uncovered_since: date | None
    days_without: Count | None
    flags: list[Flag]
    tender: Tender | None
    projected_gap: Gap | None
    latest_safe_start: date | None
    answer: Interim | None
    next_step: NextStep


class Basis(Answer):
    """What a due day rests on: a column of the register, or clauses; ``assumed`` where any is uncited."""

    fact: str | None
    clauses: list[str]
    sources: list[str]
    assumed: bool


class Deadline(Answer):
    """The last day for something; ``due_on`` is null where the facts do not give it.

    ``working_days_left`` is less than zero by the working days that have gone by since.
    """

    kind: DeadlineKind
    school_id: str
    service: Service
    region: str | None
    district: str | None
    contract_number: str | None
    tender_number: str | None
    stage: Stage | None
    due_on: date | None
    timing: Timing
    working_days_left: int | None
    consequence: Consequence
    consequence_on: date | None
    basis: Basis


class School(Answer):
    """A school as the register knows it."""

    school_id: str
    name: str
    bin: str | None
    name_kk: str | None
    name_ru: str | None
    region: str | None
    district: str | None
    address: str | None
    services: list[Service]
    needed_from: date | None
    needed_until: date | None
    closed_on: date | None
    cameras: int | None
    integrated_on: date | None
    officer_email: str | None
    confirmed_on: date | None
    extra: Extra


class ContractLine(Answer):
    """A line of a contract: one school and one service."""

    contract_number: str
    school_id: str
    start_on: date
    service: Service
    end_on: date | None
    terminated_on: date | None
    signed_on: date | None
    kind: ContractKind
    status: ContractStatus
    supplier_bin: str | None
    supplier_name: str | None
    buyer_bin: str | None
    method: Method | None
    amount: float | None
    currency: str
    tender_number: str | None
    extends_contract_number: str | None
    extra: Extra


class TenderLine(Answer):
    """A line of a tender: one school and one service."""

    tender_number: str
    school_id: str
    status: TenderStatus
    service: Service
    title: str | None
    method: Method
    planned_on: date | None
    published_on: date | None
    bids_close_on: date | None
    results_on: date | None
    ended_on: date | None
    stage: Stage | None
    stage_entered_on: date | None
    repeats_tender_number: str | None
    wanted_from: date | None
    amount: float | None
    organiser_bin: str | None
    extra: Extra


class TenderEvent(Answer):
    """A dated fact of a tender."""

    tender_number: str
    event: TenderEventKind
    on: date
    note: str | None
    extra: Extra


class FlagRecord(Answer):
    """A flag from the day it was opened to the day it was closed."""

    school_id: str
    service: Service
    kind: FlagKind
    since: date | None
    opened_on: date
    closed_on: date | None
