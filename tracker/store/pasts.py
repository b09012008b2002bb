"""Every version of a school's facts: what was known since when and until when, and by which recording."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, select
from sqlalchemy.orm import Session

from tracker.domain.register import RegisterKind
from tracker.store.registry import Recording
from tracker.store.scope import Scope, among, numbered, visible, visible_tender
from tracker.store.tables import CONTRACT_LINE, NEED, RECORDING, SCHOOL, TENDER_EVENT, TENDER_LINE

_HIDDEN = frozenset({"id", "recorded_seq", "superseded_seq", "search", "sort_key", "extra"})


@dataclass(frozen=True, slots=True)
class Version:
    """A version of one fact, known from ``recorded_seq`` until ``superseded_seq``.

    ``kind`` is of the register; the needs of a school (``service`` in the key) are part of it.
    """

    kind: RegisterKind
    key: tuple[str, ...]
    values: Mapping[str, Any]
    recorded_seq: int
    superseded_seq: int | None

    def is_known(self, seq: int) -> bool:
        """Whether this was known right after a recording."""
        return self.recorded_seq <= seq and (self.superseded_seq is None or self.superseded_seq > seq)


_TABLES: tuple[tuple[RegisterKind, Table, tuple[str, ...]], ...] = (
    (RegisterKind.SCHOOLS, SCHOOL, ("school_id",)),
    (RegisterKind.SCHOOLS, NEED, ("school_id", "service")),
    (RegisterKind.CONTRACTS, CONTRACT_LINE, ("contract_number", "school_id", "service")),
    (RegisterKind.TENDERS, TENDER_LINE, ("tender_number", "school_id", "service")),
)
_EVENT_KEY = ("tender_number", "event", "on_day")


def list_versions(session: Session, scope: Scope, school_id: str) -> tuple[Version, ...]:
    """All versions of a school, its needs, contract and tender lines, and of the events of its tenders.

    In the order of recording.
    """
    found: list[Version] = []
    for kind, table, key in _TABLES:
        own, within = (
            among(session, table.c.school_id, [school_id]),
            visible(session, scope, table.c.school_id),
        )
        found += _read(session, kind, table, key, own, within)
    numbers = {version.key[0] for version in found if version.kind is RegisterKind.TENDERS}
    of_tenders = among(session, TENDER_EVENT.c.tender_number, numbers)
    within = visible_tender(session, scope, TENDER_EVENT.c.tender_number)
    found += _read(session, RegisterKind.TENDER_EVENTS, TENDER_EVENT, _EVENT_KEY, of_tenders, within)
    return tuple(sorted(found, key=lambda version: (version.recorded_seq, version.kind, version.key)))


def _read(
    session: Session, kind: RegisterKind, table: Table, key: tuple[str, ...], *wanted: ColumnElement[bool]
) -> Iterator[Version]:
    for row in session.execute(select(table).where(*wanted)).mappings():
        values = {name: value for name, value in row.items() if name not in _HIDDEN}
        named = tuple(str(row[name]) for name in key)
        yield Version(kind, named, values, row["recorded_seq"], row["superseded_seq"])


def recordings_by_number(session: Session, numbers: set[int]) -> Mapping[int, Recording]:
    """The recordings with these numbers."""
    wanted = select(RECORDING).where(numbered(session, RECORDING.c.seq, sorted(numbers)))
    return {row.seq: Recording(*row) for row in session.execute(wanted)}
