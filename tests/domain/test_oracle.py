"""Two readings of the rules agree: the product's engine and the day-by-day oracle, over invented worlds.

``TRACKER_WORLDS`` asks for more worlds than the ordinary run looks at.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.domain.compare import Books, differences, oracle, product, product_on
from tests.domain.oracle import Oracle
from tests.domain.shrinking import shrink
from tests.domain.worlds import World, world, worlds
from tracker.domain.findings import Answer, Assessment
from tracker.domain.vocabulary import (
    ConditionId,
    ConditionStatus,
    FlagKind,
    RefusalReason,
    Stage,
    State,
    Verdict,
)
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


@pytest.fixture(scope="module")
def books() -> Books:
    """The bundled law and the calendar of the invented worlds."""
    return Books.of(load_policy())


@pytest.mark.parametrize("part", range(PARTS))
def test_both_readings_agree_on_every_invented_world(books: Books, part: int) -> None:
    size = WORLDS // PARTS
    for one in worlds(size, first_seed=part * size):
        if differences(product(one, books), oracle(one, books)):
            least = shrink(one, lambda w: bool(differences(product(w, books), oracle(w, books))))
            found = differences(product(least, books), oracle(least, books))
            pytest.fail(
                f"world {one.seed} reads two ways: {found}\non {least.on}: {least.facts}\n{least.past}"
            )


@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_changes_before_the_day_that_the_assessment_names(books: Books, part: int) -> None:
    size = WORLDS // 4 // PARTS
    for one in worlds(size, first_seed=part * size):
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


def test_a_route_is_recommended_only_if_no_condition_speaks_against_it(books: Books) -> None:
    for one in worlds(WORLDS // 4):
        answer = product(one, books).answer
        if answer is None:
            continue
        for route in answer.routes:
            assert route.verdict is _verdict({condition.status for condition in route.conditions})
        usable = [route.id for route in answer.routes if route.verdict is not Verdict.CLOSED]
        best = [route.id for route in answer.routes if route.verdict is Verdict.OPEN] + usable
        assert answer.recommended == (None if answer.reason else best[0]), one.seed
        assert usable or answer.reason is not None, one.seed
        assert not (usable and answer.reason is RefusalReason.NO_GROUND), one.seed


def test_an_extension_needs_a_contract_in_force_and_a_direct_one_the_first_month(books: Books) -> None:
    judged = dict.fromkeys(ConditionStatus, 0)
    for one in worlds(WORLDS // 4):
        answer = product(one, books).answer
        if answer is None:
            continue
        reading = Oracle(one.facts, books.numbers, books.days_off)
        in_force = ConditionStatus.MET if reading.served(one.on) else ConditionStatus.NOT_MET
        january = ConditionStatus.MET if answer.start_on.month == 1 else ConditionStatus.NOT_MET
        for condition, status in _conditions(answer):
            expected = {ConditionId.CONTRACT_IN_FORCE: in_force, ConditionId.FIRST_MONTH: january}.get(
                condition
            )
            assert expected in (None, status), one.seed
            judged[status] += expected is not None
    assert judged[ConditionStatus.MET]
    assert judged[ConditionStatus.NOT_MET]


def test_a_world_is_the_same_whenever_it_is_made_again() -> None:
    assert [world(seed) for seed in range(50)] == list(worlds(50))


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


def _verdict(statuses: set[ConditionStatus]) -> Verdict:
    if ConditionStatus.NOT_MET in statuses:
        return Verdict.CLOSED
    return Verdict.CONDITIONAL if ConditionStatus.TO_CONFIRM in statuses else Verdict.OPEN


def _conditions(answer: Answer) -> list[tuple[ConditionId, ConditionStatus]]:
    return [(condition.id, condition.status) for route in answer.routes for condition in route.conditions]
