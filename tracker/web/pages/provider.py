"""To the identity provider and back (OpenID Connect); what passed on the way out is known by a cookie."""

from __future__ import annotations

import hmac
from dataclasses import asdict
from datetime import datetime, timedelta
from urllib.parse import urlencode

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from fastapi import APIRouter
from itsdangerous import BadData, URLSafeSerializer
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tracker.domain.errors import NotFound, ProviderRefused, TooManyTries, TrackerError
from tracker.feeds import identity
from tracker.feeds.identity import Way
from tracker.services import vouching
from tracker.services.admitting import Entry, Knock, Outcome
from tracker.settings import Provider
from tracker.store import people
from tracker.store.engine import transaction
from tracker.web.deps import Called, Caller
from tracker.web.house import House
from tracker.web.own_paths import own_path
from tracker.web.proving import author_of, origin_of
from tracker.web.rules import anyone
from tracker.web.visitors import set_cookie, visitor_of, way_on

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

HERE = "/sign-in/provider"
ANSWER = f"{HERE}/answer"
LASTS = timedelta(minutes=10)


@router.get(HERE, dependencies=[anyone()])
def go(called: Called) -> Response:
    """Send the browser to the provider, with a cookie by which its answer is known."""
    provider, way = _provider(called), Way.new()
    onward = own_path(called.request.query_params.get("next", "/"))
    try:
        address = identity.address_to_ask(
            provider, way, called.house.discovery, answer_to=_answer_to(called.house), now=called.moment
        )
    except ProviderRefused as error:
        return _refused(called, error)
    response = RedirectResponse(address, 303)
    kept = _signer(called.house).dumps({**asdict(way), "next": onward, "at": called.moment.isoformat()})
    name, secure = _cookie_name(called.house), called.house.settings.is_https
    response.set_cookie(
        name, str(kept), max_age=int(LASTS.total_seconds()), path="/", secure=secure,
        httponly=True, samesite="lax",
    )  # fmt: skip
    return response


@router.get(ANSWER, dependencies=[anyone()])
def come_back(called: Called) -> Response:
    """Let in whom the provider vouches for; every refusal is told in words, written down and counted.

    Except for an answer that this browser has not asked for: any page of the web can have it sent here from
    somebody's office, so it counts against nobody and fills no journal.
    """
    provider = _provider(called)
    try:
        way, onward = _way_of(called)
    except ProviderRefused as error:
        return _refused(called, error)
    with transaction(called.house.engine) as session:
        knocked = vouching.knock(session, origin_of(called), author_of(called))
    if knocked.attempt is None:
        return _refused(called, TooManyTries(knocked.opens_at), status=429)
    try:
        entry = _enter(called, provider, way, knocked)
    except ProviderRefused as error:
        with transaction(called.house.engine) as session:
            vouching.refuse(session, author_of(called), str(error.details["reason"]))
        return _refused(called, error)
    if entry.outcome is Outcome.WRONG:
        return _refused(called, ProviderRefused(reason="account"))
    if entry.outcome is Outcome.HALF_WAY:
        onward = f"/sign-in/code?{urlencode({'next': onward})}"
    response = RedirectResponse(way_on(called.house, entry.cookie, onward), 303)
    set_cookie(response, called.house, entry.cookie)
    _forget(response, called.house)
    return response


def _enter(called: Caller, provider: Provider, way: Way, knocked: Knock) -> Entry:
    """How the try ended; raises :class:`ProviderRefused`."""
    given = called.request.query_params
    if given.get("iss", provider.issuer) != provider.issuer:
        raise ProviderRefused(reason="answer")
    if "error" in given or not given.get("code"):
        raise ProviderRefused(reason="denied")
    found = identity.identity_of(
        provider,
        way,
        called.house.discovery,
        given["code"],
        answer_to=_answer_to(called.house),
        now=called.moment,
    )
    with transaction(called.house.engine) as session:
        entry = vouching.enter(session, found, knocked, origin_of(called), author_of(called))
        before = visitor_of(called.request).cookie
        if entry.cookie and before:
            people.end_session(session, before, at=called.moment)
    return entry


def _way_of(called: Caller) -> tuple[Way, str]:
    """The way of which this is the answer, and where the browser wanted to go.

    Raises :class:`ProviderRefused` unless the browser was sent on it lately and the answer names its state.
    """
    kept = called.request.cookies.get(_cookie_name(called.house), "")
    try:
        said = _signer(called.house).loads(kept)
    except BadData as error:
        raise ProviderRefused(reason="state") from error
    if not timedelta(0) <= called.moment - datetime.fromisoformat(said["at"]) <= LASTS:
        raise ProviderRefused(reason="state")
    given = called.request.query_params.get("state", "")
    if not hmac.compare_digest(given.encode(), said["state"].encode()):
        raise ProviderRefused(reason="state")
    return Way(said["state"], said["nonce"], said["verifier"]), said["next"]


def _provider(called: Caller) -> Provider:
    provider = called.house.settings.provider
    if provider is None:
        raise NotFound
    return provider


def _answer_to(house: House) -> str:
    return house.settings.base_url + ANSWER


def _cookie_name(house: House) -> str:
    return "__Host-tracker-way" if house.settings.is_https else "tracker-way"


def _signer(house: House) -> URLSafeSerializer:
    """Signs under a key of its own, derived from ``TRACKER_SECRET``."""
    hkdf = HKDF(SHA256(), length=32, salt=None, info=b"identity provider")
    return URLSafeSerializer(hkdf.derive(house.settings.secret.encode()))


def _forget(response: Response, house: House) -> None:
    response.delete_cookie(
        _cookie_name(house), path="/", secure=house.settings.is_https, httponly=True, samesite="lax"
    )


def _refused(called: Caller, error: TrackerError, *, status: int = 401) -> Response:
    values = {"next": "/", "email": "", "refused": error, "chosen": False}
    with called.reading() as visit:
        response = visit.page("session/sign_in.html", values, status=status)
    _forget(response, called.house)
    return response
