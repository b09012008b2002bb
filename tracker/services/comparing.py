"""Comparing the rows of a file with what is known: new, changed field by field, same, or not to be taken."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from tracker.domain.days import FOREVER
from tracker.domain.policy import Law
from tracker.domain.quality import ahead
from tracker.domain.register import (
    REFERENCES,
    ContractRow,
    Extra,
    ImportIssue,
    RegisterKind,
    RegisterRow,
    SchoolRow,
    TenderRow,
)
from tracker.domain.vocabulary import FAILED, SERVING, ContractStatus
from tracker.feeds.registers import Parsed, ParsedRow
from tracker.store import bounds, references
from tracker.store.scope import Scope

Said = dict[str, object]
"""What a row says, column by column, kept unknown columns by their titles."""

ROWS_NAMED = 10
"""How many of the rows that contradict each other are named."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a known row before and after."""

    column: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class RowChange:
    """A file row that adds a fact or changes one; field by field only for those who look."""

    row: int
    before: RegisterRow | None
    after: RegisterRow

    @property
    def key(self) -> tuple[str, ...]:
        """The natural key of the fact."""
        return self.after.key

    @property
    def is_new(self) -> bool:
        """Whether nothing was known of the fact."""
        return self.before is None

    @property
    def fields(self) -> tuple[FieldChange, ...]:
        """What the row says anew, in the order of its columns."""
        before, after = _said(self.before), _said(self.after)
        return tuple(
            FieldChange(column, _shown(before.get(column)), _shown(after.get(column)))
            for column in after | before
            if before.get(column) != after.get(column)
        )


