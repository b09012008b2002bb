"""Views of lists that people keep: a name for the filters of an address, each person's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from tracker.store.case_tables import SAVED_VIEW


@dataclass(frozen=True, slots=True)
class View:
    """A view; ``query`` is what stands behind the question mark of the list's address."""

    id: int
    name: str
    query: str


def views_of(session: Session, person: int) -> tuple[View, ...]:
    """The views of a person, by name."""
    row = SAVED_VIEW.c
    query = select(row.id, row.name, row.query).where(row.person_id == person).order_by(row.name, row.id)
    return tuple(View(*each) for each in session.execute(query))


def keep(session: Session, person: int, name: str, query: str, *, at: datetime) -> None:
    """Keep a view; one of the same name is replaced."""
    row = SAVED_VIEW.c
    session.execute(delete(SAVED_VIEW).where(row.person_id == person, row.name == name))
    values = {"person_id": person, "name": name, "query": query, "made_at": at}
    session.execute(insert(SAVED_VIEW).values(values))


def forget(session: Session, person: int, number: int) -> bool:
    """Forget one of a person's views; whether there was one."""
    row = SAVED_VIEW.c
    found = delete(SAVED_VIEW).where(row.id == number, row.person_id == person).returning(row.id)
    return session.execute(found).one_or_none() is not None
