"""Which days are served, and what that makes of each day."""

from __future__ import annotations

from tests.builders import a_line, a_need, an_interim, assessed, day
from tracker.domain.coverage import overlap_since, read_cover, states
from tracker.domain.days import Span
from tracker.domain.facts import NeedFacts
from tracker.domain.vocabulary import ContractStatus, State


def stretches(facts: NeedFacts, first: str, last: str) -> list[tuple[str, str, State]]:
    """The states between two days, as people write them."""
    found = states(facts, Span.inclusive(day(first), day(last)))
    return [(span.start.isoformat(), span.last.isoformat(), state) for span, state in found]


def test_a_year_of_a_school_reads_as_stretches_of_equal_state() -> None:
    facts = a_need(
        a_line("2026-02-01", "2026-05-31"),
        an_interim("2026-06-01", "2026-07-31"),
        a_line("2026-09-01", "2026-10-31"),
        a_line("2026-12-01", None),
        needed_from="2026-01-15",
    )
    assert stretches(facts, "2026-01-01", "2026-12-31") == [
        ("2026-01-01", "2026-01-14", State.NOT_REQUIRED),
        ("2026-01-15", "2026-01-31", State.UNCOVERED),
        ("2026-02-01", "2026-05-31", State.COVERED),
        ("2026-06-01", "2026-07-31", State.INTERIM),
        ("2026-08-01", "2026-08-31", State.UNCOVERED),
        ("2026-09-01", "2026-10-31", State.COVERED),
        ("2026-11-01", "2026-11-30", State.UNCOVERED),
        ("2026-12-01", "2026-12-31", State.UNKNOWN),
    ]


def test_one_contract_for_ten_schools_that_is_terminated_leaves_all_ten_on_the_next_day() -> None:
    line = a_line("2026-01-01", "2026-12-31", terminated_on="2026-03-10", status=ContractStatus.TERMINATED)
    schools = [a_need(line) for _ in range(10)]
    assert {assessed(facts, "2026-03-10").state for facts in schools} == {State.COVERED}
    lapsed = [assessed(facts, "2026-03-11") for facts in schools]
    assert {found.state for found in lapsed} == {State.UNCOVERED}
    assert {found.uncovered_since for found in lapsed} == {day("2026-03-11")}


def test_a_blank_first_day_of_need_is_the_first_day_that_any_line_serves() -> None:
    signed_late = a_line("2026-01-01", "2026-12-31", signed_on="2026-02-26")
    assert stretches(a_need(signed_late), "2026-02-25", "2026-02-26") == [
        ("2026-02-25", "2026-02-25", State.NOT_REQUIRED),
        ("2026-02-26", "2026-02-26", State.COVERED),
    ]


def test_a_blank_first_day_of_need_counts_a_line_whose_end_is_not_known() -> None:
    facts = a_need(a_line("2026-03-01", None))
    assert stretches(facts, "2026-02-28", "2026-03-01") == [
        ("2026-02-28", "2026-02-28", State.NOT_REQUIRED),
        ("2026-03-01", "2026-03-01", State.UNKNOWN),
    ]


def test_lines_that_serve_nobody_do_not_make_a_first_day_of_need() -> None:
    for status in (ContractStatus.DRAFT, ContractStatus.PENDING, ContractStatus.CANCELLED):
        found = assessed(a_need(a_line("2026-01-01", "2026-12-31", status=status)), "2025-06-01")
        assert (found.state, found.uncovered_since) == (State.UNCOVERED, None)


def test_a_line_that_ends_before_it_is_signed_serves_nobody() -> None:
    facts = a_need(a_line("2026-01-01", "2026-01-31", signed_on="2026-02-01"))
    assert assessed(facts, "2026-01-15").state is State.UNCOVERED


def test_a_termination_after_the_end_changes_nothing_and_one_before_the_end_does() -> None:
    late = a_need(a_line("2026-01-01", "2026-06-30", terminated_on="2026-09-01"))
    assert assessed(late, "2026-06-30").covered_until == day("2026-06-30")
    early = a_need(a_line("2026-01-01", "2026-06-30", terminated_on="2026-05-01"))
    assert assessed(early, "2026-05-01").covered_until == day("2026-05-01")


def test_a_termination_gives_a_line_without_an_end_its_last_day() -> None:
    facts = a_need(a_line("2026-01-01", None, terminated_on="2026-03-10"))
    assert assessed(facts, "2026-03-10").state is State.COVERED
    assert assessed(facts, "2026-03-11").state is State.UNCOVERED


def test_a_line_that_contains_another_does_not_end_with_it() -> None:
    facts = a_need(a_line("2026-01-01", "2026-12-31"), a_line("2026-03-01", "2026-04-30", number="2"))
    assert assessed(facts, "2026-03-15").covered_until == day("2026-12-31")


def test_the_same_line_twice_serves_the_same_days() -> None:
    line = a_line("2026-01-01", "2026-12-31")
    once, twice = assessed(a_need(line), "2026-03-01"), assessed(a_need(line, line), "2026-03-01")
    assert (once.state, once.covered_until) == (twice.state, twice.covered_until)


def test_an_overlap_begins_where_the_second_contract_does() -> None:
    facts = a_need(
        a_line("2026-01-01", "2026-06-30"),
        a_line("2026-05-01", "2026-12-31", number="2"),
        a_line("2026-12-31", "2027-06-30", number="3"),
    )
    cover = read_cover(facts)
    assert overlap_since(cover, day("2026-04-30")) is None
    assert overlap_since(cover, day("2026-06-30")) == day("2026-05-01")
    assert overlap_since(cover, day("2026-07-01")) is None
    assert overlap_since(cover, day("2026-12-31")) == day("2026-12-31")


def test_the_chain_of_interim_contracts_begins_after_the_last_regular_day() -> None:
    facts = a_need(
        an_interim("2025-11-01", "2025-12-31"),
        a_line("2026-01-01", "2026-12-31"),
        an_interim("2026-12-20", "2027-01-31", number="i1"),
        an_interim("2027-02-15", "2027-03-10", number="i2"),
    )
    cover = read_cover(facts)
    assert cover.chain_start(day("2026-12-31")) is None
    assert cover.chain_start(day("2027-02-10")) == day("2027-01-01")
    assert cover.chain_last(day("2027-01-01")) == day("2027-03-10")


def test_days_of_unknown_service_end_the_count_of_days_without() -> None:
    facts = a_need(a_line("2026-01-01", "2026-01-31"), a_line("2026-03-01", None, number="2"))
    assert assessed(facts, "2026-02-28").days_without == 28
    unknown = assessed(facts, "2026-03-01")
    assert (unknown.state, unknown.uncovered_since, unknown.days_without) == (State.UNKNOWN, None, None)
