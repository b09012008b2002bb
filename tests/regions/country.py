"""Two regions: in each field of what belongs to the second stands a word that the first must never see."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import Engine

from tests.store.rows import KIND_OF
from tests.web.register import NOW, RECORDED_AT, a_contract, a_school, day
from tracker.clock import legal_day
from tracker.domain.register import RegisterRow, SchoolRow, TenderEventRow, TenderRow
from tracker.domain.telephones import spelled
from tracker.domain.vocabulary import (
    ContractStatus,
    Stage,
    TenderEventKind,
    TenderStatus,
)
from tracker.services.evaluating import Book, evaluate
from tracker.store import intake, versions
from tracker.store.engine import transaction
from tracker.store.scope import EVERYTHING

A, B = "59", "71"
"""The two regions."""

DISTRICT_A = "Petropavl"
SCHOOL_A, TENDER_A, CONTRACT_A = "990740000101", "T-101", "K-101"
SCHOOL_B, TENDER_B, CONTRACT_B = "990740000202", "CANARY-T-202", "CANARY-K-202"
SCHOOL_NONE = "990740000303"
"""A school that states no region: of nobody who does not see everything."""

DISTRICT_B = "CANARY-district"
AMOUNT_B = Decimal("4815162.34")
CAMERAS_B = 987_654
BIN_B = "731940009876"

TELEPHONE_B = "+77014815169"
PRICE_B = 802_527
"""What two months of the contract cost by the day."""


def written(number: int) -> tuple[str, ...]:
    """A number as programs, languages and files write it."""
    apart = f"{number:,}"
    return (str(number), apart, *(apart.replace(",", sign) for sign in (" ", "\N{NO-BREAK SPACE}")))


TEXTS_B = (
    *("CANARY", SCHOOL_B, SCHOOL_NONE, BIN_B),
    *(TELEPHONE_B, spelled(TELEPHONE_B).replace(" ", "\N{NO-BREAK SPACE}")),
)
NUMBERS_B = (int(AMOUNT_B), CAMERAS_B, PRICE_B)
CANARIES = (*TEXTS_B, *(each for number in NUMBERS_B for each in written(number)))
"""What is told of the second region in any answer would hold one of these."""


def of_a() -> tuple[RegisterRow, ...]:
    """What belongs to the first region: one school without service and a tender that stands still."""
    return (
        a_school(SCHOOL_A, "Алма", region=A, district=DISTRICT_A, officer_email="officer-a@example.kz"),
        a_contract(CONTRACT_A, SCHOOL_A, "2026-01-01", "2026-12-31", status=ContractStatus.EXPIRED),
        TenderRow(
            TENDER_A, SCHOOL_A, TenderStatus.ACTIVE, published_on=day("2026-12-14"),
            stage=Stage.EVALUATION, stage_entered_on=day("2026-12-25"), amount=Decimal("500000"),
        ),
        TenderEventRow(TENDER_A, TenderEventKind.EVALUATION, day("2026-12-25"), note="note of A"),
    )  # fmt: skip


def school_b(**more: object) -> SchoolRow:
    """The school of the second region, with a canary in each of its texts."""
    row = a_school(
        SCHOOL_B, "CANARY-name", name_kk="CANARY-kk", name_ru="CANARY-ru",
        region=B, district=DISTRICT_B, address="CANARY-address", bin=BIN_B, cameras=CAMERAS_B,
        officer_email="canary-officer@example.kz", extra=(("CANARY-title", "CANARY-extra"),),
    )  # fmt: skip
    return replace(row, **more)  # type: ignore[arg-type]  # each test names the columns it means


def of_b() -> tuple[RegisterRow, ...]:
    """What belongs to the second region, and to none."""
    texts = {
        "supplier_name": "CANARY-supplier",
        "supplier_bin": BIN_B,
        "buyer_bin": BIN_B,
        "amount": AMOUNT_B,
    }
    return (
        school_b(),
        a_school(SCHOOL_NONE, "CANARY-nowhere", region=None, district=None),
        a_contract(
            CONTRACT_B, SCHOOL_B, "2026-01-01", "2026-12-31", status=ContractStatus.EXPIRED,
            tender_number=TENDER_B, extends_contract_number="CANARY-K-0", extra=(("note", "CANARY-line"),),
            **texts,
        ),
        TenderRow(
            TENDER_B, SCHOOL_B, TenderStatus.ACTIVE, title="CANARY-tender", published_on=day("2026-12-14"),
            stage=Stage.EVALUATION, stage_entered_on=day("2026-12-25"), amount=AMOUNT_B,
            repeats_tender_number="CANARY-T-0", organiser_bin=BIN_B, extra=(("note", "CANARY-lot"),),
        ),
        TenderEventRow(
            TENDER_B, TenderEventKind.EVALUATION, day("2026-12-25"), note="CANARY-note",
            extra=(("note", "CANARY-event"),),
        ),
    )  # fmt: skip


def settle(engine: Engine, *rows: RegisterRow, source: str, hours: int = 0) -> None:
    """Record rows from a file named ``source`` and judge everything."""
    at = RECORDED_AT + timedelta(hours=hours)
    with transaction(engine, seeing=EVERYTHING) as session:
        seq = versions.open_recording(session, at=at, actor=source, source=f"{source}.csv", reason=source)
        for row_type, kind in KIND_OF.items():
            intake.record(session, kind, [row for row in rows if isinstance(row, row_type)], seq)
        evaluate(session, today=legal_day(NOW), book=Book.load())


def move(engine: Engine, school: SchoolRow, region: str, *, hours: int = 2) -> None:
    """A school comes to lie in another region, by a recording of its own."""
    settle(engine, replace(school, region=region), source="move", hours=hours)


@dataclass(frozen=True, slots=True)
class Named:
    """What addresses name of one region."""

    school_id: str
    number: str
    contract: str


NAMED = {A: Named(SCHOOL_A, TENDER_A, CONTRACT_A), B: Named(SCHOOL_B, TENDER_B, CONTRACT_B)}
