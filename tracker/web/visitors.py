"""Who sends a request: a person with a cookie, a program with a token, or somebody not known."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from datetime import datetime

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from tracker.domain.errors import DatabaseNotReady
from tracker.domain.people import Person
from tracker.domain.roles import Action
from tracker.services.vouching import is_vouched
from tracker.store import people, tokens
from tracker.store.attempts import KEPT
from tracker.store.engine import IN_PASSING, reading, transaction
from tracker.web.house import House, house_of
from tracker.web.own_paths import first_page


@dataclass(frozen=True, slots=True)
class Visitor:
    """The sender of one request; ``cookie`` is what her browser sent, ``token`` the prefix of a program's.

    ``lacks_second_factor`` says that one is demanded and she has a password alone: nothing opens to her but
    the way to set one up.
    """

    person: Person | None = None
    cookie: str | None = None
    token: str | None = None
    lacks_second_factor: bool = False

    @property
    def is_program(self) -> bool:
        """Whether a token came, and no browser."""
        return self.token is not None

    @property
    def via(self) -> str:
        """By what a person acts besides herself, as the journal tells it; empty for a browser."""
        return f"token:{self.token}" if self.token else ""

    @property
    def is_admitted(self) -> bool:
        """Whether the pages of her role open to her."""
        return self.person is not None and not self.lacks_second_factor

    def may(self, action: Action) -> bool:
        """Whether she may do this now."""
        return self.person is not None and self.is_admitted and self.person.may(action)


def visitor_of(request: Request) -> Visitor:
    """Who sends the request; looked up once.

    Raises :class:`DatabaseNotReady` the first time only: whoever tells that error asks again, and is told
    that nobody is signed in.
    """
    known: Visitor | None = getattr(request.state, "visitor", None)
    if known is None:
        house = house_of(request)
        request.state.visitor = _stranger(request, house)
        known = request.state.visitor = _look_up(request, house)
    return known


def _stranger(request: Request, house: House) -> Visitor:
    """Somebody of whom nothing is known but the cookie, which must not be replaced meanwhile."""
    return Visitor(cookie=request.cookies.get(cookie_name(house)) or None)


def way_on(house: House, cookie: str, onward: str) -> str:
    """Where whoever has just come in goes on, whom her new cookie tells."""
    with reading(house.engine) as session:
        sitting = people.sitting_of(session, cookie, now=house.clock.now())
    return onward if sitting is None else first_page(onward, sitting.person)


def carry_on(request: Request, cookie: str) -> None:
    """The visitor has set up a second factor: her session has a new cookie, to which forms now belong."""
    request.state.visitor = replace(visitor_of(request), cookie=cookie, lacks_second_factor=False)


def _look_up(request: Request, house: House) -> Visitor:
    now = house.clock.now()
    if given := request.headers.getlist("authorization"):
        return _program(house, given, now)
    cookie = request.cookies.get(cookie_name(house))
    if not cookie:
        return Visitor()
    with reading(house.engine) as session:
        sitting = people.sitting_of(session, cookie, now=now)
        has_run_out = sitting is None and people.has_run_out(session, cookie, now=now)
    if has_run_out:  # written down, so that no clock revives it
        with suppress(DatabaseNotReady), _in_passing(house) as session:
            people.end_session(session, cookie, at=now)
    if sitting is None:
        return Visitor(cookie=cookie)
    if sitting.is_touch_due(now):
        with suppress(DatabaseNotReady), _in_passing(house) as session:
            people.touch(session, cookie, now=now)
    is_demanded = house.settings.demands_second_factor and not is_vouched(sitting.known_by)
    return Visitor(sitting.person, cookie, lacks_second_factor=is_demanded and sitting.has_password_alone)


def _in_passing(house: House) -> AbstractContextManager[Session]:
    """To write down that somebody came: no page waits for it, and where it fails the next request tries."""
    return transaction(house.engine, wait_ms=IN_PASSING)


def _program(house: House, given: Sequence[str], now: datetime) -> Visitor:
    """Whoever comes with a token; its cookies say nothing then, and a token that does not work is nobody."""
    scheme, _, token = given[0].partition(" ")
    if len(given) > 1 or scheme.lower() != "bearer":
        return Visitor()
    with reading(house.engine) as session:
        holder = tokens.holder_of(session, token.strip(), now=now)
    if holder is None:
        return Visitor()
    if holder.is_touch_due(now):
        with suppress(DatabaseNotReady), _in_passing(house) as session:
            tokens.touch_token(session, holder.prefix, now=now)
    lacks = house.settings.demands_second_factor and holder.has_password_alone
    return Visitor(holder.person, token=holder.prefix, lacks_second_factor=lacks)


def cookie_name(house: House) -> str:
    """The cookie of the session; bound to this host wherever the connection is encrypted."""
    return "__Host-tracker" if house.settings.is_https else "tracker"


def set_cookie(response: Response, house: House, value: str) -> None:
    """Give the browser the cookie of a session; it forgets it when it is closed."""
    secure = house.settings.is_https
    response.set_cookie(cookie_name(house), value, httponly=True, samesite="lax", secure=secure, path="/")


def drop_cookie(response: Response, house: House) -> None:
    """Take the cookie away."""
    secure = house.settings.is_https
    response.delete_cookie(cookie_name(house), httponly=True, samesite="lax", secure=secure, path="/")


DEVICE_SECONDS = int(KEPT.total_seconds())


def device_cookie_name(house: House) -> str:
    """The mark of a device on which somebody has signed in: it opens nothing, but is not locked out."""
    return "__Host-tracker-device" if house.settings.is_https else "tracker_device"


def set_device_cookie(response: Response, house: House, value: str) -> None:
    """Mark the device."""
    response.set_cookie(
        device_cookie_name(house),
        value,
        max_age=DEVICE_SECONDS,
        httponly=True,
        samesite="lax",
        secure=house.settings.is_https,
        path="/",
    )


def csrf_token(cookie: str) -> str:
    """What a form of this visitor carries: nobody can make it without the cookie, nor the cookie from it."""
    return hmac.new(cookie.encode(), b"form", hashlib.sha256).hexdigest()


def form_token(request: Request) -> str:
    """The token for a form on the page being made; who has no cookie yet is given one with the answer."""
    visitor = visitor_of(request)
    if visitor.cookie is not None:
        return csrf_token(visitor.cookie)
    fresh: str | None = getattr(request.state, "fresh_cookie", None)
    if fresh is None:
        fresh = request.state.fresh_cookie = secrets.token_urlsafe(32)
    return csrf_token(fresh)


def keep_fresh_cookie(request: Request, response: Response) -> None:
    """Send the cookie that a form on this page needs."""
    fresh: str | None = getattr(request.state, "fresh_cookie", None)
    if fresh is not None:
        set_cookie(response, house_of(request), fresh)
