"""Looking for what is wrong: stored assessments against a fresh look, the journal's chain, the machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tracker.domain.errors import DatabaseNotReady
from tracker.domain.policy import stale_readings
from tracker.services import attesting, evaluating
from tracker.services.evaluating import Book, Progress
from tracker.store import assessments, journal, migrate, row_security
from tracker.store.engine import durability, is_whole, reading
from tracker.store.scope import EVERYTHING

YEARS_AHEAD = 3
"""How far the working calendar must reach for forecasts and latest safe starts."""

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: its code, whether it is good, and what was seen."""

    code: str
    is_good: bool
    detail: str = ""


def verify(session: Session, *, today: date, book: Book, progress: Progress | None = None) -> list[Check]:
    """Every stored assessment against a fresh one, the journal's chain, citations read long ago, and why
    decisions were made against what the journal attests.
    """
    different = evaluating.differing(session, today=today, book=book, progress=progress)
    names = ["/".join(each) for each in different[:SHOWN]]
    broken = journal.verify_chain(session)
    readings = stale_readings(book.policy, today=today)
    found = [
        Check("assessments", not different, _counted(len(different), names)),
        Check("journal", broken is None, "" if broken is None else f"seq {broken}"),
        Check(
            "citations", not readings, _counted(len(readings), [each.subject for each in readings[:SHOWN]])
        ),
    ]
    return found if broken else [*found, _decisions(attesting.differing(session))]


def _decisions(differing: Sequence[int]) -> Check:
    """Whether decisions were made for the reasons that the journal attests; a broken one attests nothing."""
    return Check(
        "decisions", not differing, _counted(len(differing), [f"№ {each}" for each in differing[:SHOWN]])
    )


def _counted(count: int, names: list[str]) -> str:
    return f"{count}: {', '.join(names)}" if count else ""


def examine(engine: Engine, *, today: date, book: Book) -> list[Check]:
    """Whether the machine, the law and the database are fit for work; never raises for a bad database."""
    return [_zone(), _law(today, book), *_database(engine, today, book)]


def _zone() -> Check:
    """Almaty is at UTC+5 since 2024-03-01; older zone data counts another legal day."""
    offset = datetime(2024, 3, 2, tzinfo=UTC).astimezone(ZoneInfo("Asia/Almaty")).utcoffset()
    return Check("zone", offset == timedelta(hours=5), str(offset))


def _law(today: date, book: Book) -> Check:
    law = book.policy.on(today)
    return Check("law", bool(law.routes), f"{book.policy.fingerprint} ({len(law.routes)})")


def _database(engine: Engine, today: date, book: Book) -> list[Check]:
    try:
        found = migrate.state(engine)
        if found != migrate.READY:
            return [Check("database", False, found)]
        if not is_whole(engine):
            return [Check("database", False, "damaged")]
        kept = ", ".join(f"{name}={value}" for name, value in durability(engine).items())
        with reading(engine, seeing=EVERYTHING) as session:
            fault = row_security.holder_fault(session)
            broken = journal.verify_chain(session)
            days = evaluating.calendar(session, book)
            basis = evaluating.bench(session, book, on=today).basis
            due = len(assessments.due_needs(session, today=today, basis=basis))
    except DatabaseNotReady as error:
        return [Check("database", False, str(error.details.get("reason", "")))]
    return [
        Check("database", True, f"{engine.dialect.name} {migrate.head()}; {kept}"),
        Check("journal", broken is None, "" if broken is None else f"seq {broken}"),
        Check("calendar", days.last_year >= today.year + YEARS_AHEAD, f"{days.first_year}-{days.last_year}"),
        Check("due", due == 0, str(due)),
        *_second_lock(engine, fault),
    ]


def _second_lock(engine: Engine, fault: str | None) -> list[Check]:
    """Whether PostgreSQL holds foreign rows back by itself; SQLite cannot, and nothing is said of it."""
    if engine.dialect.name != "postgresql":
        return []
    return [Check("row_security", fault is None, fault or "")]
