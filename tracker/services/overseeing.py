"""Whose reminders a person may look at, and who may read in whose place: those whose schools she sees."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from tracker.domain.acts import Act
from tracker.domain.errors import NotFound, SubstituteRefused
from tracker.domain.people import Person
from tracker.domain.roles import Role
from tracker.services.acting import Author
from tracker.store import accounts, holds, people, registry, told
from tracker.store.row_security import whole_country
from tracker.store.scope import Scope

OVERSEEING = frozenset({Role.REVIEWER, Role.HEAD, Role.MINISTRY, Role.AUDITOR, Role.ADMIN})
"""Roles that look after others' reminders."""

LONGEST_ABSENCE = timedelta(days=366)


def overseen(session: Session, viewer: Person) -> tuple[Person, ...]:
    """The people, besides herself, whose schools the viewer sees; nobody for an officer."""
    if viewer.role not in OVERSEEING:
        return ()
    present = (
        each.person for each in accounts.accounts(session) if not each.disabled_at and not each.erased_at
    )
    return tuple(each for each in present if each.id != viewer.id and covers(session, viewer, each))


def overseen_person(session: Session, viewer: Person, number: int) -> Person:
    """The viewer herself or one of those she oversees; raises :class:`NotFound`."""
    account = accounts.account_of(session, number)
    if number == viewer.id:
        return viewer
    is_there = account is not None and not account.disabled_at and not account.erased_at
    if account is None or not is_there or viewer.role not in OVERSEEING:
        raise NotFound
    if not covers(session, viewer, account.person):
        raise NotFound
    return account.person


def covers(session: Session, viewer: Person, person: Person) -> bool:
    """Whether the viewer sees every school that the person sees."""
    scope = Scope.of_person(viewer)
    if viewer.sees_everything and viewer.only_region is None:
        return True
    reach = person.reach
    if person.sees_everything or not all(scope.reaches(region, None) for region in reach.regions):
        return False
    if not all(scope.reaches(region, name) for region, name in reach.districts):
        return False
    officer = person.email if person.role is Role.OFFICER else None
    own = Scope(frozenset(), schools=reach.schools, officer=officer)
    with whole_country(session):
        schools = registry.list_schools(session, own)
    return bool(reach.regions or reach.districts or schools) and all(map(scope.holds, schools))


def substitute(
    session: Session, author: Author, person: Person, *, email: str, first: date, last: date, today: date
) -> int:
    """Have a colleague who sees the same schools read one's digests from a first to a last day.

    Raises :class:`SubstituteRefused`, alike for an address that is unknown and for one who sees too little.
    """
    number = people.number_of(session, email.strip())
    account = None if number is None else accounts.account_of(session, number)
    if account is None or account.state != "enabled" or account.person.id == person.id:
        raise SubstituteRefused(reason="person")
    if not covers(session, account.person, person):
        raise SubstituteRefused(reason="person")
    if not today <= last or not first <= last <= first + LONGEST_ABSENCE:
        raise SubstituteRefused(reason="days")
    kept = holds.add_substitute(session, person.id, account.person.id, first, last, at=author.now)
    days = {"first": first.isoformat(), "last": last.isoformat()}
    author.note(session, Act.SUBSTITUTE_SET, person.mark, person=account.person.mark, **days)
    return kept


def end_substitute(session: Session, author: Author, person: Person, number: int) -> None:
    """End one's own substitution; raises :class:`NotFound`."""
    if not holds.end_substitute(session, person.id, number, at=author.now):
        raise NotFound
    author.note(session, Act.SUBSTITUTE_ENDED, person.mark)


def standins(session: Session, person: Person, *, today: date) -> tuple[told.Standin, ...]:
    """Who reads one's digests today or later."""
    return told.standins_of(session, person.id, on=today)
