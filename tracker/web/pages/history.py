"""Any figure of any past day in both senses: as it was known then, and as it is known now."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from tracker.domain.alphabet import sort_key
from tracker.domain.roles import Action
from tracker.domain.vocabulary import FlagKind, State
from tracker.feeds.regions import REGIONS
from tracker.services import recalling
from tracker.services.evaluating import Snapshot
from tracker.services.forewarning import Warned, forewarned
from tracker.services.recalling import end_of_day
from tracker.store import registry
from tracker.web.deps import Asked, Visit
from tracker.web.filters import NOT_STATED, Filters, asked_of
from tracker.web.learning import namer, titles_of
from tracker.web.pages.reports import region_of
from tracker.web.paging import page_number, page_of
from tracker.web.rules import allow
from tracker.web.tallies import Tally, by_district, by_region, together

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

PAGE = "/history"
DIFFERING_SHOWN = 50
"""Schools that a page of a region names."""

FIGURES: Mapping[str, Mapping[str, str]] = {
    "schools": {},
    "covered": {"state": State.COVERED},
    "interim": {"state": State.INTERIM},
    "uncovered": {"state": State.UNCOVERED},
    "unknown": {"state": State.UNKNOWN},
    "stalled": {"flag": FlagKind.TENDER_STALLED},
}
"""What is told of a place, and the filters of the list behind each."""


@router.get(PAGE, dependencies=[allow(Action.READ)])
def show(visit: Asked) -> Response:
    """A school, or a region, on a day in both senses."""
    asked = asked_of(visit.request, ("region", "school_id", "page"))
    if school_id := asked.get("school_id", "").strip():
        return _school(visit, school_id)
    region = region_of(asked.get("region", ""), visit.person)
    return _region(visit, region, page_number(asked.get("page", "")))


def _school(visit: Visit, school_id: str) -> Response:
    school = registry.get_school(visit.session, visit.scope, school_id)
    needs = recalling.both_of(
        visit.session,
        visit.scope,
        school_id,
        on=visit.on,
        known=visit.known,
        now=visit.moment,
        book=visit.house.book,
    )
    corrections = recalling.corrections(visit.session, visit.scope, school_id, today=visit.today)
    return visit.page(
        "history/school.html",
        {
            "school": school,
            "needs": needs,
            "corrections": corrections,
            "titles": titles_of(visit),
            "named": namer(visit, corrections),
            "then": end_of_day(visit.on, now=visit.moment),
            "warned": [(one, _warned(visit, one)) for one in needs if one.now and one.now.uncovered_since],
        },
    )


def _warned(visit: Visit, one: recalling.Both) -> tuple[Warned, ...]:
    """Who was told before the need lost the service that it lacks on the day."""
    found = one.now
    assert found is not None
    assert found.uncovered_since is not None
    school_id, since = found.school_id, found.uncovered_since
    return forewarned(visit.session, visit.scope, school_id, found.service, before=since)


def _region(visit: Visit, region: str | None, number: int) -> Response:
    then, now = recalling.senses(
        visit.session, visit.scope, on=visit.on, known=visit.known, now=visit.moment, book=visit.house.book
    )
    differing = tuple(
        one
        for one in recalling.paired(then, now)
        if not one.is_same and region in (None, one.need.school.region or NOT_STATED)
    )
    codes = tuple(each.code for each in REGIONS if visit.scope.touches(each.code))
    (old, old_total), (new, new_total) = (_figures(shot, region) for shot in (then, now))
    return visit.page(
        "history/region.html",
        {
            "region": region,
            "regions": codes,
            "places": [(name, old.get(name, {}), new.get(name, {})) for name in _places(old, new, region)],
            "whole": (old_total, new_total),
            "figures": FIGURES,
            "then_at": end_of_day(visit.on, now=visit.moment),
            "now_at": visit.known or visit.moment,
            "page": page_of(differing, number=number, size=DIFFERING_SHOWN),
        },
    )


def _figures(shot: Snapshot, region: str | None) -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    """What is told of each place of a day, regions or districts of one, and of all of them together."""
    needs = Filters(region=region).keep(shot.needs, found=None)
    rows = by_district(needs) if region else by_region(needs, [each.code for each in REGIONS])
    return {name: _told(row) for name, row in rows}, _told(together(row for _, row in rows))


def _places(old: Mapping[str, object], new: Mapping[str, object], region: str | None) -> list[str]:
    """Every place that either sense knows, in the order of a board: what a later file renamed was a place."""
    if region:
        return sorted({*old, *new}, key=lambda name: (name == NOT_STATED, sort_key(name)))
    return [code for code in (*(each.code for each in REGIONS), NOT_STATED) if code in old or code in new]


def _told(row: Tally) -> dict[str, int]:
    states = {state.value: number for state, number in row.states.items()}
    return {"schools": row.schools, "stalled": row.stalled, **states}
