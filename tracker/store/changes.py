"""Of which schools anything was learnt since a recording: of all others what was worked out still holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, or_, select, union
from sqlalchemy.orm import Session

from tracker.store.scope import Scope, visible
from tracker.store.tables import CONTRACT_LINE, TENDER_LINE, Base

LINES = {"tender_number": TENDER_LINE, "contract_number": CONTRACT_LINE}
"""Whose a fact is that names a tender or a contract and no school: of every school that it was ever of."""


def changed_schools(session: Session, scope: Scope, *, since: int) -> frozenset[str]:
    """The schools within ``scope`` of which a version was recorded or superseded after a recording.

    The working calendar is no fact of a school.
    """
    known = (Base.metadata.tables[name] for name in sorted(Base.metadata.tables))
    versioned = (table for table in known if "superseded_seq" in table.c)
    of_any = union(*(query for table in versioned for query in of_schools(table, since))).subquery()
    found = select(of_any.c.school_id).where(visible(session, scope, of_any.c.school_id))
    return frozenset(session.scalars(found))


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
