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


DECISION_GIVEN: Table = Base.metadata.tables["decision_given"]
