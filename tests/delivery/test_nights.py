"""Quiet hours hold what goes out, however it came to be due: a try again, another way, an outage (REM-7)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from tests.delivery.conftest import BOOK, Service
from tests.delivery.test_dispatching import put
from tests.loops import run
from tests.people import ADMIN
from tests.store.rows import record
from tests.web.register import COVERED, ENDING, NOW, a_contract
from tracker.clock import LEGAL_ZONE
from tracker.domain.agreement import Outcome
from tracker.domain.messages import ChannelKind, Delivery, Fate, Fault, Letter
from tracker.domain.roles import Role
from tracker.services import agreeing
from tracker.services.waiting import Opening
from tracker.store import outbox
from tracker.store.engine import reading, transaction
from tracker.store.reminder_tables import DIGEST, MESSAGE

MONDAY = datetime(2027, 1, 18, 8, tzinfo=LEGAL_ZONE)
SATURDAY = datetime(2027, 1, 16, 8, tzinfo=LEGAL_ZONE)
FRIDAY_NIGHT = datetime(2027, 1, 15, 22, tzinfo=LEGAL_ZONE)
AWAY = Delivery(Fate.LATER, Fault.BUSY, "451 later")
TAKEN = Delivery(Fate.SENT)


def deliver(service: Service, at: datetime) -> int:
    service.now = at.astimezone(UTC)
    return run(replace(service.dispatcher(), opens=Opening(BOOK)).run())


def hours(first: datetime, last: datetime) -> Iterator[datetime]:
    while first < last:
        yield first
        first += timedelta(hours=1)


def due_on(service: Service, day: str | None) -> None:
    """What was told is due on another day."""
    with transaction(service.engine) as session:
        body = json.loads(session.scalars(select(DIGEST.c.body)).one())
        for line in body["lines"]:
            line["due_on"] = day
        session.execute(update(DIGEST).values(body=json.dumps(body)))


@pytest.fixture
def told(service: Service) -> Service:
    """Friday noon: a reviewer was owed her digest, and the mail server took nothing until the evening."""
    service.add("r", Role.REVIEWER, "59")
    service.owe()
    service.mail.says = lambda _: AWAY
    for hour in hours(NOW, FRIDAY_NIGHT):
        deliver(service, hour)
    service.mail.got.clear()
    service.mail.says = lambda _: TAKEN
    return service


def tries(service: Service) -> int:
    with reading(service.engine) as session:
        return session.scalar(select(func.max(MESSAGE.c.attempts))) or 0


def test_rem_7_a_try_again_waits_for_the_morning_of_a_working_day_and_counts_only_then(
    told: Service,
) -> None:
    before = tries(told)
    assert sum(deliver(told, hour) for hour in hours(FRIDAY_NIGHT, MONDAY)) == 0
    assert (told.mail.keys, tries(told)) == ([], before)
    assert deliver(told, MONDAY + timedelta(seconds=1)) == 1
    assert tries(told) == before + 1


@pytest.mark.parametrize(
    ("due", "opens"),
    [
        ("2027-02-10", MONDAY),
        ("2027-01-18", MONDAY),
        ("2027-01-17", SATURDAY),
        ("2027-01-15", FRIDAY_NIGHT),
        (None, MONDAY),
    ],
)
def test_rem_7_what_is_due_before_the_office_opens_again_does_not_wait_for_it(
    told: Service, due: str | None, opens: datetime
) -> None:
    due_on(told, due)
    with transaction(told.engine) as session:
        now, minute = FRIDAY_NIGHT + timedelta(days=4), timedelta(minutes=1)
        message = outbox.claim(session, ChannelKind.MAIL, "h", now=now, lease=minute)
        assert message is not None
        assert Opening(BOOK)(session, message, FRIDAY_NIGHT) == opens


@pytest.mark.parametrize(
    ("is_broken", "database"), [(False, "sqlite"), (False, "postgresql"), (True, "sqlite")]
)
def test_what_tells_of_another_letter_that_was_lost_waits_too(told: Service, is_broken: bool) -> None:
    told.add("h", Role.HEAD, "59")

    def says(letter: Letter) -> Delivery:
        return TAKEN if letter.to == "h@example.kz" else Delivery(Fate.NEVER, Fault.REFUSED, "550 no")

    told.mail.says = says
    with transaction(told.engine) as session:
        session.execute(update(MESSAGE).values(not_before=NOW))
    told.now = FRIDAY_NIGHT.astimezone(UTC)
    run(told.dispatcher().run())
    told.mail.got.clear()
    with transaction(told.engine) as session:
        session.execute(
            update(MESSAGE)
            .where(MESSAGE.c.key.like("dead_letter:%"))
            .values(sent_at=None, not_before=told.now, attempts=0)
        )
        if is_broken:
            session.execute(update(DIGEST).values(body=func.replace(DIGEST.c.body, '"due_on"', '"gone"')))
    assert sum(deliver(told, hour) for hour in hours(FRIDAY_NIGHT, MONDAY)) == 0
    assert deliver(told, MONDAY + timedelta(seconds=1)) == 1
    assert told.mail.got[-1].key.startswith("dead_letter:")


def test_what_is_asked_for_and_what_tells_of_the_service_goes_out_at_night(service: Service) -> None:
    put(service, ["test"])
    assert deliver(service, FRIDAY_NIGHT) == 1


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_was_owed_on_friday_night_stands_in_the_digest_of_monday(service: Service) -> None:
    service.add("r", Role.REVIEWER, "59")
    service.now = FRIDAY_NIGHT.astimezone(UTC)
    assert service.owe().digests == 1
    record(service.engine, a_contract("K-1", COVERED, "2027-01-01", "2027-01-19"), at=service.now)
    service.now = (MONDAY - timedelta(hours=7)).astimezone(UTC)
    assert service.owe().digests == 1
    assert deliver(service, MONDAY + timedelta(seconds=1)) == 1
    [letter] = service.mail.got
    assert (COVERED in letter.text, ENDING in letter.text) == (True, True)
    with reading(service.engine) as session:
        found = agreeing.of_all(session, ADMIN, FRIDAY_NIGHT.date(), MONDAY.date())
    assert found.agrees
    assert not found.counts.get(Outcome.HELD)
