"""What people change of cases. Writers wait for each other, so what was just read still holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from tracker.store.case_tables import CASE_HOLDER, CASE_LOOK, CASE_MENTION, CASE_NOTE


def give(session: Session, school_id: str, person: int, *, by: int, at: datetime) -> None:
    """Put a school into somebody's hands, whoever had it before."""
    release(session, school_id)
    values = {"school_id": school_id, "person_id": person, "by_id": by, "since": at}
    session.execute(insert(CASE_HOLDER).values(values))


def release(session: Session, school_id: str) -> None:
    """Nobody has the school in hand any more."""
    session.execute(delete(CASE_HOLDER).where(CASE_HOLDER.c.school_id == school_id))


def look(session: Session, school_id: str, person: int, *, since: datetime, until: datetime) -> None:
    """Somebody works on a school, and on no other, at most until ``until``."""
    row = CASE_LOOK.c
    session.execute(delete(CASE_LOOK).where(or_(row.school_id == school_id, row.person_id == person)))
    values = {"school_id": school_id, "person_id": person, "since": since, "until": until}
    session.execute(insert(CASE_LOOK).values(values))


def add_note(
    session: Session,
    school_id: str,
    person: int,
    text: str,
    *,
    is_pinned: bool,
    mentioned: Iterable[int],
    at: datetime,
    due_on: date | None = None,
    task_key: str | None = None,
) -> int:
    """Keep a note, or a task, and let it wait for those it speaks to; its number."""
    values = {
        "school_id": school_id,
        "person_id": person,
        "text": text,
        "is_pinned": is_pinned,
        "made_at": at,
        "due_on": due_on,
        "task_key": task_key,
    }
    number: int = session.execute(insert(CASE_NOTE).values(values).returning(CASE_NOTE.c.id)).scalar_one()
    waiting = [
        {"note_id": number, "person_id": each, "school_id": school_id, "seen_at": None} for each in mentioned
    ]
    if waiting:
        session.execute(insert(CASE_MENTION), waiting)
    return number


def is_made(session: Session, task_key: str) -> bool:
    """Whether a form has made its task already."""
    row = CASE_NOTE.c
    return session.scalar(select(row.id).where(row.task_key == task_key)) is not None


def pin(session: Session, number: int, *, is_pinned: bool) -> None:
    """Let a note stand above everything, or among the others again."""
    session.execute(update(CASE_NOTE).where(CASE_NOTE.c.id == number).values(is_pinned=is_pinned))


def see(session: Session, person: int, school_id: str, *, at: datetime) -> None:
    """Somebody has seen the notes on a school that speak to her."""
    row = CASE_MENTION.c
    hers = (row.person_id == person, row.school_id == school_id, row.seen_at.is_(None))
    session.execute(update(CASE_MENTION).where(*hers).values(seen_at=at))
