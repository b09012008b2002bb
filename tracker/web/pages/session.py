"""Coming in and going out: password, second factor, sign-out."""

from __future__ import annotations

from math import ceil
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tracker.domain.acts import Act
from tracker.domain.errors import (
    CodeRefused,
    SignInRefused,
    StrangersRefused,
    TooManyTries,
    TrackerError,
)
from tracker.services import admitting
from tracker.services.admitting import Entry, Outcome
from tracker.services.sealing import Seal
from tracker.store import links, people
from tracker.store.engine import transaction
from tracker.store.links import SECOND_STEPS
from tracker.web.deps import Asked, Called, Caller, seconds_until
from tracker.web.filters import ON
from tracker.web.own_paths import first_page, own_path
from tracker.web.proving import author_of, check, origin_of
from tracker.web.rules import anyone, person_of
from tracker.web.visitors import drop_cookie, set_cookie, set_device_cookie, visitor_of, way_on

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

SIGN_IN = "/sign-in"
CODE = "/sign-in/code"
STATUSES = {SignInRefused: 401, CodeRefused: 401, TooManyTries: 429, StrangersRefused: 429}
MINUTE = 60


@router.get(SIGN_IN, dependencies=[anyone()])
def ask_password(visit: Asked) -> Response:
    """The form to sign in with."""
    onward = own_path(visit.request.query_params.get("next", "/"))
    if (person := person_of(visit.request)) is not None:
        return RedirectResponse(first_page(onward, person), 303)
    chosen = visit.request.query_params.get("chosen") == ON
    return visit.page(
        "session/sign_in.html", {"next": onward, "email": "", "refused": None, "chosen": chosen}
    )


@router.post(SIGN_IN, dependencies=[anyone()])
def sign_in(
    called: Called,
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Let a person in, or half way to her second factor; every refusal is the same."""
    onward = own_path(next)
    knocked, checked = check(called, email, password, is_warded=True)
    with transaction(called.house.engine) as session:
        entry = admitting.enter(session, knocked, checked, origin_of(called), author_of(called))
        if entry.cookie:
            _leave_behind(session, called.request, called)
    if entry.outcome is Outcome.IN:
        return _let_in(called, entry, onward)
    if entry.outcome is Outcome.HALF_WAY:
        response = RedirectResponse(f"{CODE}?{urlencode({'next': onward})}", 303)
        set_cookie(response, called.house, entry.cookie)
        return response
    return _not_let_in(called, entry, next=onward, email=email, chosen=False)


def _not_let_in(called: Caller, entry: Entry, **values: object) -> Response:
    """The form again, and what is wrong; while unknown devices are refused also for how long."""
    if entry.outcome is not Outcome.CLOSED or entry.opens_at is None:
        refused = TooManyTries(entry.opens_at) if entry.outcome is Outcome.WAIT else SignInRefused()
        return _refused(called, "session/sign_in.html", refused, **values)
    minutes = ceil(seconds_until(entry.opens_at, called.moment) / MINUTE)
    closed = StrangersRefused(entry.opens_at, reason="soon", minutes=minutes)
    return _refused(called, "session/sign_in.html", closed, **values)


@router.get(CODE, dependencies=[anyone()])
def ask_code(visit: Asked) -> Response:
    """The form for the code of a second factor, for whoever has just given her password."""
    onward = own_path(visit.request.query_params.get("next", "/"))
    pending = visitor_of(visit.request).cookie or ""
    if links.person_of_link(visit.session, pending, *SECOND_STEPS, now=visit.moment) is None:
        return RedirectResponse(SIGN_IN, 303)
    return visit.page("session/code.html", {"next": onward, "refused": None})


@router.post(CODE, dependencies=[anyone()])
def give_code(
    called: Called, code: Annotated[str, Form()] = "", next: Annotated[str, Form()] = "/"
) -> Response:
    """Let the person in whose code is right."""
    onward = own_path(next)
    entry = _try_code(called, visitor_of(called.request).cookie or "", code)
    if entry.outcome is Outcome.STALE:
        return RedirectResponse(SIGN_IN, 303)
    if entry.outcome is Outcome.IN:
        return _let_in(called, entry, onward)
    refused = TooManyTries(entry.opens_at) if entry.outcome is Outcome.WAIT else CodeRefused()
    return _refused(called, "session/code.html", refused, next=onward)


@router.post("/sign-out", dependencies=[anyone()])
def sign_out(called: Called) -> Response:
    """End the session, on the server too."""
    person = person_of(called.request)
    with transaction(called.house.engine) as session:
        _leave_behind(session, called.request, called)
        if person is not None:
            author_of(called).note(session, Act.SIGN_OUT, person.mark)
    response = RedirectResponse(SIGN_IN, 303)
    drop_cookie(response, called.house)
    response.headers["clear-site-data"] = '"cache", "storage"'
    return response


def _try_code(called: Caller, pending: str, code: str) -> Entry:
    seal, author, origin = Seal.of(called.house.settings.secret), author_of(called), origin_of(called)
    with transaction(called.house.engine) as session:
        knocked = admitting.knock_for_code(session, pending, origin, author)
        if knocked is None:
            return Entry(Outcome.STALE)
        return admitting.enter_code(session, knocked, pending, code, origin, author, seal)


def _let_in(called: Caller, entry: Entry, onward: str) -> Response:
    response = RedirectResponse(way_on(called.house, entry.cookie, onward), 303)
    set_cookie(response, called.house, entry.cookie)
    set_device_cookie(response, called.house, entry.device)
    return response


def _leave_behind(session: Session, request: Request, called: Caller) -> None:
    """End the session that this browser had before, or the way to one on which it was half way."""
    if cookie := visitor_of(request).cookie:
        people.end_session(session, cookie, at=called.moment)
        links.use_link(session, cookie, *SECOND_STEPS, now=called.moment)


def _refused(called: Caller, template: str, error: TrackerError, **values: object) -> Response:
    with called.reading() as visit:
        return visit.page(template, {**values, "refused": error}, status=STATUSES[type(error)])
