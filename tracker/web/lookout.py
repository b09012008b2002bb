"""What is wrong with the service as this process saw it last: every page tells it, and none waits for it.

Each process looks for itself, so a scheduler that died or hangs elsewhere is seen in all of them, within the
two minutes of reliability OBS-1: a heartbeat gets old in memory too.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from tracker.clock import Clock, legal_day
from tracker.domain.errors import DatabaseNotReady
from tracker.services import conditions, operating
from tracker.services.conditions import Condition
from tracker.store.engine import reading

SECONDS = 30
"""Between two looks; with the minute of a tick that is less than :data:`conditions.LATE`."""

log = logging.getLogger(__name__)


@dataclass
class Lookout:
    """Looks in the background and remembers what it saw; any thread may ask."""

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

    async def keep_looking(self) -> None:
        """Look for ever."""
        while True:
            try:
                await run_in_threadpool(self.look)
            except Exception:  # a fault of one look must not blind all that follow
                log.exception("a look at the service failed")
            await asyncio.sleep(SECONDS)


@asynccontextmanager
async def looking(app: FastAPI) -> AsyncIterator[None]:
    """Keep looking while a server lives."""
    task = asyncio.create_task(app.state.house.lookout.keep_looking())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
