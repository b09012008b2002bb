"""The schema of files that people enclose with the conditions of a decision."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, Table, Text
from sqlmodel import Field

from tracker.domain.enclosures import FileKind
from tracker.domain.vocabulary import ConditionId
from tracker.store.tables import Base
from tracker.store.types import Key, Moment, Word


class DecisionEnclosureRow(Base, table=True):
    """A file as it came; ``sha256`` is of ``data``. One that was taken back stays and says who did that."""

    __tablename__ = "decision_enclosure"

    id: int | None = Field(default=None, primary_key=True)
    decision_number: int = Field(foreign_key="decision.number", index=True)
    condition: ConditionId = Field(sa_type=Word(ConditionId, "condition"))
    name: str = Field(sa_type=Text)
    kind: FileKind = Field(sa_type=Word(FileKind, "kind"))
    size: int
    sha256: str = Field(sa_type=Key)
    data: bytes = Field(sa_type=LargeBinary)
    person_id: int = Field(foreign_key="person.id")
    enclosed_at: datetime = Field(sa_type=Moment)
    taken_back_by_id: int | None = Field(foreign_key="person.id")
    taken_back_at: datetime | None = Field(sa_type=Moment)


DECISION_ENCLOSURE: Table = Base.metadata.tables["decision_enclosure"]
