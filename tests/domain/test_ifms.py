"""Thirteen needs of a real register on five days; what is expected was read off its contracts by hand.

The register (five sites of a federal school network) is not part of the project: where it is absent these
tests are skipped. Its working days are another country's, so only cover, gaps and stalled stages are asked.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.builders import a_line, a_tender, assessed, day
from tracker.domain.coverage import states
from tracker.domain.days import Span
from tracker.domain.facts import NeedFacts, ServiceLine, TenderFacts
from tracker.domain.findings import Assessment
from tracker.domain.vocabulary import ContractKind, FlagKind, Method, RefusalReason, Service, Stage, State

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "ifms"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the register of the five sites is not here")

DAYS = ("2020-11-08", "2022-06-01", "2025-06-30", "2025-11-28", "2026-03-28")

NOT_YET = "not required"
"""The need begins with its first contract, which is still to come."""

Need = tuple[str, str]


def rows(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def lines_of(school: str, service: str) -> tuple[ServiceLine, ...]:
    return tuple(
        a_line(
            row["start_on"],
            row["end_on"] or None,
            number=row["contract_number"],
            kind=ContractKind(row["kind"]),
            tender=row["tender_number"] or None,
        )
        for row in rows("contracts.csv")
        if (row["school_id"], row["service"]) == (school, service)
    )


def tenders_of(school: str, service: str) -> tuple[TenderFacts, ...]:
    return tuple(
        a_tender(
            row["published_on"],
            number=row["tender_number"],
            method=Method(row["method"]),
            bids_close_on=row["bids_close_on"] or None,
            amount=row["amount"] or None,
        )
        for row in rows("tenders.csv")
        if school in row["school_id"].split(";") and row["service"] == service
    )


@cache
def needs() -> dict[Need, NeedFacts]:
    """Every need of the register; the first day of each is that of its first contract."""
    return {
        (school["school_id"], service): NeedFacts(
            school_id=school["school_id"],
            service=Service(service),
            lines=lines_of(school["school_id"], service),
            tenders=tenders_of(school["school_id"], service),
        )
        for school in rows("schools.csv")
        for service in school["services"].split(";")
    }


def judged(school: str, service: str, on: str) -> Assessment:
    return assessed(needs()[school, service], on)


EXPECTED: dict[Need, tuple[str, ...]] = {
    ("AQ", "channel"): (
        NOT_YET,
        "until 2027-01-23",
        "until 2027-01-23",
        "until 2027-01-23",
        "until 2027-01-23",
    ),
    ("CB", "channel"): (NOT_YET, NOT_YET, NOT_YET, "until 2026-09-29", "until 2026-09-29"),
    ("CG", "channel"): (NOT_YET, NOT_YET, NOT_YET, NOT_YET, "until 2027-03-10"),
    ("DR", "channel"): (
        "none since 2020-11-08, 1 day",
        "until 2026-11-10",
        "until 2026-11-10",
        "until 2026-11-10",
        "until 2026-11-10",
    ),
    ("RT", "channel"): (
        NOT_YET,
        "until 2025-11-24",
        "until 2025-11-24",
        "none since 2025-11-25, 4 days",
        "until 2026-12-02",
    ),
    ("AQ", "guard"): (
        "until 2022-05-18",
        "none since 2022-05-19, 14 days",
        "until 2027-02-01",
        "until 2027-02-01",
        "until 2027-02-01",
    ),
    ("CB", "guard"): (
        "until 2021-05-17",
        "none since 2021-05-18, 380 days",
        "until 2026-12-14",
        "until 2026-12-14",
        "until 2026-12-14",
    ),
    ("CG", "guard"): (
        "until 2022-05-17",
        "none since 2022-05-18, 15 days",
        "until 2027-01-12",
        "until 2027-01-12",
        "until 2027-01-12",
    ),
    ("DR", "guard"): (NOT_YET, NOT_YET, "until 2027-02-01", "until 2027-02-01", "until 2027-02-01"),
    ("RT", "guard"): (
        NOT_YET,
        "until 2027-02-01",
        "until 2027-02-01",
        "until 2027-02-01",
        "until 2027-02-01",
    ),
    ("CB", "alarm"): (NOT_YET, NOT_YET, NOT_YET, "until 2030-11-03", "until 2030-11-03"),
    ("CG", "alarm"): (
        NOT_YET,
        NOT_YET,
        "none since 2022-10-26, 979 days",
        "none since 2022-10-26, 1130 days",
        "none since 2022-10-26, 1250 days",
    ),
    ("RT", "alarm"): (NOT_YET, NOT_YET, "until 2026-12-30", "until 2026-12-30", "until 2026-12-30"),
}


def in_words(found: Assessment) -> str:
    """State and days as the table of expectations writes them."""
    if found.state is State.NOT_REQUIRED:
        return NOT_YET
    if found.state is State.COVERED:
        return f"until {found.covered_until}"
    days = f"{found.days_without} day{'' if found.days_without == 1 else 's'}"
    return f"none since {found.uncovered_since}, {days}"


def test_the_register_has_these_needs_and_no_others() -> None:
    assert set(needs()) == set(EXPECTED)


@pytest.mark.parametrize("need", EXPECTED, ids="-".join)
def test_each_need_stands_on_each_day_as_its_contracts_say(need: Need) -> None:
    found = tuple(in_words(judged(*need, on)) for on in DAYS)
    assert found == EXPECTED[need]


@pytest.mark.parametrize(
    ("on", "counts"),
    [
        ("2020-11-08", {State.COVERED: 3, State.UNCOVERED: 1, State.NOT_REQUIRED: 9}),
        ("2022-06-01", {State.COVERED: 4, State.UNCOVERED: 3, State.NOT_REQUIRED: 6}),
        ("2025-06-30", {State.COVERED: 9, State.UNCOVERED: 1, State.NOT_REQUIRED: 3}),
        ("2025-11-28", {State.COVERED: 10, State.UNCOVERED: 2, State.NOT_REQUIRED: 1}),
        ("2026-03-28", {State.COVERED: 12, State.UNCOVERED: 1}),
    ],
)
def test_so_many_needs_are_in_each_state(on: str, counts: dict[State, int]) -> None:
    found = [judged(*need, on).state for need in EXPECTED]
    assert {state: found.count(state) for state in set(found)} == counts


GAPS: dict[Need, list[tuple[str, str, int]]] = {
    ("DR", "channel"): [("2020-11-08", "2020-11-08", 1)],
    ("RT", "channel"): [("2025-11-25", "2025-12-01", 7)],
    ("AQ", "guard"): [("2022-05-19", "2025-01-30", 988)],
    ("CB", "guard"): [("2021-05-18", "2024-12-12", 1305)],
    ("CG", "guard"): [("2022-05-18", "2025-01-31", 990)],
    ("CG", "alarm"): [("2022-10-26", "2026-03-28", 1250)],
}


def test_these_gaps_and_no_others_lie_between_2016_and_the_last_day() -> None:
    window = Span.inclusive(day("2016-01-01"), day("2026-03-28"))
    found = {
        need: [
            (span.start.isoformat(), span.last.isoformat(), span.days)
            for span, state in states(facts, window)
            if state is State.UNCOVERED
        ]
        for need, facts in needs().items()
    }
    assert {need: gaps for need, gaps in found.items() if gaps} == GAPS


def test_only_the_two_emergency_contracts_make_days_of_interim() -> None:
    window = Span.inclusive(day("2016-01-01"), day("2026-03-28"))
    found = {
        need: [(span.start.isoformat(), span.last.isoformat())]
        for need, facts in needs().items()
        for span, state in states(facts, window)
        if state is State.INTERIM
    }
    assert found == {
        ("DR", "channel"): [("2020-07-07", "2020-11-07")],
        ("CG", "alarm"): [("2022-07-27", "2022-10-25")],
    }


STALLED_SINCE: dict[str, dict[Need, str]] = {
    "2020-11-08": {("DR", "channel"): "2020-09-25", ("CB", "guard"): "2016-04-30"},
    "2022-06-01": {("CB", "guard"): "2016-04-30"},
    "2025-06-30": {
        ("AQ", "channel"): "2025-05-17",
        ("DR", "channel"): "2025-05-17",
        ("RT", "channel"): "2025-05-17",
        ("CB", "guard"): "2016-04-30",
        ("RT", "alarm"): "2021-10-09",
    },
    "2025-11-28": {
        ("AQ", "channel"): "2025-05-17",
        ("RT", "channel"): "2025-05-17",
        ("CB", "guard"): "2016-04-30",
        ("RT", "alarm"): "2021-10-09",
    },
    "2026-03-28": {("CB", "guard"): "2016-04-30", ("RT", "alarm"): "2021-10-09"},
}
"""By the terms and working days of Kazakhstan. One guard tender of 2016 and three alarm tenders never gave a
contract of their own, and nothing in the register says that they are over."""


@pytest.mark.parametrize("on", DAYS)
def test_these_tenders_are_stalled_and_no_others(on: str) -> None:
    found = {
        need: flag.since.isoformat()
        for need in EXPECTED
        for flag in judged(*need, on).flags
        if flag.kind is FlagKind.TENDER_STALLED and flag.since
    }
    assert found == STALLED_SINCE[on]


@pytest.mark.parametrize(
    ("school", "eve", "first"),
    [
        ("AQ", "2026-01-22", "2026-01-23"),
        ("CB", "2025-09-29", "2025-09-29"),
        ("CG", "2026-03-10", "2026-03-10"),
        ("DR", "2025-11-09", "2025-11-10"),
        ("RT", "2025-12-01", "2025-12-02"),
    ],
)
def test_a_tender_for_five_sites_is_over_for_each_when_its_own_contract_begins(
    school: str, eve: str, first: str
) -> None:
    then = judged(school, "channel", first).tender
    assert then is not None
    assert (then.number, then.stage, then.ended_on) == ("15813205900242024", None, day(first))
    before = judged(school, "channel", eve).tender
    assert before is not None
    assert (before.stage is Stage.EVALUATION) == (eve < first)


def test_the_evaluation_of_the_five_sites_was_due_by_the_law_of_its_publication() -> None:
    found = judged("AQ", "channel", "2025-06-30").tender
    assert found is not None
    assert (found.stage, found.entered_on, found.due_on) == (
        Stage.EVALUATION,
        day("2025-04-15"),
        day("2025-05-16"),
    )


def test_four_months_of_emergency_contract_leave_nothing_to_suggest_for_the_day_after() -> None:
    found = judged("DR", "channel", "2020-11-08")
    assert found.kinds == {FlagKind.NO_SERVICE, FlagKind.TENDER_STALLED, FlagKind.INTERIM_OVER_CAP}
    assert found.projected_gap is not None
    assert found.projected_gap.days == 1
    assert found.answer is not None
    assert found.answer.reason is RefusalReason.CAP_USED_UP


def test_four_days_before_the_next_contract_the_suggestion_is_four_days_long() -> None:
    found = judged("RT", "channel", "2025-11-28").answer
    assert found is not None
    assert (found.start_on, found.end_on) == (day("2025-11-28"), day("2025-12-01"))


def test_two_guard_contracts_for_one_site_are_seen() -> None:
    found = judged("RT", "guard", "2022-06-01")
    assert {flag.kind: flag.since for flag in found.flags} == {FlagKind.OVERLAP: day("2022-01-31")}
