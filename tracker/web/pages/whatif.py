"""What if: one need of a school with a day, a method or a contract changed on a copy, beside the present."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from tracker.domain.asked import read_day
from tracker.domain.cases import LONGEST_NOTE
from tracker.domain.days import Span
from tracker.domain.errors import DayNotReadable, SuppositionRefused, TrackerError
from tracker.domain.prices import months_shown
from tracker.domain.register import SchoolRow
from tracker.domain.roles import Action
from tracker.domain.supposing import Change
from tracker.domain.vocabulary import Method, Service
from tracker.services import tasking, working
from tracker.services.evaluating import calendar
from tracker.services.supposing import Supposition, suppose
from tracker.store import cases, registry
from tracker.web.deps import Asked, Visit
from tracker.web.filters import asked_of, not_known
from tracker.web.queueing import LINE, case_in, line_of
from tracker.web.rules import allow

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

Word = TypeVar("Word", Service, Method)

WORKING_DAYS = 5
"""Within how many working days a task is to be done unless another day is chosen."""

FIELDS = ("service", "cover_until", "announce_on", "method", "interim_from", "interim_until", LINE)


@router.get("/what-if/{school_id:path}", dependencies=[allow(Action.READ)])
def show(visit: Asked, school_id: str) -> Response:
    """The present beside what is supposed in the address; leaving the page changes nothing."""
    asked = asked_of(visit.request, FIELDS)
    service = _one_of(Service, asked, "service") or Service.CHANNEL
    school = registry.get_school(visit.session, visit.scope, school_id, known_seq=visit.known_seq)
    refused: TrackerError | None = None
    try:
        change = _change(asked)
        found = _suppose(visit, school_id, service, change)
    except (DayNotReadable, SuppositionRefused) as error:
        refused, change = error, Change()
        found = _suppose(visit, school_id, service, change)
    values = {
        "school": school,
        "service": service,
        "asked_for": asked,
        "change": change,
        "supposed": found,
        "months": months_shown(change.interim) if change.interim else None,
        "methods": tuple(Method),
        "refused": refused,
        **case_in(visit, line_of(visit.request), [school_id]),
        **_task(visit, school, change),
    }
    return visit.page("schools/what_if.html", values, status=400 if refused else 200)


def _task(visit: Visit, school: SchoolRow, change: Change) -> dict[str, object]:
    """What the form offers that makes a task of what is supposed: to whom, by when, and its own key."""
    if change.is_none or not visit.is_now or not visit.person.may(Action.WORK):
        return {"colleagues": ()}
    able = working.colleagues(visit.session, [school])
    held = cases.holders(visit.session, visit.scope, schools=[school.school_id]).get(school.school_id)
    email = (school.officer_email or "").lower()
    officer = next((each.id for each in able if each.email.lower() == email), None)
    days = calendar(visit.session, visit.house.book)
    return {
        "colleagues": able,
        "offered": held.person if held else officer or visit.person.id,
        "due_on": days.after(visit.on, WORKING_DAYS),
        "key": tasking.new_key(),
        "most": LONGEST_NOTE,
    }


def _suppose(visit: Visit, school_id: str, service: Service, change: Change) -> Supposition:
    book = visit.house.book
    return suppose(
        visit.session, visit.scope, school_id, service, change, on=visit.on, known=visit.known, book=book
    )


def _change(asked: Mapping[str, str]) -> Change:
    """What an address supposes; raises :class:`DayNotReadable` and :class:`SuppositionRefused`."""
    first, last = _day(asked, "interim_from"), _day(asked, "interim_until")
    if (first is None) is not (last is None) or (first and last and last < first):
        raise SuppositionRefused(reason="interim")
    return Change(
        cover_until=_day(asked, "cover_until"),
        announce_on=_day(asked, "announce_on"),
        method=_one_of(Method, asked, "method"),
        interim=Span.inclusive(first, last) if first and last else None,
    )


def _day(asked: Mapping[str, str], name: str) -> date | None:
    text = asked.get(name, "").strip()
    return read_day(text) if text else None


def _one_of(words: type[Word], asked: Mapping[str, str], name: str) -> Word | None:
    text = asked.get(name, "")
    if text and text not in tuple(words):
        raise not_known(name, text, tuple(words))
    return words(text) if text else None
