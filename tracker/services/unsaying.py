"""Taking back an event of a purchase that is wrong, whoever brought it and whenever: with a reason."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from tracker.domain.acts import Act
from tracker.domain.errors import NotFound
from tracker.domain.origins import CORRECTION_FILE
from tracker.domain.register import RegisterKind, TenderEventRow
from tracker.services import evaluating, inquiring
from tracker.services.acting import Author
from tracker.services.amending import require_reason
from tracker.services.evaluating import Book
from tracker.services.inquiring import Found, Which
from tracker.services.progressing import require_seen, withdraw
from tracker.store import registry
from tracker.store.scope import Scope


def events_of(session: Session, scope: Scope, found: Found) -> tuple[TenderEventRow, ...]:
    """The events of a purchase, the oldest first, where its reader sees it whole and may say so."""
    tender = found.case.known
    if tender is None or found.is_shared:
        return ()
    return registry.event_rows(session, scope, number=tender.number)


def named(event: TenderEventRow) -> str:
    """An event as a form names it."""
    return f"{event.event} {event.on.isoformat()}"


def unsay(
    session: Session,
    author: Author,
    scope: Scope,
    which: Which,
    seen: str,
    event: str,
    reason: str,
    *,
    book: Book,
    today: date,
) -> None:
    """Let an event of the purchase that was seen be known no longer; what was known before stays on record.

    A later file that says it again brings it back. Raises :class:`NotFound`, :class:`ChangedMeanwhile`, and
    :class:`AmendmentRefused` without a reason.
    """
    shared = evaluating.bench(session, book, on=today)
    found = require_seen(inquiring.find(session, scope, which, shared), seen)
    wrong = next((each for each in events_of(session, scope, found) if named(each) == event), None)
    if wrong is None:
        raise NotFound(number=which.number)
    why = require_reason(reason)
    withdraw(session, author, wrong, source=CORRECTION_FILE, reason=why, book=book, today=today)
    told = {"keys": [" / ".join(wrong.key)], "changes": [f"event: {wrong.event} {wrong.on.isoformat()} → –"]}
    author.note(session, Act.CORRECTION, RegisterKind.TENDER_EVENTS, reason=why, **told)
