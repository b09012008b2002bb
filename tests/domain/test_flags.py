"""Flags follow the rule book; the days on which each begins and ends stand in the case files."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.builders import a_line, a_need, a_tender, an_interim, assessed, day, policy_with
from tracker.domain.facts import NeedFacts
from tracker.domain.flags import RULES
from tracker.domain.policy import Policy
from tracker.domain.vocabulary import FlagKind, TenderStatus

YEAR = a_line("2026-01-01", "2026-12-31")


def flags(facts: NeedFacts, on: str, policy: Policy | None = None) -> list[FlagKind]:
    return [flag.kind for flag in assessed(facts, on, policy=policy).flags]


def test_every_kind_has_its_rule_in_the_order_of_the_book() -> None:
    assert list(RULES) == list(FlagKind)


def test_flags_stand_in_the_order_of_the_book() -> None:
    facts = a_need(
        YEAR,
        an_interim("2027-01-01", "2027-03-31"),
        confirmed_on="2026-01-01",
        tenders=[a_tender("2026-11-02", ended_on="2026-12-01", status=TenderStatus.CANCELLED)],
    )
    assert flags(facts, "2027-03-20") == [
        FlagKind.ENDING_SOON,
        FlagKind.TENDER_FAILED,
        FlagKind.INTERIM_ENDING,
        FlagKind.INTERIM_OVER_CAP,
        FlagKind.INTERIM_WITHOUT_TENDER,
        FlagKind.STALE,
    ]


@pytest.mark.parametrize(
    ("clause", "value", "kind", "facts", "on"),
    [
        ("warn.ending_soon", 30, FlagKind.ENDING_SOON, a_need(YEAR), "2026-12-02"),
        (
            "warn.interim_ending",
            10,
            FlagKind.INTERIM_ENDING,
            a_need(an_interim("2026-12-01", "2026-12-31")),
            "2026-12-22",
        ),
        (
            "warn.stale",
            30,
            FlagKind.STALE,
            a_need(YEAR, confirmed_on="2026-01-01"),
            "2026-02-01",
        ),
        (
            "interim.cap",
            1,
            FlagKind.INTERIM_OVER_CAP,
            a_need(an_interim("2026-01-01", "2026-02-01")),
            "2026-01-01",
        ),
        (
            "stage.open_tender.evaluation",
            5,
            FlagKind.TENDER_STALLED,
            a_need(tenders=[a_tender("2026-12-01", events=[("evaluation", "2026-12-18")])]),
            "2026-12-26",
        ),
    ],
)
def test_the_numbers_behind_a_flag_are_those_of_the_policy(
    clause: str, value: int, kind: FlagKind, facts: NeedFacts, on: str
) -> None:
    other = policy_with(clause, value)
    before = (day(on) - timedelta(days=1)).isoformat()
    by_the_other_number = [kind in flags(facts, each, other) for each in (before, on)]
    by_the_countrys = [kind in flags(facts, each) for each in (before, on)]
    assert by_the_other_number in ([False, True], [True, True])
    assert by_the_other_number != by_the_countrys


def test_a_need_that_is_not_required_carries_no_flag_whatever_its_facts_say() -> None:
    facts = a_need(
        YEAR,
        YEAR,
        confirmed_on="2020-01-01",
        needed_until="2026-03-31",
        tenders=[a_tender("2025-11-03")],
    )
    assert flags(facts, "2026-04-01") == []


def test_one_stalled_tender_among_several_is_enough() -> None:
    stalled = a_tender("2026-11-02", number="late", events=[("contract", "2026-11-20")])
    on_its_way = a_tender("2026-12-01", number="new")
    found = assessed(a_need(tenders=[stalled, on_its_way]), "2026-12-02")
    assert FlagKind.TENDER_STALLED in found.kinds


def test_the_oldest_delay_gives_the_day_of_the_flag() -> None:
    first = a_tender("2026-11-02", number="1", events=[("evaluation", "2026-11-16")])
    second = a_tender("2026-11-02", number="2", events=[("evaluation", "2026-11-23")])
    found = assessed(a_need(tenders=[first, second]), "2026-12-15")
    since = {flag.kind: flag.since for flag in found.flags}
    assert since[FlagKind.TENDER_STALLED] == day("2026-11-20")


def test_a_purchase_is_wanted_anew_from_the_day_the_last_tender_ended() -> None:
    done = a_tender("2026-11-02", status=TenderStatus.COMPLETE, ended_on="2026-12-10")
    found = assessed(a_need(YEAR, tenders=[done]), "2026-12-20")
    assert {flag.kind: flag.since for flag in found.flags}[FlagKind.NO_TENDER] == day("2026-12-10")


def test_a_warning_does_not_begin_before_the_need_does() -> None:
    found = assessed(a_need(YEAR, needed_from="2026-12-15"), "2026-12-20")
    assert {flag.since for flag in found.flags} == {day("2026-12-15")}
