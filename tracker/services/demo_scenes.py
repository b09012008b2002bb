"""What is happening now: stories that end at the day that asks, so that the board shows every trouble."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from random import Random

from tracker.domain.days import ONE_DAY, Span, add_months, months_from
from tracker.domain.vocabulary import ContractKind, Method, TenderEventKind, TenderStatus
from tracker.domain.workdays import WorkCalendar
from tracker.services.demo_dice import dice
from tracker.services.demo_lots import Lot, Rhythm, terms_of
from tracker.services.demo_places import STATEMENT_ON
from tracker.services.demo_rows import Agreement, Purchase
from tracker.services.demo_years import (
    BRIDGE_MONTHS,
    Bought,
    buy_terms,
    contract_number,
    stage_events,
    tender_number,
)

SHORTEST_TERM = timedelta(days=180)
"""A last term shorter than this is written into the contract before it."""


class Cover(StrEnum):
    """How the lot is served now."""

    ENDING = "ending"
    LAPSED = "lapsed"
    BRIDGED = "bridged"
    OVER_CAP = "over_cap"
    OPEN_ENDED = "open_ended"
    DOUBLED = "doubled"
    NEXT_PENDING = "next_pending"
    NEVER = "never"


class Course(StrEnum):
    """How its tender stands now."""

    NONE = "none"
    DISCUSSION = "discussion"
    BIDS = "bids"
    EVALUATION = "evaluation"
    APPEAL = "appeal"
    CONTRACT = "contract"
    STUCK_PLAN = "stuck_plan"
    STALLED = "stalled"
    STUCK_CONTRACT = "stuck_contract"
    SUSPENDED = "suspended"
    FAILED = "failed"
    REPEATED = "repeated"
    REPEAT_PLANNED = "repeat_planned"
    BOUGHT = "bought"


@dataclass(frozen=True, slots=True)
class Scene:
    """A cover, the course of the tender with it, and for about how many schools it is so."""

    cover: Cover
    course: Course
    schools: int


SCENES: tuple[Scene, ...] = (
    Scene(Cover.ENDING, Course.NONE, 60),
    Scene(Cover.ENDING, Course.DISCUSSION, 12),
    Scene(Cover.ENDING, Course.BIDS, 15),
    Scene(Cover.ENDING, Course.EVALUATION, 15),
    Scene(Cover.ENDING, Course.APPEAL, 15),
    Scene(Cover.ENDING, Course.CONTRACT, 12),
    Scene(Cover.ENDING, Course.STUCK_PLAN, 40),
    Scene(Cover.ENDING, Course.STALLED, 90),
    Scene(Cover.ENDING, Course.STUCK_CONTRACT, 30),
    Scene(Cover.ENDING, Course.SUSPENDED, 40),
    Scene(Cover.ENDING, Course.FAILED, 35),
    Scene(Cover.ENDING, Course.REPEATED, 30),
    Scene(Cover.ENDING, Course.REPEAT_PLANNED, 15),
    Scene(Cover.LAPSED, Course.NONE, 8),
    Scene(Cover.LAPSED, Course.BIDS, 12),
    Scene(Cover.LAPSED, Course.EVALUATION, 12),
    Scene(Cover.LAPSED, Course.CONTRACT, 8),
    Scene(Cover.LAPSED, Course.STALLED, 25),
    Scene(Cover.LAPSED, Course.STUCK_CONTRACT, 8),
    Scene(Cover.LAPSED, Course.SUSPENDED, 5),
    Scene(Cover.LAPSED, Course.FAILED, 14),
    Scene(Cover.LAPSED, Course.REPEATED, 12),
    Scene(Cover.BRIDGED, Course.NONE, 14),
    Scene(Cover.BRIDGED, Course.BIDS, 20),
    Scene(Cover.BRIDGED, Course.EVALUATION, 40),
    Scene(Cover.BRIDGED, Course.CONTRACT, 25),
    Scene(Cover.BRIDGED, Course.STALLED, 25),
    Scene(Cover.BRIDGED, Course.FAILED, 10),
    Scene(Cover.OVER_CAP, Course.STALLED, 10),
    Scene(Cover.OPEN_ENDED, Course.NONE, 35),
    Scene(Cover.DOUBLED, Course.NONE, 6),
    Scene(Cover.NEXT_PENDING, Course.BOUGHT, 20),
    Scene(Cover.NEVER, Course.NONE, 3),
)

Ago = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Marks:
    """How many days ago a tender reached each mark, at least and at most; below zero is still to come."""

    published: Ago
    close: Ago
    results: Ago | None = None
    ended: Ago | None = None


_MARKS = {
    Course.DISCUSSION: _Marks((1, 2), (-14, -10)),
    Course.BIDS: _Marks((9, 11), (-6, -2)),
    Course.EVALUATION: _Marks((16, 20), (1, 2)),
    Course.APPEAL: _Marks((20, 26), (7, 9), (1, 1)),
    Course.CONTRACT: _Marks((28, 34), (17, 20), (8, 9)),
    Course.STALLED: _Marks((66, 90), (38, 60)),
    Course.STUCK_CONTRACT: _Marks((80, 95), (50, 58), (28, 40)),
    Course.SUSPENDED: _Marks((28, 34), (14, 18)),
    Course.FAILED: _Marks((66, 80), (42, 50), None, (16, 34)),
    Course.BOUGHT: _Marks((66, 80), (42, 50), (26, 30), (6, 12)),
}
_FAILURES = {TenderStatus.UNSUCCESSFUL: 7, TenderStatus.CANCELLED: 2, TenderStatus.WITHDRAWN: 1}


@dataclass(frozen=True, slots=True)
class Present:
    """A lot on the day that asks, told scene by scene."""

    lot: Lot
    today: date
    calendar: WorkCalendar

    def play(self, scene: Scene) -> Bought:
        """All that the lot bought until now, and where it stands today."""
        chance = dice("scene", self.lot.number)
        if scene.cover is Cover.NEVER:
            return [], []
        ended_on = self._end_of_cover(scene.cover, chance)
        purchases, agreements = self._until(ended_on)
        wanted_from = ended_on + ONE_DAY
        purchases += self._purchases(scene.course, wanted_from, chance)
        if scene.cover is Cover.LAPSED and chance.random() < 0.35:
            agreements[-1] = _terminated(agreements[-1], ended_on)
        agreements += self._after(scene.cover, wanted_from, agreements[-1], chance)
        return purchases, agreements

    def _until(self, ended_on: date) -> Bought:
        """The ordinary years, the last of them ending on ``ended_on``."""
        terms = terms_of(Rhythm.YEAR, last_year=ended_on.year)
        kept = [term for term in terms if term.start <= ended_on - SHORTEST_TERM]
        kept[-1] = Span.inclusive(kept[-1].start, ended_on)
        return buy_terms(self.lot, kept, self.calendar, is_last_punctual=True)

    def _end_of_cover(self, cover: Cover, chance: Random) -> date:
        """The last day of the last regular contract."""
        match cover:
            case Cover.LAPSED:
                return self._month_end(chance.randint(1, 3))
            case Cover.BRIDGED:
                return self._month_end(chance.randint(1, 2))
            case Cover.OVER_CAP:
                return self._month_end(3)
            case Cover.OPEN_ENDED:
                return max(date(self.today.year - 1, 12, 31), date(2023, 3, 31))
        if self.today.month >= 10:
            return date(self.today.year, 12, 31)
        return self._month_end(0 if self.today.day <= 20 else -1)

    def _month_end(self, back: int) -> date:
        """The last day of the month ``back`` months ago, but never one that touches the published figures."""
        ends = [add_months(self.today.replace(day=1), 1 - months) - ONE_DAY for months in (back, 1)]
        return next(day for day in ends if day > STATEMENT_ON)

    def _after(self, cover: Cover, start: date, last: Agreement, chance: Random) -> list[Agreement]:
        """What followed the last ordinary contract."""
        match cover:
            case Cover.BRIDGED:
                return [self._bridge(start, last, chance)]
            case Cover.OVER_CAP:
                first = self._bridge(start, last, chance)
                return [first, self._second_bridge(first)]
            case Cover.OPEN_ENDED:
                return [Agreement(self._contract(start), start, None, start - timedelta(days=4))]
            case Cover.DOUBLED:
                begun = self.today - timedelta(days=chance.randint(10, 40))
                return [Agreement(self._contract(begun, "-2"), begun, last.end_on, begun)]
            case Cover.NEXT_PENDING:
                return [self._pending(start)]
        return []

    def _contract(self, start: date, suffix: str = "") -> str:
        return contract_number(self.lot, start, suffix)

    def _bridge(self, start: date, last: Agreement, chance: Random) -> Agreement:
        """An extension, or a single-source contract, for as long as the law allows at most."""
        is_extension = chance.random() < 0.6
        return Agreement(
            number=self._contract(start, "-B"),
            start_on=start,
            end_on=months_from(start, BRIDGE_MONTHS).last,
            signed_on=start - timedelta(days=3),
            kind=ContractKind.EXTENSION if is_extension else ContractKind.INTERIM,
            method=None if is_extension else Method.SINGLE_SOURCE,
            extends=last.number if is_extension else None,
        )

    def _second_bridge(self, first: Agreement) -> Agreement:
        """A bridge after a bridge, which the cap does not allow."""
        start = (first.end_on or self.today) + ONE_DAY
        return Agreement(
            number=self._contract(start, "-B"),
            start_on=start,
            end_on=max(start, self.today) + timedelta(days=12),
            signed_on=min(start - timedelta(days=2), self.today),
            kind=ContractKind.INTERIM,
            method=Method.SINGLE_SOURCE,
        )

    def _pending(self, start: date) -> Agreement:
        """Next term's contract: signed, not yet in force."""
        return Agreement(
            number=self._contract(start),
            start_on=start,
            end_on=months_from(start, 12).last,
            signed_on=self._workday(2),
            method=Method.OPEN_TENDER,
            tender_number=tender_number(self.lot, start),
            is_in_force=False,
        )

    def _purchases(self, course: Course, wanted_from: date, chance: Random) -> list[Purchase]:
        """The tenders for the term from ``wanted_from``, as the course wants them."""
        if course is Course.NONE:
            return []
        if course is Course.STUCK_PLAN:
            return [self._planned(wanted_from, self._workday(chance.randint(15, 35)))]
        if course not in (Course.REPEATED, Course.REPEAT_PLANNED):
            return [self._tender(course, wanted_from, chance)]
        failed = self._tender(Course.FAILED, wanted_from, chance)
        if course is Course.REPEATED:
            repeat = self._tender(Course.BIDS, wanted_from, chance)
        else:
            repeat = self._planned(wanted_from, self.calendar.after(self.today, chance.randint(2, 9)))
        return [
            failed,
            replace(repeat, number=tender_number(self.lot, wanted_from, 2), repeats=failed.number),
        ]

    def _planned(self, wanted_from: date, planned_on: date) -> Purchase:
        known_on = min(planned_on, self.today)
        number = tender_number(self.lot, wanted_from)
        return Purchase(number, Method.OPEN_TENDER, known_on, planned_on, wanted_from)

    def _tender(self, course: Course, wanted_from: date, chance: Random) -> Purchase:
        marks = _MARKS[course]
        published = self._workday(chance.randint(*marks.published))
        tender = replace(
            self._planned(wanted_from, published),
            published_on=published,
            bids_close_on=self._workday(chance.randint(*marks.close)),
            results_on=self._workday(chance.randint(*marks.results)) if marks.results else None,
            ended_on=self._workday(chance.randint(*marks.ended)) if marks.ended else None,
        )
        if course is Course.FAILED:
            tender = replace(tender, outcome=chance.choices([*_FAILURES], [*_FAILURES.values()])[0])
        if chance.random() < 0.3:
            tender = replace(tender, events=stage_events(tender, self.calendar))
        if course is Course.SUSPENDED and tender.bids_close_on:
            stopped = self.calendar.after(tender.bids_close_on, 2)
            tender = replace(tender, events=(*tender.events, (stopped, TenderEventKind.SUSPENDED)))
        return tender

    def _workday(self, ago: int) -> date:
        """The working day on or before so many days ago."""
        return self.calendar.latest_start(self.today - timedelta(days=ago), 0)


def _terminated(agreement: Agreement, last: date) -> Agreement:
    """The same contract meant for the whole year and ended early."""
    return replace(agreement, end_on=date(last.year, 12, 31), terminated_on=last)
