"""Of which schools anything was learnt since a recording: of all others what was worked out still holds."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, func, or_, select, union, union_all
from sqlalchemy.orm import Session

from tracker.store.scope import Scope, among, visible
from tracker.store.tables import CONTRACT_LINE, TENDER_LINE, Base

LINES = {"tender_number": TENDER_LINE, "contract_number": CONTRACT_LINE}
"""Whose a fact is that names a tender or a contract and no school: of every school that it was ever of."""


def changed_schools(session: Session, scope: Scope, *, since: int) -> frozenset[str]:
    """The schools within ``scope`` of which a version was recorded or superseded after a recording.

    The working calendar is no fact of a school.
    """
    of_any = union(*(query for table in _versioned() for query in of_schools(table, since))).subquery()
    found = select(of_any.c.school_id).where(visible(session, scope, of_any.c.school_id))
    return frozenset(session.scalars(found))


def last_learnt(session: Session, scope: Scope, schools: Collection[str]) -> int:
    """The last recording by which anything was learnt of those of the schools within ``scope``; 0 for none.

    It says nothing of any other school: what is recorded elsewhere leaves it as it is.
    """
    edges = union_all(
        *(
            select(func.max(table.c[edge]).label("seq")).where(of_school)
            for table in _versioned()
            for of_school in _is_of(session, scope, table, schools)
            for edge in ("recorded_seq", "superseded_seq")
        )
    ).subquery()
    return session.scalar(select(func.max(edges.c.seq))) or 0


def _is_of(
    session: Session, scope: Scope, table: Table, schools: Collection[str]
) -> Iterator[ColumnElement[bool]]:
    """Whether a version is of one of the schools; nothing for a table that is of no school."""

    def seen(school_id: ColumnElement[str]) -> ColumnElement[bool]:
        return and_(among(session, school_id, schools), visible(session, scope, school_id))

    if "school_id" in table.c:
        yield seen(table.c.school_id)
        return
    for number in table.c.keys() & LINES.keys():
        line = LINES[number].c
        yield table.c[number].in_(select(line[number]).where(seen(line.school_id)))


def _versioned() -> Iterator[Table]:
    known = (Base.metadata.tables[name] for name in sorted(Base.metadata.tables))
    return (table for table in known if "superseded_seq" in table.c)


def of_schools(table: Table, since: int) -> Iterator[Select[Any]]:
    """What asks for the schools of new versions of a table; nothing for one that is of no school."""
    if "school_id" in table.c:
        yield select(table.c.school_id).where(_is_new(table, since))
        return
    for number in table.c.keys() & LINES.keys():
        new, line = select(table.c[number]).where(_is_new(table, since)), LINES[number].c
        yield select(line.school_id).where(line[number].in_(new))


def _is_new(table: Table, since: int) -> ColumnElement[bool]:
    return or_(table.c.recorded_seq > since, table.c.superseded_seq > since)
