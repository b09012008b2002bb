"""Keys for programs: ``trk_<prefix>_<secret>``, of which only the prefix and a hash are kept."""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import and_, insert, select, update
from sqlalchemy.orm import Session

from tracker.domain.people import TOKEN_ACTIONS, Person, TokenScope
from tracker.store.people import TOUCH, has_password_alone, hashed, person_of_row, present_people
from tracker.store.people_tables import API_TOKEN, PERSON
from tracker.store.scope import is_storable

WRITTEN = re.compile(r"trk_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
NO_HASH = "0" * 64


@dataclass(frozen=True, slots=True)
class TokenSeen:
    """A token as its owner sees it."""

    prefix: str
    name: str
    scope: TokenScope
    region: str | None
    added_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None

    def works(self, now: datetime) -> bool:
        """Whether a program may still come with it."""
        return self.revoked_at is None and self.expires_at > now


@dataclass(frozen=True, slots=True)
class Holder:
    """The person for whom a program comes, cut to what its token allows.

    ``has_password_alone`` is of her account, which has no second factor then.
    """

    person: Person
    prefix: str
    used_at: datetime | None
    has_password_alone: bool

    def is_touch_due(self, now: datetime) -> bool:
        """Whether the use of the token is to be written down again."""
        return self.used_at is None or self.used_at <= now - TOUCH


def add_token(
    session: Session,
    person_id: int,
    *,
    name: str,
    scope: TokenScope,
    region: str | None,
    at: datetime,
    expires_at: datetime,
) -> tuple[str, str]:
    """A new token and its prefix; the token itself is kept nowhere."""
    prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    values = {
        "person_id": person_id,
        "prefix": prefix,
        "secret_hash": hashed(secret),
        "name": name,
        "actions": scope,
        "region": region,
        "added_at": at,
        "expires_at": expires_at,
    }
    session.execute(insert(API_TOKEN).values(values))
    return f"trk_{prefix}_{secret}", prefix


def holder_of(session: Session, text: str, *, now: datetime) -> Holder | None:
    """Whose token this is; None for one that is unknown, revoked, expired or of a disabled person."""
    written = WRITTEN.fullmatch(text)
    prefix, secret = written.groups() if written else ("", "")
    wanted = select(PERSON, *_OF_TOKEN).join(API_TOKEN).where(API_TOKEN.c.prefix == prefix, present_people())
    row = session.execute(wanted).first()
    is_right = hmac.compare_digest(hashed(secret), row.secret_hash if row else NO_HASH)
    if row is None or not is_right or row.revoked_at is not None or not row.issued_at <= now < row.expires_at:
        return None
    allowed = TOKEN_ACTIONS[TokenScope(row.actions)]
    person = replace(person_of_row(session, row), allowed=allowed, only_region=row.region)
    return Holder(person, prefix, row.used_at, has_password_alone(row))


_OF_TOKEN = (
    API_TOKEN.c.secret_hash,
    API_TOKEN.c.actions,
    API_TOKEN.c.region,
    API_TOKEN.c.added_at.label("issued_at"),
    API_TOKEN.c.expires_at,
    API_TOKEN.c.used_at,
    API_TOKEN.c.revoked_at,
)


def touch_token(session: Session, prefix: str, *, now: datetime) -> None:
    """Write down that a token is used."""
    session.execute(update(API_TOKEN).where(API_TOKEN.c.prefix == prefix).values(used_at=now))


def revoke(session: Session, prefix: str, *, at: datetime, person_id: int | None = None) -> int | None:
    """End a token, of this person where one is named; whose it was, None where there is no such token."""
    if not is_storable(prefix):
        return None
    mine = and_(API_TOKEN.c.prefix == prefix, API_TOKEN.c.revoked_at.is_(None))
    if person_id is not None:
        mine = and_(mine, API_TOKEN.c.person_id == person_id)
    ended = update(API_TOKEN).where(mine).values(revoked_at=at).returning(API_TOKEN.c.person_id)
    whose: int | None = session.scalar(ended)
    return whose


def tokens_of(session: Session, person_id: int) -> tuple[TokenSeen, ...]:
    """The tokens of a person, the newest first."""
    mine = select(API_TOKEN).where(API_TOKEN.c.person_id == person_id).order_by(API_TOKEN.c.id.desc())
    return tuple(
        TokenSeen(
            prefix=row.prefix,
            name=row.name,
            scope=TokenScope(row.actions),
            region=row.region,
            added_at=row.added_at,
            expires_at=row.expires_at,
            used_at=row.used_at,
            revoked_at=row.revoked_at,
        )
        for row in session.execute(mine)
    )
