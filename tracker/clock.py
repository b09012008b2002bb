"""The only file that asks the machine for the time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

LEGAL_ZONE = ZoneInfo("Asia/Almaty")
"""The zone of the legal day: UTC+5 for the whole country since 2024-03-01 (rules §1)."""


class Clock(Protocol):
    """Anything that knows the present moment."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


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
        """The moment written in the file; a moment without a zone is UTC."""
        moment = datetime.fromisoformat(self.path.read_text(encoding="utf-8").strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def legal_day(moment: datetime) -> date:
    """The legal day in Kazakhstan at ``moment``."""
    return moment.astimezone(LEGAL_ZONE).date()
