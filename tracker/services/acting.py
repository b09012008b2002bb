"""Whoever acts, and what the journal is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.domain.acts import NOBODY, Act
from tracker.store import journal


@dataclass(frozen=True, slots=True)
class Author:
    """Who acts when: ``actor`` as the journal names her, ``address`` where the request comes from.

    ``via`` is the token of a program that acts for her (``token:`` and its prefix), empty where she does.
    """

    actor: str
    now: datetime
    address: str = ""
    via: str = ""

    @classmethod
    def unknown(cls, now: datetime, address: str) -> Author:
        """Somebody who is not signed in."""
        return cls(NOBODY, now, address)

    @property
    def origin(self) -> dict[str, str]:
        """Where from and by what, as details of an entry."""
        said = {"address": self.address, "via": self.via}
        return {name: value for name, value in said.items() if value}

    def note(self, session: Session, act: Act, subject: str, **detail: object) -> None:
        """Write an act into the journal; details hold nothing of a person that could not be erased."""
        said = {**detail, **self.origin}
        journal.append(session, at=self.now, actor=self.actor, action=act, subject=subject, detail=said)
