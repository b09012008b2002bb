"""Where a tender stands is read from its dated facts up to the day, and from nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.builders import a_line, a_need, a_tender, assessed, day, the_calendar
from tracker.domain.facts import TenderFacts
from tracker.domain.findings import TenderStanding
from tracker.domain.tenders import StageHistory, stretches
from tracker.domain.vocabulary import ContractStatus, Method, Stage, TenderStatus
from tracker.law.loader import load_policy

BY_DATES = a_tender(
    "2026-11-02", planned_on="2026-10-26", bids_close_on="2026-11-16", results_on="2026-11-20"
)


def standing(tender: TenderFacts, on: str) -> TenderStanding:
    """The tender of a school that has never had a contract."""
    found = assessed(a_need(tenders=[tender]), on).tender
    assert found is not None
    return found


def where(tender: TenderFacts, on: str) -> tuple[Stage | None, date | None, date | None]:
    found = standing(tender, on)
    return found.stage, found.entered_on, found.due_on


@pytest.mark.parametrize(
    ("on", "stage", "entered_on", "due_on"),
    [
        ("2026-10-01", Stage.PLANNED, "2026-10-26", "2026-11-02"),
        ("2026-11-01", Stage.PLANNED, "2026-10-26", "2026-11-02"),
        ("2026-11-02", Stage.DISCUSSION, "2026-11-02", "2026-11-05"),
        ("2026-11-05", Stage.DISCUSSION, "2026-11-02", "2026-11-05"),
        ("2026-11-06", Stage.BIDS, "2026-11-06", "2026-11-16"),
        ("2026-11-16", Stage.BIDS, "2026-11-06", "2026-11-16"),
        ("2026-11-17", Stage.EVALUATION, "2026-11-17", "2026-11-20"),
        ("2026-11-20", Stage.APPEAL, "2026-11-20", "2026-11-25"),
        ("2026-11-25", Stage.APPEAL, "2026-11-20", "2026-11-25"),
        ("2026-11-26", Stage.CONTRACT, "2026-11-26", "2026-12-04"),
    ],
)
def test_an_open_tender_goes_through_its_stages_by_its_dates(
    on: str, stage: Stage, entered_on: str, due_on: str
) -> None:
    assert where(BY_DATES, on) == (stage, day(entered_on), day(due_on))


@pytest.mark.parametrize(
    ("on", "stage", "entered_on"),
    [
        ("2026-11-02", Stage.BIDS, "2026-11-02"),
        ("2026-11-17", Stage.EVALUATION, "2026-11-17"),
        ("2026-11-20", Stage.CONTRACT, "2026-11-20"),
    ],
)
@pytest.mark.parametrize(
    "method", [Method.PRICE_QUOTATION, Method.SINGLE_SOURCE, Method.AFTER_FAILURE], ids=str
)
def test_other_methods_know_neither_discussion_nor_appeal(
    method: Method, on: str, stage: Stage, entered_on: str
) -> None:
    assert where(replace(BY_DATES, method=method), on)[:2] == (stage, day(entered_on))


def test_bids_that_close_during_the_discussion_are_evaluated_the_next_day() -> None:
    tender = a_tender("2026-11-02", bids_close_on="2026-11-04")
    assert where(tender, "2026-11-04")[0] is Stage.DISCUSSION
    assert where(tender, "2026-11-05")[:2] == (Stage.EVALUATION, day("2026-11-05"))


def test_results_that_are_known_before_bids_close_go_first() -> None:
    tender = a_tender("2026-11-02", bids_close_on="2026-11-30", results_on="2026-11-10")
    assert where(tender, "2026-11-10")[:2] == (Stage.APPEAL, day("2026-11-10"))


def test_once_a_stage_event_has_come_dates_no_longer_speak() -> None:
    tender = replace(BY_DATES, events=a_tender(events=[("discussion", "2026-11-09")]).events)
    assert where(tender, "2026-11-06")[0] is Stage.BIDS
    assert where(tender, "2026-11-09")[:2] == (Stage.DISCUSSION, day("2026-11-09"))
    assert where(tender, "2026-12-09")[:2] == (Stage.DISCUSSION, day("2026-11-09"))


def test_the_stage_written_in_the_tender_itself_is_one_more_event() -> None:
    tender = a_tender("2026-11-02", stage=(Stage.EVALUATION, "2026-11-20"), events=[("bids", "2026-11-09")])
    assert where(tender, "2026-11-19")[0] is Stage.BIDS
    assert where(tender, "2026-11-20")[:2] == (Stage.EVALUATION, day("2026-11-20"))


def test_the_same_stage_reported_again_does_not_restart_its_clock() -> None:
    tender = a_tender("2026-12-01", events=[("evaluation", "2026-12-25"), ("evaluation", "2027-01-11")])
    assert where(tender, "2027-01-15") == (Stage.EVALUATION, day("2026-12-25"), day("2026-12-30"))


def test_a_stage_that_is_entered_a_second_time_has_a_clock_of_its_own() -> None:
    events = [("evaluation", "2026-11-16"), ("appeal", "2026-11-20"), ("evaluation", "2026-12-01")]
    tender = a_tender("2026-11-02", events=events)
    assert where(tender, "2026-12-02") == (Stage.EVALUATION, day("2026-12-01"), day("2026-12-04"))


@pytest.mark.parametrize("status", [TenderStatus.COMPLETE, TenderStatus.UNSUCCESSFUL, TenderStatus.WITHDRAWN])
def test_a_tender_that_ends_later_is_live_until_then(status: TenderStatus) -> None:
    tender = a_tender("2026-11-02", status=status, ended_on="2026-12-01")
    assert standing(tender, "2026-11-30").stage is not None
    assert (standing(tender, "2026-12-01").status, standing(tender, "2026-12-01").stage) == (status, None)


def test_a_tender_that_is_called_active_is_over_when_the_day_of_its_end_has_come() -> None:
    tender = a_tender("2026-11-02", ended_on="2026-12-01")
    assert standing(tender, "2026-12-01").status is TenderStatus.COMPLETE


def test_the_last_ending_event_is_the_one_that_counts() -> None:
    events = [("unsuccessful", "2026-11-20"), ("cancelled", "2026-11-25")]
    tender = a_tender("2026-11-02", events=events)
    assert standing(tender, "2026-11-20").status is TenderStatus.UNSUCCESSFUL
    assert standing(tender, "2026-11-25").status is TenderStatus.CANCELLED


@pytest.mark.parametrize(
    ("signed_on", "over_on"),
    [("2026-12-20", "2026-12-20"), (None, "2027-01-01"), ("2027-01-10", "2027-01-10")],
)
def test_a_tender_is_over_for_a_school_when_its_contract_is_signed_or_serves(
    signed_on: str | None, over_on: str
) -> None:
    line = a_line("2027-01-01", "2027-12-31", signed_on=signed_on, tender="T-1")
    facts = a_need(line, tenders=[a_tender("2026-11-02")], needed_from="2026-01-01")
    eve = assessed(facts, date.fromordinal(day(over_on).toordinal() - 1)).tender
    then = assessed(facts, over_on).tender
    assert eve is not None
    assert then is not None
    assert (eve.status, then.status) == (TenderStatus.ACTIVE, TenderStatus.COMPLETE)


@pytest.mark.parametrize("status", [ContractStatus.DRAFT, ContractStatus.CANCELLED])
def test_a_contract_that_never_came_about_does_not_end_its_tender(status: ContractStatus) -> None:
    line = a_line("2027-01-01", "2027-12-31", signed_on="2026-12-20", status=status, tender="T-1")
    found = assessed(a_need(line, tenders=[a_tender("2026-11-02")]), "2027-02-01").tender
    assert found is not None
    assert found.stage is not None


def test_the_contract_of_another_tender_ends_nothing() -> None:
    line = a_line("2027-01-01", "2027-12-31", tender="T-2")
    found = assessed(a_need(line, tenders=[a_tender("2026-11-02")]), "2027-02-01").tender
    assert found is not None
    assert found.stage is not None


def test_the_stretches_of_a_finished_tender_fill_its_time_without_a_hole() -> None:
    tender = replace(BY_DATES, ended_on=day("2026-12-02"))
    found = stretches(tender, day("2027-01-01"), policy=load_policy(), calendar=the_calendar())
    assert found == (
        (Stage.DISCUSSION, day("2026-11-02"), day("2026-11-05")),
        (Stage.BIDS, day("2026-11-06"), day("2026-11-16")),
        (Stage.EVALUATION, day("2026-11-17"), day("2026-11-19")),
        (Stage.APPEAL, day("2026-11-20"), day("2026-11-25")),
        (Stage.CONTRACT, day("2026-11-26"), day("2026-12-02")),
    )


def test_the_history_knows_how_many_working_days_each_stage_of_finished_tenders_took() -> None:
    finished = replace(BY_DATES, ended_on=day("2026-12-02"), status=TenderStatus.COMPLETE)
    history = StageHistory.of(
        [finished, BY_DATES, replace(finished, status=TenderStatus.CANCELLED)],
        day("2026-12-02"),
        policy=load_policy(),
        calendar=the_calendar(),
    )
    assert history.finished == {Method.OPEN_TENDER: 1, None: 1}
    assert {stage: days for (method, stage), days in history.lengths.items() if method is None} == {
        Stage.DISCUSSION: (3,),
        Stage.BIDS: (6,),
        Stage.EVALUATION: (3,),
        Stage.APPEAL: (3,),
        Stage.CONTRACT: (4,),
    }


def test_tenders_that_finish_later_are_not_yet_history() -> None:
    finished = replace(BY_DATES, ended_on=day("2026-12-02"), status=TenderStatus.COMPLETE)
    history = StageHistory.of([finished], day("2026-12-01"), policy=load_policy(), calendar=the_calendar())
    assert not history.finished
