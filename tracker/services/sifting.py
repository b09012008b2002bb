"""What is wrong with the facts that a reader sees, on a day and as known at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.domain.days import legal_day
from tracker.domain.quality import Issue, issues
from tracker.domain.register import SchoolRow
from tracker.services.evaluating import Book, snapshot
from tracker.store import registry, versions
from tracker.store.scope import Scope


@dataclass(frozen=True, slots=True)
class Sifted:
    """Everything that is wrong, each thing beside its school."""

    needs: tuple[tuple[Issue, SchoolRow], ...]


def sift(
    session: Session, scope: Scope, *, on: date, known: datetime | None, today: date, book: Book
) -> tuple[tuple[Issue, SchoolRow], ...]:
    """Everything that is wrong, each thing beside its school; kept for the same question."""
    told_on = today if known is None else legal_day(known)
    key = (session.get_bind().engine.url, registry.data_version(session), scope, on, known, told_on)
    return book.remember(
        Sifted, key, lambda: _sift(session, scope, on=on, known=known, told_on=told_on, book=book)
    ).needs


def _sift(
    session: Session, scope: Scope, *, on: date, known: datetime | None, told_on: date, book: Book
) -> Sifted:
    seq = None if known is None else versions.known_seq(session, known)
    schools = registry.list_schools(session, scope, known_seq=seq)
    shot = snapshot(session, scope, on=on, known=known, book=book)
    named = {school.school_id: school for school in schools}
    found = issues(
        schools,
        registry.contract_rows(session, scope, known_seq=seq),
        registry.tender_rows(session, scope, known_seq=seq),
        (need.assessment for need in shot.needs),
        on=on,
        told_on=told_on,
    )
    return Sifted(tuple((issue, named[issue.school_id]) for issue in found if issue.school_id in named))
