"""Files that prove the conditions of decisions: kept as they came, seen with their decision."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, select, update
from sqlalchemy.orm import Session

from tracker.domain.enclosures import Enclosure, FileKind, NewFile
from tracker.domain.vocabulary import ConditionId
from tracker.store.decision_tables import DECISION_LINE
from tracker.store.enclosure_tables import DECISION_ENCLOSURE
from tracker.store.people_tables import PERSON
from tracker.store.scope import Scope, numbered, visible

_ROW = DECISION_ENCLOSURE.c


def list_enclosures(session: Session, scope: Scope, decisions: Iterable[int]) -> tuple[Enclosure, ...]:
    """The files of decisions that have a school within ``scope``, the oldest first; without their content."""
    of_these = numbered(session, _ROW.decision_number, decisions)
    found = session.execute(_listed().where(of_these, _seen(session, scope)).order_by(_ROW.id))
    return tuple(Enclosure(*row) for row in found)


def enclosed(session: Session, scope: Scope, decisions: Iterable[int]) -> dict[int, bytes]:
    """The content of the files that hold, by their numbers."""
    of_these = (numbered(session, _ROW.decision_number, decisions), _ROW.taken_back_at.is_(None))
    found = session.execute(select(_ROW.id, _ROW.data).where(*of_these, _seen(session, scope)))
    return {number: bytes(data) for number, data in found}


def content(session: Session, scope: Scope, decision: int, enclosure: int) -> bytes | None:
    """What one file of a decision holds; None where there is none within ``scope``."""
    itself = (_ROW.id == enclosure, _ROW.decision_number == decision)
    found: bytes | None = session.scalar(select(_ROW.data).where(*itself, _seen(session, scope)))
    return None if found is None else bytes(found)


def enclose(
    session: Session,
    decision: int,
    condition: ConditionId,
    file: NewFile,
    *,
    kind: FileKind,
    name: str,
    person_id: int,
    at: datetime,
) -> None:
    """Keep a file of a condition."""
    values = {
        "decision_number": decision, "condition": condition, "name": name, "kind": kind,
        "size": len(file.data), "sha256": file.sha256, "data": file.data, "person_id": person_id,
        "enclosed_at": at,
    }  # fmt: skip
    session.execute(insert(DECISION_ENCLOSURE).values(values))


def take_back(session: Session, decision: int, enclosure: int, *, person_id: int, at: datetime) -> str | None:
    """Let a file count no more; returns its SHA-256, None where none of this number counted."""
    itself = (_ROW.id == enclosure, _ROW.decision_number == decision, _ROW.taken_back_at.is_(None))
    said = update(DECISION_ENCLOSURE).where(*itself).values(taken_back_by_id=person_id, taken_back_at=at)
    found: str | None = session.scalar(said.returning(_ROW.sha256))
    return found


def count_enclosures(session: Session, decision: int) -> int:
    """How many files a decision has, those that were taken back among them."""
    counted = select(func.count()).select_from(DECISION_ENCLOSURE)
    return session.scalar(counted.where(_ROW.decision_number == decision)) or 0


def _listed() -> Select[Any]:
    back = PERSON.alias("back")
    return (
        select(
            _ROW.id, _ROW.decision_number, _ROW.condition, _ROW.name, _ROW.kind, _ROW.size, _ROW.sha256,
            _ROW.person_id, PERSON.c.name.label("person"), _ROW.enclosed_at, back.c.name.label("back_by"),
            _ROW.taken_back_at,
        )
        .join(PERSON, PERSON.c.id == _ROW.person_id)
        .outerjoin(back, back.c.id == _ROW.taken_back_by_id)
    )  # fmt: skip


def _seen(session: Session, scope: Scope) -> ColumnElement[bool]:
    within = visible(session, scope, DECISION_LINE.c.school_id)
    return _ROW.decision_number.in_(select(DECISION_LINE.c.decision_number).where(within))
