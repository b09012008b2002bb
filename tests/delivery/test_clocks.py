"""Clocks that are set back, set forward, strobe and differ: nothing is lost, doubled or sent by a wrong day.

FLT-15 (back while running), FLT-16 (forward and back again, held for ten minutes or for a person) and FLT-17
(strobing clocks, hosts whose clocks differ).
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from random import Random
from threading import Event

import pytest
from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers import base
from apscheduler.schedulers.background import BackgroundScheduler

from tests.delivery.conftest import BOOK, WRITER, Receiver, Service
from tests.loops import run
from tests.web.register import NOW
from tracker.clock import MachineClock
from tracker.domain.messages import ChannelKind, Delivery, Fate
from tracker.domain.roles import Role
from tracker.domain.timekeeping import JUMP, PATIENCE, Jump, Look, Timekeeper
from tracker.outgoing import Outgoing
from tracker.pulse import Nudge, Steadily
from tracker.scheduler import Tick
from tracker.services import conditions, keeping_time
from tracker.services.delivering import Dispatcher
from tracker.services.keeping_time import Watchman
from tracker.store import digests, jobs, outbox
from tracker.store.engine import reading, transaction
from tracker.store.jobs import Job
from tracker.store.outbox import Note

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
YEARS = 3652 * DAY


@dataclass
class Host:
    """A machine that runs the service: a clock that can be set, and time that passes whatever it says."""

    service: Service
    skew: timedelta = timedelta()
    passed: timedelta = timedelta()
    watchman: Watchman = field(init=False)
    outgoing: Outgoing = field(init=False)
    tick: Tick = field(init=False)

    def __post_init__(self) -> None:
        self.watchman = Watchman(self.service.engine, self.now, lambda: self.passed)
        self.outgoing = Outgoing(
            Dispatcher(
                self.service.engine, self.now, {ChannelKind.MAIL: (self.service.mail,)}, WRITER,
                lets_send=self.watchman.lets_send,
            ),
            ear=None,
        )  # fmt: skip
        self.tick = Tick(self.service.engine, BOOK, self, self.outgoing, watchman=self.watchman)

    def now(self) -> datetime:
        """What the clock shows."""
        return NOW + self.passed + self.skew

    def deliver(self) -> int:
        """Send what is due by this clock."""
        return run(self.outgoing.dispatcher.run())

    def live(self, rounds: int = 1, every: timedelta = timedelta(minutes=1)) -> int:
        """So many rounds; how many messages went out."""
        sent = 0
        for _ in range(rounds):
            self.passed += every
            self.tick()
            sent += self.deliver()
        return sent

    @property
    def is_held(self) -> bool:
        """Whether those who look at the service are told that the clock jumped."""
        with reading(self.service.engine) as session:
            return conditions.clock(jobs.last_runs(session).get(Job.CLOCK)).is_bad


@pytest.fixture
def host(service: Service) -> Host:
    """A machine on which everything has gone well so far."""
    found = Host(service)
    found.live()
    return found


def put(service: Service, key: str, not_before: datetime = NOW) -> None:
    person = service.add(key, Role.AUDITOR)
    with transaction(service.engine) as session:
        outbox.put(session, [Note(key, person, ChannelKind.MAIL, "test", 5, not_before)], at=NOW)


@pytest.mark.parametrize("by", [HOUR, DAY, 365 * DAY])
def test_flt_15_a_clock_that_is_set_back_delays_no_message_by_more_than_the_time_of_a_person_to_look(
    host: Host, by: timedelta
) -> None:
    put(host.service, "due")
    put(host.service, "later", NOW + 3 * HOUR)
    host.skew = -by
    assert host.live() == 0
    assert host.is_held
    assert host.live(2, 5 * MINUTE) == 1
    assert not host.is_held
    assert host.live(7, HOUR / 2) == 1
    assert host.service.mail.keys == ["due", "later"]


def test_flt_15_what_was_sent_before_the_clock_went_back_is_not_sent_again(host: Host) -> None:
    host.service.add("r", Role.REVIEWER, "59")
    assert host.live() == 1
    for host.skew in (-DAY, timedelta()):
        host.live(3, 5 * MINUTE)
    with reading(host.service.engine) as session:
        bodies = [digests.get(session, number + 1).body for number in range(len(host.service.mail.keys))]
    told = [key for body in bodies for line in body["lines"] for key in line["keys"]]
    assert len(told) == len(set(told)) > 0


@pytest.fixture(params=[DAY, YEARS])
def ahead(host: Host, request: pytest.FixtureRequest) -> Host:
    """Its clock was set forward: what is to be sent in two hours seems due, and for ten minutes it waits."""
    put(host.service, "of tomorrow", NOW + 2 * HOUR)
    host.skew = request.param
    assert host.live(2, 5 * MINUTE) == 0
    assert host.is_held
    return host


def test_flt_16_a_clock_that_returns_within_ten_minutes_has_done_nothing(ahead: Host) -> None:
    ahead.skew = timedelta()
    assert ahead.live() == 0
    assert not ahead.is_held
    assert ahead.live(5, HOUR / 2) == 1


def test_flt_16_after_ten_minutes_a_clock_is_believed_and_nothing_repeats_after_it_returns(
    ahead: Host,
) -> None:
    assert ahead.live(2, 5 * MINUTE) == 1
    put(ahead.service, "of the wrong day", ahead.now() + HOUR)
    ahead.skew = timedelta()
    assert ahead.live(3, 5 * MINUTE) == 0
    assert ahead.live(3, HOUR / 2) == 1
    assert ahead.service.mail.keys == ["of tomorrow", "of the wrong day"]


def test_flt_16_a_person_who_has_looked_need_not_wait(host: Host) -> None:
    put(host.service, "of tomorrow", NOW + 2 * HOUR)
    host.skew = DAY
    assert host.live() == 0
    with transaction(host.service.engine) as session:
        assert keeping_time.confirm(session, now=host.now())
        assert not keeping_time.confirm(session, now=host.now())
    assert host.live() == 1


def test_flt_16_nothing_is_judged_owed_or_forgotten_by_a_clock_that_is_not_believed(host: Host) -> None:
    with reading(host.service.engine) as session:
        before = jobs.last_runs(session)
    host.skew = YEARS
    host.live()
    with reading(host.service.engine) as session:
        after = jobs.last_runs(session)
    for job in (Job.EVALUATION, Job.UPKEEP):
        assert after[job] == before[job]
    assert after[Job.TICK].ended_at == host.now()


def test_flt_16_a_process_that_begins_while_a_jump_is_waited_for_waits_too(host: Host) -> None:
    put(host.service, "of tomorrow", NOW + 2 * HOUR)
    host.skew = DAY
    host.live()
    host.tick.stop()
    again = Host(host.service, skew=DAY, passed=host.passed)
    assert again.live() == 0
    assert again.is_held
    assert again.live(3, 5 * MINUTE) == 1


def test_flt_17_a_strobing_clock_neither_loses_nor_doubles_nor_holds_anything(host: Host) -> None:
    chance = Random(17)
    for number in range(20):
        put(host.service, f"k{number}", NOW + number * MINUTE / 2)
    for step in range(32_000):
        host.skew = timedelta(milliseconds=chance.randint(4, 262_000)) * chance.choice((-1, 1))
        host.passed += timedelta(milliseconds=1)
        assert host.watchman.lets_send()
        if step % 2_000 == 0:
            host.live()
    host.skew = timedelta()
    host.live()
    assert not host.is_held
    assert sorted(host.service.mail.keys) == sorted(f"k{number}" for number in range(20))


@pytest.mark.parametrize("skew", [5 * MINUTE, DAY])
def test_flt_17_hosts_whose_clocks_differ_claim_nothing_twice_and_lose_nothing(
    service: Service, skew: timedelta
) -> None:
    keys = [f"k{number}" for number in range(60)]
    for key in keys:
        put(service, key, NOW - 2 * DAY)
    hosts = [
        Host(replace(service, mail=Receiver(seconds=0.001)), skew=by) for by in (-skew, timedelta(), skew)
    ]
    with ThreadPoolExecutor(3) as crowd:
        assert sum(crowd.map(Host.deliver, hosts)) == len(keys)
    assert sorted(key for host in hosts for key in host.service.mail.keys) == sorted(keys)


def test_flt_17_what_a_host_of_yesterday_could_not_send_is_tried_again(service: Service) -> None:
    put(service, "k", NOW - 2 * DAY)
    service.mail.says = lambda _: Delivery(Fate.LATER, "busy")
    for skew in (-DAY, DAY):
        Host(service, skew=skew).deliver()
    service.mail.says = lambda _: Delivery(Fate.SENT)
    service.now = NOW + DAY + HOUR
    assert service.deliver() == 1


@pytest.mark.parametrize("by", [-YEARS, -DAY, -HOUR, HOUR, DAY, YEARS])
def test_a_jump_is_one_whichever_way_and_however_far(by: timedelta) -> None:
    keeper = Timekeeper(Look(NOW, timedelta()))
    jumped = keeper.look(Look(NOW + by + MINUTE, MINUTE))
    assert jumped.jump == Jump(by, Look(NOW + by + MINUTE, MINUTE))
    assert jumped.jump.was == NOW + MINUTE
    early = PATIENCE - timedelta(seconds=1)
    assert jumped.look(Look(NOW + by + MINUTE + early, MINUTE + early)) == jumped
    late = Look(NOW + by + MINUTE + PATIENCE, MINUTE + PATIENCE)
    assert jumped.look(late) == Timekeeper(late)
    assert jumped.look(Look(NOW + 2 * MINUTE, 2 * MINUTE)) == keeper


def test_less_than_an_hour_is_no_jump_and_a_second_jump_is_waited_for_anew() -> None:
    keeper = Timekeeper(Look(NOW, timedelta()))
    assert keeper.look(Look(NOW + JUMP - MINUTE, timedelta())) == keeper
    first = keeper.look(Look(NOW + DAY, timedelta()))
    second = first.look(Look(NOW + 3 * DAY, 9 * MINUTE))
    assert second.jump is not None
    assert second.look(Look(NOW + 3 * DAY + 9 * MINUTE, 18 * MINUTE)) == second


@pytest.fixture
def beats(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Callable[[timedelta], None], list[float]]]:
    """A scheduler that beats ten times a second by a clock that can be set; when it beat."""
    skew, beaten = [timedelta()], list[float]()

    class SetClock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> SetClock:
            return cls.fromtimestamp((MachineClock().now() + skew[0]).timestamp(), UTC)

    monkeypatch.setattr(base, "datetime", SetClock)
    tenth = timedelta(seconds=0.1)
    scheduler = BackgroundScheduler(
        timezone=UTC,
        executors={"default": DebugExecutor()},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    scheduler.add_job(lambda: beaten.append(time.monotonic()), Steadily(tenth))
    scheduler.start()
    nudge = Nudge(scheduler, SetClock.now, every=tenth, longest=tenth)

    def set_by(by: timedelta) -> None:
        skew[0] += by

    yield set_by, beaten
    nudge.stop()
    scheduler.shutdown()


@pytest.mark.parametrize("by", [-365 * DAY, -DAY, -HOUR, DAY, YEARS])
def test_flt_15_and_16_the_tick_goes_on_within_a_minute_and_makes_up_for_no_decade(
    beats: tuple[Callable[[timedelta], None], list[float]], by: timedelta
) -> None:
    set_by, beaten = beats
    tracemalloc.start()
    for _ in range(2):
        set_by(by)
        before = len(beaten)
        give_up = time.monotonic() + 10
        while len(beaten) < before + 2:
            assert time.monotonic() < give_up
            Event().wait(0.02)
        by = -by
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 30 * 2**20
    assert len(beaten) < 100
