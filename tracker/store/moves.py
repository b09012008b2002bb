"""Since when people may see what they were given, and since when schools stand and name whom they name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import and_, func, or_, select
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
    """The schools that came to a region, a district or an officer after they were known.

    What was said and unsaid within one day was nothing that anybody answered by.
    """
    now, before = SCHOOL.alias().c, SCHOOL.alias().c
    is_regioned = before.region.is_distinct_from(now.region)
    is_placed = or_(is_regioned, before.district.is_distinct_from(now.district))
    is_named = func.lower(before.officer_email).is_distinct_from(func.lower(now.officer_email))
    whole = and_(before.school_id == now.school_id, before.superseded_seq.is_not(None))
    found = session.execute(
        select(now.school_id, before.recorded_seq, before.superseded_seq, is_regioned, is_placed, is_named)
        .where(whole, now.superseded_seq.is_(None), or_(is_placed, is_named))
    ).all()  # fmt: skip
    if not found:
        return {}
    recorded = session.execute(select(RECORDING.c.seq, RECORDING.c.recorded_at))
    day_of = {seq: legal_day(at) for seq, at in recorded}
    days: dict[str, list[date]] = {}
    for school_id, first, until, *changed in found:
        if day_of[first] == day_of[until]:
            continue
        known = days.get(school_id, [BEGINNING] * len(changed))
        came = [day_of[until] if is_new else BEGINNING for is_new in changed]
        days[school_id] = list(map(max, known, came))
    return {school_id: Moved(*since) for school_id, since in days.items()}
