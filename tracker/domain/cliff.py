"""The cliff: covers that end, whether a purchase has begun, and how long it may still wait (rules §4)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from tracker.domain.workdays import WorkCalendar

SOON_DAYS = 10
"""Working days within which the latest safe start is near (house)."""


class Start(StrEnum):
    """How the latest safe start of a cover that ends lies to the day that asks."""

    PASSED = "passed"
    SOON = "soon"
    LATER = "later"


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
