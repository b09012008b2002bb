"""What is due at the schools of a year, asked of the day-by-day oracle: what the clerk looks at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date, timedelta

from tests.domain.oracle import Oracle
from tests.domain.oracle_days import Numbers
from tests.domain.oracle_deadlines import Agenda
from tracker.domain.facts import NeedFacts, ServiceLine, TenderEvent, TenderFacts

ONE = timedelta(days=1)
OF_NUMBER = ("stage_due", "single_source_decision", "report")

Dated = NeedFacts | ServiceLine | TenderFacts | TenderEvent

What = tuple[str, tuple[str, ...]]
"""Kind and identity."""


@dataclass(frozen=True, slots=True)
class Point:
    """A deadline of a school as it stands on a day."""

    what: What
    due_on: date | None
    follows: str
    follows_on: date | None
    begun: bool


@dataclass
class Outlook:
    """What is due at a school, looked up again only when a day comes on which that may change."""

    numbers: Numbers
    days_off: frozenset[date]
    kept: dict[str, tuple[NeedFacts, date, date, list[Point]]] = field(default_factory=dict)

    def points(self, facts: NeedFacts, on: date) -> list[Point]:
        """The deadlines of a day."""
        known = self.kept.get(facts.school_id)
        if known is None or known[0] != facts or not known[1] <= on < known[2]:
            found = self._look(facts, on)
            edges = {each for day in self._edges(facts, found) for each in (day, day + ONE) if each > on}
            known = self.kept[facts.school_id] = (facts, on, min(edges, default=date.max), found)
        return known[3]

    def _look(self, facts: NeedFacts, on: date) -> list[Point]:
        need = Oracle(facts, self.numbers, self.days_off)
        agenda = Agenda(need, on)
        dues = agenda.dues()
        begun = bool(dues) and (any(tender.live(on) for tender in need.tenders) or agenda.bought())
        return [
            Point((due.kind, _identity(facts, due.kind, due.number, due.stage)), due.due_on, due.follows,
                  due.follows_on, begun)
            for due in dues
        ]  # fmt: skip

    def _edges(self, facts: NeedFacts, found: Iterable[Point]) -> set[date]:
        """Every day that the facts, the law or a deadline name."""
        parts: list[Dated] = [
            facts,
            *facts.lines,
            *facts.tenders,
            *(e for t in facts.tenders for e in t.events),
        ]
        days = {getattr(part, each.name) for part in parts for each in fields(part) if each.init}
        named = {day for day in days if isinstance(day, date)} - {date.max}
        law = {first for versions in self.numbers.values() for first, _ in versions}
        return named | law | {point.due_on for point in found if point.due_on}


def _identity(facts: NeedFacts, kind: str, number: str, stage: str) -> tuple[str, ...]:
    if kind not in OF_NUMBER:
        return facts.school_id, "channel"
    return (number, stage) if stage else (number,)
