"""Puts the product's assessment and the oracle's judgement side by side and names where they differ."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from tests.domain.oracle import Judgement, Oracle, Reply
from tests.domain.oracle_days import Numbers
from tests.domain.oracle_tenders import Stand, learned
from tests.domain.worlds import World, plain_days_off, plain_numbers, product_calendar, world
from tracker.domain.assess import assess
from tracker.domain.errors import TrackerError
from tracker.domain.findings import Answer, Assessment, TenderStanding
from tracker.domain.policy import Policy
from tracker.domain.tenders import StageHistory
from tracker.domain.workdays import WorkCalendar
from tracker.law.loader import load_policy

Difference = tuple[str, object, object]
"""What differs, the product's value and the oracle's."""


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


def oracle(world: World, books: Books) -> Judgement:
    """What the oracle says of a world."""
    past = learned(world.past, world.on, books.numbers, books.days_off)
    return Oracle(world.facts, books.numbers, books.days_off, past).judge(world.on)


def differences(said: Assessment, judged: Judgement) -> list[Difference]:
    """Everything in which the two readings of one world differ."""
    gap = said.projected_gap
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
        ("answer", _reply(said.answer), _with_routes(judged.reply, said.answer)),
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
    reason = answer.reason and str(answer.reason)
    return Reply(answer.start_on, reason, answer.end_on, answer.expected_release_on)


def _with_routes(reply: Reply | None, answer: Answer | None) -> Reply | None:
    """The oracle's reply, given that the law may know no route: routes are judged in their own test."""
    if reply is None or reply.refusal is not None:
        return None if reply is None else Reply(reply.start_on, reply.refusal, None, None)
    if answer is not None and all(route.verdict == "closed" for route in answer.routes):
        return Reply(reply.start_on, "no_ground", None, None)
    return reply


@cache
def bundled_books() -> Books:
    """The books of the bundled law, read once."""
    return Books.of(load_policy())


def reads_two_ways(seed: int) -> bool:
    """Whether a world is read in two ways, or cannot be read by the product at all."""
    one, books = world(seed), bundled_books()
    try:
        said = product(one, books)
    except (ArithmeticError, LookupError, ValueError, TrackerError):
        return True
    return bool(differences(said, oracle(one, books)))
