"""The schema of decisions on interim contracts: what they rest on, whom they are about, and who did what."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Index, Table, Text, UniqueConstraint
from sqlmodel import Field

from tracker.domain.decisions import Agreed, DecisionStatus, Deed
from tracker.domain.vocabulary import ConditionId, RouteId, Service
from tracker.store.tables import PRESENT, Base, Versioned, in_order, one_where, superseded_later
from tracker.store.types import Amount, Day, Key, Moment, Word


class DecisionRow(Base, table=True):
    """A decision; ``revision`` counts what was done to it, ``frozen`` is JSON.

    ``asked`` counts the conditions that people must confirm. ``reason`` is the drafter's,
    ``verdict_reason`` that of whoever decided last.
    """

    __tablename__ = "decision"
    __table_args__ = (in_order("days_in_order", "start_on", "end_on"),)

    number: int | None = Field(default=None, primary_key=True)
    status: DecisionStatus = Field(sa_type=Word(DecisionStatus, "status"), index=True)
    route: RouteId = Field(sa_type=Word(RouteId, "route"))
    agreed: Agreed = Field(sa_type=Word(Agreed, "agreed"))
    start_on: date = Field(sa_type=Day)
    end_on: date = Field(sa_type=Day)
    expected_release_on: date | None = Field(sa_type=Day)
    drafted_by_id: int = Field(foreign_key="person.id")
    drafted_at: datetime = Field(sa_type=Moment)
    reason: str = Field(sa_type=Text)
    decided_by_id: int | None = Field(foreign_key="person.id")
    decided_at: datetime | None = Field(sa_type=Moment)
    verdict_reason: str = Field(sa_type=Text)
    frozen: str = Field(sa_type=Text)
    asked: int
    revision: int
    signed_number: str | None = Field(sa_type=Key)
    signed_on: date | None = Field(sa_type=Day)
    signed_from: date | None = Field(sa_type=Day)
    signed_until: date | None = Field(sa_type=Day)


class DecisionLineRow(Base, table=True):
    """A need that a decision is about; of its open ones (``is_open``) a need has one at most."""

    __tablename__ = "decision_line"
    __table_args__ = (
        UniqueConstraint("decision_number", "school_id", "service"),
        Index(None, "school_id", "service"),
        one_where("uq_decision_line_open", "is_open", "school_id", "service"),
    )

    id: int | None = Field(default=None, primary_key=True)
    decision_number: int = Field(foreign_key="decision.number")
    school_id: str = Field(sa_type=Key)
    service: Service = Field(sa_type=Word(Service, "service"))
    present_contract: str | None = Field(sa_type=Key)
    price: Decimal | None = Field(sa_type=Amount)
    signed_number: str | None = Field(sa_type=Key)
    frozen: str = Field(sa_type=Text)
    is_open: bool


class DecisionTickRow(Base, table=True):
    """A condition that a person confirmed; ``attachment`` says where the paper is found."""

    __tablename__ = "decision_tick"
    __table_args__ = (UniqueConstraint("decision_number", "condition"),)

    id: int | None = Field(default=None, primary_key=True)
    decision_number: int = Field(foreign_key="decision.number")
    condition: ConditionId = Field(sa_type=Word(ConditionId, "condition"))
    person_id: int = Field(foreign_key="person.id")
    ticked_at: datetime = Field(sa_type=Moment)
    note: str = Field(sa_type=Text)
    attachment: str = Field(sa_type=Text)


class DecisionEventRow(Base, table=True):
    """What was done to a decision; of two that act on one revision the schema takes the first."""

    __tablename__ = "decision_event"
    __table_args__ = (
        UniqueConstraint("decision_number", "revision"),
        Index(None, "person_id", "done_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    decision_number: int = Field(foreign_key="decision.number")
    revision: int
    deed: Deed = Field(sa_type=Word(Deed, "deed"))
    person_id: int = Field(foreign_key="person.id")
    done_at: datetime = Field(sa_type=Moment)
    before: DecisionStatus | None = Field(sa_type=Word(DecisionStatus, "before"))
    after: DecisionStatus = Field(sa_type=Word(DecisionStatus, "after"))
    reason: str = Field(sa_type=Text)
    batch: str = Field(sa_type=Key)


class ReportPostedRow(Versioned, table=True):
    """On which day the report on a signed contract was posted (rules §6); ended by whoever takes it back."""

    __tablename__ = "report_posted"
    __table_args__ = (one_where("uq_report_posted_present", PRESENT, "contract_number"), superseded_later())

    contract_number: str = Field(sa_type=Key, index=True)
    posted_on: date = Field(sa_type=Day)


DECISION: Table = Base.metadata.tables["decision"]
DECISION_LINE: Table = Base.metadata.tables["decision_line"]
DECISION_TICK: Table = Base.metadata.tables["decision_tick"]
DECISION_EVENT: Table = Base.metadata.tables["decision_event"]
REPORT_POSTED: Table = Base.metadata.tables["report_posted"]
