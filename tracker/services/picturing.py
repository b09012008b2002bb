"""Shows what a correction would make of the needs of its school, before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from tracker.domain.amended import amended
from tracker.domain.findings import Assessment
from tracker.domain.register import RegisterRow
from tracker.services import evaluating
from tracker.services.evaluating import Book
from tracker.store.scope import Scope


@dataclass(frozen=True, slots=True)
class Picture:
    """How a need stands, and how it would stand."""

    now: Assessment
    then: Assessment


def picture(
    session: Session, scope: Scope, school_id: str, row: RegisterRow, *, on: date, book: Book
) -> tuple[Picture, ...]:
    """The needs of a school that a corrected row is about; raises :class:`NotFound` outside the scope."""
    shared = evaluating.bench(session, book, on=on)
    service = getattr(row, "service", None)
    return tuple(
        Picture(shared.judge(facts), shared.judge(amended(facts, row)))
        for facts in evaluating.need_facts(session, scope, school_id)
        if service in (None, facts.service)
    )
