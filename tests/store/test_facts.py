"""Facts for the rules: in a fixed order, the same from both databases, in four queries."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal

from sqlalchemy import Engine, event

from tests.store.rows import day, record, record_alike
from tracker.domain.facts import NeedFacts, ServiceLine, TenderEvent, TenderFacts
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
from tracker.store import facts
from tracker.store.engine import reading
from tracker.store.scope import EVERYTHING, Scope

SCHOOL = SchoolRow(
    "S-1", "№ 1 мектеп", bin="000000000001", region="59", needed_from=day("2026-01-01"),
    needed_until=day("2030-01-01"), closed_on=day("2031-01-01"), confirmed_on=day("2026-11-01"),
)  # fmt: skip
LINE = ContractRow(
    "C-1", "S-1", day("2026-01-01"), end_on=day("2026-12-31"), signed_on=day("2025-12-20"),
    terminated_on=day("2026-06-30"), kind=ContractKind.EXTENSION, status=ContractStatus.TERMINATED,
    tender_number="T-1",
)  # fmt: skip
TENDER = TenderRow(
    "T-1", "S-1", TenderStatus.ACTIVE, method=Method.PRICE_QUOTATION, planned_on=day("2026-10-01"),
    published_on=day("2026-10-02"), bids_close_on=day("2026-10-09"), results_on=day("2026-10-12"),
    ended_on=day("2026-10-30"), stage=Stage.CONTRACT, stage_entered_on=day("2026-10-13"),
    repeats_tender_number="T-0", amount=Decimal("1500000.50"),
)  # fmt: skip
EVENTS = (
    TenderEventRow("T-1", TenderEventKind.SUSPENDED, day("2026-10-05")),
    TenderEventRow("T-1", TenderEventKind.RESUMED, day("2026-10-05")),
    TenderEventRow("T-1", TenderEventKind.BIDS, day("2026-10-02")),
)


READ = NeedFacts(
    school_id="S-1", service=Service.CHANNEL, needed_from=day("2026-01-01"), needed_until=day("2030-01-01"),
    closed_on=day("2031-01-01"), confirmed_on=day("2026-11-01"), bin="000000000001",
    lines=(
        ServiceLine(
            contract_number="C-1", kind=ContractKind.EXTENSION, status=ContractStatus.TERMINATED,
            start_on=day("2026-01-01"), end_on=day("2026-12-31"), signed_on=day("2025-12-20"),
            terminated_on=day("2026-06-30"), tender_number="T-1",
        ),
    ),
    tenders=(
        TenderFacts(
            number="T-1", method=Method.PRICE_QUOTATION, status=TenderStatus.ACTIVE,
            planned_on=day("2026-10-01"), published_on=day("2026-10-02"), bids_close_on=day("2026-10-09"),
            results_on=day("2026-10-12"), ended_on=day("2026-10-30"), stage=Stage.CONTRACT,
            stage_entered_on=day("2026-10-13"), repeats="T-0", amount="1500000.50",
            events=(
                TenderEvent(day("2026-10-02"), TenderEventKind.BIDS),
                TenderEvent(day("2026-10-05"), TenderEventKind.RESUMED),
                TenderEvent(day("2026-10-05"), TenderEventKind.SUSPENDED),
            ),
        ),
    ),
)  # fmt: skip


def test_all_that_the_rules_read_arrives(engine: Engine) -> None:
    record(engine, SCHOOL, LINE, TENDER, *EVENTS)
    with reading(engine) as session:
        assert facts.load_facts(session, EVERYTHING) == [READ]


def test_words_arrive_as_words_and_not_as_texts(engine: Engine) -> None:
    record(engine, SCHOOL, LINE, TENDER, *EVENTS)
    with reading(engine) as session:
        (need,) = facts.load_facts(session, EVERYTHING)
    assert type(need.service) is Service
    assert type(need.lines[0].status) is ContractStatus
    assert type(need.tenders[0].stage) is Stage
    assert type(need.tenders[0].events[0].kind) is TenderEventKind


def a_country(seed: int, schools: int) -> list[RegisterRow]:
    """Schools of three regions with names, numbers and days that sort differently in every collation."""
    dice = random.Random(seed)
    marks = ["Ә", "а", "Я", "z", "Z", "_", "-", "1", "10", "2", "ё", "І", "№"]
    rows: list[RegisterRow] = []
    for number in range(schools):
        school_id = f"{dice.choice(marks)}{number}"
        services = tuple(service for service in Service if dice.random() < 0.5) or (Service.CHANNEL,)
        rows.append(SchoolRow(school_id, dice.choice(marks), region=f"{10 + number % 3}", services=services))
        for service in services:
            for mark in dice.sample(marks, 3):
                start = day(f"202{dice.randrange(3, 8)}-0{dice.randrange(1, 3)}-01")
                rows.append(ContractRow(f"{mark}{number}", school_id, start, service=service))
                rows.append(TenderRow(f"{mark}{number}", school_id, TenderStatus.ACTIVE, service=service))
                rows.append(TenderEventRow(f"{mark}{number}", dice.choice(list(TenderEventKind)), start))
    dice.shuffle(rows)
    return rows


def test_everything_stands_in_the_order_of_its_code_points(engine: Engine) -> None:
    record(engine, *a_country(1, 40))
    with reading(engine) as session:
        found = facts.load_facts(session, EVERYTHING)
    assert found == sorted(found, key=lambda need: (need.school_id, need.service))
    for need in found:
        assert list(need.lines) == sorted(need.lines, key=lambda line: (line.start_on, line.contract_number))
        assert list(need.tenders) == sorted(need.tenders, key=lambda tender: tender.number)


def test_both_databases_give_the_same_facts(both: list[Engine]) -> None:
    texts = set()
    for engine in both:
        record(engine, *a_country(2, 40))
        with reading(engine) as session:
            texts.add(repr(facts.load_facts(session, EVERYTHING)) + repr(facts.tender_histories(session)))
    assert len(texts) == 1


def test_only_the_needs_that_were_asked_for_arrive(engine: Engine) -> None:
    record(engine, *a_country(3, 30))
    with reading(engine) as session:
        every = facts.load_facts(session, EVERYTHING)
        asked = every[3:30:5]
        keys = [(need.school_id, need.service) for need in asked]
        assert facts.load_facts(session, EVERYTHING, needs=keys) == asked
        assert facts.load_facts(session, EVERYTHING, needs=[]) == []
        assert facts.load_facts(session, EVERYTHING, needs=[("nobody", "channel"), ("\0", "x")]) == []


def test_a_reader_of_two_regions_gets_the_same_facts_of_them_and_no_others(engine: Engine) -> None:
    country = a_country(4, 30)
    region = {row.school_id: row.region for row in country if isinstance(row, SchoolRow)}
    record(engine, *country)
    with reading(engine) as session:
        every = facts.load_facts(session, EVERYTHING)
        for regions in (("10",), ("10", "12"), ("77",), ()):
            wanted = [need for need in every if region[need.school_id] in regions]
            assert facts.load_facts(session, Scope.of(*regions)) == wanted
            keys = [(need.school_id, need.service) for need in every]
            assert facts.load_facts(session, Scope.of(*regions), needs=keys) == wanted


@contextmanager
def counted_queries(engine: Engine) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def count(_c: object, _k: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    yield sent
    event.remove(engine, "before_cursor_execute", count)


def test_the_number_of_queries_does_not_grow_with_the_number_of_schools(engine: Engine) -> None:
    counts = set()
    for schools in (10, 100, 1_000):
        rows = [SchoolRow(f"S-{number}", "Мектеп", region="59") for number in range(schools)]
        record(engine, *rows, *(replace(LINE, school_id=row.school_id) for row in rows))
        needs = [(row.school_id, Service.CHANNEL) for row in rows]
        for scope, asked in ((EVERYTHING, None), (Scope.of("59"), None), (EVERYTHING, needs)):
            with reading(engine) as session, counted_queries(engine) as sent:
                assert len(facts.load_facts(session, scope, needs=asked)) == schools
            counts.add(len(sent))
    assert counts == {4}


def test_finished_tenders_are_told_once_whoever_they_were_for(engine: Engine) -> None:
    by_status = TenderRow("T-2", "S-2", TenderStatus.COMPLETE)
    by_event = TenderRow("T-1", "S-1", TenderStatus.ACTIVE)
    done = TenderEventRow("T-1", TenderEventKind.COMPLETE, day("2026-05-05"))
    first = record(engine, by_status, replace(by_status, school_id="S-1"), by_event, done)
    record_alike(engine, RegisterKind.TENDERS, [TenderRow("T-3", "S-1", TenderStatus.UNSUCCESSFUL)])
    record_alike(engine, RegisterKind.TENDERS, [TenderRow("T-0", "S-1", TenderStatus.COMPLETE)])
    with reading(engine) as session:
        assert [tender.number for tender in facts.tender_histories(session)] == ["T-0", "T-1", "T-2"]
        known = facts.tender_histories(session, first)
        assert [tender.number for tender in known] == ["T-1", "T-2"]
        assert known[0].events == (TenderEvent(day("2026-05-05"), TenderEventKind.COMPLETE),)
