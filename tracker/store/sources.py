"""Where the facts of a school come from: the recordings that its present rows were taken in by."""

from __future__ import annotations

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from tracker.store.registry import Recording
from tracker.store.scope import Scope, visible
from tracker.store.tables import CONTRACT_LINE, NEED, RECORDING, SCHOOL, TENDER_EVENT, TENDER_LINE
from tracker.store.versions import as_known


def list_sources(
    session: Session, scope: Scope, school_id: str, *, known_seq: int | None = None
) -> tuple[Recording, ...]:
    """The recordings behind a school, its contracts, tenders and their events; the newest first."""
    tenders = select(TENDER_LINE.c.tender_number).where(TENDER_LINE.c.school_id == school_id)
    own = [
        select(table.c.recorded_seq).where(table.c.school_id == school_id, as_known(table, known_seq))
        for table in (SCHOOL, NEED, CONTRACT_LINE, TENDER_LINE)
    ]
    events = select(TENDER_EVENT.c.recorded_seq).where(
        TENDER_EVENT.c.tender_number.in_(tenders), as_known(TENDER_EVENT, known_seq)
    )
    within = visible(session, scope, SCHOOL.c.school_id)
    is_seen = select(SCHOOL.c.id).where(SCHOOL.c.school_id == school_id, within)
    found = session.execute(
        select(RECORDING)
        .where(RECORDING.c.seq.in_(union(*own, events)), is_seen.exists())
        .order_by(RECORDING.c.seq.desc())
    )
    return tuple(Recording(*row) for row in found)
