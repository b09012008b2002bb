"""Files that a person encloses with a condition of a decision: kept as they came, and never lost."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tracker.domain.vocabulary import ConditionId

LARGEST_ENCLOSURE = 5 * 2**20
"""Bytes of the longest file."""

MOST_ENCLOSURES = 20
"""Files of one decision, those that were taken back among them: no decision fills the database (house)."""

LONGEST_FILE_NAME = 100
"""Signs of a name as it is kept and shown."""


class FileKind(StrEnum):
    """What may be enclosed; the value is the ending of its name."""

    PDF = "pdf"
    DOCX = "docx"
    JPEG = "jpg"
    PNG = "png"


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file of a decision without its content: of which condition, who enclosed it and when.

    ``taken_back_by`` and ``taken_back_at`` once somebody took it back: it stays and is shown as that.
    """

    id: int
    decision: int
    condition: ConditionId
    name: str
    kind: FileKind
    size: int
    sha256: str
    person_id: int
    person: str
    at: datetime
    taken_back_by: str | None = None
    taken_back_at: datetime | None = None

    @property
    def holds(self) -> bool:
        """Whether nobody took it back."""
        return self.taken_back_at is None

    @property
    def file_name(self) -> str:
        """Its name with the ending of what it is, whatever ending it came with."""
        stem = self.name.rpartition(".")[0] if self.name.lower().endswith(_ENDINGS) else self.name
        return f"{stem}.{self.kind}"


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that a person hands over."""

    name: str
    data: bytes

    @property
    def sha256(self) -> str:
        """By which it is known again."""
        return hashlib.sha256(self.data).hexdigest()


_ENDINGS = (".pdf", ".docx", ".jpg", ".jpeg", ".png")


def kept_name(name: str) -> str:
    """A file's name as it is kept: its last part, printable, not too long; never a path."""
    last = re.split(r"[/\\]", name)[-1]
    return "".join(sign for sign in last if sign.isprintable()).strip()[-LONGEST_FILE_NAME:] or "file"
