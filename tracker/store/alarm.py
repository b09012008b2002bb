"""Whether anything is red for a reader: what every page says at its top and in its icon."""

from __future__ import annotations

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import Session

from tracker.domain.vocabulary import State
from tracker.store.scope import Scope, visible
from tracker.store.tables import ASSESSMENT


def uncovered_count(session: Session, scope: Scope) -> int:
    """How many schools of the scope were without a service when they were last assessed."""
    within = visible(session, scope, ASSESSMENT.c.school_id)
    schools = func.count(distinct(ASSESSMENT.c.school_id))
    red = select(schools).where(ASSESSMENT.c.state == State.UNCOVERED, within)
    count: int = session.execute(red).scalar_one()
    return count
