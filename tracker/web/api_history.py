"""A past day in both senses as JSON (interfaces §6): each need as known then, and as known now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Query

from tracker.domain.findings import Assessment
from tracker.domain.roles import Action
from tracker.render.assessment_json import Json, day
from tracker.services import recalling
from tracker.services.evaluating import NeedView
from tracker.services.recalling import Both, end_of_day
from tracker.store import registry
from tracker.web import api_answers as answers
from tracker.web.api_queries import AskedOnce, NeedQuestion
from tracker.web.deps import Visit
from tracker.web.paging import page_head, page_of
from tracker.web.rules import allow

router = APIRouter(prefix="/api/v1", tags=["v1"])


@router.get("/history", response_model=answers.History, dependencies=[allow(Action.READ)])
def list_history(visit: AskedOnce, asked: Annotated[NeedQuestion, Query()]) -> Json:
    """Needs on the day as known at its end (``then``) and at ``known`` or now (``now``).

    A need is listed where either of the two passes the filters.
    """
    found = recalling.both(
        visit.session, visit.scope, on=visit.on, known=visit.known, now=visit.moment, book=visit.house.book
    )
    page = page_of(_kept(visit, asked, found), number=asked.page, size=asked.size)
    return {
        **page_head(visit, page),
        "then_known": end_of_day(visit.on, now=visit.moment).isoformat(),
        "history": [_item(one) for one in page.items],
    }


def _kept(visit: Visit, asked: NeedQuestion, found: Iterable[Both]) -> list[Both]:
    filters = asked.filters()
    named = None
    if filters.q is not None:
        seq = visit.known_seq
        schools = registry.search_schools(visit.session, visit.scope, filters.q, known_seq=seq)
        named = {school.school_id for school in schools}
    return [one for one in found if filters.keep(_views(one), found=named)]


def _views(one: Both) -> tuple[NeedView, ...]:
    return tuple(NeedView(one.need.school, each) for each in (one.then, one.now) if each is not None)


def _item(one: Both) -> Json:
    school = one.need.school
    return {
        "school_id": school.school_id,
        "service": one.need.assessment.service.value,
        "region": school.region,
        "district": school.district,
        "same": one.is_same,
        "then": _side(one.then),
        "now": _side(one.now),
    }


def _side(found: Assessment | None) -> Json | None:
    if found is None:
        return None
    return {
        "state": found.state.value,
        "covered_until": day(found.covered_until),
        "uncovered_since": day(found.uncovered_since),
        "days_without": found.days_without,
        "flags": [{"kind": flag.kind.value, "since": day(flag.since)} for flag in found.flags],
    }
