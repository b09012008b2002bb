"""What contract lines say of suppliers: for the directory, and for the needs that one of them serves."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.domain.alphabet import search_key, search_terms
from tracker.domain.suppliers import SupplierLine, supplying
from tracker.domain.vocabulary import Service
from tracker.store.decision_tables import DECISION_LINE
from tracker.store.scope import Scope, among, is_storable, visible
from tracker.store.searching import LONGEST_SEARCH
from tracker.store.tables import CONTRACT_LINE, SCHOOL
from tracker.store.versions import as_known

_ROW = CONTRACT_LINE.c
_LINE = (
    _ROW.supplier_bin, _ROW.supplier_name, _ROW.contract_number, _ROW.school_id, _ROW.status, _ROW.start_on,
    _ROW.end_on, _ROW.terminated_on, _ROW.amount, _ROW.currency,
)  # fmt: skip


def list_supplier_lines(session: Session, scope: Scope, decision: int) -> tuple[SupplierLine, ...]:
    """The present lines within ``scope`` of the regions and services that a decision is about."""
    row, present = CONTRACT_LINE.c, SCHOOL.c.superseded_seq.is_(None)
    of_decision = DECISION_LINE.c.decision_number == decision
    about = select(DECISION_LINE.c.school_id).where(of_decision)
    regions = select(SCHOOL.c.region).where(present, SCHOOL.c.school_id.in_(about))
    near = select(SCHOOL.c.school_id).where(present, SCHOOL.c.region.in_(regions))
    query = select(*_LINE).where(
        row.superseded_seq.is_(None),
        row.supplier_name.is_not(None),
        row.service.in_(select(DECISION_LINE.c.service).where(of_decision)),
        row.school_id.in_(near),
        visible(session, scope, row.school_id),
    )
    return tuple(SupplierLine(*found) for found in map(tuple, session.execute(query)))


def needs_supplied(
    session: Session, scope: Scope, text: str, *, on: date, known_seq: int | None
) -> frozenset[tuple[str, Service]]:
    """The needs whose supplier on a day, or the last one before, has the BIN ``text`` or its words as name.

    Words are compared as the search of schools compares them; mere signs name no supplier.
    """
    terms = search_terms(text)
    if not terms or len(text) > LONGEST_SEARCH or not is_storable(text):
        return frozenset()
    bin = text.strip()
    known = (as_known(CONTRACT_LINE, known_seq), visible(session, scope, _ROW.school_id))
    names = session.scalars(select(_ROW.supplier_name).where(*known, _ROW.supplier_name != "").distinct())
    fitting = {name for name in names if _fits(name, terms)}
    of_party = or_(among(session, _ROW.supplier_bin, [bin]), among(session, _ROW.supplier_name, fitting))
    schools = select(_ROW.school_id).where(*known, of_party)
    needs: dict[tuple[str, Service], list[SupplierLine]] = defaultdict(list)
    for service, *line in session.execute(
        select(_ROW.service, *_LINE).where(*known, _ROW.school_id.in_(schools))
    ):
        found = SupplierLine(*line)
        needs[found.school_id, service].append(found)
    return frozenset(
        need
        for need, lines in needs.items()
        if any(line.bin == bin or line.name in fitting for line in supplying(lines, on=on))
    )


def _fits(name: str, terms: tuple[str, ...]) -> bool:
    key = search_key(name)
    return all(term in key for term in terms)
