"""What makes a reminder the same for ever, and the ledger of what was told (design §4)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from tracker.domain.vocabulary import DeadlineKind

Ledger = Mapping[str, Mapping[str, date]]
"""What was told: by the key without its lead, the legal day of telling of each lead."""

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


@dataclass(frozen=True, slots=True)
class Key:
    """What makes a reminder the same for ever: kind, subject, due day, person, lead (design §4)."""

    kind: DeadlineKind
    identity: tuple[str, ...]
    due_on: date
    person: int
    lead: str

    @property
    def about(self) -> str:
        """The key without its lead: the deadline on its day, and the person."""
        return f"{subject_of(self.kind, self.identity)}:{self.due_on.isoformat()}:{self.person}"

    @property
    def text(self) -> str:
        """The key as one line of plain letters, different for different keys."""
        return f"{self.about}:{self.lead}"


def subject_of(kind: DeadlineKind, identity: tuple[str, ...]) -> str:
    """What keys of a deadline begin with, whatever its day, in letters without a colon."""
    return f"{kind}:{'/'.join(_UNSAFE.sub(_escaped, part) for part in identity)}"


def _escaped(sign: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in sign[0].encode())


def ledger(told: Iterable[tuple[str, date]]) -> Ledger:
    """The ledger of keys with their days of telling; of several days of one key the first."""
    found: dict[str, dict[str, date]] = {}
    for text, on in sorted(told, key=lambda each: each[1]):
        about, _, lead = text.rpartition(":")
        found.setdefault(about, {}).setdefault(lead, on)
    return found
