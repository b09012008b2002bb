"""The report on a signed contract: whoever closes its decision says that it was posted (rules §6).

That is a fact with two times: the deadline ends on that day, and an earlier day still shows it as it stood.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from tracker.domain.days import legal_day
from tracker.domain.decision_records import DecisionRecord
from tracker.domain.origins import DECISION
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


def _recording(session: Session, author: Author, found: DecisionRecord) -> int:
    at = references.next_moment(session, now=author.now)
    source = f"{DECISION}{found.number}"
    return versions.open_recording(session, at=at, actor=author.actor, source=source, reason=source)
