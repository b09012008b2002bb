"""Which needs have an open decision, or one whose report is due, for lists and the page of a school."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session

from tracker.domain.decisions import OPEN, DecisionStatus
from tracker.domain.policy import DutyStart
from tracker.domain.vocabulary import Service
from tracker.store.decision_tables import DECISION, DECISION_LINE
from tracker.store.scope import Scope, among, visible


@dataclass(frozen=True, slots=True)
class OnDecision:
    """A decision about a need that is drafted, returned, approved and not yet signed, or owes its report.

    ``at`` is when somebody (``by``) decided on it last, or drafted it. ``signed_on`` and ``report_days``,
    working days after it, are of a signed contract that owes one. ``owing`` is an earlier one that does.
    """

    school_id: str
    service: Service
    number: int
    status: DecisionStatus
    at: datetime
    by: int
    signed_on: date | None = None
    report_days: int | None = None
    owing: OnDecision | None = None

    @property
    def owed(self) -> OnDecision | None:
        """The decision about the need whose report is due first."""
        return self.owing or (None if self.is_open else self)

    @property
    def is_open(self) -> bool:
        """Whether another draft for the need waits until this one is settled."""
        return self.status in OPEN


def on_decision(
    session: Session, scope: Scope, *, schools: Collection[str]
) -> Mapping[tuple[str, Service], OnDecision]:
    """The newest decision about each need of some schools that is open or owes a report.

    With it the earliest that owes one: a next draft settles no report.
    """
    row, decision = DECISION_LINE.c, DECISION.c
    told = decision.status, decision.signed_on, decision.frozen, *_last(decision)
    query = select(row.school_id, row.service, row.decision_number, *told)
    query = query.join(DECISION, decision.number == row.decision_number)
    within = visible(session, scope, row.school_id), among(session, row.school_id, schools)
    standing = query.where(*within, decision.status.in_(sorted({*OPEN, DecisionStatus.RECORDED})))
    found: dict[tuple[str, Service], OnDecision] = {}
    for one in map(_read, session.execute(standing.order_by(row.decision_number))):
        key = one.school_id, one.service
        if one.is_open or one.report_days:
            found[key] = replace(one, owing=found[key].owed) if key in found else one
    return found


def _last(decision: Any) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """When it was drafted or decided on last, and by whom."""
    at = func.coalesce(decision.decided_at, decision.drafted_at)
    return at.label("at"), func.coalesce(decision.decided_by_id, decision.drafted_by_id).label("by")


def _read(row: Row[*tuple[Any, ...]]) -> OnDecision:
    found = OnDecision(row.school_id, row.service, row.decision_number, row.status, row.at, row.by)
    if found.is_open:
        return found
    duties = json.loads(row.frozen)["duties"]
    days = (duty["working_days"] for duty in duties if duty["counted_from"] == DutyStart.SIGNED)
    return replace(found, signed_on=row.signed_on, report_days=next(days, None))
