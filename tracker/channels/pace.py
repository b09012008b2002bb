"""How quickly one may speak: so often in all, so often to each (CHN-11)."""

from __future__ import annotations

import asyncio

MOST_REMEMBERED = 10_000
FLOOD = 3
"""Receivers in a row for whom we were too quick: then we are too quick for all."""


class Pace:
    """Turns to speak, counted by the loop's own clock, which nobody sets back.

    ``in_all`` is how often a second to anybody, ``to_each`` how often to one receiver.
    """

    def __init__(self, in_all: float, to_each: float) -> None:
        self._step, self._step_of_each = 1 / in_all, 1 / to_each
        self._free_at = 0.0
        self._free_for: dict[str, float] = {}
        self._refused: set[str] = set()

    async def turn(self, receiver: str, patience: float) -> float:
        """Wait for a turn and take it: 0, or at once the seconds to wait where they exceed ``patience``."""
        loop = asyncio.get_running_loop()
        until = loop.time() + patience
        while (start := max(self._free_at, self._free_for.get(receiver, 0.0))) > loop.time():
            if start > until:
                return start - loop.time()
            await asyncio.sleep(start - loop.time())
        now = loop.time()
        self._free_at = now + self._step
        self._free_for[receiver] = now + self._step_of_each
        self._forget(now)
        return 0.0

    def hold(self, receiver: str, seconds: float) -> None:
        """The peer asks to wait: so we do for this receiver, and for all if several were refused in a row."""
        free_at = asyncio.get_running_loop().time() + seconds
        self._free_for[receiver] = max(free_at, self._free_for.get(receiver, 0.0))
        self._refused.add(receiver)
        if len(self._refused) >= FLOOD:
            self._free_at = max(free_at, self._free_at)

    def went_well(self) -> None:
        """Somebody was reached: we are not too quick for all."""
        self._refused.clear()

    def _forget(self, now: float) -> None:
        if len(self._free_for) > MOST_REMEMBERED:
            self._free_for = {who: at for who, at in self._free_for.items() if at > now}
