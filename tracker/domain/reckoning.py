"""What the days of an assessment are made of, besides what it tells itself: steps, bounds, days counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tracker.domain.cliff import days_to
from tracker.domain.coverage import read_cover
from tracker.domain.days import next_day
from tracker.domain.facts import NeedFacts
from tracker.domain.findings import Answer, Assessment, Step, TenderStanding
from tracker.domain.forecast import course_from
from tracker.domain.interim import Bounds, bounds
from tracker.domain.policy import Policy
from tracker.domain.tenders import days_over, suspensions
from tracker.domain.vocabulary import Method, RefusalReason
from tracker.domain.workdays import WorkCalendar


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What stands behind the stage, the latest safe start and the window of the answer.

    ``days_in_stage`` counts working days up to the day that asks, ``safe_days`` those until the latest safe
    start, below zero those by which it was missed; ``course`` are the stages walked from it.
    """

    days_in_stage: int
    safe_days: int
    course: tuple[Step, ...]
    bounds: Bounds | None

    @property
    def served_from(self) -> date | None:
        """The first day of service of a purchase that begins on the latest safe start."""
        return next_day(self.course[-1].end) if self.course else None


def reckon(found: Assessment, facts: NeedFacts, *, policy: Policy, calendar: WorkCalendar) -> Reckoning:
    """The steps and bounds behind an assessment of these facts."""
    tender, safe = found.tender, found.latest_safe_start
    is_live = tender is not None and tender.stage is not None
    method = tender.method if tender and is_live else Method.OPEN_TENDER
    return Reckoning(
        days_in_stage=_days_in_stage(tender, facts, found.on, calendar) if tender else 0,
        safe_days=days_to(safe, found.on, calendar) if safe else 0,
        course=course_from(safe, method, policy=policy, calendar=calendar) if safe else (),
        bounds=_bounds(found.answer, facts, policy) if found.answer else None,
    )


def _days_in_stage(standing: TenderStanding, facts: NeedFacts, on: date, calendar: WorkCalendar) -> int:
    """Working days since a stage was entered, as its limit counts them: suspended ones do not."""
    if standing.entered_on is None or standing.entered_on > on:
        return 0
    tender = next(tender for tender in facts.tenders if tender.number == standing.number)
    return max(0, days_over(standing.entered_on, on, calendar, suspensions(tender, on).spans))


def _bounds(answer: Answer, facts: NeedFacts, policy: Policy) -> Bounds | None:
    """What bounds the window that is suggested, or that its chain left empty; other refusals have none."""
    if answer.reason not in (None, RefusalReason.CAP_USED_UP):
        return None
    return bounds(read_cover(facts), policy.on(answer.start_on), answer.start_on)