@dataclass(frozen=True, slots=True)
class Danger:
    """How many of the ``known`` rows the file would end or empty, and their share in per cent."""

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
        """``new``, ``same`` or ``changed``."""
        if self.before is None:
            return "new"
        return "same" if self.before == self.row_value else "changed"


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file says beside what is known: each row, what it would change, and what is wrong with it."""

    entries: tuple[Entry, ...]
    changes: tuple[RowChange, ...]
    issues: tuple[ImportIssue, ...]
    notices: tuple[ImportIssue, ...]


@dataclass(frozen=True, slots=True)
class Checks:
    """What a row may refer to and change: schools with their services, and tenders, of a scope.

    ``taken`` are the names that belong to others: of schools, and of tenders for none of one's own schools.
    """

    services: Mapping[str, frozenset[str]]
    tenders: frozenset[str]
    taken: frozenset[str]
    kind: RegisterKind
    scope: Scope
    on: date

    @classmethod
    def of(
        cls, session: Session, scope: Scope, kind: RegisterKind, names: Collection[str], *, on: date
    ) -> Checks:
        """Read what rows of this kind refer to; ``names`` are the first parts of their natural keys."""
        services: Mapping[str, frozenset[str]] = {}
        tenders: frozenset[str] = frozenset()
        taken: frozenset[str] = frozenset()
        if kind in (RegisterKind.CONTRACTS, RegisterKind.TENDERS):
            services = references.services_by_school(session, scope)
        if kind is RegisterKind.SCHOOLS:
            taken = bounds.foreign_schools(session, scope, names)
        if kind in (RegisterKind.TENDERS, RegisterKind.TENDER_EVENTS):
            tenders = references.tender_numbers(session, scope)
            taken = bounds.foreign_tenders(session, scope, names)
        if kind is RegisterKind.TENDERS:  # one's own line of a tender that others share is one's own
            taken -= tenders
        return cls(services, tenders - taken, taken, kind, scope, on)

    def issues(self, entry: Entry) -> Iterator[ImportIssue]:
        """Why the row cannot be taken, if it cannot."""
        if self.kind in REFERENCES:
            yield from self.unknown(entry.row, getattr(entry.row_value, REFERENCES[self.kind]))
        yield from self._out_of_reach(entry)
        yield from _order_issues(entry)

    def _out_of_reach(self, entry: Entry) -> Iterator[ImportIssue]:
        """That a row would add or move something to where the reader may not, or touch what is not hers."""
        row, before = entry.row_value, entry.before
        column = None
        if isinstance(row, SchoolRow):
            column = _leaves(self.scope, before if isinstance(before, SchoolRow) else None, row)
            if column is None and row.school_id in self.taken:
                column = "school_id"
        elif isinstance(row, TenderRow) and row.tender_number in self.taken:
            column = "tender_number"
        if column is not None:
            yield ImportIssue(entry.row, column, getattr(row, column) or "", "out_of_reach")

    def unknown(self, row: int, name: str) -> Iterator[ImportIssue]:
        """That a row names a school or tender which is not known, if so."""
        column = REFERENCES[self.kind]
        known, code = {
            "school_id": (self.services, "school_unknown"),
            "tender_number": (self.tenders, "tender_unknown"),
        }[column]
        if name not in known:
            if column == "school_id" and "," in name:
                code = "schools_by_comma"
            yield ImportIssue(row, column, name, code)

    def notices(self, entry: Entry) -> Iterator[ImportIssue]:
        """What a person should know of a good row."""
        row = entry.row_value
        if not isinstance(row, ContractRow | TenderRow):
            return
        if row.service not in self.services.get(row.school_id, ()):
            school = (("school_id", row.school_id),)
            yield ImportIssue(entry.row, "service", row.service.value, "service_off", school)
        if isinstance(row, TenderRow):
            for column, day in ahead(row, self.on):
                yield ImportIssue(entry.row, column, day.isoformat(), "day_ahead")
        if (
            isinstance(row, ContractRow)
            and row.status is ContractStatus.TERMINATED
            and row.terminated_on is None
        ):
            yield ImportIssue(entry.row, "terminated_on", "", "termination_undated")


def _order_issues(entry: Entry) -> Iterator[ImportIssue]:
    """Days out of order once the file's columns stand beside the known ones."""
    row = entry.row_value
    ends: tuple[tuple[str, date | None, str, date | None], ...] = ()
    if isinstance(row, ContractRow):
        ends = (
            ("end_on", row.end_on, "end_before_start", row.start_on),
            ("terminated_on", row.terminated_on, "terminated_before_start", row.start_on),
        )
    elif isinstance(row, SchoolRow):
        ends = (("needed_until", row.needed_until, "end_before_start", row.needed_from),)
    for column, end, code, start in ends:
        if start and end and end < start:
            yield ImportIssue(entry.row, column, end.isoformat(), code, (("start", start.isoformat()),))


def _leaves(scope: Scope, before: SchoolRow | None, after: SchoolRow) -> str | None:
    """The column by which a school would come to lie outside the scope, if it would.

    A new school, or one that moves, must come to a place that the scope reaches: naming oneself as its
    officer is not enough.
    """
    moves = before is None or (before.region, before.district) != (after.region, after.district)
    if moves and not scope.reaches(after.region, after.district):
        return "district" if before is not None and before.region == after.region else "region"
    return None if scope.holds(after) else "officer_email"


def look(parsed: Parsed, known: Mapping[tuple[str, ...], RegisterRow], checks: Checks) -> Looked:
    """Put every readable row of a file beside the known row with its natural key."""
    entries = [_entry(row, known, parsed) for row in parsed.rows]
    problems = [issue for row, name in parsed.named for issue in checks.unknown(row, name)]
    problems += [issue for entry in entries for issue in checks.issues(entry)]
    problems += _contradictions(entries)
    notices = dict.fromkeys(notice for entry in entries for notice in checks.notices(entry))
    changes = [
        RowChange(entry.row, entry.before, entry.row_value) for entry in entries if entry.verdict != "same"
    ]
    return Looked(tuple(entries), tuple(changes), parsed.issues + tuple(problems), tuple(notices))


