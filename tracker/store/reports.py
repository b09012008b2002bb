"""Reports that were printed, and the editions of the law by which they were: each can be printed again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, insert, select
from sqlalchemy.orm import Session

from tracker.domain.reports import ReportKind
from tracker.domain.vocabulary import Language
from tracker.store import report_reach
from tracker.store.report_tables import LAW_EDITION, PRINTED_REPORT
from tracker.store.scope import Scope

LISTED = 50
"""How many reports a page lists."""


@dataclass(frozen=True, slots=True)
class Sought:
    """Which printed reports are listed; None asks for all."""

    kind: ReportKind | None = None
    region: str | None = None
    printed_by: str | None = None


ALL = Sought()


@dataclass(frozen=True, slots=True)
class Edition:
    """The files of the law and the calendar, to the letter."""

    edition: str
    policy: str
    calendar: str


@dataclass(frozen=True, slots=True)
class Printed:
    """A report that was handed to ``printed_by``: all that is needed to print it again, and what it said.

    ``ending`` is the format in which it was; None where that was not kept.
    """

    number: int
    kind: ReportKind
    region: str | None
    on: date
    known: datetime
    language: Language
    edition: str
    digest: str
    printed_by: str
    printed_at: datetime
    ending: str | None = None


def keep_edition(session: Session, edition: Edition, *, at: datetime) -> None:
    """Keep an edition of the law unless it is kept already."""
    if session.scalar(select(LAW_EDITION.c.edition).where(LAW_EDITION.c.edition == edition.edition)):
        return
    values = {
        "edition": edition.edition,
        "policy": edition.policy,
        "calendar": edition.calendar,
        "kept_at": at,
    }
    session.execute(insert(LAW_EDITION).values(values))


def edition_of(session: Session, edition: str) -> Edition | None:
    """A kept edition of the law."""
    row = LAW_EDITION.c
    found = session.execute(
        select(row.edition, row.policy, row.calendar).where(row.edition == edition)
    ).first()
    return None if found is None else Edition(*found)


def keep(session: Session, printed: Printed, scope: Scope) -> int:
    """Keep what was printed within ``scope`` and return its number; the number given is not read."""
    values = {
        "kind": printed.kind,
        "region": printed.region,
        "on_day": printed.on,
        "known": printed.known,
        "language": printed.language,
        "edition": printed.edition,
        "digest": printed.digest,
        "printed_by": printed.printed_by,
        "printed_at": printed.printed_at,
        "ending": printed.ending,
    }
    number: int = session.execute(
        insert(PRINTED_REPORT).values(values).returning(PRINTED_REPORT.c.id)
    ).scalar_one()
    report_reach.keep(session, number, scope, printed.region)
    return number


def list_printed(
    session: Session, scope: Scope, actor: str, sought: Sought = ALL, *, start: int = 0
) -> tuple[Printed, ...]:
    """Reports, the newest first: one's own, and those that tell only of what one sees."""
    wanted = select(PRINTED_REPORT).where(_found(session, scope, actor, sought))
    newest = wanted.order_by(PRINTED_REPORT.c.id.desc()).offset(start).limit(LISTED)
    return tuple(Printed(*row) for row in session.execute(newest))


def count_printed(session: Session, scope: Scope, actor: str, sought: Sought) -> int:
    """How many :func:`list_printed` has to list."""
    counted = select(func.count()).select_from(PRINTED_REPORT)
    return session.scalar(counted.where(_found(session, scope, actor, sought))) or 0


def _found(session: Session, scope: Scope, actor: str, sought: Sought) -> ColumnElement[bool]:
    row = PRINTED_REPORT.c
    asked = ((row.kind, sought.kind), (row.region, sought.region), (row.printed_by, sought.printed_by))
    named = (column == value for column, value in asked if value is not None)
    return and_(report_reach.readable(session, scope, actor), *named)


def printed(session: Session, scope: Scope, number: int, actor: str) -> Printed | None:
    """A printed report by its number; None alike where there is none and where one may not read it."""
    mine = report_reach.readable(session, scope, actor)
    found = session.execute(select(PRINTED_REPORT).where(PRINTED_REPORT.c.id == number, mine)).first()
    return None if found is None else Printed(*found)
