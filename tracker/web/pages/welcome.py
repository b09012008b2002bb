"""Choosing a password by a link that works once: an invitation, or for somebody who has forgotten hers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tracker.domain.errors import PasswordRefused
from tracker.services import choosing, enrolling
from tracker.store import people
from tracker.store.credentials import Credentials
from tracker.store.engine import reading, transaction
from tracker.web.deps import Called, Caller
from tracker.web.proving import author_of
from tracker.web.rules import anyone
from tracker.web.visitors import drop_cookie, set_device_cookie, visitor_of

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@router.get("/welcome/{secret}", dependencies=[anyone()])
def ask(called: Called, secret: str) -> Response:
    """The form for a new password. Looking uses nothing up: mail programs look at links too."""
    return _form(called, _holder(called, secret))


@router.post("/welcome/{secret}", dependencies=[anyone()])
def choose(
    called: Called,
    secret: str,
    password: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Keep the password. Nobody is signed in by it: a second factor is still asked for (AUT-13)."""
    known = _holder(called, secret)
    try:
        with called.house.hasher.turn():  # guessing takes as long as hashing
            enrolling.require_good_password(password, again, known)
    except PasswordRefused as error:
        return _form(called, known, refused=error)
    password_hash = called.house.hasher.make(password)
    cookie = visitor_of(called.request).cookie
    with transaction(called.house.engine) as session:
        device = enrolling.take_up(session, secret, password_hash, author_of(called))
        if cookie:
            people.end_session(session, cookie, at=called.moment)
    response = RedirectResponse("/sign-in?chosen=1", 303)
    drop_cookie(response, called.house)
    set_device_cookie(response, called.house, device)
    return response


def _holder(called: Caller, secret: str) -> Credentials:
    with reading(called.house.engine) as session:
        return enrolling.holder_of_link(session, secret, author_of(called))


def _form(called: Caller, known: Credentials, refused: PasswordRefused | None = None) -> Response:
    values = {"email": known.email, "refused": refused, "least": choosing.SHORTEST}
    with called.reading() as visit:
        page = visit.page("session/welcome.html", values, status=400 if refused else 200)
    page.headers["referrer-policy"] = "strict-origin"  # the form says where it comes from, not by which link
    return page
