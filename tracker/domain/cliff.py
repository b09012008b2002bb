"""The cliff: covers that end, whether a purchase has begun, and how long it may still wait (rules §4)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from tracker.domain.days import next_day
from tracker.domain.reading import Reading
from tracker.domain.vocabulary import ContractStatus
from tracker.domain.workdays import WorkCalendar

SOON_DAYS = 10
"""Working days within which the latest safe start is near (house)."""


class Start(StrEnum):
    """How the latest safe start of a cover that ends lies to the day that asks."""

    PASSED = "passed"
    SOON = "soon"
    LATER = "later"


def is_begun(need: Reading) -> bool:
    """Whether anything follows the present cover: a live tender, one that waits for its contract, a line.

    A line that begins later than the day after the end leaves a hole for which nothing has begun.
    """
    return bool(need.live) or need.awaits_contract or _is_followed(need)


def _is_followed(need: Reading) -> bool:
    """Whether a line, in force or signed, holds the day after the end, or tomorrow where nothing serves."""
    after = need.run.stop if need.run and need.is_served else next_day(need.on)
    return any(
        after in line.span and (line.serves or line.status is ContractStatus.PENDING)
        for line in need.facts.lines
    )


def days_to(safe_start: date, on: date, calendar: WorkCalendar) -> int:
    """Working days until the latest safe start; below zero those by which it was missed."""
    if safe_start >= on:
        return calendar.between(on, safe_start)
    return -calendar.between(safe_start, on)


def start_of(safe_start: date, on: date, calendar: WorkCalendar) -> Start:
    """Which of the three it is: the latest safe start itself is not too late."""
    if safe_start < on:
        return Start.PASSED
    return Start.SOON if calendar.between(on, safe_start) <= SOON_DAYS else Start.LATER


def season_of(on: date) -> tuple[date, date]:
    """The first of October and the 31 December that a burn-down runs between.

    From January to June it is the season that has just ended.
    """
    year = on.year if on.month > 6 else on.year - 1
    return date(year, 10, 1), date(year, 12, 31)
