"""Days for the oracle: plain sets of dates, months by hand, dated numbers; nothing of the product's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

ONE = timedelta(days=1)

Numbers = Mapping[str, Sequence[tuple[date, int]]]
"""Each number of law and house by its clause, with the first days of its values, oldest first."""


def in_force(numbers: Numbers, clause: str, day: date) -> int:
    """The value of ``clause`` that began last by ``day``."""
    return [value for first, value in numbers[clause] if first <= day][-1]


def days_back(day: date) -> Iterator[date]:
    """``day``, the day before, and so on."""
    while True:
        yield day
        day -= ONE


def days_on(day: date) -> Iterator[date]:
    """``day``, the day after, and so on."""
    while True:
        yield day
        day += ONE


def nth_working_day(day: date, count: int, days_off: Iterable[date]) -> date:
    """Step on from ``day`` until ``count`` working days have gone by."""
    while count:
        day += ONE
        if day not in days_off:
            count -= 1
    return day


def last_day_of_months(start: date, months: int) -> date:
    """The last day of a term of ``months`` from ``start``: rules §6, shorter reading at a month's end."""
    month, year = start.month, start.year
    for _ in range(months):
        month += 1
        if month == 13:
            month, year = 1, year + 1
    number = start.day
    while True:
        try:
            return date(year, month, number) - ONE
        except ValueError:
            number -= 1
