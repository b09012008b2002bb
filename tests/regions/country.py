"""Two regions: in each field of what belongs to the second stands a word that the first must never see."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.store.rows import KIND_OF
from tests.web.register import NOW, RECORDED_AT, a_contract, a_school, day
from tracker.clock import legal_day
from tracker.domain.asking import Channel, SchoolAnswer
from tracker.domain.holds import Hold, HoldKind, Seen
from tracker.domain.leads import lead_named
from tracker.domain.people import Reach
from tracker.domain.register import RegisterRow, SchoolRow, TenderEventRow, TenderRow
from tracker.domain.reports import ReportKind
from tracker.domain.roles import Role
from tracker.domain.vocabulary import (
    Consequence,
    ContractStatus,
    DeadlineKind,
    Language,
    Service,
    Stage,
    TenderEventKind,
    TenderStatus,
)
from tracker.services import printing_reports
from tracker.services.acting import Author
from tracker.services.evaluating import Book, evaluate
from tracker.services.printing_reports import Wanted
from tracker.store import asks, case_changes, holds, intake, own_leads, people, versions, views
from tracker.store.engine import transaction
from tracker.store.scope import EVERYTHING, Scope

A, B = "59", "71"
"""The two regions."""

DISTRICT_A = "Petropavl"
SCHOOL_A, TENDER_A, CONTRACT_A = "990740000101", "T-101", "K-101"
SCHOOL_B, TENDER_B, CONTRACT_B = "990740000202", "CANARY-T-202", "CANARY-K-202"
SCHOOL_NONE = "990740000303"
"""A school that states no region: of nobody who does not see everything."""

AMOUNT_B = Decimal("4815162.34")
CAMERAS_B = 987_654
BIN_B = "731940009876"

CANARIES = ("CANARY", SCHOOL_B, SCHOOL_NONE, BIN_B, "4815162", "987654", "987 654")
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
        region=B, district="CANARY-district", address="CANARY-address", bin=BIN_B, cameras=CAMERAS_B,
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


def settle_country(engine: Engine) -> None:
    """Both regions, the second recorded after the first."""
    settle(engine, *of_a(), source="file-of-a")
    settle(engine, *of_b(), source="CANARY-file", hours=1)
    with transaction(engine, seeing=EVERYTHING) as session:
        work_on_b(session)


def work_on_b(session: Session) -> None:
    """Somebody of the second region has its school in hand, and left a word wherever one is kept."""
    reach = Reach(frozenset({B}))
    email = "canary-worker@example.kz"
    person = people.add_person(
        session, email=email, name="CANARY-worker", role=Role.HEAD, reach=reach, at=NOW
    )
    case_changes.give(session, SCHOOL_B, person, by=person, at=NOW)
    case_changes.look(session, SCHOOL_B, person, since=NOW, until=NOW + timedelta(minutes=20))
    case_changes.add_note(
        session, SCHOOL_B, person, "CANARY-case", is_pinned=True, mentioned=[person], at=NOW
    )
    views.keep(session, person, "CANARY-view", "q=CANARY-query", at=NOW)
    kept = Hold(
        HoldKind.ACKNOWLEDGED, DeadlineKind.STAGE, (TENDER_B, "CANARY-stage"), person, legal_day(NOW),
        day("2027-02-14"), "CANARY-hold", Seen(None, False, Consequence.TENDER_STALLED, None, False),
        SCHOOL_B,
    )  # fmt: skip
    holds.add_hold(session, kept, at=NOW)
    leads, which = (lead_named("30d"),), (DeadlineKind.COVER_END, CONTRACT_B)
    own_leads.give(session, which, leads, reason="CANARY-leads", person=person, at=NOW)
    ask_b(session, f"person:{person}")
    print_b(session, f"person:{person}")


def ask_b(session: Session, actor: str) -> None:
    """The school was asked, has answered, and is asked again: a link that lives."""
    secret, _ = asks.add_ask(session, SCHOOL_B, Service.CHANNEL, actor=actor, at=NOW)
    said = SchoolAnswer(
        Channel.YES, "CANARY-K-9", day("2027-01-01"), day("2027-12-31"), "CANARY-firm", "CANARY-remark"
    )
    asks.take_answer(session, secret, said, at=NOW)
    asks.add_ask(session, SCHOOL_B, Service.CHANNEL, actor=actor, at=NOW)


def print_b(session: Session, actor: str) -> None:
    """The region has printed a report of its own."""
    wanted, book = Wanted(ReportKind.WEEKLY, B, legal_day(NOW), None), Book.load()
    made = printing_reports.make(session, Scope.of(B), wanted, now=NOW, book=book)
    author = Author(actor, NOW)
    printing_reports.keep(session, author, made, language=Language.KK, ending="csv", book=book)


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
