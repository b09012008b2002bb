"""What the days of an assessment are made of: steps that add up to a date, bounds that cut a window."""

from __future__ import annotations

import pytest

from tests.builders import a_line, a_need, a_tender, an_interim, assessed, day, the_calendar
from tracker.domain.facts import NeedFacts
from tracker.domain.reckoning import Reckoning, reckon
from tracker.domain.vocabulary import Method, TenderStatus
from tracker.law.loader import load_policy

LAST_YEAR = a_line("2026-01-01", "2026-12-31")
BUYING = a_tender("2027-01-04")


def made(facts: NeedFacts, on: str) -> Reckoning:
    """What stands behind the assessment of a day."""
    return reckon(assessed(facts, on), facts, policy=load_policy(), calendar=the_calendar())


@pytest.mark.parametrize("last", ["2024-11-29", "2025-01-15", "2025-02-10", "2026-12-31", "2027-01-31"])
@pytest.mark.parametrize("method", list(Method))
def test_the_steps_from_the_latest_safe_start_end_in_time_and_the_next_working_day_would_not(
    last: str, method: Method
) -> None:
    tender = a_tender(method=method, status=TenderStatus.PLANNED)
    facts = a_need(a_line("2024-01-01", last), tenders=[tender])
    found, calendar = assessed(facts, "2024-10-01"), the_calendar()
    course = made(facts, "2024-10-01").course
    assert found.latest_safe_start
    assert course[0].start > found.latest_safe_start
    assert course[-1].end <= day(last)
    assert sum(step.working_days for step in course) == calendar.between(
        found.latest_safe_start, course[-1].end
    )
    next_law = load_policy().on(calendar.after(found.latest_safe_start, 1))
    total = next_law.course_days[method]
    assert calendar.after(calendar.after(found.latest_safe_start, 1), total) > day(last)


def test_the_days_to_a_latest_safe_start_are_working_days_and_below_zero_once_it_passed() -> None:
    facts = a_need(LAST_YEAR)
    assert [made(facts, on).safe_days for on in ("2026-11-30", "2026-12-02", "2026-12-07")] == [2, 0, -3]


def test_the_days_in_a_stage_are_counted_as_its_limit_counts_them() -> None:
    """The days over are those in the stage less its limit, suspended days left out of both."""
    events = [("evaluation", "2026-11-02"), ("suspended", "2026-11-05"), ("resumed", "2026-11-16")]
    facts = a_need(LAST_YEAR, tenders=[a_tender("2026-10-05", events=events)])
    tender = assessed(facts, "2026-11-20").tender
    assert tender
    assert tender.limit_days
    assert made(facts, "2026-11-20").days_in_stage == tender.limit_days + tender.days_over
    planned = a_need(LAST_YEAR, tenders=[a_tender(status=TenderStatus.PLANNED, planned_on="2026-12-07")])
    assert made(planned, "2026-12-01").days_in_stage == 0


def test_a_window_is_bounded_by_the_cap_by_what_serves_next_or_by_the_need() -> None:
    cases = {
        "cap": a_need(LAST_YEAR, tenders=[BUYING]),
        "chain": a_need(LAST_YEAR, an_interim("2027-01-01", "2027-01-10"), tenders=[BUYING]),
        "next": a_need(LAST_YEAR, a_line("2027-02-01", "2027-12-31", number="2"), tenders=[BUYING]),
        "need": a_need(LAST_YEAR, tenders=[BUYING], needed_from="2026-01-01", needed_until="2027-01-31"),
    }
    told: dict[str, tuple[str, str]] = {}
    for name, facts in cases.items():
        bounds = made(facts, "2027-01-15").bounds
        found = assessed(facts, "2027-01-15").answer
        assert bounds
        assert found
        assert (bounds.window.start, bounds.window.last) == (found.start_on, found.end_on)
        told[name] = (bounds.counted_from.isoformat(), bounds.cap_last.isoformat())
    assert told == {
        "cap": ("2027-01-15", "2027-03-14"),
        "chain": ("2027-01-01", "2027-02-28"),
        "next": ("2027-01-15", "2027-03-14"),
        "need": ("2027-01-15", "2027-03-14"),
    }
    assert made(a_need(LAST_YEAR), "2027-01-15").bounds is None
