"""Since when people may see what they were given, and since when schools stand and name whom they name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from tracker.domain.days import BEGINNING, legal_day
from tracker.domain.ladder import Moved, Reached, reached
from tracker.store.people_tables import PERSON_REACH
from tracker.store.tables import RECORDING, SCHOOL


def given(session: Session) -> Mapping[tuple[int, Reached], date]:
    """Since when people see what they were given later than their accounts."""
    row = PERSON_REACH.c
    later = select(row.person_id, row.region, row.district, row.school_id, row.since)
    found = session.execute(later.where(row.since.is_not(None)))
    return {(person, reached(*place)): since for person, *place, since in found}


def moved(session: Session) -> Mapping[str, Moved]:
    """The schools that came to a district, a region or an officer after they were known."""
    now, before = SCHOOL.alias(), SCHOOL.alias()
    is_placed = or_(
        before.c.region.is_distinct_from(now.c.region), before.c.district.is_distinct_from(now.c.district)
    )
    is_named = before.c.officer_email.is_distinct_from(now.c.officer_email)
    until = before.c.superseded_seq
    found = session.execute(
        select(now.c.school_id, func.max(case((is_placed, until))), func.max(case((is_named, until))))
        .join(before, and_(before.c.school_id == now.c.school_id, until.is_not(None)))
        .where(now.c.superseded_seq.is_(None), or_(is_placed, is_named))
        .group_by(now.c.school_id)
    ).all()
    wanted = {seq for _, *seqs in found for seq in seqs if seq is not None}
    recorded = select(RECORDING.c.seq, RECORDING.c.recorded_at)
    days = {seq: legal_day(at) for seq, at in session.execute(recorded) if seq in wanted} if wanted else {}
    return {
        school_id: Moved(days.get(placed, BEGINNING), days.get(named, BEGINNING))
        for school_id, placed, named in found
    }
