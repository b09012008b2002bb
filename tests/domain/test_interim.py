"""The one answer for a need in danger: its window, its grounds and their conditions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import a_line, a_need, a_tender, an_interim, assessed, day, policy_with
from tracker.domain.days import add_months
from tracker.domain.facts import NeedFacts
from tracker.domain.findings import Answer, RouteAnswer
from tracker.domain.interim import JUDGES
from tracker.domain.policy import Policy
from tracker.domain.vocabulary import (
    ConditionId,
    ConditionStatus,
    Method,
    RefusalReason,
    RouteId,
    Service,
    Verdict,
)
from tracker.law.loader import load_policy

TENDER = a_tender("2026-12-21", events=[("bids", "2026-12-28")])
YEAR = a_line("2026-01-01", "2026-12-31")


def answer(facts: NeedFacts, on: str | date, policy: Policy | None = None) -> Answer:
    found = assessed(facts, on, policy=policy).answer
    assert found is not None
    return found


def route(found: Answer, id: RouteId) -> RouteAnswer:
    return next(each for each in found.routes if each.id is id)


def statuses(found: RouteAnswer) -> dict[ConditionId, ConditionStatus]:
    return {condition.id: condition.status for condition in found.conditions}


def test_every_condition_that_a_ground_may_ask_for_has_its_judge() -> None:
    assert set(JUDGES) == set(ConditionId)


@pytest.mark.parametrize("on", ["2023-03-07", "2024-12-31", "2025-01-01", "2027-01-15", "2027-02-15"])
def test_every_ground_of_an_answer_stands_in_the_law_of_its_first_day_and_says_where_from(on: str) -> None:
    found = answer(a_need(a_line("2022-01-01", "2022-12-31"), tenders=[a_tender("2023-02-01")]), on)
    law = load_policy().on(found.start_on)
    assert [each.id for each in found.routes] == [ground.id for ground in law.routes]
    for ground, judged in zip(law.routes, found.routes, strict=True):
        assert judged.clause == ground.clause
        assert ground.is_assumed == (ground.source is None)
        assert ground.is_assumed == (ground.clause in {"law-434-v/39.3", "law-434-v/failed"})


@settings(max_examples=150, deadline=None)
@given(st.dates(date(2023, 1, 2), date(2029, 12, 31)))
def test_the_window_is_two_months_from_any_day_unless_something_serves_sooner(on: date) -> None:
    found = answer(a_need(a_line("2022-01-01", "2022-12-31"), tenders=[a_tender("2023-01-01")]), on)
    assert found.start_on == on
    assert found.end_on == add_months(on, 2) - timedelta(days=1)


@given(st.integers(1, 62))
def test_what_a_chain_has_used_is_taken_from_its_first_day(used: int) -> None:
    chain_end = day("2026-12-31") + timedelta(days=used)
    facts = a_need(YEAR, an_interim("2027-01-01", chain_end.isoformat()), tenders=[TENDER])
    found = answer(facts, chain_end + timedelta(days=1))
    if used < 59:
        assert (found.start_on, found.end_on) == (chain_end + timedelta(days=1), day("2027-02-28"))
    else:
        assert found.reason is RefusalReason.CAP_USED_UP


def test_a_department_whose_lawyers_read_the_cap_otherwise_gets_a_new_window() -> None:
    facts = a_need(YEAR, an_interim("2027-01-01", "2027-02-28"), tenders=[TENDER])
    otherwise = policy_with("interim.cap_is_final", 0)
    assert answer(facts, "2027-03-01").reason is RefusalReason.CAP_USED_UP
    found = answer(facts, "2027-03-01", otherwise)
    assert (found.start_on, found.end_on) == (day("2027-03-01"), day("2027-04-30"))


def test_a_refusal_for_the_cap_comes_before_one_for_the_tender() -> None:
    facts = a_need(YEAR, an_interim("2027-01-01", "2027-02-28"))
    assert answer(facts, "2027-03-01").reason is RefusalReason.CAP_USED_UP


def listing(*, listed: bool) -> Policy:
    """The policy once somebody has checked the list of daily needs."""
    policy = load_policy()
    checked = [
        replace(need, listed=listed, verified_on=day("2027-01-10"), verified_by="a lawyer")
        for need in policy.daily_needs
    ]
    return replace(policy, daily_needs=tuple(checked), _laws={})


@pytest.mark.parametrize(
    ("listed", "status"), [(True, ConditionStatus.MET), (False, ConditionStatus.NOT_MET)]
)
def test_the_list_of_daily_needs_is_believed_once_it_is_checked(
    listed: bool, status: ConditionStatus
) -> None:
    found = answer(a_need(YEAR, tenders=[TENDER]), "2027-01-15", listing(listed=listed))
    for id in (RouteId.EXTENSION, RouteId.SINGLE_SOURCE):
        assert statuses(route(found, id))[ConditionId.DAILY_NEED_LIST] is status
    assert found.recommended is (RouteId.SINGLE_SOURCE if listed else RouteId.SMALL_VALUE)


def test_a_ground_whose_every_condition_is_met_is_open_and_goes_before_earlier_conditional_ones() -> None:
    policy = load_policy()
    plain = tuple(
        replace(ground, conditions=(ConditionId.PURCHASE_UNDER_WAY,))
        if ground.id is RouteId.SMALL_VALUE
        else ground
        for ground in policy.routes
    )
    found = answer(a_need(YEAR, tenders=[TENDER]), "2027-01-15", replace(policy, routes=plain, _laws={}))
    assert route(found, RouteId.SINGLE_SOURCE).verdict is Verdict.CONDITIONAL
    assert route(found, RouteId.SMALL_VALUE).verdict is Verdict.OPEN
    assert found.recommended is RouteId.SMALL_VALUE


def test_a_law_that_knows_no_ground_refuses() -> None:
    bare = replace(load_policy(), routes=(), _laws={})
    found = answer(a_need(YEAR, tenders=[TENDER]), "2027-01-15", bare)
    assert (found.reason, found.routes, found.end_on) == (RefusalReason.NO_GROUND, (), None)


def test_the_present_contract_is_shown_and_no_supplier_is_picked() -> None:
    found = answer(a_need(YEAR, tenders=[TENDER]), "2027-01-15")
    facts = [fact for condition in route(found, RouteId.SINGLE_SOURCE).conditions for fact in condition.facts]
    assert ("contract", "1") in facts
    assert ("ended_on", "2026-12-31") in facts
    assert not any("supplier" in name for name, _ in facts)


@pytest.mark.parametrize(
    ("method", "status"),
    [
        (Method.OPEN_TENDER, ConditionStatus.MET),
        (Method.PRICE_QUOTATION, ConditionStatus.TO_CONFIRM),
        (Method.OTHER, ConditionStatus.TO_CONFIRM),
        (Method.SINGLE_SOURCE, ConditionStatus.NOT_MET),
        (Method.AFTER_FAILURE, ConditionStatus.NOT_MET),
    ],
)
def test_an_extension_bridges_only_to_a_competitive_purchase(method: Method, status: ConditionStatus) -> None:
    facts = a_need(YEAR, tenders=[a_tender("2026-12-21", method=method, stage=None)])
    found = statuses(route(answer(facts, "2027-01-15"), RouteId.EXTENSION))
    assert found[ConditionId.COMPETITIVE_METHOD] is status


@pytest.mark.parametrize("bin", ["990740001234", "260140001234", "", "not a number"])
def test_a_number_of_another_year_or_no_number_at_all_creates_no_customer(bin: str) -> None:
    found = answer(a_need(YEAR, tenders=[TENDER], bin=bin), "2027-02-15")
    assert ConditionId.CUSTOMER_CREATED not in statuses(route(found, RouteId.SINGLE_SOURCE))
    assert route(found, RouteId.SINGLE_SOURCE).verdict is Verdict.CLOSED


def test_any_service_that_is_turned_on_is_answered_alike() -> None:
    for service in Service:
        found = answer(a_need(YEAR, tenders=[TENDER], service=service), "2027-01-15")
        assert found.recommended is RouteId.SINGLE_SOURCE


def test_taking_the_suggestion_removes_exactly_its_days_from_the_gap() -> None:
    facts = a_need(YEAR, a_line("2027-02-10", "2027-12-31", number="2"), tenders=[TENDER])
    found = answer(facts, "2027-01-15")
    assert found.end_on == day("2027-02-09")
    taken = replace(
        facts, lines=(*facts.lines, an_interim(found.start_on.isoformat(), found.end_on.isoformat()))
    )
    without = [assessed(each, "2027-01-14").days_without for each in (facts, taken)]
    assert without == [14, 14]
    after = assessed(taken, "2027-01-15")
    assert (after.covered_until, after.projected_gap, after.answer) == (day("2027-12-31"), None, None)
