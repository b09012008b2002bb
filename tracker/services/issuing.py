"""Tokens for programs (AUT-14): narrower than their person, never for longer than a year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from tracker.domain.acts import Act
from tracker.domain.errors import NotFound, TokenRefused
from tracker.domain.people import TokenScope
from tracker.feeds.regions import find_region
from tracker.services.acting import Author
from tracker.store import accounts, people, tokens
from tracker.store.scope import is_storable

LONGEST_DAYS = 365
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """A token as it is asked for."""

    name: str
    scope: TokenScope
    region: str | None
    days: int

    @classmethod
    def read(cls, *, name: str, scope: str, region: str = "", days: str = "") -> Wanted:
        """Read what was filled in; raises :class:`TokenRefused` with the reason."""
        if not name.strip() or len(name) > LONGEST_NAME or not is_storable(name):
            raise TokenRefused(reason="name")
        if scope not in tuple(TokenScope):
            raise TokenRefused(reason="scope", value=scope)
        code = find_region(region) if region else None
        if region and code is None:
            raise TokenRefused(reason="region", value=region)
        lasts = int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 0
        if not 1 <= lasts <= LONGEST_DAYS:
            raise TokenRefused(reason="days", most=LONGEST_DAYS)
        return cls(name.strip(), TokenScope(scope), code, lasts)


def issue(session: Session, author: Author, person_id: int, wanted: Wanted) -> str:
    """A new token, told once and kept nowhere."""
    token, prefix = tokens.add_token(
        session,
        person_id,
        name=wanted.name,
        scope=wanted.scope,
        region=wanted.region,
        at=author.now,
        expires_at=author.now + timedelta(days=wanted.days),
    )
    said = {
        "scope": wanted.scope,
        "region": wanted.region,
        "days": wanted.days,
        "person": f"person:{person_id}",
    }
    author.note(session, Act.TOKEN_ADDED, f"token:{prefix}", **said)
    return token


def issue_on_behalf(session: Session, author: Author, email: str, wanted: Wanted) -> str:
    """A new token for somebody else, told once.

    Raises :class:`NotFound`, and :class:`TokenRefused` for an account by which nobody comes in: the first
    password of somebody who is still invited would end the token.
    """
    number = people.number_of(session, email)
    account = None if number is None else accounts.account_of(session, number)
    if account is None:
        raise NotFound(email=email)
    if account.state != "enabled":
        raise TokenRefused(reason=account.state)
    return issue(session, author, account.person.id, wanted)


def revoke_all(session: Session, author: Author, person_id: int) -> None:
    """End every token of a person."""
    for token in tokens.tokens_of(session, person_id):
        if token.works(author.now):
            revoke(session, author, token.prefix, person_id=person_id)


def revoke(session: Session, author: Author, prefix: str, *, person_id: int | None = None) -> None:
    """End a token, of this person where one is named; raises :class:`NotFound`."""
    whose = tokens.revoke(session, prefix, at=author.now, person_id=person_id)
    if whose is None:
        raise NotFound
    author.note(session, Act.TOKEN_REVOKED, f"token:{prefix}", person=f"person:{whose}")
