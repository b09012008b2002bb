"""Proof that plan and deliveries agree: what was owed on some past days, and what became of each reminder."""

from __future__ import annotations

from datetime import date, timedelta

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from tracker.domain.agreement import Outcome
from tracker.domain.asked import read_day
from tracker.domain.errors import FilterNotKnown
from tracker.domain.roles import Action
from tracker.render.letters import Letters
from tracker.render.told import Told, read_line
from tracker.services import agreeing
from tracker.services.agreeing import Entry, Proof
from tracker.services.overseeing import OVERSEEING
from tracker.store import accounts
from tracker.web.deps import Asked, Visit
from tracker.web.filters import asked_of
from tracker.web.rules import allow

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

LATELY = timedelta(days=6)
LONGEST = timedelta(days=31)
"""Days that one proof looks at, besides its last."""

SHOWN = 200
WHOSE = ("mine", "all")


@router.get("/reminders/agreement", dependencies=[allow(Action.OWN_ACCOUNT)])
def show(visit: Asked) -> Response:
    """One's own reminders of some days, or everybody's of the schools that one looks after."""
    asked = asked_of(visit.request, ("first", "last", "whose"))
    last = read_day(asked["last"]) if asked.get("last") else visit.today
    first = read_day(asked["first"]) if asked.get("first") else last - LATELY
    if not first <= last <= first + LONGEST:
        raise FilterNotKnown(name="first", value=first.isoformat())
    whose = asked.get("whose") or ("all" if visit.person.role in OVERSEEING else "mine")
    if whose not in WHOSE or (whose == "all" and visit.person.role not in OVERSEEING):
        raise FilterNotKnown(name="whose", value=whose, allowed=WHOSE)
    return _page(visit, first, last, whose)


def _page(visit: Visit, first: date, last: date, whose: str) -> Response:
    session, person, house = visit.session, visit.person, visit.house
    if whose == "all":
        proof = agreeing.of_all(session, person, first, last)
    else:
        proof = agreeing.of_person(session, person, person, first, last)
    return visit.page(
        "reminders/agreement.html",
        {
            "proof": proof,
            "outcomes": tuple(Outcome),
            "rows": [(entry, _line(entry)) for entry in proof.differing[:SHOWN]],
            "names": _names(visit, proof),
            "letters": Letters(
                house.voices[visit.language], house.book.policy.clauses, house.settings.base_url
            ),
            "first": first,
            "last": last,
            "whose": whose,
            "may_oversee": person.role in OVERSEEING,
        },
    )


def _line(entry: Entry) -> Told | None:
    return None if entry.line is None else read_line(entry.line)


def _names(visit: Visit, proof: Proof) -> dict[int, str]:
    """What the people of the rows shown are called."""
    shown = proof.differing[:SHOWN]
    wanted = {entry.person for entry in shown} | {entry.reader for entry in shown}
    return {
        each.person.id: each.person.name
        for each in accounts.accounts(visit.session)
        if each.person.id in wanted
    }
