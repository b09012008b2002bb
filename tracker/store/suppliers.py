"""What contract lines say of suppliers, for the directory."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.suppliers import SupplierLine
from tracker.store.decision_tables import DECISION_LINE
from tracker.store.scope import Scope, visible
from tracker.store.tables import CONTRACT_LINE, SCHOOL


def list_supplier_lines(session: Session, scope: Scope, decision: int) -> tuple[SupplierLine, ...]:
    """The present lines within ``scope`` of the regions and services that a decision is about."""
    row, present = CONTRACT_LINE.c, SCHOOL.c.superseded_seq.is_(None)
    of_decision = DECISION_LINE.c.decision_number == decision
    about = select(DECISION_LINE.c.school_id).where(of_decision)
    regions = select(SCHOOL.c.region).where(present, SCHOOL.c.school_id.in_(about))
    near = select(SCHOOL.c.school_id).where(present, SCHOOL.c.region.in_(regions))
    query = select(
        row.supplier_bin, row.supplier_name, row.contract_number, row.school_id, row.status, row.start_on,
        row.end_on, row.terminated_on, row.amount, row.currency,
    ).where(
        row.superseded_seq.is_(None),
        row.supplier_name.is_not(None),
        row.service.in_(select(DECISION_LINE.c.service).where(of_decision)),
        row.school_id.in_(near),
        visible(session, scope, row.school_id),
    )  # fmt: skip
    return tuple(SupplierLine(*found) for found in map(tuple, session.execute(query)))
