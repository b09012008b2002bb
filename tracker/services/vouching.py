"""Letting in those for whom the identity provider vouches: only people who were invited, never others."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy.orm import Session

from tracker.domain.acts import Act
from tracker.feeds.identity import Identity
from tracker.services import admitting
from tracker.services.acting import Author
from tracker.services.admitting import BY_PROVIDER as KNOWN_BY
from tracker.services.admitting import NO_ACCOUNT, Entry, Knock, Origin, Outcome
from tracker.store import credentials, links, people, subjects
from tracker.store.credentials import Credentials
from tracker.store.links import Purpose

FRESH = timedelta(minutes=5)
"""How long a sign-in with the provider stands for the password that its people do not have."""


def knock(session: Session, origin: Origin, author: Author) -> Knock:
    """Write an answer of the provider down as a try, unless its address has failed too often.

    Whose account is meant is not known yet, so each try is of another one: only the address counts.
    """
    return admitting.knock_of_nobody(session, f"{KNOWN_BY}:{secrets.token_hex(16)}", origin, author)


def enter(session: Session, identity: Identity, knocked: Knock, origin: Origin, author: Author) -> Entry:
    """Begin a session for the account of this identity, or half way where it has a second factor of ours.

    Found by the provider's own number; else, once, an invited account by an address that the provider has
    verified. Whoever has none, or a disabled one, gets an entry that is wrong.
    """
    known = _account(session, identity)
    if known is None or not known.is_enabled or not _is_tied(session, known, identity):
        refuse(session, author, "account", subject=known.mark if known else NO_ACCOUNT)
        return Entry(Outcome.WRONG)
    admitting.withdraw(session, knocked)
    if known.second_factor is not None:
        secret = links.make_link(session, known.person_id, Purpose.VOUCHED_STEP, at=author.now)
        return Entry(Outcome.HALF_WAY, secret)
    return admitting.admit(session, known.person_id, origin, author, known_by=KNOWN_BY)


def has_just_vouched(session: Session, cookie: str, author: Author) -> bool:
    """Whether the session of a cookie was begun by the provider, and lately."""
    seen = people.session_of(session, cookie, now=author.now)
    if seen is None or not is_vouched(seen.known_by):
        return False
    return author.now - seen.began_at <= FRESH


def is_vouched(known_by: str) -> bool:
    """Whether somebody was let in because the provider vouched for her, by how her session says it."""
    return known_by.partition("+")[0] == KNOWN_BY


def refuse(session: Session, author: Author, reason: str, *, subject: str = NO_ACCOUNT) -> None:
    """Write down that somebody came back from the provider and was not let in."""
    author.note(session, Act.SIGN_IN_REFUSED, subject, by=KNOWN_BY, reason=reason)


def _account(session: Session, identity: Identity) -> Credentials | None:
    number = subjects.person_of_subject(session, identity.subject)
    if number is not None:
        return credentials.credentials_of(session, number)
    return credentials.credentials_for(session, identity.email) if identity.email else None


def _is_tied(session: Session, known: Credentials, identity: Identity) -> bool:
    """Whether the account belongs to the identity, from now on where it belonged to nobody."""
    if subjects.person_of_subject(session, identity.subject) == known.person_id:
        return True
    if not subjects.tie(session, known.person_id, identity.subject):
        return False
    links.end_links(session, known.person_id)
    return True
