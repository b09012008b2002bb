"""Days, half-open spans of days, and months that are counted from their start (rules §1, §6).

People write and read the first and the last day; inside the code a span holds ``start <= day < stop``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

LEGAL_ZONE = ZoneInfo("Asia/Almaty")
"""The zone of the legal day: UTC+5 for the whole country since 2024-03-01 (rules §1)."""

FIRST_YEAR, LAST_YEAR = 1996, 2070
"""Days outside these years are typing errors: the working calendar reaches a little further on both sides."""

FOREVER = date(9999, 12, 31)
"""The stop of what has no end by nature; comparison stays comparison."""

BEGINNING = date(1, 1, 1)
"""The start of what was always so."""

ONE_DAY = timedelta(days=1)


def legal_day(moment: datetime) -> date:
    """The legal day in Kazakhstan at ``moment``, which knows its zone."""
    return moment.astimezone(LEGAL_ZONE).date()


def last_day(end_on: date | None, terminated_on: date | None) -> date | None:
    """The last day of a contract: its stated end, or its termination where that comes first (rules §3)."""
    return min((day for day in (end_on, terminated_on) if day is not None), default=None)


class Span(NamedTuple):
    """The days ``start <= day < stop``, like ``range()``."""

    start: date
    stop: date

    @classmethod
    def inclusive(cls, first: date, last: date) -> Span:
        """The span that people write as ``first``…``last``, both days included."""
        return cls(first, next_day(last))

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.start <= day < self.stop

    @property
    def is_empty(self) -> bool:
        """Whether the span holds no day."""
        return self.stop <= self.start

    @property
    def last(self) -> date:
        """The last day of the span, as shown to people."""
        return self.stop - ONE_DAY

    @property
    def days(self) -> int:
        """How many calendar days the span holds."""
        return max(0, (self.stop - self.start).days)

    def within(self, other: Span) -> Span:
        """The days that both spans hold; may be empty."""
        return Span(max(self.start, other.start), min(self.stop, other.stop))


def next_day(day: date) -> date:
    """The day after; the day after ``FOREVER`` is ``FOREVER``."""
    return day if day >= FOREVER else day + ONE_DAY


def join(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same days as sorted spans that neither touch nor overlap (rules §3: touching lines join)."""
    joined: list[Span] = []
    reach = BEGINNING
    for span in sorted(spans):
        start, stop = span
        if stop <= start:
            continue
        if not joined or start > reach:
            joined.append(span)
            reach = stop
        elif stop > reach:
            joined[-1] = Span(joined[-1].start, stop)
            reach = stop
    return tuple(joined)


def subtract(whole: Iterable[Span], taken: Iterable[Span]) -> tuple[Span, ...]:
    """The days of ``whole`` that ``taken`` does not hold, as joined spans."""
    cuts = join(taken)
    if not cuts:
        return join(whole)
    left: list[Span] = []
    for span in join(whole):
        start = span.start
        for cut in cuts:
            if cut.stop <= start or cut.start >= span.stop:
                continue
            if cut.start > start:
                left.append(Span(start, cut.start))
            start = cut.stop
        if start < span.stop:
            left.append(Span(start, span.stop))
    return tuple(left)


def run_with(spans: Iterable[Span], day: date) -> Span | None:
    """The span among joined ``spans`` that holds ``day``."""
    for span in spans:
        if span.start <= day < span.stop:
            return span
    return None


@lru_cache(maxsize=10_000)
def add_months(start: date, months: int) -> date:
    """The day with the same number ``months`` later, clamped to the month's end (rules §6).

    Always counted from ``start``: twice one month is not two months.
    """
    return start + relativedelta(months=months)


def months_from(start: date, months: int) -> Span:
    """A term of ``months`` that begins on ``start``; of two readings at a month's end the shorter one."""
    return Span(start, add_months(start, months))
