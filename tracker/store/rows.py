"""Stored versions as the typed rows of the register, in bulk. Scope is the business of the callers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, select
from sqlalchemy.orm import Session

from tracker.domain.register import ContractRow, SchoolRow, TenderEventRow, TenderRow
from tracker.domain.vocabulary import Service
from tracker.store.tables import CONTRACT_LINE, NEED, SCHOOL, TENDER_EVENT, TENDER_LINE
from tracker.store.versions import as_known

OF_NEEDS = ("needed_from", "needed_until", "confirmed_on")
"""What a school row says of every need of the school."""

SCHOOL_FIELDS = tuple(field.name for field in fields(SchoolRow) if field.name not in ("services", *OF_NEEDS))
CONTRACT_FIELDS = tuple(field.name for field in fields(ContractRow))
TENDER_FIELDS = tuple(field.name for field in fields(TenderRow))
EVENT_FIELDS = ("tender_number", "event", "on_day", "note", "extra")

_PLACES = {service: place for place, service in enumerate(Service)}


def _columns(table: Table, names: Iterable[str]) -> list[ColumnElement[Any]]:
    return [table.c[name] for name in names]


def read_schools(
    session: Session, *conditions: ColumnElement[bool], known_seq: int | None = None
) -> list[SchoolRow]:
    """Schools with the services that are switched on, by name in alphabetical order."""
    wanted = and_(as_known(SCHOOL, known_seq), *conditions)
    query = select(*_columns(SCHOOL, SCHOOL_FIELDS)).where(wanted)
    found = session.execute(query.order_by(SCHOOL.c.sort_key, SCHOOL.c.school_id))
    rows = [SchoolRow(**dict(zip(SCHOOL_FIELDS, row, strict=True)), services=()) for row in found]
    needs = _needs(session, wanted, known_seq)
    return [_with_needs(row, needs[row.school_id]) if row.school_id in needs else row for row in rows]


def _needs(session: Session, wanted: ColumnElement[bool], known_seq: int | None) -> dict[str, list[Any]]:
    query = select(*_columns(NEED, ("school_id", "service", *OF_NEEDS))).where(
        as_known(NEED, known_seq), NEED.c.school_id.in_(select(SCHOOL.c.school_id).where(wanted))
    )
    needs: dict[str, list[Any]] = {}
    for need in session.execute(query):
        needs.setdefault(need.school_id, []).append(need)
    return needs


def _with_needs(row: SchoolRow, needs: list[Any]) -> SchoolRow:
    services = tuple(sorted((need.service for need in needs), key=_PLACES.__getitem__))
    _, _, needed_from, needed_until, confirmed_on = needs[0]
    return replace(
        row,
        services=services,
        needed_from=needed_from,
        needed_until=needed_until,
        confirmed_on=confirmed_on,
    )


def read_contracts(
    session: Session, *conditions: ColumnElement[bool], known_seq: int | None = None
) -> list[ContractRow]:
    """Contract lines in the order of their natural key."""
    query = select(*_columns(CONTRACT_LINE, CONTRACT_FIELDS)).where(
        as_known(CONTRACT_LINE, known_seq), *conditions
    )
    key = _columns(CONTRACT_LINE, ("contract_number", "school_id", "service"))
    return [ContractRow(*row) for row in session.execute(query.order_by(*key))]


def read_tenders(
    session: Session, *conditions: ColumnElement[bool], known_seq: int | None = None
) -> list[TenderRow]:
    """Tender lines in the order of their natural key."""
    query = select(*_columns(TENDER_LINE, TENDER_FIELDS)).where(as_known(TENDER_LINE, known_seq), *conditions)
    key = _columns(TENDER_LINE, ("tender_number", "school_id", "service"))
    return [TenderRow(*row) for row in session.execute(query.order_by(*key))]


def read_events(
    session: Session, *conditions: ColumnElement[bool], known_seq: int | None = None
) -> list[TenderEventRow]:
    """Tender events by tender, day and word."""
    query = select(*_columns(TENDER_EVENT, EVENT_FIELDS)).where(
        as_known(TENDER_EVENT, known_seq), *conditions
    )
    order = _columns(TENDER_EVENT, ("tender_number", "on_day", "event"))
    return [TenderEventRow(*row) for row in session.execute(query.order_by(*order))]
