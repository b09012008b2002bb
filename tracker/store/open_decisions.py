"""Which needs have a decision that is not at its end, for lists of needs and the page of a school."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.decisions import OPEN, DecisionStatus
from tracker.domain.vocabulary import Service
from tracker.store.decision_tables import DECISION, DECISION_LINE
from tracker.store.scope import Scope, among, visible


@dataclass(frozen=True, slots=True)
class OnDecision:
    """A decision about a need that is not at its end: drafted, returned, or approved and not yet signed."""

    school_id: str
    service: Service
    number: int
    status: DecisionStatus


def on_decision(
    session: Session, scope: Scope, *, schools: Collection[str]
) -> Mapping[tuple[str, Service], OnDecision]:
    """The newest open decision about each need of some schools."""
    row = DECISION_LINE.c
    query = select(row.school_id, row.service, row.decision_number, DECISION.c.status)
    query = query.join(DECISION, DECISION.c.number == row.decision_number)
    within = visible(session, scope, row.school_id), among(session, row.school_id, schools)
    open_ones = query.where(*within, DECISION.c.status.in_(sorted(OPEN)))
    found = session.execute(open_ones.order_by(row.decision_number))
    return {(each.school_id, each.service): OnDecision(*each) for each in found}
