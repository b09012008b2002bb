"""The schema of work on cases: who has a school in hand, who looks at it now, notes, and views that are kept.

A case is a school with all its needs: whoever decides about one of them has to know of the others.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Table, Text, UniqueConstraint
from sqlmodel import Field

from tracker.store.tables import Base, one_where
from tracker.store.types import Day, Key, Moment


class CaseHolder(Base, table=True):
    """Who has a school in hand since when, and who gave it to her: herself, where she took it."""

    __tablename__ = "case_holder"

    school_id: str = Field(sa_type=Key, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    by_id: int = Field(foreign_key="person.id")
    since: datetime = Field(sa_type=Moment)


class CaseLook(Base, table=True):
    """Who works on a school just now; nobody any more from ``until`` on, by the clock of the program."""

    __tablename__ = "case_look"

    school_id: str = Field(sa_type=Key, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    since: datetime = Field(sa_type=Moment)
    until: datetime = Field(sa_type=Moment)


class CaseNote(Base, table=True):
    """A note on a school; in its text people stand by their numbers (``@{7}``): names can be erased.

    A task says by when it is to be done, and has the key of the form that made it, which makes one.
    """

    __tablename__ = "case_note"
    __table_args__ = (one_where("uq_case_note_task_key", "task_key IS NOT NULL", "task_key"),)

    id: int | None = Field(default=None, primary_key=True)
    school_id: str = Field(sa_type=Key, index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    text: str = Field(sa_type=Text)
    is_pinned: bool
    made_at: datetime = Field(sa_type=Moment)
    due_on: date | None = Field(sa_type=Day)
    task_key: str | None = Field(sa_type=Key)


class CaseMention(Base, table=True):
    """Somebody whom a note speaks to; it waits for her until ``seen_at``."""

    __tablename__ = "case_mention"

    note_id: int = Field(foreign_key="case_note.id", primary_key=True)
    person_id: int = Field(foreign_key="person.id", primary_key=True, index=True)
    school_id: str = Field(sa_type=Key)
    seen_at: datetime | None = Field(sa_type=Moment)


class SavedView(Base, table=True):
    """The filters of a list that somebody goes back to, as its address writes them."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("person_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    name: str = Field(sa_type=Text)
    query: str = Field(sa_type=Text)
    made_at: datetime = Field(sa_type=Moment)


def _table(model: type[Base]) -> Table:
    return Base.metadata.tables[str(model.__tablename__)]


CASE_HOLDER = _table(CaseHolder)
CASE_LOOK = _table(CaseLook)
CASE_NOTE = _table(CaseNote)
CASE_MENTION = _table(CaseMention)
SAVED_VIEW = _table(SavedView)
