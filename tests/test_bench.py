"""The measuring works and its candidates give one answer; how long they take is nobody's test."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bench import full, importing, naive, setwise, small
from bench.__main__ import NAMES, Size, machine, measure
from bench.databases import databases, fill, forget_assessments
from bench.telling import tell, told_apart
from bench.world import LINES, ON, invent
from tests.loops import run
from tracker.domain.register import Register
from tracker.services.evaluating import Book, bench
from tracker.store import assessments
from tracker.store.assessments import StoredAssessment
from tracker.store.engine import reading
from tracker.store.registry import contract_rows
from tracker.store.scope import EVERYTHING

SCHOOLS = 150

REGISTER = invent(SCHOOLS)


def kept(engine: Engine) -> Mapping[tuple[str, str], StoredAssessment]:
    with reading(engine) as session:
        return {(each.school_id, each.service): each for each in assessments.stored(session, EVERYTHING)}


def test_the_invented_register_is_the_same_each_time_and_as_large_as_it_says() -> None:
    assert invent(SCHOOLS) == REGISTER
    assert len(REGISTER.schools) == SCHOOLS
    assert len(REGISTER.contracts) == LINES * SCHOOLS
    assert len(REGISTER.tenders) == 2 * SCHOOLS


def test_the_loop_of_entities_finds_what_the_tracker_finds(engine: Engine) -> None:
    fill(engine, REGISTER)
    book = Book.load()
    full.judge_all(engine, book)
    ours = kept(engine)
    assert len(ours) == SCHOOLS
    forget_assessments(engine)
    with reading(engine) as session:
        shared = bench(session, book, on=ON)
    naive.judge_one_by_one(engine, [school.school_id for school in REGISTER.schools], shared)
    assert kept(engine) == ours


def test_the_query_in_the_database_finds_the_same_cover_and_live_tender(engine: Engine) -> None:
    fill(engine, REGISTER)
    full.judge_all(engine, Book.load())
    setwise.prepare(engine)
    setwise.judge_in_the_database(engine, ON)
    with engine.connect() as connection:
        theirs = setwise.found(connection)
    ours = {
        need: (each.state, *map(iso, (each.covered_until, each.uncovered_since)), live_number(each))
        for need, each in kept(engine).items()
    }
    assert theirs == ours
    assert len({state for state, *_ in theirs.values()}) > 2


def iso(day: object) -> str | None:
    return None if day is None else str(day)


def live_number(found: StoredAssessment) -> str | None:
    return found.tender_number if found.tender_stage else None


def test_a_file_of_the_register_is_taken_in_whole(engine: Engine) -> None:
    fill(engine, Register(schools=REGISTER.schools))
    importing.look_and_take_in(engine, importing.as_csv(REGISTER.contracts), Book.load())
    with reading(engine) as session:
        assert set(contract_rows(session, EVERYTHING)) == set(REGISTER.contracts)


def test_a_changed_contract_is_judged_again_and_nothing_else(engine: Engine) -> None:
    fill(engine, REGISTER)
    book = Book.load()
    full.judge_all(engine, book)
    before = kept(engine)
    row = next(row for row in REGISTER.contracts if row.contract_number.endswith("S000007-9"))
    small.change_one_contract(engine, book, row, 0)
    changed = {need for need, found in kept(engine).items() if found != before[need]}
    assert changed <= {(row.school_id, "channel")}
    small.daily(engine, book, [("S000001", "channel")])


@pytest.mark.long
def test_every_figure_is_measured_and_printed(
    capsys: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    size = Size(schools=20, rounds=1, changes=2)
    with databases(NAMES[:1], tmp_path_factory.mktemp("bench")) as kinds:
        run(asyncio.to_thread(measure, kinds[0], invent(size.schools), size))
    printed = capsys.readouterr().out
    for what in (
        "full assessment",
        "one SQL statement",
        "daily run, 1% due",
        "import of 20 rows",
        "board, 19",
    ):
        assert what in printed
    assert "cores" in machine()


def test_times_that_tell_nothing_are_a_coin_and_those_that_differ_tell_all() -> None:
    assert told_apart([1, 2, 3, 4], [1, 2, 3, 4]) == 0.5
    assert told_apart([1, 2], [3, 4]) == told_apart([3, 4], [1, 2]) == 1.0
    assert told_apart([1, 3], [2, 4]) == 0.75


def test_an_answer_that_tells_too_much_is_a_failure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("bench.telling.AIM", 0.4)  # nothing tells less than a coin
    monkeypatch.setattr("bench.telling.foreign", lambda place: {})
    assert not tell(tmp_path, 1)


def test_every_pair_that_must_not_be_told_apart_is_measured(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    tell(tmp_path, 2)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        *["sign-in"] * 3,
        "decision", "page of a school", "question of a purchase", "API, a school", "API, a tender",
    ]  # fmt: skip
