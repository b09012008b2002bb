"""O1: a message in a chat says itself that what it told of is done, and asks for it no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.delivery.conftest import Service
from tests.store.rows import record
from tests.web.register import NOW, STALLED, a_contract, day, small_country
from tracker.domain.messages import ChannelKind, Delivery, Fate, Fault
from tracker.domain.people import Reach
from tracker.domain.register import TenderEventRow, TenderRow
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language, TenderEventKind, TenderStatus
from tracker.store import people
from tracker.store.engine import reading, transaction
from tracker.store.reminder_tables import MESSAGE, WAY

STEP = TenderEventRow("T-2", TenderEventKind.APPEAL, day("2027-01-14"))
TENDER = next(row for row in small_country() if isinstance(row, TenderRow) and row.school_id == STALLED)


def told(service: Service, edited: Delivery) -> None:
    """The message by which the officer of one school was told of a stage, in a chat that can be changed."""
    with transaction(service.engine) as session:
        reach = Reach(schools=frozenset({STALLED}))
        person = people.add_person(
            session, email="o@example.kz", name="o", role=Role.OFFICER, reach=reach,
            at=NOW - timedelta(days=300), language=Language.RU,
        )  # fmt: skip
    service.connect(person, "500")
    service.by = (ChannelKind.TELEGRAM,)
    sent = Delivery(Fate.SENT, answer="message 7")
    service.telegram.says = lambda letter: edited if letter.replaces else sent
    service.round()
    assert len(service.telegram.got) == 1
    service.telegram.got.clear()
    service.now += timedelta(hours=1)


@pytest.mark.parametrize(
    "edited", [Delivery(Fate.SENT), Delivery(Fate.NEVER, Fault.REFUSED, "400 not found")]
)
def test_when_the_facts_move_on_the_message_says_so_once_and_a_refusal_harms_nothing(
    service: Service, edited: Delivery
) -> None:
    told(service, edited)
    record(service.engine, STEP, at=service.now)
    service.round()
    [part] = service.telegram.got
    assert (part.to, part.replaces, part.subject) == ("500", "7", "✓ Готово: 1 из 2")
    assert "✓ Завершить этап «рассмотрение заявок»: Школа «Әйтеке» (T-2)" in part.text
    assert [button.action for button in part.buttons] == ["open"]
    service.now += timedelta(hours=1)
    record(service.engine, a_contract("K-2-2", STALLED, "2027-01-01", "2027-12-31"), at=service.now)
    service.round()
    whole = service.telegram.got[-1]
    assert (whole.replaces, whole.subject, whole.buttons) == ("7", "✓ Готово", ())
    for _ in "ab":
        service.last, service.now = None, service.now + timedelta(hours=1)
        service.round()
    assert service.telegram.got == [part, whole]
    with reading(service.engine) as session:
        left = session.execute(select(MESSAGE.c.dead_at, WAY.c.failures).join(WAY)).all()
    assert set(left) == {(None, 0)}


def test_what_is_due_again_before_the_message_could_be_edited_stays_as_it_was(service: Service) -> None:
    later = Delivery(Fate.LATER, Fault.BUSY)
    told(service, later)
    record(service.engine, replace(TENDER, status=TenderStatus.WITHDRAWN, ended_on=day("2027-01-14")), at=NOW)
    service.round()
    record(service.engine, TENDER, at=service.now)
    service.now += timedelta(hours=1)
    service.telegram.says = lambda _: Delivery(Fate.SENT)
    service.round()
    assert len(service.telegram.got) == 1
