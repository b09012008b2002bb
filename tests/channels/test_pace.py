"""The bot speaks as often as it may and no oftener, and nothing is lost by it (CHN-11)."""

from __future__ import annotations

import asyncio
import selectors
from collections import deque
from itertools import pairwise

from tests.channels.bot import TAKEN, bot, refuses
from tests.channels.letters import letter
from tests.channels.web_servers import Asked, Reply
from tests.loops import run
from tracker.channels.pace import Pace
from tracker.channels.telegram import IN_ALL, TO_EACH
from tracker.domain.messages import Fate
from tracker.outgoing import CHAT_HANDS

COARSE = 0.002
"""Seconds by which two readings of a clock may differ."""


class Leaping(selectors.DefaultSelector):
    """Whoever waits for a moment finds it come."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What has happened by now; then time leaps to where it was to be waited for."""
        self.passed += timeout or 0.0
        return super().select(0)


class QuickLoop(asyncio.SelectorEventLoop):
    """A loop whose time passes as quickly as everything in it is done."""

    def __init__(self) -> None:
        self._leaping = Leaping()
        super().__init__(self._leaping)

    def time(self) -> float:
        """Seconds that went by in it."""
        return self._leaping.passed


def test_chn_11_eight_thousand_letters_to_four_thousand_chats_keep_every_bound_of_telegram() -> None:
    """By the bounds that hold there; minutes pass in a moment, and both letters of a chat stand in a row."""
    waiting, said = deque(range(8_000)), list[tuple[float, int]]()

    async def hand(pace: Pace) -> None:
        while waiting:
            letter = waiting.popleft()
            assert await pace.turn(f"{letter // 2}", patience=10) == 0
            said.append((asyncio.get_running_loop().time(), letter))

    async def scene() -> None:
        pace = Pace(IN_ALL, TO_EACH)
        await asyncio.gather(*(hand(pace) for _ in range(CHAT_HANDS)))

    run(scene(), QuickLoop)
    moments = [at for at, _ in said]
    assert moments == sorted(moments)
    assert all(late - early >= 1 - COARSE for early, late in zip(moments, moments[IN_ALL:], strict=False))
    of_chats = pairwise(sorted((letter // 2, at) for at, letter in said))
    apart = [late - early for (one, early), (other, late) in of_chats if one == other]
    assert min(apart) >= 1 / TO_EACH - COARSE
    assert len(apart) == 4_000
    assert sorted(letter for _, letter in said) == list(range(8_000))


def test_turns_keep_their_distance_in_all_and_for_each() -> None:
    async def scene() -> dict[str, list[float]]:
        pace, loop = Pace(in_all=200, to_each=20), asyncio.get_running_loop()
        turns: dict[str, list[float]] = {}
        began = loop.time()

        async def speak(to: str) -> None:
            assert await pace.turn(to, 10) == 0
            turns.setdefault(to, []).append(loop.time() - began)

        await asyncio.gather(*(speak(f"{number % 10}") for number in range(80)))
        return turns

    turns = run(scene())
    assert sum(map(len, turns.values())) == 80
    everybody = sorted(at for each in turns.values() for at in each)
    assert all(at >= place / 200 - COARSE for place, at in enumerate(everybody))
    assert all(at >= place / 20 - COARSE for each in turns.values() for place, at in enumerate(sorted(each)))


def test_nobody_waits_longer_for_a_turn_than_she_is_willing_to() -> None:
    async def scene() -> tuple[float, float]:
        pace = Pace(in_all=1_000, to_each=1)
        await pace.turn("a", 0)
        return await pace.turn("a", 0.1), await pace.turn("b", 0.1)

    wait, other = run(scene())
    assert 0.1 < wait <= 1
    assert other == 0


def test_whom_we_were_asked_to_leave_alone_is_left_alone_and_the_others_are_not() -> None:
    async def scene() -> list[float]:
        pace = Pace(in_all=1_000, to_each=1_000)
        pace.hold("a", 35)
        alone = [await pace.turn("a", 1), await pace.turn("b", 1)]
        for each in "bcd":
            pace.hold(each, 35)
        storm = await pace.turn("e", 1)
        return [*alone, storm]

    alone, other, storm = run(scene())
    assert 34 < alone <= 35
    assert other == 0
    assert 34 < storm <= 35


def test_eight_hundred_letters_to_four_hundred_chats_arrive_without_a_storm() -> None:
    """A tenth of the letters at a quicker pace; the bot refuses what comes before it is due."""
    in_all = 800.0

    async def scene() -> tuple[int, int, int]:
        came, refused = 0, 0
        loop = asyncio.get_running_loop()
        began = loop.time()

        def answers(asked: Asked) -> Reply:
            nonlocal came, refused
            came += 1
            if came > (loop.time() - began) * in_all + 2:
                refused += 1
                return refuses(429, "Too Many Requests: retry after 1", retry_after=1)
            return TAKEN

        async with bot(answers, longest=20, pace=Pace(in_all, to_each=100)) as by:
            waiting = [letter(key=f"{n}", to=f"{1000 + n // 2}", buttons=()) for n in range(800)]

            async def postman() -> int:
                taken = 0
                while waiting:
                    taken += (await by.sender.send(waiting.pop())).fate is Fate.SENT
                return taken

            taken = sum(await asyncio.gather(*(postman() for _ in range(8))))
            return taken, refused, len(set(by.texts))

    assert run(scene()) == (800, 0, 800)