def _entry(row: ParsedRow, known: Mapping[tuple[str, ...], RegisterRow], parsed: Parsed) -> Entry:
    """The row with what is already known in the columns that the file does not have."""
    before = known.get(row.value.key)
    if before is None:
        return Entry(row.row_number, replace(row.value, extra=row.extra), None)
    absent = {
        field.name: getattr(before, field.name)
        for field in fields(before)
        if field.name not in parsed.columns
    }
    absent["extra"] = _kept(before.extra, row.extra, stated=parsed.unknown_columns)
    return Entry(row.row_number, replace(row.value, **absent), before)


def _kept(before: Extra, now: Extra, *, stated: Collection[str]) -> Extra:
    """What is kept of unknown columns: those that the file has are said anew, the others stay."""
    left = {title: "" if title in stated else text for title, text in before}
    return tuple((title, text) for title, text in (left | dict(now)).items() if text)


def _said(row: RegisterRow | None) -> Said:
    if row is None:
        return {}
    own = {field.name: getattr(row, field.name) for field in fields(row) if field.name != "extra"}
    return own | dict(row.extra)


def _contradictions(entries: Sequence[Entry]) -> Iterable[ImportIssue]:
    """Rows of one file that say different things of the same fact: none of them is believed."""
    said: dict[tuple[str, ...], list[Entry]] = {}
    for entry in entries:
        said.setdefault(entry.row_value.key, []).append(entry)
    for group in said.values():
        if len({entry.row_value for entry in group}) > 1:
            rows = _listed(sorted({entry.row for entry in group}))
            column = _first_difference([_said(entry.row_value) for entry in group])
            for entry in group:
                value = _shown(_said(entry.row_value).get(column))
                yield ImportIssue(entry.row, column, value, "contradicts", (("rows", rows),))


def _listed(rows: Sequence[int]) -> str:
    return ", ".join([*map(str, rows[:ROWS_NAMED]), *(["…"] if len(rows) > ROWS_NAMED else [])])


def _first_difference(group: Sequence[Said]) -> str:
    """The first column that is not said alike by all."""
    columns = (column for said in group for column in said)
    return next(column for column in columns if len({said.get(column) for said in group}) > 1)


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


def danger_of(entries: Iterable[Entry], *, known_count: int, on: date, law: Law) -> Danger | None:
    """What must be confirmed: a file that would end or empty more than the law file's share (IMP-7)."""
    changed = {
        entry.row_value.key: (entry.before, entry.row_value)
        for entry in entries
        if entry.before and entry.before != entry.row_value
    }
    ended = {key for key, (before, after) in changed.items() if _reach(after, on) < _reach(before, on)}
    emptied = {key for key, (before, after) in changed.items() if _empties(before, after)}
    touched = len(ended | emptied)
    if touched < law.danger_rows or touched * 100 <= known_count * law.danger_percent:
        return None
    percent = (Decimal(100 * touched) / known_count).quantize(Decimal("0.1"))
    return Danger(len(ended), len(emptied), known_count, percent)


def _reach(row: RegisterRow, on: date) -> int:
    """How far a fact still reaches on a day; a file that makes it less ends something."""
    if isinstance(row, ContractRow):
        return _reach_of_line(row, on)
    if isinstance(row, SchoolRow):
        is_over = row.closed_on is not None or (row.needed_until is not None and row.needed_until < on)
        return 0 if is_over else len(row.services)
    return int(not isinstance(row, TenderRow) or row.status not in FAILED)


def _reach_of_line(row: ContractRow, on: date) -> int:
    """Serving on the day is more than serving later, that more than being signed, that more than nothing."""
    first = max(row.start_on, row.signed_on or row.start_on)
    last = min((day for day in (row.end_on, row.terminated_on) if day), default=FOREVER)
    if last < max(on, first):
        return 0
    if row.status in SERVING:
        return 3 if first <= on else 2
    return int(row.status is ContractStatus.PENDING)


def _empties(before: RegisterRow, after: RegisterRow) -> bool:
    """Whether the file would blank something that is known."""
    now = _said(after)
    return any(text and not now.get(column) for column, text in _said(before).items())
