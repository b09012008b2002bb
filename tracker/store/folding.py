"""Messages of one kind that wait for one person by one way, told as one: what comes later joins the first."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlalchemy import and_, select, update
from sqlalchemy.orm import Session

from tracker.domain.messages import UNREADABLE
from tracker.store.outbox import Note, waiting
from tracker.store.reminder_tables import MESSAGE

OTHERS = "others"
"""Under which of its parameters a message keeps those of what joined it."""

MOST = 100
"""So many join one message at most: that many can still be told in one letter."""


def join(session: Session, notes: Iterable[Note]) -> list[Note]:
    """Have notes told by messages that wait; those for which none does.

    What is being sent takes no more, nor what could not be put into words: it may never go out.
    """
    return [note for note in notes if not _is_joined(session, note)]


def _is_joined(session: Session, note: Note) -> bool:
    row = MESSAGE.c
    same = and_(
        row.person_id == note.person, row.channel == note.channel,
        row.way_id.is_not_distinct_from(note.way), row.template == note.template, row.digest_id.is_(None),
    )  # fmt: skip
    is_sound = and_(row.leased_until.is_(None), row.code.is_distinct_from(UNREADABLE))
    query = select(row.id, row.parameters, row.urgency).where(same, waiting(), is_sound)
    found = session.execute(query.order_by(row.id.desc()).limit(1).with_for_update()).first()
    if found is None:
        return False
    said = json.loads(found.parameters)
    others = said.get(OTHERS, [])
    if len(others) >= MOST:
        return False
    written = json.dumps({**said, OTHERS: [*others, note.parameters]}, ensure_ascii=False)
    values = {"parameters": written, "urgency": min(note.urgency, found.urgency)}
    session.execute(update(MESSAGE).where(row.id == found.id).values(values))
    return True
