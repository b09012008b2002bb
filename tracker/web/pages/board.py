"""The region board: what is on fire, where, and how much of it."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from tracker.domain.roles import Action
from tracker.feeds.regions import REGIONS
from tracker.services.evaluating import snapshot
from tracker.web.deps import Asked
from tracker.web.filters import HORIZONS, Filters, asked_of
from tracker.web.rules import allow
from tracker.web.tallies import by_district, by_region, tally

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@router.get("/", dependencies=[allow(Action.READ)])
def show(visit: Asked) -> Response:
    """The country by regions or, with ``?region=``, a region by districts."""
    filters = Filters.read(asked_of(visit.request, ("region",)))
    shot = snapshot(visit.session, visit.scope, on=visit.on, known=visit.known, book=visit.house.book)
    needs = Filters(region=filters.region).keep(shot.needs, found=None)
    codes = [region.code for region in REGIONS]
    return visit.page(
        "board/show.html",
        {
            "region": filters.region,
            "total": tally(needs),
            "rows": by_district(needs) if filters.region else by_region(needs, codes),
            "horizons": HORIZONS,
        },
    )
