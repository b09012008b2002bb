"""What a purchase is asked at each stage, which answers can be true, and what they say of its facts."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.domain.facts import NeedFacts, TenderEvent, TenderFacts
from tracker.domain.findings import TenderStanding
from tracker.domain.forecast import Asking, standing
from tracker.domain.progress import (
    FAILURE,
    Case,
    Plan,
    Question,
    answer_of,
    case_of,
    number_of_repeat,
    stopped,
    trouble_of,
    wrong_day,
    wrong_plan,
)
from tracker.domain.remedies import remedies_for
from tracker.domain.tenders import StageHistory
from tracker.domain.vocabulary import (
    Method,
    RemedyId,
    Service,
    Stage,
    TenderEventKind,
    TenderStatus,
    Trouble,
)
from tracker.law.loader import load_calendar, load_policy

TODAY = date(2027, 1, 15)
POLICY = load_policy()
AT = Asking(TODAY, POLICY, load_calendar(), StageHistory.none())
TROUBLES = {
    "planned": [Trouble.CANCELLED],
    "discussion": [Trouble.CANCELLED, Trouble.SUSPENDED],
    "bids": list(Trouble),
    "evaluation": list(Trouble),
    "appeal": [trouble for trouble in Trouble if trouble is not Trouble.NO_BIDS],
    "contract": [Trouble.CANCELLED, Trouble.SUSPENDED],
}


def a_tender(**stated: object) -> TenderFacts:
    """An open tender."""
    plain: dict[str, object] = {"method": Method.OPEN_TENDER, "status": TenderStatus.ACTIVE}
    return TenderFacts("7-1", **{**plain, **stated})  # type: ignore[arg-type]  # each case names what it means


def asked(tender: TenderFacts) -> Case:
    """What is asked of a tender today."""
    return case_of(tender, standing(tender, (), AT), TODAY)


def day(text: str) -> date:
    """A day of January 2027 or another."""
    return date.fromisoformat(text)


def entered(stage: Stage, on: str) -> TenderFacts:
    """A tender that is told by events."""
    return a_tender(published_on=day("2026-12-10"), stage=stage, stage_entered_on=day(on))


BY_DATES = [
    (a_tender(planned_on=day("2027-01-20")), Question.ANNOUNCED, None, "planned"),
    (a_tender(published_on=day("2027-01-14")), Question.BIDS_UNTIL, day("2027-01-14"), "discussion"),
    (a_tender(published_on=day("2027-01-05")), Question.BIDS_CLOSED, day("2027-01-12"), "bids"),
    (
        a_tender(published_on=day("2027-01-04"), bids_close_on=TODAY),
        Question.RESULTS,
        TODAY,
        "bids",
    ),
    (
        a_tender(published_on=day("2027-01-04"), bids_close_on=day("2027-01-13")),
        Question.RESULTS,
        day("2027-01-13"),
        "evaluation",
    ),
    (
        a_tender(published_on=day("2026-12-10"), results_on=day("2027-01-14")),
        Question.COMPLAINT,
        day("2027-01-14"),
        "appeal",
    ),
    (
        a_tender(published_on=day("2026-12-01"), results_on=day("2027-01-04")),
        Question.SIGNED,
        day("2027-01-09"),
        "contract",
    ),
]
BY_EVENTS = [
    (entered(Stage.DISCUSSION, "2027-01-11"), Question.BIDS_OPENED, Stage.BIDS),
    (entered(Stage.BIDS, "2027-01-11"), Question.BIDS_CLOSED, Stage.EVALUATION),
    (entered(Stage.EVALUATION, "2027-01-11"), Question.RESULTS, Stage.APPEAL),
    (entered(Stage.APPEAL, "2027-01-11"), Question.COMPLAINTS_OVER, Stage.CONTRACT),
]


@pytest.mark.parametrize(("tender", "question", "not_before", "stage"), BY_DATES)
def test_a_purchase_told_by_dates_is_asked_for_what_its_stage_waits_for(
    tender: TenderFacts, question: Question, not_before: date | None, stage: str
) -> None:
    case = asked(tender)
    assert (case.question, case.not_before) == (question, not_before)
    assert list(case.troubles) == TROUBLES[stage]


@pytest.mark.parametrize(("tender", "question", "later"), BY_EVENTS)
def test_a_purchase_told_by_events_goes_on_by_an_event_of_the_next_stage(
    tender: TenderFacts, question: Question, later: Stage
) -> None:
    case = asked(tender)
    assert (case.question, case.not_before) == (question, day("2027-01-11"))
    answer = answer_of(case, TODAY)
    assert answer.columns == {}
    assert answer.event == TenderEvent(TODAY, TenderEventKind(later.value))


@pytest.mark.parametrize(
    ("tender", "columns"),
    [
        (BY_DATES[0][0], {"status": "active", "published_on": "2027-01-15"}),
        (BY_DATES[1][0], {"bids_close_on": "2027-01-15"}),
        (BY_DATES[2][0], {"bids_close_on": "2027-01-15"}),
        (BY_DATES[4][0], {"results_on": "2027-01-15"}),
    ],
)
def test_a_purchase_told_by_dates_goes_on_by_a_date(tender: TenderFacts, columns: dict[str, str]) -> None:
    answer = answer_of(asked(tender), TODAY)
    assert (answer.columns, answer.event) == (columns, None)


def test_a_complaint_suspends_and_what_is_suspended_is_asked_whether_it_goes_on() -> None:
    tender = BY_DATES[5][0]
    complaint = answer_of(asked(tender), TODAY)
    assert complaint.event == TenderEvent(TODAY, TenderEventKind.SUSPENDED)
    still = asked(a_tender(published_on=day("2027-01-04"), events=(complaint.event,)))
    assert (still.question, still.not_before) == (Question.RESUMED, TODAY)
    assert Trouble.SUSPENDED not in still.troubles
    assert answer_of(still, TODAY).event == TenderEvent(TODAY, TenderEventKind.RESUMED)


def test_price_quotations_pass_no_discussion_and_a_single_source_admits_nobody() -> None:
    offers = asked(a_tender(method=Method.PRICE_QUOTATION, published_on=day("2027-01-14")))
    assert offers.question is Question.BIDS_CLOSED
    direct = asked(a_tender(method=Method.SINGLE_SOURCE, published_on=day("2027-01-14")))
    assert Trouble.ONE_ADMITTED not in direct.troubles


def test_what_failed_is_asked_for_its_repeat_and_what_was_held_for_its_contract() -> None:
    failed = asked(a_tender(status=TenderStatus.UNSUCCESSFUL, ended_on=day("2027-01-11")))
    assert (failed.question, failed.is_new, failed.not_before) == (
        Question.ANNOUNCED,
        True,
        day("2027-01-11"),
    )
    assert failed.repeats is not None
    held = asked(a_tender(status=TenderStatus.COMPLETE, ended_on=day("2027-01-11")))
    assert (held.question, held.troubles) == (Question.SIGNED, ())
    assert case_of(None, None, TODAY).is_new


@pytest.mark.parametrize(
    ("on", "code", "against"),
    [
        (None, "day", None),
        (day("2027-01-16"), "future", TODAY),
        (day("2027-01-12"), "before", day("2027-01-13")),
        (day("2027-01-13"), None, None),
        (TODAY, None, None),
    ],
)
def test_a_day_is_neither_to_come_nor_before_the_step_before(
    on: date | None, code: str | None, against: date | None
) -> None:
    found = wrong_day(asked(BY_DATES[4][0]), "day", on)
    assert (found and found.code, found and found.day) == (code, against)


def test_a_plan_lies_ahead_and_not_beyond_a_year() -> None:
    days = [day("2027-01-14"), TODAY, day("2028-01-15"), day("2028-01-16"), None]
    found = [wrong_plan("planned_on", each, TODAY) for each in days]
    assert [each and each.code for each in found] == ["past", None, None, "far", "day"]


def test_a_failure_is_a_status_with_its_day_and_reason_which_a_person_can_correct() -> None:
    assert trouble_of(Trouble.NO_BIDS, TODAY).columns == {
        "status": "unsuccessful", "ended_on": "2027-01-15", FAILURE: "no_bids",
    }  # fmt: skip
    assert trouble_of(Trouble.CANCELLED, TODAY).columns["status"] == "cancelled"
    assert trouble_of(Trouble.SUSPENDED, TODAY).event == TenderEvent(TODAY, TenderEventKind.SUSPENDED)


def test_a_planned_repeat_is_reckoned_from_its_day_and_names_what_it_repeats() -> None:
    need = NeedFacts("1", Service.CHANNEL, tenders=(BY_DATES[4][0],))
    plan = Plan(number_of_repeat("7-1"), day("2027-01-18"))
    after = stopped(need, "7-1", Trouble.NO_BIDS, TODAY, plan)
    found: list[TenderStanding] = [standing(tender, (), AT) for tender in after.tenders]
    assert [(one.number, one.status.value) for one in found] == [("7-1", "unsuccessful"), ("7-2", "planned")]
    assert after.tenders[1].repeats == "7-1"
    assert found[1].forecast is not None
    assert [number_of_repeat(each) for each in ("T-6", "A-1869-1")] == ["T-6-2", "A-1869-2"]


def test_what_may_follow_is_cited_or_marked_assumed_and_depends_on_how_it_failed() -> None:
    def ids(method: Method, trouble: Trouble, on: date) -> list[tuple[RemedyId, bool]]:
        found = remedies_for(POLICY.remedies, method, trouble, on)
        return [(remedy.id, remedy.is_assumed) for remedy in found]

    both = [(RemedyId.REPEAT, False), (RemedyId.CHANGE, False)]
    assert ids(Method.OPEN_TENDER, Trouble.ONE_ADMITTED, TODAY) == both
    assert ids(Method.PRICE_QUOTATION, Trouble.NO_BIDS, TODAY) == both[:1]
    assert ids(Method.OPEN_TENDER, Trouble.NO_BIDS, day("2024-12-31")) == [(RemedyId.REPEAT, True)]
    for method in Method:
        assert ids(method, Trouble.CANCELLED, TODAY) == [(RemedyId.REPEAT, True)]
