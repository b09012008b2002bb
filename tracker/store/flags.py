"""Findings that the store remembers: a flag opens when a finding appears and closes when it is gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date

from sqlalchemy import ColumnElement, bindparam, select, update
from sqlalchemy.orm import Session

from tracker.domain.findings import Finding
from tracker.domain.vocabulary import FlagKind, Service
from tracker.store.bulk import insert_all
from tracker.store.scope import Scope, among, visible
from tracker.store.tables import FLAG
from tracker.store.versions import batches

NeedKey = tuple[str, str]
"""School and service."""

_PLACES = {kind: place for place, kind in enumerate(FlagKind)}


@dataclass(frozen=True, slots=True)
class FlagRecord:
    """A flag and its life; it is open while ``closed_on`` is None."""

    school_id: str
    service: Service
    kind: FlagKind
    since: date | None
    opened_on: date
    closed_on: date | None


@dataclass(frozen=True, slots=True)
class _Open:
    id: int
    since: date | None
    opened_on: date


def flag_history(session: Session, scope: Scope, school_id: str) -> tuple[FlagRecord, ...]:
    """All flags of a school, open and closed, in the order in which they were opened."""
    return _read(session, scope, among(session, FLAG.c.school_id, [school_id]))


def open_flags(session: Session, scope: Scope) -> tuple[FlagRecord, ...]:
    """All flags that are open, in the order in which they were opened."""
    return _read(session, scope, FLAG.c.closed_on.is_(None))


def settle_flags(
    session: Session, findings: Mapping[NeedKey, Sequence[Finding]], *, today: date
) -> tuple[int, int]:
    """Let the open flags of these needs be exactly their findings; gives how many were opened and closed.

    A flag whose ``since`` is corrected stays the same flag. Nobody's flag closes before it was opened, even
    if the clock was set back.
    """
    before = _open(session, {school_id for school_id, _ in findings})
    fresh: list[tuple[object, ...]] = []
    moved: list[dict[str, object]] = []
    gone: list[_Open] = []
    for (school_id, service), found in sorted(findings.items()):
        present = before.get((school_id, service), {})
        wanted = {finding.kind: finding.since for finding in found}
        for kind, since in wanted.items():
            if kind not in present:
                fresh.append((school_id, service, kind, since, today))
            elif present[kind].since != since:
                moved.append({"key_id": present[kind].id, "since": since})
        gone += [flag for kind, flag in present.items() if kind not in wanted]
    connection = session.connection()
    insert_all(session, FLAG, ("school_id", "service", "kind", "since", "opened_on"), fresh)
    for batch in batches(moved):
        connection.execute(update(FLAG).where(FLAG.c.id == bindparam("key_id")), batch)
    ends = ({"key_id": flag.id, "closed_on": max(today, flag.opened_on)} for flag in gone)
    for batch in batches(ends):
        connection.execute(update(FLAG).where(FLAG.c.id == bindparam("key_id")), batch)
    return len(fresh), len(gone)


def _open(session: Session, schools: Iterable[str]) -> dict[NeedKey, dict[FlagKind, _Open]]:
    columns = (FLAG.c.school_id, FLAG.c.service, FLAG.c.kind, FLAG.c.id, FLAG.c.since, FLAG.c.opened_on)
    query = select(*columns).where(FLAG.c.closed_on.is_(None), among(session, FLAG.c.school_id, schools))
    found: dict[NeedKey, dict[FlagKind, _Open]] = {}
    for school_id, service, kind, *flag in session.execute(query):
        found.setdefault((school_id, service), {})[kind] = _Open(*flag)
    return found


def _read(session: Session, scope: Scope, wanted: ColumnElement[bool]) -> tuple[FlagRecord, ...]:
    columns = (FLAG.c[field.name] for field in fields(FlagRecord))
    query = select(*columns).where(visible(session, scope, FLAG.c.school_id), wanted)
    records = (FlagRecord(*row) for row in session.execute(query))
    return tuple(sorted(records, key=_by_opening))


def _by_opening(flag: FlagRecord) -> tuple[date, str, str, int]:
    return flag.opened_on, flag.school_id, flag.service, _PLACES[flag.kind]
