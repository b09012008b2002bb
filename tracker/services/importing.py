"""Taking a register file in: look first (new, changed, same, rejected), then write all of it or nothing.

A missing row deletes nothing, a missing column changes nothing, the same file twice changes nothing
(interfaces §4, reliability P8 and IMP rows).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.domain.acts import Act
from tracker.domain.errors import ChangedMeanwhile, ConfirmationNeeded, FileRefused
from tracker.domain.origins import IMPORT
from tracker.domain.register import (
    ContractRow,
    ImportIssue,
    RegisterKind,
    RegisterRow,
    SchoolRow,
    TenderEventRow,
    TenderRow,
)
from tracker.feeds.registers import parse
from tracker.feeds.table_files import read_table, shown_name
from tracker.feeds.tables import Table
from tracker.services.comparing import Checks, Danger, Entry, RowChange, danger_of, look, verdicts_of
from tracker.services.evaluating import Book, Progress, evaluate
from tracker.services.rejecting import without_faults
from tracker.services.understanding import AskedColumn, understood
from tracker.store import assessments, columns_said, intake, journal, references, registry, versions
from tracker.store.facts import keeping_all
from tracker.store.row_security import whole_country
from tracker.store.scope import EVERYTHING, Scope


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would do, or did: the counts add up to the rows read (P8)."""

    kind: RegisterKind
    filename: str
    sha256: str
    read: int
    new: int
    changed: int
    same: int
    rejected: int
    changes: tuple[RowChange, ...]
    issues: tuple[ImportIssue, ...]
    notices: tuple[ImportIssue, ...]
    unknown_columns: tuple[str, ...]
    danger: Danger | None
    asked: tuple[AskedColumn, ...] = ()
    written: bool = False

    @property
    def has_good_rows(self) -> bool:
        """Whether any row can be taken, so that leaving the bad ones out makes sense."""
        return self.rejected < self.read

    @property
    def changes_facts(self) -> bool:
        """Whether the good rows say anything new."""
        return self.new + self.changed > 0

    @property
    def seen(self) -> str:
        """A fingerprint of the facts that the file would change, as whoever confirms saw them (CON-5).

        What was said of its columns is part of what she saw.
        """
        told = hashlib.sha256(self.sha256.encode())
        for column in self.asked:
            told.update(f"{column.title!r} {column.meaning!r}\n".encode())
        for change in self.changes:
            told.update(f"{change.key!r} {change.before!r}\n".encode())
        return told.hexdigest()


@dataclass(frozen=True, slots=True)
class _Plan:
    preview: Preview
    rows: tuple[RegisterRow, ...]
    needs: frozenset[tuple[str, str]]


HERE: Mapping[str, str] = {}
"""The origin of what nobody sends over a network."""

PERSONAL = frozenset({"officer_email"})
"""Columns that hold something of a person, which the journal could never erase."""

NEEDS_EXPORT = frozenset({"state", "flags"})
"""Names that only columns of our own lists bear: findings, which are no facts."""


def read_file(data: bytes, *, filename: str) -> Table:
    """The table of a register file; raises ``FileRefused``, also for our own export of needs.

    What we told of rejected rows is left out where they come back (:mod:`tracker.services.rejecting`).
    """
    table = read_table(data, filename=filename)
    names = [_named(title) for title in table.header]
    if NEEDS_EXPORT.issubset(names):
        raise FileRefused(reason="needs_export", filename=shown_name(filename))
    return without_faults(table, names)


def _named(title: str) -> str:
    """The name of a column, which our lists for people put in brackets behind its title."""
    return title.rpartition("(")[2].removesuffix(")")


@keeping_all()
def preview(
    session: Session, scope: Scope, kind: RegisterKind, data: bytes, *, filename: str, book: Book, on: date
) -> Preview:
    """What the file would do, without writing anything; raises ``FileRefused`` for an unreadable file.

    What lies outside ``scope`` is unknown: it is not shown, and rows that would touch it are rejected.
    """
    return _plan(session, scope, kind, data, filename=filename, book=book, on=on).preview


@keeping_all()
def apply(
    session: Session,
    scope: Scope,
    kind: RegisterKind,
    data: bytes,
    *,
    filename: str,
    book: Book,
    actor: str,
    now: datetime,
    today: date,
    known: datetime | None = None,
    skip_bad_rows: bool = False,
    confirmed: bool = False,
    seen: str | None = None,
    origin: Mapping[str, str] = HERE,
    correcting: str = "",
    act: Act = Act.CORRECTION,
    progress: Progress | None = None,
) -> Preview:
    """Write the file, whole or not at all and within ``scope`` only, and judge anew what it touches.

    The facts are known from ``known`` on, or else from ``now``. With rejected rows nothing is written unless
    ``skip_bad_rows`` and others are good. ``seen`` is the preview that is confirmed, ``origin`` where from.
    ``correcting`` says why somebody corrects facts, or which step she takes (``act``): each change is told.
    Raises ``FileRefused``, ``MomentRefused``, ``ChangedMeanwhile`` and ``ConfirmationNeeded``.
    """
    plan = _plan(session, scope, kind, data, filename=filename, book=book, on=today)
    found = plan.preview
    _require_as_seen(found, seen)
    if found.issues and not (skip_bad_rows and found.has_good_rows):
        return found
    _require_confirmed(found, confirmed)
    if plan.rows:
        at, reason = known or references.next_moment(session, now=now), correcting or f"{IMPORT}{kind}"
        _record(session, plan, at=at, actor=actor, reason=reason)
        _judge(session, plan.needs, today=today, book=book, progress=progress)
    act, said = _deed(session, plan, correcting, act)
    journal.append(session, at=now, actor=actor, action=act, subject=kind.value, detail={**said, **origin})
    return replace(found, written=True)


