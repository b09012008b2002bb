"""Nobody waits for another's peer, nothing that was taken is sent again, and one bad row harms no other.

CHN-1 for letters that come while the mail server does not answer, and for its return after six hours.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, event, func, select, update

from tests.delivery.conftest import WRITER, Receiver, Service
from tests.delivery.test_dispatching import put, queue
from tests.loops import run
from tests.web.register import NOW
from tracker import courier
from tracker.channels.channel import NEXT
from tracker.clock import FixedClock
from tracker.courier import Courier
from tracker.domain.errors import DatabaseNotReady
from tracker.domain.messages import HELD, ChannelKind, Delivery, Fate, Fault, Letter
from tracker.domain.roles import Role
from tracker.outgoing import Outgoing
from tracker.services import conditions
from tracker.services.delivering import Dispatcher
from tracker.services.rerouting import LOST
from tracker.store import outbox, ways
from tracker.store.engine import reading, transaction
from tracker.store.outbox import Note
from tracker.store.reminder_tables import DIGEST, MESSAGE

AT_ONCE = 5
"""Seconds within which other channels deliver (CHN-1)."""

HOUR = timedelta(hours=1)


@contextmanager
def refusing(engine: Engine, is_refused: Callable[[str, str], bool]) -> Iterator[None]:
    """The database is busy for the statements, with their values, that are chosen."""

    def refuse(_: object, __: object, statement: str, values: object, *___: object) -> None:
        if is_refused(statement, str(values)):
            raise DatabaseNotReady(reason="busy")

    event.listen(engine, "before_cursor_execute", refuse)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", refuse)


def until(happened: Callable[[], bool]) -> None:
    give_up = time.monotonic() + AT_ONCE
    while not happened():
        assert time.monotonic() < give_up
        time.sleep(0.01)


def test_chn_1_while_the_mail_server_does_not_answer_letters_that_come_go_out_by_other_channels(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "DELIVERY_SECONDS", 0.05)
    monkeypatch.setattr(courier, "LETTERS_SECONDS", 0.05)
    service.mail.seconds = 600
    put(service, ["mail 1"])
    works = Courier(Outgoing(service.dispatcher(), ear=None), FixedClock(NOW))
    try:
        until(lambda: service.mail.keys == ["mail 1"])
        put(service, ["chat 1"], channel=ChannelKind.TELEGRAM)
        until(lambda: service.telegram.keys == ["chat 1"])
        put(service, ["chat 2"], urgency=6, channel=ChannelKind.TELEGRAM)
        until(lambda: queue(service).waiting == 1)
    finally:
        works.stop()
    works.thread.require()
    assert service.telegram.keys == ["chat 1", "chat 2"]


def is_late(service: Service) -> bool:
    """Whether the banner says that messages are late."""
    with reading(service.engine) as session:
        return conditions.messages(session, service.now)[0].is_bad


def test_chn_1_all_that_waited_is_sent_within_ten_minutes_after_the_mail_server_is_back(
    service: Service,
) -> None:
    keys = [f"k{number}" for number in range(5)]
    put(service, keys)
    service.mail.says = lambda _: Delivery(Fate.LATER, Fault.UNREACHABLE)
    while service.now < NOW + 6 * HOUR:
        service.deliver()
        is_told = is_late(service)
        assert is_told == (service.now - NOW > conditions.BACKLOG)
        service.now += timedelta(minutes=2)
    tries = Counter(service.mail.keys)
    with reading(service.engine) as session:
        attempts: int = session.scalar(select(func.max(MESSAGE.c.attempts))) or 0
    assert attempts <= 8
    assert sum(tries.values()) < len(keys) * attempts + 6 * 12 + 1
    service.mail.says = lambda _: Delivery(Fate.SENT)
    back = service.now
    while queue(service).waiting:
        service.now += timedelta(minutes=2)
        service.deliver()
    assert service.now - back <= timedelta(minutes=10)
    assert not is_late(service)
    assert Counter(service.mail.keys) - tries == Counter(keys)


def test_a_letter_that_was_taken_is_marked_also_where_the_database_was_busy(service: Service) -> None:
    put(service, ["k"])
    refused: list[str] = []

    def is_refused(statement: str, _: str) -> bool:
        is_mark = "UPDATE message" in statement and "sent_at=" in statement and len(refused) < 3
        refused.extend([statement] * is_mark)
        return is_mark

    with refusing(service.engine, is_refused):
        assert run(replace(service.dispatcher(), waits=(0, 0, 0.01)).run()) == 1
    assert (len(refused), queue(service).waiting, service.mail.keys) == (3, 0, ["k"])


def test_a_letter_that_was_taken_is_marked_also_where_its_lease_could_not_be_renewed(
    service: Service,
) -> None:
    put(service, ["k"])
    service.mail.seconds = 0.2
    renewals: list[str] = []

    def is_refused(statement: str, _: str) -> bool:
        is_renewal = statement.startswith("UPDATE message SET leased_until=")
        renewals.extend([statement] * is_renewal)
        return is_renewal

    with refusing(service.engine, is_refused):
        assert run(service.dispatcher(lease=timedelta(seconds=0.3)).run()) == 1
    assert (len(renewals), queue(service).waiting) == (1, 0)


def test_one_hand_that_meets_a_busy_database_cuts_off_no_other(service: Service) -> None:
    put(service, ["mail"])
    put(service, ["chat"], channel=ChannelKind.TELEGRAM)
    service.mail.seconds = 0.1
    busy = refusing(service.engine, lambda _, values: "telegram" in values)
    with busy, pytest.raises(DatabaseNotReady):
        run(service.dispatcher().run())
    assert service.mail.keys == ["mail"]
    assert queue(service).waiting == 1


def test_a_row_that_nobody_can_read_is_laid_aside_and_what_was_sent_before_it_is_sent_once(
    service: Service,
) -> None:
    put(service, ["good 1"], urgency=0)
    put(service, ["good 2"], urgency=8)
    person = service.add("p", Role.ADMIN)
    with transaction(service.engine) as session:
        outbox.put(session, [Note("poison", person, ChannelKind.MAIL, LOST, 5, NOW)], at=NOW)
        session.execute(update(MESSAGE).where(MESSAGE.c.key == "poison").values(parameters="{"))
    for _ in range(6):
        service.deliver()
        service.now += HOUR
    assert service.mail.keys == ["good 1", "good 2"]
    with reading(service.engine) as session:
        attempts = session.scalar(select(MESSAGE.c.attempts).where(MESSAGE.c.key == "poison"))
    assert (attempts, queue(service).dead, queue(service).waiting) == (3, 1, 0)


def test_a_digest_that_nobody_can_read_is_laid_aside_also_where_nothing_can_be_put_in_its_place(
    service: Service,
) -> None:
    service.add("r", Role.REVIEWER, "59")
    service.owe()
    with transaction(service.engine) as session:
        session.execute(update(DIGEST).values(body="{"))
    for _ in range(6):
        service.deliver()
        service.now += HOUR
    assert (queue(service).dead, queue(service).waiting) == (1, 0)


@dataclass
class Hooks(Receiver):
    """Addresses of which the first is slow."""

    now_at: Counter[str] = field(default_factory=Counter)
    most_at: Counter[str] = field(default_factory=Counter)

    async def send(self, letter: Letter) -> Delivery:
        """Note how many are at one address."""
        self.now_at[letter.to] += 1
        self.most_at[letter.to] = max(self.most_at[letter.to], self.now_at[letter.to])
        await asyncio.sleep(0.1 if letter.to.endswith("/1") else 0)
        self.now_at[letter.to] -= 1
        self.got.append(letter)
        return Delivery(Fate.SENT)


def test_an_address_that_is_slow_keeps_one_hand_and_the_others_are_not_held_up(service: Service) -> None:
    person, hooks = service.add("p", Role.REVIEWER, "59"), Hooks()
    with transaction(service.engine) as session:
        slow, quick = (
            ways.add(session, person, ChannelKind.WEBHOOK, f"https://example.kz/{at}", at=NOW, confirmed=True)
            for at in (1, 2)
        )
        notes = [
            Note(f"{way}.{at}", person, ChannelKind.WEBHOOK, "test", way, NOW, way)
            for way in (slow, quick)
            for at in range(4)
        ]
        outbox.put(session, notes, at=NOW)
    hands = {ChannelKind.WEBHOOK: (hooks,) * 3}
    assert run(Dispatcher(service.engine, lambda: NOW, hands, WRITER).run()) == 8
    assert hooks.most_at["https://example.kz/1"] == 1
    assert hooks.keys.index(f"{quick}.3") < hooks.keys.index(f"{slow}.1")


@dataclass
class Host(Receiver):
    """It is called once at a time, as a program's host is; who comes meanwhile waits for a turn."""

    is_busy: bool = False

    async def send(self, letter: Letter) -> Delivery:
        """Take a letter, or put it off."""
        if self.is_busy:
            return Delivery(Fate.LATER, HELD, wait=NEXT)
        self.is_busy = True
        try:
            return await super().send(letter)
        finally:
            self.is_busy = False


@pytest.mark.parametrize("database", ["sqlite"])
def test_one_round_calls_all_the_programs_of_one_host_one_after_another(service: Service) -> None:
    people, began = [service.add(f"p{number}", Role.REVIEWER, "59") for number in range(12)], time.monotonic()
    with transaction(service.engine) as session:
        notes = [
            Note(f"k{each}", each, ChannelKind.WEBHOOK, "test", 5, NOW, ways.add(
                session, each, ChannelKind.WEBHOOK, f"https://hook.kz/{each}", at=NOW, confirmed=True
            ))
            for each in people
        ]  # fmt: skip
        outbox.put(session, notes, at=NOW)

    def now() -> datetime:
        return NOW + timedelta(seconds=time.monotonic() - began)

    host = Host(seconds=0.02)
    round_ = Dispatcher(service.engine, now, {ChannelKind.WEBHOOK: (host,) * 6}, WRITER)
    assert run(round_.run()) == len(people)
    assert sorted(host.keys) == sorted(f"k{each}" for each in people)
    assert queue(service).waiting == 0
