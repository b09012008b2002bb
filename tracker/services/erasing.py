"""Erasing a person's data, on her demand or when she has left; what she did stays in the journal."""

from __future__ import annotations

from sqlalchemy.orm import Session

from tracker.domain.acts import Act
from tracker.domain.errors import LastAdmin, NotFound
from tracker.services.acting import Author
from tracker.store import accounts, erasing
from tracker.store.attempts import Knocker, second_step


def erase(session: Session, author: Author, person_id: int) -> None:
    """Take away address, name, telephone, secrets, sessions, tokens, tries, ways and waiting files.

    Open asks end. Number and journal stay.

    Raises :class:`NotFound` for nobody and somebody erased already, and :class:`LastAdmin`.
    """
    found = accounts.account_of(session, person_id)
    if found is None or found.erased_at is not None:
        raise NotFound
    if accounts.able_admins(session) == {person_id}:
        raise LastAdmin
    tries = (Knocker(found.person.email, ""), second_step(person_id, ""))
    names = {each.account_hash for each in tries}
    erasing.erase(session, person_id, accounts=names, at=author.now)
    author.note(session, Act.PERSON_ERASED, found.person.mark, role=found.person.role)
