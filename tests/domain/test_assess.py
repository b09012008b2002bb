"""An assessment as a whole: plain, the same every time, and with one thing to do next."""

from __future__ import annotations

import pytest

from tests.builders import a_line, a_need, a_tender, an_interim, assessed, day
from tracker.domain.days import FIRST_YEAR, FOREVER, LAST_YEAR
from tracker.domain.errors import CalendarNotKnown
from tracker.domain.facts import NeedFacts
from tracker.domain.vocabulary import ContractStatus, NextStep, TenderStatus

YEAR = a_line("2026-01-01", "2026-12-31")
STALLED = a_tender("2026-10-01", events=[("evaluation", "2026-10-20")])
FAILED = a_tender("2026-10-01", status=TenderStatus.UNSUCCESSFUL, ended_on="2026-11-10")
RUNNING = a_tender("2026-10-14", events=[("bids", "2026-10-14")], bids_close_on="2026-11-20")
PLANNED = a_tender(None, status=TenderStatus.PLANNED, planned_on="2026-11-20")
A_SIGNED_LINE = a_line("2027-01-01", "2027-12-31", status=ContractStatus.PENDING)


@pytest.mark.parametrize(
    ("facts", "on", "step"),
    [
        (a_need(a_line("2026-01-01", None)), "2026-03-01", NextStep.RECORD_END),
        (a_need(YEAR, tenders=[STALLED]), "2027-01-15", NextStep.PROPOSE_INTERIM),
        (a_need(YEAR), "2026-12-15", NextStep.ANNOUNCE_TENDER),
        (a_need(YEAR), "2027-01-15", NextStep.ANNOUNCE_TENDER),
        (a_need(YEAR, tenders=[FAILED]), "2026-12-15", NextStep.REPEAT_TENDER),
        (a_need(YEAR, tenders=[STALLED]), "2026-11-05", NextStep.SPEED_UP_TENDER),
        (
            a_need(YEAR, tenders=[a_tender("2026-10-01", events=[("contract", "2026-11-02")])]),
            "2026-11-03",
            NextStep.RECORD_CONTRACT,
        ),
        (a_need(YEAR, YEAR, a_line("2027-01-01", "2027-12-31")), "2026-12-15", NextStep.CHECK_OVERLAP),
        (a_need(YEAR, confirmed_on="2026-01-01"), "2026-06-01", NextStep.CONFIRM_FACTS),
        (
            a_need(an_interim("2026-01-01", "2026-03-31"), a_line("2026-04-01", "2027-12-31")),
            "2026-02-01",
            NextStep.CHECK_CHAIN,
        ),
        (
            a_need(YEAR, tenders=[a_tender("2026-10-01", events=[("suspended", "2026-10-02")])]),
            "2026-11-03",
            NextStep.RESUME_TENDER,
        ),
        (
            a_need(
                YEAR, tenders=[a_tender("2026-10-01", status=TenderStatus.COMPLETE, ended_on="2026-11-10")]
            ),
            "2026-12-15",
            NextStep.RECORD_CONTRACT,
        ),
        (
            a_need(
                YEAR, tenders=[a_tender("2026-10-01", status=TenderStatus.COMPLETE, ended_on="2026-11-10")]
            ),
            "2027-01-15",
            NextStep.RECORD_CONTRACT,
        ),
        (a_need(YEAR), "2026-06-01", NextStep.NOTHING),
        (a_need(YEAR, tenders=[RUNNING]), "2026-10-15", NextStep.NOTHING),
        (a_need(YEAR, tenders=[RUNNING]), "2026-11-05", NextStep.WAIT),
        (a_need(YEAR, tenders=[PLANNED]), "2026-11-05", NextStep.ANNOUNCE_TENDER),
        (a_need(YEAR, A_SIGNED_LINE), "2026-12-01", NextStep.RECORD_CONTRACT),
        (a_need(YEAR, a_line("2027-01-01", None)), "2026-12-01", NextStep.RECORD_END),
        (
            a_need(an_interim("2026-11-20", "2026-12-31"), a_line("2027-01-01", "2027-12-31")),
            "2026-12-25",
            NextStep.WAIT,
        ),
    ],
)
def test_each_need_has_one_next_step(facts: NeedFacts, on: str, step: NextStep) -> None:
    assert assessed(facts, on).next_step is step


def test_asking_again_or_for_another_day_in_between_changes_nothing() -> None:
    facts = a_need(YEAR, tenders=[STALLED])
    first = assessed(facts, "2027-01-15")
    assessed(facts, "2026-06-01")
    assert assessed(facts, "2027-01-15") == first


def test_a_covered_need_with_nothing_under_way_next_changes_when_its_end_comes_in_sight() -> None:
    facts = a_need(YEAR)
    assert assessed(facts, "2026-06-01").next_change_on == day("2026-11-02")
    assert assessed(facts, "2026-11-02").next_change_on <= day("2027-01-01")


def test_a_need_that_is_over_for_good_changes_only_with_the_law() -> None:
    closed = a_need(YEAR, closed_on="2026-07-01")
    assert assessed(closed, "2028-01-01").next_change_on == FOREVER


@pytest.mark.parametrize("on", ["1994-12-31", "2076-01-01"])
def test_a_day_beyond_the_known_calendar_is_refused_where_working_days_are_needed(on: str) -> None:
    facts = a_need(tenders=[a_tender(on)])
    with pytest.raises(CalendarNotKnown):
        assessed(facts, on)


@pytest.mark.parametrize("year", [FIRST_YEAR, LAST_YEAR])
def test_days_at_the_edges_of_the_register_are_judged(year: int) -> None:
    line = a_line(f"{year}-01-01", f"{year}-12-31")
    tender = a_tender(f"{year}-12-01")
    found = assessed(a_need(line, tenders=[tender]), f"{year}-12-20")
    assert found.latest_safe_start is not None
    assert found.tender is not None
    assert found.tender.forecast is not None
