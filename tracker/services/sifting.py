"""What is wrong with the facts that a reader sees, on a day and as known at a moment."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.domain.quality import Issue, issues
from tracker.domain.register import SchoolRow
from tracker.services.evaluating import Book, snapshot
from tracker.store import registry, versions
from tracker.store.scope import Scope


def sift(
    session: Session, scope: Scope, *, on: date, known: datetime | None, book: Book
) -> tuple[tuple[Issue, SchoolRow], ...]:
    """Everything that is wrong, each thing beside its school."""
    seq = None if known is None else versions.known_seq(session, known)
    schools = registry.list_schools(session, scope, known_seq=seq)
    shot = snapshot(session, scope, on=on, known=known, book=book)
    named = {school.school_id: school for school in schools}
    found = issues(
        schools,
        registry.contract_rows(session, scope, known_seq=seq),
        registry.tender_rows(session, scope, known_seq=seq),
        (need.assessment for need in shot.needs),
    )
    return tuple((issue, named[issue.school_id]) for issue in found if issue.school_id in named)
