"""Letting people in: password, then second factor where there is one, then a session (AUT-1 … AUT-4, AUT-13).

A password takes a fifth of a second to check, and nobody may hold the database meanwhile: so the page asks
:func:`knock` in one transaction, checks the password outside of any, and asks :func:`enter` in another.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from tracker.domain.acts import Act
from tracker.services import sealing, warding
from tracker.services.acting import Author
from tracker.services.hashing import Checked
from tracker.services.sealing import Seal
from tracker.store import attempts, credentials, links, people
from tracker.store.attempts import Failures, Knocker
from tracker.store.credentials import Credentials
from tracker.store.links import SECOND_STEPS, Purpose

PER_ADDRESS = 20
"""Failed tries of an address within an hour, or of a known device (AUT-1)."""

IN_A_ROW = 100
"""Failed tries of an account in a row, from wherever (AUT-1); then only a known device or a link lets in."""

BY_PASSWORD, BY_PROVIDER = "password", "oidc"
"""How sessions and journal say by what a person proved who she is; a second factor follows after a plus."""

AGENT_SIGNS = 200
NO_ACCOUNT = "account"
"""How the journal names an account that does not exist: it never keeps the address that was typed."""


class Outcome(StrEnum):
    """How a try to come in ended."""

    IN = "in"
    HALF_WAY = "half_way"
    WRONG = "wrong"
    WAIT = "wait"
    CLOSED = "closed"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a try comes from: the address, what the browser calls itself, and the mark it was given."""

    address: str
    agent: str = ""
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Knock:
    """A try, written down before it is judged; ``attempt`` is None for one that is not judged at all.

    ``opens_at`` is when it will be, where waiting helps; ``is_closed`` that its device alone is the reason.
    """

    who: Knocker
    attempt: int | None
    known: Credentials | None
    is_known_device: bool
    opens_at: datetime | None = None
    is_closed: bool = False

    @property
    def password_hash(self) -> str | None:
        """What the password is to be checked against; None for an account that cannot be entered so."""
        return self.known.password_hash if self.known and self.known.is_enabled else None

    @property
    def subject(self) -> str:
        """How the journal names the account."""
        return self.known.mark if self.known else NO_ACCOUNT


@dataclass(frozen=True, slots=True)
class Entry:
    """How a try ended; ``cookie`` is that of the session, or half way of the second step.

    ``opens_at`` is when one will be judged that was not, where waiting helps.
    """

    outcome: Outcome
    cookie: str = ""
    device: str = ""
    opens_at: datetime | None = None


def knock(session: Session, email: str, origin: Origin, author: Author, *, is_warded: bool = False) -> Knock:
    """Write a try of a password down, unless its address or account has failed too often.

    Where it ``is_warded``, it must not come from an unknown device while too many of these fail (AUT-2).
    """
    known = credentials.credentials_for(session, email)
    who = Knocker(email, origin.address, origin.device)
    return _knock(session, who, known, author, is_warded=is_warded)


def knock_for_code(session: Session, pending: str, origin: Origin, author: Author) -> Knock | None:
    """Write a try of the second step down; None where the first step is too long ago."""
    whose = links.person_of_link(session, pending, *SECOND_STEPS, now=author.now)
    known = None if whose is None else credentials.credentials_of(session, whose)
    if known is None or not known.is_enabled:
        return None
    return _knock_with_code(session, known, origin, author)


def _knock_with_code(session: Session, known: Credentials, origin: Origin, author: Author) -> Knock:
    who = attempts.second_step(known.person_id, origin.address, origin.device)
    return _knock(session, who, known, author)


def knock_of_nobody(session: Session, name: str, origin: Origin, author: Author) -> Knock:
    """Write a try down of which it is not known yet whose it is: only its address counts."""
    who = Knocker(name, origin.address, origin.device, is_password=False)
    return _knock(session, who, None, author)


def _knock(
    session: Session, who: Knocker, known: Credentials | None, author: Author, *, is_warded: bool = False
) -> Knock:
    failed = attempts.failures(session, who, now=author.now)
    refused = Knock(who, None, known, failed.is_known)
    if failed.of_address >= PER_ADDRESS or failed.in_a_row >= IN_A_ROW:
        if not attempts.was_told(session, who, now=author.now):
            author.note(session, Act.SIGN_IN_REFUSED, refused.subject, reason="too_many")
        return replace(refused, opens_at=_frees_at(session, who, failed, author))
    opens_at = warding.opens_at(session, author) if is_warded and not failed.is_known else None
    if opens_at is not None:
        return replace(refused, opens_at=opens_at, is_closed=True)
    return replace(refused, attempt=attempts.begin(session, who, now=author.now))


def _frees_at(session: Session, who: Knocker, failed: Failures, author: Author) -> datetime | None:
    """When an address has waited long enough; None for an account, whose row of failures no time ends."""
    if failed.in_a_row >= IN_A_ROW:
        return None
    return attempts.frees_at(session, who, allowed=PER_ADDRESS, is_known=failed.is_known, now=author.now)


def enter(session: Session, knocked: Knock, checked: Checked, origin: Origin, author: Author) -> Entry:
    """Let the person in whose password was checked, or half way in where she has a second factor."""
    if knocked.attempt is None:
        return Entry(Outcome.CLOSED if knocked.is_closed else Outcome.WAIT, opens_at=knocked.opens_at)
    known = _confirmed(session, knocked, checked, author)
    if known is None:
        return Entry(Outcome.WRONG)
    if known.second_factor is not None:
        secret = links.make_link(session, known.person_id, Purpose.SECOND_STEP, at=author.now)
        return Entry(Outcome.HALF_WAY, secret)
    return _welcome(session, knocked, known, origin, author, known_by=BY_PASSWORD)


