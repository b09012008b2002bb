"""An office at work: one database, the law, and the services as the command line and the pages call them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine

from tests.web.register import NOW
from tracker.clock import legal_day
from tracker.domain.register import RegisterKind, RegisterRow
from tracker.render import assessment_json
from tracker.render.sheets import csv_bytes, xlsx_bytes
from tracker.services import evaluating, exporting, importing
from tracker.services.evaluating import Book, EvaluationRun
from tracker.services.exporting import ExportKind
from tracker.services.importing import Preview
from tracker.store import assessments, intake
from tracker.store.engine import reading, transaction
from tracker.store.flags import FlagRecord, open_flags
from tracker.store.scope import EVERYTHING, Scope

Rows = dict[tuple[str, ...], RegisterRow]
KINDS = tuple(RegisterKind)


@dataclass
class Office:
    """Whoever works with one database at ``now``."""

    engine: Engine
    now: datetime = NOW
    book: Book = field(default_factory=Book.load, repr=False)

    @property
    def today(self) -> date:
        """The legal day."""
        return legal_day(self.now)

    def preview(self, kind: RegisterKind, data: bytes | str, *, scope: Scope = EVERYTHING) -> Preview:
        """What a file would do."""
        with reading(self.engine, seeing=scope) as session:
            return importing.preview(
                session, scope, kind, as_bytes(data), filename="file.csv", book=self.book, on=self.today
            )

    def take_in(
        self,
        kind: RegisterKind,
        data: bytes | str,
        *,
        skip_bad_rows: bool = False,
        confirmed: bool = False,
        known: datetime | None = None,
        scope: Scope = EVERYTHING,
    ) -> Preview:
        """Take a file in."""
        with transaction(self.engine, seeing=scope) as session:
            return importing.apply(
                session,
                scope,
                kind,
                as_bytes(data),
                filename="file.csv",
                book=self.book,
                actor="officer",
                now=self.now,
                today=self.today,
                known=known,
                skip_bad_rows=skip_bad_rows,
                confirmed=confirmed,
            )

    def take_all_in(self, rows: Iterable[RegisterRow]) -> None:
        """Take rows of any kind in, one file for each kind; nothing may be rejected."""
        given = tuple(rows)
        for kind in KINDS:
            found = self.take_in(kind, csv_of(kind, [row for row in given if kind_of(row) is kind]))
            assert found.issues == (), found.issues
            assert found.written

    def evaluate(self, *, today: date | None = None, everything: bool = False) -> EvaluationRun:
        """The recorded run of a day."""
        with transaction(self.engine, seeing=EVERYTHING) as session:
            return evaluating.evaluate(
                session, today=today or self.today, book=self.book, everything=everything
            )

    def differing(self, *, today: date | None = None) -> tuple[tuple[str, str], ...]:
        """Needs that a fresh look does not confirm."""
        with reading(self.engine, seeing=EVERYTHING) as session:
            return evaluating.differing(session, today=today or self.today, book=self.book)

    def json(self, on: date, *, known: datetime | None = None, scope: Scope = EVERYTHING) -> str:
        """What ``evaluate --format json`` prints."""
        with reading(self.engine, seeing=EVERYTHING) as session:
            found = evaluating.take_snapshot(session, scope, on=on, known=known, book=self.book)
        items = [
            assessment_json.need(need.assessment, region=need.school.region, district=need.school.district)
            for need in found.needs
        ]
        counts = found.counts()
        value = assessment_json.evaluation(
            items, on=found.on, known=found.known, policy=found.policy, counts=counts
        )
        return json.dumps(value, ensure_ascii=False, indent=2)

    def export(
        self, kind: ExportKind, ending: str, *, on: date | None = None, known: datetime | None = None
    ) -> bytes:
        """An exported file."""
        with reading(self.engine, seeing=EVERYTHING) as session:
            sheet = exporting.export(
                session, EVERYTHING, kind, on=on or self.today, known=known, book=self.book
            )
        if ending == "csv":
            return csv_bytes(sheet.header, sheet.rows)
        return xlsx_bytes(sheet.header, sheet.rows, sheet=kind.value)

    def rows(self, kind: RegisterKind) -> Rows:
        """What is known of one kind."""
        with reading(self.engine, seeing=EVERYTHING) as session:
            return intake.present_rows(session, EVERYTHING, kind)

    def facts(self) -> dict[RegisterKind, Rows]:
        """Everything that is known."""
        return {kind: self.rows(kind) for kind in KINDS}

    def stored(self) -> tuple[assessments.StoredAssessment, ...]:
        """The assessments that are kept."""
        with reading(self.engine, seeing=EVERYTHING) as session:
            return assessments.stored(session, EVERYTHING)

    def flags(self) -> tuple[FlagRecord, ...]:
        """The flags that are open."""
        with reading(self.engine, seeing=EVERYTHING) as session:
            return open_flags(session, EVERYTHING)


def as_bytes(data: bytes | str) -> bytes:
    """A file's bytes; text is written in UTF-8."""
    return data.encode() if isinstance(data, str) else data


def kind_of(row: RegisterRow) -> RegisterKind:
    """The kind of a row."""
    names = {
        "SchoolRow": RegisterKind.SCHOOLS,
        "ContractRow": RegisterKind.CONTRACTS,
        "TenderRow": RegisterKind.TENDERS,
        "TenderEventRow": RegisterKind.TENDER_EVENTS,
    }
    return names[type(row).__name__]


REQUIRED = {
    RegisterKind.SCHOOLS: ("school_id", "name"),
    RegisterKind.CONTRACTS: ("contract_number", "school_id", "start_on"),
    RegisterKind.TENDERS: ("tender_number", "school_id", "status"),
    RegisterKind.TENDER_EVENTS: ("tender_number", "event", "on"),
}


def csv_of(kind: RegisterKind, rows: Sequence[RegisterRow], *, delimiter: str = ";") -> bytes:
    """A file of these rows as another program would write it, with every column of the kind."""
    own = [part.name for part in fields(rows[0]) if part.name != "extra"] if rows else REQUIRED[kind]
    kept = tuple(dict.fromkeys(title for row in rows for title, _ in row.extra))
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow((*own, *kept))
    for row in rows:
        extra = dict(row.extra)
        writer.writerow([*(_text(getattr(row, name)) for name in own), *(extra.get(t, "") for t in kept)])
    return text.getvalue().encode()


def _text(value: Any) -> str:  # any field of a row
    if value is None:
        return ""
    return ";".join(value) if isinstance(value, tuple) else str(value)


def counts(found: Preview) -> tuple[int, int, int, int]:
    """New, changed, same and rejected rows of a report, which must add up to the rows read."""
    parts = (found.new, found.changed, found.same, found.rejected)
    assert sum(parts) == found.read
    return parts
