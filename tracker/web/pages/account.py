"""One's own account: password, second factor, sessions, tokens and calendars."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tracker.domain.acts import Act
from tracker.domain.errors import (
    NotAllowed,
    PasswordRefused,
    PersonRefused,
    ProofStale,
    SignInRefused,
    TokenRefused,
    TooManyTries,
    TrackerError,
)
from tracker.domain.people import TOKEN_ACTIONS, TokenScope
from tracker.domain.roles import Action
from tracker.domain.telephones import read_telephone
from tracker.services import admitting, choosing, enrolling, issuing, subscribing
from tracker.services.issuing import Wanted
from tracker.store import accounts, calendar_feeds, credentials, people, tokens
from tracker.store.engine import transaction
from tracker.web.deps import Asked, Called, Caller, Visit
from tracker.web.pages.people import LARGEST_NUMBER
from tracker.web.proving import author_of, origin_of, own_credentials, prove_again
from tracker.web.rules import allow
from tracker.web.visitors import set_cookie, visitor_of

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
ACCOUNT = "/account"
OWN = [allow(Action.OWN_ACCOUNT)]
NOTHING: Mapping[str, str] = MappingProxyType({})
"""What no form has said."""

REFUSALS = (PasswordRefused, PersonRefused, ProofStale, SignInRefused, TokenRefused, TooManyTries)
DAYS = (30, 90, 180, 365)


@router.get(ACCOUNT, dependencies=OWN)
def show(visit: Asked) -> Response:
    """Everything of one's own account."""
    return _page(visit)


