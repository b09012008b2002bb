"""The region board: what is on fire, where, and how much of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from tracker.domain.alphabet import sort_key
from tracker.domain.foregone import horizon_of
from tracker.domain.months import course_to
from tracker.domain.roles import Action
from tracker.feeds.regions import REGIONS
from tracker.render import curves
from tracker.services.evaluating import NeedView, Snapshot, snapshot
from tracker.services.foregoing import Prospects, prospects
from tracker.services.looking_back import Past, look_back
from tracker.store import registry
from tracker.web.deps import Asked, Visit
from tracker.web.filters import HORIZONS, NOT_STATED, Filters, asked_of
from tracker.web.rules import allow
from tracker.web.tallies import Tally, by_district, by_region, together
from tracker.web.tiles import LAYOUT, Level, level_of

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@dataclass(frozen=True)
class Figures:
    """The numbers of the board: each place with its tally, all together, the school days that each loses."""

    needs: tuple[tuple[str, Tally], ...]
    total: Tally
    lost: Mapping[str, int]


@router.get("/", dependencies=[allow(Action.READ)])
def show(visit: Asked) -> Response:
    """The country by regions; a region by districts with ``?region=``, and for who sees no other."""
    region = Filters.read(asked_of(visit.request, ("region",))).at_home(visit.person).region
    shot = snapshot(visit.session, visit.scope, on=visit.on, known=visit.known, book=visit.house.book)
    look = prospects(visit.session, visit.scope, shot, book=visit.house.book)
    figures = _figures(visit, shot, look, region)
    return visit.page(
        "board/show.html",
        {
            "region": region,
            "total": figures.total,
            "rows": figures.needs,
            "lost": figures.lost,
            "lost_in_all": sum(figures.lost.values()),
            "until": horizon_of(visit.on),
            "layout": LAYOUT,
            "levels": tuple(Level),
            "level_of": level_of,
            "horizons": HORIZONS,
            **_past(visit, look, region),
        },
    )


def _figures(visit: Visit, shot: Snapshot, look: Prospects, region: str | None) -> Figures:
    """Counted unless the same was just asked."""

    def count() -> Figures:
        needs = Filters(region=region).keep(shot.needs, found=None)
        rows = by_district(needs) if region else by_region(needs, [each.code for each in REGIONS])
        return Figures(
            rows, together(row for _, row in rows), _lost(look, needs, is_region=region is not None)
        )

    version = registry.data_version(visit.session)
    key = (visit.house.engine.url, version, visit.scope, visit.on, visit.known, region)
    return visit.house.book.remember(Figures, key, count)


def _lost(look: Prospects, needs: Iterable[NeedView], *, is_region: bool) -> Mapping[str, int]:
    """The school days that each place loses if nobody does anything."""
    until = horizon_of(look.on)
    found: Counter[str] = Counter()
    for one in look.of(needs):
        school = one.need.school
        place = (school.district if is_region else school.region) or NOT_STATED
        found[place] += look.loss(one, until).school_days
    return found


def _look_back(visit: Visit, look: Prospects) -> Past:
    return look_back(
        visit.session,
        visit.scope,
        days=course_to(visit.on),
        known=visit.known,
        calendar=look.calendar,
        book=visit.house.book,
    )


def _past(visit: Visit, look: Prospects, region: str | None) -> dict[str, object]:
    """The year before the day asked for, as it is known now and as it was known then."""
    past = _look_back(visit, look).of(region)
    now = [(one.served, one.required) for _, one, _ in past]
    then = [None if one is None else (one.served, one.required) for _, _, one in past]
    return {"past": tuple(reversed(past)), "picture": curves.draw((now, then))}


@router.get("/months", dependencies=[allow(Action.READ)])
def months(visit: Asked) -> Response:
    """The year before the day asked for, by regions or, with ``?region=``, by the districts of one."""
    filters = Filters.read(asked_of(visit.request, ("region",))).at_home(visit.person)
    shot = snapshot(visit.session, visit.scope, on=visit.on, known=visit.known, book=visit.house.book)
    found = _look_back(visit, prospects(visit.session, visit.scope, shot, book=visit.house.book))
    places = found.places(filters.region)
    order = {region.code: place for place, region in enumerate(REGIONS)}
    names = sorted(places, key=lambda name: (name == NOT_STATED, order.get(name, 0), sort_key(name)))
    return visit.page(
        "board/months.html",
        {
            "region": filters.region,
            "days": [point.on for point in reversed(found.needs)],
            "rows": [(name, places[name][::-1]) for name in names],
            "whole": [(now, then) for _, now, then in reversed(found.of(filters.region))],
        },
    )
