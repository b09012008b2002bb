"""Taking away everything that tells who a person was; her number stays, for the journal speaks of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from tracker.store import uploads
from tracker.store.case_tables import CASE_HOLDER, CASE_LOOK, CASE_MENTION, SAVED_VIEW
from tracker.store.people_tables import (
    API_TOKEN,
    ATTEMPT,
    LINK,
    PERSON,
    PERSON_REACH,
    RECOVERY_CODE,
    SIGNED_IN,
)
from tracker.store.reminder_tables import FEED
from tracker.store.row_security import whole_country

IN_HAND = (CASE_HOLDER, CASE_LOOK, CASE_MENTION)
"""The same of schools anywhere: what she had in hand is in nobody's."""

OF_PERSON = (PERSON_REACH, SIGNED_IN, API_TOKEN, LINK, RECOVERY_CODE, FEED, SAVED_VIEW)
"""Tables whose rows belong to one person and tell nothing once she is gone."""


def erase(session: Session, person_id: int, *, accounts: Collection[str], at: datetime) -> None:
    """Leave of a person her number, her last role and when her account was added and erased.

    ``accounts`` are the hashes under which tries to sign in were counted. Her address may be given to an
    account anew; that will be another person.
    """
    for table in OF_PERSON:
        session.execute(delete(table).where(table.c.person_id == person_id))
    with whole_country(session):
        for table in IN_HAND:
            session.execute(delete(table).where(table.c.person_id == person_id))
        uploads.forget_all(session, person_id=person_id)
    session.execute(delete(ATTEMPT).where(ATTEMPT.c.account_hash.in_(accounts)))
    nothing = {
        "email": f"erased-{person_id}",
        "name": "",
        "language": None,
        "password_hash": None,
        "subject": None,
        "second_factor": None,
        "last_step": None,
        "erased_at": at,
    }
    herself = PERSON.c.id == person_id
    session.execute(update(PERSON).where(herself).values(nothing))
    session.execute(update(PERSON).where(herself, PERSON.c.disabled_at.is_(None)).values(disabled_at=at))
