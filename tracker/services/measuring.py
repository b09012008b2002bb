"""The stage table: every stage of every finished tender that its reader sees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.domain.facts import TenderFacts
from tracker.domain.stage_metrics import StageRow
from tracker.domain.tenders import end_of, stage_lengths
from tracker.domain.vocabulary import TenderStatus
from tracker.services.evaluating import Book, calendar
from tracker.services.exporting import Sheet
from tracker.store import facts, registry, versions
from tracker.store.scope import Scope

COLUMNS = ("tender_number", "region", "organiser_bin", "method", "stage", "working_days", "ended_on")


@dataclass(frozen=True, slots=True)
class StageTable:
    """The rows, under the name that answers are kept by."""

    needs: tuple[StageRow, ...]


def stage_table(
    session: Session, scope: Scope, *, on: date, known: datetime | None, book: Book
) -> tuple[StageRow, ...]:
    """The stages of the tenders that were complete by a day; one of several regions stands in each.

    The answer is kept for the same question.
    """
    key = (session.get_bind().engine.url, registry.data_version(session), scope, on, known)
    return book.remember(
        StageTable, key, lambda: _measured(session, scope, on=on, known=known, book=book)
    ).needs


def _measured(session: Session, scope: Scope, *, on: date, known: datetime | None, book: Book) -> StageTable:
    seq = None if known is None else versions.known_seq(session, known)
    days = calendar(session, book, known)
    region = {one.school_id: one.region for one in registry.list_schools(session, scope, known_seq=seq)}
    lines = registry.tender_rows(session, scope, known_seq=seq)
    organiser = {line.tender_number: line.organiser_bin for line in lines if line.organiser_bin}
    regions: dict[str, set[str | None]] = {}
    for line in lines:
        regions.setdefault(line.tender_number, set()).add(region.get(line.school_id))
    found: dict[str, tuple[tuple[TenderFacts, date], ...]] = {}
    for need in facts.load_facts(session, scope, known_seq=seq):
        for tender in need.tenders:
            if tender.number not in found:
                found[tender.number] = tuple(_finished(tender, on))
    return StageTable(
        tuple(
            StageRow(number, place, organiser.get(number), tender.method, stage, length, ended_on)
            for number in sorted(found)
            for tender, ended_on in found[number]
            for place in sorted(regions[number], key=lambda code: code or "")
            for stage, length in stage_lengths(tender, ended_on, book.policy, days)
        )
    )


def _finished(tender: TenderFacts, on: date) -> Iterator[tuple[TenderFacts, date]]:
    """The tender with the day on which it was complete, if it was by then."""
    end = end_of(tender, on)
    if end is not None and end.status is TenderStatus.COMPLETE and end.on is not None:
        yield tender, end.on


def stage_sheet(rows: tuple[StageRow, ...]) -> Sheet:
    """The stage table as it is written out."""
    return Sheet(
        COLUMNS,
        tuple(
            (
                row.tender_number,
                row.region,
                row.organiser,
                row.method.value,
                row.stage.value,
                row.working_days,
                row.ended_on,
            )
            for row in rows
        ),
    )
