"""If nobody does anything: what the country, a region, a district and each school lose up to a horizon."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from tracker.domain.alphabet import sort_key
from tracker.domain.asked import read_day
from tracker.domain.errors import FilterNotKnown
from tracker.domain.foregone import Loss, horizon_of, total
from tracker.domain.register import SchoolRow
from tracker.domain.roles import Action
from tracker.services.evaluating import snapshot
from tracker.services.foregoing import Prospect, Prospects, prospects
from tracker.web.deps import Asked, Visit
from tracker.web.filters import NOT_STATED, Filters, asked_of, not_known
from tracker.web.paging import page_of
from tracker.web.rules import allow

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

ASKED = ("region", "district", "service", "until", "per", "page", "size")
SCHOOL = "school"
"""``per=school`` in an address: the schools behind a number, whatever lies between."""


@dataclass(frozen=True, slots=True)
class LossRow:
    """What one place loses: a region, a district or a school; ``schools`` are those of it that lose."""

    place: str
    school: SchoolRow | None
    schools: int
    loss: Loss


@router.get("/losses", dependencies=[allow(Action.READ)])
def show(visit: Asked) -> Response:
    """Regions, the districts of one, or the schools of a district, the most school days first."""
    asked = asked_of(visit.request, ASKED)
    filters, until = Filters.read(asked).at_home(visit.person), until_of(visit, asked)
    is_school = filters.district is not None or _per_school(asked)
    shot = snapshot(visit.session, visit.scope, on=visit.on, known=visit.known, book=visit.house.book)
    look = prospects(visit.session, visit.scope, shot, book=visit.house.book)
    found = look.of(filters.keep(shot.needs, found=None))
    rows = sorted(_rows(look, found, _step(filters, is_school=is_school), until), key=_most_first)
    return visit.page(
        "losses/show.html",
        {
            "filters": filters,
            "has_schools": bool(shot.needs),
            "is_school": is_school,
            "per": asked.get("per"),
            "until": until,
            "asked_until": asked.get("until") and until.isoformat(),
            "total": total(row.loss for row in rows),
            "schools": sum(row.schools for row in rows),
            "page": page_of(rows, number=filters.page, size=filters.size),
        },
    )


def until_of(visit: Visit, asked: Mapping[str, str]) -> date:
    """The horizon asked for, or the first of March after the next turn of the year.

    Raises :class:`DayNotReadable`, and :class:`FilterNotKnown` for a day before the one that is shown.
    """
    until = read_day(asked["until"]) if asked.get("until") else horizon_of(visit.on)
    if until < visit.on:
        raise FilterNotKnown(name="until", value=until.isoformat())
    return until


def _per_school(asked: Mapping[str, str]) -> bool:
    per = asked.get("per", "")
    if per not in ("", SCHOOL):
        raise not_known("per", per, (SCHOOL,))
    return bool(per)


def _rows(
    look: Prospects, found: tuple[Prospect, ...], place: Callable[[SchoolRow], str], until: date
) -> tuple[LossRow, ...]:
    """The places one step below what is filtered, of those that lose anything."""
    groups: dict[str, dict[str, list[Loss]]] = {}
    schools: dict[str, SchoolRow] = {}
    for one in found:
        loss, school = look.loss(one, until), one.need.school
        if loss.since is not None:
            schools[school.school_id] = school
            groups.setdefault(place(school), {}).setdefault(school.school_id, []).append(loss)
    return tuple(
        LossRow(
            name,
            schools.get(name),
            len(of_place),
            total(loss for losses in of_place.values() for loss in losses),
        )
        for name, of_place in groups.items()
    )


def _step(filters: Filters, *, is_school: bool) -> Callable[[SchoolRow], str]:
    if is_school:
        return lambda school: school.school_id
    if filters.region is not None:
        return lambda school: school.district or NOT_STATED
    return lambda school: school.region or NOT_STATED


def _most_first(row: LossRow) -> tuple[object, ...]:
    name = row.school.name if row.school else row.place
    return (-row.loss.school_days, row.loss.since or date.max, sort_key(name), row.place)
