"""Reminders of one contract's end: its own leads, what they would tell whom, and back to the house's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tracker.domain.errors import FilterNotKnown, LeadsRefused
from tracker.domain.leads import read_leads
from tracker.domain.reminders import Lead
from tracker.domain.roles import Action
from tracker.services import leading
from tracker.services.leading import Own, Trial
from tracker.web.deps import Asked, Called, Caller, Visit
from tracker.web.filters import asked_of
from tracker.web.proving import author_of
from tracker.web.rules import allow

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

PAGE = "/reminders/leads"
DEEDS = ("try", "keep", "reset")
"""What the buttons ask for: see what would be told, keep it, go back to the leads of the house."""

SHOWN = 200
"""Rows of a trial."""


@router.get(PAGE, dependencies=[allow(Action.SET_LEADS)])
def show(visit: Asked) -> Response:
    """The leads of a contract as they are, and what they will tell."""
    asked = asked_of(visit.request, ("contract", "done"))
    number = asked.get("contract") or ""
    own = leading.find(visit.session, visit.person, number, today=visit.today, book=visit.house.book)
    trial = _trial(visit, own, own.leads)
    return _page(visit, number, trial=trial, done=asked.get("done", ""))


@router.post(PAGE, dependencies=[allow(Action.SET_LEADS)])
def change(
    called: Called,
    contract: Annotated[str, Form()] = "",
    plain: Annotated[str, Form()] = "",
    unless: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    deed: Annotated[str, Form()] = "try",
) -> Response:
    """Show what leads would tell, or keep them, or go back to those of the house."""
    if deed not in DEEDS:
        raise FilterNotKnown(name="deed", value=deed, allowed=DEEDS)
    said = {"plain": plain, "unless": unless, "reason": reason}
    try:
        if deed == "try":
            return _tried(called, contract, said)
        _write(called, contract, said, deed)
    except LeadsRefused as refused:
        with called.reading() as visit:
            return _page(visit, contract, said=said, refused=refused)
    return RedirectResponse(f"{PAGE}?{urlencode({'contract': contract, 'done': deed})}", 303)


def _tried(called: Caller, number: str, said: dict[str, str]) -> Response:
    leads = read_leads(said["plain"], said["unless"])
    with called.reading() as visit:
        book, today = visit.house.book, visit.today
        own = leading.find(visit.session, visit.person, number, today=today, book=book)
        trial = _trial(visit, own, leads)
        return _page(visit, number, said=said, trial=trial, is_tried=True)


def _trial(visit: Visit, own: Own, leads: Iterable[Lead]) -> Trial:
    book, by = visit.house.book, visit.house.settings.channels
    return leading.rehearse(visit.session, own, leads, today=visit.today, book=book, by=by)


def _write(called: Caller, number: str, said: dict[str, str], deed: str) -> None:
    author, person, today, book = author_of(called), called.person, called.today, called.house.book
    with called.writing() as session:
        own = leading.find(session, person, number, today=today, book=book)
        if deed == "reset":
            leading.reset(session, author, person, own, today=today, book=book)
        else:
            leads = read_leads(said["plain"], said["unless"])
            leading.keep(session, author, person, own, leads, reason=said["reason"], today=today)


def _page(
    visit: Visit,
    number: str,
    *,
    said: dict[str, str] | None = None,
    trial: Trial | None = None,
    is_tried: bool = False,
    refused: LeadsRefused | None = None,
    done: str = "",
) -> Response:
    book = visit.house.book
    own = leading.find(visit.session, visit.person, number, today=visit.today, book=book)
    plain = (lead for lead in own.leads if not lead.unless_begun)
    unless = (lead for lead in own.leads if lead.unless_begun)
    values = {
        "own": own,
        "plain": said["plain"] if said else ", ".join(str(lead.count) for lead in plain),
        "unless": said["unless"] if said else ", ".join(str(lead.count) for lead in unless),
        "reason": said["reason"] if said else own.given.reason if own.given else "",
        "house": leading.house_leads(book, visit.today),
        "trial": trial,
        "told": trial.told[:SHOWN] if trial else (),
        "is_tried": is_tried,
        "refused": refused,
        "is_kept": done in DEEDS[1:],
        "default_language": visit.house.settings.language,
    }
    return visit.page("reminders/leads.html", values, status=400 if refused else 200)
