"""What one server process is made of."""

from __future__ import annotations

from dataclasses import dataclass, field

from fastapi import Request
from sqlalchemy import Engine

from tracker.clock import Clock
from tracker.feeds.identity import Discovery
from tracker.render.environment import Environments, Voices
from tracker.services.evaluating import Book
from tracker.services.hashing import Hasher
from tracker.settings import Settings


@dataclass(frozen=True)
class House:
    """The parts that every request shares."""

    settings: Settings
    clock: Clock
    engine: Engine
    book: Book
    voices: Voices
    environments: Environments
    hasher: Hasher
    discovery: Discovery = field(default_factory=Discovery)


def house_of(request: Request) -> House:
    """The house that answers this request."""
    house: House = request.app.state.house
    return house
