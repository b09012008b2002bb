"""Working days of Kazakhstan: the five-day week, its holidays, and what was decreed (rules §1)."""

from __future__ import annotations

import hashlib
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
        self._before: list[int] = []
        """How many working days lie before each day, by its place; one more for the end."""
        day, stop = date(first_year, 1, 1), date(last_year + 1, 1, 1)
        self._first = day.toordinal()
        while day < stop:
            self._before.append(len(self._days))
            override = self.overrides.get(day)
            ordinary = (day.weekday() < 5 and day not in holidays) or day in extra
            if override.working if override else ordinary:
                self._days.append(day)
            day += ONE_DAY
        self._before.append(len(self._days))

    @cached_property
    def fingerprint(self) -> str:
        """A name for exactly these working days."""
        ordinals = ",".join(str(day.toordinal()) for day in self._days)
        return "sha256:" + hashlib.sha256(ordinals.encode()).hexdigest()

    def is_workday(self, day: date) -> bool:
        """Whether ``day`` is a working day."""
        place = self._place(day)
        return self._before[place] < self._before[place + 1]

    def after(self, day: date, count: int) -> date:
        """The ``count``-th working day strictly after ``day`` (rules §1); ``day`` itself for none."""
        place = self._place(day)
        if count == 0:
            return day
        at = self._before[place + 1] + count - 1
        if at >= len(self._days):
            raise CalendarNotKnown(year=self.last_year + 1)
        return self._days[at]

    def between(self, day: date, later: date) -> int:
        """How many working days lie after ``day``, up to and including ``later``."""
        return max(0, self._before[self._place(later) + 1] - self._before[self._place(day) + 1])

    def within(self, span: Span) -> int:
        """How many working days the span holds."""
        return max(0, self._before[self._place(span.stop)] - self._before[self._place(span.start)])

    def latest_start(self, last: date, count: int) -> date:
        """The last working day from which ``count`` working days are over by ``last``."""
        at = self._before[self._place(last) + 1] - 1 - count
        if at < 0:
            raise CalendarNotKnown(year=self.first_year - 1)
        return self._days[at]

    def after_without(self, day: date, count: int, excluded: Iterable[Span]) -> date:
        """Like :meth:`after`, but days inside ``excluded`` spans do not count (suspensions)."""
        pauses = tuple(excluded)
        if count and not pauses:
            return self.after(day, count)
        due = day
        left = count
        while left:
            due = self.after(due, 1)
            left -= not any(due in pause for pause in pauses)
        return due

    def _place(self, day: date) -> int:
        """Which day of the calendar this is; raises :class:`CalendarNotKnown` for one outside it."""
        place = day.toordinal() - self._first
        if not 0 <= place < len(self._before) - 1:
            raise CalendarNotKnown(year=day.year)
        return place


def days_apart(day: date, count: int) -> date:
    """The day ``count`` calendar days later (or earlier)."""
    return day + timedelta(days=count)
