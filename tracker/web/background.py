"""What each server does by itself while it lives: look how the service stands, and keep the board ready."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from tracker.clock import legal_day
from tracker.domain.errors import DatabaseNotReady
from tracker.services.standing_by import stand_by
from tracker.store.engine import reading
from tracker.store.scope import EVERYTHING
from tracker.web.house import House

SECONDS = 30
"""Between two rounds; with the minute of a tick that is less than :data:`conditions.LATE`."""

log = logging.getLogger(__name__)


@asynccontextmanager
async def working(app: FastAPI) -> AsyncIterator[None]:
    """Do it while a server lives; neither waits for the other, and a round that was begun is ended."""
    house: House = app.state.house
    over = asyncio.Event()
    async with asyncio.TaskGroup() as rounds:
        rounds.create_task(_until(over, house.lookout.look))
        rounds.create_task(_until(over, partial(ready, house)))
        yield
        over.set()


def ready(house: House) -> None:
    """Judge the country before it is asked for; a server answers without it too, only later."""
    try:
        with reading(house.engine, seeing=EVERYTHING) as session:
            stand_by(session, today=legal_day(house.clock.now()), book=house.book)
    except DatabaseNotReady as error:
        log.warning("the board is not ready beforehand: %s", error)


async def _until(over: asyncio.Event, work: Callable[[], None]) -> None:
    while not over.is_set():
        try:
            await run_in_threadpool(work)
        except Exception:  # a fault of one round must not end all that follow
            log.exception("a round of the server's own work failed")
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), SECONDS)
