"""Where schools are, for saying what a person may see."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from tracker.store.scope import Scope, among, visible
from tracker.store.tables import SCHOOL


def districts(session: Session, scope: Scope) -> frozenset[tuple[str, str]]:
    """The districts of present schools, each with its region."""
    place = (SCHOOL.c.region, SCHOOL.c.district)
    named = (column.is_not(None) for column in place)
    wanted = select(*place).where(_present(session, scope), *named).distinct()
    return frozenset((region, district) for region, district in session.execute(wanted))


def known_schools(session: Session, scope: Scope, school_ids: Collection[str]) -> frozenset[str]:
    """Those of these identifiers that are of present schools."""
    mine = among(session, SCHOOL.c.school_id, school_ids)
    return frozenset(session.scalars(select(SCHOOL.c.school_id).where(_present(session, scope), mine)))


def schools_of_district(session: Session, scope: Scope, region: str, district: str) -> tuple[str, ...]:
    """The identifiers of the present schools of a district, in their order."""
    mine = (SCHOOL.c.region == region, SCHOOL.c.district == district)
    wanted = select(SCHOOL.c.school_id).where(_present(session, scope), *mine)
    return tuple(session.scalars(wanted.order_by(SCHOOL.c.school_id)))


def _present(session: Session, scope: Scope) -> ColumnElement[bool]:
    return and_(SCHOOL.c.superseded_seq.is_(None), visible(session, scope, SCHOOL.c.school_id))
