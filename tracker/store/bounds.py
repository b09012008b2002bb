"""Where a scope ends: the condition that a fact lies within it, and which names outside it are taken.

The second is asked when a file is taken in, and told to nobody but as a rejected row (docs/decisions.md).
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, not_, select
from sqlalchemy.orm import Session

from tracker.domain.register import RegisterKind
from tracker.store.row_security import whole_country
from tracker.store.scope import Scope, among, visible, visible_tender
from tracker.store.tables import CONTRACT_LINE, SCHOOL, TENDER_EVENT, TENDER_LINE
from tracker.store.versions import as_known

TABLES = {
    RegisterKind.SCHOOLS: SCHOOL,
    RegisterKind.CONTRACTS: CONTRACT_LINE,
    RegisterKind.TENDERS: TENDER_LINE,
    RegisterKind.TENDER_EVENTS: TENDER_EVENT,
}


def within(session: Session, scope: Scope, kind: RegisterKind) -> ColumnElement[bool]:
    """The condition that a fact of a kind belongs to a school of ``scope``, an event to a tender for one."""
    table = TABLES[kind]
    if kind is RegisterKind.TENDER_EVENTS:
        return visible_tender(session, scope, table.c.tender_number)
    return visible(session, scope, table.c.school_id)


def foreign_schools(session: Session, scope: Scope, school_ids: Collection[str]) -> frozenset[str]:
    """Which of these identifiers belong to schools outside ``scope``: taken, and that is all to say."""
    outside = not_(visible(session, scope, SCHOOL.c.school_id))
    named = among(session, SCHOOL.c.school_id, school_ids)
    with whole_country(session):
        return frozenset(session.scalars(select(SCHOOL.c.school_id).where(as_known(SCHOOL), outside, named)))


def foreign_tenders(session: Session, scope: Scope, numbers: Collection[str]) -> frozenset[str]:
    """Which of these tenders are, or were, also for schools outside ``scope``."""
    outside = not_(visible(session, scope, TENDER_LINE.c.school_id))
    named = among(session, TENDER_LINE.c.tender_number, numbers)
    with whole_country(session):
        return frozenset(session.scalars(select(TENDER_LINE.c.tender_number).where(outside, named)))
