"""By which recording each value of a tender or a contract came in, and which other one speaks of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, select
from sqlalchemy.orm import Session

from tracker.domain.register import ContractRow, TenderRow
from tracker.store.pasts import recordings_by_number
from tracker.store.registry import Recording
from tracker.store.rows import read_contracts, read_tenders
from tracker.store.scope import Scope, among, visible, visible_tender
from tracker.store.tables import CONTRACT_LINE, TENDER_EVENT, TENDER_LINE

_KEYS: Mapping[Table, tuple[str, ...]] = {
    TENDER_LINE: ("tender_number", "school_id", "service"),
    TENDER_EVENT: ("tender_number", "event", "on_day"),
    CONTRACT_LINE: ("contract_number", "school_id", "service"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """A value of a line or an event of one number, and the recording since which it is known so."""

    key: tuple[str, ...]
    name: str
    value: Any
    recording: Recording


def said_of_tender(
    session: Session, scope: Scope, number: str, *, known_seq: int | None = None
) -> tuple[Said, ...]:
    """The values of the lines that are seen, and of all dated events of the tender."""
    lines = visible(session, scope, TENDER_LINE.c.school_id)
    events = visible_tender(session, scope, TENDER_EVENT.c.tender_number)
    return _said(session, number, {TENDER_LINE: lines, TENDER_EVENT: events}, known_seq)


def said_of_contract(
    session: Session, scope: Scope, number: str, *, known_seq: int | None = None
) -> tuple[Said, ...]:
    """The values of the lines that are seen."""
    within = visible(session, scope, CONTRACT_LINE.c.school_id)
    return _said(session, number, {CONTRACT_LINE: within}, known_seq)


def contracts_that_name(
    session: Session, scope: Scope, name: str, number: str, *, known_seq: int | None = None
) -> tuple[ContractRow, ...]:
    """The contract lines that are seen and whose column ``name`` holds the number."""
    column = CONTRACT_LINE.c[name]
    within = visible(session, scope, CONTRACT_LINE.c.school_id)
    return tuple(read_contracts(session, within, among(session, column, [number]), known_seq=known_seq))


def tenders_that_repeat(
    session: Session, scope: Scope, number: str, *, known_seq: int | None = None
) -> tuple[TenderRow, ...]:
    """The tender lines that are seen and repeat the tender of this number."""
    named = among(session, TENDER_LINE.c.repeats_tender_number, [number])
    within = visible(session, scope, TENDER_LINE.c.school_id)
    return tuple(read_tenders(session, within, named, known_seq=known_seq))


def _said(
    session: Session, number: str, asked: Mapping[Table, ColumnElement[bool]], known_seq: int | None
) -> tuple[Said, ...]:
    found = [
        each
        for table, within in asked.items()
        for each in _of_table(session, table, number, within, known_seq)
    ]
    recordings = recordings_by_number(session, {seq for *_, seq in found})
    return tuple(Said(key, name, value, recordings[seq]) for key, name, value, seq in found)


def _of_table(
    session: Session, table: Table, number: str, within: ColumnElement[bool], known_seq: int | None
) -> Iterator[tuple[tuple[str, ...], str, Any, int]]:
    key = _KEYS[table]
    wanted = select(table).where(among(session, table.c[key[0]], [number]), within)
    if known_seq is not None:
        wanted = wanted.where(table.c.recorded_seq <= known_seq)
    versions: defaultdict[tuple[str, ...], list[Mapping[str, Any]]] = defaultdict(list)
    for row in session.execute(wanted.order_by(table.c.recorded_seq)).mappings():
        versions[tuple(str(row[name]) for name in key)].append(dict(row))
    for named, rows in sorted(versions.items()):
        last = rows[-1]["superseded_seq"]
        if last is None or (known_seq is not None and last > known_seq):
            yield from ((named, *value) for value in _values(rows))


_HIDDEN = frozenset(
    {"id", "recorded_seq", "superseded_seq", "extra", "tender_number", "school_id", "service"}
)


def _values(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Any, int]]:
    """Each value of the last version that is not empty, with the recording since which it stands unbroken."""
    last = rows[-1]
    for name, value in last.items():
        if name in _HIDDEN or value is None:
            continue
        since = last["recorded_seq"]
        for row in reversed(rows):
            if row[name] != value:
                break
            since = row["recorded_seq"]
        yield name, value, since
