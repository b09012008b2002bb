"""What pages, exports and the API read. Every list is cut to the reader's scope inside the query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from tracker.domain.alphabet import from_latin, search_terms
from tracker.domain.errors import NotFound
from tracker.domain.register import ContractRow, SchoolRow, TenderEventRow, TenderRow
from tracker.store.references import is_demo as is_demo
from tracker.store.rows import read_contracts, read_events, read_schools, read_tenders
from tracker.store.scope import Scope as Scope
from tracker.store.scope import either, is_storable, visible, visible_tender
from tracker.store.tables import CONTRACT_LINE, RECORDING, SCHOOL, TENDER_EVENT, TENDER_LINE

LONGEST_SEARCH = 500
"""Longer texts name no school."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One act of taking facts in."""

    seq: int
    recorded_at: datetime
    actor: str
    source: str
    reason: str


def list_schools(session: Session, scope: Scope, *, known_seq: int | None = None) -> tuple[SchoolRow, ...]:
    """All schools, by name in alphabetical order."""
    return tuple(read_schools(session, visible(session, scope, SCHOOL.c.school_id), known_seq=known_seq))


def get_school(session: Session, scope: Scope, school_id: str, *, known_seq: int | None = None) -> SchoolRow:
    """One school. Raises :class:`NotFound` alike where there is none and where it lies outside the scope."""
    within = visible(session, scope, SCHOOL.c.school_id)
    itself = _is(session, SCHOOL.c.school_id, school_id)
    found = read_schools(session, within, itself, known_seq=known_seq)
    if not found:
        raise NotFound(school_id=school_id)
    return found[0]


def search_schools(
    session: Session, scope: Scope, text: str, *, known_seq: int | None = None
) -> tuple[SchoolRow, ...]:
    """Schools whose identifier, BIN or names hold every word of ``text``, in any order.

    Case, quotes and dashes do not count (:func:`tracker.domain.alphabet.search_key`). Where nothing is found,
    Latin words are read as Cyrillic ones («Nurly zhol»). An empty text names every school, mere signs none.
    """
    terms = search_terms(text)
    if len(text) > LONGEST_SEARCH or not is_storable(text) or (text.strip() and not terms):
        return ()
    within = visible(session, scope, SCHOOL.c.school_id)
    found = read_schools(session, within, *map(_holds, terms), known_seq=known_seq)
    if not found and any(from_latin(term) != term for term in terms):
        found = read_schools(session, within, *map(_sounds, terms), known_seq=known_seq)
    return tuple(found)


def contract_rows(
    session: Session,
    scope: Scope,
    *,
    known_seq: int | None = None,
    school_id: str | None = None,
    number: str | None = None,
) -> tuple[ContractRow, ...]:
    """Contract lines by number, school and service: all, of one school, of one contract."""
    conditions = (
        visible(session, scope, CONTRACT_LINE.c.school_id),
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
    newest: int = session.execute(select(func.coalesce(func.max(RECORDING.c.seq), 0))).scalar_one()
    return newest


def _is(session: Session, column: ColumnElement[str], value: str | None) -> ColumnElement[bool]:
    return either(session, column, None if value is None else [value])


def _holds(term: str) -> ColumnElement[bool]:
    return SCHOOL.c.search.contains(term, autoescape=True)


def _sounds(term: str) -> ColumnElement[bool]:
    """``term`` in either script; it consists of letters, digits and spaces, so that nothing is to escape."""
    return or_(_holds(term), SCHOOL.c.search.like(f"%{from_latin(term)}%"))
