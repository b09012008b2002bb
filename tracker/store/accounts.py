"""Accounts as administrators see them, and what they change of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select, true, update
from sqlalchemy.orm import Session

from tracker.domain.days import legal_day
from tracker.domain.people import Person
from tracker.domain.register import SchoolRow
from tracker.domain.roles import NATIONAL, Role
from tracker.store.people import person_of_row, present_people, reach_of, reaches_of
from tracker.store.people_tables import PERSON, PERSON_REACH, SIGNED_IN
from tracker.store.scope import Scope, among, is_storable, numbered


@dataclass(frozen=True, slots=True)
class Account:
    """An account: the person, how she is known, since when she does what she does, when she was last here."""

    person: Person
    has_password: bool
    is_provided: bool
    has_second_factor: bool
    added_at: datetime
    since: date
    disabled_at: datetime | None
    erased_at: datetime | None
    used_at: datetime | None

    @property
    def is_invited(self) -> bool:
        """Whether she has never taken up her account."""
        return not (self.has_password or self.is_provided or self.disabled_at or self.erased_at)

    @property
    def state(self) -> str:
        """One word of ``enabled``, ``invited``, ``disabled``, ``erased``."""
        if self.erased_at:
            return "erased"
        if self.disabled_at:
            return "disabled"
        return "invited" if self.is_invited else "enabled"


def accounts(
    session: Session, *, words: str = "", limit: int | None = None, offset: int = 0
) -> tuple[Account, ...]:
    """Accounts whose name or e-mail address holds ``words``, by their addresses."""
    wanted = _accounts().where(_matching(words)).order_by(PERSON.c.email, PERSON.c.id)
    rows = session.execute(wanted.limit(limit).offset(offset)).all()
    reaches = reaches_of(session, numbered(session, PERSON.c.id, [row.id for row in rows]))
    return tuple(_account(row, person_of_row(session, row, reaches)) for row in rows)


def count_accounts(session: Session, *, words: str = "") -> int:
    """How many accounts there are whose name or address holds ``words``."""
    return session.scalar(select(func.count()).select_from(PERSON).where(_matching(words))) or 0


def account_of(session: Session, person_id: int) -> Account | None:
    """One account by its number."""
    row = session.execute(_accounts().where(PERSON.c.id == person_id)).first()
    return None if row is None else _account(row, person_of_row(session, row))


def present(session: Session, roles: Collection[Role], schools: Collection[SchoolRow]) -> tuple[Person, ...]:
    """The people of some roles who see one of some schools, by their names; nobody disabled or erased."""
    wanted = and_(PERSON.c.role.in_(sorted(roles)), present_people(), _near(session, schools))
    reach = PERSON_REACH.c
    query = select(PERSON, reach.region, reach.district, reach.school_id)
    found = query.outerjoin(PERSON_REACH).where(wanted).order_by(PERSON.c.name, PERSON.c.id)
    rows: dict[int, list[Row[Any]]] = {}
    for row in session.execute(found):
        rows.setdefault(row.id, []).append(row)
    people = (
        (each[0], person_of_row(session, each[0], {number: reach_of(each)})) for number, each in rows.items()
    )
    return tuple(
        replace(person, is_invited=row.password_hash is None and row.subject is None)
        for row, person in people
        if any(map(Scope.of_person(person).holds, schools))
    )


def _near(session: Session, schools: Collection[SchoolRow]) -> ColumnElement[bool]:
    """Leaves nobody out who sees one of the schools, and few others in: there are thousands of accounts."""
    given = PERSON_REACH.c
    regions, districts = ({row.region or "" for row in schools}, {row.district or "" for row in schools})
    place = and_(
        among(session, given.region, regions),
        or_(given.district.is_(None), among(session, given.district, districts)),
    )
    single = among(session, given.school_id, {row.school_id for row in schools})
    officers = {(row.officer_email or "").lower() for row in schools}
    return or_(
        PERSON.c.role.in_(sorted(NATIONAL)),
        PERSON.c.id.in_(select(given.person_id).where(or_(place, single))),
        among(session, PERSON.c.email, officers),
    )


def able_admins(session: Session) -> frozenset[int]:
    """Administrators who can sign in."""
    known = or_(PERSON.c.password_hash.is_not(None), PERSON.c.subject.is_not(None))
    admins = select(PERSON.c.id).where(PERSON.c.role == Role.ADMIN, known, present_people())
    return frozenset(session.scalars(admins))


def has_accounts(session: Session) -> bool:
    """Whether anybody was added yet."""
    return bool(session.scalar(select(exists().select_from(PERSON))))


def change(session: Session, person_id: int, values: Mapping[str, object]) -> None:
    """Write columns of an account anew."""
    session.execute(update(PERSON).where(PERSON.c.id == person_id).values(dict(values)))


def _accounts() -> Select[Any]:
    used_at = select(func.max(SIGNED_IN.c.used_at)).where(SIGNED_IN.c.person_id == PERSON.c.id)
    return select(PERSON, used_at.scalar_subquery().label("used_at"))


def _matching(words: str) -> ColumnElement[bool]:
    if not is_storable(words):
        return PERSON.c.id < 0
    return and_(true(), *map(_holds, words.split()))


def _holds(word: str) -> ColumnElement[bool]:
    """SQLite knows capitals of Latin letters only, so a name is asked in each way of writing them."""
    writings = {word, word.lower(), word.capitalize(), word.upper()}
    names = (PERSON.c.name.contains(writing, autoescape=True) for writing in writings)
    return or_(PERSON.c.email.contains(word.lower(), autoescape=True), *names)


def _account(row: Row[Any], person: Person) -> Account:
    return Account(
        person=person,
        has_password=row.password_hash is not None,
        is_provided=row.subject is not None,
        has_second_factor=row.second_factor is not None,
        added_at=row.added_at,
        since=row.since or legal_day(row.added_at),
        disabled_at=row.disabled_at,
        erased_at=row.erased_at,
        used_at=row.used_at,
    )
