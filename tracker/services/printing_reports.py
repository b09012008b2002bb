"""Printing a report, and printing it again as it was: the same day, knowledge and edition of the law."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.domain.acts import Act
from tracker.domain.errors import NotFound, ReportDiffers
from tracker.domain.reports import Report, ReportKind
from tracker.domain.vocabulary import Language
from tracker.services import editions, reporting
from tracker.services.acting import Author
from tracker.services.evaluating import Book
from tracker.store import references, report_reach, reports
from tracker.store.reports import Printed
from tracker.store.scope import Scope


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; without ``known`` all that is known now."""

    kind: ReportKind
    region: str | None
    on: date
    known: datetime | None


def make(session: Session, scope: Scope, wanted: Wanted, *, now: datetime, book: Book) -> Report:
    """The report that is asked for, with the moment of knowledge by which it can be made again."""
    known = wanted.known or references.next_moment(session, now=now)
    return reporting.report(
        session, scope, wanted.kind, region=wanted.region, on=wanted.on, known=known, book=book
    )


def keep(
    session: Session,
    author: Author,
    scope: Scope,
    made: Report,
    *,
    language: Language,
    ending: str,
    book: Book,
) -> int:
    """Keep what is printed, of what and by which law, and tell the journal; returns its number."""
    edition = editions.keep_present(session, book, at=author.now)
    printed = Printed(
        number=0,
        kind=made.kind,
        region=made.region,
        on=made.on,
        known=made.known,
        language=language,
        edition=edition,
        digest=digest_of(made),
        printed_by=author.actor,
        printed_at=author.now,
        ending=ending,
    )
    number = reports.keep(session, printed, scope)
    tell(session, author, made, number=number, ending=ending)
    return number


def tell(session: Session, author: Author, made: Report, *, number: int, ending: str) -> None:
    """Write into the journal that a report was handed out."""
    author.note(
        session,
        Act.EXPORT,
        "reports",
        report=made.kind.value,
        number=number,
        rows=len(made.places),
        format=ending,
        on=made.on.isoformat(),
        known=made.known.isoformat(),
        region=made.region,
    )


def again(session: Session, scope: Scope, number: int, *, actor: str, book: Book) -> tuple[Printed, Report]:
    """A printed report as it was, by the law of then and of the places that its printer saw.

    Raises :class:`NotFound` where there is none that this person may read, and :class:`ReportDiffers` where
    it no more says what it said: other schools are there now, its printer sees them no more herself, or a
    file was recorded as known before it.
    """
    printed = reports.printed(session, scope, number, actor)
    if printed is None:
        raise NotFound(report=number)
    old = editions.book_of(session, printed.edition, book)
    made = reporting.report(
        session,
        report_reach.kept(session, scope, number) or scope,
        printed.kind,
        region=printed.region,
        on=printed.on,
        known=printed.known,
        book=old,
    )
    if digest_of(made) != printed.digest:
        raise ReportDiffers(number=number)
    return printed, made


def digest_of(made: Report) -> str:
    """A fingerprint of all that a report says."""
    said = [
        made.kind, made.region, made.on, made.known, made.policy,
        *([place.place, *place.figures.values()] for place in (*made.places, made.total)),
    ]  # fmt: skip
    return "sha256:" + hashlib.sha256(json.dumps(said, default=str).encode()).hexdigest()