@router.post("/account/password", dependencies=OWN)
def change_password(
    called: Called,
    current: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Keep a new password; every other session is over, this one goes on under a new cookie.

    Whoever has none gets her first by a link of an administrator only. Raises :class:`NotAllowed`.
    """
    known = own_credentials(called)
    if known.password_hash is None:
        raise NotAllowed
    try:
        prove_again(called, current)
        with called.house.hasher.turn():  # guessing takes as long as hashing
            enrolling.require_good_password(password, again, known)
    except REFUSALS as error:
        return _refused(called, error, part="password")
    password_hash = called.house.hasher.make(password)
    with transaction(called.house.engine) as session:
        enrolling.change_password(session, author_of(called), known, password_hash)
        return _renewed(
            called, admitting.renew(session, known.person_id, origin_of(called), author_of(called))
        )


@router.post("/account/telephone", dependencies=OWN)
def change_telephone(called: Called, telephone: Annotated[str, Form()] = "") -> Response:
    """Say at which number one's colleagues reach one; an empty field takes it away."""
    try:
        stated = read_telephone(telephone)
    except PersonRefused as error:
        return _refused(called, error, part="telephone", telephone=telephone)
    with transaction(called.house.engine) as session:
        enrolling.change_telephone(session, author_of(called), called.person, stated)
    return RedirectResponse(ACCOUNT, 303)


@router.post("/account/sessions", dependencies=OWN)
def end_session(called: Called, number: Annotated[int, Form(ge=0, le=LARGEST_NUMBER)] = 0) -> Response:
    """End one of one's own sessions, if it has not ended yet."""
    person = called.person
    with transaction(called.house.engine) as session:
        if people.end_own_session(session, person.id, number, at=called.moment):
            author_of(called).note(session, Act.SESSIONS_ENDED, person.mark, sessions=1)
    return RedirectResponse(ACCOUNT, 303)


@router.post("/account/sessions/all", dependencies=OWN)
def end_all_sessions(called: Called) -> Response:
    """End all of one's own sessions; this browser goes on under a new cookie."""
    with transaction(called.house.engine) as session:
        enrolling.end_sessions(session, author_of(called), called.person.id)
        return _renewed(
            called, admitting.renew(session, called.person.id, origin_of(called), author_of(called))
        )


@router.post("/account/tokens", dependencies=OWN)
def add_token(
    called: Called,
    name: Annotated[str, Form()] = "",
    scope: Annotated[str, Form()] = TokenScope.READ,
    region: Annotated[str, Form()] = "",
    days: Annotated[str, Form()] = "",
    token_current: Annotated[str, Form()] = "",
) -> Response:
    """Issue a token; the page shows it this once."""
    try:
        wanted = Wanted.read(name=name, scope=scope, region=region, days=days)
        prove_again(called, token_current)
    except REFUSALS as error:
        typed = {"name": name, "scope": scope, "region": region, "days": days}
        return _refused(called, error, part="token", typed=typed)
    with transaction(called.house.engine) as session:
        token = issuing.issue(session, author_of(called), called.person.id, wanted)
    with called.reading() as visit:
        return visit.page("account/token.html", {"token": token, "wanted": wanted})


@router.post("/account/tokens/revoke", dependencies=OWN)
def revoke_token(called: Called, prefix: Annotated[str, Form()] = "") -> Response:
    """End one of one's own tokens."""
    with transaction(called.house.engine) as session:
        issuing.revoke(session, author_of(called), prefix, person_id=called.person.id)
    return RedirectResponse(ACCOUNT, 303)


@router.post("/account/calendars", dependencies=OWN)
def add_calendar(
    called: Called,
    calendar_region: Annotated[str, Form()] = "",
    calendar_current: Annotated[str, Form()] = "",
) -> Response:
    """Make a calendar that programs fetch; the page shows its address this once."""
    try:
        prove_again(called, calendar_current)
    except REFUSALS as error:
        return _refused(called, error, part="calendar", typed={"calendar_region": calendar_region})
    with transaction(called.house.engine) as session:
        secret = subscribing.subscribe(session, author_of(called), called.person, calendar_region or None)
    address = f"{called.house.settings.base_url}/calendar/{secret}.ics"
    with called.reading() as visit:
        return visit.page("account/calendar.html", {"address": address, "region": calendar_region})


@router.post("/account/calendars/revoke", dependencies=OWN)
def revoke_calendar(called: Called, number: Annotated[int, Form(ge=0, le=LARGEST_NUMBER)] = 0) -> Response:
    """End one of one's own calendars."""
    with transaction(called.house.engine) as session:
        subscribing.unsubscribe(session, author_of(called), called.person.id, number)
    return RedirectResponse(ACCOUNT, 303)


def _renewed(called: Caller, cookie: str) -> Response:
    response = RedirectResponse(ACCOUNT, 303)
    set_cookie(response, called.house, cookie)
    return response


def _refused(
    called: Caller,
    error: TrackerError,
    *,
    part: str,
    telephone: str | None = None,
    typed: Mapping[str, str] = NOTHING,
) -> Response:
    status = {ProofStale: 401, SignInRefused: 401, TooManyTries: 429}.get(type(error), 400)
    with called.reading() as visit:
        return _page(visit, refused=error, part=part, telephone=telephone, typed=typed, status=status)


def _page(
    visit: Visit,
    *,
    refused: TrackerError | None = None,
    part: str = "",
    telephone: str | None = None,
    typed: Mapping[str, str] = NOTHING,
    status: int = 200,
) -> Response:
    number, session = visit.person.id, visit.session
    values = {
        "account": accounts.account_of(session, number),
        "sessions": people.sessions_of(session, number, now=visit.moment),
        "cookie": visitor_of(visit.request).cookie,
        "tokens": tokens.tokens_of(session, number),
        "feeds": calendar_feeds.feeds_of(session, number),
        "feed_regions": subscribing.regions_of(visit.person),
        "codes_left": credentials.recovery_codes_left(session, number),
        "has_secret": bool(visit.house.settings.secret),
        "is_kept": visit.house.settings.demands_second_factor,
        "scopes": tuple(scope for scope in TokenScope if any(map(visit.person.may, TOKEN_ACTIONS[scope]))),
        "regions": subscribing.regions_of(visit.person),
        "days": DAYS,
        "telephone": visit.house.voices[visit.language].formats.spelled(visit.person.telephone)
        if telephone is None
        else telephone,
        "least": choosing.SHORTEST,
        "refused": refused,
        "typed": typed,
        "part": part,
    }
    return visit.page("account/show.html", values, status=status)
