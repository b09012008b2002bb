"""The schema: facts as insert-only versions (design §9); assessments, flags and the journal beside them.

Table classes do not validate what they are given: rows come typed from :mod:`tracker.domain.register`, and
the CHECKs here guard once more. Queries use the plain tables at the end of the module, never entities.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, Index, LargeBinary, MetaData, Table, Text, text
from sqlmodel import Field, SQLModel

from tracker.domain.register import RegisterKind
from tracker.domain.vocabulary import (
    ContractKind,
    ContractStatus,
    FlagKind,
    Method,
    Service,
    Stage,
    State,
    TenderEventKind,
    TenderStatus,
)
from tracker.store.types import Amount, Day, Key, Moment, Pairs, Word

PRESENT = "superseded_seq IS NULL"
"""What holds of rows that nothing has corrected yet."""


class Base(SQLModel):
    """All tables; the constraints have names, so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def one_where(name: str, condition: str, *columns: str) -> Index:
    """A unique key among the rows that satisfy ``condition``."""
    where = text(condition)
    return Index(name, *columns, unique=True, sqlite_where=where, postgresql_where=where)


def in_order(name: str, first: str, second: str) -> CheckConstraint:
    """The second day is not before the first; unknown days are in order."""
    return CheckConstraint(f"{second} >= {first}", name=name)


class Recording(Base, table=True):
    """One act of taking facts in; ``seq`` orders them without gaps, also when clocks jump."""

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    recorded_at: datetime = Field(sa_type=Moment)
    actor: str = Field(sa_type=Text)
    source: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)


class Versioned(Base):
    """A version of a fact: known from ``recorded_seq`` until ``superseded_seq``."""

    id: int | None = Field(default=None, primary_key=True)
    recorded_seq: int = Field(foreign_key="recording.seq")
    superseded_seq: int | None = Field(default=None, foreign_key="recording.seq")


def superseded_later() -> CheckConstraint:
    """A version is superseded only by a later recording."""
    return CheckConstraint("superseded_seq > recorded_seq", name="superseded_later")


class School(Versioned, table=True):
    """A school; ``search`` and ``sort_key`` are made from its names (:mod:`tracker.domain.alphabet`)."""

    __table_args__ = (
        one_where("uq_school_present", PRESENT, "school_id"),
        superseded_later(),
        CheckConstraint("length(bin) = 12", name="bin_length"),
        CheckConstraint("length(region) = 2", name="region_length"),
    )

    school_id: str = Field(sa_type=Key)
    name: str = Field(sa_type=Text)
    bin: str | None = Field(sa_type=Key)
    name_kk: str | None = Field(sa_type=Text)
    name_ru: str | None = Field(sa_type=Text)
    region: str | None = Field(sa_type=Key)
    district: str | None = Field(sa_type=Text)
    address: str | None = Field(sa_type=Text)
    closed_on: date | None = Field(sa_type=Day)
    cameras: int | None
    integrated_on: date | None = Field(sa_type=Day)
    officer_email: str | None = Field(sa_type=Text)
    search: str = Field(sa_type=Text)
    sort_key: str = Field(sa_type=Key)
    extra: str | None = Field(sa_type=Pairs)


class Need(Versioned, table=True):
    """A service that a school must have (rules §2)."""

    __table_args__ = (
        one_where("uq_need_present", PRESENT, "school_id", "service"),
        superseded_later(),
        in_order("days_in_order", "needed_from", "needed_until"),
    )

    school_id: str = Field(sa_type=Key)
    service: Service = Field(sa_type=Word(Service, "service"))
    needed_from: date | None = Field(sa_type=Day)
    needed_until: date | None = Field(sa_type=Day)
    confirmed_on: date | None = Field(sa_type=Day)


class ContractLine(Versioned, table=True):
    """A need served under a contract (rules §3)."""

    __tablename__ = "contract_line"
    __table_args__ = (
        one_where("uq_contract_line_present", PRESENT, "contract_number", "school_id", "service"),
        Index(None, "school_id", "service"),
        superseded_later(),
        in_order("days_in_order", "start_on", "end_on"),
    )

    contract_number: str = Field(sa_type=Key)
    school_id: str = Field(sa_type=Key)
    service: Service = Field(sa_type=Word(Service, "service"))
    start_on: date = Field(sa_type=Day)
    end_on: date | None = Field(sa_type=Day)
    terminated_on: date | None = Field(sa_type=Day)
    signed_on: date | None = Field(sa_type=Day)
    kind: ContractKind = Field(sa_type=Word(ContractKind, "kind"))
    status: ContractStatus = Field(sa_type=Word(ContractStatus, "status"))
    supplier_bin: str | None = Field(sa_type=Key)
    supplier_name: str | None = Field(sa_type=Text)
    buyer_bin: str | None = Field(sa_type=Key)
    method: Method | None = Field(sa_type=Word(Method, "method"))
    amount: Decimal | None = Field(sa_type=Amount)
    currency: str = Field(sa_type=Text)
    tender_number: str | None = Field(sa_type=Key)
    extends_contract_number: str | None = Field(sa_type=Key)
    extra: str | None = Field(sa_type=Pairs)


