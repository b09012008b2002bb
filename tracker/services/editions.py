"""Editions of the law: kept when something is printed by them, and read again when it is printed again."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.orm import Session

from tracker.domain.errors import NotFound
from tracker.law.loader import BUNDLED, CALENDAR_FILE, POLICY_FILE
from tracker.services.evaluating import Book
from tracker.store import reports
from tracker.store.reports import Edition


def present_edition(book: Book) -> Edition:
    """The files that a book was read from, named by what they say."""
    folder = book.folder or BUNDLED
    policy, calendar = ((folder / name).read_text("utf-8") for name in (POLICY_FILE, CALENDAR_FILE))
    return _edition(policy, calendar)


@lru_cache(maxsize=8)
def _edition(policy: str, calendar: str) -> Edition:
    name = hashlib.sha256(f"{len(policy)}\n{policy}{calendar}".encode()).hexdigest()
    return Edition(f"sha256:{name}", policy, calendar)


def keep_present(session: Session, book: Book, *, at: datetime) -> str:
    """Keep the edition of a book and return its name."""
    edition = present_edition(book)
    reports.keep_edition(session, edition, at=at)
    return edition.edition


def book_of(session: Session, edition: str, present: Book) -> Book:
    """The law as it was in an edition; raises :class:`NotFound` for one that was never kept."""
    if present_edition(present).edition == edition:
        return present
    kept = reports.edition_of(session, edition)
    if kept is None:
        raise NotFound(edition=edition)
    return _opened(kept)[0]


@lru_cache(maxsize=8)
def _opened(edition: Edition) -> tuple[Book, TemporaryDirectory[str]]:
    """A book of an old edition with the folder that it reads, which stays as long as the book does."""
    folder = TemporaryDirectory(prefix="tracker-edition-")
    (Path(folder.name) / POLICY_FILE).write_text(edition.policy, "utf-8")
    (Path(folder.name) / CALENDAR_FILE).write_text(edition.calendar, "utf-8")
    return Book.load(Path(folder.name)), folder
