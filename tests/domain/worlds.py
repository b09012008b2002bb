"""Invented needs that crowd around the days on which readings differ (a plain seeded generator, no library).

Four anchor days and the judged day draw most starts, ends, signatures and stage days to within a few days of
them; the rest fall on month ends, leap days, year ends and the change of the law at the end of 2024.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import TypeVar

from tests.domain.oracle_days import Numbers
from tracker.domain.facts import NeedFacts, ServiceLine, TenderEvent, TenderFacts
from tracker.domain.policy import Policy
from tracker.domain.vocabulary import (
    COURSE,
    STAGES,
    ContractKind,
    ContractStatus,
    Method,
    Service,
    TenderEventKind,
    TenderStatus,
)

EDGES = (
    date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2024, 12, 30), date(2024, 12, 31),
    date(2025, 1, 1), date(2025, 1, 2), date(2025, 8, 31), date(2025, 12, 31), date(2026, 1, 1),
    date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 1), date(2026, 12, 25), date(2026, 12, 31),
    date(2027, 1, 1), date(2027, 2, 28), date(2027, 12, 31), date(2028, 2, 29), date(2028, 3, 1),
)  # fmt: skip
LENGTHS = (0, 1, 2, 20, 27, 28, 29, 30, 31, 57, 58, 59, 60, 61, 62, 89, 90, 181, 364, 365)
WARNINGS = (0, 1, 2, 19, 20, 21, 22, 40, 58, 59, 60, 61, 90, 150)
KINDS = (ContractKind.REGULAR,) * 5 + (ContractKind.INTERIM,) * 3 + (ContractKind.EXTENSION,) * 2
STATUSES = (
    *((ContractStatus.ACTIVE,) * 10),
    *((ContractStatus.EXPIRED, ContractStatus.TERMINATED) * 2),
    *ContractStatus,
)
METHODS = (*Method, *((Method.OPEN_TENDER,) * 5), Method.PRICE_QUOTATION)
AMOUNTS = (
    "900000", "1846000", "1846000.01", "1966000", "1966000.01", "2162500", "2162500.01", "9000000",
)  # fmt: skip
"""About five hundred calculation indices of 2024, 2025 and 2026, and far from them."""

T = TypeVar("T")
ENDED = (TenderStatus.UNSUCCESSFUL, TenderStatus.CANCELLED, TenderStatus.WITHDRAWN, TenderStatus.COMPLETE)


@dataclass(frozen=True, slots=True)
class World:
    """A need, the day it is judged on, and the finished tenders whose lengths are known."""

    seed: int
    on: date
    facts: NeedFacts
    past: tuple[TenderFacts, ...] = ()


def plain_numbers(policy: Policy) -> Numbers:
    """Law and house values as dated numbers, read off the clauses without asking what is in force."""
    numbers = {
        name: [(version.span.start, int(version.value)) for version in clause.versions]
        for name, clause in policy.clauses.items()
    }
    checked = [need for need in policy.daily_needs if need.listed is not None]
    return numbers | {f"daily_need.{need.service}": [(date.min, int(bool(need.listed)))] for need in checked}


def worlds(count: int, first_seed: int = 0) -> Iterator[World]:
    """``count`` worlds, each from its own seed, so that any of them can be made again alone."""
    return (world(seed) for seed in range(first_seed, first_seed + count))


def world(seed: int) -> World:
    """The world of one seed."""
    return WorldMaker(seed).world()


class WorldMaker:
    """Draws one world; every choice comes from the seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.chance = Random(seed)
        self.on = self._judged_day()
        self.anchors = [self._shift(self.on, self.chance.randint(-300, 300)) for _ in range(4)]

    def world(self) -> World:
        """Lines, tenders, the bounds of the need, and in some worlds a past to learn from."""
        tenders = self._tenders()
        facts = NeedFacts(
            school_id="990740001234",
            service=Service.CHANNEL,
            needed_from=self._maybe(0.5, self._early_day),
            needed_until=self._maybe(0.2, self._late_day),
            closed_on=self._maybe(0.15, self._late_day),
            confirmed_on=self._maybe(0.6, lambda: self._shift(self.on, -self._one((0, 89, 90, 91, 200)))),
            lines=tuple(self._lines([tender.number for tender in tenders])),
            tenders=tuple(tenders),
        )
        size = self._one((9, 10, 11, 11, 12, 25)) if self._happens(0.3) else 0
        past = tuple(self._finished(n) for n in range(size))
        return World(self.seed, self.on, self._with_more(facts), past)

    def _with_more(self, facts: NeedFacts) -> NeedFacts:
        """Worths and second ends of purchases, the customer, and now and then a need of the shortest term."""
        tenders = tuple(self._failed_now(self._ended_twice(self._priced(t))) for t in facts.tenders)
        number = self._maybe(0.4, self._bin)
        until = self._maybe(0.06, lambda: self._shift(self.on, self._one((13, 14, 15)))) or facts.needed_until
        return replace(facts, tenders=tenders, bin=number, needed_until=until)

    def _bin(self) -> str:
        """A number of a customer created this year, or about a year before or after."""
        return f"{self.on.year % 100 + self._one((-1, 0, 0, 1))}0240000001"

    def _priced(self, tender: TenderFacts) -> TenderFacts:
        return replace(tender, amount=self._maybe(0.4, lambda: self._one(AMOUNTS)))

    def _failed_now(self, tender: TenderFacts) -> TenderFacts:
        """The tender, or for one in ten a failure so late that the decision may still be in time."""
        if self._happens(0.9):
            return tender
        failed_on = self._shift(self.on, -self._one((0, 1, 2, 3, 4, 5, 6)))
        return replace(tender, status=TenderStatus.UNSUCCESSFUL, ended_on=failed_on)

    def _ended_twice(self, tender: TenderFacts) -> TenderFacts:
        """The tender with a second ending event, before or after the one it has, in any order of rows."""
        ends = [event for event in tender.events if event.kind.value in ENDED]
        if not ends or self._happens(0.4):
            return tender
        day = self._shift(ends[0].on, self._one((-30, -5, -1, 0, 1, 2, 5, 30)))
        other = TenderEvent(day, TenderEventKind(self._one(ENDED)))
        return replace(tender, events=self._one(((other, *tender.events), (*tender.events, other))))

    def _happens(self, share: float) -> bool:
        return self.chance.random() < share

    def _one(self, things: Sequence[T]) -> T:
        return things[self.chance.randrange(len(things))]

    def _maybe(self, share: float, draw: Callable[[], T]) -> T | None:
        return draw() if self._happens(share) else None

    # Days

    def _shift(self, day: date, days: int) -> date:
        return day + timedelta(days=days)

    def _near(self, day: date, reach: int) -> date:
        return self._shift(day, self.chance.randint(-reach, reach))

    def _judged_day(self) -> date:
        if self._happens(0.4):
            return self._near(self._one(EDGES), 3)
        return self._shift(date(2023, 7, 1), self.chance.randrange(1800))

    def _day(self) -> date:
        where = self.chance.random()
        if where < 0.45:
            return self._near(self._one(self.anchors), 2)
        if where < 0.65:
            return self._near(self.on, 3)
        if where < 0.75:
            return self._one(EDGES)
        if where < 0.85:
            return self._shift(self._near(self.on, 200).replace(day=1), -1)
        return self._near(self.on, 500)

    def _early_day(self) -> date:
        return self._day() if self._happens(0.25) else self._shift(self.on, -self._one((0, 1, 100, 400, 800)))

    def _late_day(self) -> date:
        return self._day() if self._happens(0.3) else self._ahead()

    def _ahead(self) -> date:
        """A day not before the judged one, often just inside or outside a warning or a cap."""
        return self._shift(self.on, self._one(WARNINGS))

    # Lines

    def _lines(self, tenders: Sequence[str]) -> list[ServiceLine]:
        lines: list[ServiceLine] = []
        for number in range(self._one((0, 1, 1, 2, 2, 3, 3, 4, 5))):
            first, last = self._term(lines)
            lines.append(self._line(f"C-{number}", first, last, tenders))
        self.chance.shuffle(lines)
        return lines

    def _term(self, lines: Sequence[ServiceLine]) -> tuple[date, date]:
        """A first and last day, often beside, inside or over those of an earlier line."""
        length = self._one(LENGTHS)
        if not lines and self._happens(0.6):
            return self._shift(self.on, -self._one((0, 1, 30, 59, 60, length))), self._ahead()
        if not lines or self._happens(0.35):
            edge = self._day()
            forth, back = (edge, self._shift(edge, length)), (self._shift(edge, -length), edge)
            return self._one((forth, back))
        other = self._one(lines)
        last = other.terminated_on or other.end_on or self._shift(other.start_on, length)
        touching = self._shift(last, self._one((1, 1, 1, 2, 0, -1, 15)))
        before = self._shift(other.start_on, -self._one((1, 1, 2, 0)))
        return self._one(
            (
                (touching, self._shift(touching, length)),
                (touching, self._shift(touching, self._one((57, 58, 59, 60, 61, 62)))),
                (self._shift(before, -length), before),
                (other.start_on, last),
                (self._shift(other.start_on, self._one((0, 1, 5))), self._shift(last, -self._one((0, 1, 5)))),
            )
        )

    def _line(self, number: str, first: date, last: date, tenders: Sequence[str]) -> ServiceLine:
        status = self._one(STATUSES)
        signed = self._one((-10, -1, 0, 0, 1, 2, 20, 56))
        cut = 0.7 if status is ContractStatus.TERMINATED else 0.06
        return ServiceLine(
            contract_number=number,
            kind=self._one(KINDS),
            status=status,
            start_on=first,
            end_on=None if self._happens(0.06) else last,
            signed_on=self._maybe(0.45, lambda: self._shift(first, signed)),
            terminated_on=self._maybe(cut, lambda: self._one((self._day(), self._near(last, 2), first))),
            tender_number=self._one(tenders) if tenders and self._happens(0.25) else None,
        )

    # Tenders

    def _tenders(self) -> list[TenderFacts]:
        tenders: list[TenderFacts] = []
        for number in range(self._one((0, 0, 1, 1, 1, 1, 2, 2, 3))):
            shape = self._one((self._by_dates, self._by_dates, self._by_events, self._planned))
            tender = self._ended(self._suspended(shape(f"T-{number}")))
            tenders.append(replace(tender, repeats=tenders[-1].number) if tenders else tender)
        self.chance.shuffle(tenders)
        return tenders

    def _recent(self, reach: int = 40) -> date:
        """A day before the judged one, so near that limits are just kept or just broken."""
        return self._shift(self.on, 2 - self.chance.randrange(reach)) if self._happens(0.8) else self._day()

    def _planned(self, number: str) -> TenderFacts:
        return TenderFacts(
            number=number,
            method=self._one(METHODS),
            status=TenderStatus.PLANNED,
            planned_on=self._maybe(0.6, lambda: self._near(self.on, 12)),
            published_on=self._maybe(0.2, lambda: self._near(self.on, 3)),
        )

    def _by_dates(self, number: str) -> TenderFacts:
        published = self._recent()
        closes = self._shift(published, self.chance.randint(0, 25))
        results = self._shift(closes, self.chance.randint(1, 20))
        return TenderFacts(
            number=number,
            method=self._one(METHODS),
            status=TenderStatus.ACTIVE,
            planned_on=self._maybe(0.3, lambda: self._shift(published, -7)),
            published_on=published,
            bids_close_on=closes if self._happens(0.6) else None,
            results_on=results if self._happens(0.4) else None,
        )

    def _by_events(self, number: str) -> TenderFacts:
        day = self._recent(70)
        published = day if self._happens(0.6) else None
        method = self._one(METHODS)
        stages = STAGES if self._happens(0.1) else COURSE[method]
        events = []
        for stage in stages[self.chance.randrange(2) :][: self.chance.randint(1, 6)]:
            events.append(TenderEvent(day, TenderEventKind(stage)))
            if self._happens(0.1):
                events.append(TenderEvent(self._shift(day, 3), TenderEventKind(stage)))
            day = self._shift(day, self.chance.randint(0, 15))
        self.chance.shuffle(events)
        tender = TenderFacts(
            number, method, TenderStatus.ACTIVE, published_on=published, events=tuple(events)
        )
        if self._happens(0.2):
            tender = replace(tender, planned_on=self._near(self.on, 12))
        if self._happens(0.3):
            return replace(tender, stage=self._one(stages), stage_entered_on=self._recent(20))
        return replace(tender, bids_close_on=day if self._happens(0.2) else None)

    def _suspended(self, tender: TenderFacts) -> TenderFacts:
        """The tender with one or two suspensions, the last of them perhaps still open."""
        if self._happens(0.7):
            return tender
        day, events = self._recent(25), list(tender.events)
        for _ in range(self._one((1, 1, 2))):
            events.append(TenderEvent(day, TenderEventKind.SUSPENDED))
            day = self._shift(day, self._one((0, 1, 2, 3, 5, 8)))
            if self._happens(0.8):
                events.append(TenderEvent(day, TenderEventKind.RESUMED))
            day = self._shift(day, self._one((0, 1, 4)))
        return replace(tender, events=tuple(events))

    def _ended(self, tender: TenderFacts) -> TenderFacts:
        """The tender, or in a third of the worlds ended: by an event, a day or a bare word."""
        if self._happens(0.65):
            return tender
        near, month_ago = self._near(self.on, 3), self._near(self._shift(self.on, -30), 2)
        status, day = self._one(ENDED), self._one((near, month_ago, self._day(), self._recent()))
        if self._happens(0.35):
            return replace(tender, status=status)
        if self._happens(0.5):
            return replace(tender, status=self._one((status,) * 9 + (tender.status,)), ended_on=day)
        ending = TenderEvent(day, TenderEventKind(status))
        kept = status if self._happens(0.5) else tender.status
        return replace(tender, status=kept, events=(*tender.events, ending))

    def _finished(self, number: int) -> TenderFacts:
        """A tender of the past whose stages took about as long as their limits."""
        method = self._one((Method.OPEN_TENDER,) * 6 + (Method.PRICE_QUOTATION, Method.OTHER))
        first = day = self._shift(self.on, -self.chance.randint(1, 400))
        events: list[TenderEvent] = []
        for stage in COURSE[method][1:]:
            events.append(TenderEvent(day, TenderEventKind(stage)))
            day = self._shift(day, self.chance.randint(2, 14))
        tender = TenderFacts(
            number=f"P-{number}",
            method=method,
            status=self._one((TenderStatus.COMPLETE,) * 9 + (TenderStatus.CANCELLED,)),
            published_on=first,
            ended_on=day,
        )
        if self._happens(0.3):
            closes, results = self._shift(day, -20), self._shift(day, -12)
            return replace(
                tender, published_on=self._shift(day, -45), bids_close_on=closes, results_on=results
            )
        return self._suspended(replace(tender, events=tuple(events)))
