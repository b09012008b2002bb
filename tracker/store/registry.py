"""What pages, exports and the API read. Every list is cut to the reader's scope inside the query."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from tracker.domain.errors import NotFound
from tracker.domain.origins import Origin, origin_of
from tracker.domain.register import ContractRow, SchoolRow, TenderEventRow, TenderRow
from tracker.store.references import is_demo as is_demo
from tracker.store.rows import read_contracts, read_events, read_schools, read_tenders
from tracker.store.scope import Scope as Scope
from tracker.store.scope import among, either, visible, visible_tender
from tracker.store.searching import LONGEST_SEARCH as LONGEST_SEARCH
from tracker.store.searching import search_schools as search_schools
from tracker.store.tables import CONTRACT_LINE, RECORDING, SCHOOL, TENDER_EVENT, TENDER_LINE


@dataclass(frozen=True, slots=True)
class Recording:
    """One act of taking facts in."""

    seq: int
    recorded_at: datetime
    actor: str
    source: str
    reason: str

    @property
    def origin(self) -> Origin:
        """By what deed it came in."""
        return origin_of(self.source, self.reason)


def list_schools(
    session: Session,
    scope: Scope,
    *,
    known_seq: int | None = None,
    named: Collection[str] | None = None,
) -> tuple[SchoolRow, ...]:
    """All schools, or those of some identifiers, by name in alphabetical order."""
    within = visible(session, scope, SCHOOL.c.school_id)
    some = either(session, SCHOOL.c.school_id, named)
    return tuple(read_schools(session, within, some, known_seq=known_seq))


def get_school(session: Session, scope: Scope, school_id: str, *, known_seq: int | None = None) -> SchoolRow:
    """One school. Raises :class:`NotFound` alike where there is none and where it lies outside the scope."""
    within = visible(session, scope, SCHOOL.c.school_id)
    itself = _is(session, SCHOOL.c.school_id, school_id)
    found = read_schools(session, within, itself, known_seq=known_seq)
    if not found:
        raise NotFound(school_id=school_id)
    return found[0]


def seen_schools(session: Session, scope: Scope, named: Iterable[str]) -> frozenset[str]:
    """Those of the named schools that are seen."""
    present = SCHOOL.c.superseded_seq.is_(None)
    query = select(SCHOOL.c.school_id).where(
        present, among(session, SCHOOL.c.school_id, named), visible(session, scope, SCHOOL.c.school_id)
    )
    return frozenset(session.scalars(query))


def contract_rows(
    session: Session,
    scope: Scope,
    *,
    known_seq: int | None = None,
    school_id: str | None = None,
    number: str | None = None,
    schools: Collection[str] | None = None,
) -> tuple[ContractRow, ...]:
    """Contract lines by number, school and service: all, of one school or of some, of one contract."""
    conditions = (
        visible(session, scope, CONTRACT_LINE.c.school_id),
        either(session, CONTRACT_LINE.c.school_id, schools),
        _is(session, CONTRACT_LINE.c.school_id, school_id),
        _is(session, CONTRACT_LINE.c.contract_number, number),
    )
    return tuple(read_contracts(session, *conditions, known_seq=known_seq))


def tender_rows(
    session: Session,
    scope: Scope,
    *,
    known_seq: int | None = None,
    school_id: str | None = None,
    number: str | None = None,
) -> tuple[TenderRow, ...]:
    """Tender lines by number, school and service: all, of one school, of one tender."""
    conditions = (
        visible(session, scope, TENDER_LINE.c.school_id),
        _is(session, TENDER_LINE.c.school_id, school_id),
        _is(session, TENDER_LINE.c.tender_number, number),
    )
    return tuple(read_tenders(session, *conditions, known_seq=known_seq))


def event_rows(
    session: Session,
    scope: Scope,
    *,
    known_seq: int | None = None,
    school_id: str | None = None,
    number: str | None = None,
) -> tuple[TenderEventRow, ...]:
    """Tender events by tender, day and word: all, of one school's tenders, of one tender."""
    conditions = [
        visible_tender(session, scope, TENDER_EVENT.c.tender_number),
        _is(session, TENDER_EVENT.c.tender_number, number),
    ]
    if school_id is not None:
        tenders = select(TENDER_LINE.c.tender_number).where(_is(session, TENDER_LINE.c.school_id, school_id))
        conditions.append(TENDER_EVENT.c.tender_number.in_(tenders))
    return tuple(read_events(session, *conditions, known_seq=known_seq))


def recordings(session: Session) -> tuple[Recording, ...]:
    """Every act of taking facts in, the newest first."""
    found = session.execute(select(RECORDING).order_by(RECORDING.c.seq.desc()))
    return tuple(Recording(*row) for row in found)


def data_version(session: Session) -> int:
    """What changes whenever facts were taken in: caches are named by it."""
    newest: int = session.execute(_NEWEST).scalar_one()
    return newest


_NEWEST = select(func.coalesce(func.max(RECORDING.c.seq), 0))


def _is(session: Session, column: ColumnElement[str], value: str | None) -> ColumnElement[bool]:
    return either(session, column, None if value is None else [value])
