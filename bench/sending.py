"""Reminders that are all due at one minute, to a mail server of this machine in a process of its own."""

from __future__ import annotations

import asyncio
import smtplib
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import Engine, delete
from sqlalchemy.orm import Session

from bench.rounds import in_turn, seconds
from bench.world import ON
from tracker.channels.mail import MailSender
from tracker.channels.mail_text import mail_of
from tracker.clock import FixedClock
from tracker.domain.messages import ChannelKind, Letter
from tracker.domain.people import NOWHERE
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.outgoing import Outgoing
from tracker.scheduler import Tick
from tracker.services import reminding
from tracker.services.delivering import Dispatcher
from tracker.services.evaluating import Book
from tracker.services.reminding import Question
from tracker.settings import Settings
from tracker.store import outbox, people
from tracker.store.engine import transaction
from tracker.store.outbox import Claimed, Note
from tracker.store.reminder_tables import MESSAGE

NOW = datetime(ON.year, ON.month, ON.day, 6, tzinfo=UTC)
HANDS = 4
OURS, ONE_HAND, KEPT, EACH = "tracker, four hands", "tracker, one hand", "kept", "each"
TEXT = "Қызылорда қаласы, № 5 мектеп: байланыс арнасының шарты 30 күннен кейін аяқталады.\n" * 10


@dataclass(frozen=True)
class Sink:
    """A mail server that takes everything and keeps nothing."""

    port: int

    def client(self) -> smtplib.SMTP:
        """A connection."""
        return smtplib.SMTP("127.0.0.1", self.port)


SERVER = """
import socket, time
from aiosmtpd.controller import Controller
class Taker:
    async def handle_DATA(self, server, session, envelope):
        return "250 OK"
with socket.create_server(("127.0.0.1", 0)) as free:
    port = free.getsockname()[1]
Controller(Taker(), hostname="127.0.0.1", port=port).start()
print(port, flush=True)
while True:
    time.sleep(60)
"""


@contextmanager
def sink() -> Iterator[Sink]:
    """Start the server."""
    with subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Sink(int(process.stdout.readline()))
        process.kill()


def letter(number: int) -> Letter:
    """A letter of two kilobytes."""
    return Letter(f"bench:{number}", "officer@example.kz", Language.KK, "Еске салу", TEXT, f"<p>{TEXT}</p>")


def send(engine: Engine, server: Sink, messages: int, hands: int) -> float:
    """The seconds in which the tracker empties an outbox of so many messages."""
    with transaction(engine) as session:
        session.execute(delete(MESSAGE))
        person = people.number_of(session, "bench@example.kz") or people.add_person(
            session, email="bench@example.kz", name="", role=Role.OFFICER, reach=NOWHERE, at=NOW
        )
        notes = [
            Note(f"bench:{number}", person, ChannelKind.MAIL, "test", 5, NOW) for number in range(messages)
        ]
        outbox.put(session, notes, at=NOW)

    def write(_: Session, message: Claimed) -> Letter:
        return letter(message.id)

    async def drain() -> int:
        sender = MailSender.from_url(
            f"smtp://127.0.0.1:{server.port}", base_url="https://tracker.example.kz", now=lambda: NOW
        )
        dispatcher = Dispatcher(engine, lambda: NOW, {ChannelKind.MAIL: (sender,) * hands}, write)
        sent = await dispatcher.run()
        await dispatcher.close()
        return sent

    def run() -> None:
        assert asyncio.run(drain()) == messages

    return seconds(run)


def made(number: int) -> bytes:
    """The same letter as a mail."""
    return mail_of(letter(number), sender="a@example.kz", receiver="b@example.kz", host="example.kz", at=NOW)


def bare(server: Sink, messages: int) -> float:
    """The seconds of a plain loop over one connection, which remembers nothing."""

    def run() -> None:
        with server.client() as client:
            for number in range(messages):
                client.sendmail("a@example.kz", "b@example.kz", made(number))

    return seconds(run)


def one_by_one(server: Sink, messages: int) -> float:
    """The seconds of a loop that connects for every message."""

    def run() -> None:
        for number in range(messages):
            with server.client() as client:
                client.sendmail("a@example.kz", "b@example.kz", made(number))

    return seconds(run)


def compare(engine: Engine, messages: int, rounds: int) -> dict[str, tuple[float, ...]]:
    """All four, in turn."""
    with sink() as server:
        return in_turn(
            rounds,
            {
                OURS: partial(send, engine, server, messages, HANDS),
                ONE_HAND: partial(send, engine, server, messages, 1),
                KEPT: partial(bare, server, messages),
                EACH: partial(one_by_one, server, messages),
            },
        )


def looks(engine: Engine, book: Book, rounds: int) -> Mapping[str, Sequence[float]]:
    """The seconds of the first look of a day, and of a tick (judging, owing, delivering) with nothing due."""
    asked: list[Question | None] = [None]

    def look(last: Question | None) -> None:
        asked[0], _ = reminding.owe(engine, now=NOW, book=book, by=tuple(ChannelKind), last=last)

    clock = FixedClock(NOW)
    outgoing = Outgoing.of(Settings(smtp_url="smtp://127.0.0.1:9"), engine, book, clock)
    tick = Tick(engine, book, clock, outgoing)

    def nothing() -> None:
        tick()
        asyncio.run(outgoing.dispatcher.run())

    first = [seconds(partial(look, None)) for _ in range(rounds)]
    nothing()  # what this day brings is done
    return {"first": first, "nothing": [seconds(nothing) for _ in range(rounds)]}
