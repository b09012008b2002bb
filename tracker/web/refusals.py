"""Refused requests in the journal, told so that a flood of them cannot fill the disk (ASVS 16.3.2, 16.3.3).

The same refusal of one visitor is written at once and then once a minute, with how often it came. Beyond
``ROOM`` kinds of refusal a minute the rest is counted together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

MINUTE = timedelta(minutes=1)
ROOM = 100


@dataclass(frozen=True, slots=True)
class Refusal:
    """What one visitor was refused, where, from where and by which rule; ``path`` is that of the route.

    ``via`` is the token of a program, empty for a browser.
    """

    actor: str
    address: str
    path: str
    code: str
    via: str = ""


OTHERS = Refusal("", "", "", "others")
"""All that found no room of its own."""


@dataclass(slots=True)
class _Kept:
    since: datetime
    waiting: int = 0

    def is_over(self, now: datetime) -> bool:
        """Whether the minute has passed, or the clock went back."""
        return not self.since <= now < self.since + MINUTE


@dataclass
class Refusals:
    """What one process has refused in the last minute."""

    _kept: dict[Refusal, _Kept] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def count(self, refusal: Refusal, now: datetime) -> tuple[tuple[Refusal, int], ...]:
        """One more; returns what is to be written now, each with how often it came."""
        with self._lock:
            due = self._due(now)
            if refusal not in self._kept and len(self._kept) >= ROOM:
                refusal = OTHERS
            if refusal in self._kept:
                self._kept[refusal].waiting += 1
                return due
            self._kept[refusal] = _Kept(now)
        return _joined((*due, (refusal, 1)))

    def settle(self, now: datetime | None = None) -> tuple[tuple[Refusal, int], ...]:
        """What waits to be written though nothing more came: of passed minutes, or all of it."""
        with self._lock:
            return self._due(now)

    def give_back(self, told: Iterable[tuple[Refusal, int]], now: datetime) -> None:
        """Count again what could not be written: it is due in a minute."""
        with self._lock:
            for refusal, times in told:
                has_room = refusal in self._kept or len(self._kept) < ROOM
                self._kept.setdefault(refusal if has_room else OTHERS, _Kept(now)).waiting += times

    def _due(self, now: datetime | None) -> tuple[tuple[Refusal, int], ...]:
        over = [(refusal, kept) for refusal, kept in self._kept.items() if now is None or kept.is_over(now)]
        for refusal, _ in over:
            del self._kept[refusal]
        return tuple((refusal, kept.waiting) for refusal, kept in over if kept.waiting)


def _joined(told: Iterable[tuple[Refusal, int]]) -> tuple[tuple[Refusal, int], ...]:
    """What came before and again is told once."""
    times: dict[Refusal, int] = {}
    for refusal, number in told:
        times[refusal] = times.get(refusal, 0) + number
    return tuple(times.items())
