"""Taking back a signed contract that was mistyped: its lines are cancelled and their needs judged anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.domain.decision_records import DecisionRecord
from tracker.domain.origins import DECISION
from tracker.domain.register import ContractRow, RegisterKind
from tracker.domain.vocabulary import ContractStatus
from tracker.services.acting import Author
from tracker.services.evaluating import Book, evaluate
from tracker.store import assessments, deciding, intake, references, registry, signed_lines, versions
from tracker.store.row_security import whole_country
from tracker.store.scope import EVERYTHING
from tracker.store.signed_lines import Written


def is_unchanged(session: Session, number: int, *, since: datetime) -> bool:
    """Whether the lines written with the signed contract of a decision still stand as they were written."""
    with whole_country(session):
        return all(signed_lines.written_since(session, number, since).lines.values())


def cancel(
    session: Session, author: Author, found: DecisionRecord, *, since: datetime, today: date, book: Book
) -> None:
    """Cancel the lines that were written with the signed contract, which was recorded at ``since``.

    They are facts: what was known meanwhile stays known. A line that a file had brought is again what that
    file said.
    Whoever asks has made sure that nobody changed one of them (:func:`is_unchanged`).
    """
    deciding.number_lines(session, found.number, None)
    with whole_country(session):  # what is due elsewhere is judged with it
        written = signed_lines.written_since(session, found.number, since)
        if written.lines:
            at, source = references.next_moment(session, now=author.now), f"{DECISION}{found.number}"
            seq = versions.open_recording(session, at=at, actor=author.actor, source=source, reason=source)
            intake.record(session, RegisterKind.CONTRACTS, _before(session, written), seq)
        assessments.mark_due(session, [(line.school_id, line.service.value) for line in found.lines])
        evaluate(session, today=today, book=book)


def _before(session: Session, written: Written) -> list[ContractRow]:
    """What the register is to say of the lines again: as a file had them, else that they were cancelled."""
    numbers = {number for number, *_ in written.lines}
    earlier = {
        row.key: row
        for number in numbers
        for row in registry.contract_rows(session, EVERYTHING, number=number, known_seq=written.seq - 1)
    }
    lines = intake.present_rows(session, EVERYTHING, RegisterKind.CONTRACTS, written.lines)
    return [
        earlier.get(key) or replace(line, status=ContractStatus.CANCELLED)
        for key, line in lines.items()
        if isinstance(line, ContractRow)
    ]
