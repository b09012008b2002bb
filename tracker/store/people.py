"""People, what they may see, and the sessions in which they are known."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, insert, not_, select, update
from sqlalchemy.orm import Session

from tracker.domain.people import NOWHERE, Person, Reach
from tracker.domain.roles import NATIONAL, Role
from tracker.domain.vocabulary import Language
from tracker.store.people_tables import PERSON, PERSON_REACH, SIGNED_IN
from tracker.store.scope import is_storable, numbered

IDLE = timedelta(minutes=30)
"""A session ends when it was not used for so long (AUT-10)."""

LONGEST = timedelta(hours=12)
"""A session ends so long after it began, however much it is used (AUT-10)."""

TOUCH = timedelta(minutes=1)
"""Use is written down at most so often."""


def present_people() -> ColumnElement[bool]:
    """The condition that an account is neither disabled nor erased."""
    return and_(PERSON.c.disabled_at.is_(None), PERSON.c.erased_at.is_(None))


def hashed(secret: str) -> str:
    """How a long random secret is kept: SHA-256, for nobody can guess what it hides."""
    return hashlib.sha256(secret.encode()).hexdigest()


def add_person(
    session: Session,
    *,
    email: str,
    name: str,
    role: Role,
    reach: Reach,
    at: datetime,
    language: Language | None = None,
    password_hash: str | None = None,
    telephone: str = "",
) -> int:
    """Write down a new account and return its number."""
    values = {
        "email": email.strip().lower(),
        "name": name,
        "role": role,
        "language": language,
        "password_hash": password_hash,
        "telephone": telephone or None,
        "added_at": at,
    }
    added = session.execute(insert(PERSON).values(values).returning(PERSON.c.id))
    number: int = added.scalar_one()
    write_reach(session, number, reach)
    return number


def number_of(session: Session, email: str) -> int | None:
    """The number of the account with an e-mail address, whatever its case; None where there is none."""
    if not is_storable(email):
        return None
    return session.scalar(select(PERSON.c.id).where(PERSON.c.email == email.strip().lower()))


def write_reach(session: Session, person_id: int, reach: Reach, *, since: date | None = None) -> None:
    """Say what a person may see ``since`` a day; what she saw before, since then."""
    row = PERSON_REACH.c
    gone = PERSON_REACH.delete().where(row.person_id == person_id)
    named = (row.region, row.district, row.school_id)
    before = {tuple(place): day for *place, day in session.execute(gone.returning(*named, row.since))}
    places: list[tuple[str | None, ...]] = [(region, None, None) for region in sorted(reach.regions)]
    places += [(region, district, None) for region, district in sorted(reach.districts)]
    places += [(None, None, school_id) for school_id in sorted(reach.schools)]
    rows = [
        {**dict(zip(PLACE, place, strict=True)), "person_id": person_id, "since": before.get(place, since)}
        for place in places
    ]
    if rows:
        session.execute(insert(PERSON_REACH), rows)


PLACE = ("region", "district", "school_id")


def begin_session(
    session: Session, person_id: int, *, at: datetime, address: str, agent: str, known_by: str
) -> str:
    """Begin a session and return the value of its cookie, which is kept nowhere."""
    cookie = secrets.token_urlsafe(32)
    values = {
        "cookie_hash": hashed(cookie),
        "person_id": person_id,
        "began_at": at,
        "used_at": at,
        "address": address,
        "agent": agent,
        "known_by": known_by,
    }
    session.execute(insert(SIGNED_IN).values(values))
    return cookie


@dataclass(frozen=True, slots=True)
class Sitting:
    """Somebody signed in: when her session was last written down as used, how she proved herself for it.

    ``has_password_alone`` is of the account, see :func:`has_password_alone`.
    """

    person: Person
    used_at: datetime
    known_by: str
    has_password_alone: bool

    def is_touch_due(self, now: datetime) -> bool:
        """Whether its use is to be written down again."""
        return self.used_at <= now - TOUCH


ALIVE = and_(
    SIGNED_IN.c.ended_at.is_(None),
    SIGNED_IN.c.used_at > bindparam("idle_since"),
    SIGNED_IN.c.used_at <= bindparam("soon"),
    SIGNED_IN.c.began_at > bindparam("began_after"),
)
"""Neither ended nor idle nor too old, nor of a time to come: a clock that is put back revives nothing."""


def _bounds(now: datetime) -> dict[str, datetime]:
    """What :data:`ALIVE` compares with at ``now``."""
    return {"idle_since": now - IDLE, "soon": now + TOUCH, "began_after": now - LONGEST}


# Asked with every request: these statements are put together once.
_MINE = SIGNED_IN.c.cookie_hash == bindparam("cookie_hash")
_SITTING = (
    select(PERSON, SIGNED_IN.c.used_at, SIGNED_IN.c.known_by)
    .join(SIGNED_IN)
    .where(_MINE, ALIVE, present_people())
)
_RUN_OUT = select(SIGNED_IN.c.id).where(_MINE, SIGNED_IN.c.ended_at.is_(None), not_(ALIVE))
_REACH = select(PERSON_REACH).where(PERSON_REACH.c.person_id == bindparam("number"))


def sitting_of(session: Session, cookie: str, *, now: datetime) -> Sitting | None:
    """Who is signed in with a cookie; None for one that is unknown, ended, idle or too old."""
    found = session.execute(_SITTING, {"cookie_hash": hashed(cookie), **_bounds(now)}).first()
    if found is None:
        return None
    person = person_of_row(session, found)
    return Sitting(person, found.used_at, found.known_by, has_password_alone(found))


def has_run_out(session: Session, cookie: str, *, now: datetime) -> bool:
    """Whether a session was found idle or too old and this is not yet written down."""
    return session.scalar(_RUN_OUT, {"cookie_hash": hashed(cookie), **_bounds(now)}) is not None


def touch(session: Session, cookie: str, *, now: datetime) -> None:
    """Write down that a session is used; a clock that went back revives nothing."""
    mine = SIGNED_IN.c.cookie_hash == hashed(cookie)
    session.execute(update(SIGNED_IN).where(mine, SIGNED_IN.c.used_at < now).values(used_at=now))


def end_sessions(session: Session, condition: ColumnElement[bool], *, at: datetime) -> int:
    """End every session that satisfies ``condition`` and has not ended; how many these were."""
    open_ones = and_(condition, SIGNED_IN.c.ended_at.is_(None))
    ended = update(SIGNED_IN).where(open_ones).values(ended_at=at).returning(SIGNED_IN.c.id)
    return len(session.scalars(ended).all())


def end_session(session: Session, cookie: str, *, at: datetime) -> None:
    """End the session of a cookie."""
    end_sessions(session, SIGNED_IN.c.cookie_hash == hashed(cookie), at=at)


def end_all_sessions(session: Session, person_id: int, *, at: datetime) -> None:
    """End every session of a person."""
    end_sessions(session, SIGNED_IN.c.person_id == person_id, at=at)


@dataclass(frozen=True, slots=True)
class SessionSeen:
    """A living session as its person sees it; ``known_by`` says how she proved herself."""

    id: int
    cookie_hash: str
    began_at: datetime
    used_at: datetime
    address: str
    agent: str
    known_by: str

    def is_of(self, cookie: str | None) -> bool:
        """Whether this is the session of a cookie."""
        return cookie is not None and self.cookie_hash == hashed(cookie)


def session_of(session: Session, cookie: str, *, now: datetime) -> SessionSeen | None:
    """The living session of a cookie; None for one that is unknown, ended, idle or too old."""
    mine = select(SIGNED_IN).where(_MINE, ALIVE)
    row = session.execute(mine, {"cookie_hash": hashed(cookie), **_bounds(now)}).first()
    return None if row is None else _seen(row)


def sessions_of(session: Session, person_id: int, *, now: datetime) -> tuple[SessionSeen, ...]:
    """The living sessions of a person, the last used first."""
    mine = select(SIGNED_IN).where(SIGNED_IN.c.person_id == person_id, ALIVE)
    latest = mine.order_by(SIGNED_IN.c.used_at.desc(), SIGNED_IN.c.id.desc())
    rows = session.execute(latest, _bounds(now))
    return tuple(map(_seen, rows))


def _seen(row: Row[Any]) -> SessionSeen:
    began, used = row.began_at, row.used_at
    return SessionSeen(row.id, row.cookie_hash, began, used, row.address, row.agent, row.known_by)


def end_own_session(session: Session, person_id: int, number: int, *, at: datetime) -> bool:
    """End one session of a person by its number, if she has it; those of others are left alone."""
    own = and_(SIGNED_IN.c.person_id == person_id, SIGNED_IN.c.id == number)
    return end_sessions(session, own, at=at) > 0


def person_of_row(session: Session, row: Row[Any], reaches: Mapping[int, Reach] | None = None) -> Person:
    """The person of a row of ``person``; what she may see is looked up unless ``reaches`` has it."""
    if row.role in NATIONAL:
        reach = NOWHERE
    elif reaches is None:
        reach = reach_of(session.execute(_REACH, {"number": row.id}))
    else:
        reach = reaches.get(row.id, NOWHERE)
    telephone = row.telephone or ""
    return Person(row.id, row.email, row.name, row.role, row.language, reach, telephone=telephone)


_PRESENT = (
    select(PERSON, PERSON_REACH.c.region, PERSON_REACH.c.district, PERSON_REACH.c.school_id)
    .outerjoin(PERSON_REACH)
    .where(PERSON.c.id == bindparam("number"), present_people())
)


def present_person(session: Session, number: int) -> Person | None:
    """The person of this number, unless her account is disabled or erased."""
    rows = session.execute(_PRESENT, {"number": number}).all()
    return person_of_row(session, rows[0], {number: reach_of(rows)}) if rows else None


def has_password_alone(row: Row[Any]) -> bool:
    """Whether the account of a row of ``person`` has a password and no second factor."""
    return row.password_hash is not None and row.second_factor is None


def reaches_of(session: Session, people: ColumnElement[bool]) -> Mapping[int, Reach]:
    """What the people who satisfy a condition were given to see, by their numbers."""
    wanted = select(PERSON_REACH).join(PERSON).where(people)
    given: dict[int, list[Row[Any]]] = {}
    for row in session.execute(wanted):
        given.setdefault(row.person_id, []).append(row)
    return {number: reach_of(rows) for number, rows in given.items()}


def given_to_officers(session: Session, numbers: Iterable[int]) -> frozenset[str]:
    """The schools that the officers among some people were given one by one."""
    theirs = and_(numbered(session, PERSON.c.id, numbers), PERSON.c.role == Role.OFFICER)
    given = select(PERSON_REACH.c.school_id).join(PERSON).where(theirs, PERSON_REACH.c.school_id.is_not(None))
    return frozenset(session.scalars(given))


def reach_of(rows: Iterable[Row[Any]]) -> Reach:
    """What the rows of one person's reach give her to see."""
    given = list(rows)
    return Reach(
        regions=frozenset(row.region for row in given if row.region and row.district is None),
        districts=frozenset((row.region, row.district) for row in given if row.district),
        schools=frozenset(row.school_id for row in given if row.school_id),
    )
