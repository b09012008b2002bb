"""Comparing the rows of a file with what is known: new, changed field by field, same, or not to be taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from tracker.domain.register import (
    ContractRow,
    ImportIssue,
    RegisterKind,
    RegisterRow,
    SchoolRow,
    TenderEventRow,
    TenderRow,
)
from tracker.domain.vocabulary import FAILED, ContractStatus
from tracker.feeds.registers import Parsed, ParsedRow
from tracker.store import references
from tracker.store.scope import EVERYTHING

DANGER_PERCENT = 5
"""More than this share of what is known ended or emptied must be confirmed (issue, IMP-7)."""

DANGER_ROWS = 3
"""Fewer rows than this are a correction, however small the register."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a known row before and after."""

    column: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class RowChange:
    """A file row that adds a fact or changes one field by field."""

    row: int
    key: tuple[str, ...]
    is_new: bool
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class Danger:
    """How much of what is known the file would end or empty."""

    ended: int
    emptied: int
    known: int
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Entry:
    """A register row of the file beside what was known of it."""

    row: int
    row_value: RegisterRow
    before: RegisterRow | None

    @property
    def verdict(self) -> str:
        if self.before is None:
            return "new"
        return "same" if self.before == self.row_value else "changed"


@dataclass(frozen=True, slots=True)
class Looked:
    entries: tuple[Entry, ...]
    changes: tuple[RowChange, ...]
    issues: tuple[ImportIssue, ...]
    notices: tuple[ImportIssue, ...]


@dataclass(frozen=True, slots=True)
class Checks:
    """What a row may refer to: known schools with their services, and known tenders."""

    services: Mapping[str, frozenset[str]]
    tenders: frozenset[str]
    kind: RegisterKind

    @classmethod
    def of(cls, session: Session, kind: RegisterKind) -> Checks:
        """Read what rows of this kind refer to."""
        services: Mapping[str, frozenset[str]] = {}
        tenders: frozenset[str] = frozenset()
        if kind in (RegisterKind.CONTRACTS, RegisterKind.TENDERS):
            services = references.services_by_school(session, EVERYTHING)
        if kind is RegisterKind.TENDER_EVENTS:
            tenders = references.tender_numbers(session, EVERYTHING)
        return cls(services, tenders, kind)

    def issue(self, entry: Entry) -> ImportIssue | None:
        """Why the row cannot be taken, if it cannot."""
        row = entry.row_value
        if isinstance(row, TenderEventRow):
            known = row.tender_number in self.tenders
            return (
                None
                if known
                else ImportIssue(entry.row, "tender_number", row.tender_number, "tender_unknown")
            )
        if isinstance(row, ContractRow | TenderRow) and row.school_id not in self.services:
            return ImportIssue(entry.row, "school_id", row.school_id, "school_unknown")
        return _order_issue(entry)

    def notice(self, entry: Entry) -> ImportIssue | None:
        """What a person should know of a good row."""
        row = entry.row_value
        if not isinstance(row, ContractRow | TenderRow):
            return None
        if row.service in self.services.get(row.school_id, frozenset()):
            return None
        return ImportIssue(
            entry.row, "service", row.service.value, "service_off", (("school_id", row.school_id),)
        )


def _order_issue(entry: Entry) -> ImportIssue | None:
    """Days out of order once the file's columns stand beside the known ones."""
    row = entry.row_value
    if isinstance(row, ContractRow) and row.end_on is not None and row.end_on < row.start_on:
        return ImportIssue(entry.row, "end_on", row.end_on.isoformat(), "end_before_start")
    if (
        isinstance(row, SchoolRow)
        and row.needed_from
        and row.needed_until
        and row.needed_until < row.needed_from
    ):
        return ImportIssue(entry.row, "needed_until", row.needed_until.isoformat(), "end_before_start")
    return None


