"""The calendar of the invented worlds, twice: as the product counts it and as a plain set of days."""

from __future__ import annotations

from datetime import date, timedelta

from tracker.domain.workdays import Override, WorkCalendar

FIRST_YEAR, LAST_YEAR = 2016, 2036
HOLIDAYS = (
    (1, 1), (1, 2), (1, 7), (3, 8), (3, 21), (3, 22), (3, 23), (5, 1), (5, 7), (5, 9), (7, 6), (8, 30),
    (10, 25), (12, 16),
)  # fmt: skip
DECREED_OFF = (date(2024, 12, 31), date(2025, 1, 3), date(2026, 12, 29), date(2027, 3, 15))
DECREED_ON = (date(2024, 5, 4), date(2026, 1, 10), date(2026, 8, 29), date(2027, 2, 27))


def product_calendar() -> WorkCalendar:
    """The calendar of the invented worlds as the product counts it."""
    holidays = {date(year, m, d): False for year in range(FIRST_YEAR, LAST_YEAR + 1) for m, d in HOLIDAYS}
    decreed = [Override(day, working=False, decree="") for day in DECREED_OFF]
    decreed += [Override(day, working=True, decree="") for day in DECREED_ON]
    return WorkCalendar(holidays, first_year=FIRST_YEAR, last_year=LAST_YEAR, overrides=decreed)


def plain_days_off() -> frozenset[date]:
    """The same calendar as a plain set of the days that are not worked."""
    day, off = date(FIRST_YEAR, 1, 1), set(DECREED_OFF)
    while day.year <= LAST_YEAR:
        rest = day.isoweekday() in (6, 7) or (day.month, day.day) in HOLIDAYS
        if rest and day not in DECREED_ON:
            off.add(day)
        day += timedelta(days=1)
    return frozenset(off)
