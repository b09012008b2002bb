"""The language that a person has chosen, kept with her."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from tracker.domain.vocabulary import Language
from tracker.store.people_tables import PERSON


def keep_language(session: Session, person_id: int, language: Language) -> None:
    """Remember the language for every device and message of this person."""
    session.execute(update(PERSON).where(PERSON.c.id == person_id).values(language=language))
