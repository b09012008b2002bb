"""Rows come back exactly as they were recorded, and the register takes in a country in seconds."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from time import perf_counter

from sqlalchemy import Engine

from tests.store.rows import MOMENT, day, record, record_alike
from tracker.domain.register import (
    ContractRow,
    RegisterKind,
    RegisterRow,
    SchoolRow,
    TenderEventRow,
    TenderRow,
)
from tracker.domain.vocabulary import (
    ContractKind,
    ContractStatus,
    Method,
    Service,
    Stage,
    TenderEventKind,
    TenderStatus,
)
from tracker.domain.workdays import Override
from tracker.store import facts, intake, versions
from tracker.store.engine import reading, transaction
from tracker.store.scope import EVERYTHING

DAY = day("2026-02-28")
FULL: dict[RegisterKind, RegisterRow] = {
    RegisterKind.SCHOOLS: SchoolRow(
        school_id="990740001234", name="Өскен ұрпақ", bin="990740001234", name_kk="Өскен ұрпақ",
        name_ru="Оскен урпак", region="59", district="Есіл", address="Абай к-сі, 1",
        services=(Service.CHANNEL, Service.ALARM), needed_from=DAY, needed_until=day("2029-01-01"),
        closed_on=day("2030-09-01"), cameras=0, integrated_on=DAY, officer_email="a@example.kz",
        confirmed_on=DAY, extra=(("Құрылтайшы", "әкімдік"),),
    ),
    RegisterKind.CONTRACTS: ContractRow(
        contract_number="C-1/«а»", school_id="S", start_on=DAY, service=Service.CCTV,
        end_on=day("2027-01-01"), terminated_on=DAY, signed_on=DAY, kind=ContractKind.INTERIM,
        status=ContractStatus.TERMINATED,
        supplier_bin="000000000001", supplier_name="NA", buyer_bin="000000000002",
        method=Method.SINGLE_SOURCE, amount=Decimal("1234567.890"), currency="USD", tender_number="T",
        extends_contract_number="C-0", extra=(("a", "1"), ("b", "2")),
    ),
    RegisterKind.TENDERS: TenderRow(
        tender_number="T", school_id="S", status=TenderStatus.UNSUCCESSFUL, service=Service.GUARD,
        title="%_\\", method=Method.AFTER_FAILURE,
        planned_on=DAY, published_on=DAY, bids_close_on=DAY, results_on=DAY,
        ended_on=DAY, stage=Stage.APPEAL, stage_entered_on=DAY, repeats_tender_number="T-0", wanted_from=DAY,
        amount=Decimal("1E+6"), organiser_bin="000000000003", extra=(("x", ""),),
    ),
    RegisterKind.TENDER_EVENTS: TenderEventRow("T", TenderEventKind.SUSPENDED, DAY, "шағым", (("x", "y"),)),
}  # fmt: skip
BARE: dict[RegisterKind, RegisterRow] = {
    RegisterKind.SCHOOLS: SchoolRow("S-2", "Мектеп"),
    RegisterKind.CONTRACTS: ContractRow("C-2", "S", DAY),
    RegisterKind.TENDERS: TenderRow("T-2", "S", TenderStatus.PLANNED),
    RegisterKind.TENDER_EVENTS: TenderEventRow("T-2", TenderEventKind.BIDS, DAY),
}


def test_rows_come_back_as_they_were_recorded(engine: Engine) -> None:
    record(engine, *FULL.values(), *BARE.values())
    with reading(engine) as session:
        for kind in RegisterKind:
            full, bare = FULL[kind], BARE[kind]
            assert intake.present_rows(session, EVERYTHING, kind) == {full.key: full, bare.key: bare}
            assert intake.present_rows(session, EVERYTHING, kind, [full.key]) == {full.key: full}
            assert (
                intake.present_rows(
                    session, EVERYTHING, kind, [("nobody", "S", "channel"), ("\0",), ("\ud800",)]
                )
                == {}
            )
            assert intake.present_rows(session, EVERYTHING, kind, []) == {}


def test_the_present_row_is_the_last_one_recorded(engine: Engine) -> None:
    emptied = {
        kind: replace(BARE[kind], **{name: getattr(FULL[kind], name) for name in KEYS[kind]})
        for kind in RegisterKind
    }
    record(engine, *FULL.values())
    record(engine, *emptied.values(), *BARE.values())
    with reading(engine) as session:
        for kind in RegisterKind:
            present = {row.key: row for row in (emptied[kind], BARE[kind])}
            assert intake.present_rows(session, EVERYTHING, kind) == present


KEYS = {
    RegisterKind.SCHOOLS: ("school_id",),
    RegisterKind.CONTRACTS: ("contract_number", "school_id", "service"),
    RegisterKind.TENDERS: ("tender_number", "school_id", "service"),
    RegisterKind.TENDER_EVENTS: ("tender_number", "event", "on"),
}


def test_of_two_rows_with_one_key_the_last_one_stays(engine: Engine) -> None:
    row = ContractRow("C-1", "S-1", DAY)
    record_alike(engine, RegisterKind.CONTRACTS, [row, replace(row, currency="EUR")])
    with reading(engine) as session:
        (found,) = intake.present_rows(session, EVERYTHING, RegisterKind.CONTRACTS).values()
    assert found == replace(row, currency="EUR")


def test_a_decreed_day_is_corrected_by_a_later_decree(engine: Engine) -> None:
    first, second = Override(DAY, False, "№ 1"), Override(DAY, True, "№ 2")
    for decreed in (first, second):
        with transaction(engine) as session:
            seq = versions.open_recording(session, at=MOMENT, actor="ministry", source="decree", reason="")
            intake.record_overrides(session, [decreed], seq)
    with reading(engine) as session:
        assert facts.load_overrides(session) == (second,)
        assert facts.load_overrides(session, seq - 1) == (first,)
        assert facts.load_overrides(session, 0) == ()


def test_ten_thousand_lines_are_recorded_and_read_in_seconds(engine: Engine) -> None:
    schools = [SchoolRow(f"S-{number}", f"№ {number} мектеп", region="59") for number in range(1_000)]
    lines = [
        ContractRow(f"C-{number}-{year}", f"S-{number}", day(f"{year}-01-01"), end_on=day(f"{year}-12-31"))
        for number in range(1_000)
        for year in range(2018, 2028)
    ]
    began = perf_counter()
    record(engine, *schools, *lines)
    recorded = perf_counter()
    with reading(engine) as session:
        needs = facts.load_facts(session, EVERYTHING)
    read = perf_counter()
    assert len(needs) == 1_000
    assert {len(need.lines) for need in needs} == {10}
    assert recorded - began < 20
    assert read - recorded < 2
