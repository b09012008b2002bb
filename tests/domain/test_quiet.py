"""Messages wait for working hours, unless waiting would be too late."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import day, policy_with, the_calendar
from tests.domain.world_calendar import product_calendar
from tracker.domain.days import LEGAL_ZONE
from tracker.domain.quiet import QuietHours, deliver_at, quiet_hours
from tracker.law.loader import load_policy

NIGHT = QuietHours(20, 8)
CALENDAR = product_calendar()
MOMENTS = st.datetimes(
    datetime.fromisoformat("2024-06-01"), datetime.fromisoformat("2030-01-01"), timezones=st.just(LEGAL_ZONE)
)
HOURS = st.builds(QuietHours, st.integers(0, 23), st.integers(0, 23))


def delivered(moment: str, due_on: str | None = None, quiet: QuietHours = NIGHT) -> str:
    """When a message of a moment goes out, both in legal time."""
    asked = datetime.fromisoformat(moment).replace(tzinfo=LEGAL_ZONE)
    last = None if due_on is None else day(due_on)
    return deliver_at(asked, last, quiet, the_calendar()).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize(
    ("asked", "due_on", "goes_out"),
    [
        ("2026-11-24T10:15", None, "2026-11-24T10:15"),
        ("2026-11-24T19:59", None, "2026-11-24T19:59"),
        ("2026-11-24T20:00", None, "2026-11-25T08:00"),
        ("2026-11-25T07:59", None, "2026-11-25T08:00"),
        ("2026-11-27T21:00", None, "2026-11-30T08:00"),
        ("2026-11-28T11:00", None, "2026-11-30T08:00"),
        ("2027-03-19T21:00", None, "2027-03-25T08:00"),
        ("2026-11-27T21:00", "2026-11-30", "2026-11-30T08:00"),
        ("2026-11-27T21:00", "2026-11-29", "2026-11-28T08:00"),
        ("2026-11-28T11:00", "2026-11-28", "2026-11-28T11:00"),
        ("2026-11-27T21:00", "2026-11-27", "2026-11-27T21:00"),
        ("2026-11-27T21:00", "2026-11-26", "2026-11-30T08:00"),
    ],
)
def test_a_message_goes_out_in_working_hours_unless_that_is_too_late(
    asked: str, due_on: str | None, goes_out: str
) -> None:
    assert delivered(asked, due_on) == goes_out


@given(MOMENTS, st.none() | st.integers(-3, 12), HOURS)
def test_nothing_goes_out_early_nor_after_a_due_day_that_is_still_to_come(
    moment: datetime, days: int | None, quiet: QuietHours
) -> None:
    due_on = None if days is None else moment.date() + timedelta(days=days)
    sent = deliver_at(moment, due_on, quiet, CALENDAR)
    assert sent >= moment
    if due_on is not None and due_on >= moment.date():
        assert sent.date() <= due_on
    is_ordinary = CALENDAR.is_workday(sent.date()) and not quiet.holds(sent)
    assert (
        is_ordinary
        or (due_on is not None and CALENDAR.after(sent.date(), 1) > due_on)
        or sent.date() == due_on
    )


@given(MOMENTS, HOURS)
def test_where_nothing_hurries_a_message_goes_out_at_the_first_ordinary_moment(
    moment: datetime, quiet: QuietHours
) -> None:
    sent = deliver_at(moment, None, quiet, CALENDAR)
    between = [moment + timedelta(hours=n) for n in range(int((sent - moment) / timedelta(hours=1)))]
    assert all(quiet.holds(each) or not CALENDAR.is_workday(each.date()) for each in between)


def test_a_moment_of_another_zone_is_read_in_legal_time() -> None:
    assert NIGHT.holds(datetime(2026, 11, 24, 15, 0, tzinfo=UTC))
    assert not NIGHT.holds(datetime(2026, 11, 24, 3, 0, tzinfo=UTC))


def test_equal_hours_are_never_quiet() -> None:
    assert not any(
        QuietHours(8, 8).holds(datetime(2026, 11, 24, hour, tzinfo=LEGAL_ZONE)) for hour in range(24)
    )


def test_the_hours_come_from_the_law_file() -> None:
    assert quiet_hours(load_policy(), date(2026, 11, 24)) == NIGHT
    assert quiet_hours(policy_with("remind.quiet_from", 22), date(2026, 11, 24)) == QuietHours(22, 8)
