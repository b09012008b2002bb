"""What every round of reminders does for calendars: look at all that is due and write down what changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine

from tracker.clock import legal_day
from tracker.services import foreseeing
from tracker.services.evaluating import Book
from tracker.store import watching
from tracker.store.engine import transaction
from tracker.store.scope import EVERYTHING


def watch(engine: Engine, now: datetime) -> None:
    """Write down what is due at this moment."""
    today = legal_day(now)
    with transaction(engine, seeing=EVERYTHING) as session:
        found = foreseeing.agenda(session, EVERYTHING, on=today, known=None, book=Book.load())
        seen = {
            watching.spot(school_id, service, due): due.due_on
            for group in found.groups
            for (school_id, service), due in group
        }
        change = watching.compare(watching.known(session), seen)
        watching.keep(session, change, today=today, at=now)