class TenderLine(Versioned, table=True):
    """A need that a tender is for (rules §4)."""

    __tablename__ = "tender_line"
    __table_args__ = (
        one_where("uq_tender_line_present", PRESENT, "tender_number", "school_id", "service"),
        Index(None, "school_id", "service"),
        superseded_later(),
    )

    tender_number: str = Field(sa_type=Key)
    school_id: str = Field(sa_type=Key)
    service: Service = Field(sa_type=Word(Service, "service"))
    status: TenderStatus = Field(sa_type=Word(TenderStatus, "status"))
    title: str | None = Field(sa_type=Text)
    method: Method = Field(sa_type=Word(Method, "method"))
    planned_on: date | None = Field(sa_type=Day)
    published_on: date | None = Field(sa_type=Day)
    bids_close_on: date | None = Field(sa_type=Day)
    results_on: date | None = Field(sa_type=Day)
    ended_on: date | None = Field(sa_type=Day)
    stage: Stage | None = Field(sa_type=Word(Stage, "stage"))
    stage_entered_on: date | None = Field(sa_type=Day)
    repeats_tender_number: str | None = Field(sa_type=Key)
    wanted_from: date | None = Field(sa_type=Day)
    amount: Decimal | None = Field(sa_type=Amount)
    organiser_bin: str | None = Field(sa_type=Key)
    extra: str | None = Field(sa_type=Pairs)


class TenderEvent(Versioned, table=True):
    """A dated fact of a tender."""

    __tablename__ = "tender_event"
    __table_args__ = (
        one_where("uq_tender_event_present", PRESENT, "tender_number", "event", "on_day"),
        superseded_later(),
    )

    tender_number: str = Field(sa_type=Key)
    event: TenderEventKind = Field(sa_type=Word(TenderEventKind, "event"))
    on_day: date = Field(sa_type=Day)
    note: str | None = Field(sa_type=Text)
    extra: str | None = Field(sa_type=Pairs)


class CalendarOverride(Versioned, table=True):
    """A decreed day that works, or does not, against the ordinary calendar (rules §1)."""

    __tablename__ = "calendar_override"
    __table_args__ = (one_where("uq_calendar_override_present", PRESENT, "on_day"), superseded_later())

    on_day: date = Field(sa_type=Day)
    working: bool
    decree: str = Field(sa_type=Text)


class Assessment(Base, table=True):
    """What the rules last said of a need: days and words, never counters (design §8)."""

    __table_args__ = (in_order("gap_in_order", "gap_first", "gap_last"),)

    school_id: str = Field(sa_type=Key, primary_key=True)
    service: Service = Field(sa_type=Word(Service, "service"), primary_key=True)
    region: str | None = Field(sa_type=Key)
    state: State = Field(sa_type=Word(State, "state"))
    covered_until: date | None = Field(sa_type=Day)
    uncovered_since: date | None = Field(sa_type=Day)
    flags: str = Field(sa_type=Text)
    tender_number: str | None = Field(sa_type=Key)
    tender_stage: Stage | None = Field(sa_type=Word(Stage, "tender_stage"))
    tender_due_on: date | None = Field(sa_type=Day)
    gap_first: date | None = Field(sa_type=Day)
    gap_last: date | None = Field(sa_type=Day)
    answer: str | None = Field(sa_type=Text)
    answer_detail: str | None = Field(sa_type=Text)
    next_change_on: date = Field(sa_type=Day, index=True)
    assessed_on: date = Field(sa_type=Day)
    basis: str = Field(sa_type=Text)
    digest: str = Field(sa_type=Text)


class Flag(Base, table=True):
    """A finding that the store remembers, from the day it was opened to the day it was closed."""

    __table_args__ = (
        one_where("uq_flag_open", "closed_on IS NULL", "school_id", "service", "kind"),
        Index(None, "school_id", "service"),
        in_order("days_in_order", "opened_on", "closed_on"),
    )

    id: int | None = Field(default=None, primary_key=True)
    school_id: str = Field(sa_type=Key)
    service: Service = Field(sa_type=Word(Service, "service"))
    kind: FlagKind = Field(sa_type=Word(FlagKind, "kind"))
    since: date | None = Field(sa_type=Day)
    opened_on: date = Field(sa_type=Day)
    closed_on: date | None = Field(sa_type=Day)


class StageHistory(Base, table=True):
    """How long stages of finished tenders lasted, as counted on a day: at most one row, good ``until`` a day.

    ``basis`` names the policy and the calendar; the counts are JSON (:mod:`tracker.store.histories`).
    """

    __tablename__ = "stage_history"

    basis: str = Field(sa_type=Text, primary_key=True)
    counted_on: date = Field(sa_type=Day)
    until: date = Field(sa_type=Day)
    finished: str = Field(sa_type=Text)
    lengths: str = Field(sa_type=Text)


class Upload(Base, table=True):
    """A file that waits until the person who handed it over confirms what it would change."""

    token: str = Field(sa_type=Key, primary_key=True)
    kind: RegisterKind = Field(sa_type=Word(RegisterKind, "kind"))
    filename: str = Field(sa_type=Text)
    data: bytes = Field(sa_type=LargeBinary)
    uploaded_at: datetime = Field(sa_type=Moment, index=True)
    person_id: int = Field(foreign_key="person.id")


class Journal(Base, table=True):
    """Who did what and why; append-only, each row chained to the one before by a hash."""

    __table_args__ = (Index(None, "actor", "seq"), Index(None, "action", "seq"))

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=Moment)
    actor: str = Field(sa_type=Text)
    action: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    detail: str = Field(sa_type=Text)
    prev_hash: str = Field(sa_type=Text)
    hash: str = Field(sa_type=Text)


def _table(model: type[Base]) -> Table:
    return Base.metadata.tables[str(model.__tablename__)]


RECORDING = _table(Recording)
SCHOOL = _table(School)
NEED = _table(Need)
CONTRACT_LINE = _table(ContractLine)
TENDER_LINE = _table(TenderLine)
TENDER_EVENT = _table(TenderEvent)
CALENDAR_OVERRIDE = _table(CalendarOverride)
ASSESSMENT = _table(Assessment)
FLAG = _table(Flag)
STAGE_HISTORY = _table(StageHistory)
JOURNAL = _table(Journal)
UPLOAD = _table(Upload)
