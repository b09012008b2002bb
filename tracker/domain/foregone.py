"""If nobody does anything: the days without service ahead of a need, counted to a horizon (rules §4).

The register and the purchases that run are taken as they stand: lines serve their days, a live tender serves
from its likely day on, and nothing else begins. Of days whose service is not known nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tracker.domain.coverage import Cover, read_cover
from tracker.domain.days import FOREVER, Span, subtract
from tracker.domain.facts import NeedFacts
from tracker.domain.workdays import WorkCalendar

HORIZON = (3, 1)
"""Month and day after the turn of the year up to which losses are counted (house): two interim months."""


@dataclass(frozen=True, slots=True)
class Loss:
    """What is lost up to a horizon: from which day, how many calendar days, how many school days.

    School days are working days; a school that lacks two services loses two a day, so that losses add up.
    ``since`` is None where nothing is lost.
    """

    since: date | None
    days: int
    school_days: int


NOTHING = Loss(None, 0, 0)


def horizon_of(on: date) -> date:
    """The first of March after the next 31 December, the day itself counted as one."""
    return date(on.year + 1, *HORIZON)


def unserved(cover: Cover, window: Span) -> tuple[Span, ...]:
    """The required days of a window that no dated line serves and no open-ended one may."""
    first, stop = window.within(cover.required)
    return subtract([Span(first, min(stop, cover.open_from))], cover.served)


def ahead(facts: NeedFacts, on: date, served_from: date | None) -> tuple[Span, ...]:
    """The days from ``on`` on without service if nobody does anything.

    ``served_from`` is the likely first day of service of the tender that runs, None without one.
    """
    return unserved(read_cover(facts), Span(on, served_from or FOREVER))


def loss(spans: Iterable[Span], until: date, calendar: WorkCalendar) -> Loss:
    """How much of these days lies before or on ``until``."""
    window = Span.inclusive(date.min, until)
    lost = [span for each in spans if not (span := each.within(window)).is_empty]
    if not lost:
        return NOTHING
    return Loss(lost[0].start, sum(span.days for span in lost), sum(map(calendar.within, lost)))


def total(losses: Iterable[Loss]) -> Loss:
    """Losses of many needs as one: the first day of them, and their sums."""
    kept = [each for each in losses if each.since is not None]
    since = min((each.since for each in kept if each.since), default=None)
    return Loss(since, sum(each.days for each in kept), sum(each.school_days for each in kept))
