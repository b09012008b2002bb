"""A small country on 15 January 2027: one school for each thing that can be wrong, and one for none."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy import Engine

from tests.store.rows import record
from tracker.clock import legal_day
from tracker.domain.register import ContractRow, RegisterRow, SchoolRow, TenderEventRow, TenderRow
from tracker.domain.vocabulary import (
    ContractKind,
    ContractStatus,
    Method,
    Stage,
    TenderEventKind,
    TenderStatus,
)
from tracker.services.evaluating import Book, evaluate
from tracker.store.engine import transaction

NOW = datetime(2027, 1, 15, 6, 0, tzinfo=UTC)
RECORDED_AT = datetime(2027, 1, 14, 6, 0, tzinfo=UTC)
NEEDED_FROM = date(2026, 1, 1)

COVERED, STALLED, INTERIM, UNKNOWN, NEVER, FAILED, CLOSED, SUSPENDED, OVERLAP, ENDING, USED_UP = (
    f"99074000{number:04}" for number in range(1, 12)
)


def day(text: str) -> date:
    """The day that ``text`` writes."""
    return date.fromisoformat(text)


def a_school(school_id: str, name: str, **more: object) -> SchoolRow:
    """A school of North Kazakhstan unless said otherwise, confirmed lately."""
    row: dict[str, object] = {
        "school_id": school_id,
        "name": f"School {name}",
        "name_kk": f"«{name}» мектебі",
        "name_ru": f"Школа «{name}»",
        "region": "59",
        "district": "Петропавл",
        "needed_from": NEEDED_FROM,
        "confirmed_on": day("2027-01-10"),
    }
    return SchoolRow(**{**row, **more})  # type: ignore[arg-type]  # each test names the columns it means


def a_contract(number: str, school_id: str, start_on: str, end_on: str | None, **more: object) -> ContractRow:
    """A regular active contract line with a supplier and an amount."""
    row: dict[str, object] = {
        "contract_number": number,
        "school_id": school_id,
        "start_on": day(start_on),
        "end_on": day(end_on) if end_on else None,
        "supplier_name": "ТОО «Байланыс»",
        "amount": Decimal("462000"),
    }
    return ContractRow(**{**row, **more})  # type: ignore[arg-type]  # each test names the columns it means


ENDS_MUCH = "contract_number;school_id;start_on;end_on\n" + "".join(
    f"{number};{school};{start};2027-01-05\n"
    for number, school, start in [
        ("K-1", COVERED, "2027-01-01"),
        ("K-9", OVERLAP, "2027-01-01"),
        ("K-10", ENDING, "2026-02-01"),
        ("K-3-1", INTERIM, "2027-01-01"),
    ]
)
"""A file of contracts that ends four of the thirteen lines of the small country."""


def small_country() -> tuple[RegisterRow, ...]:
    """Schools, contracts, tenders and events."""
    return (*_schools(), *_contracts(), *_tenders())


def _schools() -> tuple[SchoolRow, ...]:
    return (
        a_school(COVERED, "Абай", integrated_on=day("2024-05-06"), cameras=12),
        a_school(STALLED, "Әйтеке", address="1-көше, 2", officer_email="officer@example.org"),
        a_school(INTERIM, "Ғани", district="Тайынша"),
        a_school(UNKNOWN, "Ілбішін", region="71", district="Есіл"),
        a_school(NEVER, "Қажымұқан", region=None, district=None),
        a_school(FAILED, "Өскен", confirmed_on=day("2026-06-01")),
        a_school(CLOSED, "Яблоня", closed_on=day("2026-08-31")),
        a_school(SUSPENDED, "Орал", region="71", district=None),
        a_school(OVERLAP, "Карл"),
        a_school(ENDING, "Үміт"),
        a_school(USED_UP, "Һарам"),
    )


def _contracts() -> tuple[ContractRow, ...]:
    last_year = ("2026-01-01", "2026-12-31")
    return (
        a_contract("K-1", COVERED, "2027-01-01", "2027-12-31"),
        a_contract("K-2", STALLED, *last_year, status=ContractStatus.EXPIRED),
        a_contract("K-3", INTERIM, *last_year, status=ContractStatus.EXPIRED),
        a_contract(
            "K-3-1", INTERIM, "2027-01-01", "2027-01-31",
            kind=ContractKind.EXTENSION, extends_contract_number="K-3",
        ),
        a_contract("K-4", UNKNOWN, "2026-01-01", None),
        a_contract("K-6", FAILED, *last_year),
        a_contract(
            "K-7", CLOSED, *last_year, status=ContractStatus.TERMINATED, terminated_on=day("2026-08-31")
        ),
        a_contract("K-8", SUSPENDED, *last_year),
        a_contract("K-9", OVERLAP, "2027-01-01", "2027-12-31"),
        a_contract("K-9-2", OVERLAP, "2027-01-10", "2027-06-30"),
        a_contract("K-10", ENDING, "2026-02-01", "2027-01-31"),
        a_contract("K-11", USED_UP, "2026-01-01", "2026-10-31"),
        a_contract("K-11-1", USED_UP, "2026-11-01", "2026-12-31", kind=ContractKind.INTERIM),
    )  # fmt: skip


def _tenders() -> tuple[TenderRow | TenderEventRow, ...]:
    return (
        TenderRow(
            "T-2", STALLED, TenderStatus.ACTIVE, planned_on=day("2026-12-05"), published_on=day("2026-12-14"),
            stage=Stage.EVALUATION, stage_entered_on=day("2026-12-25"), amount=Decimal("500000"),
        ),
        TenderRow("T-3", INTERIM, TenderStatus.ACTIVE, published_on=day("2027-01-11")),
        TenderRow("T-6", FAILED, TenderStatus.UNSUCCESSFUL, published_on=day("2026-12-01"),
                  ended_on=day("2026-12-28"), repeats_tender_number="T-5"),
        TenderRow("T-8", SUSPENDED, TenderStatus.ACTIVE, method=Method.PRICE_QUOTATION,
                  published_on=day("2026-12-21")),
        TenderRow("T-11", USED_UP, TenderStatus.ACTIVE, published_on=day("2027-01-11")),
        TenderEventRow("T-2", TenderEventKind.EVALUATION, day("2026-12-25"), note="хаттама"),
        TenderEventRow("T-8", TenderEventKind.BIDS, day("2026-12-21")),
        TenderEventRow("T-8", TenderEventKind.SUSPENDED, day("2026-12-23")),
    )  # fmt: skip


def fill(engine: Engine, *rows: RegisterRow, now: datetime = NOW) -> None:
    """Record rows (the small country if none are named) and judge them."""
    record(engine, *(rows or small_country()), at=RECORDED_AT)
    with transaction(engine) as session:
        evaluate(session, today=legal_day(now), book=Book.load())
