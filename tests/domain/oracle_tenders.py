"""The oracle's tender: what it is on a day, from its dated facts up to that day only (rules §4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from tests.domain.oracle_days import ONE, Numbers, in_force, nth_working_day
from tracker.domain.facts import ServiceLine, TenderFacts

ORDER = ["planned", "discussion", "bids", "evaluation", "appeal", "contract"]
LONG = ["planned", "discussion", "bids", "evaluation", "appeal", "contract"]
SHORT = ["planned", "bids", "evaluation", "contract"]
COURSES = {"open_tender": LONG, "other": LONG}
ENDS = ["unsuccessful", "cancelled", "withdrawn", "complete"]
FAILURES = ["unsuccessful", "cancelled", "withdrawn"]

Lengths = Sequence[tuple[str, int]]
"""How many working days the stages of one finished tender took."""

Past = Sequence[tuple[str, Lengths]]
"""Finished tenders, each with its method."""


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
        stalled = due is not None and on > due and not suspended
        return Stand(
            number=self.tender.number,
            status="planned" if stage == "planned" else "active",
            stage=stage,
            entered_on=entered,
            due_on=due,
            days_over=self.worked(due, on, on) if due and stalled else 0,
            suspended=suspended,
            stalled=stalled,
            forecast=self.forecast(stage, entered, due, on),
        )

    def live(self, on: date) -> bool:
        """Whether the tender runs on the day."""
        return self.end(on) is None

    def end(self, on: date) -> tuple[str, date | None] | None:
        """How and when it ended by the day: by its contract or its own facts, whichever came first.

        A tender that stands as ended without any day was never live, so no day is known even with a contract.
        """
        taken = [day for day in map(self.taken_on, self.lines) if day is not None and day <= on]
        own = self.own_end(on)
        if taken and (own is None or own[1] is None or min(taken) <= own[1]):
            return "complete", min(taken) if own is None or own[1] else None
        return own

    def own_end(self, on: date) -> tuple[str, date | None] | None:
        """How and when it ended by its own facts: events first, then the stated day, then the bare word.

        Of several ends the latest one known by the day speaks; of two of one day the last by its word.
        """
        t = self.tender
        ends = [(event.on, str(event.kind)) for event in t.events if event.kind in ENDS and event.on <= on]
        if ends:
            last, kind = max(ends)
            return kind, last
        status = str(t.status) if t.status in ENDS else "complete"
        if t.ended_on is not None:
            return (status, t.ended_on) if t.ended_on <= on else None
        if t.status not in ENDS:
            return None
        stated = [t.published_on, t.bids_close_on, t.results_on, t.stage_entered_on]
        known = [day for day in stated if day is not None] + [event.on for event in t.events]
        if not known:
            return status, None
        return (status, max(known)) if max(known) <= on else None

    def taken_on(self, line: ServiceLine) -> date | None:
        """The day on which a line ends the tender: it is signed, or first serves, whichever is earlier."""
        if line.tender_number != self.tender.number or line.status in ("draft", "cancelled"):
            return None
        if line.signed_on is not None:
            return line.signed_on
        last = min([day for day in (line.end_on, line.terminated_on) if day], default=date.max)
        return None if line.status == "pending" or last < line.start_on else line.start_on

    def paused(self, day: date, on: date) -> bool:
        """Whether ``day`` lies in a suspension, as far as it is known ``on`` the day."""
        known = [e for e in self.tender.events if e.kind in ("suspended", "resumed") and e.on <= day]
        known.sort(key=lambda event: (event.on, event.kind == "resumed"))
        return day <= on and bool(known) and known[-1].kind == "suspended"

    def stage(self, on: date) -> tuple[str, date | None]:
        """The stage and the day it was entered: by stage events if there is one by the day, else by dates."""
        events = self.stage_events(on)
        if not events:
            return self.stage_by_dates(on)
        entered, place = events[-1]
        if ORDER[place] == "planned":
            return "planned", self.tender.planned_on or entered
        return ORDER[place], entered

    def stage_events(self, on: date) -> list[tuple[date, int]]:
        """The days by which a stage was entered, in order; the same stage again is no new entry."""
        t = self.tender
        events = [(e.on, ORDER.index(e.kind)) for e in t.events if e.kind in ORDER and e.on <= on]
        if t.stage is not None and t.stage_entered_on is not None and t.stage_entered_on <= on:
            events.append((t.stage_entered_on, ORDER.index(t.stage)))
        events.sort()
        return [event for n, event in enumerate(events) if n == 0 or event[1] != events[n - 1][1]]

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
        """The limit in working days under the law on the day of publication, or on the day.

        A stage that the method does not know is judged as in an open tender.
        """
        published = self.tender.published_on
        day = published if published is not None and published <= on else on
        method = self.tender.method if stage in self.course else "open_tender"
        clause = "stage.planned" if stage == "planned" else f"stage.{method}.{stage}"
        return in_force(self.numbers, clause, day)

    def due(self, stage: str, entered: date | None, on: date) -> date | None:
        """The last day of the stage within its limit."""
        t = self.tender
        if stage == "bids" and t.bids_close_on is not None:
            return t.bids_close_on
        if stage == "planned":
            entered = t.planned_on
        if entered is None:
            return None
        return self.working_days_from(entered, self.limit(stage, on), on)

    def working_days_from(self, day: date, count: int, on: date) -> date:
        """Step on from ``day`` until ``count`` working days outside suspensions have gone by."""
        while count:
            day += ONE
            if day not in self.days_off and not self.paused(day, on):
                count -= 1
        return day

    def forecast(
        self, stage: str, entered: date | None, due: date | None, on: date
    ) -> tuple[date, date, date]:
        """The earliest, likely and late first day of service."""
        later = [name for name in self.course if ORDER.index(name) > ORDER.index(stage)]
        limits = [self.limit(name, on) for name in later]
        at = on if due is None else max(on, due)
        earliest = nth_working_day(at, sum(limits), self.days_off) + ONE
        pool = self.pool(on)
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
        if stated or entered is None:
            return on
        length = max(self.limit(stage, on), rank(self.pool(on), stage, percent))
        return self.working_days_from(entered, length, on)

    def lengths(self, ended_on: date) -> list[tuple[str, int]]:
        """Working days of each stage after its first day, up to the day whose fact closed it."""
        events = self.stage_events(ended_on)
        if not events:
            return self.lengths_by_dates(ended_on)
        stops = [day for day, _ in events[1:]] + [ended_on]
        return [
            (ORDER[place], self.worked(first, stop, ended_on))
            for (first, place), stop in zip(events, stops, strict=True)
        ]

    def lengths_by_dates(self, ended_on: date) -> list[tuple[str, int]]:
        """The same from the stated dates: the day of the results still belongs to the evaluation."""
        first = self.tender.published_on or ended_on
        lengths: dict[str, int] = {}
        for day in (first + ONE * n for n in range((ended_on - first).days + 1)):
            stage, entered = self.stage_by_dates(day)
            lengths.setdefault(stage, 0)
            if day == self.tender.results_on:
                stage, entered = self.stage_by_dates(day - ONE)
            lengths[stage] += day != entered and self.worked(day - ONE, day, ended_on)
        return list(lengths.items())

    def worked(self, first: date, last: date, on: date) -> int:
        """The working days after the first up to the last, suspended ones left out."""
        days = [first + ONE * n for n in range(1, (last - first).days + 1)]
        return sum(day not in self.days_off and not self.paused(day, on) for day in days)

    def pool(self, on: date) -> list[Lengths]:
        """The finished tenders to learn from: those of the method, else all, if there are enough."""
        enough = in_force(self.numbers, "forecast.percentile_tenders", on)
        same = [lengths for method, lengths in self.past if method == self.tender.method]
        every = [lengths for _, lengths in self.past]
        return next((pool for pool in (same, every) if len(pool) >= enough), [])


def rank(pool: Sequence[Lengths], stage: str, percent: int) -> int:
    """The smallest length that at least ``percent`` of a hundred finished tenders did not exceed."""
    lengths = sorted(length for one in pool for name, length in one if name == stage)
    for length in lengths:
        if sum(other <= length for other in lengths) * 100 >= percent * len(lengths):
            return length
    return 0


def learned(tenders: Iterable[TenderFacts], on: date, numbers: Numbers, days_off: frozenset[date]) -> Past:
    """The stage lengths of the tenders that were complete by the day."""
    past: list[tuple[str, Lengths]] = []
    for facts in tenders:
        tender = TenderOracle(facts, (), numbers, days_off)
        end = tender.end(on)
        if end is not None and end[0] == "complete" and end[1] is not None:
            past.append((facts.method, tender.lengths(end[1])))
    return past
