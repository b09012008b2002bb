"""A decision as it is kept: what it rests on, whom it is about, who did what. Documents are made from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from tracker.domain.days import last_day
from tracker.domain.decisions import Agreed, DecisionStatus, Deed
from tracker.domain.policy import DutyStart, Words
from tracker.domain.vocabulary import (
    FAILED,
    ConditionId,
    ConditionStatus,
    RefusalReason,
    RouteId,
    Service,
    Verdict,
)


class Level(StrEnum):
    """How much the guard minds: ``stop`` lets nothing pass, ``warn`` asks the drafter for a reason."""

    STOP = "stop"
    WARN = "warn"


class GuardKind(StrEnum):
    """What an auditor would see in one more bridge (experience row 29)."""

    OVER_CAP = "over_cap"
    SECOND_BRIDGE = "second_bridge"
    CHAIN_OVER_CAP = "chain_over_cap"
    NO_LIVE_TENDER = "no_live_tender"
    SAME_SUPPLIER = "same_supplier"
    PRICE_JUMP = "price_jump"


Facts = tuple[tuple[str, str], ...]
"""Facts by name, days in ISO form."""


@dataclass(frozen=True, slots=True)
class GuardFinding:
    """One thing that the guard found, the facts it used, and the clause that it measured them by."""

    kind: GuardKind
    level: Level
    facts: Facts
    clause: str
    is_assumed: bool


@dataclass(frozen=True, slots=True)
class FrozenCondition:
    """A condition as it stood when the decision was drafted."""

    id: ConditionId
    status: ConditionStatus
    facts: Facts = ()

    @property
    def is_asked(self) -> bool:
        """Whether a person must confirm it before anybody approves."""
        return self.status is not ConditionStatus.MET


@dataclass(frozen=True, slots=True)
class FrozenClause:
    """A clause with its words as they were: ``at`` and ``source`` are None where it is only assumed."""

    id: str
    at: Words | None
    source: Words | None
    source_number: str | None
    assumed: Words | None

    @property
    def is_assumed(self) -> bool:
        """Whether it has no citation."""
        return self.assumed is not None


@dataclass(frozen=True, slots=True)
class FrozenRoute:
    """A ground that the law knew, with its words and its verdict on that day."""

    id: RouteId
    verdict: Verdict
    title: Words
    clause: FrozenClause
    caution: Words | None
    conditions: tuple[FrozenCondition, ...]


@dataclass(frozen=True, slots=True)
class FrozenDuty:
    """What the chosen route obliges to; ``counted_from`` is an event (:class:`.policy.DutyStart`)."""

    id: str
    clause: FrozenClause
    counted_from: str
    working_days: int
    title: Words


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a decision rests on, kept as it was when it was drafted; later law and facts change none of it.

    ``start_on`` and ``end_on`` are the first and the last day, ``recommended`` what the program advised,
    ``refusal`` why it advised nothing.
    """

    on: date
    start_on: date
    end_on: date
    expected_release_on: date | None
    cap_months: int
    policy: str
    recommended: RouteId | None
    refusal: RefusalReason | None
    routes: tuple[FrozenRoute, ...]
    duties: tuple[FrozenDuty, ...]
    guard: tuple[GuardFinding, ...]

    def route(self, id: RouteId) -> FrozenRoute:
        """One of the routes."""
        return next(route for route in self.routes if route.id is id)


@dataclass(frozen=True, slots=True)
class FrozenSchool:
    """A school as the decision saw it; numbers and names as the register had them."""

    name: str
    name_kk: str | None
    name_ru: str | None
    bin: str | None
    region: str | None
    district: str | None
    address: str | None


@dataclass(frozen=True, slots=True)
class FrozenContract:
    """The present, or last, contract: the supplier shown is its own, never one that the program chose."""

    number: str
    start_on: date
    end_on: date | None
    signed_on: date | None
    supplier_bin: str | None
    supplier_name: str | None
    buyer_bin: str | None
    amount: Decimal | None
    currency: str
    terminated_on: date | None = None

    @property
    def last_on(self) -> date | None:
        """The last day that it serves: the stated end, or the day of termination where that comes first."""
        return last_day(self.end_on, self.terminated_on)

    @property
    def is_terminated(self) -> bool:
        """Whether it was terminated before its stated end."""
        return self.terminated_on is not None and self.terminated_on == self.last_on


