"""The review queue: every flagged need, the one that is harmed most first (rules §5)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from tracker.domain.days import FOREVER
from tracker.domain.roles import Action
from tracker.domain.vocabulary import FlagKind, Service, State
from tracker.feeds.regions import REGIONS
from tracker.services.evaluating import NeedView, in_harm_order, snapshot
from tracker.store.registry import search_schools
from tracker.web.deps import Asked, Visit
from tracker.web.filters import FIELDS, HORIZONS, NOT_STATED, Filters, asked_of
from tracker.web.paging import page_of
from tracker.web.rules import allow

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@router.get("/queue", dependencies=[allow(Action.READ)])
def show(visit: Asked) -> Response:
    """The flagged needs that pass the filters, in harm order."""
    filters = Filters.read(asked_of(visit.request, FIELDS))
    seen = all_needs(visit)
    needs = filters.keep(seen, found=searched(visit, filters))
    flagged = in_harm_order(needs)
    return visit.page(
        "queue/show.html",
        {
            "filters": filters,
            "page": page_of(flagged, number=filters.page, size=filters.size),
            "schools": len({need.school.school_id for need in flagged}),
            "next_change_on": next_change(needs),
            **choices(filters, seen),
        },
    )


def all_needs(visit: Visit) -> tuple[NeedView, ...]:
    """Every need that the reader may see, on the day asked for."""
    book = visit.house.book
    return snapshot(visit.session, visit.scope, on=visit.on, known=visit.known, book=book).needs


def searched(visit: Visit, filters: Filters) -> frozenset[str] | None:
    """The schools that a search found; None without a search."""
    if not filters.q:
        return None
    named = search_schools(visit.session, visit.scope, filters.q, known_seq=visit.known_seq)
    return frozenset(school.school_id for school in named)


def choices(filters: Filters, seen: Collection[NeedView]) -> dict[str, object]:
    """What the filter fields offer; of the regions those that the reader sees, and the one asked for."""
    stated = {need.school.region or NOT_STATED for need in seen} | {filters.region}
    return {
        "has_schools": bool(seen),
        "regions": [code for code in (*(region.code for region in REGIONS), NOT_STATED) if code in stated],
        "services": tuple(Service),
        "states": tuple(State),
        "flags": tuple(FlagKind),
        "horizons": HORIZONS,
    }


def next_change(needs: Iterable[NeedView]) -> date | None:
    """The next day on which any of these needs may change with no new fact."""
    soonest = min((need.assessment.next_change_on for need in needs), default=FOREVER)
    return None if soonest == FOREVER else soonest