def confirm(session: Session, knocked: Knock, checked: Checked, author: Author) -> Entry:
    """Whether a person who is signed in has given her own password once more."""
    if knocked.attempt is None:
        return Entry(Outcome.WAIT, opens_at=knocked.opens_at)
    return Entry(Outcome.WRONG if _confirmed(session, knocked, checked, author) is None else Outcome.IN)


def confirm_code(
    session: Session, known: Credentials, code: str, origin: Origin, author: Author, seal: Seal | None
) -> Entry:
    """Whether a person who is signed in has given a code of her second factor once more; it is used up."""
    knocked = _knock_with_code(session, known, origin, author)
    if knocked.attempt is None:
        return Entry(Outcome.WAIT, opens_at=knocked.opens_at)
    if take_code(session, known, code, author=author, seal=seal) is None:
        author.note(session, Act.SIGN_IN_REFUSED, known.mark, reason="code")
        return Entry(Outcome.WRONG)
    attempts.take_back(session, knocked.attempt)
    return Entry(Outcome.IN)


def _confirmed(session: Session, knocked: Knock, checked: Checked, author: Author) -> Credentials | None:
    """The account whose password was right; a password that was changed meanwhile is wrong."""
    known = None if knocked.known is None else credentials.credentials_of(session, knocked.known.person_id)
    is_same = known is not None and known.is_enabled and known.password_hash == knocked.password_hash
    if known is None or not is_same or not checked.is_right or knocked.attempt is None:
        author.note(session, Act.SIGN_IN_REFUSED, knocked.subject, reason="password")
        return None
    attempts.take_back(session, knocked.attempt)
    if checked.fresh_hash is not None:
        credentials.set_password(session, known.person_id, checked.fresh_hash)
    return known


def enter_code(
    session: Session,
    knocked: Knock,
    pending: str,
    code: str,
    origin: Origin,
    author: Author,
    seal: Seal | None,
) -> Entry:
    """Let the person in whose code is right: of her authenticator, or one that stands in for it once."""
    if knocked.attempt is None or knocked.known is None:
        return Entry(Outcome.WAIT, opens_at=knocked.opens_at)
    known_by = take_code(session, knocked.known, code, author=author, seal=seal)
    if known_by is None:
        author.note(session, Act.SIGN_IN_REFUSED, knocked.subject, reason="code")
        return Entry(Outcome.WRONG)
    first = _first_step(session, pending, author)
    if first is None:
        return Entry(Outcome.STALE)
    attempts.take_back(session, knocked.attempt)
    return _welcome(session, knocked, knocked.known, origin, author, known_by=f"{first}+{known_by}")


def _first_step(session: Session, pending: str, author: Author) -> str | None:
    """By what the first step was taken, the way from which is used up; None where that is too long ago."""
    for purpose, first in ((Purpose.SECOND_STEP, BY_PASSWORD), (Purpose.VOUCHED_STEP, BY_PROVIDER)):
        if links.use_link(session, pending, purpose, now=author.now) is not None:
            return first
    return None


def _welcome(
    session: Session, knocked: Knock, known: Credentials, origin: Origin, author: Author, *, known_by: str
) -> Entry:
    """Begin a session and know the device from now on; a mark that was planted from outside is replaced."""
    kept = knocked.who.device if knocked.is_known_device else None
    device = kept or secrets.token_urlsafe(32)
    for who in {replace(knocked.who, device=device), Knocker(known.email, origin.address, device)}:
        attempts.succeed(session, who, now=author.now)
    return replace(admit(session, known.person_id, origin, author, known_by=known_by), device=device)


def take_code(
    session: Session, known: Credentials, code: str, *, author: Author, seal: Seal | None
) -> str | None:
    """Use a code up and say of which kind it was; None for one that is wrong or was used before."""
    secret = seal.open(known.second_factor) if seal and known.second_factor else None
    if secret is not None:
        step = sealing.step_of(secret, code, last_step=known.last_step, now=author.now)
        if step is not None and credentials.take_step(session, known.person_id, step):
            return "code"
    plain = sealing.plain(code)
    if credentials.take_recovery_code(session, known.person_id, plain, at=author.now):
        return "recovery"
    return None


def admit(session: Session, person_id: int, origin: Origin, author: Author, *, known_by: str) -> Entry:
    """Begin a session of somebody who has proved who she is, by ``known_by``."""
    cookie = _begin(session, person_id, origin, author, known_by=known_by)
    mark = f"person:{person_id}"
    replace(author, actor=mark).note(session, Act.SIGN_IN, mark, by=known_by)
    return Entry(Outcome.IN, cookie)


def withdraw(session: Session, knocked: Knock) -> None:
    """Forget a try that the machine had no room to judge."""
    if knocked.attempt is not None:
        attempts.take_back(session, knocked.attempt)


def renew(session: Session, person_id: int, origin: Origin, author: Author) -> str:
    """End every session of a person and begin one for this browser; returns its cookie (AUT-7, AUT-8)."""
    people.end_all_sessions(session, person_id, at=author.now)
    return _begin(session, person_id, origin, author, known_by="renewal")


def _begin(session: Session, person_id: int, origin: Origin, author: Author, *, known_by: str) -> str:
    return people.begin_session(
        session,
        person_id,
        at=author.now,
        address=origin.address,
        agent="".join(sign for sign in origin.agent if sign.isprintable())[:AGENT_SIGNS],
        known_by=known_by,
    )
