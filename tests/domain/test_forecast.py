"""When a tender will bring service, and the last day on which one can begin in time."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import a_line, a_need, a_tender, assessed, day, the_calendar
from tracker.domain.facts import TenderFacts
from tracker.domain.findings import Forecast
from tracker.domain.tenders import StageHistory
from tracker.domain.vocabulary import Method, Stage, TenderStatus
from tracker.law.loader import load_policy

CALENDAR = the_calendar()
BIDS = a_tender("2026-11-02", bids_close_on="2026-11-19")
METHODS = (Method.OPEN_TENDER, Method.PRICE_QUOTATION, Method.SINGLE_SOURCE)


def finished(evaluation_days: int, method: Method = Method.OPEN_TENDER) -> TenderFacts:
    """A finished tender whose evaluation took so many working days and the contract six."""
    entered = day("2026-02-02")
    results = CALENDAR.after(entered, evaluation_days)
    events = [
        ("evaluation", entered.isoformat()),
        ("contract", results.isoformat()),
        ("complete", CALENDAR.after(results, 6).isoformat()),
    ]
    return a_tender("2026-01-12", method=method, status=TenderStatus.COMPLETE, events=events)


def history_of(tenders: list[TenderFacts]) -> StageHistory:
    return StageHistory.of(tenders, day("2026-10-01"), policy=load_policy(), calendar=CALENDAR)


def forecast(tender: TenderFacts, on: str, history: StageHistory | None = None) -> Forecast:
    found = assessed(a_need(tenders=[tender]), on, history=history).tender
    assert found is not None
    assert found.forecast is not None
    return found.forecast


def test_each_forecast_is_the_sum_of_its_steps() -> None:
    history = history_of([finished(days) for days in range(3, 13)])
    for found in (forecast(BIDS, "2026-11-10"), forecast(BIDS, "2026-11-10", history)):
        for steps, served_from in (
            (found.steps, found.earliest),
            (found.likely_steps, found.likely),
            (found.late_steps, found.late),
        ):
            assert [step.stage for step in steps] == [
                Stage.BIDS, Stage.EVALUATION, Stage.APPEAL, Stage.CONTRACT,
            ]  # fmt: skip
            assert all(after.start == step.end + timedelta(days=1) for step, after in pairwise(steps))
            assert served_from == steps[-1].end + timedelta(days=1)
            assert all(step.basis == f"stage.open_tender.{step.stage}" for step in steps)


def test_likely_is_the_fifth_of_ten_lengths_and_late_the_ninth() -> None:
    history = history_of([finished(days) for days in range(3, 13)])
    found = forecast(BIDS, "2026-11-18", history)
    shares = [step.working_days for step in (found.steps[1], found.likely_steps[1], found.late_steps[1])]
    assert shares == [3, 7, 11]
    assert (found.earliest, found.likely, found.late) == (
        day("2026-12-08"),
        CALENDAR.after(day("2026-12-07"), 4) + timedelta(days=1),
        CALENDAR.after(day("2026-12-07"), 8) + timedelta(days=1),
    )


def test_tenders_that_were_quicker_than_the_law_do_not_move_a_forecast_below_it() -> None:
    found = forecast(BIDS, "2026-11-19", history_of([finished(1) for _ in range(10)]))
    assert found.earliest == found.likely == found.late == day("2026-12-08")


def test_with_too_few_tenders_of_the_same_method_all_of_them_tell() -> None:
    slow_quotations = [finished(8, Method.PRICE_QUOTATION)] * 10
    nine_more = history_of(slow_quotations + [finished(3)] * 9)
    ten_more = history_of(slow_quotations + [finished(3)] * 10)
    assert forecast(BIDS, "2026-11-19", nine_more).likely == day("2026-12-15")
    assert forecast(BIDS, "2026-11-19", ten_more).likely == day("2026-12-08")


def test_the_present_stage_is_measured_from_the_day_it_was_entered() -> None:
    evaluation = a_tender("2026-12-01", events=[("evaluation", "2026-12-21")])
    history = history_of([finished(8)] * 10)
    entered_two_days_ago = forecast(evaluation, "2026-12-23", history)
    assert entered_two_days_ago.likely_steps[0].end == CALENDAR.after(day("2026-12-21"), 8)
    eight_days_are_over = forecast(evaluation, "2027-01-15", history)
    assert eight_days_are_over.likely == eight_days_are_over.earliest == day("2027-01-29")


def test_a_stage_that_is_over_its_limit_adds_no_step_of_its_own() -> None:
    found = forecast(a_tender("2026-12-01", events=[("evaluation", "2026-12-25")]), "2027-01-15")
    assert [step.stage for step in found.steps] == [Stage.APPEAL, Stage.CONTRACT]
    assert found.steps[0].start == day("2027-01-16")


def test_a_stated_closing_day_of_bids_is_kept_whatever_others_took() -> None:
    slow_bids = [
        a_tender(
            "2026-01-12",
            status=TenderStatus.COMPLETE,
            events=[("bids", "2026-01-15"), ("evaluation", "2026-02-16"), ("complete", "2026-03-02")],
        )
    ] * 10
    found = forecast(BIDS, "2026-11-10", history_of(slow_bids))
    assert found.likely_steps[0].end == day("2026-11-19")


def test_a_failed_tender_without_a_repeat_has_no_forecast() -> None:
    failed = a_tender("2026-11-02", status=TenderStatus.UNSUCCESSFUL, ended_on="2026-11-20")
    found = assessed(a_need(a_line("2026-01-01", "2026-12-31"), tenders=[failed]), "2026-12-01")
    assert found.tender is not None
    assert found.tender.forecast is None
    assert found.projected_gap is None


def test_among_two_live_tenders_the_one_that_serves_first_speaks() -> None:
    slow, quick = a_tender("2026-11-30", number="A"), a_tender("2026-11-16", number="B")
    found = assessed(a_need(tenders=[slow, quick]), "2026-12-01").tender
    assert found is not None
    assert found.number == "B"


@pytest.mark.parametrize("on", ["2026-12-28", "2027-01-09", "2027-02-01"])
def test_while_it_is_suspended_a_forecast_moves_on_with_every_day(on: str) -> None:
    events = [("evaluation", "2026-12-25"), ("suspended", "2026-12-28")]
    found = forecast(a_tender("2026-12-01", events=events), on)
    assert found.earliest == CALENDAR.after(day(on), 3 + 3 + 6) + timedelta(days=1)


def is_in_time(start: date, last: date, method: Method) -> bool:
    """Whether a tender published on ``start`` is forecast, on that day, to leave no gap after ``last``."""
    tender = a_tender(start.isoformat(), method=method)
    covered = a_line("2020-01-01", last.isoformat())
    return assessed(a_need(covered, tenders=[tender]), start).projected_gap is None


@settings(max_examples=60, deadline=None)
@given(st.dates(date(2024, 6, 1), date(2027, 12, 31)), st.sampled_from(METHODS))
def test_a_tender_begun_on_the_latest_safe_day_leaves_no_gap_and_any_later_one_does(
    last: date, method: Method
) -> None:
    planned = a_tender(method=method, status=TenderStatus.PLANNED)
    facts = a_need(a_line("2020-01-01", last.isoformat()), tenders=[planned])
    start = assessed(facts, last - timedelta(days=5)).latest_safe_start
    assert start is not None
    assert CALENDAR.is_workday(start)
    assert is_in_time(start, last, method)
    later = CALENDAR.after(start, 1)
    while later <= last:
        assert not is_in_time(later, last, method)
        later = CALENDAR.after(later, 1)


def test_the_latest_safe_start_is_by_the_law_of_that_day() -> None:
    """Fifty-three working days before the end under the old law, twenty under the present one."""
    spring = assessed(a_need(a_line("2024-06-01", "2025-02-10")), "2025-01-20").latest_safe_start
    autumn = assessed(a_need(a_line("2024-06-01", "2024-11-29")), "2024-11-01").latest_safe_start
    assert spring == CALENDAR.latest_start(day("2025-02-10"), 20)
    assert autumn == CALENDAR.latest_start(day("2024-11-29"), 53)
    between = assessed(a_need(a_line("2024-06-01", "2025-01-15")), "2025-01-10").latest_safe_start
    assert between == CALENDAR.latest_start(day("2025-01-15"), 53)
