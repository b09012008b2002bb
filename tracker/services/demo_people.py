"""Ready accounts of the demo: one of each role, with new passwords at every start."""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tracker.domain.acts import Act
from tracker.domain.people import NOWHERE, Reach
from tracker.domain.roles import NATIONAL, Role
from tracker.services import enrolling
from tracker.services.acting import Author
from tracker.services.demo_places import LATE_CITY
from tracker.services.enrolling import Described
from tracker.services.hashing import Hasher
from tracker.store import accounts, credentials, people, places
from tracker.store.engine import transaction
from tracker.store.flags import open_flags
from tracker.store.scope import EVERYTHING, Scope

ACTOR = "demo"
HOME_REGION = "59"
OWN_SCHOOLS = 5
PASSWORD_BYTES = 9
NAMES = {
    Role.OFFICER: "Айгүл Сәрсенова",
    Role.REVIEWER: "Ерлан Жұмабаев",
    Role.HEAD: "Гүлнар Әбдіқадырова",
    Role.MINISTRY: "Марат Оспанов",
    Role.AUDITOR: "Светлана Ким",
    Role.ADMIN: "Данияр Төлегенов",
}
"""Invented, as everything of the demo."""

TELEPHONES = {Role.OFFICER: "+77152000001", Role.REVIEWER: "+77152000002", Role.HEAD: "+77152000003"}
"""Numbers that nobody has."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """What somebody who looks at the demo signs in with."""

    role: Role
    email: str
    password: str


def welcome(engine: Engine, hasher: Hasher, *, now: datetime) -> tuple[SignIn, ...]:
    """Make the accounts, or give them new passwords; whoever was in is out."""
    made = [SignIn(role, f"demo-{role}@example.org", secrets.token_urlsafe(PASSWORD_BYTES)) for role in Role]
    hashes = [hasher.make(each.password) for each in made]
    with transaction(engine, seeing=EVERYTHING) as session:
        for each, password_hash in zip(made, hashes, strict=True):
            _make_ready(session, each, password_hash, Author(ACTOR, now))
    return tuple(made)


def _make_ready(session: Session, each: SignIn, password_hash: str, author: Author) -> None:
    name, reach = NAMES[each.role], _reach(session, each.role)
    number = people.number_of(session, each.email)
    if number is None:
        number = people.add_person(
            session, email=each.email, name=name, role=each.role, reach=reach, at=author.now
        )
        author.note(session, Act.PERSON_ADDED, f"person:{number}", role=each.role)
    accounts.change(session, number, {"disabled_at": None})
    enrolling.change(
        session, author, number, Described(name, each.role, reach, TELEPHONES.get(each.role, ""))
    )
    credentials.set_second_factor(session, number, None, step=None)
    known = credentials.credentials_of(session, number)
    assert known is not None
    enrolling.change_password(session, author, known, password_hash)


def _reach(session: Session, role: Role) -> Reach:
    """The officer has the few schools of one city with most to do, reviewer and head their region."""
    if role in NATIONAL:
        return NOWHERE
    if role is not Role.OFFICER:
        return Reach(regions=frozenset({HOME_REGION}))
    schools = places.schools_of_district(session, EVERYTHING, HOME_REGION, LATE_CITY)
    flags = Counter(flag.school_id for flag in open_flags(session, Scope.of(HOME_REGION)))
    return Reach(
        schools=frozenset(sorted(schools, key=lambda school: (-flags[school], school))[:OWN_SCHOOLS])
    )
