"""The schema of what goes upward and what is asked of schools: printed reports, editions of the law, asks."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Table, Text
from sqlmodel import Field

from tracker.domain.asking import Settled
from tracker.domain.reports import ReportKind
from tracker.domain.vocabulary import Language, Service
from tracker.store.tables import Base
from tracker.store.types import Day, Key, Moment, Word


class LawEdition(Base, table=True):
    """The files of the law and the calendar as they were when something was printed by them."""

    __tablename__ = "law_edition"

    edition: str = Field(sa_type=Key, primary_key=True)
    policy: str = Field(sa_type=Text)
    calendar: str = Field(sa_type=Text)
    kept_at: datetime = Field(sa_type=Moment)


class PrintedReport(Base, table=True):
    """A report that somebody was handed: what she asked, as known when; ``digest`` is of its figures."""

    __tablename__ = "printed_report"

    id: int | None = Field(default=None, primary_key=True)
    kind: ReportKind = Field(sa_type=Word(ReportKind, "report_kind"))
    region: str | None = Field(sa_type=Key)
    on_day: date = Field(sa_type=Day)
    known: datetime = Field(sa_type=Moment)
    language: Language = Field(sa_type=Word(Language, "report_language"))
    edition: str = Field(sa_type=Key, foreign_key="law_edition.edition")
    digest: str = Field(sa_type=Text)
    printed_by: str = Field(sa_type=Key, index=True)
    printed_at: datetime = Field(sa_type=Moment)
    ending: str | None = Field(sa_type=Text)


class PrintedReach(Base, table=True):
    """A place of which a printed report tells: a region, a district, one school; or, unnamed, all of them.

    A report without such rows was printed before they were kept.
    """

    __tablename__ = "printed_reach"

    id: int | None = Field(default=None, primary_key=True)
    report_id: int = Field(foreign_key="printed_report.id", index=True)
    region: str | None = Field(sa_type=Key)
    district: str | None = Field(sa_type=Text)
    school_id: str | None = Field(sa_type=Key)


class SchoolAsk(Base, table=True):
    """A school that was asked by a link: the link's hash, the answer as JSON, and what became of it."""

    __tablename__ = "school_ask"

    id: int | None = Field(default=None, primary_key=True)
    school_id: str = Field(sa_type=Key, index=True)
    service: Service = Field(sa_type=Word(Service, "service"))
    secret_hash: str = Field(sa_type=Key, unique=True)
    asked_by: str = Field(sa_type=Key)
    asked_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment)
    answered_at: datetime | None = Field(sa_type=Moment)
    answer: str | None = Field(sa_type=Text)
    settled: Settled | None = Field(sa_type=Word(Settled, "settled"))
    settled_at: datetime | None = Field(sa_type=Moment)
    settled_by: str | None = Field(sa_type=Key)


LAW_EDITION: Table = Base.metadata.tables["law_edition"]
PRINTED_REPORT: Table = Base.metadata.tables["printed_report"]
PRINTED_REACH: Table = Base.metadata.tables["printed_reach"]
SCHOOL_ASK: Table = Base.metadata.tables["school_ask"]
