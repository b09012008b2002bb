"""Accounts as an identity provider knows them: by its own address and its number for the person."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.store.people_tables import PERSON
from tracker.store.scope import is_storable


def person_of_subject(session: Session, subject: str) -> int | None:
    """The number of the account that was tied to a subject; None where there is none."""
    if not is_storable(subject):
        return None
    return session.scalar(select(PERSON.c.id).where(PERSON.c.subject == subject))


def tie(session: Session, person_id: int, subject: str) -> bool:
    """Tie an account nobody has taken up yet to a subject; False for one that somebody has."""
    untaken = (PERSON.c.id == person_id, PERSON.c.subject.is_(None), PERSON.c.password_hash.is_(None))
    tied = update(PERSON).where(*untaken).values(subject=subject).returning(PERSON.c.id)
    return session.execute(tied).first() is not None
