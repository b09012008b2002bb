"""REM-7: quiet hours, weekends and Nauryz hold letters, and never beyond the day before the gap."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from tests.delivery.conftest import Service
from tests.store.rows import record
from tests.web.register import COVERED, NOW, a_contract
from tracker.clock import LEGAL_ZONE, legal_day
from tracker.domain.roles import Role
from tracker.store.engine import reading
from tracker.store.reminder_tables import MESSAGE, REMINDER


def at(service: Service, moment: str) -> Service:
    """Let it be a moment of legal time."""
    service.now = datetime.fromisoformat(moment).replace(tzinfo=LEGAL_ZONE)
    return service


def gap(service: Service, end: str, *, recorded: str) -> None:
    """A contract that is known to end on a day since a moment; somebody is there to be told."""
    at(service, recorded)
    record(service.engine, a_contract("K-1", COVERED, "2027-01-01", end), at=service.now)
    service.owe()


def goes_at(service: Service, end: str) -> datetime:
    """When the newest letter about the end goes out at the earliest, in legal time."""
    of_end = select(REMINDER.c.digest_id).where(REMINDER.c.key.like(f"cover_end:{COVERED}/%:{end}:%"))
    query = select(MESSAGE.c.not_before).where(MESSAGE.c.digest_id.in_(of_end)).order_by(MESSAGE.c.id.desc())
    with reading(service.engine) as session:
        found: datetime = session.scalars(query.limit(1)).one()
    return found.astimezone(LEGAL_ZONE)


@pytest.mark.parametrize(
    ("end", "recorded", "goes"),
    [
        ("2027-03-10", "2027-03-04T22:15", "2027-03-05T08:00"),  # the evening waits for the morning
        ("2027-03-10", "2027-03-05T03:00", "2027-03-05T08:00"),  # and so does the night
        ("2027-03-04", "2027-03-04T22:15", "2027-03-04T22:15"),  # tomorrow there is no service: at once
        ("2027-03-05", "2027-03-04T22:15", "2027-03-05T08:00"),  # the last day has a morning
        ("2027-03-06", "2027-03-06T10:00", "2027-03-06T10:00"),  # a Saturday, the last day itself
        ("2027-03-07", "2027-03-06T06:00", "2027-03-06T08:00"),  # Monday were after the gap began
        ("2027-03-22", "2027-03-20T12:00", "2027-03-20T12:00"),  # Nauryz: the next working day is the 26th
        ("2027-03-24", "2027-03-21T21:00", "2027-03-22T08:00"),
    ],
)
def test_a_letter_waits_for_working_hours_and_never_until_the_gap_has_begun(
    service: Service, end: str, recorded: str, goes: str
) -> None:
    service.add("r", Role.REVIEWER, "59")
    gap(service, end, recorded=recorded)
    assert goes_at(service, end).isoformat(timespec="minutes")[:16] == goes
    service.now = service.now.replace(microsecond=0)
    expected = datetime.fromisoformat(goes).replace(tzinfo=LEGAL_ZONE)
    early = expected > service.now
    assert service.deliver() == (0 if early else 1)
    service.now = expected
    service.deliver()
    assert any(COVERED in letter.text for letter in service.mail.got)
    of_end = select(REMINDER.c.digest_id).where(REMINDER.c.key.like(f"cover_end:{COVERED}/%:{end}:%"))
    with reading(service.engine) as session:
        sent = session.scalars(select(MESSAGE.c.sent_at).where(MESSAGE.c.digest_id.in_(of_end))).all()
    assert sent
    assert all(at is not None and legal_day(at).isoformat() <= end for at in sent)


@pytest.mark.parametrize(
    ("end", "lead", "told"),
    [
        ("2027-03-28", "7d", "2027-03-19"),
        ("2027-03-29", "7d", "2027-03-19"),
        ("2027-02-08", "1d", "2027-02-05"),
        ("2027-02-15", "1d", "2027-02-12"),
        ("2027-02-14", "0d", "2027-02-12"),
    ],
)
def test_what_falls_on_days_off_is_told_earlier_and_not_later(
    service: Service, end: str, lead: str, told: str
) -> None:
    service.add("r", Role.REVIEWER, "59")
    record(service.engine, a_contract("K-1", COVERED, "2027-01-01", end), at=NOW)
    service.round()
    service.on(told).round()
    with reading(service.engine) as session:
        wanted = REMINDER.c.key.like(f"cover_end:{COVERED}/%:{end}:%:{lead}")
        row = session.execute(select(REMINDER).where(wanted)).one()
    assert (row.send_on.isoformat(), row.told_on.isoformat()) == (told, told)
    assert service.mail.got[-1].key.split(":")[2] == told
