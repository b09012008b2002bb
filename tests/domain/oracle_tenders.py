"""The oracle's tender: what it is on a day, from its dated facts up to that day only (rules §4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tests.domain.oracle_days import ONE, Numbers, days_on, in_force, nth_working_day
from tracker.domain.facts import ServiceLine, TenderFacts

ORDER = ["planned", "discussion", "bids", "evaluation", "appeal", "contract"]
LONG = ["planned", "discussion", "bids", "evaluation", "appeal", "contract"]
SHORT = ["planned", "bids", "evaluation", "contract"]
COURSES = {"open_tender": LONG, "other": LONG}
ENDS = ["unsuccessful", "cancelled", "withdrawn", "complete"]
FAILURES = ["unsuccessful", "cancelled", "withdrawn"]

Past = Sequence[tuple[str, Mapping[str, int]]]
"""Finished tenders: the method of each and how many working days its stages took."""


@dataclass(frozen=True, slots=True)
class Stand:
    """A tender on a day, as plain words."""

    number: str
    status: str
    stage: str | None = None
    entered_on: date | None = None
    due_on: date | None = None
    days_over: int = 0
    suspended: bool = False
    stalled: bool = False
    ended_on: date | None = None
    forecast: tuple[date, date, date] | None = None

    @property
    def live(self) -> bool:
        """Whether it still runs."""
        return self.status in ("planned", "active")

    @property
    def failed(self) -> bool:
        """Whether it ended without a contract."""
        return self.status in FAILURES


class TenderOracle:
    """One tender of a need, with the need's lines, the numbers and the days off."""

    def __init__(
        self,
        tender: TenderFacts,
        lines: Sequence[ServiceLine],
        numbers: Numbers,
        days_off: frozenset[date],
        past: Past = (),
    ) -> None:
        self.tender = tender
        self.lines = lines
        self.numbers = numbers
        self.days_off = days_off
        self.past = past
        self.course: list[str] = COURSES.get(tender.method, SHORT)

    def stand(self, on: date) -> Stand:
        """Everything the rules say of the tender on a day."""
        end = self.end(on)
        if end is not None:
            return Stand(self.tender.number, end[0], ended_on=end[1])
        stage, entered = self.stage(on)
        due = self.due(stage, entered, on)
        suspended = self.paused(on, on)
        over = self.days_over(due, on)
        return Stand(
            number=self.tender.number,
            status="planned" if stage == "planned" else "active",
            stage=stage,
            entered_on=entered,
            due_on=due,
            days_over=over,
            suspended=suspended,
            stalled=due is not None and on > due and not suspended,
            forecast=self.forecast(stage, entered, due, on),
        )

    def live(self, on: date) -> bool:
        """Whether the tender runs on the day."""
        return self.end(on) is None

    def end(self, on: date) -> tuple[str, date | None] | None:
        """How and when it ended by the day: its contract first, then events, then its own status."""
        t = self.tender
        taken = [day for day in map(self.taken_on, self.lines) if day is not None and day <= on]
        if taken:
            return "complete", min(taken)
        for event in t.events:
            if event.kind in ENDS and event.on <= on:
                return str(event.kind), event.on
        if t.status not in ENDS:
            return None
        if t.ended_on is not None:
            return (str(t.status), t.ended_on) if t.ended_on <= on else None
        stated = [t.published_on, t.bids_close_on, t.results_on, t.stage_entered_on]
        known = [day for day in stated if day is not None] + [event.on for event in t.events]
        if not known:
            return str(t.status), None
        return (str(t.status), max(known)) if max(known) <= on else None

    def taken_on(self, line: ServiceLine) -> date | None:
        """The day on which a line ends the tender: it is signed, or first serves, whichever is earlier."""
        if line.tender_number != self.tender.number or line.status in ("draft", "cancelled"):
            return None
        if line.signed_on is not None:
            return line.signed_on
        return None if line.status == "pending" else line.start_on

    def paused(self, day: date, on: date) -> bool:
        """Whether ``day`` lies in a suspension, as far as it is known ``on`` the day."""
        known = [e for e in self.tender.events if e.kind in ("suspended", "resumed") and e.on <= day]
        known.sort(key=lambda event: (event.on, event.kind == "resumed"))
        return day <= on and bool(known) and known[-1].kind == "suspended"

    def stage(self, on: date) -> tuple[str, date | None]:
        """The stage and the day it was entered: by stage events if there is one by the day, else by dates."""
        t = self.tender
        events = [(e.on, ORDER.index(e.kind)) for e in t.events if e.kind in ORDER and e.on <= on]
        if t.stage is not None and t.stage_entered_on is not None and t.stage_entered_on <= on:
            events.append((t.stage_entered_on, ORDER.index(t.stage)))
        if not events:
            return self.stage_by_dates(on)
        events.sort()
        entered, place = events[-1]
        for day, other in reversed(events):
            if other != place:
                break
            entered = day
        return ORDER[place], t.planned_on or entered if ORDER[place] == "planned" else entered

    def stage_by_dates(self, on: date) -> tuple[str, date | None]:
        """The stage that the stated dates give."""
        t = self.tender
        if t.published_on is None or t.published_on > on:
            return "planned", t.planned_on
        if t.results_on is not None and t.results_on <= on:
            return self.after_results(t.results_on, on)
        if t.bids_close_on is not None and t.bids_close_on < on:
            return "evaluation", t.bids_close_on + ONE
        if "discussion" not in self.course:
            return "bids", t.published_on
        last = self.working_days_from(t.published_on, self.limit("discussion", on), on)
        return ("discussion", t.published_on) if on <= last else ("bids", last + ONE)

    def after_results(self, results_on: date, on: date) -> tuple[str, date]:
        """The appeal window and the contract after it; methods without a window go on to the contract."""
        if "appeal" not in self.course:
            return "contract", results_on
        last = self.working_days_from(results_on, self.limit("appeal", on), on)
        return ("appeal", results_on) if on <= last else ("contract", last + ONE)

    def limit(self, stage: str, on: date) -> int:
        """The limit in working days under the law on the day of publication, or on the day."""
        published = self.tender.published_on
        day = published if published is not None and published <= on else on
        clause = "stage.planned" if stage == "planned" else f"stage.{self.tender.method}.{stage}"
        return in_force(self.numbers, clause, day)

    def due(self, stage: str, entered: date | None, on: date) -> date | None:
        """The last day of the stage within its limit."""
        t = self.tender
        if stage == "bids" and t.bids_close_on is not None:
            return t.bids_close_on
        if stage == "planned":
            entered = t.planned_on
        if entered is None or stage not in self.course:
            return None
        return self.working_days_from(entered, self.limit(stage, on), on)

    def working_days_from(self, day: date, count: int, on: date) -> date:
        """Step on from ``day`` until ``count`` working days outside suspensions have gone by."""
        while count:
            day += ONE
            if day not in self.days_off and not self.paused(day, on):
                count -= 1
        return day

    def days_over(self, due: date | None, on: date) -> int:
        """Working days after the due day until the day, suspended ones left out."""
        if due is None:
            return 0
        passed = [due + ONE * n for n in range(1, (on - due).days + 1)]
        return sum(day not in self.days_off and not self.paused(day, on) for day in passed)

    def forecast(
        self, stage: str, entered: date | None, due: date | None, on: date
    ) -> tuple[date, date, date]:
        """The earliest, likely and late first day of service."""
        later = [name for name in self.course if ORDER.index(name) > ORDER.index(stage)]
        limits = [self.limit(name, on) for name in later]
        at = on if due is None else max(on, due)
        earliest = nth_working_day(at, sum(limits), self.days_off) + ONE
        pool = self.pool()
        if not pool:
            spare = in_force(self.numbers, "forecast.late_allowance", on) * (len(later) + 1)
            return earliest, earliest, nth_working_day(at, sum(limits) + spare, self.days_off) + ONE
        walks = []
        for percent in (50, 90):
            ready = max(at, self.present_ends(stage, entered, percent, on))
            days = [max(self.limit(name, on), rank(pool, name, percent)) for name in later]
            walks.append(nth_working_day(ready, sum(days), self.days_off) + ONE)
        return earliest, walks[0], walks[1]

    def present_ends(self, stage: str, entered: date | None, percent: int, on: date) -> date:
        """The day the present stage ends if it takes as long as finished tenders took."""
        stated = stage == "planned" or (stage == "bids" and self.tender.bids_close_on is not None)
        if stated or entered is None or stage not in self.course:
            return on
        length = max(self.limit(stage, on), rank(self.pool(), stage, percent))
        return self.working_days_from(entered, length, on)

    def pool(self) -> list[Mapping[str, int]]:
        """The finished tenders to learn from: those of the method, else all, if there are enough."""
        enough = in_force(self.numbers, "forecast.percentile_tenders", date.max)
        same = [lengths for method, lengths in self.past if method == self.tender.method]
        every = [lengths for _, lengths in self.past]
        return next((pool for pool in (same, every) if len(pool) >= enough), [])


def rank(pool: Sequence[Mapping[str, int]], stage: str, percent: int) -> int:
    """The smallest length that at least ``percent`` of a hundred finished tenders did not exceed."""
    lengths = sorted(one[stage] for one in pool if stage in one)
    for length in lengths:
        if sum(other <= length for other in lengths) * 100 >= percent * len(lengths):
            return length
    return 0


def stage_lengths(tender: TenderFacts, until: date, days_off: frozenset[date]) -> dict[str, int]:
    """How many working days each stage of a finished tender took, from its stage events."""
    entered = {str(e.kind): e.on for e in sorted(tender.events, key=lambda e: e.on) if e.kind in ORDER}
    days = sorted((day, stage) for stage, day in entered.items())
    stops = [day for day, _ in days[1:]] + [until]
    return {
        stage: sum(day not in days_off for day in _until(first, stop))
        for (first, stage), stop in zip(days, stops, strict=True)
    }


def _until(first: date, stop: date) -> list[date]:
    return [day for day, _ in zip(days_on(first + ONE), range((stop - first).days), strict=False)]
