"""What died while its peer was away, or with a row that nobody can read, is owed again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, update

from tests.delivery.conftest import BOOK, WRITER, Receiver, Service
from tests.loops import run
from tests.store.rows import record
from tests.web.register import COVERED, ENDING, NOW, a_school
from tracker.clock import FixedClock, legal_day
from tracker.domain.errors import DatabaseNotReady
from tracker.domain.messages import ChannelKind, Delivery, Fate, Fault, Letter
from tracker.domain.roles import Role
from tracker.domain.timekeeping import Jump, Look
from tracker.outgoing import Outgoing
from tracker.scheduler import Tick, one_round
from tracker.services import keeping_time, operating, reminding
from tracker.services.delivering import Dispatcher
from tracker.services.keeping_time import Guest, Machine
from tracker.services.reminding import Outlook, Owed, Question
from tracker.services.rerouting import LOST
from tracker.settings import Settings
from tracker.store import jobs, ways
from tracker.store.engine import reading, transaction
from tracker.store.jobs import Job
from tracker.store.reminder_tables import DIGEST, MESSAGE

HOUR = timedelta(hours=1)
YEAR = 365 * 24 * 60
"""In minutes."""


def names(service: Service, who: str) -> list[bool]:
    """Whether each letter to somebody that was taken names the school that is about to end."""
    return [ENDING in each.text for each in service.mail.got if each.to.startswith(who)]


def test_after_an_outage_longer_than_all_tries_the_officer_herself_gets_her_lines(service: Service) -> None:
    service.add("r", Role.REVIEWER, "59")
    service.add("h", Role.HEAD, "59")
    service.mail.says = lambda _: Delivery(Fate.LATER, Fault.UNREACHABLE)
    service.owe()
    while service.now < NOW + 140 * HOUR:
        service.deliver()
        service.now += 2 * HOUR
    with reading(service.engine) as session:
        died = session.scalar(select(func.count()).where(MESSAGE.c.dead_at.is_not(None)))
    assert died
    service.mail.got.clear()
    service.mail.says = lambda _: Delivery(Fate.SENT)
    for _ in range(24):
        service.round()
        service.now += 2 * HOUR
    assert names(service, "r@").count(True) == 1


def test_a_digest_whose_row_is_spoilt_is_owed_anew_and_told(service: Service) -> None:
    service.add("r", Role.REVIEWER, "59")
    service.owe()
    with transaction(service.engine) as session:
        session.execute(update(DIGEST).values(body="{"))
    for _ in range(24):
        service.deliver()
        service.now += 4 * HOUR
        service.owe()
    assert True in names(service, "r@")


def test_what_a_program_took_hides_from_nobody_that_the_mailbox_refuses(service: Service) -> None:
    officer = service.add("r", Role.REVIEWER, "59")
    service.add("h", Role.HEAD, "59")
    with transaction(service.engine) as session:
        ways.add(session, officer, ChannelKind.WEBHOOK, "https://hook.example.kz/", at=NOW, confirmed=True)
    hook = Receiver()

    def answer(letter: Letter) -> Delivery:
        is_hers = letter.to.startswith("r@")
        return Delivery(Fate.NEVER, Fault.REFUSED, "550 no") if is_hers else Delivery(Fate.SENT)

    service.mail.says = answer
    service.owe()
    hands = {ChannelKind.MAIL: (service.mail,), ChannelKind.WEBHOOK: (hook,)}
    for _ in range(3):
        run(Dispatcher(service.engine, lambda: service.now, hands, WRITER).run())
    assert len(hook.got) == 1
    assert [each.key for each in service.mail.got if each.to.startswith("h@") and LOST in each.key]


def test_facts_that_change_at_every_look_keep_nobody_untold(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.add("r", Role.REVIEWER, "59")
    real, looks = reminding.keep, [0]

    def busy(engine: Engine, outlook: Outlook, **given: Any) -> tuple[Question | None, Owed]:
        looks[0] += 1
        at = NOW + timedelta(seconds=looks[0])
        record(service.engine, a_school(COVERED, "A", cameras=looks[0]), at=at)
        return real(engine, outlook, **given)

    monkeypatch.setattr(reminding, "keep", busy)
    tick = Tick(service.engine, BOOK, FixedClock(NOW), Outgoing(service.dispatcher(), ear=None))
    for _ in range(4):
        tick()
    assert service.deliver() == 1
    assert (names(service, "r@"), looks[0]) == ([True], 4)


def test_that_no_look_is_written_for_a_quarter_of_an_hour_is_told(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.add("r", Role.REVIEWER, "59")
    clock = Moved(NOW)
    tick = Tick(service.engine, BOOK, clock, Outgoing(service.dispatcher(), ear=None))
    with monkeypatch.context() as never:
        never.setattr(reminding, "keep", lambda *_, **__: (None, Owed()))
        for minutes in (0, 14, 16):
            clock.moment = NOW + timedelta(minutes=minutes)
            tick()
            found = operating.shortcomings(service.engine, now=clock.moment, today=legal_day(clock.moment))
            assert ("job_failed" in found) == (minutes == 16)
    tick()
    found = operating.shortcomings(service.engine, now=clock.moment, today=legal_day(clock.moment))
    assert "job_failed" not in found


@dataclass
class Moved:
    """A clock that a test moves."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment


