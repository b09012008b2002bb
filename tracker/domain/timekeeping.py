"""Whether a clock is to be believed: one that moves as no time passes has been set (FLT-15, FLT-16).

A clock says what time it is; beside it runs time that nobody can set, of which only lengths are known. Where
the two move apart by an hour, nobody knows which clock was right: one waits a while, or for a person.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

JUMP = timedelta(minutes=59)
"""What is taken for an hour: some of it passes between two looks."""

PATIENCE = timedelta(minutes=10)
"""How long a clock that jumped has to stay where it is before it is believed (reliability FLT-16)."""


@dataclass(frozen=True, slots=True)
class Look:
    """What the clock showed, and how much time had passed by what nobody can set."""

    shows: datetime
    passed: timedelta


@dataclass(frozen=True, slots=True)
class Jump:
    """A clock that was set by ``by``; ``seen`` is the look that found it."""

    by: timedelta
    seen: Look

    @property
    def was(self) -> datetime:
        """What the clock would have shown."""
        return self.seen.shows - self.by


@dataclass(frozen=True, slots=True)
class Timekeeper:
    """What one process knows of its clock: the look that it goes by, and a jump that is not believed yet."""

    anchor: Look
    jump: Jump | None = None

    def look(self, at: Look) -> Timekeeper:
        """The same after one more look."""
        by = at.shows - self.anchor.shows - (at.passed - self.anchor.passed)
        if abs(by) < JUMP:
            return replace(self, jump=None)
        if self.jump is None or abs(by - self.jump.by) >= JUMP:
            return replace(self, jump=Jump(by, at))
        return self.believing(at) if self._has_waited(at, self.jump.seen) else self

    def believing(self, at: Look) -> Timekeeper:
        """From now on the clock is right as it is."""
        return Timekeeper(at)

    def suspecting(self, by: timedelta, at: Look) -> Timekeeper:
        """The clock jumped by ``by`` before this process began to look."""
        return Timekeeper(Look(at.shows - by, at.passed), Jump(by, at))

    @staticmethod
    def _has_waited(at: Look, since: Look) -> bool:
        """By either time: who moves a clock on purpose need not wait by the other."""
        return max(at.passed - since.passed, at.shows - since.shows) >= PATIENCE