def look(parsed: Parsed, known: Mapping[tuple[str, ...], RegisterRow], checks: Checks) -> Looked:
    entries = [_entry(row, known, parsed.columns) for row in parsed.rows]
    problems = [issue for entry in entries if (issue := checks.issue(entry))]
    problems += _contradictions(entries)
    notices = [notice for entry in entries if (notice := checks.notice(entry))]
    changes = [_change(entry) for entry in entries if entry.verdict != "same"]
    return Looked(tuple(entries), tuple(changes), parsed.issues + tuple(problems), tuple(notices))


def _entry(row: ParsedRow, known: Mapping[tuple[str, ...], RegisterRow], columns: frozenset[str]) -> Entry:
    """The row with what is already known in the columns that the file does not have."""
    before = known.get(row.value.key)
    if before is None:
        return Entry(row.row_number, replace(row.value, extra=row.extra), None)
    absent = {
        field.name: getattr(before, field.name) for field in fields(before) if field.name not in columns
    }
    absent["extra"] = tuple((dict(before.extra) | dict(row.extra)).items())
    return Entry(row.row_number, replace(row.value, **absent), before)


def _contradictions(entries: Sequence[Entry]) -> Iterable[ImportIssue]:
    """Rows of one file that say different things of the same fact: none of them is believed."""
    said: dict[tuple[str, ...], list[Entry]] = {}
    for entry in entries:
        said.setdefault(entry.row_value.key, []).append(entry)
    for key, group in said.items():
        if len({entry.row_value for entry in group}) > 1:
            rows = ", ".join(str(entry.row) for entry in group)
            for entry in group:
                yield ImportIssue(entry.row, None, " / ".join(key), "contradicts", (("rows", rows),))


def _change(entry: Entry) -> RowChange:
    before, after = entry.before, entry.row_value
    changed = tuple(
        FieldChange(field.name, _shown(getattr(before, field.name, None)), _shown(getattr(after, field.name)))
        for field in fields(after)
        if getattr(before, field.name, None) != getattr(after, field.name)
    )
    return RowChange(entry.row, after.key, before is None, changed)


def _shown(value: object) -> str:
    if value is None:
        return ""
    return ";".join(map(str, value)) if isinstance(value, tuple) else str(value)


def verdicts_of(entries: Iterable[Entry]) -> dict[int, str]:
    """One verdict for each file row: changed if any of its facts is, else new, else same."""
    verdicts: dict[int, str] = {}
    order = ("same", "new", "changed")
    for entry in entries:
        verdicts[entry.row] = max(verdicts.get(entry.row, "same"), entry.verdict, key=order.index)
    return verdicts


def danger_of(entries: Iterable[Entry], *, known_count: int, on: date) -> Danger | None:
    changed = [(entry.before, entry.row_value) for entry in entries if entry.before is not None]
    ended = sum(_ends(before, after, on) for before, after in changed)
    emptied = sum(_empties(before, after) for before, after in changed)
    touched = ended + emptied
    if touched < DANGER_ROWS or touched * 100 <= known_count * DANGER_PERCENT:
        return None
    percent = (Decimal(100 * touched) / known_count).quantize(Decimal("0.1"))
    return Danger(ended, emptied, known_count, percent)


def _ends(before: RegisterRow, after: RegisterRow, on: date) -> bool:
    """Whether a fact that goes on today would be over by the file."""
    return _goes_on(before, on) and not _goes_on(after, on)


def _goes_on(row: RegisterRow, on: date) -> bool:
    if isinstance(row, ContractRow):
        last = min((day for day in (row.end_on, row.terminated_on) if day), default=None)
        return row.status is not ContractStatus.CANCELLED and (last is None or last >= on)
    if isinstance(row, SchoolRow):
        over = min((day for day in (row.closed_on, row.needed_until) if day), default=None)
        return bool(row.services) and (over is None or over >= on)
    return not isinstance(row, TenderRow) or row.status not in FAILED


def _empties(before: RegisterRow, after: RegisterRow) -> bool:
    """Whether the file would blank something that is known."""
    return any(getattr(before, field.name) and not getattr(after, field.name) for field in fields(before))
