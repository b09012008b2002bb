"""Whoever is killed while sending loses nothing, and what is sent twice has one identity (FLT-2).

An ordinary run kills sixty times on each database; with ``KILLS=1000`` it kills a thousand times.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine

from tests.databases import shown
from tests.delivery.boxes import mail_box
from tests.delivery.conftest import Service
from tests.delivery.dying import HANDS
from tests.web.register import NOW
from tracker.domain.messages import ChannelKind
from tracker.domain.roles import Role
from tracker.paths import PACKAGE
from tracker.store import outbox
from tracker.store.engine import reading, transaction
from tracker.store.outbox import Note

KILLS = int(os.environ.get("KILLS", "60"))
A_ROUND = 40
PATIENCE = 60


@dataclass(frozen=True)
class Dying:
    """The process that forks those who are killed."""

    process: subprocess.Popen[str]

    def ask(self, *words: object) -> None:
        """Say a line."""
        assert self.process.stdin is not None
        print(*words, file=self.process.stdin, flush=True)

    def hear(self) -> int:
        """A number that it answers."""
        assert self.process.stdout is not None
        return int(self.process.stdout.readline())


@contextmanager
def dying(smtp: str) -> Iterator[Dying]:
    """Start it."""
    words = [sys.executable, "-m", "tests.delivery.dying", smtp]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PACKAGE.parent
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready"
        yield Dying(process)
        assert process.stdin is not None
        process.stdin.close()


def put(engine: Engine, keys: list[str]) -> None:
    """Messages of no content to one person."""
    with transaction(engine) as session:
        outbox.put(session, [Note(key, 1, ChannelKind.MAIL, "test", 5, NOW) for key in keys], at=NOW)


def is_empty(engine: Engine) -> bool:
    with reading(engine) as session:
        return outbox.queue(session, now=NOW).waiting == 0


@pytest.mark.long
def test_flt_2_kills_at_random_lose_nothing_and_copies_have_one_identity(
    service: Service,
) -> None:
    assert service.add("r", Role.OFFICER, "59") == 1
    dice, kills = random.Random(20270115), 0
    keys: list[str] = []
    with mail_box() as kept, dying(kept.url) as process:
        while kills < KILLS:
            more = [f"k{len(keys) + number}" for number in range(A_ROUND)]
            keys += more
            put(service.engine, more)
            while not is_empty(service.engine):
                seconds = dice.uniform(0.02, 0.35) if kills < KILLS else PATIENCE
                process.ask(seconds, shown(service.engine.url))
                kills += process.hear() != 0
    copies = Counter(kept.taken)
    assert {key for key, _ in copies} == set(keys)
    assert len(copies) == len(keys)
    assert sum(copies.values()) - len(keys) <= kills * HANDS
