"""Two readings of the rules agree: the product's engine and the day-by-day oracle, over invented worlds.

``TRACKER_WORLDS`` asks for more worlds than the ordinary run looks at.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, timedelta
from functools import cache, partial

import pytest

from tests.domain.compare import Books, Second, books_for, differences, oracle, product, product_on
from tests.domain.oracle_law import LAW_106, LAW_434
from tests.domain.shrinking import shrink
from tests.domain.worlds import World, world, worlds
from tracker.domain.findings import Assessment
from tracker.domain.vocabulary import ConditionId, FlagKind, NextStep, RefusalReason, Stage, State
from tracker.law.loader import load_policy

WORLDS = int(os.environ.get("TRACKER_WORLDS", "3000"))
PARTS = 8
DAYS_LOOKED_AT = 25
DATED_TO_THE_DAY = (
    FlagKind.NO_SERVICE,
    FlagKind.UNKNOWN_TERM,
    FlagKind.ENDING_SOON,
    FlagKind.INTERIM_ENDING,
    FlagKind.INTERIM_WITHOUT_TENDER,
)
CAN_BE = {
    ConditionId.PURCHASE_UNDER_WAY: {"met", "not_met", "to_confirm"},
    ConditionId.CONTRACT_IN_FORCE: {"met", "not_met"},
    ConditionId.DAILY_NEED_LIST: {"met", "not_met", "to_confirm"},
    ConditionId.COMPETITIVE_METHOD: {"met", "not_met", "to_confirm"},
    ConditionId.SUPPLIER_REFUSED: {"not_met", "to_confirm"},
    ConditionId.FIRST_MONTH: {"met", "not_met"},
    ConditionId.CUSTOMER_CREATED: {"met"},
    ConditionId.ANNUAL_LIMIT: {"not_met", "to_confirm"},
    ConditionId.REPEAT_FAILED: {"met", "not_met", "to_confirm"},
    ConditionId.DECIDED_IN_TIME: {"met", "not_met"},
    ConditionId.MINIMUM_TERM: {"met", "to_confirm"},
}
"""What the register may say of a condition; of all others only a person can tell."""


@pytest.fixture(scope="module")
def books() -> Books:
    """The bundled law and the calendar of the invented worlds."""
    return Books.of(load_policy())


@pytest.mark.parametrize("part", range(PARTS))
def test_both_readings_agree_on_every_invented_world(part: int) -> None:
    size = WORLDS // PARTS
    for one in worlds(size, first_seed=part * size):
        books = books_for(one)
        if differences(product(one, books), oracle(one, books)):
            least = shrink(one, partial(_differ, books))
            found = differences(product(least, books), oracle(least, books))
            pytest.fail(
                f"world {one.seed} reads two ways: {found}\non {least.on}: {least.facts}\n{least.past}"
            )


@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_changes_before_the_day_that_the_assessment_names(part: int) -> None:
    size = WORLDS // 4 // PARTS
    for one in worlds(size, first_seed=part * size):
        books = books_for(one)
        said = product(one, books)
        assert said.next_change_on > one.on
        for day in _days_before(said.next_change_on, one):
            found = _without_counts(product_on(one, day, books))
            assert found == _without_counts(said), f"world {one.seed} changes on {day}, before it was said to"


def test_a_flag_has_held_since_the_day_it_names_and_not_the_day_before(books: Books) -> None:
    for one in worlds(WORLDS // 4):
        for flag in product(one, books).flags:
            if flag.since is None or flag.kind not in DATED_TO_THE_DAY:
                continue
            held = (one.on - flag.since).days
            days = [flag.since + timedelta(days=n) for n in {0, min(1, held), held // 2, held}]
            assert all(flag.kind in product_on(one, day, books).kinds for day in days), (one.seed, flag)
            eve = flag.since - timedelta(days=1)
            assert flag.kind not in product_on(one, eve, books).kinds, (one.seed, flag)


def test_the_worlds_visit_every_state_flag_stage_and_answer(books: Books) -> None:
    seen = [product(one, books) for one in worlds(1500)]
    stages = {said.tender.stage for said in seen if said.tender}
    answers = [said.answer for said in seen if said.answer]
    assert {said.state for said in seen} == set(State)
    assert frozenset[FlagKind]().union(*(said.kinds for said in seen)) == set(FlagKind)
    assert stages >= set(Stage)
    assert {answer.reason for answer in answers} >= {None, RefusalReason.CAP_USED_UP, RefusalReason.NO_TENDER}


@cache
def judged() -> tuple[Second, ...]:
    """What the oracle says of the first worlds."""
    return tuple(oracle(one, books_for(one)) for one in worlds(3000))


@pytest.mark.xdist_group("oracle")
def test_the_worlds_visit_every_route_verdict_and_condition_in_every_status_it_can_have() -> None:
    verdicts: set[tuple[str, str, str]] = set()
    statuses: dict[str, set[str]] = {str(id): set() for id in ConditionId}
    for reply in (each.reply for each in judged()):
        for route in reply.routes if reply else ():
            verdicts.add((route.route, route.clause, route.verdict))
            for condition, status in route.conditions:
                statuses[condition].add(status)
    grounds = [(ground.route, ground.clause) for ground in (*LAW_434, *LAW_106)]
    # No ground is ever open: each asks something that only a person can tell.
    assert verdicts == {(*ground, verdict) for ground in grounds for verdict in ("conditional", "closed")}
    assert statuses == {str(id): CAN_BE.get(id, {"to_confirm"}) for id in ConditionId}


@pytest.mark.xdist_group("oracle")
def test_the_worlds_visit_every_next_step_and_every_refusal() -> None:
    seen = judged()
    assert {second.next_step for second in seen} == {str(step) for step in NextStep}
    assert {second.reply.refusal for second in seen if second.reply} == {None, *map(str, RefusalReason)}


def test_a_world_is_the_same_whenever_it_is_made_again() -> None:
    assert [world(seed) for seed in range(50)] == list(worlds(50))


def _differ(books: Books, one: World) -> bool:
    """Whether a world is read in two ways."""
    return bool(differences(product(one, books), oracle(one, books)))


def _days_before(change: date, one: World) -> list[date]:
    """Days after the world's own and before the change: all of the first ones, then some, and the last."""
    ahead = min((change - one.on).days - 1, 400)
    near = range(1, min(ahead, DAYS_LOOKED_AT) + 1)
    far = range(DAYS_LOOKED_AT, ahead + 1, 37)
    return [one.on + timedelta(days=n) for n in sorted({*near, *far, ahead}) if n > 0]


def _without_counts(said: Assessment) -> Assessment:
    """The assessment with its plain day counts taken off."""
    tender = said.tender and replace(said.tender, days_over=0)
    return replace(said, on=date.min, next_change_on=date.min, days_without=None, tender=tender)