def _record(session: Session, plan: _Plan, *, at: datetime, actor: str, reason: str) -> None:
    """Write the rows of a file as one recording."""
    kind, source = plan.preview.kind, plan.preview.filename
    seq = versions.open_recording(session, at=at, actor=actor, source=source, reason=reason)
    intake.record(session, kind, plan.rows, seq)


def _judge(
    session: Session,
    needs: frozenset[tuple[str, str]],
    *,
    today: date,
    book: Book,
    progress: Progress | None,
) -> None:
    """Judge anew what a file touches."""
    with whole_country(session):  # what is due elsewhere is judged with it
        assessments.mark_due(session, needs)
        evaluate(session, today=today, book=book, progress=progress)


def _deed(session: Session, plan: _Plan, correcting: str, act: Act) -> tuple[Act, dict[str, object]]:
    """What the journal calls the writing of a file, and what it tells of it."""
    found = plan.preview
    if correcting:
        why = "reason" if act is Act.CORRECTION else "step"
        return act, {why: correcting, **told_changes(found.changes)}
    recorded = {"recording": registry.data_version(session)} if plan.rows else {}
    return Act.IMPORT, {**_journal_detail(found), **recorded}


def told_changes(changes: Iterable[RowChange]) -> dict[str, object]:
    """What the journal tells of corrected facts: both values of each field, save addresses of people."""
    return {
        "keys": [" / ".join(change.key) for change in changes],
        "changes": [
            f"{field.column}: {field.old or '–'} → {field.new or '–'}"
            for change in changes
            for field in change.fields
            if field.column not in PERSONAL
        ],
    }


def _require_as_seen(found: Preview, seen: str | None) -> None:
    """Nothing is written over what whoever confirms has not seen; None asks nothing."""
    if seen is not None and seen != found.seen:
        raise ChangedMeanwhile


def _require_confirmed(found: Preview, confirmed: bool) -> None:
    """A file that would end or empty much is taken only on purpose."""
    if found.danger is not None and not confirmed:
        raise ConfirmationNeeded(**asdict(found.danger))


def _journal_detail(found: Preview) -> dict[str, object]:
    return {
        "file": found.filename,
        "sha256": found.sha256,
        "read": found.read,
        "new": found.new,
        "changed": found.changed,
        "same": found.same,
        "rejected": found.rejected,
    }


def _plan(
    session: Session, scope: Scope, kind: RegisterKind, data: bytes, *, filename: str, book: Book, on: date
) -> _Plan:
    law = book.policy.on(on)
    said = columns_said.said(session, scope, kind)
    table, asked = understood(read_file(data, filename=filename), kind, said)
    parsed = parse(kind, table, longest_term_years=law.longest_term_years)
    keys = {row.value.key for row in parsed.rows}
    known = intake.present_rows(session, scope, kind, keys)
    looked = look(parsed, known, Checks.of(session, scope, kind, {first for first, *_ in keys}, on=on))
    bad_rows = {issue.row for issue in looked.issues}
    changes = tuple(change for change in looked.changes if change.row not in bad_rows)
    good = [entry for entry in looked.entries if entry.row not in bad_rows]
    verdicts = verdicts_of(good)
    counts = {
        what: sum(verdict == what for verdict in verdicts.values()) for what in ("new", "changed", "same")
    }
    rows = {entry.row_value.key: entry.row_value for entry in good if entry.verdict != "same"}
    danger = danger_of(good, known_count=references.count_present(session, scope, kind), on=on, law=law)
    found = Preview(
        kind=kind,
        filename=filename,
        sha256=hashlib.sha256(data).hexdigest(),
        read=parsed.rows_read,
        new=counts["new"],
        changed=counts["changed"],
        same=counts["same"],
        rejected=parsed.rows_read - sum(counts.values()),
        changes=changes,
        issues=tuple(sorted(looked.issues, key=lambda issue: (issue.row, issue.column or ""))),
        notices=tuple(
            notice
            for notice in parsed.notices + looked.notices
            if notice.column is None or notice.row not in bad_rows  # without a column it is of the whole file
        ),
        unknown_columns=parsed.unknown_columns,
        danger=danger,
        asked=asked,
    )
    return _Plan(found, tuple(rows.values()), _needs_of(session, kind, good))


def _needs_of(session: Session, kind: RegisterKind, entries: Iterable[Entry]) -> frozenset[tuple[str, str]]:
    """The needs whose facts the file changes."""
    touched: set[tuple[str, str]] = set()
    numbers: set[str] = set()
    for entry in entries:
        if entry.verdict == "same":
            continue
        for row in (entry.before, entry.row_value):
            if isinstance(row, SchoolRow):
                touched.update((row.school_id, service.value) for service in row.services)
            elif isinstance(row, ContractRow | TenderRow):
                touched.add((row.school_id, row.service.value))
            elif isinstance(row, TenderEventRow):
                numbers.add(row.tender_number)
    if numbers:
        with whole_country(session):
            touched.update(references.needs_of_tenders(session, EVERYTHING, numbers))
    return frozenset(touched)
