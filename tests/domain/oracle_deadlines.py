"""The deadlines of a need read a second time, a day at a time, from the oracle's own reading of the need.

What the house decided about silent places stands in ``docs/decisions.md``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tests.domain.oracle import AFTER_PLANNING, SERVING, Oracle, first_day, last_day
from tests.domain.oracle_days import ONE, days_back, days_on, in_force, nth_working_day
from tests.domain.oracle_tenders import COURSES, SHORT, TenderOracle
from tracker.domain.facts import ServiceLine


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """One deadline in plain words; ``left`` is less than zero for working days gone by."""

    kind: str
    number: str
    stage: str
    due_on: date | None
    left: int | None
    follows: str
    follows_on: date | None
    rests_on: tuple[str, ...]


class Agenda:
    """What is due for one need on a day."""

    def __init__(self, need: Oracle, on: date) -> None:
        self.need = need
        self.on = on
        self.served = need.state(on) in ("covered", "interim")

    def dues(self) -> list[Due]:
        """Everything that is due, in no order."""
        if self.need.state(self.on) == "not_required":
            return list(self.from_the_first_day())
        parts = (
            self.end(),
            self.safe_start(),
            self.stages(),
            self.decision(),
            self.reports(),
            self.confirmation(),
        )
        return [due for part in parts for due in part]

    def due(
        self,
        kind: str,
        due_on: date | None,
        follows: str,
        rests_on: tuple[str, ...],
        *,
        follows_on: date | None = None,
        number: str = "",
        stage: str = "",
    ) -> Due:
        """A deadline with the working days left to it."""
        left = None if due_on is None else self.left(due_on)
        begins = follows_on or (due_on and due_on + ONE)
        return Due(kind, number, stage, due_on, left, follows, begins, rests_on)

    def left(self, due_on: date) -> int:
        """The working days after today up to the due day, or those since it."""
        if self.on <= due_on:
            return self.need.working_days(self.on + ONE, due_on)
        return -self.need.working_days(due_on + ONE, self.on)

    # The end of the cover

    def last_served(self) -> date | None:
        """The last served day in a row with this one, or right before the days in the present state."""
        need, on = self.need, self.on
        until = need.covered_until(on)
        if until is not None:
            return until if need.required(until + ONE) else None
        if need.first_needed is None:
            return None
        first = next(day for day in days_back(on) if need.state(day - ONE) != need.state(on))
        eve = first - ONE
        return eve if need.required(eve) and need.served(eve) else None

    def end(self) -> Iterator[Due]:
        """The end of what serves, or of what served last; unknown where only an open end is left."""
        need, last = self.need, self.last_served()
        if last is not None:
            line = heaviest([line for line in need.dated if last_day(line) == last])
            is_open = need.state(last + ONE) == "unknown"
            yield self.due(
                "interim_end" if need.bridged(last) else "cover_end",
                last,
                "term_unknown" if is_open else "service_lost",
                ("terminated_on" if line.terminated_on == last else "end_on",),
                number=(self.open_by(last + ONE) if is_open else line).contract_number,
            )
        elif need.state(self.on) == "unknown":
            line = self.open_by(self.on)
            kind = "cover_end" if line.kind == "regular" else "interim_end"
            yield self.due(kind, None, "term_unknown", ("end_on",), number=line.contract_number)
        else:
            yield from self.from_the_first_day()

    def from_the_first_day(self) -> Iterator[Due]:
        """Nothing serves the need from its first day on: its eve is the last day to change that."""
        need, first = self.need, self.need.first_needed
        if first is None or need.state(first) != "uncovered":
            return
        day = first
        while day <= self.on:
            if need.state(day) != "uncovered":
                return
            day += ONE
        yield self.due("cover_end", first - ONE, "service_lost", ("needed_from",))

    def open_by(self, day: date) -> ServiceLine:
        """The line that has begun by a day and states no last one."""
        return heaviest([li for li in self.need.serving if last_day(li) is None and first_day(li) <= day])

    # Purchases

    def bought(self) -> bool:
        """Whether a dated line holds the day after the end, or tomorrow, or a tender awaits its contract."""
        need, on = self.need, self.on
        after = (need.covered_until(on) or on) + ONE
        signed = [line for line in need.facts.lines if line.status == "pending"]
        for line in (*need.serving, *signed):
            last = last_day(line)
            if last is not None and first_day(line) <= after <= last:
                return True
        named = [line.tender_number for line in need.facts.lines]
        stands = [tender.stand(on) for tender in need.tenders]
        return any(
            s.status == "complete" and s.number not in named and need.ended_lately(s, on) for s in stands
        )

    def published(self) -> bool:
        """Whether a purchase that was announced still runs."""
        stands = [tender.stand(self.on) for tender in self.need.tenders]
        return any(stand.live and stand.stage != "planned" for stand in stands)

    def safe_start(self) -> Iterator[Due]:
        """The last working day on which a tender could be published and be over with the cover."""
        need, on, last = self.need, self.on, self.last_served()
        if last is None or need.state(on) == "unknown" or self.published() or self.bought():
            return
        speaker = need.speaker(on)
        live = [t for t in need.tenders if speaker and speaker.live and t.tender.number == speaker.number]
        method = str(live[0].tender.method) if live else "open_tender"
        clauses = tuple(
            f"stage.{method}.{s}" for s in AFTER_PLANNING if f"stage.{method}.{s}" in need.numbers
        )
        for day in days_back(last):
            spent = sum(in_force(need.numbers, clause, day) for clause in clauses)
            if day not in need.days_off and need.working_days(day + ONE, last) >= spent:
                yield self.due("latest_safe_start", day, "gap_opens", clauses, follows_on=last + ONE)
                return

    def stages(self) -> Iterator[Due]:
        """The present stage of every tender that runs."""
        for tender in self.need.tenders:
            stand = tender.stand(self.on)
            if not stand.live or stand.stage is None:
                continue
            stated = stand.stage == "bids" and tender.tender.bids_close_on is not None
            due_on = None if stand.suspended else stand.due_on
            yield Due(
                "stage_due",
                stand.number,
                stand.stage,
                due_on,
                None if due_on is None else -stand.days_over if due_on < self.on else self.left(due_on),
                "tender_stalled",
                due_on and due_on + ONE,
                ("bids_close_on",) if stated else (stage_clause(tender, stand.stage),),
            )

    def decision(self) -> Iterator[Due]:
        """Two working days to decide after a repeat failed, unless something else was begun."""
        need, on = self.need, self.on
        failed = need.failed_last(on)
        if failed is None or failed.status != "unsuccessful" or failed.ended_on is None:
            return
        facts = next(t.tender for t in need.tenders if t.tender.number == failed.number)
        if not (facts.repeats or facts.method == "price_quotation") or self.published() or self.bought():
            return
        known = facts.published_on is not None and facts.published_on <= on
        law_of = facts.published_on if known and facts.published_on else on
        count = in_force(need.numbers, "after_failure.decision", law_of)
        last = nth_working_day(failed.ended_on, count, need.days_off)
        clause = ("after_failure.decision",)
        yield self.due("single_source_decision", last, "ground_lost", clause, number=failed.number)

    # Duties

    def reports(self) -> Iterator[Due]:
        """A report for every interim contract signed since the last regular line began."""
        need, on = self.need, self.on
        regular = [first_day(line) for line in need.serving if line.kind == "regular"]
        since = max([day for day in regular if day <= on], default=date.min)
        for line in need.facts.lines:
            if line.kind != "interim" or line.status not in (*SERVING, "pending"):
                continue
            begun = line.signed_on if line.signed_on is not None else line.start_on
            if begun > on or first_day(line) <= since:
                continue
            count = in_force(need.numbers, "duty.report", line.start_on)
            signed = line.signed_on
            due_on = None if signed is None else nth_working_day(signed, count, need.days_off)
            yield self.due("report", due_on, "report_missing", ("duty.report",), number=line.contract_number)

    def confirmation(self) -> Iterator[Due]:
        """The last day before the facts count as stale."""
        confirmed = self.need.facts.confirmed_on
        if confirmed is not None:
            days = in_force(self.need.numbers, "warn.stale", self.on)
            yield self.due(
                "facts_to_confirm", confirmed + timedelta(days=days), "facts_stale", ("warn.stale",)
            )
        elif self.need.state(self.on) == "unknown" or self.is_without_beginning():
            last = next(day for day in days_on(self.on) if (day + ONE).day == 1)
            yield self.due("facts_to_confirm", last, "facts_stale", ("warn.stale",))

    def is_without_beginning(self) -> bool:
        """Whether nobody can say since when the need goes without."""
        return self.need.state(self.on) == "uncovered" and self.need.first_needed is None


def heaviest(lines: list[ServiceLine]) -> ServiceLine:
    """A regular line before others, then the one that began last, then by number."""
    return sorted(lines, key=lambda li: (li.kind == "regular", first_day(li), li.contract_number))[-1]


def stage_clause(tender: TenderOracle, stage: str) -> str:
    """The clause of a stage; one that the method does not know has that of an open tender."""
    if stage == "planned":
        return "stage.planned"
    method = tender.tender.method
    return f"stage.{method if stage in COURSES.get(method, SHORT) else 'open_tender'}.{stage}"
