"""Every case of ``tests/cases/reminders`` goes as an officer would expect; its README tells how."""

from __future__ import annotations

import pytest

from tests.domain.reminder_cases import CALENDAR, ReminderCase, digests, read_reminder_cases, told

CASES = read_reminder_cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_exactly_the_digests_of_the_case_go_out(case: ReminderCase) -> None:
    found = told(case)
    missing = [f"missing: {each}" for each in case.expected if each not in found]
    surplus = [f"not expected: {each}" for each in found if each not in case.expected]
    assert not missing + surplus, "\n".join([case.about, *missing, *surplus])
    assert found == sorted(found, key=lambda each: each[0])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_nothing_is_told_twice(case: ReminderCase) -> None:
    keys = [key.text for digest in digests(case) for key in digest.keys]
    assert len(set(keys)) == len(keys)


def test_every_day_off_is_quiet_unless_a_working_day_would_be_too_late() -> None:
    days = {digest.on for case in CASES for digest in digests(case) if not CALENDAR.is_workday(digest.on)}
    assert {day.isoformat() for day in days} == {"2026-11-28"}
