"""Working days of Kazakhstan: the five-day week, its holidays, and what was decreed (rules §1)."""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from tracker.domain.days import ONE_DAY, Span
from tracker.domain.errors import CalendarNotKnown


@dataclass(frozen=True, slots=True)
class Override:
    """A decreed exception: a day that works, or does not, against the ordinary calendar."""

    on: date
    working: bool
    decree: str


class WorkCalendar:
    """Counts working days between ``first_year`` and ``last_year``; outside it refuses to guess.

    ``holidays`` maps days off to whether the day is only estimated (feasts by the moon).
    """

    def __init__(
        self,
        holidays: Mapping[date, bool],
        *,
        first_year: int,
        last_year: int,
        working_weekends: Iterable[date] = (),
        overrides: Iterable[Override] = (),
    ) -> None:
        self.first_year = first_year
        self.last_year = last_year
        self.overrides = {override.on: override for override in overrides}
        self.estimated = frozenset(day for day, estimated in holidays.items() if estimated)
        extra = frozenset(working_weekends)
        self._days: list[date] = []
        """Every working day, in order."""
        day, stop = date(first_year, 1, 1), date(last_year + 1, 1, 1)
        while day < stop:
            override = self.overrides.get(day)
            ordinary = (day.weekday() < 5 and day not in holidays) or day in extra
            if override.working if override else ordinary:
                self._days.append(day)
            day += ONE_DAY

    @cached_property
    def fingerprint(self) -> str:
        """A name for exactly these working days."""
        ordinals = ",".join(str(day.toordinal()) for day in self._days)
        return "sha256:" + hashlib.sha256(ordinals.encode()).hexdigest()

    def is_workday(self, day: date) -> bool:
        """Whether ``day`` is a working day."""
        self._check(day)
        at = bisect_left(self._days, day)
        return at < len(self._days) and self._days[at] == day

    def after(self, day: date, count: int) -> date:
        """The ``count``-th working day strictly after ``day`` (rules §1); ``day`` itself for none."""
        self._check(day)
        if count == 0:
            return day
        at = bisect_right(self._days, day) + count - 1
        if at >= len(self._days):
            raise CalendarNotKnown(year=self.last_year + 1)
        return self._days[at]

    def between(self, day: date, later: date) -> int:
        """How many working days lie after ``day``, up to and including ``later``."""
        self._check(day)
        self._check(later)
        return max(0, bisect_right(self._days, later) - bisect_right(self._days, day))

    def within(self, span: Span) -> int:
        """How many working days the span holds."""
        self._check(span.start)
        self._check(span.stop)
        return max(0, bisect_left(self._days, span.stop) - bisect_left(self._days, span.start))

    def latest_start(self, last: date, count: int) -> date:
        """The last working day from which ``count`` working days are over by ``last``."""
        self._check(last)
        at = bisect_right(self._days, last) - 1 - count
        if at < 0:
            raise CalendarNotKnown(year=self.first_year - 1)
        return self._days[at]

    def after_without(self, day: date, count: int, excluded: Iterable[Span]) -> date:
        """Like :meth:`after`, but days inside ``excluded`` spans do not count (suspensions)."""
        pauses = tuple(excluded)
        due = day
        left = count
        while left:
            due = self.after(due, 1)
            left -= not any(due in pause for pause in pauses)
        return due

    def _check(self, day: date) -> None:
        if not self.first_year <= day.year <= self.last_year:
            raise CalendarNotKnown(year=day.year)


def days_apart(day: date, count: int) -> date:
    """The day ``count`` calendar days later (or earlier)."""
    return day + timedelta(days=count)
