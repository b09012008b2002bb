"""Other leads for the deadlines of single contracts and tenders; no page gives any yet."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.reminders import Lead
from tracker.domain.vocabulary import DeadlineKind, LeadUnit
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
