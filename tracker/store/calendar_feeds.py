"""Calendars that programs fetch by a secret address, and what stands in them."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, insert, or_, select, tuple_, update
from sqlalchemy.orm import Session

from tracker.domain.diary import KEPT, Place, Sight
from tracker.domain.people import Person
from tracker.store.people import has_password_alone, hashed, person_of_row, present_people
from tracker.store.people_tables import PERSON
from tracker.store.registry import data_version
from tracker.store.reminder_tables import FEED, WATCHED
from tracker.store.row_security import whole_country
from tracker.store.scope import Scope, visible
from tracker.store.tables import SCHOOL


@dataclass(frozen=True, slots=True)
class FeedSeen:
    """A calendar as its owner sees it; without a region it holds all that she sees."""

    id: int
    region: str | None
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Subscriber:
    """The person whose calendar is fetched, cut to its region.

    ``has_password_alone`` is of her account, which has no second factor then.
    """

    person: Person
    has_password_alone: bool


def add_feed(session: Session, person_id: int, *, region: str | None, at: datetime) -> tuple[str, int]:
    """The secret of a new calendar, which is kept nowhere, and its number."""
    secret = secrets.token_urlsafe(32)
    values = {"secret_hash": hashed(secret), "person_id": person_id, "region": region, "made_at": at}
    added = session.execute(insert(FEED).values(values).returning(FEED.c.id))
    return secret, added.scalar_one()


def feeds_of(session: Session, person_id: int) -> tuple[FeedSeen, ...]:
    """The calendars of a person that can be fetched, the newest first."""
    mine = select(FEED.c.id, FEED.c.region, FEED.c.made_at).where(_living(person_id))
    return tuple(FeedSeen(*row) for row in session.execute(mine.order_by(FEED.c.id.desc())))


def revoke(session: Session, person_id: int, number: int, *, at: datetime) -> bool:
    """End one calendar of a person by its number; False where she has no such one that can be fetched."""
    ended = update(FEED).where(_living(person_id), FEED.c.id == number).values(revoked_at=at)
    return session.scalar(ended.returning(FEED.c.id)) is not None


def _living(person_id: int) -> ColumnElement[bool]:
    return and_(FEED.c.person_id == person_id, FEED.c.revoked_at.is_(None))


def subscriber_of(session: Session, secret: str, *, now: datetime) -> Subscriber | None:
    """Whose calendar this is; None alike for one that is unknown, revoked or of a disabled person.

    Every secret is hashed and looked up by one statement, so that the time tells no two of them apart.
    """
    key = and_(FEED.c.secret_hash == hashed(secret), FEED.c.revoked_at.is_(None), FEED.c.made_at <= now)
    found = select(PERSON, FEED.c.region).join(FEED, FEED.c.person_id == PERSON.c.id)
    row = session.execute(found.where(key, present_people())).first()
    if row is None:
        return None
    return Subscriber(replace(person_of_row(session, row), only_region=row.region), has_password_alone(row))


def edition_of(session: Session, scope: Scope) -> str:
    """A name of what stands in a calendar of this scope: another one after each change of it or of a school.

    Each change of what is watched raises a sequence; new rows are counted; schools change by a recording.
    """
    seen = WATCHED.c
    counted = select(func.count(), func.sum(seen.sequence), func.max(seen.changed_at))
    found = session.execute(counted.where(visible(session, scope, seen.school_id))).one()
    reach = [each and sorted(each) for each in (scope.regions, scope.districts, scope.schools, scope.within)]
    return repr((data_version(session), *found, *reach, scope.officer))


def watched_within(session: Session, scope: Scope, *, today: date) -> tuple[Sight, ...]:
    """What is due within the scope, or was until lately, with all needs in the scope that share it.

    Nothing of needs outside the scope is shown but how often they changed.
    """
    seen, school = WATCHED.c, SCHOOL.c
    within = visible(session, scope, seen.school_id)
    lately = or_(seen.gone_on.is_(None), seen.gone_on >= today - KEPT)
    shown = select(seen.kind, seen.identity).where(within, lately)
    query = (
        select(WATCHED, school.name_kk, school.name_ru, school.name, school.region, school.district)
        .join(SCHOOL, and_(school.school_id == seen.school_id, school.superseded_seq.is_(None)))
        .where(within, tuple_(seen.kind, seen.identity).in_(shown))
    )
    rows = session.execute(query).all()
    with whole_country(
        session
    ):  # counted for everybody alike, or it would fall where a school is lost sight of
        sums = select(seen.kind, seen.identity, func.sum(seen.sequence))
        counted = sums.where(tuple_(seen.kind, seen.identity).in_(shown)).group_by(seen.kind, seen.identity)
        changes = {(kind, identity): int(number) for kind, identity, number in session.execute(counted)}
    return tuple(_sight(row, changes[row.kind, row.identity]) for row in rows)


def _sight(row: Row[Any], changes: int) -> Sight:
    return Sight(
        kind=row.kind,
        identity=tuple(json.loads(row.identity)),
        place=Place(row.school_id, (row.name_kk, row.name_ru, row.name), row.region, row.district),
        service=row.service,
        due_on=row.due_on,
        gone_on=row.gone_on,
        changes=changes,
        changed_at=row.changed_at,
    )
