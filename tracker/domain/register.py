"""Typed rows of the register: what files, the demo and the store exchange (interfaces §4).

Each row is one fact with a natural key. Days are inclusive and as stated; None means "not stated".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from tracker.domain.days import last_day
from tracker.domain.vocabulary import (
    ContractKind,
    ContractStatus,
    Method,
    Service,
    Stage,
    TenderEventKind,
    TenderStatus,
)

Extra = tuple[tuple[str, str], ...]
"""What a file says in columns that the register does not know, by title: kept as it was written."""


class RegisterKind(StrEnum):
    """The four kinds of register files."""

    SCHOOLS = "schools"
    CONTRACTS = "contracts"
    TENDERS = "tenders"
    TENDER_EVENTS = "tender-events"


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """A school. Natural key: ``school_id``. ``services`` are the needs that are switched on."""

    school_id: str
    name: str
    bin: str | None = None
    name_kk: str | None = None
    name_ru: str | None = None
    region: str | None = None
    district: str | None = None
    address: str | None = None
    services: tuple[Service, ...] = (Service.CHANNEL,)
    needed_from: date | None = None
    needed_until: date | None = None
    closed_on: date | None = None
    cameras: int | None = None
    integrated_on: date | None = None
    officer_email: str | None = None
    confirmed_on: date | None = None
    extra: Extra = ()

    @property
    def key(self) -> tuple[str, ...]:
        """The natural key."""
        return (self.school_id,)


@dataclass(frozen=True, slots=True)
class ContractRow:
    """A contract line. Natural key: contract number, school and service."""

    contract_number: str
    school_id: str
    start_on: date
    service: Service = Service.CHANNEL
    end_on: date | None = None
    terminated_on: date | None = None
    signed_on: date | None = None
    kind: ContractKind = ContractKind.REGULAR
    status: ContractStatus = ContractStatus.ACTIVE
    supplier_bin: str | None = None
    supplier_name: str | None = None
    buyer_bin: str | None = None
    method: Method | None = None
    amount: Decimal | None = None
    currency: str = "KZT"
    tender_number: str | None = None
    extends_contract_number: str | None = None
    extra: Extra = ()

    @property
    def key(self) -> tuple[str, ...]:
        """The natural key."""
        return (self.contract_number, self.school_id, self.service)

    @property
    def last_on(self) -> date | None:
        """The last day that it serves: the stated end, or the day of termination where that comes first."""
        return last_day(self.end_on, self.terminated_on)

    @property
    def is_terminated(self) -> bool:
        """Whether it was terminated before its stated end."""
        return self.terminated_on is not None and self.terminated_on == self.last_on


@dataclass(frozen=True, slots=True)
class TenderRow:
    """A tender for one school. Natural key: tender number, school and service."""

    tender_number: str
    school_id: str
    status: TenderStatus
    service: Service = Service.CHANNEL
    title: str | None = None
    method: Method = Method.OPEN_TENDER
    planned_on: date | None = None
    published_on: date | None = None
    bids_close_on: date | None = None
    results_on: date | None = None
    ended_on: date | None = None
    stage: Stage | None = None
    stage_entered_on: date | None = None
    repeats_tender_number: str | None = None
    wanted_from: date | None = None
    amount: Decimal | None = None
    organiser_bin: str | None = None
    extra: Extra = ()

    @property
    def key(self) -> tuple[str, ...]:
        """The natural key."""
        return (self.tender_number, self.school_id, self.service)


@dataclass(frozen=True, slots=True)
class TenderEventRow:
    """A dated fact of a tender. Natural key: tender number, event and day."""

    tender_number: str
    event: TenderEventKind
    on: date
    note: str | None = None
    extra: Extra = ()

    @property
    def key(self) -> tuple[str, ...]:
        """The natural key."""
        return (self.tender_number, self.event, self.on.isoformat())


RegisterRow = SchoolRow | ContractRow | TenderRow | TenderEventRow

ROW_TYPES: dict[RegisterKind, type[RegisterRow]] = {
    RegisterKind.SCHOOLS: SchoolRow,
    RegisterKind.CONTRACTS: ContractRow,
    RegisterKind.TENDERS: TenderRow,
    RegisterKind.TENDER_EVENTS: TenderEventRow,
}


REFERENCES: dict[RegisterKind, str] = {
    RegisterKind.CONTRACTS: "school_id",
    RegisterKind.TENDERS: "school_id",
    RegisterKind.TENDER_EVENTS: "tender_number",
}
"""The column of each kind that names a fact of another kind, which must be known."""


@dataclass(frozen=True, slots=True)
class ImportIssue:
    """One thing wrong in a file. ``row`` as numbered in the file (header is 1); words come from ``code``.

    ``details`` fill the places of the sentence, e.g. ``(("expected", "2026-01-31"),)``.
    """

    row: int
    column: str | None
    value: str
    code: str
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Register:
    """A set of rows of all four kinds, in the order in which they are taken in."""

    schools: tuple[SchoolRow, ...] = ()
    contracts: tuple[ContractRow, ...] = ()
    tenders: tuple[TenderRow, ...] = ()
    events: tuple[TenderEventRow, ...] = ()
    recorded_at: datetime | None = None
