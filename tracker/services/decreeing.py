"""Recording a decreed working day or day off (rules §1)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.domain.acts import Act
from tracker.domain.workdays import Override
from tracker.services.evaluating import Book, evaluate
from tracker.store import intake, journal, references, versions


def decree(
    session: Session, override: Override, *, actor: str, now: datetime, today: date, book: Book
) -> None:
    """Record the day with its decree and judge anew what it moves."""
    at = references.next_moment(session, now=now)
    seq = versions.open_recording(session, at=at, actor=actor, source="decree", reason=override.decree)
    intake.record_overrides(session, [override], seq)
    detail = {"day": override.on.isoformat(), "working": override.working, "decree": override.decree}
    journal.append(session, at=now, actor=actor, action=Act.DECREE, subject="calendar", detail=detail)
    evaluate(session, today=today, book=book)
