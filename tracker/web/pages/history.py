"""Any figure of any past day in both senses: as it was known then, and as it is known now."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from tracker.domain.reports import Report, ReportKind
from tracker.domain.roles import Action
from tracker.feeds.columns import COLUMNS
from tracker.feeds.regions import REGIONS
from tracker.services import printing_reports, recalling
from tracker.services.forewarning import Warned, forewarned
from tracker.services.printing_reports import Wanted
from tracker.services.recalling import end_of_day
from tracker.store import registry
from tracker.store.journal_search import names_of
from tracker.web.deps import Asked, Visit
from tracker.web.filters import asked_of
from tracker.web.pages.reports import region_of
from tracker.web.rules import allow

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

PAGE = "/history"
DIFFERING_SHOWN = 50
"""Schools that a page of a region names."""


@router.get(PAGE, dependencies=[allow(Action.READ)])
def show(visit: Asked) -> Response:
    """A school, or a region, on a day in both senses."""
    asked = asked_of(visit.request, ("region", "school_id"))
    if school_id := asked.get("school_id", "").strip():
        return _school(visit, school_id)
    return _region(visit, region_of(asked.get("region", ""), visit.person))


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
    titles = {
        (kind, column.name): getattr(column, visit.language)
        for kind, columns in COLUMNS.items()
        for column in columns
    }
    return visit.page(
        "history/school.html",
        {
            "school": school,
            "needs": needs,
            "corrections": corrections,
            "titles": titles,
            "named": _namer(visit, corrections),
            "then": end_of_day(visit.on, now=visit.moment),
            "warned": [(one, _warned(visit, one)) for one in needs if one.now and one.now.uncovered_since],
        },
    )


def _namer(visit: Visit, corrections: Iterable[recalling.Correction]) -> Callable[[str], str | None]:
    """How whoever recorded something is named, by her mark."""
    names = names_of(visit.session, {one.recording.actor for one in corrections})
    deeds = visit.house.voices[visit.language].deeds
    return lambda mark: deeds.who(mark, names)


def _warned(visit: Visit, one: recalling.Both) -> tuple[Warned, ...]:
    """Who was told before the need lost the service that it lacks on the day."""
    found = one.now
    assert found is not None
    assert found.uncovered_since is not None
    school_id, since = found.school_id, found.uncovered_since
    return forewarned(visit.session, visit.scope, school_id, found.service, before=since)


def _region(visit: Visit, region: str | None) -> Response:
    then, now = (_report(visit, region, is_then=is_then) for is_then in (True, False))
    differing = tuple(
        one for one in _both(visit) if not one.is_same and region in (None, one.need.school.region or "none")
    )
    codes = tuple(each.code for each in REGIONS if visit.scope.touches(each.code))
    return visit.page(
        "history/region.html",
        {
            "region": region,
            "regions": codes,
            "places": {row.place: (dict(_old(then, row.place)), row.figures) for row in now.places},
            "then": then,
            "now": now,
            "differing": differing[:DIFFERING_SHOWN],
            "more": max(0, len(differing) - DIFFERING_SHOWN),
        },
    )


def _both(visit: Visit) -> tuple[recalling.Both, ...]:
    return recalling.both(
        visit.session, visit.scope, on=visit.on, known=visit.known, now=visit.moment, book=visit.house.book
    )


def _report(visit: Visit, region: str | None, *, is_then: bool) -> Report:
    known = end_of_day(visit.on, now=visit.moment) if is_then else visit.known
    wanted = Wanted(ReportKind.WEEKLY, region, visit.on, known)
    return printing_reports.make(visit.session, visit.scope, wanted, now=visit.moment, book=visit.house.book)


def _old(then: Report, place: str | None) -> dict[str, int]:
    """The figures of a place as known then; none where no school of it was known."""
    found = next((row.figures for row in then.places if row.place == place), {})
    return {figure.value: number for figure, number in found.items()}
