"""Loading the invented country (issue, "Demo"): only into a database that holds nothing else."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tracker.domain.acts import Act
from tracker.domain.register import RegisterKind
from tracker.services.demo import demo_register
from tracker.services.evaluating import Book, Progress, evaluate
from tracker.store import accounts, intake, journal, migrate, references, versions
from tracker.store.engine import reading

ACTOR = "demo"


def is_welcome(engine: Engine) -> bool:
    """Whether a database holds the demo already, or neither facts nor anybody's account."""
    if migrate.state(engine) == migrate.MISSING:
        return True
    migrate.require_ready(engine)
    with reading(engine) as session:
        if references.is_demo(session):
            return True
        return references.is_empty(session) and not accounts.has_accounts(session)


def load(
    session: Session, *, book: Book, now: datetime, today: date, progress: Progress | None = None
) -> bool:
    """Record the invented register of ``today`` and judge it; False if something is recorded already."""
    if not references.is_empty(session):
        return False
    register = demo_register(today=today)
    seq = versions.open_recording(session, at=now, actor=ACTOR, source=references.DEMO_SOURCE, reason=ACTOR)
    intake.record(session, RegisterKind.SCHOOLS, register.schools, seq)
    intake.record(session, RegisterKind.CONTRACTS, register.contracts, seq)
    intake.record(session, RegisterKind.TENDERS, register.tenders, seq)
    intake.record(session, RegisterKind.TENDER_EVENTS, register.events, seq)
    detail = {
        "schools": len(register.schools),
        "contracts": len(register.contracts),
        "tenders": len(register.tenders),
        "events": len(register.events),
    }
    journal.append(session, at=now, actor=ACTOR, action=Act.DEMO, subject="register", detail=detail)
    evaluate(session, today=today, book=book, progress=progress)
    return True
