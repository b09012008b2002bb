"""Delivery that goes on by itself: every hand of every channel, and the ear, each in a round of its own.

None waits for another: a peer that does not answer holds up one hand and nothing else (CHN-1).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

from tracker.clock import Clock
from tracker.domain.errors import DatabaseNotReady
from tracker.living import LETTERS_SECONDS, Vital
from tracker.outgoing import Outgoing
from tracker.services.delivering import all_ended
from tracker.store import jobs
from tracker.store.engine import transaction
from tracker.store.jobs import Job

DELIVERY_SECONDS = 2
"""How long nothing is looked for after everything due was sent."""

HEARD = timedelta(seconds=30)
"""How often delivery is heard of."""

log = logging.getLogger(__name__)

Turn = Callable[[], Awaitable[object]]


class Courier:
    """Delivers in a thread of its own until it is stopped; if it dies, so does the process (OBS-1)."""

    def __init__(self, outgoing: Outgoing, clock: Clock) -> None:
        self._dispatcher, self._ear, self._clock = outgoing.dispatcher, outgoing.ear, clock
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._heard_at: datetime | None = None
        self._work = self._loop.create_task(self._deliver())
        self.thread = Vital("courier", self._run)
        self.thread.start()

    def finish(self) -> None:
        """Let every hand finish the letter it holds, and begin no other."""
        self._loop.call_soon_threadsafe(self._stop.set)

    def stop(self) -> None:
        """Wait until they have, as long as it may take."""
        self.finish()
        self.thread.join(LETTERS_SECONDS)
        if self.thread.is_alive():
            self._loop.call_soon_threadsafe(self._work.cancel)
            self.thread.join()
        self._loop.close()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._work)
        except asyncio.CancelledError:
            log.warning("a letter took too long: it is sent again when its lease has ended")

    async def _deliver(self) -> None:
        """Until told to stop; what is being listened to need not come to its end, what is sent does."""
        hands = [partial(hand, self._stop) for hand in self._dispatcher.all_hands()]
        ears = [] if self._ear is None else [asyncio.create_task(self._again_and_again(self._ear.listen))]
        turns: list[Turn] = [*hands, self._be_heard]
        try:
            await all_ended(self._again_and_again(turn) for turn in turns)
        finally:
            for ear in ears:
                ear.cancel()
                await asyncio.wait([ear])
            await self._dispatcher.close()
        for ear in ears:
            if not ear.cancelled():
                ear.result()

    async def _again_and_again(self, turn: Turn) -> None:
        """Have one turn after another; if one dies, the others finish what they hold."""
        try:
            while not self._stop.is_set():
                try:
                    await turn()
                except DatabaseNotReady as error:
                    log.warning("delivery waits: %s", error)
                await self._pause()
        finally:
            self._stop.set()

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._stop.wait(), DELIVERY_SECONDS)
        except TimeoutError:
            return

    async def _be_heard(self) -> None:
        now = self._clock.now()
        if self._heard_at is None or now - self._heard_at >= HEARD:
            with transaction(self._dispatcher.engine) as session:
                jobs.record(session, Job.DELIVERY, began_at=now, ended_at=now)
            self._heard_at = now
