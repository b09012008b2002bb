"""The ways out: each module here sends one letter says what became of it, and knows not why."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from tracker.domain.messages import Delivery, Letter


class Channel(Protocol):
    """A way to reach people. ``send`` ends within :data:`LONGEST_SEND`; what a peer does raises nothing.

    A channel lives in one event loop; letters may be sent by it at the same time.
    """

    async def send(self, letter: Letter) -> Delivery:
        """Hand one letter over."""

    async def close(self) -> None:
        """Give back what is kept open between letters."""


LONGEST_SEND = 60
"""Seconds after which a send is given up; less than the lease of a message (reliability §3 rule 4)."""

NEXT = timedelta(seconds=2)
"""When a letter has its turn again whose host is just being called."""
