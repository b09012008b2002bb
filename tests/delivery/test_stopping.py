"""Whoever is told to stop does so in time and in order, and whose work has died does not live on.

FLT-19: under load, each hand with a letter that takes a fifth of a second, a hundred times on both databases
together, by ``make torture`` and every night on each.
FLT-18 for a process that sleeps past its lease. OBS-1 for a process, its threads and one that is stopped from
outside; its banner stands among the pages.
"""

from __future__ import annotations

import http.client
import os
import random
import re
import signal
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, Row, select

from tests.channels.web_servers import Reply
from tests.databases import shown
from tests.delivery.boxes import mail_box, web_box
from tests.delivery.conftest import Service
from tests.delivery.farm import Farm, One, farm
from tests.delivery.test_kills import is_empty, put
from tests.delivery.test_swept import let_time_go_by
from tests.web.register import NOW, fill
from tracker.clock import legal_day
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.outgoing import MAIL_HANDS
from tracker.render.catalogs import load_catalogs
from tracker.services import operating
from tracker.store import jobs
from tracker.store.engine import make_engine, reading
from tracker.store.job_tables import Outcome
from tracker.store.jobs import Job
from tracker.store.reminder_tables import MESSAGE

WORDS = load_catalogs()[Language.EN]
RUNS = WORDS.say("cli.scheduler.runs")
IS_FULL = os.environ.get("NIGHTLY") == "true"
STOPS, TWICE = (100, 40) if IS_FULL else (50, 4)
A_ROUND, SERVERS = 60, 5
IN_TIME = 30
DIED = 3
PAUSE = 0.5


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farm]:
    """Processes of ``tracker`` that cost little."""
    folder = tmp_path_factory.mktemp("processes")
    (folder / "clock").write_text(NOW.isoformat())
    with farm(folder) as started:
        yield started


@pytest.fixture
def quick_service(sqlite_url: str) -> Iterator[Service]:
    """The small country on SQLite alone: how threads live does not hang on the database."""
    engine = make_engine(sqlite_url)
    fill(engine)
    yield Service(engine)
    engine.dispose()


def surroundings(service: Service, processes: Farm, **more: str) -> dict[str, str]:
    """The environment of a scheduler whose clock stands still."""
    return {
        "TRACKER_ENV": "test",
        "TRACKER_CLOCK_FILE": str(processes.folder / "clock"),
        "TRACKER_DATABASE_URL": shown(service.engine.url),
        **more,
    }


def until(happened: Callable[[], bool]) -> None:
    """Wait until something has happened."""
    give_up = time.monotonic() + IN_TIME
    while not happened():
        assert time.monotonic() < give_up
        time.sleep(0.01)


