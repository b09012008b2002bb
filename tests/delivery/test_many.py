"""Many schedulers over one database send each message once and all go on living (CON-1, CON-2, CON-4).

Two begin, two more join them and then four more, while ten thousand messages are due; by ``make torture`` and
every night they are due for two, for four and for eight from the beginning.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from tests.channels.web_servers import Reply
from tests.databases import PostgresServer, shown
from tests.delivery.boxes import mail_box, web_box
from tests.delivery.conftest import BOOK, Receiver, Service
from tests.delivery.farm import Farm, One, farm
from tests.delivery.test_kills import is_empty, put
from tests.delivery.test_swept import LONG_AGO
from tests.pooler import pooled, program
from tests.web.register import NOW, fill
from tracker import courier, scheduler
from tracker.clock import FixedClock
from tracker.domain.roles import Role
from tracker.outgoing import Outgoing
from tracker.store import leases, migrate
from tracker.store.engine import make_engine, reading, transaction
from tracker.store.jobs import Job
from tracker.store.reminder_tables import LEASE

IS_FULL = os.environ.get("NIGHTLY") == "true"
DUE = 10_000 if IS_FULL else 2_000
AGAIN = 80
JOINING = [(2,), (4,), (8,)] if IS_FULL else [(2, 4, 8)]
PATIENCE = 600
QUICK = 0.2
A_TICK = 0.5


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ticks and looks for letters follow each other quickly: nobody waits a minute for the next."""
    monkeypatch.setattr(scheduler, "TICK", timedelta(seconds=A_TICK))
    monkeypatch.setattr(courier, "DELIVERY_SECONDS", QUICK)


def until(happened: Callable[[], bool]) -> None:
    """Wait until something has happened."""
    give_up = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < give_up
        time.sleep(0.02)


def reminders(keys: Iterable[str]) -> list[str]:
    """Without the alarm that nobody is there to be told."""
    return sorted(key for key in keys if not key.startswith("alarm:"))


def have_sent(receivers: Iterable[Receiver], share: int) -> bool:
    """Whether they have sent so many, all together."""
    return sum(len(receiver.got) for receiver in receivers) >= share


def leader(engine: Engine) -> str | None:
    with reading(engine) as session:
        return leases.holder_of(session, Job.TICK)


def let_the_lead_end(engine: Engine) -> None:
    """Time goes by."""
    with transaction(engine) as session:
        session.execute(update(LEASE).values(until=LONG_AGO))


def sent_by_each(engine: Engine, receivers: Sequence[Receiver], name: str) -> list[str]:
    """Put more until each of them has sent some, for a lock need not be fair; the keys."""
    shares, keys = [len(receiver.got) for receiver in receivers], list[str]()
    give_up = time.monotonic() + PATIENCE
    while not all(len(receiver.got) > share for receiver, share in zip(receivers, shares, strict=True)):
        assert time.monotonic() < give_up
        more = [f"{name}{len(keys) + number}" for number in range(AGAIN)]
        put(engine, more)
        until(lambda: is_empty(engine))
        keys += more
    return keys


