"""How a page asks for proof: where the try comes from, the password checked outside of any transaction."""

from __future__ import annotations

from tracker.domain.errors import CodeRefused, NotFound, ProofStale, SignInRefused, TooBusy, TooManyTries
from tracker.services import admitting, vouching
from tracker.services.acting import Author
from tracker.services.admitting import Knock, Origin, Outcome
from tracker.services.hashing import Checked
from tracker.services.sealing import Seal
from tracker.store.credentials import Credentials, credentials_of
from tracker.store.engine import reading, transaction
from tracker.web.deps import Caller, Visit
from tracker.web.security import client_address
from tracker.web.visitors import device_cookie_name, visitor_of

PROOF_REFUSALS = (ProofStale, SignInRefused, TooManyTries)
"""How :func:`prove_again` refuses, on the page that asked."""


def origin_of(called: Caller) -> Origin:
    """Where a request comes from."""
    request = called.request
    return Origin(
        address=client_address(request),
        agent=request.headers.get("user-agent", ""),
        device=request.cookies.get(device_cookie_name(called.house)),
    )


def author_of(called: Caller) -> Author:
    """Who acts with a request: whoever is signed in, or somebody unknown."""
    visitor, address = visitor_of(called.request), client_address(called.request)
    if visitor.person is None:
        return Author.unknown(called.moment, address)
    return Author(visitor.person.mark, called.moment, address, visitor.via)


def check(called: Caller, email: str, password: str, *, is_warded: bool) -> tuple[Knock, Checked]:
    """Write the try down and check the password; raises :class:`TooBusy`.

    ``is_warded`` is a try of somebody who wants to come in, not of one who is in and proves herself again.
    """
    engine, author = called.house.engine, author_of(called)
    with transaction(engine) as session:
        knocked = admitting.knock(session, email, origin_of(called), author, is_warded=is_warded)
    if knocked.attempt is None:
        return knocked, Checked(False)
    try:
        return knocked, called.house.hasher.check(password, knocked.password_hash)
    except TooBusy:
        with transaction(engine) as session:
            admitting.withdraw(session, knocked)
        raise


def own_credentials(called: Caller) -> Credentials:
    """What is on record of the person who is signed in."""
    with reading(called.house.engine) as session:
        known = credentials_of(session, called.person.id)
    assert known is not None
    return known


def proves_by_password(visit: Visit) -> bool:
    """Whether the person who reads the page has a password to prove herself with."""
    known = credentials_of(visit.session, visit.person.id)
    return known is not None and known.password_hash is not None


def prove_again(called: Caller, password: str) -> None:
    """Ask the person who is signed in for her password once more; without one, a fresh sign-in is the proof.

    Raises :class:`SignInRefused`, :class:`TooManyTries`, :class:`TooBusy` and :class:`ProofStale`.
    """
    if own_credentials(called).password_hash is None:
        _require_fresh(called)
        return
    knocked, checked = check(called, called.person.email, password, is_warded=False)
    with transaction(called.house.engine) as session:
        entry = admitting.confirm(session, knocked, checked, author_of(called))
    if entry.outcome is Outcome.WAIT:
        raise TooManyTries(entry.opens_at)
    if entry.outcome is not Outcome.IN:
        raise SignInRefused


def _require_fresh(called: Caller) -> None:
    cookie = visitor_of(called.request).cookie or ""
    with reading(called.house.engine) as session:
        if not vouching.has_just_vouched(session, cookie, author_of(called)):
            raise ProofStale


def prove_code(called: Caller, code: str) -> None:
    """Ask the person who is signed in for a code of her second factor, which is used up.

    Raises :class:`CodeRefused` and :class:`TooManyTries`, and :class:`NotFound` where she has none.
    """
    known, seal = own_credentials(called), Seal.of(called.house.settings.secret)
    if known.second_factor is None:
        raise NotFound
    with transaction(called.house.engine) as session:
        entry = admitting.confirm_code(session, known, code, origin_of(called), author_of(called), seal)
    if entry.outcome is Outcome.WAIT:
        raise TooManyTries(entry.opens_at)
    if entry.outcome is not Outcome.IN:
        raise CodeRefused
