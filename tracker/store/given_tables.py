"""The schema of what people state for the papers of a decision."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Table, Text
from sqlmodel import Field

from tracker.domain.drafts import GivenName
from tracker.store.tables import Base
from tracker.store.types import Key, Moment, Word


class DecisionGivenRow(Base, table=True):
    """A fact that neither register nor decision holds, stated for one customer (``customer`` is its BIN)."""

    __tablename__ = "decision_given"

    decision_number: int = Field(foreign_key="decision.number", primary_key=True)
    customer: str = Field(sa_type=Key, primary_key=True)
    name: GivenName = Field(sa_type=Word(GivenName, "given_name"), primary_key=True)
    value: str = Field(sa_type=Text)
    given_by_id: int = Field(foreign_key="person.id")
    given_at: datetime = Field(sa_type=Moment)


class DecisionGivenBeforeRow(Base, table=True):
    """What a fact said before it was stated otherwise or taken back, and who did that."""

    __tablename__ = "decision_given_before"

    id: int | None = Field(default=None, primary_key=True)
    decision_number: int = Field(foreign_key="decision.number", index=True)
    customer: str = Field(sa_type=Key)
    name: GivenName = Field(sa_type=Word(GivenName, "given_name"))
    value: str = Field(sa_type=Text)
    given_by_id: int = Field(foreign_key="person.id")
    given_at: datetime = Field(sa_type=Moment)
    changed_by_id: int = Field(foreign_key="person.id")
    changed_at: datetime = Field(sa_type=Moment)


DECISION_GIVEN: Table = Base.metadata.tables["decision_given"]
DECISION_GIVEN_BEFORE: Table = Base.metadata.tables["decision_given_before"]
