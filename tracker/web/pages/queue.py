"""The review queue: every flagged need, the one that is harmed most first (rules §5), and who works on it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tracker.domain.alphabet import sort_key
from tracker.domain.days import FOREVER
from tracker.domain.errors import CaseRefused
from tracker.domain.roles import Action
from tracker.domain.vocabulary import FlagKind, Service, State
from tracker.feeds.regions import REGIONS
from tracker.services import viewing
from tracker.services.evaluating import NeedView
from tracker.store import cases
from tracker.store.cases import Holder
from tracker.store.views import views_of
from tracker.web.casework import speaker
from tracker.web.deps import Asked, Called, Visit
from tracker.web.filters import HORIZONS, NOT_STATED, ON, QUEUED, Filters, asked_of
from tracker.web.orders import Order
from tracker.web.pages.people import LARGEST_NUMBER
from tracker.web.paging import page_of
from tracker.web.proving import author_of
from tracker.web.queueing import all_needs as all_needs
from tracker.web.queueing import hands_of, hers, kept, named
from tracker.web.queueing import searched as searched
from tracker.web.rules import allow

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

PAGE = "/queue"
ALL = "all"
"""``all=1`` in the address: every row of the page is chosen, which a box does where scripts run."""

NOTES_SHOWN = 10
"""Notes that wait for the reader, as far as the page has room."""


@router.get(PAGE, dependencies=[allow(Action.READ)])
def show(visit: Asked) -> Response:
    """The flagged needs that pass the filters, in harm order."""
    asked = asked_of(visit.request, (*QUEUED, ALL))
    return _page(visit, Filters.read(asked), is_all=asked.get(ALL) == ON)


@router.post("/queue/views", dependencies=[allow(Action.OWN_ACCOUNT)])
def keep_view(
    called: Called, name: Annotated[str, Form()] = "", query: Annotated[str, Form()] = ""
) -> Response:
    """Keep the filters of the queue under a name, as its address would write them."""
    filters = Filters.read(dict(parse_qsl(query)))
    asked = urlencode({field: value for field, value in filters.named.items() if value is not None})
    try:
        with called.writing() as session:
            viewing.keep(session, author_of(called), called.person, name, asked)
    except CaseRefused as refused:
        with called.reading() as visit:
            return _page(visit, filters, refused=refused)
    return RedirectResponse(f"{PAGE}?{asked}" if asked else PAGE, 303)


@router.post("/queue/views/forget", dependencies=[allow(Action.OWN_ACCOUNT)])
def forget_view(called: Called, number: Annotated[int, Form(ge=0, le=LARGEST_NUMBER)] = 0) -> Response:
    """Forget one of one's own views."""
    with called.writing() as session:
        viewing.forget(session, author_of(called), called.person, number)
    return RedirectResponse(PAGE, 303)


def _page(
    visit: Visit, filters: Filters, *, is_all: bool = False, refused: CaseRefused | None = None
) -> Response:
    seen = all_needs(visit)
    held = cases.holders(visit.session, visit.scope)
    needs = kept(visit, filters, seen, held)
    flagged = filters.sort.line(needs, language=visit.language, held=held)
    page = page_of(flagged, number=filters.page, size=filters.size)
    hands = hands_of(visit, {need.school.school_id for need in page.items}, is_pinned=True)
    waiting = cases.mentions(visit.session, visit.scope, visit.person.id)
    noted = [note for notes in hands.notes.values() for note in notes]
    values = {
        "filters": filters,
        "page": page,
        "is_all": is_all,
        "hands": hands,
        "schools": len({need.school.school_id for need in flagged}),
        "own_count": len(
            {need.school.school_id for need in hers(visit, seen, held) if need.assessment.flags}
        ),
        "all_count": len({need.school.school_id for need in seen if need.assessment.flags}),
        "empty": None if flagged else _why_empty(filters, needs),
        "next_change_on": next_change(needs),
        "is_found": bool(needs),
        "queued": named(filters),
        "asked_line": urlencode(named(filters)),
        "query": urlencode({name: value for name, value in filters.named.items() if value is not None}),
        "views": views_of(visit.session, visit.person.id),
        "waiting": waiting[:NOTES_SHOWN],
        "schools_named": {need.school.school_id: need.school for need in seen} if waiting else {},
        "told": speaker(visit, [*noted, *waiting]),
        "refused": refused,
        "holders": holders_named(held),
        "orders": tuple(Order),
        **choices(filters, seen),
    }
    return visit.page("queue/show.html", values, status=400 if refused else 200)


def _why_empty(filters: Filters, needs: Collection[NeedView]) -> str:
    """What an empty line says of itself: an all-clear, or only that a filter found nothing."""
    if not replace(filters, mine=False).is_set:
        return "queue.empty.mine" if filters.mine else "queue.empty"
    return "queue.empty.filter" if needs else "schools.empty"


def choices(filters: Filters, seen: Collection[NeedView]) -> dict[str, object]:
    """What the filter fields offer: the regions and districts that the reader sees, and those asked for."""
    stated = {need.school.region or NOT_STATED for need in seen} | {filters.region}
    return {
        "has_schools": bool(seen),
        "regions": [code for code in (*(region.code for region in REGIONS), NOT_STATED) if code in stated],
        "districts": _districts(filters, seen),
        "services": tuple(Service),
        "states": tuple(State),
        "flags": tuple(FlagKind),
        "horizons": HORIZONS,
    }


def _districts(filters: Filters, seen: Iterable[NeedView]) -> list[str]:
    """Those of the region that is asked for, or of all; the schools that state none come last."""
    within = (need.school for need in seen if filters.region in (None, need.school.region or NOT_STATED))
    found = {school.district or NOT_STATED for school in within} | {filters.district or ""}
    return sorted(found - {""}, key=lambda district: (district == NOT_STATED, sort_key(district)))


def holders_named(held: Mapping[str, Holder]) -> Mapping[str, str]:
    """The people who have a school in hand, by name, with the numbers that addresses name them by."""
    people = {holder.person: holder.name or holder.email for holder in held.values()}
    return {str(person): people[person] for person in sorted(people, key=lambda one: sort_key(people[one]))}


def next_change(needs: Iterable[NeedView]) -> date | None:
    """The next day on which any of these needs may change with no new fact."""
    soonest = min((need.assessment.next_change_on for need in needs), default=FOREVER)
    return None if soonest == FOREVER else soonest
