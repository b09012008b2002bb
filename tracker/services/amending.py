"""Correcting one fact by hand, with a reason: a file of one row, written only over what was seen (BIT-9)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum

from sqlalchemy.orm import Session

from tracker.domain.acts import Act
from tracker.domain.errors import AmendmentRefused, ChangedMeanwhile, NotFound
from tracker.domain.origins import CORRECTION_FILE, STILL_TRUE
from tracker.domain.register import ContractRow, RegisterKind, RegisterRow, SchoolRow, TenderRow
from tracker.feeds.cells import CellRefused
from tracker.feeds.columns import COLUMNS, Column
from tracker.render.sheets import csv_bytes
from tracker.services import importing
from tracker.services.acting import Author
from tracker.services.evaluating import Book, evaluate
from tracker.services.importing import Preview
from tracker.store import assessments, intake, references, registry, versions
from tracker.store.row_security import whole_country
from tracker.store.scope import Scope, is_storable

LONGEST_REASON = 500
LONGEST_TOLD = 200
"""Signs of the reason of a refused correction that the journal keeps."""

KINDS = (RegisterKind.CONTRACTS, RegisterKind.TENDERS, RegisterKind.SCHOOLS)
"""What is corrected by hand; an event of a tender that is wrong is taken back (:mod:`.unsaying`)."""

KEYS: Mapping[RegisterKind, tuple[str, ...]] = {
    RegisterKind.SCHOOLS: ("school_id",),
    RegisterKind.CONTRACTS: ("contract_number", "school_id", "service"),
    RegisterKind.TENDERS: ("tender_number", "school_id", "service"),
}
"""What names a fact and is no part of it."""


@dataclass(frozen=True, slots=True)
class Which:
    """One fact: its kind, school and, but for a school itself, its number and service."""

    kind: RegisterKind
    school_id: str
    number: str = ""
    service: str = "channel"


@dataclass(frozen=True, slots=True)
class Correction:
    """What somebody says of a fact that she saw as ``seen``, and why.

    ``shown`` is what she was shown that it would change (:attr:`.importing.Preview.seen`); without it nothing
    is written.
    """

    values: Mapping[str, str]
    reason: str
    seen: str
    shown: str = ""


def find(session: Session, scope: Scope, which: Which) -> RegisterRow:
    """The fact as it is known now; raises :class:`NotFound`, alike for none and for one outside the scope."""
    rows: tuple[SchoolRow | ContractRow | TenderRow, ...]
    match which.kind:
        case RegisterKind.SCHOOLS:
            return registry.get_school(session, scope, which.school_id)
        case RegisterKind.CONTRACTS:
            rows = registry.contract_rows(session, scope, school_id=which.school_id, number=which.number)
        case _:
            rows = registry.tender_rows(session, scope, school_id=which.school_id, number=which.number)
    for row in rows:
        if row.key[2] == which.service:
            return row
    raise NotFound(number=which.number)


def values_of(row: RegisterRow) -> dict[str, str]:
    """What the fact says, column by column, as a file would write it."""
    said = {field.name: getattr(row, field.name) for field in fields(row) if field.name != "extra"}
    return {name: _written(value) for name, value in said.items()}


def _written(value: object) -> str:
    if isinstance(value, tuple):
        return ";".join(map(str, value))
    return value.isoformat() if isinstance(value, date) else "" if value is None else str(value)


def seen_of(row: RegisterRow) -> str:
    """A fingerprint of the fact, by which a form says what its reader saw."""
    return hashlib.sha256(repr(row).encode()).hexdigest()


def amend(
    session: Session,
    author: Author,
    scope: Scope,
    which: Which,
    correction: Correction,
    *,
    book: Book,
    today: date,
) -> Preview:
    """Write a correction as a recording of its own; with issues nothing is written, and they are told.

    Neither is it where nobody was shown what it would change, or something else. Raises as :func:`plan` does.
    """
    data, found = _planned(session, scope, which, correction, book=book, today=today)
    if found.issues or correction.shown != found.seen:
        return found
    reason = require_reason(correction.reason)
    return write(session, author, scope, which.kind, data, reason=reason, book=book, today=today)


def plan(
    session: Session, scope: Scope, which: Which, correction: Correction, *, book: Book, today: date
) -> Preview:
    """What a correction would change, or what is wrong with it.

    Raises :class:`NotFound`, :class:`AmendmentRefused` without a reason or a change, and
    :class:`ChangedMeanwhile` where somebody else has corrected the fact since it was seen.
    """
    return _planned(session, scope, which, correction, book=book, today=today)[1]


def _planned(
    session: Session, scope: Scope, which: Which, correction: Correction, *, book: Book, today: date
) -> tuple[bytes, Preview]:
    row = find(session, scope, which)
    if seen_of(row) != correction.seen:
        raise ChangedMeanwhile
    require_reason(correction.reason)
    data = _file(which.kind, {**values_of(row), **correction.values, **_key(row, which.kind)})
    found = importing.preview(session, scope, which.kind, data, filename=CORRECTION_FILE, book=book, on=today)
    if not found.issues and not found.changes_facts:
        raise AmendmentRefused(reason="same")
    return data, found


def write(
    session: Session,
    author: Author,
    scope: Scope,
    kind: RegisterKind,
    data: bytes,
    *,
    reason: str,
    book: Book,
    today: date,
) -> Preview:
    """Take a file of corrected facts in, told in the journal change by change."""
    return importing.apply(
        session,
        scope,
        kind,
        data,
        filename=CORRECTION_FILE,
        book=book,
        actor=author.actor,
        now=author.now,
        today=today,
        confirmed=True,
        correcting=reason,
        origin=author.origin,
    )


def file_of(kind: RegisterKind, values: Mapping[str, str]) -> bytes:
    """A register file of one row, with the columns that are given."""
    return csv_bytes(tuple(values), [tuple(values.values())])


def _file(kind: RegisterKind, values: Mapping[str, str]) -> bytes:
    known = [column.name for column in COLUMNS[kind]]
    return file_of(kind, {name: values.get(name, "") for name in known})


def _key(row: RegisterRow, kind: RegisterKind) -> dict[str, str]:
    return dict(zip(KEYS[kind], row.key, strict=True))


def note_refused(
    session: Session, author: Author, scope: Scope, which: Which, correction: Correction, *, times: int
) -> None:
    """Keep a correction that came too late in the journal, with how often; raises :class:`NotFound`.

    Of what was wanted only days and words of closed lists are told, for of other fields the names alone: a
    person's name that somebody typed could not be erased there.
    """
    known = values_of(find(session, scope, which))
    wanted = {name: text for name, text in correction.values.items() if known.get(name, text) != text.strip()}
    columns = [column for column in COLUMNS[which.kind] if column.name in wanted]
    author.note(
        session,
        Act.CORRECTION_REFUSED,
        which.kind.value,
        reason=correction.reason.strip()[:LONGEST_TOLD],
        keys=[" / ".join(filter(None, (which.number, which.school_id)))],
        changes=[_wanted(column, wanted[column.name]) for column in columns],
        times=times,
    )


def _wanted(column: Column, text: str) -> str:
    """What was wanted of a field, as far as it names nobody."""
    try:
        found = column.reader(text.strip()).value if text.strip() else ""
    except CellRefused:
        return column.name
    plain = found == "" or isinstance(found, date | StrEnum)
    return f"{column.name}: {_written(found) or '–'}" if plain else column.name


def require_reason(text: str) -> str:
    """The reason that was given; raises :class:`AmendmentRefused` without one."""
    reason = text.strip()
    if not reason or len(reason) > LONGEST_REASON or not is_storable(reason):
        raise AmendmentRefused(reason="reason", most=LONGEST_REASON)
    return reason


def confirm(
    session: Session, author: Author, scope: Scope, school_id: str, *, book: Book, today: date
) -> None:
    """Say that what is known of a school is still true today; raises :class:`NotFound`."""
    school = registry.get_school(session, scope, school_id)
    if school.confirmed_on == today:
        return
    at = references.next_moment(session, now=author.now)
    seq = versions.open_recording(session, at=at, actor=author.actor, source=STILL_TRUE, reason=STILL_TRUE)
    intake.record(session, RegisterKind.SCHOOLS, [replace(school, confirmed_on=today)], seq)
    with whole_country(session):  # what is due elsewhere is judged with it
        assessments.mark_due(session, {(school_id, service.value) for service in school.services})
        evaluate(session, today=today, book=book)
    author.note(session, Act.FACTS_CONFIRMED, f"school:{school_id}", on=today.isoformat())
