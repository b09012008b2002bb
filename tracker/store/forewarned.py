"""What was told of a deadline, by the keys of its reminders, and on which day it reached its reader."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from tracker.domain.days import legal_day
from tracker.store.reminder_tables import MESSAGE, REMINDER

AFTER_COLON = ";"
"""The sign that follows a colon: every key of a subject lies between the two."""


def told_of(
    session: Session, subjects: Iterable[str], *, first: date, before: date
) -> tuple[tuple[str, date], ...]:
    """Keys of these subjects with the day on which each was told, from ``first`` on and before ``before``.

    A digest was told when the first of its messages was taken, one without messages on its own day, for its
    reader has nothing but her page. What waits, came to nothing or was withdrawn was not told.
    """
    key = REMINDER.c.key
    of_subjects = or_(*(and_(key >= f"{one}:", key < f"{one}{AFTER_COLON}") for one in subjects))
    query = (
        select(
            key, REMINDER.c.told_on, func.count(MESSAGE.c.id).label("messages"), func.min(MESSAGE.c.sent_at)
        )
        .outerjoin(MESSAGE, MESSAGE.c.digest_id == REMINDER.c.digest_id)
        .where(of_subjects, REMINDER.c.withdrawn_at.is_(None), REMINDER.c.told_on < before)
        .group_by(key, REMINDER.c.told_on)
    )
    found = []
    for name, told_on, messages, sent_at in session.execute(query):
        day = told_on if not messages else legal_day(sent_at) if sent_at else None
        if day is not None and first <= day < before:
            found.append((name, day))
    return tuple(sorted(found))
