"""The stages that a purchase has been through, each with the day it was due by and the clause (rules §4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tracker.domain.facts import TenderFacts
from tracker.domain.forecast import limit_of
from tracker.domain.policy import Policy
from tracker.domain.tenders import days_over, due_on, end_of, law_for, stretches, suspensions
from tracker.domain.vocabulary import Stage
from tracker.domain.workdays import WorkCalendar


@dataclass(frozen=True, slots=True)
class Passed:
    """A stage from its first to its last day; ``left_on`` is None while the purchase stands in it.

    ``limit_days`` are working days by ``clause`` of the law that it runs under, ``over`` those beyond
    ``due_on``; suspended days do not count. ``is_assumed`` where the limit has no citation.
    """

    stage: Stage
    entered_on: date
    left_on: date | None
    due_on: date | None
    limit_days: int
    clause: str
    is_assumed: bool
    over: int


def passed(tender: TenderFacts, on: date, *, policy: Policy, calendar: WorkCalendar) -> tuple[Passed, ...]:
    """The stages up to ``on``, or up to the day on which the purchase ended."""
    end = end_of(tender, on)
    last = min(on, end.on) if end and end.on else on
    law, pauses = law_for(tender, last, policy), suspensions(tender, last).spans
    found = stretches(tender, on, policy=policy, calendar=calendar)

    def told(place: int) -> Passed:
        stage, entered, stop = found[place]
        limit = limit_of(law, tender.method, stage)
        due = due_on(tender, stage, entered, limit.days, calendar, pauses)
        is_last = place == len(found) - 1
        return Passed(
            stage=stage,
            entered_on=entered,
            left_on=None if is_last and end is None else stop,
            due_on=due,
            limit_days=limit.days,
            clause=limit.clause,
            is_assumed=policy.clauses[limit.clause].on(law.day).is_assumed,
            over=days_over(due, stop, calendar, pauses) if due and stop > due else 0,
        )

    return tuple(map(told, range(len(found))))
