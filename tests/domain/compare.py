"""Puts the product's assessment and the oracle's judgement side by side and names where they differ."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import pairwise

from tests.domain.oracle import Judgement, Oracle
from tests.domain.oracle_answers import Adviser, Reply, RouteReply
from tests.domain.oracle_days import Numbers
from tests.domain.oracle_deadlines import Agenda, Due
from tests.domain.oracle_tenders import Stand, learned
from tests.domain.stories import is_told_two_ways
from tests.domain.world_calendar import plain_days_off, product_calendar
from tests.domain.worlds import World, plain_numbers, world
from tracker.domain.assess import assess
from tracker.domain.days import BEGINNING, FOREVER, Span
from tracker.domain.deadlines import Deadline, deadlines_of
from tracker.domain.errors import TrackerError
from tracker.domain.findings import Answer, Assessment, RouteAnswer, TenderStanding
from tracker.domain.policy import Clause, Policy, Version
from tracker.domain.tenders import StageHistory
from tracker.domain.workdays import WorkCalendar
from tracker.law.loader import load_policy

Difference = tuple[str, object, object]
"""What differs, the product's value and the oracle's."""

CHANGES = tuple(date(year, month, 1) for year in range(2022, 2031) for month in range(1, 13))
"""The days on which every number of the restless law changes: up by one, and back again a month later."""


@dataclass(frozen=True, slots=True)
class Books:
    """The numbers and days that both readings are given, each in its own form."""

    policy: Policy
    calendar: WorkCalendar
    numbers: Numbers
    days_off: frozenset[date]

    @classmethod
    def of(cls, policy: Policy) -> Books:
        """The bundled law and the calendar of the invented worlds."""
        return cls(policy, product_calendar(), plain_numbers(policy), plain_days_off())


def product(world: World, books: Books) -> Assessment:
    """What the product says of a world."""
    return product_on(world, world.on, books)


def product_on(world: World, on: date, books: Books) -> Assessment:
    """What the product says of a world on another day, with the past it knew on the world's day."""
    history = StageHistory.of(world.past, world.on, policy=books.policy, calendar=books.calendar)
    return assess(world.facts, on, policy=books.policy, calendar=books.calendar, history=history)


@dataclass(frozen=True, slots=True)
class Second:
    """The second reading of a world: its judgement, its answer and its next step."""

    judged: Judgement
    reply: Reply | None
    next_step: str


def oracle(world: World, books: Books) -> Second:
    """What the oracle says of a world."""
    past = learned(world.past, world.on, books.numbers, books.days_off)
    need = Oracle(world.facts, books.numbers, books.days_off, past)
    adviser = Adviser(need, world.on)
    return Second(need.judge(world.on), adviser.reply(), adviser.next_step())


def differences(said: Assessment, second: Second) -> list[Difference]:
    """Everything in which the two readings of one world differ."""
    gap, judged = said.projected_gap, second.judged
    pairs: list[Difference] = [
        ("state", said.state, judged.state),
        ("covered_until", said.covered_until, judged.covered_until),
        ("uncovered_since", said.uncovered_since, judged.uncovered_since),
        ("days_without", said.days_without, judged.days_without),
        ("flags", frozenset(map(str, said.kinds)), judged.flags),
        ("tender", _stand(said.tender), judged.tender),
        ("projected_gap", gap and (gap.span.start, gap.span.last), judged.gap),
        ("school_days", gap and gap.school_days, judged.school_days),
        ("latest_safe_start", said.latest_safe_start, judged.latest_safe_start),
        ("answer", _reply(said.answer), second.reply),
        ("next_step", str(said.next_step), second.next_step),
    ]
    return [pair for pair in pairs if pair[1] != pair[2]]


def _stand(tender: TenderStanding | None) -> Stand | None:
    """A tender's standing in the oracle's words."""
    if tender is None:
        return None
    forecast = tender.forecast
    return Stand(
        number=tender.number,
        status=str(tender.status),
        stage=tender.stage and str(tender.stage),
        entered_on=tender.entered_on,
        due_on=tender.due_on,
        days_over=tender.days_over,
        suspended=tender.suspended,
        stalled=tender.is_stalled,
        ended_on=tender.ended_on,
        forecast=None if forecast is None else (forecast.earliest, forecast.likely, forecast.late),
    )


def _reply(answer: Answer | None) -> Reply | None:
    """An answer in the oracle's words."""
    if answer is None:
        return None
    return Reply(
        start_on=answer.start_on,
        refusal=answer.reason and str(answer.reason),
        end_on=answer.end_on,
        expected_release_on=answer.expected_release_on,
        recommended=answer.recommended and str(answer.recommended),
        routes=tuple(_route(route) for route in answer.routes),
    )


def _route(route: RouteAnswer) -> RouteReply:
    """A route in the oracle's words."""
    words = tuple((str(condition.id), str(condition.status)) for condition in route.conditions)
    return RouteReply(str(route.id), route.clause, str(route.verdict), words)


@cache
def bundled_books() -> Books:
    """The books of the bundled law, read once."""
    return Books.of(load_policy())


@cache
def other_books() -> tuple[Books, ...]:
    """Other books: restless numbers, with the list checked or not, or a cap that is not final."""
    policy = load_policy()
    restless = _restless(policy)
    others = (
        restless,
        _with_checked_list(restless, listed=True),
        _with_checked_list(restless, listed=False),
        _with_checked_list(_with_renewed_cap(policy), listed=True),
    )
    return tuple(Books.of(replace(other, _laws={})) for other in others)


