"""Delivering: messages are claimed by lease, sent, and marked; nothing is lost whatever dies when.

Every channel has hands of its own, so that one that is slow holds up no other (CHN-1). A hand holds one
message at a time. A try that was begun and not marked is tried again when its lease has ended, under the same
identity: so a kill costs one more copy for each hand at most (reliability §3 rule 4, P5).
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tracker.channels.channel import LONGEST_SEND, NEXT, Channel
from tracker.domain import messages
from tracker.domain.errors import DatabaseNotReady
from tracker.domain.messages import HELD, LONGEST_ANSWER, ChannelKind, Delivery, Fate, Letter, next_try
from tracker.services import laying_aside, rerouting, retelling
from tracker.services.laying_aside import QUARANTINE as QUARANTINE
from tracker.store import outbox, turns, ways
from tracker.store.cards import EDITS
from tracker.store.engine import reading, transaction
from tracker.store.outbox import Claimed
from tracker.store.scope import EVERYTHING

LEASE = timedelta(seconds=2 * LONGEST_SEND)
"""How long a message is held; a hand holds on to it for as long as its send lasts."""

log = logging.getLogger(__name__)

Write = Callable[[Session, Claimed], Letter | None]
"""Puts a message into words; None where nothing is left to say."""

Opens = Callable[[Session, Claimed, datetime], datetime]
"""When a message may go out, from a moment on."""

Hand = Callable[[asyncio.Event], Awaitable[int]]
"""Sends until nothing is due or the event is set; how many messages their peers took."""

SHORT_WAIT_MS = 5_000
"""How long a hand waits for other writers at once: while it waits, all the others do."""

WAITS = (0, 0.5, 1, 2, 4, 8, 15, 30, 60)
"""Seconds before each try to mark what was sent, where the database does not take it: about a lease."""

T = TypeVar("T")

UNREADABLE = Delivery(Fate.LATER, messages.UNREADABLE, wait=timedelta(minutes=30))
EMPTY = Delivery(Fate.NEVER, "withdrawn")
WAY_GONE = Delivery(Fate.LATER, messages.WAY_REMOVED)
"""Her reader took the way away: the digest goes another one (REM-13)."""


@dataclass(frozen=True)
class Dispatcher:
    """Sends what is due by every channel at once; ``hands`` opens each hand's channel.

    ``holder`` names this process in leases. ``opens`` holds a message for the morning. ``lets_send`` says
    whether the clock is believed by which messages are due.
    """

    engine: Engine
    now: Callable[[], datetime]
    hands: Mapping[ChannelKind, tuple[Channel, ...]]
    write: Write
    lease: timedelta = LEASE
    holder: str = field(default_factory=lambda: secrets.token_hex(8))
    lets_send: Callable[[], bool] = lambda: True
    waits: tuple[float, ...] = WAITS
    opens: Opens = lambda _, __, now: now
    _turns: set[int] = field(default_factory=set, init=False, repr=False)

    async def run(self, stop: asyncio.Event | None = None) -> int:
        """Send until nothing is due, or until told to stop; how many messages their peers took.

        What only waits for its turn at a host is due: the round ends when it had its turn (P3).
        """
        halt, taken = stop or asyncio.Event(), 0
        while True:
            self._turns.clear()
            taken += sum(await all_ended(hand(halt) for hand in self.all_hands()))
            if not self._turns or halt.is_set():
                return taken
            await asyncio.sleep(NEXT.total_seconds())

    def all_hands(self) -> tuple[Hand, ...]:
        """Each sends what is due by its channel until nothing is, or until it is told to stop."""
        return tuple(
            partial(self._drain, kind, channel, f"{self.holder}/{kind}/{at}")
            for kind, channels in self.hands.items()
            for at, channel in enumerate(channels)
        )

    async def close(self) -> None:
        """Give back what the channels keep open."""
        for channels in self.hands.values():
            for channel in channels:
                await channel.close()

    async def _drain(self, kind: ChannelKind, channel: Channel, hand: str, stop: asyncio.Event) -> int:
        taken, message = 0, self._first(kind, hand, stop)
        while message is not None:
            async with self._holding(message, hand):
                delivery = await self._send(message, channel)
                taken += delivery.fate is Fate.SENT
                message = await self._turn(message, kind, hand, delivery, stop)
        return taken

    def _goes_on(self, stop: asyncio.Event) -> bool:
        """Whether one more message may be taken; asked outside of transactions, for the clock has its own."""
        try:
            return not stop.is_set() and self.lets_send()
        except DatabaseNotReady:  # what was sent is marked first: that will say it again
            return False

    def _first(self, kind: ChannelKind, hand: str, stop: asyncio.Event) -> Claimed | None:
        """Who only looks whether something is due keeps nobody from writing."""
        if not self._goes_on(stop):
            return None
        with reading(self.engine) as session:
            if not outbox.is_due(session, kind, now=self.now()):
                return None
        with transaction(self.engine) as session:
            return self._claim(session, kind, hand)

    def _claim(self, session: Session, kind: ChannelKind, hand: str) -> Claimed | None:
        now = self.now()
        claimed = outbox.claim(session, kind, hand, now=now, lease=self.lease)
        return claimed or outbox.probe(session, kind, hand, now=now, lease=self.lease)

    async def _send(self, message: Claimed, channel: Channel) -> Delivery:
        try:
            with reading(self.engine, seeing=EVERYTHING) as session:
                now = self.now()
                opens_at = self.opens(session, message, now)
                if opens_at > now:
                    return Delivery(Fate.LATER, HELD, wait=opens_at - now)
                letter = self.write(session, message)
        except Exception:  # whatever is wrong with one message, the others behind it are sent
            log.exception("message %s cannot be put into words", message.id)
            return UNREADABLE
        if letter is None:
            return EMPTY
        try:
            came = await channel.send(letter)
            return replace(came, left_out=letter.left_out, unreadable=letter.unreadable)
        except Exception:  # as above
            log.exception("message %s cannot be sent by %s", message.id, message.channel)
            return UNREADABLE

    @asynccontextmanager
    async def _holding(self, message: Claimed, hand: str) -> AsyncIterator[None]:
        """Renew the lease as long as the block runs; what comes of that changes nothing of what it does."""
        renewing = asyncio.create_task(self._renew(message, hand))
        try:
            yield
        finally:
            renewing.cancel()
            await asyncio.wait([renewing])

    async def _renew(self, message: Claimed, hand: str) -> None:
        while True:
            await asyncio.sleep(self.lease.total_seconds() / 3)
            try:
                with transaction(self.engine, wait_ms=SHORT_WAIT_MS) as session:
                    outbox.renew(session, message.id, hand, self.lease)
            except DatabaseNotReady as error:
                log.warning("the lease of message %s is not renewed: %s", message.id, error)

    async def _turn(
        self, message: Claimed, kind: ChannelKind, hand: str, delivery: Delivery, stop: asyncio.Event
    ) -> Claimed | None:
        """Mark what became of a try, and take the next message; nothing about that one unmarks this."""
        goes_on = self._goes_on(stop)
        try:
            with transaction(self.engine, seeing=EVERYTHING, wait_ms=SHORT_WAIT_MS) as session:
                self._settle(session, message, hand, delivery)
                return self._claim(session, kind, hand) if goes_on else None
        except Exception as error:  # the peer has the letter: whatever it is, that is not forgotten
            log.warning("message %s is not marked yet: %s", message.id, error)
        await self._settle_alone(message, hand, delivery)
        return None

    async def _settle_alone(self, message: Claimed, hand: str, delivery: Delivery) -> None:
        """Mark it as often as it takes; if what follows from it cannot be done, it is marked without."""
        is_bare, failed = False, DatabaseNotReady(reason="busy")
        for wait in self.waits:
            await asyncio.sleep(wait)
            try:
                with transaction(self.engine, seeing=EVERYTHING, wait_ms=SHORT_WAIT_MS) as session:
                    self._settle(session, message, hand, delivery, is_bare=is_bare)
                return
            except DatabaseNotReady as error:
                failed = error
            except Exception:
                log.exception("what follows from message %s cannot be done", message.id)
                is_bare = True
        raise failed

    def _settle(
        self, session: Session, message: Claimed, hand: str, delivery: Delivery, *, is_bare: bool = False
    ) -> None:
        """Mark what became of a try, and do what follows; whoever lost the lease meanwhile does nothing."""
        now = self.now()
        way = None if is_bare or message.way is None else ways.get(session, message.way)
        if delivery is EMPTY and message.way is not None and way is None and not is_bare:
            delivery = WAY_GONE
        is_lost = self._mark(session, message, hand, delivery, now)
        if is_lost is None:
            return
        if is_bare:
            retelling.owe_all_again(session, message, now=now, is_lost=is_lost)
            return
        if delivery.moved_to and way is not None:
            ways.change(session, way.id, address=delivery.moved_to)
        if delivery.code == HELD and (delivery.wait or NEXT) <= NEXT:
            self._turns.add(message.id)
        else:
            turns.give(session, message, now=now, within=NEXT)
        if delivery.fate is Fate.SENT:
            rerouting.worked(session, message, way)
            retelling.owe_again(session, message, delivery.left_out, now=now)
            laying_aside.lay_aside(session, message, delivery.unreadable, now=now, by=frozenset(self.hands))
        if delivery.fate is Fate.SENT and message.is_put_off:
            outbox.awake(session, message, now=now)
        if is_lost:
            rerouting.reroute(session, message, delivery, now=now, by=frozenset(self.hands))

    def _mark(
        self, session: Session, message: Claimed, hand: str, delivery: Delivery, now: datetime
    ) -> bool | None:
        """Whether it came to nothing and goes another way; None if the lease was lost."""
        number, code, answer = message.id, delivery.code, delivery.answer[:LONGEST_ANSWER]
        is_lost = delivery is WAY_GONE
        if delivery is EMPTY or is_lost:
            is_ours = outbox.empty(session, number, hand, at=now, code=code)
        elif delivery.fate is Fate.SENT:
            is_ours = outbox.sent(session, number, hand, at=now, answer=answer)
        elif delivery.code == HELD:
            is_ours = outbox.hold(session, message, hand, not_before=now + (delivery.wait or timedelta()))
        elif (at := self._again_at(message, delivery, now)) is not None:
            is_ours = outbox.again(session, number, hand, not_before=at, code=code, answer=answer)
        elif message.template in EDITS:
            is_ours = outbox.empty(session, number, hand, at=now, code=code)
        else:
            is_lost, is_ours = True, outbox.dead(session, number, hand, at=now, code=code, answer=answer)
        return is_lost if is_ours else None

    def _again_at(self, message: Claimed, delivery: Delivery, now: datetime) -> datetime | None:
        if delivery.fate is Fate.NEVER or (delivery is UNREADABLE and message.attempts >= QUARANTINE):
            return None
        if message.planned_at is not None:
            return max(message.planned_at, now + (delivery.wait or timedelta()))
        return next_try(message.key, message.attempts, now, delivery.wait)


async def all_ended(works: Iterable[Awaitable[T]]) -> list[T]:
    """What came of each when all have ended; raises what the first of them raised that did."""
    ended = await asyncio.gather(*works, return_exceptions=True)
    for each in ended:
        if isinstance(each, BaseException):
            raise each
    return [each for each in ended if not isinstance(each, BaseException)]
