"""The rules read a second time: one need, one day at a time, no intervals and no cleverness.

It shares with the product only the records of facts. The comparison in ``test_oracle`` and the planted bugs
show that both readings agree, and that a wrong one would be seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from tests.domain.oracle_days import ONE, Numbers, days_back, days_on, in_force, last_day_of_months
from tests.domain.oracle_tenders import Past, Stand, TenderOracle
from tracker.domain.facts import NeedFacts, ServiceLine

SERVING = ("active", "performed", "expired", "terminated")
BRIDGING = ("extension", "interim")
AFTER_PLANNING = ("discussion", "bids", "evaluation", "appeal", "contract")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules say of a need on a day, as plain words and days; ``oracle_answers`` has the answer."""

    state: str
    covered_until: date | None
    uncovered_since: date | None
    days_without: int | None
    flags: frozenset[str]
    tender: Stand | None
    gap: tuple[date, date] | None
    school_days: int | None
    latest_safe_start: date | None


class Oracle:
    """One need with the numbers in force and the days off (weekends among them)."""

    def __init__(
        self, facts: NeedFacts, numbers: Numbers, days_off: frozenset[date], past: Past = ()
    ) -> None:
        self.facts = facts
        self.numbers = numbers
        self.days_off = days_off
        self.tenders = [TenderOracle(t, facts.lines, numbers, days_off, past) for t in facts.tenders]
        self.serving = [line for line in facts.lines if line.status in SERVING and not hollow(line)]
        self.dated = [line for line in self.serving if last_day(line) is not None]
        self.edges = [day for line in facts.lines for day in (first_day(line), last_day(line)) if day]
        firsts = [first_day(line) for line in self.serving]
        self.first_needed = facts.needed_from or min(firsts, default=None)

    def judge(self, on: date) -> Judgement:
        """Everything about the day but the answer."""
        gap = self.gap(on, late=False)
        since = self.uncovered_since(on)
        return Judgement(
            state=self.state(on),
            covered_until=self.covered_until(on),
            uncovered_since=since,
            days_without=None if since is None else (on - since).days + 1,
            flags=self.flags(on),
            tender=self.speaker(on),
            gap=gap,
            school_days=None if gap is None else self.working_days(*gap),
            latest_safe_start=self.latest_safe_start(on),
        )

    # Cover (rules §§2, 3)

    def required(self, day: date) -> bool:
        """Whether the need is judged on the day."""
        facts = self.facts
        begun = self.first_needed is None or self.first_needed <= day
        over = facts.needed_until is not None and facts.needed_until < day
        closed = facts.closed_on is not None and facts.closed_on <= day
        return begun and not over and not closed

    def serves(self, line: ServiceLine, day: date) -> bool:
        """Whether a dated line serves the day."""
        last = last_day(line)
        return last is not None and first_day(line) <= day <= last

    def served(self, day: date) -> bool:
        """Whether any dated line serves the day."""
        return any(self.serves(line, day) for line in self.dated)

    def opened(self, day: date) -> bool:
        """Whether a line without a last day has begun by the day."""
        return any(last_day(line) is None and first_day(line) <= day for line in self.serving)

    def regular(self, day: date) -> int:
        """How many regular lines serve the day."""
        return sum(self.serves(line, day) for line in self.dated if line.kind == "regular")

    def bridged(self, day: date) -> bool:
        """Whether only extension or interim lines serve the day."""
        return self.served(day) and not self.regular(day)

    def state(self, day: date) -> str:
        """The first state that applies."""
        if not self.required(day):
            return "not_required"
        if self.served(day):
            return "covered" if self.regular(day) else "interim"
        return "unknown" if self.opened(day) else "uncovered"

    def covered_until(self, on: date) -> date | None:
        """The last of the served days in a row that begin with this one."""
        if self.state(on) not in ("covered", "interim"):
            return None
        return next(day for day in days_on(on) if not self.served(day + ONE))

    def uncovered_since(self, on: date) -> date | None:
        """The first of the uncovered days in a row that end with this one."""
        if self.state(on) != "uncovered" or self.first_needed is None:
            return None
        return next(day for day in days_back(on) if self.state(day - ONE) != "uncovered")

    def working_days(self, first: date, last: date) -> int:
        """The working days from the first to the last."""
        return sum(first + ONE * n not in self.days_off for n in range((last - first).days + 1))

    # What comes (rules §4)

    def speaker(self, on: date) -> Stand | None:
        """The one tender that speaks for the need (decision 5); none where the need is not judged."""
        if self.state(on) == "not_required":
            return None
        stands = [tender.stand(on) for tender in self.tenders]
        live = [stand for stand in stands if stand.forecast]
        if live:
            return min(live, key=lambda s: (s.forecast and s.forecast[1], s.number))
        ended = [stand for stand in stands if self.failed_lately(stand, on)] or stands
        return max(ended, key=lambda s: (s.ended_on or date.min, s.number), default=None)

    def gap(self, on: date, *, late: bool) -> tuple[date, date] | None:
        """The first and last day on which service is expected to be missing."""
        until = self.covered_until(on)
        start = on if until is None else until + ONE
        if self.state(on) not in ("covered", "interim", "uncovered") or self.state(start) != "uncovered":
            return None
        speaker = self.speaker(on)
        comes = speaker.forecast[2 if late else 1] if speaker and speaker.forecast else None
        horizon = max([start, *self.edges, comes or start])
        missing: list[date] = []
        for day in days_on(start):
            if self.served(day) or self.opened(day) or (comes is not None and comes <= day):
                needed = [missed for missed in missing if self.required(missed)]
                return (needed[0], needed[-1]) if needed else None
            if day >= horizon:
                return None
            missing.append(day)
        return None

    def latest_safe_start(self, on: date) -> date | None:
        """The last working day to publish a tender on that would serve when the cover ends."""
        until = self.covered_until(on)
        if until is None or not self.required(until + ONE):
            return None
        speaker = self.speaker(on)
        live = next((t for t in self.tenders if speaker and t.tender.number == speaker.number), None)
        method = live.tender.method if live and speaker and speaker.live else "open_tender"
        course = [stage for stage in AFTER_PLANNING if f"stage.{method}.{stage}" in self.numbers]
        for day in days_back(until):
            spent = sum(in_force(self.numbers, f"stage.{method}.{stage}", day) for stage in course)
            if day not in self.days_off and self.working_days(day + ONE, until) >= spent:
                return day
        return None

    # Flags (rules §5)

    def flags(self, on: date) -> frozenset[str]:
        """The kinds of the flags that hold."""
        tests: dict[str, Callable[[date], bool]] = {
            "no_service": lambda day: self.state(day) == "uncovered",
            "unknown_term": lambda day: self.state(day) == "unknown",
            "ending_soon": lambda day: self.ends_within(day, "warn.ending_soon"),
            "gap_ahead": lambda day: self.covered_until(day) is not None and bool(self.gap(day, late=False)),
            "no_tender": lambda day: self.without_purchase(day) and not self.failed(day),
            "tender_stalled": lambda day: any(tender.stand(day).stalled for tender in self.tenders),
            "tender_failed": lambda day: self.without_purchase(day) and self.failed(day),
            "interim_ending": lambda day: (
                self.state(day) == "interim" and self.ends_within(day, "warn.interim_ending")
            ),
            "interim_over_cap": self.over_cap,
            "interim_without_tender": self.interim_without_tender,
            "overlap": lambda day: self.regular(day) > 1,
            "stale": self.stale,
        }
        if self.state(on) == "not_required":
            return frozenset()
        return frozenset(kind for kind, holds in tests.items() if holds(on))

    def ends_within(self, on: date, warn: str) -> bool:
        """Whether the cover ends in fewer days than the warning asks, and the need goes on."""
        until = self.covered_until(on)
        if until is None or not self.required(until + ONE):
            return False
        return (until - on).days < in_force(self.numbers, warn, on)

    def live(self, day: date) -> bool:
        """Whether a tender of the need runs on the day."""
        return any(tender.live(day) for tender in self.tenders)

    def without_purchase(self, on: date) -> bool:
        """Whether the need is in danger and neither a live tender nor a later line is there."""
        after = self.covered_until(on) or on
        bridged_to = any(first_day(line) > on and line.kind == "regular" for line in self.serving)
        wanting = self.state(on) == "uncovered" or (self.state(on) == "interim" and not bridged_to)
        danger = wanting or self.ends_within(on, "warn.ending_soon")
        later = any(first_day(line) > after for line in self.serving)
        signed = [line for line in self.facts.lines if line.status == "pending" and not hollow(line)]
        waiting = any((last_day(line) or date.max) > after for line in signed)
        return danger and not self.live(on) and not later and not waiting

    def failed(self, on: date) -> bool:
        """Whether a failed tender waits to be repeated."""
        return any(self.failed_lately(tender.stand(on), on) for tender in self.tenders)

    def failed_last(self, on: date) -> Stand | None:
        """The tender that failed last, among those that wait to be repeated."""
        failed = [stand for tender in self.tenders if self.failed_lately(stand := tender.stand(on), on)]
        return max(failed, key=lambda s: (s.ended_on or date.min, s.number), default=None)

    def failed_lately(self, stand: Stand, on: date) -> bool:
        """Whether a tender failed after the last regular line began, or ever if there was none."""
        return stand.failed and self.ended_lately(stand, on)

    def ended_lately(self, stand: Stand, on: date) -> bool:
        """Whether a tender ended after the last regular line began, or ever if there was none."""
        begun = [first_day(line) for line in self.serving if line.kind == "regular" and first_day(line) <= on]
        return not stand.live and (not begun or (stand.ended_on or date.min) > max(begun))

    def chain_first(self, before: date) -> date | None:
        """The first day of extensions and interims since the last regular-served day before the day."""
        first = None
        for day in days_back(before - ONE):
            if self.regular(day) or day < min(self.edges, default=before):
                return first
            if self.served(day):
                first = day
        return None

    def cap_end(self, start: date, first: date) -> date:
        """The last day of the legal cap of a chain that began on ``first``."""
        return last_day_of_months(first, in_force(self.numbers, "interim.cap", start))

    def over_cap(self, on: date) -> bool:
        """Whether the chain that the day belongs to or comes after lasts longer than the cap."""
        first = self.chain_first(on + ONE)
        if first is None:
            return False
        days = [first + ONE * n for n in range((max(self.edges) - first).days + 1)]
        stop = next((day for day in days if self.regular(day)), date.max)
        last = max(day for day in days if day < stop and self.served(day))
        return last > self.cap_end(first, first)

    def interim_without_tender(self, on: date) -> bool:
        """Whether an interim runs and no tender was live for the days the house allows."""
        days = in_force(self.numbers, "warn.interim_without_tender", on)
        return self.state(on) == "interim" and not any(self.live(on - ONE * n) for n in range(days))

    def stale(self, on: date) -> bool:
        """Whether the facts were confirmed too long ago (decision 12: never confirmed is not stale)."""
        confirmed = self.facts.confirmed_on
        return confirmed is not None and (on - confirmed).days > in_force(self.numbers, "warn.stale", on)


def first_day(line: ServiceLine) -> date:
    """The first day a line can serve: nothing serves before it is signed."""
    return line.start_on if line.signed_on is None else max(line.start_on, line.signed_on)


def last_day(line: ServiceLine) -> date | None:
    """The last day of a line; None where neither an end nor a termination is known."""
    known = [day for day in (line.end_on, line.terminated_on) if day is not None]
    return min(known, default=None)


def hollow(line: ServiceLine) -> bool:
    """Whether a line ends before it begins."""
    last = last_day(line)
    return last is not None and last < first_day(line)
