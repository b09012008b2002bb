"""Days, spans and months behave as people count them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import day
from tracker.domain.days import (
    FOREVER,
    Span,
    add_months,
    join,
    legal_day,
    months_from,
    next_day,
    run_with,
    subtract,
)

DAYS = st.dates(date(2020, 1, 1), date(2020, 3, 31))
SPANS = st.lists(st.builds(Span, DAYS, DAYS), max_size=6)


def days_of(spans: tuple[Span, ...] | list[Span]) -> set[date]:
    return {span.start + timedelta(days=n) for span in spans for n in range(span.days)}


def test_a_span_written_by_people_holds_both_its_days() -> None:
    june = Span.inclusive(day("2026-06-01"), day("2026-06-30"))
    assert day("2026-06-01") in june
    assert day("2026-06-30") in june
    assert day("2026-07-01") not in june
    assert (june.days, june.last) == (30, day("2026-06-30"))


def test_a_span_that_ends_before_it_starts_is_empty_and_holds_no_day() -> None:
    hollow = Span.inclusive(day("2026-06-02"), day("2026-05-30"))
    assert hollow.is_empty
    assert hollow.days == 0
    assert day("2026-06-01") not in hollow


def test_the_last_day_of_time_has_no_day_after_it() -> None:
    assert next_day(FOREVER) == FOREVER
    assert next_day(day("2024-02-28")) == day("2024-02-29")


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-12-31", 2, "2027-02-28"),
        ("2027-12-31", 2, "2028-02-29"),
        ("2027-11-30", 3, "2028-02-29"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2027-02-28", 2, "2027-04-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2027-01-15", 0, "2027-01-15"),
    ],
)
def test_months_keep_the_number_of_the_day_or_stop_at_the_months_end(
    start: str, months: int, end: str
) -> None:
    assert add_months(day(start), months) == day(end)


@pytest.mark.parametrize(
    ("start", "last"),
    [
        ("2027-01-01", "2027-02-28"),
        ("2026-12-31", "2027-02-27"),
        ("2027-12-31", "2028-02-28"),
        ("2027-02-28", "2027-04-27"),
        ("2027-01-15", "2027-03-14"),
    ],
)
def test_a_term_of_two_months_takes_the_shorter_reading(start: str, last: str) -> None:
    assert months_from(day(start), 2).last == day(last)


def test_two_months_are_between_59_and_62_days_from_any_day_of_four_years() -> None:
    first = date(2024, 1, 1)
    lengths = {months_from(first + timedelta(days=n), 2).days for n in range(1461)}
    assert lengths == {59, 60, 61, 62}


def test_one_month_twice_may_be_shorter_than_two_months() -> None:
    assert add_months(add_months(day("2026-01-31"), 1), 1) < add_months(day("2026-01-31"), 2)


def test_the_legal_day_is_that_of_almaty_at_five_hours_before_utc() -> None:
    assert legal_day(datetime(2026, 6, 30, 18, 59, 59, tzinfo=UTC)) == day("2026-06-30")
    assert legal_day(datetime(2026, 6, 30, 19, 0, tzinfo=UTC)) == day("2026-07-01")


@given(SPANS)
def test_joined_spans_hold_the_same_days_and_neither_touch_nor_overlap(spans: list[Span]) -> None:
    joined = join(spans)
    assert days_of(joined) == days_of(spans)
    assert all(one.stop < other.start for one, other in pairwise(joined))


@given(SPANS, SPANS)
def test_what_is_left_after_subtracting_is_exactly_the_other_days(
    whole: list[Span], taken: list[Span]
) -> None:
    left = subtract(whole, taken)
    assert days_of(left) == days_of(whole) - days_of(taken)
    assert left == join(left)


@given(SPANS, DAYS)
def test_the_run_with_a_day_is_the_one_that_holds_it(spans: list[Span], asked: date) -> None:
    run = run_with(join(spans), asked)
    assert (run is not None) == (asked in days_of(spans))
    assert run is None or asked in run


@given(st.builds(Span, DAYS, DAYS), st.builds(Span, DAYS, DAYS))
def test_spans_share_the_days_that_both_hold(one: Span, other: Span) -> None:
    assert days_of([one.within(other)]) == days_of([one]) & days_of([other])