def books_for(world: World) -> Books:
    """The bundled law for every second world, and one of the others for the rest."""
    others = other_books()
    return others[world.seed // 2 % len(others)] if world.seed % 2 else bundled_books()


def _with_checked_list(policy: Policy, *, listed: bool) -> Policy:
    checked = [
        replace(need, listed=listed, verified_on=date(2023, 1, 1), verified_by="a lawyer")
        for need in policy.daily_needs
    ]
    return replace(policy, daily_needs=tuple(checked))


def _with_renewed_cap(policy: Policy) -> Policy:
    clause = policy.clauses["interim.cap_is_final"]
    versions = tuple(replace(version, value=False) for version in clause.versions)
    return replace(policy, clauses={**policy.clauses, clause.id: replace(clause, versions=versions)})


def _restless(policy: Policy) -> Policy:
    """A law of which every number changes every month, so that it matters which day asks."""
    clauses = {name: _restless_clause(clause) for name, clause in policy.clauses.items()}
    return replace(policy, clauses=clauses, change_days=tuple(sorted({*policy.change_days, *CHANGES})))


def _restless_clause(clause: Clause) -> Clause:
    edges = sorted({BEGINNING, *CHANGES, FOREVER, *(version.span.start for version in clause.versions)})
    spans = [Span(start, stop) for start, stop in pairwise(edges)]
    return replace(clause, versions=tuple(_restless_version(clause, span) for span in spans))


def _restless_version(clause: Clause, span: Span) -> Version:
    version = clause.on(span.start)
    more = bisect_right(CHANGES, span.start) % 2
    value = version.value != bool(more) if clause.unit == "switch" else version.value + more
    return replace(version, span=span, value=value)


def deadlines(world: World, books: Books) -> tuple[Deadline, ...]:
    """The deadlines that the product sees in a world."""
    return deadlines_on(world, world.on, books)


def deadlines_on(world: World, on: date, books: Books) -> tuple[Deadline, ...]:
    """The deadlines of a world on another day, with the past it knew on the world's day."""
    history = StageHistory.of(world.past, world.on, policy=books.policy, calendar=books.calendar)
    return deadlines_of(world.facts, on, policy=books.policy, calendar=books.calendar, history=history)


def dues(world: World, books: Books) -> list[Due]:
    """The deadlines that the oracle sees in a world."""
    past = learned(world.past, world.on, books.numbers, books.days_off)
    return Agenda(Oracle(world.facts, books.numbers, books.days_off, past), world.on).dues()


def differing_deadlines(said: Iterable[Deadline], second: Iterable[Due]) -> list[Difference]:
    """The deadlines that only one of the two readings sees."""
    one, other = Counter(map(_due, said)), Counter(second)
    return [("deadline", due, None) for due in one - other] + [("deadline", None, due) for due in other - one]


def _due(due: Deadline) -> Due:
    """A deadline in the oracle's words."""
    basis, subject = due.basis, due.subject
    return Due(
        kind=str(due.kind),
        number=subject.number or "",
        stage=subject.stage or "",
        due_on=due.due_on,
        left=due.working_days_left,
        follows=str(due.consequence),
        follows_on=due.consequence_on,
        rests_on=basis.clauses or (basis.fact or "",),
    )


@dataclass(frozen=True, slots=True)
class Readings:
    """The second readings of worlds by their seeds; whoever compares many cores has each worked out once."""

    second: Callable[[int], Second]
    dues: Callable[[int], list[Due]]


def readings() -> Readings:
    """What the oracle says of every world, remembered as long as this is kept."""
    return Readings(cache(_second_of), cache(_dues_of))


def _second_of(seed: int) -> Second:
    one = world(seed)
    return oracle(one, books_for(one))


def _dues_of(seed: int) -> list[Due]:
    one = world(seed)
    return dues(one, books_for(one))


def reads_two_ways(seed: int, known: Readings) -> bool:
    """Whether a world is read in two ways, or cannot be read by the product at all."""
    one = world(seed)
    books = books_for(one)
    try:
        said = product(one, books)
    except (ArithmeticError, LookupError, ValueError, TrackerError):
        return True
    return bool(differences(said, known.second(seed)))


def is_due_two_ways(seed: int, known: Readings) -> bool:
    """Whether the two readings see other deadlines in a world, or the product cannot read it at all."""
    one = world(seed)
    books = books_for(one)
    try:
        found = deadlines(one, books)
    except (ArithmeticError, LookupError, ValueError, TrackerError):
        return True
    return bool(differing_deadlines(found, known.dues(seed)))


def _is_told_two_ways(seed: int, known: Readings) -> bool:
    return is_told_two_ways(seed)


def _reads_or_is_due_two_ways(seed: int, known: Readings) -> bool:
    return reads_two_ways(seed, known) or is_due_two_ways(seed, known)


SHOWN_BY: Mapping[str, Callable[[int, Readings], bool]] = {
    "deadlines": is_due_two_ways,
    "reading": _reads_or_is_due_two_ways,
    "reminders": _is_told_two_ways,
    "keys": _is_told_two_ways,
    "holds": _is_told_two_ways,
    "digests": _is_told_two_ways,
}
"""What shows that a module does not do what it should; all others show in the assessment of worlds."""


def shows(module: str, seed: int, known: Readings) -> bool:
    """Whether the world or the story of a seed shows that a module does not do what it should."""
    return SHOWN_BY.get(module, reads_two_ways)(seed, known)
