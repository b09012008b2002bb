"""One of each kind of trouble is found once by its name, and is gone when it is mended (row 42)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.web.register import a_contract, a_school, day
from tracker.domain.days import ONE_DAY
from tracker.domain.quality import GROUPS, Quality, issues
from tracker.domain.register import ContractRow, RegisterRow, SchoolRow, TenderRow
from tracker.domain.stage_metrics import (
    ALL,
    Grouping,
    Half,
    Metric,
    StageRow,
    behind_figure,
    courses,
    half_of,
    metrics,
    nearest_rank,
    slowest,
)
from tracker.domain.vocabulary import Method, Service, Stage, TenderStatus

GOOD = a_school("A", "Абай", officer_email="a@example.kz")
LINE = a_contract("K-1", "A", "2026-01-01", "2026-12-31", supplier_bin="123456789012")
LOT = TenderRow("T-1", "A", TenderStatus.ACTIVE, published_on=day("2026-12-01"))


def found(*rows: RegisterRow) -> list[tuple[Quality, str, str]]:
    """What is wrong with these rows beside a good school, contract and tender."""
    changed = {row.key for row in rows}
    kept = [row for row in (GOOD, LINE, LOT) if row.key not in changed]
    all_rows = (*kept, *rows)
    told = issues(
        [row for row in all_rows if isinstance(row, SchoolRow)],
        [row for row in all_rows if isinstance(row, ContractRow)],
        [row for row in all_rows if isinstance(row, TenderRow)],
        (),
        on=day("2026-12-01"),
        told_on=day("2026-12-01"),
    )
    return [(one.kind, one.school_id, one.number) for one in told]


PLANTED: dict[Quality, tuple[RegisterRow, ...]] = {
    Quality.MISSING_END: (replace(LINE, end_on=None),),
    Quality.MISSING_PLACE: (replace(GOOD, district=None),),
    Quality.MISSING_OWNER: (replace(GOOD, officer_email=None),),
    Quality.MISSING_PLAN: (replace(LOT, published_on=None),),
    Quality.IMPOSSIBLE_CONTRACT: (replace(LINE, signed_on=day("2027-01-02")),),
    Quality.IMPOSSIBLE_TENDER: (replace(LOT, results_on=day("2026-11-30")),),
    Quality.AHEAD_TENDER: (replace(LOT, published_on=day("2026-12-25")),),
    Quality.UNASKED_SERVICE: (replace(LINE, service=Service.GUARD, contract_number="K-2"),),
    Quality.NEVER_CONFIRMED: (replace(GOOD, confirmed_on=None),),
}


def test_nothing_is_wrong_with_good_facts() -> None:
    assert found() == []


@pytest.mark.parametrize("kind", PLANTED)
def test_what_was_planted_is_found_once(kind: Quality) -> None:
    assert [told[0] for told in found(*PLANTED[kind])] == [kind]


def test_a_day_to_come_is_wrong_only_of_what_is_said_to_have_happened() -> None:
    planned = replace(LOT, status=TenderStatus.PLANNED, published_on=day("2026-12-25"))
    assert found(planned) == found(replace(LOT, bids_close_on=day("2026-12-25"))) == []
    over = replace(LOT, status=TenderStatus.COMPLETE, ended_on=day("2026-12-02"))
    assert found(over) == [(Quality.AHEAD_TENDER, "A", "T-1")]


@pytest.mark.parametrize("code", ["130240026235", "13024002623", "1302400262"])
def test_a_code_like_a_bin_that_is_none_is_told(code: str) -> None:
    told = found(replace(GOOD, school_id=code, name="Алматы"))
    assert told == [(Quality.DOUBTFUL_CODE, code, "")]


@pytest.mark.parametrize("code", ["130240026234", "S-130240026235", "130240026", "5"])
def test_a_code_that_proves_itself_or_is_of_another_form_is_not(code: str) -> None:
    assert found(replace(GOOD, school_id=code, name="Алматы")) == []


def test_a_school_that_is_closed_as_the_page_advises_is_found_no_more() -> None:
    wrong = replace(GOOD, school_id="130240026235", district=None, officer_email=None, confirmed_on=None)
    assert found(replace(wrong, closed_on=day("2026-12-01"))) == []
    twin = replace(GOOD, school_id="B")
    assert len(found(replace(twin, closed_on=day("2026-12-02")))) == 2
    assert found(replace(twin, closed_on=day("2026-12-01"))) == []


def test_what_stands_twice_is_named_on_both_sides() -> None:
    assert found(replace(GOOD, school_id="B")) == [
        (Quality.DUPLICATE_SCHOOL, "A", ""),
        (Quality.DUPLICATE_SCHOOL, "B", ""),
    ]
    assert found(replace(LINE, contract_number="K-2")) == [
        (Quality.DUPLICATE_CONTRACT, "A", "K-1"),
        (Quality.DUPLICATE_CONTRACT, "A", "K-2"),
    ]


def test_a_contract_that_ended_early_or_never_began_is_told_by_its_days() -> None:
    for wrong in ("2025-12-31", "2027-01-01"):
        assert found(replace(LINE, terminated_on=day(wrong))) == [(Quality.IMPOSSIBLE_CONTRACT, "A", "K-1")]
    assert found(replace(LINE, terminated_on=day("2026-06-30"))) == []


def test_every_kind_stands_in_one_group() -> None:
    assert sorted(kind for kinds in GROUPS.values() for kind in kinds) == sorted(Quality)


def row(number: str, stage: Stage, days: int, **more: object) -> StageRow:
    values: dict[str, object] = {
        "tender_number": number, "region": "59", "organiser": None, "method": Method.OPEN_TENDER,
        "stage": stage, "working_days": days, "ended_on": day("2026-12-31"),
    }  # fmt: skip
    return StageRow(**{**values, **more})  # type: ignore[arg-type]  # each test names the columns it means


def test_a_percentile_is_the_nearest_rank() -> None:
    assert [nearest_rank([7], 50), nearest_rank([1, 2], 50), nearest_rank(range(1, 11), 90)] == [7, 1, 9]
    assert nearest_rank([5, 1, 3], 50) == 3


def test_stages_are_told_by_group_and_the_slowest_first() -> None:
    rows = [
        *(row(f"T-{days}", Stage.EVALUATION, days) for days in range(1, 11)),
        *(row(f"T-{days}", Stage.BIDS, 15, region="71") for days in range(3)),
    ]
    evaluation = Metric("59", Stage.EVALUATION, 10, 5, 9)
    bids = Metric("71", Stage.BIDS, 3, 15, 15)
    assert slowest(metrics(rows, Grouping.REGION)) == (bids, evaluation)
    assert {one.group for one in metrics(rows, Grouping.ORGANISER)} == {"none"}


def test_a_tender_of_several_regions_weighs_once_but_in_each_of_its_regions() -> None:
    places = ("10", "11", "15", "59", "71")
    rows = [
        *(row("T-9", Stage.BIDS, 40, region=region) for region in places),
        *(row(f"T-{number}", Stage.BIDS, 5) for number in range(4)),
    ]
    assert metrics(rows, Grouping.METHOD) == (Metric("open_tender", Stage.BIDS, 5, 5, 40),)
    assert metrics(rows, None) == (Metric("all", Stage.BIDS, 5, 5, 40),)
    assert [one.tenders for one in metrics(rows, Grouping.REGION)] == [1, 1, 1, 5, 1]
    behind = behind_figure(rows, Grouping.METHOD, "open_tender", Stage.BIDS)
    assert [one.row.tender_number for one in behind] == ["T-9", "T-0", "T-1", "T-2", "T-3"]
    assert behind[0].regions == places
    assert behind_figure(rows, Grouping.REGION, "71", Stage.BIDS)[0].regions == ("71",)


def test_a_trend_sets_the_last_half_year_against_the_one_before() -> None:
    on = day("2027-01-15")
    lately, before = (half_of(half, on) for half in (Half.LATELY, Half.BEFORE))
    assert (lately.start, lately.last) == (day("2026-07-16"), on)
    assert (before.start, before.last) == (day("2026-01-16"), day("2026-07-15"))
    rows = [
        row("T-1", Stage.BIDS, 30, ended_on=before.start - ONE_DAY),
        row("T-2", Stage.BIDS, 7, ended_on=before.start),
        row("T-3", Stage.BIDS, 9, ended_on=before.last),
        row("T-4", Stage.BIDS, 12, ended_on=lately.start),
        row("T-5", Stage.EVALUATION, 5, ended_on=on),
    ]
    found = courses(rows, None, on)
    bids, evaluation = found[ALL, Stage.BIDS], found[ALL, Stage.EVALUATION]
    assert bids.lately == Metric(ALL, Stage.BIDS, 1, 12, 12)
    assert bids.before == Metric(ALL, Stage.BIDS, 2, 7, 9)
    assert (bids.turn, evaluation.turn, evaluation.before) == (5, None, None)
    assert courses(rows, Grouping.REGION, on).keys() == {("59", Stage.BIDS), ("59", Stage.EVALUATION)}