class Load:
    """There is always something to send: keys that were put, more as they are sent."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.keys: list[str] = []

    def keep_up(self) -> None:
        """Put more where nothing is left."""
        if is_empty(self._engine):
            more = [f"k{len(self.keys) + number}" for number in range(A_ROUND)]
            put(self._engine, more)
            self.keys += more


def test_flt_19_who_is_told_to_stop_loses_nothing_and_doubles_nothing(
    service: Service, processes: Farm
) -> None:
    assert service.add("r", Role.ADMIN) == 1
    dice, load, slowest = random.Random(19), Load(service.engine), 0.0
    with mail_box() as box:
        processes.rehearse("tick", "--once", environment=surroundings(service, processes))
        for turn in range(STOPS + 1):
            box.seconds = 0.2 if turn < STOPS else 0
            load.keep_up()
            one = processes.start(
                "scheduler", environment=surroundings(service, processes, TRACKER_SMTP_URL=box.url)
            )
            one.until(RUNS)
            if turn == STOPS:
                until(lambda: is_empty(service.engine))
            time.sleep(dice.uniform(0, 0.2))
            one.signal(signal.SIGTERM)
            told_at = time.monotonic()
            assert one.wait() == 0, one.said
            slowest = max(slowest, time.monotonic() - told_at)
    assert slowest < IN_TIME
    assert box.copies == dict.fromkeys(box.taken, 1)
    assert {key for key, _ in box.taken} == set(load.keys)


def answers(one: One) -> bool:
    """Whether a server that was started answers."""
    ports = re.findall(r"http://127.0.0.1:(\d+)", one.said)
    if not ports:
        return False
    connection = http.client.HTTPConnection("127.0.0.1", int(ports[0]), timeout=IN_TIME)
    connection.request("GET", "/healthz", headers={"Host": "127.0.0.1:8000"})
    found = connection.getresponse()
    found.read()
    connection.close()
    return found.status == 200


def test_flt_19_a_server_that_is_told_to_stop_finishes_its_letters_too(
    quick_service: Service, processes: Farm
) -> None:
    service, load = quick_service, Load(quick_service.engine)
    assert service.add("r", Role.ADMIN) == 1
    with mail_box() as box:
        given = surroundings(service, processes, TRACKER_SMTP_URL=box.url)
        for turn in range(SERVERS):
            load.keep_up()
            one = processes.start("serve", "--port", "0", environment=given)
            until(partial(answers, one))
            if turn == SERVERS - 1:
                until(lambda: is_empty(service.engine))
            one.signal(signal.SIGTERM)
            assert one.wait() == 0, one.said
    assert box.copies == dict.fromkeys(box.taken, 1)
    assert {key for key, _ in box.taken} == set(load.keys)


def test_flt_19_a_second_signal_follows_the_rules_of_a_kill(service: Service, processes: Farm) -> None:
    assert service.add("r", Role.ADMIN) == 1
    dice, load, kills = random.Random(20), Load(service.engine), 0
    with mail_box() as box:
        for _ in range(TWICE):
            load.keep_up()
            one = processes.start(
                "scheduler", environment=surroundings(service, processes, TRACKER_SMTP_URL=box.url)
            )
            one.until(RUNS)
            time.sleep(dice.uniform(0, 0.1))
            for _ in range(2):
                one.signal(signal.SIGTERM)
                time.sleep(dice.uniform(0, 0.02))
            status = one.wait()
            assert status in (0, -signal.SIGTERM), one.said
            kills += status != 0
    taken = box.copies
    assert kills > 0
    assert len({key for key, _ in taken}) == len(taken)
    assert sum(taken.values()) - len(taken) <= kills * MAIL_HANDS


def has_ticked(engine: Engine) -> bool:
    """Whether somebody has made a tick."""
    with reading(engine) as session:
        return Job.TICK in jobs.last_runs(session)


def row_of(engine: Engine, key: str) -> Row[Any]:
    """All that is kept of a message."""
    with reading(engine) as session:
        return session.execute(select(MESSAGE).where(MESSAGE.c.key == key)).one()


def test_flt_18_who_sleeps_past_her_lease_neither_marks_nor_sends_again_when_she_wakes(
    service: Service, processes: Farm
) -> None:
    assert service.add("r", Role.ADMIN) == 1
    with mail_box() as box:
        given = surroundings(service, processes, TRACKER_SMTP_URL=box.url)
        box.holds_back = True
        put(service.engine, ["k1"])
        sleeper = processes.start("scheduler", environment=given)
        until(lambda: len(box.taken) == 1 and has_ticked(service.engine))
        time.sleep(PAUSE)  # who sleeps inside a transaction keeps all others from writing
        sleeper.signal(signal.SIGSTOP)
        box.holds_back = False
        let_time_go_by(service.engine)
        assert processes.start("tick", "--once", environment=given).wait() == 0
        assert [key for key, _ in box.taken] == ["k1", "k1"]
        marked = row_of(service.engine, "k1")
        assert marked.sent_at is not None
        sleeper.signal(signal.SIGCONT)
        put(service.engine, ["k2"])
        until(lambda: is_empty(service.engine))
        sleeper.signal(signal.SIGTERM)
        assert sleeper.wait() == 0, sleeper.said
    assert row_of(service.engine, "k1") == marked
    assert box.copies == {box.taken[0]: 2, box.taken[2]: 1}


@pytest.mark.parametrize("words", [("scheduler",), ("serve", "--port", "0")])
@pytest.mark.parametrize("work", ["tick", "courier"])
def test_obs_1_a_process_whose_work_has_died_ends_and_says_so(
    quick_service: Service, processes: Farm, words: tuple[str, ...], work: str
) -> None:
    one = processes.start(*words, tick=0.2, strike=work, environment=surroundings(quick_service, processes))
    assert one.wait() == DIED, one.said
    assert WORDS.say("error.work_died") in one.said
    assert WORDS.say(f"error.work_died.{work}") in one.said
    with reading(quick_service.engine) as session:
        runs = jobs.last_runs(session)
    assert all(runs[job].outcome is Outcome.FAILED for job in operating.HEARTBEATS)


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGSTOP])
def test_obs_1_who_is_killed_or_stopped_is_missed_within_two_minutes_and_calls_nobody_any_more(
    quick_service: Service, processes: Farm, sign: signal.Signals
) -> None:
    def reasons(seconds: float) -> tuple[str, ...]:
        now = NOW + timedelta(seconds=seconds)
        return operating.shortcomings(quick_service.engine, now=now, today=legal_day(now))

    with web_box(lambda _: Reply()) as outside:
        one = processes.start(
            "scheduler",
            tick=1,
            environment=surroundings(quick_service, processes, TRACKER_PING_URL=outside.url),
        )
        until(lambda: len(outside.asked) > 2)
        assert "tick_late" not in reasons(120)
        one.signal(sign)
        time.sleep(0.3)
        before = len(outside.asked)
        time.sleep(1)
        assert len(outside.asked) == before
        assert "tick_late" in reasons(121)
        one.signal(signal.SIGKILL)
        assert one.wait() == -signal.SIGKILL
