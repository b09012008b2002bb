"""Every address of the server, from the rules of its routes: a new one is tested without being named."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.web.register import STALLED
from tracker.store import journal
from tracker.store.engine import reading
from tracker.store.scope import EVERYTHING
from tracker.web.rules import READING, rules_of

SAMPLES = {"school_id": STALLED, "number": "1", "contract": "K-1"}
NOTES = ("journal", "sqlite_sequence")
"""Tables in which a refusal may leave a note of itself."""


@dataclass(frozen=True, slots=True)
class Address:
    """One method at one path, with samples for its places."""

    method: str
    path: str

    @property
    def is_reading(self) -> bool:
        """Whether it is only asked, and changes nothing."""
        return self.method in READING


def addresses_of(client: TestClient) -> tuple[Address, ...]:
    """Every address of the server behind a client."""
    return tuple(Address(method, filled_in(path)) for path, method, _ in rules_of(client.app))  # type: ignore[arg-type]  # the app is ours


def filled_in(path: str) -> str:
    """The path with something in each of its places."""
    return re.sub(r"\{(\w+)(:\w+)?\}", lambda place: SAMPLES.get(place[1], "unknown"), path)


def changing(client: TestClient) -> tuple[Address, ...]:
    """The addresses at which something may be changed."""
    return tuple(each for each in addresses_of(client) if not each.is_reading)


def dump(engine: Engine, *, without: tuple[str, ...] = ()) -> list[str]:
    """Everything that a SQLite database holds, as statements, but for some tables."""
    connection = engine.raw_connection()
    try:
        lines = list(connection.driver_connection.iterdump())  # type: ignore[union-attr]  # it is open
    finally:
        connection.close()
    skipped = tuple(f'INSERT INTO "{name}"' for name in without)
    return [line for line in lines if not line.startswith(skipped)]


def acts_noted(engine: Engine) -> list[str]:
    """What the journal tells of, the newest first."""
    with reading(engine, seeing=EVERYTHING) as session:
        return [entry.action for entry in journal.entries(session)]
