"""Taking away everything that tells who a person was; her number stays, for the journal speaks of it."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from tracker.store import asks, uploads
from tracker.store.case_tables import CASE_HOLDER, CASE_LOOK, CASE_MENTION, SAVED_VIEW
from tracker.store.folding import OTHERS
from tracker.store.outbox import waiting
from tracker.store.people_tables import (
    API_TOKEN,
    ATTEMPT,
    LINK,
    PERSON,
    PERSON_REACH,
    RECOVERY_CODE,
    SIGNED_IN,
)
from tracker.store.reminder_tables import FEED, MESSAGE, WAY
from tracker.store.row_security import whole_country

IN_HAND = (CASE_HOLDER, CASE_LOOK, CASE_MENTION)
"""The same of schools anywhere: what she had in hand is in nobody's."""

WITHDRAWN = "withdrawn"
"""Why nothing more goes to her: what delivery says of a letter that nobody is to read."""

OF_PERSON = (PERSON_REACH, SIGNED_IN, API_TOKEN, LINK, RECOVERY_CODE, FEED, SAVED_VIEW)
"""Tables whose rows belong to one person and tell nothing once she is gone."""


def erase(session: Session, person_id: int, *, accounts: Collection[str], at: datetime) -> None:
    """Leave of a person her number, her last role and when her account was added and erased.

    ``accounts`` are the hashes under which tries to sign in were counted. Her address may be given to an
    account anew; that will be another person.
    """
    with whole_country(session):
        for table in (*OF_PERSON, *IN_HAND):
            session.execute(delete(table).where(table.c.person_id == person_id))
        uploads.forget_all(session, person_id=person_id)
        asks.end_asks(session, f"person:{person_id}", at=at)
        _forget_ways(session, person_id, at)
    session.execute(delete(ATTEMPT).where(ATTEMPT.c.account_hash.in_(accounts)))
    nothing = {
        "email": f"erased-{person_id}",
        "name": "",
        "telephone": None,
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


def _forget_ways(session: Session, person_id: int, at: datetime) -> None:
    """Ways and messages keep their rows, for what was sent is counted; none tells an address any more.

    What a mail server or a bot answered names the mailbox or chat, to her and to those who were told of it.
    Whoever is just sending her something marks nothing any more.
    """
    way, message = WAY.c.person_id == person_id, MESSAGE.c.parameters
    session.execute(update(WAY).where(way, WAY.c.removed_at.is_(None)).values(removed_at=at))
    session.execute(update(WAY).where(way).values(address="", secret=None, answer=None))
    hers = MESSAGE.c.person_id == person_id
    session.execute(update(MESSAGE).where(hers, waiting()).values(voided_at=at, code=WITHDRAWN))
    session.execute(update(MESSAGE).where(hers).values(answer=None))
    of_her = select(MESSAGE.c.id, message).where(message.contains(f'"person": {person_id},'))
    for number, written in session.execute(of_her).all():
        said = _unanswered(json.loads(written), person_id)
        if OTHERS in said:
            said[OTHERS] = [_unanswered(each, person_id) for each in said[OTHERS]]
        parameters = json.dumps(said, ensure_ascii=False)
        session.execute(update(MESSAGE).where(MESSAGE.c.id == number).values(parameters=parameters))


def _unanswered(said: dict[str, Any], person_id: int) -> dict[str, Any]:
    """What others were told of her, without what a mail server or a bot answered."""
    return {**said, "answer": ""} if said.get("person") == person_id and said.get("answer") else said
