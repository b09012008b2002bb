"""Facts of one need as the rules read them: frozen, stated days as people wrote them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from tracker.domain.days import FOREVER, Span, next_day
from tracker.domain.vocabulary import (
    SERVING,
    ContractKind,
    ContractStatus,
    Method,
    Service,
    Stage,
    TenderEventKind,
    TenderStatus,
)


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """A contract line: one need served under one contract (rules §3). Days are inclusive, as stated.

    ``reported_on`` is the day on which the report on the contract was posted, where somebody said so.
    """

    contract_number: str
    kind: ContractKind
    status: ContractStatus
    start_on: date
    end_on: date | None
    signed_on: date | None = None
    terminated_on: date | None = None
    tender_number: str | None = None
    reported_on: date | None = None
    span: Span = field(init=False, repr=False, compare=False)
    """The days the line serves if its status serves; an open-ended line runs to ``FOREVER``."""

    def __post_init__(self) -> None:
        first = self.start_on
        if self.signed_on is not None and self.signed_on > first:
            first = self.signed_on
        stop = FOREVER if self.end_on is None else next_day(self.end_on)
        if self.terminated_on is not None and self.terminated_on < stop:
            stop = next_day(self.terminated_on)
        object.__setattr__(self, "span", Span(first, stop))

    @property
    def first_on(self) -> date:
        """The first day the line can serve: nothing serves before it is signed."""
        return self.span.start

    @property
    def is_dated(self) -> bool:
        """Whether the last day is known."""
        return self.end_on is not None or self.terminated_on is not None

    def is_reported(self, on: date) -> bool:
        """Whether the report on the contract was posted by the day."""
        return self.reported_on is not None and self.reported_on <= on

    @property
    def serves(self) -> bool:
        """Whether the line would serve on the days of its span."""
        return self.status in SERVING and self.span.start < self.span.stop


@dataclass(frozen=True, slots=True)
class TenderEvent:
    """One dated fact of a tender: a stage entered, a suspension, an end."""

    on: date
    kind: TenderEventKind


@dataclass(frozen=True, slots=True)
class TenderFacts:
    """A tender for one need, from its dated facts (rules §4, interfaces §4).

    ``supposed_on`` is no fact: the day ahead on which a what-if has it announced.
    """

    number: str
    method: Method
    status: TenderStatus
    planned_on: date | None = None
    published_on: date | None = None
    bids_close_on: date | None = None
    results_on: date | None = None
    ended_on: date | None = None
    stage: Stage | None = None
    stage_entered_on: date | None = None
    repeats: str | None = None
    amount: str | None = None
    events: tuple[TenderEvent, ...] = ()
    supposed_on: date | None = None


@dataclass(frozen=True, slots=True)
class NeedFacts:
    """All that the rules read about one (school, service).

    ``decided_at`` is when a contract after a failed purchase was approved last, if that approval stands.
    """

    school_id: str
    service: Service
    needed_from: date | None = None
    needed_until: date | None = None
    closed_on: date | None = None
    confirmed_on: date | None = None
    bin: str | None = None
    decided_at: datetime | None = None
    lines: tuple[ServiceLine, ...] = ()
    tenders: tuple[TenderFacts, ...] = ()

    def waiting_on(self, day: date) -> ServiceLine | None:
        """The contract that is signed and waits to enter into force: of several the one that begins first."""
        lines = (line for line in self.lines if line.status is ContractStatus.PENDING)
        waiting = (line for line in lines if not line.span.is_empty and line.span.stop > day)
        return min(waiting, key=lambda line: (line.first_on, line.contract_number), default=None)

    def line_ending(self, last: date) -> ServiceLine:
        """The line that serves until ``last``: a regular one before others, of several the one begun last."""
        return max((line for line in self.lines if line.serves and line.span.last == last), key=_weight)

    def line_open_on(self, day: date) -> ServiceLine:
        """The line that has begun by ``day`` and states no last day, chosen in the same way."""
        lines = (line for line in self.lines if line.serves and not line.is_dated)
        return max((line for line in lines if line.first_on <= day), key=_weight)


def _weight(line: ServiceLine) -> tuple[bool, date, str]:
    return (line.kind is ContractKind.REGULAR, line.first_on, line.contract_number)
