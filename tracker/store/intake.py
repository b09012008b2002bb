"""Taking typed rows in: what is present by natural key, and new versions in bulk."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from tracker.domain.alphabet import search_key, sort_key
from tracker.domain.register import (
    ContractRow,
    RegisterKind,
    RegisterRow,
    SchoolRow,
    TenderEventRow,
    TenderRow,
)
from tracker.domain.workdays import Override
from tracker.store.bounds import within
from tracker.store.histories import forget_history
from tracker.store.rows import (
    CONTRACT_FIELDS,
    OF_NEEDS,
    SCHOOL_FIELDS,
    TENDER_FIELDS,
    read_contracts,
    read_events,
    read_schools,
    read_tenders,
)
from tracker.store.scope import Scope, either
from tracker.store.tables import CALENDAR_OVERRIDE, CONTRACT_LINE, NEED, SCHOOL, TENDER_EVENT, TENDER_LINE
from tracker.store.versions import Values, add_versions

RowKey = tuple[str, ...]

_READERS: Mapping[RegisterKind, tuple[Callable[..., list[Any]], ColumnElement[Any]]] = {
    RegisterKind.SCHOOLS: (read_schools, SCHOOL.c.school_id),
    RegisterKind.CONTRACTS: (read_contracts, CONTRACT_LINE.c.contract_number),
    RegisterKind.TENDERS: (read_tenders, TENDER_LINE.c.tender_number),
    RegisterKind.TENDER_EVENTS: (read_events, TENDER_EVENT.c.tender_number),
}
"""How each kind is read, and the first column of its natural key."""


def present_rows(
    session: Session, scope: Scope, kind: RegisterKind, keys: Collection[RowKey] | None = None
) -> dict[RowKey, RegisterRow]:
    """The present rows of a kind within ``scope`` by natural key: all of them, or those among ``keys``."""
    read, first = _READERS[kind]
    wanted = None if keys is None else {key[0] for key in keys}
    conditions = (within(session, scope, kind), either(session, first, wanted))
    found: dict[RowKey, RegisterRow] = {row.key: row for row in read(session, *conditions)}
    return found if keys is None else {key: found[key] for key in keys if key in found}


def record(session: Session, kind: RegisterKind, rows: Iterable[RegisterRow], seq: int) -> None:
    """Record each row as the new version of its natural key; of two rows with one key the last one stays.

    Rows that say nothing new are the caller's business: what comes here is written. A service that a school
    row no longer names is not needed from this recording on.
    """
    last = list({row.key: row for row in rows}.values())
    match kind:
        case RegisterKind.SCHOOLS:
            _record_schools(session, [row for row in last if isinstance(row, SchoolRow)], seq)
        case RegisterKind.CONTRACTS:
            lines = [_values(row, CONTRACT_FIELDS) for row in last if isinstance(row, ContractRow)]
            key = ("contract_number", "school_id", "service")
            add_versions(session, CONTRACT_LINE, lines, key=key, seq=seq)
        case RegisterKind.TENDERS:
            tenders = [_values(row, TENDER_FIELDS) for row in last if isinstance(row, TenderRow)]
            key = ("tender_number", "school_id", "service")
            add_versions(session, TENDER_LINE, tenders, key=key, seq=seq)
            forget_history(session)
        case RegisterKind.TENDER_EVENTS:
            events = [_event_values(row) for row in last if isinstance(row, TenderEventRow)]
            add_versions(session, TENDER_EVENT, events, key=("tender_number", "event", "on_day"), seq=seq)
            forget_history(session)


def record_overrides(session: Session, overrides: Iterable[Override], seq: int) -> None:
    """Record decreed days, each as the new version of its day (rules §1)."""
    days = {override.on: override for override in overrides}.values()
    rows = [{"on_day": day.on, "working": day.working, "decree": day.decree} for day in days]
    add_versions(session, CALENDAR_OVERRIDE, rows, key=("on_day",), seq=seq)


def _record_schools(session: Session, rows: list[SchoolRow], seq: int) -> None:
    schools = [_school_values(row) for row in rows]
    needs = [need for row in rows for need in _need_values(row)]
    add_versions(session, SCHOOL, schools, key=("school_id",), seq=seq)
    add_versions(session, NEED, needs, key=("school_id",), seq=seq, replacing=schools)


def _values(row: RegisterRow, names: tuple[str, ...]) -> Values:
    return {name: getattr(row, name) for name in names}


def _school_values(row: SchoolRow) -> Values:
    names = (row.school_id, row.bin, row.name, row.name_kk, row.name_ru)
    search = "\n".join(search_key(name) for name in names if name)
    return {**_values(row, SCHOOL_FIELDS), "search": search, "sort_key": sort_key(row.name)}


def _need_values(row: SchoolRow) -> Iterable[Values]:
    stated = {"school_id": row.school_id, **_values(row, OF_NEEDS)}
    return ({**stated, "service": service} for service in dict.fromkeys(row.services))


def _event_values(row: TenderEventRow) -> Values:
    return {
        "tender_number": row.tender_number,
        "event": row.event,
        "on_day": row.on,
        "note": row.note,
        "extra": row.extra,
    }
