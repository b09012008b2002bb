"""Every day on which something is due is told, once, with what it rests on; ``tests/cases/deadline-*.toml``
are the cases an officer can read."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pytest

from tests.builders import a_line, a_need, a_tender, an_interim, day, policy_with, the_calendar
from tests.domain.compare import (
    Books,
    books_for,
    deadlines,
    deadlines_on,
    differing_deadlines,
    dues,
    product,
)
from tests.domain.shrinking import shrink
from tests.domain.worlds import World, worlds
from tracker.domain.deadlines import Deadline, deadlines_of, timing
from tracker.domain.facts import NeedFacts
from tracker.domain.policy import Policy
from tracker.domain.tenders import StageHistory
from tracker.domain.vocabulary import (
    Consequence,
    ContractStatus,
    DeadlineKind,
    FlagKind,
    State,
    TenderStatus,
    Timing,
)
from tracker.law.loader import load_policy

WORLDS = int(os.environ.get("TRACKER_WORLDS", "3000")) // 2
PARTS = 4
YEAR = a_line("2026-01-01", "2026-12-31")
ENDS = (DeadlineKind.COVER_END, DeadlineKind.INTERIM_END)


def due(facts: NeedFacts, on: str, policy: Policy | None = None) -> dict[DeadlineKind, Deadline]:
    """The deadlines of a need on a day, by kind."""
    history = StageHistory.none()
    found = deadlines_of(
        facts, day(on), policy=policy or load_policy(), calendar=the_calendar(), history=history
    )
    return {each.kind: each for each in found}


@pytest.mark.parametrize("part", range(PARTS))
def test_both_readings_see_the_same_deadlines_in_every_invented_world(part: int) -> None:
    size = WORLDS // PARTS
    for one in worlds(size, first_seed=part * size):
        books = books_for(one)
        if differing_deadlines(deadlines(one, books), dues(one, books)):
            least = shrink(one, partial(_differ, books))
            found = differing_deadlines(deadlines(least, books), dues(least, books))
            pytest.fail(f"world {one.seed} reads two ways: {found}\non {least.on}: {least.facts}")


def _differ(books: Books, one: World) -> bool:
    return bool(differing_deadlines(deadlines(one, books), dues(one, books)))


def test_the_worlds_visit_every_kind_consequence_and_timing() -> None:
    seen = [each for one in worlds(WORLDS) for each in deadlines(one, books_for(one))]
    assert {each.kind for each in seen} == set(DeadlineKind)
    assert {each.consequence for each in seen} == set(Consequence)
    assert {each.timing for each in seen} == set(Timing)
    assert {each.basis.is_assumed for each in seen} == {True, False}


def test_no_deadline_comes_goes_or_moves_before_the_day_that_the_assessment_names() -> None:
    for one in worlds(WORLDS // 2):
        books = books_for(one)
        change = product(one, books).next_change_on
        ahead = min((change - one.on).days - 1, 60)
        for days in {1, 2, 7, ahead // 2, ahead}:
            later = one.on + timedelta(days=days)
            if 0 < days <= ahead:
                assert _plain(deadlines_on(one, later, books)) == _plain(deadlines(one, books)), one.seed


def _plain(found: tuple[Deadline, ...]) -> set[Deadline]:
    """Deadlines without what every day counts anew."""
    return {replace(each, timing=Timing.UNKNOWN, working_days_left=None) for each in found}


def test_deadlines_and_flags_tell_the_same_story() -> None:
    for one in worlds(WORLDS):
        books = books_for(one)
        said, found = product(one, books), deadlines(one, books)
        late = {each.kind for each in found if each.is_late}
        assert (DeadlineKind.STAGE in late) == (FlagKind.TENDER_STALLED in said.kinds), one.seed
        assert (DeadlineKind.CONFIRM in late) == (FlagKind.STALE in said.kinds), one.seed
        if said.state in (State.COVERED, State.INTERIM):
            ends = [each.due_on for each in found if each.kind in ENDS]
            assert ends == ([said.covered_until] if said.latest_safe_start else []), one.seed
            assert {each.loses_on for each in found} <= {said.loses_on}, one.seed
            safe = [each.due_on for each in found if each.kind is DeadlineKind.SAFE_START]
            assert safe in ([], [said.latest_safe_start]), one.seed


def test_a_need_has_one_deadline_of_each_kind_and_subject() -> None:
    for one in worlds(WORLDS):
        found = deadlines(one, books_for(one))
        same = [(each.kind, each.identity) for each in found]
        assert len(set(same)) == len(same), one.seed


def test_deadlines_stand_with_the_soonest_first_and_unknown_days_last() -> None:
    for one in worlds(WORLDS // 4):
        days = [each.due_on or date.max for each in deadlines(one, books_for(one))]
        assert days == sorted(days)


def test_nothing_is_due_for_a_school_that_is_closed() -> None:
    facts = a_need(YEAR, closed_on="2026-06-01", tenders=[a_tender("2026-05-20")])
    assert due(facts, "2026-05-31")
    assert due(facts, "2026-06-01") == {}


def test_a_tender_of_many_schools_is_one_thing_to_do_and_the_end_of_cover_is_each_schools_own() -> None:
    facts = a_need(YEAR, tenders=[a_tender("2026-12-01")])
    one, other = due(facts, "2026-12-02"), due(replace(facts, school_id="another"), "2026-12-02")
    assert one[DeadlineKind.STAGE].identity == other[DeadlineKind.STAGE].identity
    assert one[DeadlineKind.COVER_END].identity != other[DeadlineKind.COVER_END].identity


def test_the_same_end_by_another_contract_is_the_same_deadline() -> None:
    renumbered = a_need(a_line("2026-01-01", "2026-12-31", number="another"))
    before, after = (due(facts, "2026-12-02")[DeadlineKind.COVER_END] for facts in (a_need(YEAR), renumbered))
    assert before.identity == after.identity
    assert (before.subject.number, after.subject.number) == ("1", "another")


def test_the_next_stage_of_a_tender_is_another_deadline() -> None:
    tender = a_tender("2026-12-01", events=[("evaluation", "2026-12-14"), ("appeal", "2026-12-17")])
    facts = a_need(YEAR, tenders=[tender])
    stages = [due(facts, on)[DeadlineKind.STAGE].identity for on in ("2026-12-16", "2026-12-17")]
    assert stages == [("T-1", "evaluation"), ("T-1", "appeal")]


def test_a_terminated_contract_ends_on_the_day_it_was_terminated() -> None:
    facts = a_need(a_line("2026-01-01", "2026-12-31", terminated_on="2026-03-10"))
    found = due(facts, "2026-03-10")[DeadlineKind.COVER_END]
    assert (found.due_on, found.timing, found.basis.fact) == (
        day("2026-03-10"),
        Timing.TODAY,
        "terminated_on",
    )


def test_work_is_begun_with_a_tender_one_that_awaits_its_contract_or_a_line_that_leaves_no_hole() -> None:
    begun = {
        "nothing": a_need(YEAR),
        "planned": a_need(YEAR, tenders=[a_tender(planned_on="2027-03-01", status=TenderStatus.PLANNED)]),
        "after a hole": a_need(YEAR, a_line("2027-02-01", "2027-12-31", number="2")),
        "signed": a_need(YEAR, a_line("2027-01-01", "2027-12-31", number="2", status=ContractStatus.PENDING)),
        "complete": a_need(
            YEAR, tenders=[a_tender("2026-09-01", ended_on="2026-10-01", status=TenderStatus.COMPLETE)]
        ),
    }
    found = {name: due(facts, "2026-11-02") for name, facts in begun.items()}
    assert {name: each[DeadlineKind.COVER_END].is_begun for name, each in found.items()} == {
        "nothing": False, "planned": True, "after a hole": False, "signed": True, "complete": True,
    }  # fmt: skip
    assert DeadlineKind.SAFE_START in found["after a hole"], "the hole can still be bought in time"


@pytest.mark.parametrize(
    ("clause", "kind", "facts", "on", "due_on"),
    [
        (
            "duty.report",
            DeadlineKind.REPORT,
            a_need(replace(an_interim("2026-12-01", "2026-12-31"), signed_on=day("2026-12-01"))),
            "2026-12-01",
            "2026-12-02",
        ),
        (
            "warn.stale",
            DeadlineKind.CONFIRM,
            a_need(YEAR, confirmed_on="2026-01-01"),
            "2026-01-02",
            "2026-01-02",
        ),
        (
            "stage.open_tender.discussion",
            DeadlineKind.STAGE,
            a_need(YEAR, tenders=[a_tender("2026-12-01")]),
            "2026-12-01",
            "2026-12-02",
        ),
    ],
)
def test_terms_come_from_the_law_file(
    clause: str, kind: DeadlineKind, facts: NeedFacts, on: str, due_on: str
) -> None:
    assert due(facts, on, policy_with(clause, 1))[kind].due_on == day(due_on)


def test_an_end_on_a_day_off_keeps_its_day_and_counts_the_working_days_up_to_it() -> None:
    found = due(a_need(a_line("2026-01-01", "2026-11-29")), "2026-11-26")[DeadlineKind.COVER_END]
    assert (found.due_on, found.working_days_left) == (day("2026-11-29"), 1)


def test_a_day_stands_before_on_or_after_what_is_due() -> None:
    eve, last, after = (day(f"2026-12-{number}") for number in (30, 31)), day("2026-12-31"), day("2027-01-01")
    assert [timing(last, on) for on in (*eve, after)] == [Timing.AHEAD, Timing.TODAY, Timing.LATE]
    assert timing(None, after) is Timing.UNKNOWN
