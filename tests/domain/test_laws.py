"""Laws that hold whatever the facts are (reliability §5.3), on invented worlds and through the product alone.

That others never change a school's answer (L7) is proved on a database, in ``tests/services``.
A *missing* day is one on which the need is required and no dated line serves: uncovered or unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import TypeVar

import pytest

from tests.domain.compare import Books, bundled_books, product, product_on
from tests.domain.worlds import World, WorldMaker, worlds
from tracker.domain.coverage import states
from tracker.domain.days import Span, next_day
from tracker.domain.facts import NeedFacts, ServiceLine
from tracker.domain.findings import Answer
from tracker.domain.vocabulary import ContractKind, ContractStatus, State

COUNT = 800
FIRST_SEED = 1_000_000
T = TypeVar("T")
MISSING = (State.UNCOVERED, State.UNKNOWN)


@pytest.fixture(scope="module")
def books() -> Books:
    """The bundled law and the calendar of the invented worlds."""
    return bundled_books()


def test_days_missing_from_both_of_two_files_are_missing_from_their_union() -> None:
    for world, chance in _worlds():
        facts = world.facts
        cut = chance.randint(0, len(facts.lines))
        one, other = replace(facts, lines=facts.lines[:cut]), replace(facts, lines=facts.lines[cut:])
        assert _unserved(world, facts) == _unserved(world, one) & _unserved(world, other), world.seed


def test_one_more_line_never_makes_a_day_missing() -> None:
    for world, chance in _worlds():
        more = (*world.facts.lines, _drawn_line(world, chance))
        assert _unserved(world, replace(world.facts, lines=more)) <= _unserved(world, world.facts), world.seed


def test_a_later_end_or_an_earlier_signature_never_makes_a_day_missing() -> None:
    for world, chance in _worlds():
        for n, line in enumerate(world.facts.lines):
            later = line.end_on and line.end_on + timedelta(days=chance.randint(1, 40))
            earlier = line.signed_on and line.signed_on - timedelta(days=chance.randint(1, 40))
            better = _with_line(world.facts, n, replace(line, end_on=later, signed_on=earlier))
            assert _unserved(world, better) <= _unserved(world, world.facts), world.seed


def test_a_cancellation_a_termination_or_a_shorter_end_never_serves_a_day_more() -> None:
    for world, chance in _worlds():
        for n, line in enumerate(world.facts.lines):
            back = timedelta(days=chance.randint(0, 40))
            worse = [
                replace(line, status=ContractStatus.CANCELLED),
                replace(line, status=ContractStatus.DRAFT),
                replace(line, end_on=line.end_on and line.end_on - back),
                replace(line, terminated_on=(line.terminated_on or line.end_on or date.max) - back),
                replace(line, signed_on=(line.signed_on or line.start_on) + back),
            ]
            if not line.is_dated:
                worse = worse[:2]
            for changed in worse:
                facts = _with_line(world.facts, n, changed)
                assert _unserved(world, facts) >= _unserved(world, world.facts), (world.seed, changed)


def test_the_order_of_rows_changes_nothing(books: Books) -> None:
    for world, chance in _worlds():
        shuffled = replace(
            world.facts,
            lines=_shuffled(world.facts.lines, chance),
            tenders=_shuffled(
                tuple(replace(t, events=_shuffled(t.events, chance)) for t in world.facts.tenders), chance
            ),
        )
        other = replace(world, facts=shuffled, past=_shuffled(world.past, chance))
        assert product(other, books) == product(world, books), world.seed


def test_the_same_line_or_event_twice_counts_once(books: Books) -> None:
    for world, _ in _worlds():
        facts = world.facts
        assert _states(world, replace(facts, lines=facts.lines * 2)) == _states(world, facts), world.seed
        events = replace(facts, tenders=tuple(replace(t, events=t.events * 2) for t in facts.tenders))
        assert product(replace(world, facts=events), books) == product(world, books), world.seed


def test_a_contract_split_in_two_serves_the_same_days(books: Books) -> None:
    for world, chance in _worlds():
        whole = replace(
            _drawn_line(world, chance), status=ContractStatus.ACTIVE, signed_on=None, terminated_on=None
        )
        if whole.end_on is None or whole.end_on <= whole.start_on:
            continue
        days = (whole.end_on - whole.start_on).days
        middle = whole.start_on + timedelta(days=chance.randrange(days))
        halves = (replace(whole, end_on=middle), replace(whole, start_on=next_day(middle)))
        joined = replace(world, facts=replace(world.facts, lines=(*world.facts.lines, whole)))
        split = replace(world, facts=replace(world.facts, lines=(*world.facts.lines, *halves)))
        assert _states(world, split.facts) == _states(world, joined.facts), world.seed
        assert product(split, books).covered_until == product(joined, books).covered_until, world.seed


def test_every_day_stands_in_exactly_one_state(books: Books) -> None:
    for world, chance in _worlds():
        window = _window(world)
        stretches = states(world.facts, window)
        days = [day for span, _ in stretches for day in _days(span)]
        assert days == _days(window), world.seed
        span, state = stretches[chance.randrange(len(stretches))]
        for day in {span.start, span.last}:
            assert product_on(world, day, books).state is state, (world.seed, day)


def test_a_suggested_interim_serves_only_missing_days_and_keeps_within_the_cap(books: Books) -> None:
    for world, answer, last in _suggestions(books):
        days = _days(Span.inclusive(answer.start_on, last))
        assert world.on <= answer.start_on <= last, world.seed
        assert len(days) <= 62, world.seed
        assert set(days) <= _missing(world, world.facts), world.seed


def test_an_accepted_interim_serves_exactly_its_days(books: Books) -> None:
    for world, answer, last in _suggestions(books):
        accepted = _accepted(world, answer, last)
        gone = _missing(world, world.facts) - _missing(world, accepted.facts)
        assert gone == set(_days(Span.inclusive(answer.start_on, last))), world.seed
        assert product_on(accepted, answer.start_on, books).state is State.INTERIM, world.seed


def test_interims_accepted_one_after_another_never_outlast_the_cap(books: Books) -> None:
    for world, answer, last in _suggestions(books):
        accepted = _accepted(world, answer, last)
        again = product_on(accepted, last, books).answer
        follows = again is not None and again.is_suggestion and again.start_on == next_day(last)
        assert not follows or _is_cut_short(world, last), world.seed


def _is_cut_short(world: World, last: date) -> bool:
    """Whether the interim ended for another reason than its cap: the last needed or the next served day."""
    return next_day(last) not in _missing(world, world.facts)


def _worlds(count: int = COUNT) -> Iterator[tuple[World, Random]]:
    """Worlds that no other test looks at, each with its own source of chance."""
    return ((world, Random(world.seed)) for world in worlds(count, first_seed=FIRST_SEED))


def _suggestions(books: Books) -> Iterator[tuple[World, Answer, date]]:
    """The worlds in which an interim is suggested, with its last day; its line does not begin the need."""
    found = 0
    for drawn, _ in _worlds():
        needed_from = drawn.facts.needed_from or date(2015, 1, 1)
        world = replace(drawn, facts=replace(drawn.facts, needed_from=needed_from))
        answer = product(world, books).answer
        if answer is not None and answer.is_suggestion and answer.end_on is not None:
            found += 1
            yield world, answer, answer.end_on
    assert found > COUNT // 20


def _drawn_line(world: World, chance: Random) -> ServiceLine:
    """A line of another world around the same day."""
    lines = WorldMaker(world.seed + FIRST_SEED * chance.randint(1, 9)).world().facts.lines
    start = world.on + timedelta(days=chance.randint(-90, 90))
    fresh = ServiceLine("C-X", ContractKind.REGULAR, ContractStatus.ACTIVE, start, start + timedelta(days=60))
    return replace(lines[0], contract_number="C-X", start_on=start) if lines else fresh


def _accepted(world: World, answer: Answer, last: date) -> World:
    """The world in which the suggested interim was signed on the day."""
    line = ServiceLine(
        contract_number="C-I",
        kind=ContractKind.INTERIM,
        status=ContractStatus.ACTIVE,
        start_on=answer.start_on,
        end_on=last,
        signed_on=world.on,
    )
    return replace(world, facts=replace(world.facts, lines=(*world.facts.lines, line)))


def _with_line(facts: NeedFacts, n: int, line: ServiceLine) -> NeedFacts:
    return replace(facts, lines=(*facts.lines[:n], line, *facts.lines[n + 1 :]))


def _shuffled(things: tuple[T, ...], chance: Random) -> tuple[T, ...]:
    return tuple(chance.sample(things, len(things)))


def _window(world: World) -> Span:
    """A year and a half around the judged day."""
    return Span(world.on - timedelta(days=200), world.on + timedelta(days=300))


def _states(world: World, facts: NeedFacts) -> list[tuple[Span, State]]:
    return list(states(facts, _window(world)))


def _missing(world: World, facts: NeedFacts) -> set[date]:
    return {day for span, state in _states(world, facts) if state in MISSING for day in _days(span)}


def _unserved(world: World, facts: NeedFacts) -> set[date]:
    """The missing days where the need has been required since long ago, so that lines do not begin it."""
    return _missing(world, replace(facts, needed_from=date(2015, 1, 1)))


def _days(span: Span) -> list[date]:
    return [span.start + timedelta(days=n) for n in range(span.days)]
