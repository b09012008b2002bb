"""Invented purchases and agreements with their whole course, and their rows as known on a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from tracker.domain.register import ContractRow, SchoolRow, TenderEventRow, TenderRow
from tracker.domain.vocabulary import (
    ContractKind,
    ContractStatus,
    Method,
    TenderEventKind,
    TenderStatus,
)

TITLE = "Услуги канала связи с ЦОУ"


@dataclass(frozen=True, slots=True)
class Supplier:
    """An invented operator."""

    name: str
    bin: str


@dataclass(frozen=True, slots=True)
class Parties:
    """Who buys for a lot, who organises, who serves, and what a school pays a month in tenge."""

    buyer_bin: str
    organiser_bin: str
    supplier: Supplier
    monthly: int


@dataclass(frozen=True, slots=True)
class Purchase:
    """A tender with all its days, also those still to come; it is heard of from ``known_on`` on."""

    number: str
    method: Method
    known_on: date
    planned_on: date
    wanted_from: date
    published_on: date | None = None
    bids_close_on: date | None = None
    results_on: date | None = None
    ended_on: date | None = None
    outcome: TenderStatus = TenderStatus.COMPLETE
    repeats: str | None = None
    events: tuple[tuple[date, TenderEventKind], ...] = ()


@dataclass(frozen=True, slots=True)
class Agreement:
    """A contract for all schools of a lot, known from the day it is signed. Days are inclusive."""

    number: str
    start_on: date
    end_on: date | None
    signed_on: date
    kind: ContractKind = ContractKind.REGULAR
    method: Method | None = None
    tender_number: str | None = None
    terminated_on: date | None = None
    extends: str | None = None
    is_in_force: bool = True


def tender_rows(
    purchase: Purchase, schools: tuple[SchoolRow, ...], parties: Parties, *, today: date
) -> Iterator[TenderRow]:
    """The tender for each school as known on ``today``; nothing before it is heard of."""
    if purchase.known_on > today:
        return
    published, ended = _known(purchase.published_on, today), _known(purchase.ended_on, today)
    row = TenderRow(
        tender_number=purchase.number,
        school_id="",
        status=_tender_status(purchase, published, ended),
        title=TITLE,
        method=purchase.method,
        planned_on=purchase.planned_on,
        published_on=published,
        bids_close_on=purchase.bids_close_on if published else None,
        results_on=_known(purchase.results_on, today),
        ended_on=ended,
        repeats_tender_number=purchase.repeats,
        wanted_from=purchase.wanted_from,
        amount=Decimal(parties.monthly * 12),
        organiser_bin=parties.organiser_bin,
    )
    for school in schools:
        yield replace(row, school_id=school.school_id)


def _tender_status(purchase: Purchase, published: date | None, ended: date | None) -> TenderStatus:
    if ended:
        return purchase.outcome
    return TenderStatus.ACTIVE if published else TenderStatus.PLANNED


def event_rows(purchase: Purchase, *, today: date) -> Iterator[TenderEventRow]:
    """The dated facts of the tender up to ``today``."""
    for day, kind in purchase.events:
        if day <= today:
            yield TenderEventRow(purchase.number, kind, day)


def contract_rows(
    agreement: Agreement, schools: tuple[SchoolRow, ...], parties: Parties, *, today: date
) -> Iterator[ContractRow]:
    """The line of each school as known on ``today``; nothing before it is signed."""
    if agreement.signed_on > today:
        return
    row = ContractRow(
        contract_number=agreement.number,
        school_id="",
        start_on=agreement.start_on,
        end_on=agreement.end_on,
        terminated_on=_known(agreement.terminated_on, today),
        signed_on=agreement.signed_on,
        kind=agreement.kind,
        status=_contract_status(agreement, today),
        supplier_bin=parties.supplier.bin,
        supplier_name=parties.supplier.name,
        buyer_bin=parties.buyer_bin,
        method=agreement.method,
        amount=_amount(agreement, parties.monthly),
        tender_number=agreement.tender_number,
        extends_contract_number=agreement.extends,
    )
    for school in schools:
        yield replace(row, school_id=school.school_id)


def _contract_status(agreement: Agreement, today: date) -> ContractStatus:
    if not agreement.is_in_force:
        return ContractStatus.PENDING
    if _known(agreement.terminated_on, today):
        return ContractStatus.TERMINATED
    is_over = agreement.end_on is not None and agreement.end_on < today
    return ContractStatus.PERFORMED if is_over else ContractStatus.ACTIVE


def _amount(agreement: Agreement, monthly: int) -> Decimal | None:
    """What one school pays over the whole term; unknown while the term is."""
    if agreement.end_on is None:
        return None
    days = (agreement.end_on - agreement.start_on).days + 1
    return Decimal(monthly * 12 * days // 365)


def _known(day: date | None, today: date) -> date | None:
    """A dated fact, unless it is still to come."""
    return day if day is not None and day <= today else None
