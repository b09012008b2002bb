"""One command does everything that is due, and what people press in Telegram is done: over real servers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from tests.channels.bot import TAKEN, TOKEN, says
from tests.channels.mail_servers import sink
from tests.channels.web_servers import Asked, Reply, web
from tests.commands import Commands
from tests.delivery.conftest import BOOK, Service
from tests.loops import run
from tests.web.register import NOW, fill
from tracker.clock import FixedClock
from tracker.domain.days import legal_day
from tracker.domain.holds import HoldKind
from tracker.domain.messages import reference
from tracker.domain.roles import Role
from tracker.outgoing import Outgoing
from tracker.services import connecting, operating
from tracker.services.acting import Author
from tracker.settings import Settings
from tracker.store import accounts, holds, jobs, outbox, ways
from tracker.store.engine import make_engine, reading, transaction
from tracker.store.job_tables import Outcome
from tracker.store.jobs import Job
from tracker.store.reminder_tables import DIGEST


@pytest.fixture
def tracker(tmp_path: Path) -> Commands:
    """A folder with the small country, and one who is told."""
    commands = Commands(tmp_path)
    commands.good("migrate")
    engine = make_engine(f"sqlite:///{commands.database}")
    fill(engine)
    Service(engine).add("r", Role.REVIEWER, "59")
    engine.dispose()
    return commands


def test_one_round_by_command_mails_what_is_owed_and_the_next_one_nothing(tracker: Commands) -> None:
    async def rounds() -> tuple[list[str], list[str]]:
        async with sink() as server:
            outs = []
            for _ in range(2):
                said = await asyncio.to_thread(tracker.process, "tick", "--once", TRACKER_SMTP_URL=server.url)
                assert said.status == 0, said
                outs.append(said.out.strip())
            healthy = await asyncio.to_thread(tracker.process, "doctor", TRACKER_SMTP_URL=server.url)
            assert healthy.status == 0, healthy
            return outs, [mail["X-Reminder-Key"] for mail in server.mails]

    outs, keys = run(rounds())
    assert outs == ["Done. Messages delivered: 1.", "Done. Messages delivered: 0."]
    assert keys == ["digest:1:2027-01-15:1:mail"]


def test_without_a_mail_server_what_is_owed_stands_on_the_page_and_no_message_waits(
    tracker: Commands,
) -> None:
    assert tracker.process("tick", "--once").out.strip() == "Done. Messages delivered: 0."
    engine = make_engine(f"sqlite:///{tracker.database}")
    with reading(engine) as session:
        assert outbox.queue(session, now=NOW).waiting == 0
    engine.dispose()


@pytest.mark.parametrize(("words", "hours"), [((), 26), (("--every", "5"), 1 / 6)])
def test_a_round_by_command_that_no_other_follows_is_missed(
    tracker: Commands, words: tuple[str, ...], hours: float
) -> None:
    assert tracker.process("tick", "--once", *words).status == 0
    engine = make_engine(f"sqlite:///{tracker.database}")
    with reading(engine) as session:
        run = jobs.last_runs(session)[Job.TICK]
    assert run.outcome is Outcome.STOPPED
    for seconds in (0, 1):
        now = run.ended_at + timedelta(hours=hours, seconds=seconds)
        missed = {"tick_late", "delivery_late"} & set(
            operating.shortcomings(engine, now=now, today=legal_day(now))
        )
        assert missed == ({"tick_late", "delivery_late"} if seconds else set())
    engine.dispose()


def test_a_tick_without_once_says_what_works_on(tracker: Commands) -> None:
    said = tracker("tick")
    assert (said.status, "tracker scheduler" in said.err) == (2, True)


@asynccontextmanager
async def chat(
    engine: Engine, updates: list[dict[str, object]], now: datetime = NOW
) -> AsyncIterator[tuple[Outgoing, list[Asked]]]:
    """The service with a bot, to which people have said ``updates``."""
    told = list(updates)

    def answers(asked: Asked) -> Reply:
        if asked.path.endswith("/getUpdates"):
            offset = asked.json["offset"]
            return says([each for each in told if int(str(each["update_id"])) >= offset])
        return TAKEN if asked.path.endswith("/sendMessage") else says(True)

    async with web(answers) as server:
        settings = Settings(telegram_url=server.url, telegram_token=TOKEN, secret="k" * 40)
        outgoing = Outgoing.of(settings, engine, BOOK, FixedClock(now))
        yield outgoing, server.asked
        await outgoing.dispatcher.close()


def pressed(number: int, chat_id: int, data: str, *, kind: str = "private") -> dict[str, object]:
    message = {"message_id": 7, "date": 1, "chat": {"id": chat_id, "type": kind}}
    return {
        "update_id": number,
        "callback_query": {"id": str(number), "from": {"id": 5}, "data": data, "message": message},
    }


def test_a_chat_is_connected_by_its_code_and_only_once(service: Service) -> None:
    person = service.add("r", Role.REVIEWER, "59")
    with transaction(service.engine) as session:
        account = accounts.account_of(session, person)
        assert account is not None
        code = connecting.telegram_code(session, Author(account.person.mark, NOW), account.person)
    said = [
        {
            "update_id": number,
            "message": {
                "message_id": 1, "date": 1, "text": f"/start {code}",
                "from": {"id": chat_id}, "chat": {"id": chat_id, "type": "private"},
            },
        }
        for number, chat_id in ((1, 500), (2, 600))
    ]  # fmt: skip

    async def listen() -> int:
        async with chat(service.engine, said) as (outgoing, _):
            assert outgoing.ear is not None
            heard = await outgoing.ear.listen()
            return heard + await outgoing.ear.listen()

    assert run(listen()) == 2
    with reading(service.engine) as session:
        (way,) = ways.of_people(session, [person])[person]
    assert way.address == "500"


def test_a_button_takes_a_deadline_up_for_its_own_reader_and_for_nobody_else(service: Service) -> None:
    person, other = (service.add(name, Role.REVIEWER, "71") for name in ("r", "o"))
    service.connect(person, "500")
    service.connect(other, "600")
    service.now = NOW
    service.owe()
    with reading(service.engine) as session:
        (way,) = ways.of_people(session, [person])[person]
        key = f"digest:{person}:{legal_day(NOW).isoformat()}:1:telegram:{way.id}"
    data = f"done:{reference(key)}"
    presses = [pressed(1, 600, data), pressed(2, 700, data), pressed(3, -500, data, kind="group")]

    async def listen(updates: list[dict[str, object]]) -> list[str]:
        async with chat(service.engine, updates) as (outgoing, asked):
            assert outgoing.ear is not None
            await outgoing.dispatcher.run()
            await outgoing.ear.listen()
            return [json.dumps(each.json) for each in asked if each.path.endswith("/answerCallbackQuery")]

    assert len(run(listen(presses))) == 3
    with reading(service.engine) as session:
        assert holds.holds(session, since=NOW.date()) == ()
    run(listen([*presses, pressed(4, 500, data)]))
    with reading(service.engine) as session:
        (hold,) = holds.holds(session, since=NOW.date())
    assert (hold.kind, hold.person) == (HoldKind.ACKNOWLEDGED, person)


def test_what_is_pressed_after_a_quiet_week_is_heard_whatever_telegram_numbers_it(service: Service) -> None:
    service.connect(service.add("r", Role.REVIEWER, "71"), "500")

    async def answers(number: int, now: datetime) -> int:
        async with chat(service.engine, [pressed(number, 500, "done:NONE")], now) as (outgoing, asked):
            assert outgoing.ear is not None
            for _ in range(2):
                await outgoing.ear.listen()
            return sum(each.path.endswith("/answerCallbackQuery") for each in asked)

    assert run(answers(900_000_000, NOW)) == 1
    assert run(answers(12_345, NOW + timedelta(days=5))) == 0
    assert run(answers(12_345, NOW + timedelta(days=7))) == 1
    assert run(answers(12_346, NOW + timedelta(days=8))) == 1


def deaf(engine: Engine, said: list[dict[str, object]], times: int) -> list[str]:
    """What the bot answers if it tells everything it ever heard, so many times."""

    def answers(asked: Asked) -> Reply:
        return says(said) if asked.path.endswith("/getUpdates") else TAKEN

    async def listen() -> list[str]:
        async with web(answers) as server:
            settings = Settings(telegram_url=server.url, telegram_token=TOKEN, secret="k" * 40)
            outgoing = Outgoing.of(settings, engine, BOOK, FixedClock(NOW))
            assert outgoing.ear is not None
            for _ in range(times):
                await outgoing.ear.listen()
            await outgoing.dispatcher.close()
            return [asked.path.rpartition("/")[2] for asked in server.asked]

    return [method for method in run(listen()) if method != "getUpdates"]


def test_what_a_bot_tells_twice_is_done_once(service: Service) -> None:
    person = service.add("r", Role.REVIEWER, "71")
    service.connect(person, "500")
    assert deaf(service.engine, [pressed(7, 500, "done:NONE")], times=3) == ["answerCallbackQuery"]


def test_what_cannot_be_done_in_telegram_keeps_nobody_else_from_being_heard(service: Service) -> None:
    person = service.add("r", Role.REVIEWER, "71")
    service.connect(person, "500")
    service.round()
    letter = service.telegram.got[-1]
    with transaction(service.engine) as session:
        session.execute(update(DIGEST).values(body="{"))
    said = [pressed(1, 500, f"done:{letter.reference}"), pressed(2, 500, "done:NONE")]
    assert deaf(service.engine, said, times=2) == ["answerCallbackQuery"]
