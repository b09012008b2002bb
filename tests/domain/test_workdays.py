"""Working days are counted as the calendar of the country says, and decrees change them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import day, the_calendar
from tracker.domain.days import Span
from tracker.domain.errors import CalendarNotKnown
from tracker.domain.workdays import Override, WorkCalendar
from tracker.law.loader import load_calendar

CALENDAR = the_calendar()
DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))
SMALL = WorkCalendar({}, first_year=2026, last_year=2026)


def worked(first: date, last: date) -> list[date]:
    """Working days after ``first`` up to ``last``, asked one by one."""
    days = [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
    return [each for each in days if CALENDAR.is_workday(each)]


def test_the_reform_of_2026_moved_the_constitution_day_to_march() -> None:
    assert CALENDAR.is_workday(day("2026-08-31"))
    assert not CALENDAR.is_workday(day("2027-03-15"))
    assert CALENDAR.after(day("2027-03-14"), 1) == day("2027-03-16")


def test_three_working_days_after_a_friday_are_over_on_wednesday() -> None:
    assert CALENDAR.after(day("2026-12-25"), 3) == day("2026-12-30")


def test_a_decreed_day_off_moves_the_count_by_a_day() -> None:
    assert the_calendar("2026-12-29").after(day("2026-12-25"), 3) == day("2026-12-31")


def test_a_decreed_working_saturday_counts() -> None:
    saturday = day("2026-12-26")
    calendar = load_calendar([Override(saturday, working=True, decree="test")])
    assert calendar.after(day("2026-12-25"), 1) == saturday
    assert calendar.after(day("2026-12-25"), 3) == day("2026-12-29")


def test_no_working_days_after_a_day_is_the_day_itself_even_a_day_off() -> None:
    assert CALENDAR.after(day("2027-01-01"), 0) == day("2027-01-01")


def test_suspended_days_are_stepped_over() -> None:
    pause = Span.inclusive(day("2026-12-28"), day("2027-01-10"))
    assert CALENDAR.after_without(day("2026-12-25"), 3, [pause]) == day("2027-01-13")
    assert CALENDAR.after_without(day("2026-12-25"), 3, []) == day("2026-12-30")


@given(DAYS, st.integers(1, 60))
def test_the_nth_working_day_is_found_by_counting_days_one_by_one(start: date, count: int) -> None:
    found = CALENDAR.after(start, count)
    assert worked(start, found)[-1] == found
    assert len(worked(start, found)) == count == CALENDAR.between(start, found)


@given(DAYS, st.integers(0, 60))
def test_working_days_of_a_span_are_those_asked_one_by_one(start: date, length: int) -> None:
    span = Span(start, start + timedelta(days=length))
    assert CALENDAR.within(span) == len(worked(start - timedelta(days=1), span.stop - timedelta(days=1)))


@given(DAYS, st.integers(0, 60))
def test_the_latest_start_is_the_last_working_day_from_which_the_count_is_over_in_time(
    last: date, count: int
) -> None:
    start = CALENDAR.latest_start(last, count)
    assert CALENDAR.is_workday(start)
    assert CALENDAR.after(start, count) <= last
    assert CALENDAR.after(CALENDAR.after(start, 1), count) > last


def test_days_before_a_later_day_are_never_a_negative_number() -> None:
    assert CALENDAR.between(day("2027-01-15"), day("2027-01-01")) == 0
    assert CALENDAR.within(Span(day("2027-01-15"), day("2027-01-01"))) == 0


def test_a_count_that_leaves_the_known_years_is_refused_with_the_year() -> None:
    with pytest.raises(CalendarNotKnown) as beyond:
        SMALL.after(day("2026-12-31"), 1)
    assert beyond.value.details == {"year": 2027}
    with pytest.raises(CalendarNotKnown) as before:
        SMALL.latest_start(day("2026-01-02"), 5)
    assert before.value.details == {"year": 2025}
