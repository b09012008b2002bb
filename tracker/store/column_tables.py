"""The schema of what people said of columns whose titles the register does not know."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Table, Text
from sqlmodel import Field

from tracker.store.tables import Base
from tracker.store.types import Key, Moment


class ColumnSaidRow(Base, table=True):
    """A title as compared, in files of one kind, for all who see the same place; ``meaning`` is a code."""

    __tablename__ = "column_said"

    place: str = Field(sa_type=Key, primary_key=True)
    kind: str = Field(sa_type=Key, primary_key=True)
    title: str = Field(sa_type=Key, primary_key=True)
    meaning: str = Field(sa_type=Text)
    said_at: datetime = Field(sa_type=Moment)


COLUMN_SAID: Table = Base.metadata.tables["column_said"]
