"""Writing the register and its assessments out: own exports import back (interfaces §3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy.orm import Session

from tracker.domain.register import ContractRow, RegisterRow, SchoolRow, TenderEventRow, TenderRow
from tracker.render.sheets import Value
from tracker.services.aside import Unjudged
from tracker.services.evaluating import Book, NeedView, snapshot
from tracker.store import registry, versions
from tracker.store.scope import Scope


class ExportKind(StrEnum):
    """What can be written out as a table."""

    NEEDS = "needs"
    SCHOOLS = "schools"
    CONTRACTS = "contracts"
    TENDERS = "tenders"
    TENDER_EVENTS = "tender-events"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table ready to be written: titles as in interfaces §4, and rows of plain values."""

    header: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


NEED_COLUMNS = (
    "school_id",
    "name",
    "service",
    "region",
    "district",
    "state",
    "covered_until",
    "uncovered_since",
    "days_without",
    "flags",
    "tender_number",
    "stage",
    "due_on",
    "days_over",
    "likely",
    "gap_first",
    "gap_last",
    "gap_days",
    "latest_safe_start",
    "answer",
    "recommended_route",
    "interim_start_on",
    "interim_end_on",
    "next_step",
)


NOT_JUDGED = "not_judged"
"""Stands for the state of a need over which the rules fail."""


def export(
    session: Session, scope: Scope, kind: ExportKind, *, on: date, known: datetime | None, book: Book
) -> Sheet:
    """The table of one kind: facts as known, or every need as it stands on ``on``."""
    if kind is ExportKind.NEEDS:
        shot = snapshot(session, scope, on=on, known=known, book=book)
        return needs_sheet(shot.needs, shot.unjudged)
    seq = None if known is None else versions.known_seq(session, known)
    row_type, rows = _read(session, scope, kind, seq)
    names = tuple(field.name for field in fields(row_type) if field.name != "extra")
    ordered = sorted(rows, key=lambda row: row.key)
    kept = tuple(dict.fromkeys(title for row in ordered for title, _ in row.extra))
    return Sheet(names + kept, tuple(_cells(row, names, kept) for row in ordered))


def _read(
    session: Session, scope: Scope, kind: ExportKind, seq: int | None
) -> tuple[type[RegisterRow], Sequence[RegisterRow]]:
    match kind:
        case ExportKind.SCHOOLS:
            return SchoolRow, registry.list_schools(session, scope, known_seq=seq)
        case ExportKind.CONTRACTS:
            return ContractRow, registry.contract_rows(session, scope, known_seq=seq)
        case ExportKind.TENDERS:
            return TenderRow, registry.tender_rows(session, scope, known_seq=seq)
        case _:
            return TenderEventRow, registry.event_rows(session, scope, known_seq=seq)


def _cells(row: RegisterRow, names: tuple[str, ...], kept: tuple[str, ...]) -> tuple[Value, ...]:
    """The fields of a row, then what files said of it in columns of their own."""
    extra = dict(row.extra)
    return (*(_plain(getattr(row, name)) for name in names), *(extra.get(title) for title in kept))


def needs_sheet(needs: Iterable[NeedView], unjudged: Iterable[Unjudged] = ()) -> Sheet:
    """Every need as one row; those that could not be judged, after the others, in no state of the rules."""
    return Sheet(NEED_COLUMNS, (*map(_need, needs), *map(_unjudged, unjudged)))


def _unjudged(need: Unjudged) -> tuple[Value, ...]:
    school = need.school
    named = (school.school_id, school.name, need.service.value, school.region, school.district, NOT_JUDGED)
    return named + (None,) * (len(NEED_COLUMNS) - len(named))


def _plain(value: object) -> Value:
    if isinstance(value, tuple):
        return ";".join(value)
    if value is None or isinstance(value, int | Decimal | date):
        return value
    return str(value)


def _need(need: NeedView) -> tuple[Value, ...]:
    found, tender = need.assessment, need.assessment.tender
    gap, answer = found.projected_gap, found.answer
    forecast = tender.forecast if tender else None
    return (
        found.school_id,
        need.school.name,
        found.service.value,
        need.school.region,
        need.school.district,
        found.state.value,
        found.covered_until,
        found.uncovered_since,
        found.days_without,
        _joined(flag.kind for flag in found.flags),
        tender.number if tender else None,
        tender.stage.value if tender and tender.stage else None,
        tender.due_on if tender else None,
        tender.days_over if tender else None,
        forecast.likely if forecast else None,
        gap.span.start if gap else None,
        gap.span.last if gap else None,
        gap.days if gap else None,
        found.latest_safe_start,
        None if answer is None else answer.reason.value if answer.reason else "suggestion",
        answer.recommended.value if answer and answer.recommended else None,
        answer.start_on if answer and answer.is_suggestion else None,
        answer.end_on if answer else None,
        found.next_step.value,
    )


def _joined(words: Iterable[str]) -> str:
    return ";".join(words)
