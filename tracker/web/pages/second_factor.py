"""One's own second factor: set up with a square code, its recovery codes, switched off (AUT-13)."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

import segno
from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tracker.domain.errors import (
    CodeRefused,
    SecondFactorNeeded,
    SecretMissing,
    SignInRefused,
    TooManyTries,
    TrackerError,
)
from tracker.domain.roles import Action
from tracker.services import admitting, enrolling, sealing
from tracker.services.sealing import Seal
from tracker.store.credentials import recovery_codes_left
from tracker.store.engine import transaction
from tracker.web.deps import Called, Caller
from tracker.web.proving import author_of, origin_of, own_credentials, prove_again, prove_code
from tracker.web.rules import allow
from tracker.web.visitors import carry_on, set_cookie

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

PAGE = "/account/second-factor"
OFF = "off"
OWN = [allow(Action.OWN_ACCOUNT, leads_to_second_factor=True)]
REFUSALS = (CodeRefused, SecondFactorNeeded, SignInRefused, TooManyTries)
STATUSES = {SecondFactorNeeded: 403, SignInRefused: 401, CodeRefused: 400, TooManyTries: 429}


@router.get(PAGE, dependencies=OWN)
def show(called: Called) -> Response:
    """A new secret, as a square code and as text; where there is one already, what to do with it."""
    if own_credentials(called).second_factor is None:
        return _offer(called, sealing.new_secret())
    return _manage(called)


@router.post(PAGE, dependencies=OWN)
def take_up(
    called: Called,
    offered: Annotated[str, Form()] = "",
    code: Annotated[str, Form()] = "",
    current: Annotated[str, Form()] = "",
) -> Response:
    """Switch it on once its first code is right, and show the recovery codes this once.

    It takes the place of no other: that one is switched off first, with a code of its own.
    """
    if own_credentials(called).second_factor is not None:
        return RedirectResponse(PAGE, 303)
    seal, number = _seal(called), called.person.id
    secret = seal.taken(offered, person_id=number, now=called.moment)
    if secret is None:
        return RedirectResponse(PAGE, 303)
    try:
        step = sealing.step_of(secret, code, last_step=None, now=called.moment)
        if step is None:
            raise CodeRefused
        prove_again(called, current)
    except REFUSALS as error:
        return _offer(called, secret, refused=error)
    sealed = seal.close(secret, now=called.moment)
    with transaction(called.house.engine) as session:
        codes = enrolling.set_second_factor(session, author_of(called), number, sealed, step=step)
        cookie = admitting.renew(session, number, origin_of(called), author_of(called))
    return _codes(called, codes, cookie)


@router.post("/account/second-factor/change", dependencies=OWN)
def change(
    called: Called,
    act: Annotated[str, Form()] = "",
    current: Annotated[str, Form()] = "",
    code: Annotated[str, Form()] = "",
) -> Response:
    """New recovery codes, shown this once; or no second factor any more, and every other session is over.

    Where one is demanded, only an administrator takes it, from somebody else.
    """
    try:
        if act == OFF and called.house.settings.demands_second_factor:
            raise SecondFactorNeeded(reason="kept")
        prove_again(called, current)
        prove_code(called, code)
    except REFUSALS as error:
        return _manage(called, refused=error)
    author, number = author_of(called), called.person.id
    with transaction(called.house.engine) as session:
        if act != OFF:
            codes = enrolling.renew_recovery_codes(session, author, number)
        else:
            enrolling.take_second_factor(session, author, number)
            cookie = admitting.renew(session, number, origin_of(called), author)
    if act != OFF:
        return _codes(called, codes)
    response = RedirectResponse("/account", 303)
    set_cookie(response, called.house, cookie)
    return response


def _seal(called: Caller) -> Seal:
    seal = Seal.of(called.house.settings.secret)
    if seal is None:
        raise SecretMissing(reason="server")
    if own_credentials(called).password_hash is None:
        raise SecretMissing(reason="password")
    return seal


def _offer(called: Caller, secret: str, refused: TrackerError | None = None) -> Response:
    service = urlsplit(called.house.settings.base_url).netloc  # short, so that the square stays coarse
    address = sealing.address_of(secret, email=called.person.email, service=service)
    values = {
        "secret": secret,
        "square": square(address),
        "offered": _seal(called).offer(secret, person_id=called.person.id, now=called.moment),
        "refused": refused,
    }
    with called.reading() as visit:
        return visit.page("account/second_factor.html", values, status=_status(refused))


def _manage(called: Caller, refused: TrackerError | None = None) -> Response:
    with called.reading() as visit:
        left = recovery_codes_left(visit.session, called.person.id)
        is_kept = called.house.settings.demands_second_factor
        values = {"codes_left": left, "refused": refused, "is_kept": is_kept}
        return visit.page("account/second_factor_on.html", values, status=_status(refused))


def _status(refused: TrackerError | None) -> int:
    return STATUSES[type(refused)] if refused else 200


def _codes(called: Caller, codes: tuple[str, ...], cookie: str | None = None) -> Response:
    values: dict[str, object] = {"codes": codes}
    if cookie is not None:
        carry_on(called.request, cookie)
    with called.reading() as visit:
        response = visit.page("account/codes.html", values)
    if cookie is not None:
        set_cookie(response, called.house, cookie)
    return response


def square(text: str) -> tuple[int, str]:
    """A square code as the number of its modules on a side and the path of the dark ones (SVG)."""
    matrix = [list(row) for row in segno.make(text, error="m").matrix_iter(border=4)]
    dark = [(x, y) for y, row in enumerate(matrix) for x, is_dark in enumerate(row) if is_dark]
    return len(matrix), "".join(f"M{x} {y}h1v1h-1z" for x, y in dark)
