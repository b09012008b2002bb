"""Whoever is killed at any system call while sending loses nothing (FLT-1), on both databases.

Five reminders by mail, by Telegram and by webhook, to real servers. Every call that the sender makes of every
kind that leaves the process or reaches the disk is a point: killed there, nothing is lost, at most one copy
more will be delivered and it has the same identity, and the database is whole. The next to be killed has what
was left, filled up to five: its start needs no hand. Every point is tried by ``make torture`` and every
night; an ordinary run shares some of them out among the channels.
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
from tests.delivery.swept import AHEAD, IDLE, SEAL
from tests.delivery.talking import Talk, talking
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
OF_THE_DISK = frozenset({"write", "pwrite64", "fdatasync", "fsync", "ftruncate", "unlink", "rename"})
FEWEST = {"sqlite": 40, "postgresql": 15}
"""Points that a sweep has at least: fewer would mean that it looked at the wrong calls."""


@dataclass
class Peers:
    """A mail server, a bot and a program, which outlive whoever sends to them."""

    smtp: str
    url: str
    mails: list[tuple[str, str]]
    asked: list[Asked]

    def taken(self, kind: ChannelKind) -> list[tuple[str, str]]:
        """All that was taken by a channel: what a reader tells copies by, and what they say of their key."""
        if kind is ChannelKind.MAIL:
            return [(key, identity) for key, identity in self.mails]
        if kind is ChannelKind.TELEGRAM:
            texts = [str(asked.json["text"]) for asked in self.asked if asked.path.endswith("/sendMessage")]
            return [(text.rsplit("#", 1)[1], text) for text in texts]
        calls = [asked for asked in self.asked if asked.path == "/hook"]
        return [(asked.headers["webhook-id"], asked.body.decode()) for asked in calls]

    def name(self, kind: ChannelKind, key: str) -> str:
        """What stands first of what was taken of this key."""
        length = {ChannelKind.MAIL: 0, ChannelKind.TELEGRAM: SHORT, ChannelKind.WEBHOOK: None}[kind]
        return key if length == 0 else reference(key)[:length]


@contextmanager
def peers() -> Iterator[Peers]:
    """Start them."""
    with mail_box() as box, web_box(lambda asked: FINE if asked.path == "/hook" else TAKEN) as called:
        yield Peers(box.url, called.url, box.taken, called.asked)


@dataclass(frozen=True)
class Sweep:
    """Those who are killed, and the program that does it."""

    talk: Talk

    def run(self, kind: ChannelKind, call: str, number: int, engine: Engine) -> int:
        """Send by a channel and die at the call of this number; the exit status."""
        return self.talk.ask(kind, call, number, shown(engine.url))


@contextmanager
def sweep(of: Peers) -> Iterator[Sweep]:
    """Start them; in CI a missing strace is a failure, elsewhere a visible skip."""
    strace = shutil.which("strace")
    if strace is None:
        assert os.environ.get("CI", "").lower() != "true", "no strace"
        pytest.skip("no strace")
    calls = ",".join(f"?{call}" for call in IDLE)
    options = ["-f", "-qq", "-o", os.devnull, "-e", "signal=none", "-e", f"trace={calls}"]
    kill = ["-e", f"inject={calls}:signal=SIGKILL:when={AHEAD}"]
    words = [strace, *options, *kill, sys.executable, "-m", "tests.delivery.swept", of.smtp, of.url]
    with talking(words) as talk:
        yield Sweep(talk)


def numbers(engine: Engine, kind: ChannelKind, call: str) -> range:
    """At which calls to kill: each of them, but in an ordinary run the channels share out what is the same
    for all of them: calls to the disk, and of those to a server every third one.
    """
    place, is_server = CHANNELS.index(kind), engine.dialect.name == "postgresql"
    if IS_FULL or not (is_server or call in OF_THE_DISK):
        return range(1, AHEAD)
    return range(1 + place, AHEAD, len(CHANNELS) * (1 + 2 * is_server))


def waiting(engine: Engine) -> set[str]:
    """The keys of what is still to be sent."""
    with reading(engine) as session:
        return set(session.scalars(select(MESSAGE.c.key).where(outbox.waiting())))


def top_up(service: Service, kind: ChannelKind, way: int | None, name: str) -> set[str]:
    """Put so many messages that there are five, with what the one who died before has left; their keys."""
    keys = {f"{name}:{each}" for each in range(A_POINT - len(waiting(service.engine)))}
    with transaction(service.engine) as session:
        outbox.put(session, [Note(key, 1, kind, TEST, 5, NOW, way) for key in sorted(keys)], at=NOW)
    return keys


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
    points, keys = Counter[str](), set[str]()
    with peers() as by, sweep(by) as killing:
        way = reached(service, kind, by.url)
        for call in IDLE:
            for number in numbers(service.engine, kind, call):
                keys |= top_up(service, kind, way, f"{call}:{number}")
                status = killing.run(kind, call, number, service.engine)
                points[call] += status == KILLED
                assert is_whole(service.engine), (call, number)
                taken, left = by.taken(kind), waiting(service.engine)
                names = {name for name, _ in taken}
                assert {by.name(kind, key) for key in keys - left} <= names, (call, number)
                assert sum(by.name(kind, key) in names for key in left) <= (status == KILLED), (call, number)
                let_time_go_by(service.engine)
                if status == ENDED:
                    assert not left, call
                    break
            assert status == ENDED, call
    assert len({name for name, _ in taken}) == len(set(taken)) == len(keys)
    assert len(taken) - len(keys) <= points.total()
    assert points.total() >= FEWEST[service.engine.dialect.name]
    assert points["sendto"] >= A_POINT
    assert witnessing.check_chain(service.engine, now=NOW).broken_at is None
