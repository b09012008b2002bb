"""Delivering: messages are claimed by lease, sent, and marked; nothing is lost whatever dies when.

Every channel has hands of its own, so that one that is slow holds up no other (CHN-1). A hand holds one
message at a time. A try that was begun and not marked is tried again when its lease has ended, under the same
identity: so a kill costs one more copy for each hand at most (reliability §3 rule 4, P5).
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tracker.channels.channel import LONGEST_SEND, Channel
from tracker.domain.errors import DatabaseNotReady
from tracker.domain.messages import LONGEST_ANSWER, ChannelKind, Delivery, Fate, Letter, next_try
from tracker.services import rerouting
from tracker.store import outbox, ways
from tracker.store.engine import reading, transaction
from tracker.store.outbox import Claimed
from tracker.store.scope import EVERYTHING

LEASE = timedelta(seconds=2 * LONGEST_SEND)
"""How long a message is held; a hand holds on to it for as long as its send lasts."""

log = logging.getLogger(__name__)

Write = Callable[[Session, Claimed], Letter | None]
"""Puts a message into words; None where nothing is left to say."""

QUARANTINE = 3
"""Tries after which a message that is at fault itself is given up on that way (reliability FLT-26)."""

UNREADABLE = Delivery(Fate.LATER, "unreadable", wait=timedelta(minutes=30))
EMPTY = Delivery(Fate.NEVER, "withdrawn")
WAY_GONE = Delivery(Fate.LATER, "way_removed")
"""Her reader took the way away: the digest goes another one (REM-13)."""


@dataclass(frozen=True)
class Dispatcher:
    """Sends what is due by every channel at once; ``hands`` opens each hand's channel.

    ``holder`` names this process in leases. ``lets_send`` says whether the clock is believed by which
    messages are due.
    """

    engine: Engine
    now: Callable[[], datetime]
    hands: Mapping[ChannelKind, tuple[Channel, ...]]
    write: Write
    lease: timedelta = LEASE
    holder: str = field(default_factory=lambda: secrets.token_hex(8))
    lets_send: Callable[[], bool] = lambda: True

    async def run(self, stop: asyncio.Event | None = None) -> int:
        """Send until nothing is due, or until told to stop; how many messages their peers took."""
        halt = stop or asyncio.Event()
        work = [
            self._drain(kind, channel, f"{self.holder}/{kind}/{at}", halt)
            for kind, channels in self.hands.items()
            for at, channel in enumerate(channels)
        ]
        return sum(await asyncio.gather(*work))

    async def close(self) -> None:
        """Give back what the channels keep open."""
        for channels in self.hands.values():
            for channel in channels:
                await channel.close()

    async def _drain(self, kind: ChannelKind, channel: Channel, hand: str, stop: asyncio.Event) -> int:
        """One hand: send what is due by its channel, one after another."""
        taken, goes_on = 0, self._goes_on(stop)
        with transaction(self.engine) as session:
            message = self._claim(session, kind, hand) if goes_on else None
        while message is not None:
            delivery = await self._send(message, channel, hand)
            taken += delivery.fate is Fate.SENT
            goes_on = self._goes_on(stop)
            with transaction(self.engine, seeing=EVERYTHING) as session:
                self._settle(session, message, hand, delivery)
                message = self._claim(session, kind, hand) if goes_on else None
        return taken

    def _goes_on(self, stop: asyncio.Event) -> bool:
        """Whether one more message may be taken; asked outside of transactions, for the clock has its own."""
        try:
            return not stop.is_set() and self.lets_send()
        except DatabaseNotReady:  # what was sent is marked first: that will say it again
            return False

    def _claim(self, session: Session, kind: ChannelKind, hand: str) -> Claimed | None:
        claimed = outbox.claim(session, kind, hand, now=self.now(), lease=self.lease, most=1)
        return next(iter(claimed), None)

    async def _send(self, message: Claimed, channel: Channel, hand: str) -> Delivery:
        try:
            with reading(self.engine, seeing=EVERYTHING) as session:
                letter = self.write(session, message)
        except Exception:  # whatever is wrong with one message, the others behind it are sent
            log.exception("message %s cannot be put into words", message.id)
            return UNREADABLE
        if letter is None:
            return EMPTY
        async with self._holding(message, hand):
            try:
                return await channel.send(letter)
            except Exception:  # as above
                log.exception("message %s cannot be sent by %s", message.id, message.channel)
                return UNREADABLE

    @asynccontextmanager
    async def _holding(self, message: Claimed, hand: str) -> AsyncIterator[None]:
        """Renew the lease as long as the block runs."""
        renewing = asyncio.create_task(self._renew(message, hand))
        try:
            yield
        finally:
            renewing.cancel()
            with suppress(asyncio.CancelledError):
                await renewing

    async def _renew(self, message: Claimed, hand: str) -> None:
        while True:
            await asyncio.sleep(self.lease.total_seconds() / 3)
            with transaction(self.engine) as session:
                outbox.renew(session, message.id, hand, self.lease)

    def _settle(self, session: Session, message: Claimed, hand: str, delivery: Delivery) -> None:
        """Mark what became of a try; whoever lost the lease meanwhile marks nothing."""
        now, answer = self.now(), delivery.answer[:LONGEST_ANSWER]
        way = None if message.way is None else ways.get(session, message.way)
        if delivery.moved_to and way is not None:
            ways.change(session, way.id, address=delivery.moved_to)
        if delivery is EMPTY and message.way is not None and way is None:
            if outbox.empty(session, message.id, hand, at=now, code=WAY_GONE.code):
                rerouting.reroute(session, message, WAY_GONE, now=now, by=frozenset(self.hands))
        elif delivery is EMPTY:
            outbox.empty(session, message.id, hand, at=now, code=delivery.code)
        elif delivery.fate is Fate.SENT:
            if outbox.sent(session, message.id, hand, at=now, answer=answer) and way is not None:
                ways.worked(session, way)
        elif (at := self._again_at(message, delivery)) is not None:
            outbox.again(session, message.id, hand, not_before=at, code=delivery.code, answer=answer)
        elif outbox.dead(session, message.id, hand, at=now, code=delivery.code, answer=answer):
            rerouting.reroute(session, message, delivery, now=now, by=frozenset(self.hands))

    def _again_at(self, message: Claimed, delivery: Delivery) -> datetime | None:
        if delivery.fate is Fate.NEVER or (delivery is UNREADABLE and message.attempts >= QUARANTINE):
            return None
        return next_try(message.key, message.attempts, self.now(), delivery.wait)
