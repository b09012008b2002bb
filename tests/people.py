"""People of the tests: one of each role, and their way in without the sign-in page."""

from __future__ import annotations

from sqlalchemy import Engine

from tests.web.register import NOW
from tracker.domain.people import NOWHERE, Person, Reach
from tracker.domain.roles import Role
from tracker.store import people
from tracker.store.engine import transaction
from tracker.web.visitors import csrf_token


def a_person(role: Role, *regions: str, name: str = "", reach: Reach = NOWHERE) -> Person:
    """Somebody of a role who may see these regions; she is not in any database yet."""
    named = name or role.value
    given = Reach(frozenset(regions)) if regions else reach
    return Person(id=0, email=f"{named}@example.kz", name=named.capitalize(), role=role, reach=given)


ADMIN = a_person(Role.ADMIN)


def sign_in(engine: Engine, person: Person, *, password_hash: str | None = None) -> str:
    """The cookie of a session of this person, who is written down first where she is not yet."""
    with transaction(engine) as session:
        number = people.number_of(session, person.email)
        if number is None:
            number = people.add_person(
                session,
                email=person.email,
                name=person.name,
                role=person.role,
                reach=person.reach,
                at=NOW,
                password_hash=password_hash,
            )
        return people.begin_session(
            session, number, at=NOW, address="127.0.0.1", agent="tests", known_by="test"
        )


def form_of(cookie: str, **fields: str) -> dict[str, str]:
    """A form as a page of ours would send it for the visitor with this cookie."""
    return {"csrf": csrf_token(cookie), **fields}
