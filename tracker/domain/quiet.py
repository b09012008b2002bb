"""When a message may go out: working days outside quiet hours, unless that would be too late (rules §7).

Quiet hours hold the delivery of what is owed, never the judging.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tracker.domain.days import LEGAL_ZONE, next_day
from tracker.domain.policy import Policy
from tracker.domain.workdays import WorkCalendar


@dataclass(frozen=True, slots=True)
class QuietHours:
    """No message from ``first`` until ``stop`` o'clock, legal time, also over midnight; none where equal."""

    first: int
    stop: int

    def holds(self, moment: datetime) -> bool:
        """Whether messages wait at ``moment``."""
        hour = moment.astimezone(LEGAL_ZONE).hour
        if self.first <= self.stop:
            return self.first <= hour < self.stop
        return hour >= self.first or hour < self.stop


def quiet_hours(policy: Policy, on: date) -> QuietHours:
    """The quiet hours of the house on a day."""
    law = policy.on(on)
    return QuietHours(law.quiet_from_hour, law.quiet_until_hour)


def deliver_at(moment: datetime, due_on: date | None, quiet: QuietHours, calendar: WorkCalendar) -> datetime:
    """The first moment from ``moment`` on at which a message about a deadline may go out, in legal time.

    On a working day outside quiet hours; if that is after the due day, outside quiet hours on any day;
    if that is after it too, at once. What is late already waits for a working day.
    """
    now = moment.astimezone(LEGAL_ZONE)
    worked = _open_from(now, quiet, calendar)
    if due_on is None or due_on < now.date() or worked.date() <= due_on:
        return worked
    soonest = _open_from(now, quiet, None)
    return soonest if soonest.date() <= due_on else now


def _open_from(now: datetime, quiet: QuietHours, calendar: WorkCalendar | None) -> datetime:
    """The first moment outside quiet hours, on a working day where a calendar is given."""
    moment = now
    while True:
        day = moment.date()
        if calendar is not None and not calendar.is_workday(day):
            moment = datetime.combine(calendar.after(day, 1), time(), LEGAL_ZONE)
        elif quiet.holds(moment):
            moment = _stop_after(moment, quiet.stop)
        else:
            return moment


def _stop_after(moment: datetime, hour: int) -> datetime:
    """The next time the clock strikes ``hour``."""
    stop = datetime.combine(moment.date(), time(), LEGAL_ZONE) + timedelta(hours=hour)
    return (
        stop
        if stop > moment
        else datetime.combine(next_day(moment.date()), time(), LEGAL_ZONE) + timedelta(hours=hour)
    )
