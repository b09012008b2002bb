"""The only file that asks the machine for the time."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from tracker.domain.days import LEGAL_ZONE, legal_day
from tracker.domain.errors import SettingsRefused

__all__ = ["LEGAL_ZONE", "Clock", "FileClock", "FixedClock", "MachineClock", "boot", "legal_day", "passed"]


class Clock(Protocol):
    """Anything that knows the present moment."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


def passed() -> timedelta:
    """How long the machine has been on, asleep too where it tells: nobody can set this time."""
    if sys.platform == "linux":
        return timedelta(seconds=time.clock_gettime(time.CLOCK_BOOTTIME))
    return timedelta(seconds=time.monotonic())


def boot() -> str:
    """Which start of the machine :func:`passed` counts from; empty where it does not tell."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


class MachineClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """The present moment of the machine."""
        return datetime.now(UTC)


@dataclass(frozen=True)
class FixedClock:
    """A clock that stands still."""

    moment: datetime

    def now(self) -> datetime:
        """The moment it stands at."""
        return self.moment


@dataclass(frozen=True)
class FileClock:
    """The test clock: an ISO moment in a file, read at every question (interfaces §2)."""

    path: Path

    def now(self) -> datetime:
        """The moment written in the file, without a zone in UTC; raises :class:`SettingsRefused`."""
        try:
            moment = datetime.fromisoformat(self.path.read_text(encoding="utf-8").strip())
        except (OSError, ValueError) as error:
            raise SettingsRefused(name="TRACKER_CLOCK_FILE", reason="value") from error
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
