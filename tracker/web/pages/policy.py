"""The whole of the law and the house's own values, as they stand on any day (design §7)."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from tracker.domain.policy import Route
from tracker.domain.roles import Action
from tracker.domain.vocabulary import FlagKind
from tracker.services.evaluating import calendar
from tracker.web.deps import Asked
from tracker.web.filters import asked_of
from tracker.web.rules import allow

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@router.get("/policy", dependencies=[allow(Action.READ)])
def show(visit: Asked) -> Response:
    """Grounds, clauses, the list of daily needs, flags, calendar and sources."""
    asked_of(visit.request)
    policy = visit.house.book.policy
    days = calendar(visit.session, visit.house.book, visit.known)
    year = visit.on.year
    return visit.page(
        "policy/show.html",
        {
            "policy": policy,
            "routes": sorted(policy.routes, key=lambda route: _in_force_first(route, visit.on)),
            "clauses": tuple(policy.clauses.values()),
            "kinds": tuple(FlagKind),
            "estimated": sorted(day for day in days.estimated if day.year == year),
            "overrides": [days.overrides[day] for day in sorted(days.overrides) if day.year == year],
        },
    )


def _in_force_first(route: Route, on: date) -> tuple[bool, date, int]:
    return (on not in route.span, route.span.start, route.order)
