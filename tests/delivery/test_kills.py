"""Whoever is killed while sending loses nothing, and what is sent twice has one identity (FLT-2).

One, two or four send at once. An ordinary run kills sixty times on each database; with ``KILLS=1000`` it
kills a thousand times.
"""

from __future__ import annotations

import os
import random
import sys
from collections import Counter

import pytest
from sqlalchemy import Engine

from tests.databases import shown
from tests.delivery.boxes import mail_box
from tests.delivery.conftest import Service
from tests.delivery.dying import HANDS
from tests.delivery.talking import talking
from tests.web.register import NOW
from tracker.domain.messages import ChannelKind
from tracker.domain.roles import Role
from tracker.store import outbox
from tracker.store.engine import reading, transaction
from tracker.store.outbox import Note

KILLS = int(os.environ.get("KILLS", "60"))
A_ROUND = 40
PATIENCE = 60
AT_ONCE = (1, 2, 4)


def put(engine: Engine, keys: list[str]) -> None:
    """Messages of no content to one person."""
    with transaction(engine) as session:
        outbox.put(session, [Note(key, 1, ChannelKind.MAIL, "test", 5, NOW) for key in keys], at=NOW)


def is_empty(engine: Engine) -> bool:
    with reading(engine) as session:
        return outbox.queue(session, now=NOW).waiting == 0


@pytest.mark.long
def test_flt_2_kills_at_random_of_one_to_four_senders_lose_nothing_and_copies_have_one_identity(
    service: Service,
) -> None:
    assert service.add("r", Role.OFFICER, "59") == 1
    dice, kills, asked = random.Random(20270115), 0, Counter[int]()
    keys: list[str] = []
    with mail_box() as kept, talking([sys.executable, "-m", "tests.delivery.dying", kept.url]) as process:
        while kills < KILLS or len(asked) < len(AT_ONCE):
            more = [f"k{len(keys) + number}" for number in range(A_ROUND)]
            keys += more
            put(service.engine, more)
            while not is_empty(service.engine):
                at_once = dice.choice(AT_ONCE)
                asked[at_once] += 1
                lives = [dice.uniform(0.02, 0.35) if kills < KILLS else PATIENCE for _ in range(at_once)]
                died = process.ask(shown(service.engine.url), *lives)
                assert died >= 0
                kills += died
    copies = Counter(kept.taken)
    assert {key for key, _ in copies} == set(keys)
    assert len(copies) == len(keys)
    assert sum(copies.values()) - len(keys) <= kills * HANDS