def test_flt_16_a_round_by_command_waits_with_those_who_found_that_the_clock_jumped(
    service: Service,
) -> None:
    service.add("r", Role.REVIEWER, "59")
    with transaction(service.engine) as session:
        keeping_time.open_jump(session, Jump(timedelta(days=1), Look(NOW, timedelta())))
    settings, clock = Settings(), Moved(NOW + timedelta(minutes=9))
    for minutes, is_told in ((9, False), (11, True)):
        clock.moment = NOW + timedelta(minutes=minutes)
        with ThreadPoolExecutor(1) as aside:  # a browser of other tests may keep this thread's loop
            aside.submit(one_round, settings, service.engine, BOOK, clock).result()
        with reading(service.engine) as session:
            assert (Job.REMINDERS in jobs.last_runs(session)) == is_told


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("boots", "rounds"),
    [
        # the clock goes a year ahead, is looked at again, and is believed after ten minutes
        ("aaaa", [(0, 0, True), (5, YEAR, False), (10, YEAR, False), (16, YEAR, True), (21, YEAR, True)]),
        ("aaa", [(0, 0, True), (5, YEAR, False), (10, 0, True), (15, 0, True)]),
        ("abb", [(0, 0, True), (5, -120, False), (16, -120, True)]),
        ("ab", [(0, 0, True), (60 * 48, 0, True)]),
        ("aa", [(0, 0, True), (60 * 48, 0, True)]),
        ("  ", [(0, 0, True), (5, YEAR, True)]),
    ],
)
def test_flt_16_a_round_by_command_finds_that_the_clock_jumped_since_the_last(
    service: Service, boots: str, rounds: list[tuple[int, int, bool]]
) -> None:
    for boot, (passed, ahead, is_believed) in zip(boots.ljust(len(rounds), boots[-1]), rounds, strict=True):
        real = timedelta(minutes=passed)
        clock = FixedClock(NOW + real + timedelta(minutes=ahead))
        machine = Machine(boot.strip(), partial(timedelta, minutes=passed))
        guest = Guest(service.engine, clock.now, machine)
        assert guest.lets_send() is guest.lets_send() is is_believed
        tick = Tick(service.engine, BOOK, clock, watchman=guest, machine=machine)
        tick()
        tick.stop()
    with reading(service.engine) as session:
        assert keeping_time.waiting_jump(jobs.last_runs(session).get(Job.CLOCK)) is None


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("boot", ["a", "b"])
def test_flt_16_a_clock_that_is_right_again_at_the_next_round_a_day_later_hastens_nothing(
    service: Service, boot: str
) -> None:
    service.add("r", Role.REVIEWER, "59")
    service.owe()
    later = NOW + timedelta(days=3)
    with transaction(service.engine) as session:
        session.execute(update(MESSAGE).values(not_before=later))
    rounds = [(0, 0, "a"), (24 * 60, -YEAR, "a"), (2 * 24 * 60, 0, boot)]
    for passed, ahead, start in rounds:
        clock = FixedClock(NOW + timedelta(minutes=passed + ahead))
        machine = Machine(start, partial(timedelta, minutes=passed))
        guest = Guest(service.engine, clock.now, machine)
        assert guest.lets_send() is (ahead == 0)
        Tick(service.engine, BOOK, clock, watchman=guest, machine=machine).stop()
        with transaction(service.engine) as session:
            jobs.record(session, Job.TICK, began_at=clock.now(), ended_at=clock.now(), **machine.said())
    with reading(service.engine) as session:
        assert set(session.scalars(select(MESSAGE.c.not_before))) == {later}


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_tick_that_hung_for_long_and_died_is_no_clock_that_jumped(service: Service) -> None:
    clock = Moved(NOW)
    machine = Machine("a", lambda: clock.moment - NOW)
    tick = Tick(service.engine, BOOK, clock, machine=machine)
    tick()
    clock.moment += 2 * HOUR
    tick.stop(is_dead=True)
    clock.moment += HOUR / 12
    assert Guest(service.engine, clock.now, machine).lets_send()


def test_flt_26_a_database_that_is_busy_for_one_step_keeps_no_other_from_its_turn(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.add("r", Role.REVIEWER, "59")
    tick = Tick(service.engine, BOOK, FixedClock(NOW), Outgoing(service.dispatcher(), ear=None))

    def busy(_: datetime) -> None:
        raise DatabaseNotReady(reason="busy")

    monkeypatch.setattr(tick, "_judge", busy)
    assert (tick(), tick.failed, service.deliver()) == (True, (Job.EVALUATION,), 1)
