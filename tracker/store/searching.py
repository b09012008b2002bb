"""Finding schools by what people know of them: names, identifiers, contracts, tenders, suppliers."""

from __future__ import annotations

import re

from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.orm import Session

from tracker.domain.alphabet import ANY_LETTER, from_latin, search_key, search_terms
from tracker.domain.register import SchoolRow
from tracker.store.rows import read_schools
from tracker.store.scope import Scope, among, is_storable, visible
from tracker.store.tables import CONTRACT_LINE, SCHOOL, TENDER_LINE
from tracker.store.versions import as_known

LONGEST_SEARCH = 500
"""Longer texts name no school."""

_SHORT_NUMBER_FIRST = re.compile(r"[0-9]{1,4}(?![0-9])")
_SHORT_NUMBER_LAST = re.compile(r"(?<![0-9])[0-9]{1,4}$")
"""The number of a school; longer runs of digits are parts of identifiers."""

_LAST_DIGITS = re.compile(r"[0-9]{4,}")
"""What people read out of a long identifier."""


def search_schools(
    session: Session, scope: Scope, text: str, *, known_seq: int | None = None
) -> tuple[SchoolRow, ...]:
    """Schools whose identifier, BIN or names hold every word of ``text``, in any order; a number is whole.

    Case, quotes and dashes do not count (:func:`tracker.domain.alphabet.search_key`). So are those found
    whose contract, tender or supplier's BIN is ``text``. Where that is nobody, four digits or more are looked
    for at the end of identifiers, Latin words are read as Cyrillic ones («Nurly zhol»), and then names of
    suppliers are looked at. An empty text names every school, mere signs none.
    """
    terms = search_terms(text)
    if len(text) > LONGEST_SEARCH or not is_storable(text) or (text.strip() and not terms):
        return ()
    within = visible(session, scope, SCHOOL.c.school_id)
    named = and_(true(), *map(_holds, terms))
    bought = or_(*(SCHOOL.c.school_id.in_(query) for query in _numbered(session, text, known_seq)))
    found = read_schools(session, within, or_(named, bought) if terms else named, known_seq=known_seq)
    if not found and _LAST_DIGITS.fullmatch(text.strip()):
        found = read_schools(session, within, _ends_with(text.strip()), known_seq=known_seq)
    if not found and any(from_latin(term) != term for term in terms):
        found = read_schools(session, within, *map(_sounds, terms), known_seq=known_seq)
    if not found and terms:
        supplied = SCHOOL.c.school_id.in_(_supplied(session, scope, terms, known_seq))
        found = read_schools(session, within, supplied, known_seq=known_seq)
    return tuple(found)


def _numbered(session: Session, text: str, known_seq: int | None) -> list[Select[tuple[str]]]:
    """The schools of the contract or tender that ``text`` numbers, or of the supplier whose BIN it is."""
    asked = text.strip()
    spellings = {asked, asked.upper(), asked.lower()}
    lines, tenders = CONTRACT_LINE.c, TENDER_LINE.c
    contracts = or_(
        among(session, lines.contract_number, spellings), among(session, lines.supplier_bin, [asked])
    )
    return [
        select(lines.school_id).where(as_known(CONTRACT_LINE, known_seq), contracts),
        select(tenders.school_id).where(
            as_known(TENDER_LINE, known_seq), among(session, tenders.tender_number, spellings)
        ),
    ]


def _supplied(
    session: Session, scope: Scope, terms: tuple[str, ...], known_seq: int | None
) -> Select[tuple[str]]:
    """The schools with a supplier in whose name every word stands."""
    lines = CONTRACT_LINE.c
    known = and_(as_known(CONTRACT_LINE, known_seq), visible(session, scope, lines.school_id))
    names = session.scalars(select(lines.supplier_name).where(known, lines.supplier_name != "").distinct())
    fitting = [name for name in names if all(term in search_key(name) for term in terms)]
    return select(lines.school_id).where(known, among(session, lines.supplier_name, fitting))


def _ends_with(digits: str) -> ColumnElement[bool]:
    return or_(SCHOOL.c.school_id.endswith(digits), SCHOOL.c.bin.endswith(digits))


def _holds(term: str) -> ColumnElement[bool]:
    return and_(SCHOOL.c.search.contains(term, autoescape=True), _with_whole_numbers(term))


def _sounds(term: str) -> ColumnElement[bool]:
    """``term`` in either script; it consists of letters, digits and spaces, so that nothing is to escape."""
    heard = from_latin(term)
    sounding = and_(SCHOOL.c.search.like(f"%{heard}%"), _with_whole_numbers(heard.replace(ANY_LETTER, ".")))
    return or_(_holds(term), sounding)


def _with_whole_numbers(term: str) -> ColumnElement[bool]:
    """That no digit stands beside the short number at either end of a term: № 1 is not № 15."""
    before = "(^|[^0-9])" if _SHORT_NUMBER_FIRST.match(term) else ""
    after = "($|[^0-9])" if _SHORT_NUMBER_LAST.search(term) else ""
    return SCHOOL.c.search.regexp_match(before + term + after) if before or after else true()
