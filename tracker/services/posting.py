"""What deadlines rest on and a decision says: that the report on its contract was posted, its approval.

Both have two times: the deadline ends on that day, and an earlier day still shows it as it stood (rules §6).
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from tracker.domain.days import legal_day
from tracker.domain.decision_records import DecisionRecord
from tracker.domain.decisions import APPROVED_SINCE, DecisionStatus
from tracker.domain.origins import DECISION
from tracker.domain.vocabulary import RouteId
from tracker.services.acting import Author
from tracker.store import posted, references, versions


def post(session: Session, author: Author, found: DecisionRecord) -> None:
    """Keep that the report on the contract of a decision was posted today; nothing where none is owed."""
    if found.signed is not None and found.has_duties:
        posted.record(session, found.signed.number, legal_day(author.now), _recording(session, author, found))


def take_back(session: Session, author: Author, found: DecisionRecord) -> None:
    """Let it be owed again."""
    if found.signed is not None and found.has_duties:
        posted.take_back(session, found.signed.number, _recording(session, author, found))


def approve(session: Session, author: Author, found: DecisionRecord, after: DecisionStatus) -> None:
    """Let it be known that a decision after a failed purchase is approved by now, or is so no more.

    The last day for it ends with the approval and is there again without it, from this moment on.
    """
    is_moved = (found.status in APPROVED_SINCE) is not (after in APPROVED_SINCE)
    if found.route is RouteId.AFTER_FAILURE and is_moved:
        _recording(session, author, found)


def _recording(session: Session, author: Author, found: DecisionRecord) -> int:
    at = references.next_moment(session, now=author.now)
    source = f"{DECISION}{found.number}"
    return versions.open_recording(session, at=at, actor=author.actor, source=source, reason=source)
