"""Of which places a printed report tells, so that whoever sees all of them may print it again.

What its printer saw by her address as officer is kept as a list of schools: a successor has another address.
The same rule is on PostgreSQL in the database too (migration 0024).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    ColumnCollection,
    ColumnElement,
    Select,
    and_,
    exists,
    false,
    func,
    insert,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session

from tracker.store.report_tables import PRINTED_REACH, PRINTED_REPORT
from tracker.store.scope import EVERYTHING, Scope, among, visible
from tracker.store.tables import SCHOOL


def keep(session: Session, number: int, scope: Scope, region: str | None) -> None:
    """Keep of which places a report tells that was made within ``scope``, of ``region`` alone or of all."""
    places = [
        {"report_id": number, "region": place[0], "district": place[1], "school_id": place[2]}
        for place in _places(session, scope, region)
    ]
    if places:
        session.execute(insert(PRINTED_REACH), places)


def _places(
    session: Session, scope: Scope, region: str | None
) -> Iterator[tuple[str | None, str | None, str | None]]:
    """Region, district, school: one row for each place, of which nothing at all is the whole country."""
    is_whole = scope.regions is None
    if is_whole:
        yield (region if _is_code(region) else None, None, None)
        return
    asked = None if region is None else frozenset({region})
    regions = _cut(scope.regions or frozenset(), scope.within, asked)
    yield from ((code, None, None) for code in sorted(regions))
    for code, name in sorted(scope.districts):
        if _cut(frozenset({code}), scope.within, asked):
            yield (code, name, None)
    present, row = SCHOOL.c.superseded_seq.is_(None), SCHOOL.c
    wider = visible(session, replace(scope, schools=frozenset(), officer=None), row.school_id)
    own = select(row.school_id).where(present, visible(session, scope, row.school_id), not_(wider))
    if region is not None:
        own = own.where(row.region == region if _is_code(region) else row.region.is_(None))
    yield from ((None, None, each) for each in session.scalars(own.order_by(row.school_id)))


def _is_code(region: str | None) -> bool:
    """Whether it is a region of the country and not the place of schools that state none."""
    return region is not None and region.isdigit()


def _cut(regions: frozenset[str], *by: frozenset[str] | None) -> frozenset[str]:
    for each in by:
        regions = regions if each is None else regions & each
    return regions


def kept(session: Session, scope: Scope, number: int) -> Scope | None:
    """The places of a printed report as a scope; None where they were not kept or reach beyond ``scope``."""
    row = PRINTED_REACH.c
    of_it = select(row.region, row.district, row.school_id).where(row.report_id == number)
    places = session.execute(of_it.where(row.report_id.in_(_covered(session, scope)))).all()
    if not places:
        return None
    if any(place.region is None and place.school_id is None for place in places):
        return EVERYTHING
    return Scope(
        frozenset(place.region for place in places if place.region and place.district is None),
        frozenset((place.region, place.district) for place in places if place.district is not None),
        frozenset(place.school_id for place in places if place.school_id is not None),
        person=scope.person,
    )


def readable(session: Session, scope: Scope, actor: str) -> ColumnElement[bool]:
    """The condition that a printed report is one's own, or tells of nothing that one does not see."""
    if scope == EVERYTHING:
        return true()
    row = PRINTED_REPORT.c
    return or_(row.printed_by == actor, row.id.in_(_covered(session, scope)))


def _covered(session: Session, scope: Scope) -> Select[Any]:
    """The numbers of the reports whose places are known and all within ``scope``."""
    place, other = PRINTED_REACH.c, PRINTED_REACH.alias().c
    if scope == EVERYTHING:
        return select(place.report_id)
    is_foreign = not_(func.coalesce(_held(session, scope, other), false()))
    return select(place.report_id).where(~exists().where(other.report_id == place.report_id, is_foreign))


def _held(session: Session, scope: Scope, place: ColumnCollection[str, Any]) -> ColumnElement[bool]:
    """The condition that whoever has ``scope`` sees all of a place."""
    regions = _cut(scope.regions or frozenset(), scope.within)
    districts = [
        and_(place.region == code, place.district == name)
        for code, name in sorted(scope.districts)
        if _cut(frozenset({code}), scope.within)
    ]
    return or_(
        among(session, place.region, regions),
        *districts,
        and_(place.school_id.is_not(None), visible(session, scope, place.school_id)),
    )
