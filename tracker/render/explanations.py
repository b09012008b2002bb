"""Why a flag stands and what it rests on: the facts compared, the clause, the values of the law in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tracker.domain.assess import STEPS_FOR_FLAGS
from tracker.domain.days import BEGINNING, FOREVER, Span
from tracker.domain.findings import Assessment, Condition, Finding
from tracker.domain.vocabulary import ConditionId, FlagKind, NextStep
from tracker.render.catalogs import Words
from tracker.render.formats import Formats
from tracker.render.sentences import Sentences

FLAG_CLAUSES: Mapping[FlagKind, str] = {
    FlagKind.ENDING_SOON: "warn.ending_soon",
    FlagKind.INTERIM_ENDING: "warn.interim_ending",
    FlagKind.INTERIM_OVER_CAP: "interim.cap",
    FlagKind.INTERIM_WITHOUT_TENDER: "warn.interim_without_tender",
    FlagKind.STALE: "warn.stale",
}
"""The clause whose number raises the flag; a stall has that of its stage, the others compare facts only."""

MONEY_FACTS = frozenset({"limit_tenge", "tender_amount"})


def flag_clause(kind: FlagKind, found: Assessment) -> str | None:
    """The clause a flag is judged by, if a number of the law or the house decides it."""
    if kind is FlagKind.TENDER_STALLED and found.tender:
        return found.tender.limit_clause
    return FLAG_CLAUSES.get(kind)


@dataclass(frozen=True)
class Explanations:
    """Explains in one language."""

    words: Words
    formats: Formats
    sentences: Sentences

    def compared(self, flag: Finding, found: Assessment, *, confirmed_on: date | None) -> str:
        """The facts that were compared when the flag was raised."""
        tender, gap = found.tender, found.projected_gap
        days = {
            "on": found.on,
            "since": flag.since,
            "until": found.covered_until,
            "next": gap.span.stop if gap else None,
            "due": tender.due_on if tender else None,
            "ended": tender.ended_on if tender else None,
            "confirmed": confirmed_on,
        }
        places = {name: self._day(day) for name, day in days.items()}
        return self.words.say(f"compared.{flag.kind}", **places)

    def step(self, kind: FlagKind, found: Assessment) -> str:
        """The one step that answers a flag; where it has none of its own, the step of the need."""
        own = dict(STEPS_FOR_FLAGS).get(kind)
        if own is NextStep.ANNOUNCE_TENDER and found.next_step in (NextStep.RECORD_CONTRACT, NextStep.WAIT):
            own = found.next_step  # one was held, or a contract follows
        return self.sentences.bare_step(own, found) if own else self.sentences.step(found)

    def condition(self, condition: Condition) -> str:
        """What the facts say of a condition."""
        if condition.id is ConditionId.DECIDED_IN_TIME and not condition.facts:
            return self.words.say("condition.decided_in_time.none")
        return self.words.say(f"condition.{condition.id}.{condition.status}")

    def fact(self, name: str, value: str) -> str:
        """A fact that a condition was judged by."""
        return self.words.say(f"fact.{name}", value=self._fact_value(name, value))

    def value(self, value: int | bool, unit: str) -> str:
        """A value of the law with its unit."""
        if isinstance(value, bool):
            return self.words.say("unit.switch.on" if value else "unit.switch.off")
        return self.formats.count(f"unit.{unit}", value)

    def term(self, span: Span) -> str:
        """From which day to which day something is in force."""
        first, last = self.formats.short(span.start), self.formats.short(span.last)
        ends = (span.start != BEGINNING, span.stop != FOREVER)
        code = {(True, True): "between", (True, False): "since", (False, True): "until"}.get(ends, "always")
        return self.words.say(f"term.{code}", first=first, last=last)

    def _fact_value(self, name: str, value: str) -> str:
        if name in MONEY_FACTS:
            return self.formats.money(Decimal(value), "KZT")
        if name in ("service", "method"):
            return self.words.say(f"{name}.{value}")
        return self.formats.readable(value)

    def _day(self, day: date | None) -> str:
        return self.formats.short(day) if day else self.words.say("day.unknown")
