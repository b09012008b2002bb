"""Other leads for the deadlines of single contracts and tenders."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import and_, delete, select
from sqlalchemy.orm import Session

from tracker.domain.reminders import Lead
from tracker.domain.vocabulary import DeadlineKind, LeadUnit
from tracker.store.bulk import insert_all
from tracker.store.reminder_tables import OWN_LEADS

Which = tuple[DeadlineKind, str]
"""A kind of deadline, and the number of a contract or tender."""


def leads(session: Session) -> Mapping[Which, tuple[Lead, ...]]:
    """All leads of single contracts and tenders."""
    row = OWN_LEADS.c
    found = session.execute(select(row.kind, row.number, row.leads).order_by(row.kind, row.number))
    return {
        (kind, number): tuple(Lead(count, LeadUnit(unit)) for count, unit in json.loads(kept))
        for kind, number, kept in found
    }


def keep(
    session: Session, which: Which, wanted: Sequence[Lead], *, person: int, reason: str, at: datetime
) -> None:
    """Give a contract or tender leads of its own, or with none take them away."""
    kind, number = which
    session.execute(delete(OWN_LEADS).where(and_(OWN_LEADS.c.kind == kind, OWN_LEADS.c.number == number)))
    if wanted:
        kept = json.dumps([[lead.count, lead.unit] for lead in wanted])
        names = ("kind", "number", "leads", "reason", "person_id", "made_at")
        insert_all(session, OWN_LEADS, names, [(kind, number, kept, reason, person, at)])
