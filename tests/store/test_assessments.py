"""What is kept of assessments: only differences are written, flags live and end, and tampering shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from sqlalchemy import Engine, select, text

from tests.store.rows import day, record
from tracker.domain.days import Span
from tracker.domain.findings import Answer, Assessment, Finding, Gap, TenderStanding
from tracker.domain.register import SchoolRow
from tracker.domain.vocabulary import (
    FlagKind,
    Method,
    NextStep,
    RefusalReason,
    RouteId,
    Service,
    Stage,
    State,
    TenderStatus,
)
from tracker.store import assessments, flags
from tracker.store.assessments import StoredCounts, as_stored
from tracker.store.engine import reading, transaction
from tracker.store.scope import EVERYTHING, Scope
from tracker.store.tables import ASSESSMENT

TODAY = day("2027-01-15")
BASIS = "law-1"
REGIONS = {"S-1": "10", "S-2": "11"}
SCHOOLS = (SchoolRow("S-1", "Мектеп", region="10"), SchoolRow("S-2", "Мектеп", region="11"))
COVERED = Assessment(
    school_id="S-1", service=Service.CHANNEL, on=TODAY, state=State.COVERED, covered_until=day("2027-12-31"),
    uncovered_since=None, days_without=None, flags=(), tender=None, projected_gap=None,
    latest_safe_start=None, answer=None, next_step=NextStep.NOTHING, next_change_on=day("2027-11-02"),
)  # fmt: skip
NO_SERVICE = Finding(FlagKind.NO_SERVICE, day("2027-01-01"))
STALLED = Finding(FlagKind.TENDER_STALLED, day("2026-12-31"))
STANDING = TenderStanding(
    number="T-1", status=TenderStatus.ACTIVE, method=Method.OPEN_TENDER, stage=Stage.EVALUATION,
    entered_on=day("2026-12-25"), due_on=day("2026-12-30"), limit_days=3, limit_clause="stage", days_over=9,
    suspended_since=None, ended_on=None, forecast=None, stalled_since=day("2026-12-31"),
)  # fmt: skip
SUGGESTED = Answer(
    start_on=TODAY, end_on=day("2027-03-14"), expected_release_on=day("2027-01-28"),
    recommended=RouteId.SINGLE_SOURCE, routes=(), reason=None,
)  # fmt: skip
LOST = replace(
    COVERED, state=State.UNCOVERED, covered_until=None, uncovered_since=day("2027-01-01"), days_without=15,
    flags=(NO_SERVICE, STALLED), tender=STANDING, answer=SUGGESTED, next_change_on=day("2027-01-16"),
    projected_gap=Gap(Span.inclusive(TODAY, day("2027-01-28")), school_days=10),
)  # fmt: skip


def store(engine: Engine, *found: Assessment, today: date = TODAY, basis: str = BASIS) -> StoredCounts:
    with transaction(engine) as session:
        return assessments.store_assessments(session, found, REGIONS, today=today, basis=basis)


def due(engine: Engine, today: date = TODAY, basis: str = BASIS) -> list[tuple[str, Service]]:
    with reading(engine) as session:
        return assessments.due_needs(session, today=today, basis=basis)


def kept(engine: Engine) -> list[str]:
    with reading(engine) as session:
        return [f"{row.school_id} {row.state}" for row in assessments.stored(session, EVERYTHING)]


def lives(engine: Engine, school_id: str = "S-1") -> list[tuple[str, date | None, date, date | None]]:
    with reading(engine) as session:
        history = flags.flag_history(session, EVERYTHING, school_id)
    return [(flag.kind, flag.since, flag.opened_on, flag.closed_on) for flag in history]


def both_services(found: Assessment) -> Iterable[Assessment]:
    return (found, replace(found, service=Service.CCTV))


def test_days_and_words_are_kept_and_nothing_that_moves_with_the_day() -> None:
    stored = as_stored(LOST, "10")
    assert (stored.state, stored.region, stored.uncovered_since) == (State.UNCOVERED, "10", day("2027-01-01"))
    assert stored.flags == "no_service:2027-01-01,tender_stalled:2026-12-31"
    assert (stored.tender_number, stored.tender_stage) == ("T-1", Stage.EVALUATION)
    assert (stored.answer, stored.answer_detail) == ("suggestion", "interim.single_source")
    assert (stored.gap_first, stored.gap_last) == (None, day("2027-01-28"))
    tomorrow = replace(
        LOST, on=day("2027-01-16"), days_without=16, answer=replace(SUGGESTED, start_on=day("2027-01-16")),
        projected_gap=Gap(Span.inclusive(day("2027-01-16"), day("2027-01-28")), school_days=9),
        tender=replace(STANDING, days_over=10),
    )  # fmt: skip
    assert as_stored(tomorrow, "10") == stored


def test_a_refusal_is_kept_with_its_reason_and_a_gap_ahead_with_its_first_day() -> None:
    refused = replace(SUGGESTED, reason=RefusalReason.CAP_USED_UP, recommended=None)
    gap = Gap(Span.inclusive(day("2028-01-01"), day("2028-01-30")), school_days=20)
    stored = as_stored(replace(COVERED, answer=refused, projected_gap=gap), None)
    assert (stored.answer, stored.answer_detail) == ("refusal", "cap_used_up")
    assert (stored.gap_first, stored.gap_last) == (day("2028-01-01"), day("2028-01-30"))


def test_the_same_findings_are_written_once(engine: Engine) -> None:
    record(engine, *SCHOOLS)
    other = replace(COVERED, school_id="S-2")
    assert store(engine, LOST, other) == StoredCounts(written=2, opened=2, closed=0)
    assert store(engine, LOST, other) == StoredCounts(0, 0, 0)
    assert store(engine, COVERED, other, today=day("2027-01-20")) == StoredCounts(1, 0, 2)
    assert kept(engine) == ["S-1 covered", "S-2 covered"]


def test_a_need_is_due_when_it_is_new_when_its_day_comes_when_facts_or_law_changed(engine: Engine) -> None:
    record(engine, *SCHOOLS)
    every = [("S-1", Service.CHANNEL), ("S-2", Service.CHANNEL)]
    assert due(engine) == every
    store(engine, COVERED, replace(COVERED, school_id="S-2", next_change_on=day("2028-01-01")))
    assert due(engine) == []
    assert due(engine, today=day("2027-11-01")) == []
    assert due(engine, today=day("2027-11-02")) == every[:1]
    assert due(engine, basis="law-2") == every
    with transaction(engine) as session:
        assessments.mark_due(session, [("S-2", "channel"), ("nobody", "channel")])
    assert due(engine) == every[1:]
    assert store(engine, replace(COVERED, school_id="S-2", next_change_on=day("2028-01-01"))).written == 1
    assert due(engine) == []


def test_a_flag_opens_stays_closes_and_opens_anew(engine: Engine) -> None:
    record(engine, *SCHOOLS)
    days = [day(f"2027-01-{number}") for number in (15, 16, 17, 18)]
    for today, found in zip(days, (LOST, replace(LOST, flags=(NO_SERVICE,)), COVERED, LOST), strict=True):
        store(engine, replace(found, on=today), today=today)
    assert lives(engine) == [
        ("no_service", day("2027-01-01"), days[0], days[2]),
        ("tender_stalled", day("2026-12-31"), days[0], days[1]),
        ("no_service", day("2027-01-01"), days[3], None),
        ("tender_stalled", day("2026-12-31"), days[3], None),
    ]
    with reading(engine) as session:
        assert len(flags.open_flags(session, EVERYTHING)) == 2
        assert flags.open_flags(session, Scope.of("11")) == ()


def test_a_corrected_day_moves_the_flag_and_does_not_open_another(engine: Engine) -> None:
    record(engine, *SCHOOLS)
    store(engine, replace(LOST, flags=(NO_SERVICE,)))
    corrected = replace(NO_SERVICE, since=day("2026-12-20"))
    assert store(engine, replace(LOST, flags=(corrected,))) == StoredCounts(1, 0, 0)
    assert lives(engine) == [("no_service", day("2026-12-20"), TODAY, None)]


def test_a_clock_that_was_set_back_closes_no_flag_before_it_was_opened(engine: Engine) -> None:
    record(engine, *SCHOOLS)
    store(engine, LOST)
    store(engine, COVERED, today=day("2027-01-10"))
    assert {closed for *_, closed in lives(engine)} == {TODAY}


def test_needs_of_one_school_have_flags_of_their_own(engine: Engine) -> None:
    record(engine, replace(SCHOOLS[0], services=(Service.CHANNEL, Service.CCTV)))
    store(engine, *both_services(LOST))
    store(engine, replace(COVERED, service=Service.CCTV))
    with reading(engine) as session:
        assert {flag.service for flag in flags.open_flags(session, EVERYTHING)} == {Service.CHANNEL}


def test_a_service_that_was_switched_off_is_forgotten_and_its_flags_close(engine: Engine) -> None:
    record(engine, replace(SCHOOLS[0], services=(Service.CHANNEL, Service.CCTV)), SCHOOLS[1])
    store(engine, *both_services(LOST), replace(COVERED, school_id="S-2"))
    record(engine, SCHOOLS[0])
    with transaction(engine) as session:
        assert assessments.retire_needs(session, today=day("2027-01-20")) == StoredCounts(1, 0, 2)
        assert assessments.retire_needs(session, today=day("2027-01-20")) == StoredCounts(0, 0, 0)
    assert kept(engine) == ["S-1 uncovered", "S-2 covered"]
    closed = [life for life in lives(engine) if life[-1] == day("2027-01-20")]
    assert len(closed) == 2


def test_what_was_changed_by_hand_is_named(engine: Engine) -> None:
    record(engine, *SCHOOLS)
    store(engine, LOST, replace(COVERED, school_id="S-2"))
    with reading(engine) as session:
        assert assessments.altered(session, EVERYTHING) == ()
    with transaction(engine) as session:
        session.execute(text("UPDATE assessment SET state = 'covered' WHERE school_id = 'S-1'"))
    with reading(engine) as session:
        assert assessments.altered(session, EVERYTHING) == (("S-1", Service.CHANNEL),)
        assert assessments.altered(session, Scope.of("11")) == ()
    assert store(engine, LOST).written == 1
    with reading(engine) as session:
        assert assessments.altered(session, EVERYTHING) == ()


def test_both_databases_keep_the_same(both: list[Engine]) -> None:
    texts = set()
    for engine in both:
        record(engine, *SCHOOLS)
        store(engine, LOST, replace(COVERED, school_id="S-2"))
        with reading(engine) as session:
            rows = session.execute(select(ASSESSMENT).order_by(ASSESSMENT.c.school_id)).all()
            texts.add(
                repr([assessments.stored(session, EVERYTHING), rows, flags.open_flags(session, EVERYTHING)])
            )
    assert len(texts) == 1
