"""A full assessment, three ways in turn, and where its time goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Engine

from bench import naive, setwise
from bench.databases import forget_assessments
from bench.rounds import in_turn, seconds
from bench.world import ON
from tracker.domain.facts import NeedFacts
from tracker.domain.findings import Assessment
from tracker.services import evaluating
from tracker.services.evaluating import Book
from tracker.store import assessments, facts, references
from tracker.store.engine import reading, transaction
from tracker.store.scope import EVERYTHING

Times = Sequence[float]

FIRST, ANEW, SAME, NAIVE, SETWISE = "first", "anew", "same", "naive", "setwise"


def compare(engine: Engine, schools: Sequence[str], rounds: int, *, naive_share: int) -> Mapping[str, Times]:
    """Seconds of each way for all schools; the loop of entities judges one school of ``naive_share``."""
    setwise.prepare(engine)
    book = Book.load()
    with reading(engine) as session:
        shared = evaluating.bench(session, book, on=ON)
    some = schools[::naive_share]

    def first() -> float:
        forget_assessments(engine, history=True)
        return seconds(lambda: judge_all(engine, book))

    def anew() -> float:
        forget_assessments(engine)
        return seconds(lambda: judge_all(engine, book))

    def same() -> float:
        judge_all(engine, book)
        return seconds(lambda: judge_all(engine, book))

    def one_by_one() -> float:
        forget_assessments(engine)
        took = seconds(lambda: naive.judge_one_by_one(engine, some, shared))
        return took * len(schools) / len(some)

    def in_the_database() -> float:
        setwise.empty(engine)
        return seconds(lambda: setwise.judge_in_the_database(engine, ON))

    ways = {FIRST: first, ANEW: anew, SAME: same, SETWISE: in_the_database, NAIVE: one_by_one}
    return in_turn(rounds, ways)


def judge_all(engine: Engine, book: Book) -> None:
    """Judge every need and store what differs; one commit."""
    with transaction(engine) as session:
        evaluating.evaluate(session, today=ON, book=book, everything=True)


def parts(engine: Engine, rounds: int) -> Mapping[str, Times]:
    """Seconds of each step of a full run into empty tables, the steps taken one by one."""
    found: dict[str, list[float]] = {}
    for _ in range(rounds):
        forget_assessments(engine, history=True)
        for name, took in _steps(engine):
            found.setdefault(name, []).append(took)
    return found


def _steps(engine: Engine) -> list[tuple[str, float]]:
    book, took = Book.load(), dict.fromkeys(("history", "load", "judge", "write", "compare"), 0.0)
    with transaction(engine) as session:
        kept: dict[str, evaluating.Bench] = {}
        needs: list[NeedFacts] = []
        judged: list[Assessment] = []
        took["history"] = seconds(lambda: kept.update(shared=evaluating.bench(session, book, on=ON)))
        shared = kept["shared"]
        took["load"] = seconds(lambda: needs.extend(facts.load_facts(session, EVERYTHING)))
        took["judge"] = seconds(lambda: judged.extend(shared.judge(need) for need in needs))
        regions = references.regions_of(session, EVERYTHING, {found.school_id for found in judged})

        def keep() -> None:
            assessments.store_assessments(session, judged, regions, today=ON, basis=shared.basis)

        took["write"] = seconds(keep)
        took["compare"] = seconds(keep)
    took["write"] = max(0.0, took["write"] - took["compare"])
    return list(took.items())