@dataclass(frozen=True, slots=True)
class FrozenTender:
    """The purchase that the interim bridges to; one that has ``failed`` is to be repeated first."""

    number: str
    status: str
    method: str
    stage: str | None
    likely_on: date | None

    @property
    def has_failed(self) -> bool:
        """Whether it is over without a contract."""
        return self.status in FAILED


@dataclass(frozen=True, slots=True)
class LineRecord:
    """A need that a decision is about; ``signed_number`` once the signed contract is recorded."""

    school_id: str
    service: Service
    school: FrozenSchool
    contract: FrozenContract | None
    tender: FrozenTender | None
    price: Decimal | None
    signed_number: str | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """A condition that a person confirmed: who, when, her note, and where the paper is found."""

    condition: ConditionId
    person_id: int
    person: str
    at: datetime
    note: str
    attachment: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was done to a decision, which then had this ``revision``; ``batch`` joins a bulk."""

    revision: int
    deed: Deed
    person_id: int
    person: str
    at: datetime
    before: DecisionStatus | None
    after: DecisionStatus
    reason: str
    batch: str


@dataclass(frozen=True, slots=True)
class Signed:
    """The signed contract, as a person recorded it."""

    number: str
    signed_on: date
    start_on: date
    end_on: date


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """A decision whole: documents are rendered from it and nothing else.

    ``reason`` is the drafter's where she went against the advice or a warning, ``verdict_reason`` that of
    whoever decided last.
    """

    number: int
    status: DecisionStatus
    route: RouteId
    frozen: Frozen
    agreed: Agreed
    drafted_by: int
    drafter: str
    drafted_at: datetime
    decided_by: int | None
    decider: str | None
    decided_at: datetime | None
    reason: str
    verdict_reason: str
    revision: int
    lines: tuple[LineRecord, ...]
    ticks: tuple[Tick, ...]
    events: tuple[Event, ...]
    signed: Signed | None

    @property
    def start_on(self) -> date:
        """First day of the interim."""
        return self.frozen.start_on

    @property
    def end_on(self) -> date:
        """Last day of the interim, unless the tender's contract enters into force before."""
        return self.frozen.end_on

    @property
    def ground(self) -> FrozenRoute:
        """The chosen route."""
        return self.frozen.route(self.route)

    @property
    def is_against_advice(self) -> bool:
        """Whether the drafter chose what was not recommended; beside no advice at all, a closed ground."""
        if self.frozen.recommended is None and self.frozen.refusal is None:
            return self.ground.verdict is Verdict.CLOSED
        return self.frozen.recommended is not self.route

    @property
    def asked(self) -> tuple[FrozenCondition, ...]:
        """The conditions that people must confirm before it is approved."""
        return tuple(condition for condition in self.ground.conditions if condition.is_asked)

    @property
    def missing(self) -> tuple[ConditionId, ...]:
        """Those of them that nobody has confirmed yet."""
        ticked = {tick.condition for tick in self.ticks}
        return tuple(condition.id for condition in self.asked if condition.id not in ticked)

    @property
    def is_complete(self) -> bool:
        """Whether it waits for the second pair of eyes only."""
        return self.status is DecisionStatus.PROPOSED and not self.missing

    @property
    def lacks_consent(self) -> bool:
        """Whether nobody has said yet that the supplier agrees to what it would sign."""
        return ConditionId.SUPPLIER_CONSENT in self.missing

    @property
    def has_duties(self) -> bool:
        """Whether the law asks for a report after its contract is signed."""
        return any(duty.counted_from == DutyStart.SIGNED for duty in self.frozen.duties)

    @property
    def last_event(self) -> Event:
        """What was done last."""
        return self.events[-1]


def undoable(events: Iterable[Event], person_id: int, *, now: datetime, within: timedelta) -> Event | None:
    """The last event where it is the person's own, moved the decision, and is no older than ``within``."""
    last = max(events, key=lambda event: event.revision, default=None)
    if last is None or last.person_id != person_id or last.deed not in UNDOABLE:
        return None
    return last if now - last.at <= within else None


UNDOABLE = frozenset(
    {
        Deed.DRAFT,
        Deed.SEND_AGAIN,
        Deed.WITHDRAW,
        Deed.APPROVE,
        Deed.RETURN,
        Deed.REJECT,
        Deed.RECORD,
        Deed.CLOSE,
    }
)
"""Deeds that can be taken back for a while; the lines of a signed contract are facts, which are cancelled."""
