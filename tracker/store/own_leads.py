"""Other leads for the deadlines of single contracts and tenders."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, delete, insert, select
from sqlalchemy.orm import Session

from tracker.domain.days import BEGINNING
from tracker.domain.leads import lead_named
from tracker.domain.reminders import Lead
from tracker.domain.vocabulary import DeadlineKind
from tracker.store.reminder_tables import OWN_LEADS
from tracker.store.scope import among

Which = tuple[DeadlineKind, str]
"""A kind of deadline, and the number of a contract or tender."""


@dataclass(frozen=True, slots=True)
class Given:
    """Leads that somebody gave a contract or tender, with her reason."""

    leads: tuple[Lead, ...]
    reason: str
    person: int
    made_at: datetime


def leads(session: Session) -> Mapping[Which, tuple[Lead, ...]]:
    """All leads of single contracts and tenders."""
    row = OWN_LEADS.c
    found = session.execute(select(row.kind, row.number, row.leads).order_by(row.kind, row.number))
    return {(kind, number): _leads(kept) for kind, number, kept in found}


def given(session: Session, kind: DeadlineKind, numbers: Iterable[str]) -> Mapping[str, Given]:
    """What some contracts or tenders were given for one kind of deadline."""
    row = OWN_LEADS.c
    wanted = and_(row.kind == kind, among(session, row.number, numbers))
    return {
        each.number: Given(_leads(each.leads), each.reason, each.person_id, each.made_at)
        for each in session.execute(select(OWN_LEADS).where(wanted))
    }


def give(
    session: Session, which: Which, leads: Iterable[Lead], *, reason: str, person: int, at: datetime
) -> None:
    """Give a contract or tender its own leads in place of whatever it had."""
    take_back(session, which)
    named = [[lead.name, None if lead.since == BEGINNING else lead.since.isoformat()] for lead in leads]
    values = {
        "kind": which[0],
        "number": which[1],
        "leads": json.dumps(named),
        "reason": reason,
        "person_id": person,
        "made_at": at,
    }
    session.execute(insert(OWN_LEADS).values(values))


def take_back(session: Session, which: Which) -> None:
    """Let the leads of the house speak again."""
    kind, number = which
    session.execute(delete(OWN_LEADS).where(OWN_LEADS.c.kind == kind, OWN_LEADS.c.number == number))


def _leads(kept: str) -> tuple[Lead, ...]:
    return tuple(
        lead_named(name, BEGINNING if since is None else date.fromisoformat(since))
        for name, since in json.loads(kept)
    )
