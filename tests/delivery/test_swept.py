"""Whoever is killed at any system call while sending loses nothing (FLT-1), on both databases.

Five reminders by mail, by Telegram and by webhook, to real servers. Every call that the sender makes of every
kind that leaves the process or reaches the disk is a point: killed there, nothing is lost, at most one copy
more will be delivered and it has the same identity, and the database is whole. The next to be killed has what
was left, filled up to five: its start needs no hand. On PostgreSQL the three channels share the points out in
an ordinary run; each has them all by ``make torture`` and every night, where it is ``strace`` that kills.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, select, update

from tests.channels.bot import TAKEN
from tests.channels.web_servers import Asked, Reply
from tests.databases import shown
from tests.delivery.boxes import mail_box, web_box
from tests.delivery.conftest import Service
from tests.delivery.swept import AHEAD, IDLE, OURS, SEAL, STRACE
from tests.delivery.talking import Talk, talking
from tests.delivery.tracing import NUMBERS
from tests.web.register import NOW
from tracker.channels.telegram_text import SHORT
from tracker.channels.webhook import new_secret
from tracker.domain.messages import ChannelKind, reference
from tracker.domain.roles import Role
from tracker.services import witnessing
from tracker.services.connecting import TEST
from tracker.store import outbox, ways
from tracker.store.engine import is_whole, reading, transaction
from tracker.store.outbox import Note
from tracker.store.reminder_tables import MESSAGE

A_POINT = 5
KILLED, ENDED = -9, 0
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
CHANNELS = [ChannelKind.MAIL, ChannelKind.TELEGRAM, ChannelKind.WEBHOOK]
FINE = Reply(204, b"")
IS_FULL = os.environ.get("NIGHTLY") == "true"
FEWEST = {"sqlite": 120, "postgresql": 150 if IS_FULL else 50}
"""Points that a sweep has at least: fewer would mean that it looked at the wrong calls."""


@dataclass
class Peers:
    """A mail server, a bot and a program, which outlive whoever sends to them."""

    smtp: str
    url: str
    mails: list[tuple[str, str]]
    asked: list[Asked]
    seen: int = 0

    def taken(self, kind: ChannelKind) -> list[tuple[str, str]]:
        """What a channel took since the last time: what a reader tells copies by, and all that they say."""
        begin = self.seen
        if kind is ChannelKind.MAIL:
            self.seen = len(self.mails)
            return self.mails[begin:]
        self.seen = len(self.asked)
        asked = self.asked[begin:]
        if kind is ChannelKind.TELEGRAM:
            texts = [str(each.json["text"]) for each in asked if each.path.endswith("/sendMessage")]
            return [(text.rsplit("#", 1)[1], text) for text in texts]
        return [(each.headers["webhook-id"], each.body.decode()) for each in asked if each.path == "/hook"]


def name_of(kind: ChannelKind, key: str) -> str:
    """What a reader tells copies of this key by."""
    if kind is ChannelKind.MAIL:
        return key
    return reference(key)[: SHORT if kind is ChannelKind.TELEGRAM else None]


@contextmanager
def peers() -> Iterator[Peers]:
    """Start them."""
    with mail_box() as box, web_box(lambda asked: FINE if asked.path == "/hook" else TAKEN) as called:
        yield Peers(box.url, called.url, box.taken, called.asked)


@dataclass(frozen=True)
class Sweep:
    """Those who are killed, and the program that does it."""

    talk: Talk

    def run(self, call: str, number: int) -> int:
        """Send and die at the call of this number; the exit status."""
        return self.talk.ask(call, number)


@contextmanager
def sweep(of: Peers, kind: ChannelKind, engine: Engine) -> Iterator[Sweep]:
    """Send by a channel what is due, and start them; in CI a missing strace fails, elsewhere it is a skip."""
    how = STRACE if IS_FULL or not NUMBERS else OURS
    before = by_strace() if how == STRACE else []
    sender = [sys.executable, "-m", "tests.delivery.swept", how, kind, shown(engine.url), of.smtp, of.url]
    with talking([*before, *sender]) as talk:
        yield Sweep(talk)


def by_strace() -> list[str]:
    """The words that have ``strace`` kill what is begun after them."""
    strace = shutil.which("strace")
    if strace is None:
        assert os.environ.get("CI", "").lower() != "true", "no strace"
        pytest.skip("no strace")
    calls = ",".join(f"?{call}" for call in IDLE)
    options = ["-f", "-qq", "-o", os.devnull, "-e", "signal=none", "-e", f"trace={calls}"]
    return [strace, *options, "-e", f"inject={calls}:signal=SIGKILL:when={AHEAD}"]


def numbers(engine: Engine, kind: ChannelKind) -> range:
    """At which calls to kill: each of them; those to a server are shared out among the channels by day."""
    if IS_FULL or engine.dialect.name == "sqlite":
        return range(1, AHEAD)
    return range(1 + CHANNELS.index(kind), AHEAD, len(CHANNELS))


def waiting(engine: Engine) -> set[str]:
    """The keys of what is still to be sent."""
    with reading(engine) as session:
        return set(session.scalars(select(MESSAGE.c.key).where(outbox.waiting())))


def top_up(service: Service, kind: ChannelKind, way: int | None, name: str, left: int) -> dict[str, str]:
    """Put so many messages that there are five, with what is left of whoever died before; by their names."""
    keys = [f"{name}:{each}" for each in range(A_POINT - left)]
    with transaction(service.engine) as session:
        outbox.put(session, [Note(key, 1, kind, TEST, 5, NOW, way) for key in keys], at=NOW)
    return {key: name_of(kind, key) for key in keys}


def reached(service: Service, kind: ChannelKind, url: str) -> int | None:
    """Somebody who is reached by a channel; the number of the way."""
    assert service.add("r", Role.ADMIN) == 1
    if kind is ChannelKind.MAIL:
        return None
    if kind is ChannelKind.TELEGRAM:
        return service.connect(1, "500")
    with transaction(service.engine) as session:
        sealed = SEAL.close(new_secret(), now=NOW)
        return ways.add(session, 1, kind, f"{url}/hook", at=NOW, secret=sealed, confirmed=True)


def let_time_go_by(engine: Engine) -> None:
    """Leases end."""
    held = MESSAGE.c.leased_until.is_not(None)
    with transaction(engine) as session:
        session.execute(update(MESSAGE).where(held).values(leased_until=LONG_AGO))


@pytest.mark.long
@pytest.mark.parametrize("kind", CHANNELS)
def test_flt_1_killed_at_any_call_it_loses_nothing_and_doubles_one_at_most(
    service: Service, kind: ChannelKind
) -> None:
    points, taken, names, left = Counter[str](), list[tuple[str, str]](), set[str](), set[str]()
    with peers() as by:
        way = reached(service, kind, by.url)
        keys = top_up(service, kind, way, "first", 0)
        with sweep(by, kind, service.engine) as killing:
            for call in IDLE:
                for number in numbers(service.engine, kind):
                    keys |= top_up(service, kind, way, f"{call}:{number}", len(left))
                    status = killing.run(call, number)
                    points[call] += status == KILLED
                    assert is_whole(service.engine), (call, number)
                    taken += (new := by.taken(kind))
                    names |= {name for name, _ in new}
                    left = waiting(service.engine)
                    assert all(name in names for key, name in keys.items() if key not in left), number
                    assert sum(keys[key] in names for key in left) <= (status == KILLED), (call, number)
                    let_time_go_by(service.engine)
                    if status == ENDED:
                        break
                assert status == ENDED, call
                assert not left, call
    assert len(names) == len(set(taken)) == len(keys)
    assert len(taken) - len(keys) <= points.total()
    assert points.total() >= FEWEST[service.engine.dialect.name]
    assert points["sendto"] >= A_POINT
    assert witnessing.check_chain(service.engine, now=NOW).broken_at is None
