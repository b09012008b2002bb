"""The days of a course through months: the first of each, back from a day, and the day itself."""

from __future__ import annotations

from datetime import date

from tracker.domain.days import ONE_DAY, Span, add_months

MONTHS_BACK = 12


def course_to(on: date, months: int = MONTHS_BACK) -> tuple[date, ...]:
    """The first of each of so many months before the month of ``on``, of that month, and ``on``."""
    first = on.replace(day=1)
    days = [add_months(first, -back) for back in range(months, -1, -1)]
    return (*days, *([on] if on != first else []))


def weeks_to(on: date, first: date, last: date) -> tuple[date, ...]:
    """Every seventh day from ``first`` on, and the end: ``on`` itself, but no later than ``last``."""
    end = min(on, last)
    days = [first + ONE_DAY * 7 * week for week in range((end - first).days // 7 + 1)]
    return (*days, *([end] if days and days[-1] != end else []))


def month_before(day: date) -> Span:
    """The days of a month that lie before a day: of its own month, or all of the month before its first."""
    return Span((day - ONE_DAY).replace(day=1), day)
