"""What is wrong with the service as this process saw it last: every page tells it, and none waits for it.

Each process looks for itself, so a scheduler that died or hangs elsewhere is seen in all of them, within the
two minutes of reliability OBS-1: a heartbeat gets old in memory too.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlalchemy import Engine

from tracker.clock import Clock, legal_day
from tracker.domain.errors import DatabaseNotReady
from tracker.services import conditions, operating
from tracker.services.conditions import Condition
from tracker.store.engine import reading

log = logging.getLogger(__name__)


@dataclass
class Lookout:
    """Looks when the background tells it to, and remembers what it saw; any thread may ask."""

    engine: Engine
    clock: Clock
    _seen: tuple[Condition, ...] = ()

    def look(self) -> None:
        """Look now; where the database cannot be used, what was seen before stands."""
        now = self.clock.now()
        try:
            with reading(self.engine) as session:
                self._seen = operating.watched(session, self.engine, now=now, today=legal_day(now))
        except DatabaseNotReady as error:
            log.warning("nobody sees how the service stands: %s", error)

    def wrong(self, *, is_operator: bool) -> tuple[Condition, ...]:
        """What does not hold at this moment and concerns the reader of a page."""
        found = conditions.looked_at(self._seen, self.clock.now())
        return tuple(each for each in found if operating.is_told(each, is_operator=is_operator))
