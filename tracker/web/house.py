"""What one server process is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from fastapi import Request
from sqlalchemy import Engine

from tracker.clock import LEGAL_ZONE, Clock
from tracker.domain.messages import ChannelKind
from tracker.feeds.identity import Discovery
from tracker.render.catalogs import load_catalogs
from tracker.render.environment import Environments, Voices, make_environments, make_voices
from tracker.services.evaluating import Book
from tracker.services.hashing import Hasher
from tracker.settings import Settings
from tracker.web.assets import asset_addresses
from tracker.web.lookout import Lookout


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
    lookout: Lookout
    discovery: Discovery = field(default_factory=Discovery)

    @property
    def channels(self) -> frozenset[ChannelKind]:
        """The channels that the settings name, by which people are told."""
        named = {ChannelKind.MAIL: self.settings.smtp_url, ChannelKind.TELEGRAM: self.settings.telegram_token}
        return frozenset(kind for kind in ChannelKind if named.get(kind, "always"))


@cache
def speech() -> tuple[Voices, Environments]:
    """The voices and the templates of all languages: files of the program, read once in a process."""
    voices = make_voices(load_catalogs(), zone=LEGAL_ZONE)
    return voices, make_environments(voices, asset=asset_addresses())


def house_of(request: Request) -> House:
    """The house that answers this request."""
    house: House = request.app.state.house
    return house
