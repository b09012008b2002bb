"""Erasing a person's data: first what would go and what would stay, then the deed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tracker.domain.errors import LastAdmin, NotFound, TrackerError
from tracker.domain.roles import Action
from tracker.services import erasing
from tracker.store import accounts
from tracker.web.deps import Asked, Called, Visit
from tracker.web.pages.people import LARGEST_NUMBER, STATUSES
from tracker.web.proving import PROOF_REFUSALS, author_of, prove_again, proves_by_password
from tracker.web.rules import allow

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@router.get("/people/{number}/erase", dependencies=[allow(Action.MANAGE_PEOPLE)])
def ask(visit: Asked, number: int) -> Response:
    """What goes and what stays."""
    return _ask(visit, number)


@router.post("/people/{number}/erase", dependencies=[allow(Action.MANAGE_PEOPLE)])
def erase(called: Called, number: int, proof: Annotated[str, Form()] = "") -> Response:
    """Erase them, as an administrator who proves herself again."""
    try:
        prove_again(called, proof)
        with called.writing() as session:
            erasing.erase(session, author_of(called), _known(number))
    except (LastAdmin, *PROOF_REFUSALS) as error:
        with called.reading() as visit:
            return _ask(visit, number, refused=error)
    return RedirectResponse("/people", 303)


def _ask(visit: Visit, number: int, refused: TrackerError | None = None) -> Response:
    found = accounts.account_of(visit.session, _known(number))
    if found is None or found.erased_at is not None:
        raise NotFound
    values = {"whose": found.person, "refused": refused, "has_password": proves_by_password(visit)}
    return visit.page(
        "people/erase.html", values, status=STATUSES.get(type(refused), 409) if refused else 200
    )


def _known(number: int) -> int:
    if not 0 < number <= LARGEST_NUMBER:
        raise NotFound
    return number