def all_send_each_once(engine: Engine, url: str, joining: Sequence[int], due: int = DUE) -> None:
    """So many schedulers send all that is due, share it, and go on: sending, and leading one by one.

    Of several numbers the next are there as soon as those before have sent their share. Whoever leads, she
    who comes last leads at the end, when all who were there before her have gone.
    """
    service = Service(engine)
    assert service.add("r", Role.ADMIN) == 1
    receivers = [Receiver(seconds=0.005) for _ in range(joining[-1])]
    with ExitStack() as running:

        def begin(receiver: Receiver) -> ExitStack:
            life = running.enter_context(ExitStack())
            own = make_engine(url)
            life.callback(own.dispose)
            outgoing = Outgoing(replace(service, engine=own, mail=receiver).dispatcher(), ear=None)
            life.enter_context(scheduler.ticking(scheduler.Tick(own, BOOK, FixedClock(NOW), outgoing)))
            return life

        keys = [f"k{number}" for number in range(due)]
        put(engine, keys)
        lives: list[ExitStack] = []
        for turn, schedulers in enumerate(joining, 1):
            lives += [begin(receiver) for receiver in receivers[len(lives) : schedulers]]
            until(partial(have_sent, receivers, due * turn // len(joining)))
        until(lambda: is_empty(engine))
        for _ in range(2):
            keys += sent_by_each(engine, receivers, f"{len(keys)}.")
        assert reminders(key for each in receivers for key in each.keys) == sorted(keys)
        assert_each_leads(engine, [*lives, begin(receivers[0])])


def assert_each_leads(engine: Engine, lives: Sequence[ExitStack]) -> None:
    """Whoever leads, another does when she has gone, until nobody is left."""
    leaders = set()
    for life in lives:
        until(lambda: leader(engine) is not None)
        leaders.add(leader(engine))
        life.close()
    assert leader(engine) is None
    assert len(leaders) > 1


@pytest.mark.long
@pytest.mark.parametrize("joining", JOINING, ids=str)
def test_con_1_however_many_schedulers_each_message_goes_out_once_and_all_go_on(
    service: Service, joining: Sequence[int]
) -> None:
    all_send_each_once(service.engine, shown(service.engine.url), joining)


@pytest.fixture
def behind_a_pooler(postgres: PostgresServer) -> Iterator[str]:
    """An empty database behind PgBouncer. In CI a missing one fails, elsewhere it is a visible skip."""
    bouncer = program()
    if bouncer is None:
        assert os.environ.get("CI", "").lower() != "true", "no pgbouncer"
        pytest.skip("no pgbouncer")
    url = postgres.create()
    with pooled(url, bouncer) as address:
        yield shown(address)
    postgres.drop(url)


def test_con_4_behind_a_pooler_that_hands_each_transaction_another_connection_it_is_the_same(
    behind_a_pooler: str,
) -> None:
    engine = make_engine(behind_a_pooler)
    migrate.upgrade(engine)
    fill(engine)
    all_send_each_once(engine, behind_a_pooler, (4,), DUE if IS_FULL else 2 * AGAIN)
    engine.dispose()


def four_servers(processes: Farm, service: Service, smtp: str, ping: str) -> dict[str, One]:
    """Servers as people start them, by the path under ``ping`` that each calls while it leads."""
    clock = processes.folder / "clock"
    clock.write_text(NOW.isoformat())
    given = {
        "TRACKER_ENV": "test",
        "TRACKER_CLOCK_FILE": str(clock),
        "TRACKER_DATABASE_URL": shown(service.engine.url),
        "TRACKER_SMTP_URL": smtp,
    }
    return {
        path: processes.start(
            "serve", "--port", "0", tick=QUICK, environment=given | {"TRACKER_PING_URL": ping + path}
        )
        for path in ("/1", "/2", "/3", "/4")
    }


def test_con_2_four_servers_each_with_its_scheduler_have_one_tick_and_the_next_leads_after_a_kill(
    sqlite_url: str, tmp_path: Path
) -> None:
    service = Service(make_engine(sqlite_url))
    fill(service.engine)
    assert service.add("r", Role.ADMIN) == 1
    keys = [f"k{number}" for number in range(AGAIN)]
    with mail_box() as box, web_box(lambda _: Reply()) as outside, farm(tmp_path) as processes:
        put(service.engine, keys)
        servers = four_servers(processes, service, box.url, outside.url)
        while servers:
            until(lambda: is_empty(service.engine) and len(outside.asked) > 2)
            (leads,) = {asked.path for asked in outside.asked}
            one = servers.pop(leads)
            one.signal(signal.SIGKILL)
            assert one.wait() == -signal.SIGKILL
            let_the_lead_end(service.engine)
            outside.asked.clear()
            if servers:
                keys.append(f"after{len(servers)}")
                put(service.engine, keys[-1:])
    assert reminders(key for key, _ in box.taken) == sorted(keys)
    service.engine.dispose()
