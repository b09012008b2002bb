"""The schema of what officers were asked to begin."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Table, UniqueConstraint
from sqlmodel import Field

from tracker.domain.vocabulary import Service
from tracker.store.tables import Base
from tracker.store.types import Day, Key, Moment, Word


class BeginRequest(Base, table=True):
    """That a purchase is to be begun ``begin_by`` a day, for a cover that ends on ``ends_on``.

    Never changed, but gone once it is taken back. ``told`` is how many people were told.
    """

    __tablename__ = "begin_request"
    __table_args__ = (UniqueConstraint("school_id", "service", "ends_on", "begin_by"),)

    id: int | None = Field(default=None, primary_key=True)
    school_id: str = Field(sa_type=Key)
    service: Service = Field(sa_type=Word(Service, "service"))
    ends_on: date = Field(sa_type=Day)
    begin_by: date = Field(sa_type=Day)
    told: int
    person_id: int = Field(foreign_key="person.id", index=True)
    asked_at: datetime = Field(sa_type=Moment)


BEGIN_REQUEST: Table = Base.metadata.tables["begin_request"]
