"""Asking many schools at once: a link for each that has a contact, a reason for each that has none."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.domain.errors import CaseRefused, NotFound, TrackerError
from tracker.domain.people import Person
from tracker.domain.register import SchoolRow
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Service
from tracker.services import asking, working
from tracker.services.acting import Author
from tracker.services.evaluating import NeedKey
from tracker.store import asks
from tracker.store.scope import Scope


@dataclass(frozen=True, slots=True)
class Row:
    """What becomes of one need: its link goes ``to`` an address, and ends an earlier one that is open.

    ``secret`` is empty until it is asked; ``refused`` says why no link is made.
    """

    key: NeedKey
    school: SchoolRow | None
    to: str
    ends_earlier: bool
    refused: TrackerError | None
    secret: str = field(default="", repr=False)


def look(session: Session, person: Person, keys: Iterable[NeedKey], *, now: datetime) -> tuple[Row, ...]:
    """What would become of each need, once; nothing is written."""
    wanted = tuple(dict.fromkeys(keys))
    schools = working.named_schools(session, person, {school_id for school_id, _ in wanted})
    given = _given(session, schools)
    seen = {row.school_id: row for row in schools}
    still_open = asks.open_asks(session, Scope.of_person(person), seen, now=now)
    return tuple(_row(key, seen.get(key[0]), given, still_open) for key in wanted)


def ask(session: Session, author: Author, person: Person, keys: Iterable[NeedKey]) -> tuple[Row, ...]:
    """Make a link for each that can be asked; the others stay as they are, with the reason."""
    scope = Scope.of_person(person)

    def asked(row: Row) -> Row:
        if row.refused is not None:
            return row
        school_id, service = row.key
        secret, _ = asking.ask(session, author, scope, school_id, Service(service))
        return Row(row.key, row.school, row.to, row.ends_earlier, None, secret)

    return tuple(map(asked, look(session, person, keys, now=author.now)))


def _row(
    key: NeedKey, school: SchoolRow | None, given: Mapping[str, str], still_open: Collection[NeedKey]
) -> Row:
    school_id, service = key
    if school is None or service not in school.services:
        return Row(key, school, "", False, NotFound(school_id=school_id))
    to = (school.officer_email or "").strip() or given.get(school_id, "")
    refused = None if to else CaseRefused(reason="address")
    return Row(key, school, to, key in still_open, refused)


def _given(session: Session, schools: Collection[SchoolRow]) -> Mapping[str, str]:
    """The addresses of officers who were given schools one by one, as a school's page names them."""
    officers = [each for each in working.colleagues(session, schools) if each.role is Role.OFFICER]
    return {school_id: each.email for each in reversed(officers) for school_id in each.reach.schools}
