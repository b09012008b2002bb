"""Who was told before a need lost service, of which day, as far as was known then (BIT-6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from tracker.domain.errors import NotFound
from tracker.domain.keys import subject_of
from tracker.domain.roles import Role
from tracker.domain.vocabulary import DeadlineKind, Service
from tracker.domain.withdrawing import Mark
from tracker.store import registry
from tracker.store.forewarned import told_of
from tracker.store.holds import roles_of
from tracker.store.scope import Scope

ENDS = (DeadlineKind.COVER_END, DeadlineKind.INTERIM_END)
"""The deadlines that warn of a loss of service."""

LOOKED_BACK = timedelta(days=180)
"""How long before a gap what was told is looked for (house)."""


@dataclass(frozen=True, slots=True)
class Warned:
    """Somebody was told on a day that service ends on ``due_on``, as was known then, by a lead."""

    told_on: date
    person: int
    due_on: date
    lead: str
    role: Role | None


def forewarned(
    session: Session, scope: Scope, school_id: str, service: Service, *, before: date
) -> tuple[Warned, ...]:
    """Everything that was told of the need's end before ``before``, in the order of telling.

    Raises :class:`NotFound` outside the scope. What was withdrawn was told to nobody.
    """
    if not registry.seen_schools(session, scope, [school_id]):
        raise NotFound(school_id=school_id)
    subjects = [subject_of(kind, (school_id, service.value)) for kind in ENDS]
    rows = told_of(session, subjects, first=before - LOOKED_BACK, before=before)
    marks = [(told_on, Mark.of(key)) for key, told_on in rows]
    roles = roles_of(session, (mark.person for _, mark in marks))
    found = (
        Warned(told_on, mark.person, mark.due_on, mark.lead, roles.get(mark.person))
        for told_on, mark in marks
    )
    return tuple(sorted(found, key=lambda one: (one.told_on, one.person, one.due_on, one.lead)))
