"""Editions of the law: kept when something is printed, read when it is printed again, and compared."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.orm import Session

from tracker.domain.errors import NotFound
from tracker.domain.findings import Assessment
from tracker.law.loader import BUNDLED, CALENDAR_FILE, POLICY_FILE
from tracker.services.evaluating import Book, take_snapshot
from tracker.store import reports
from tracker.store.reports import Edition
from tracker.store.scope import Scope


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


@dataclass(frozen=True, slots=True)
class Change:
    """What another law would change of a need: ``what`` is ``state``, ``flag.<kind>`` or ``answer``."""

    school_id: str
    service: str
    what: str
    before: str
    after: str


def differences(
    session: Session, scope: Scope, *, on: date, present: Book, other: Book
) -> tuple[Change, ...]:
    """Every state, flag and answer of a day that another law would change (BIT-8); writes nothing."""
    before, after = (take_snapshot(session, scope, on=on, known=None, book=book) for book in (present, other))
    told = {(need.assessment.school_id, need.assessment.service): need.assessment for need in after.needs}
    return tuple(
        change
        for need in before.needs
        for change in _changes(need.assessment, told[need.assessment.school_id, need.assessment.service])
    )


def _changes(before: Assessment, after: Assessment) -> Iterator[Change]:
    old, new = _said(before), _said(after)
    for what in sorted(old.keys() | new.keys()):
        if old.get(what, "") != new.get(what, ""):
            yield Change(before.school_id, before.service.value, what, old.get(what, ""), new.get(what, ""))


def _said(found: Assessment) -> dict[str, str]:
    """What is compared, by its name."""
    said = {"state": found.state.value}
    said |= {f"flag.{flag.kind}": str(flag.since or "open") for flag in found.flags}
    if found.answer is not None:
        chosen = found.answer.reason or found.answer.recommended
        window = f"{found.answer.start_on}…{found.answer.end_on or ''}"
        said["answer"] = f"{chosen.value if chosen else ''} {window}"
    return said
