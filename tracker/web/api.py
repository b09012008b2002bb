"""The same findings as JSON for other programs (interfaces §6): the filters of the pages, paged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query
from fastapi.encoders import jsonable_encoder

from tracker.domain.deadlines import Deadline
from tracker.domain.errors import NotFound
from tracker.domain.findings import Finding
from tracker.domain.roles import Action
from tracker.feeds.regions import REGIONS
from tracker.render import assessment_json, deadline_json
from tracker.render.assessment_json import Json, day
from tracker.services import evaluating, foreseeing, tracing
from tracker.services.evaluating import NeedView, Snapshot
from tracker.services.proposing import standing_for
from tracker.store import journal, registry, versions
from tracker.store.flags import flag_history
from tracker.store.journal import Entry
from tracker.web import api_answers as answers
from tracker.web.api_queries import AskedOnce, NeedQuestion, PageQuestion, Question
from tracker.web.deps import Visit
from tracker.web.paging import page_head, page_of
from tracker.web.rules import allow

Item = TypeVar("Item")

Plain = Annotated[Question, Query()]
OnePage = Annotated[PageQuestion, Query()]
Needed = Annotated[NeedQuestion, Query()]

router = APIRouter(prefix="/api/v1", tags=["v1"])


@router.get("/needs", response_model=answers.Needs, dependencies=[allow(Action.READ)])
def list_needs(visit: AskedOnce, asked: Needed) -> Json:
    """Needs that pass the filters, in the order of school and service."""
    return _judged(visit, asked, _kept(visit, asked, _snapshot(visit).needs), need_item, name="needs")


@router.get("/suggestions", response_model=answers.Suggestions, dependencies=[allow(Action.READ)])
def list_suggestions(visit: AskedOnce, asked: Needed) -> Json:
    """Needs with an interim suggestion, worst first, each with the decision that is open for it now."""
    open_ones = [need for need in _kept(visit, asked, _snapshot(visit).needs) if _is_suggestion(need)]
    standing = standing_for(visit.session, visit.scope)

    def item(need: NeedView) -> Json:
        head = standing.get((need.school.school_id, need.assessment.service))
        mark = head and {"number": head.number, "status": head.status.value}
        return {**need_item(need), "decision": mark}

    return _judged(visit, asked, evaluating.in_harm_order(open_ones), item, name="suggestions")


@router.get("/flags", response_model=answers.Flags, dependencies=[allow(Action.READ)])
def list_flags(visit: AskedOnce, asked: Needed) -> Json:
    """Every flag of the needs that pass the filters, worst need first."""
    rows: list[Json] = [
        {"school_id": need.school.school_id, "service": need.assessment.service.value, **_flag(flag)}
        for need in evaluating.in_harm_order(_kept(visit, asked, _snapshot(visit).needs))
        for flag in need.assessment.flags
    ]
    return _judged(visit, asked, rows, dict, name="flags")


@router.get("/deadlines", response_model=answers.Deadlines, dependencies=[allow(Action.READ)])
def list_deadlines(visit: AskedOnce, asked: Needed) -> Json:
    """Everything that is due for the needs that pass the filters, the soonest first, unknown days last."""
    due = foreseeing.agenda(visit.session, visit.scope, on=visit.on, known=visit.known, book=visit.house.book)
    entries = foreseeing.one_by_one(_kept(visit, asked, _snapshot(visit).needs), due)
    return _judged(visit, asked, entries, _deadline, name="deadlines")


@router.get("/schools/{school_id:path}", response_model=answers.SchoolFile, dependencies=[allow(Action.READ)])
def show_school(school_id: str, visit: AskedOnce, _: Plain) -> Json:
    """A school: its facts as known, its needs on the day, and the record of its flags.

    The record is kept from day to day and not as known at a moment; whoever asks for one gets none.
    """
    seq = _known_seq(visit)
    school = registry.get_school(visit.session, visit.scope, school_id, known_seq=seq)
    found = _snapshot(visit)
    flags = None if visit.known else _rows(flag_history(visit.session, visit.scope, school_id))
    return {
        "on": day(visit.on),
        "school": jsonable_encoder(asdict(school)),
        "needs": [need_item(need) for need in found.needs if need.school.school_id == school_id],
        "contracts": _rows(
            registry.contract_rows(visit.session, visit.scope, known_seq=seq, school_id=school_id)
        ),
        "tenders": _rows(
            registry.tender_rows(visit.session, visit.scope, known_seq=seq, school_id=school_id)
        ),
        "events": _rows(registry.event_rows(visit.session, visit.scope, known_seq=seq, school_id=school_id)),
        "flag_history": flags,
    }


@router.get("/tenders/{number:path}", response_model=answers.TenderFile, dependencies=[allow(Action.READ)])
def show_tender(number: str, visit: AskedOnce, _: Plain) -> Json:
    """A tender with the schools it is for, its dated events and where it stands on the day."""
    seq = _known_seq(visit)
    lines = registry.tender_rows(visit.session, visit.scope, known_seq=seq, number=number)
    if not lines:
        raise NotFound(tender_number=number)
    events = registry.event_rows(visit.session, visit.scope, known_seq=seq, number=number)
    standing = tracing.standing_of(
        visit.session, visit.scope, number, on=visit.on, known=visit.known, book=visit.house.book
    )
    return {
        "tender_number": number,
        "on": day(visit.on),
        "lines": _rows(lines),
        "events": _rows(events),
        "standing": None if standing is None else assessment_json.tender(standing),
    }


@router.get(
    "/contracts/{number:path}", response_model=answers.ContractFile, dependencies=[allow(Action.READ)]
)
def show_contract(number: str, visit: AskedOnce, _: Plain) -> Json:
    """A contract with its lines."""
    seq = _known_seq(visit)
    lines = registry.contract_rows(visit.session, visit.scope, known_seq=seq, number=number)
    if not lines:
        raise NotFound(contract_number=number)
    return {"contract_number": number, "lines": _rows(lines)}


@router.get("/regions", response_model=answers.Regions, dependencies=[allow(Action.READ)])
def list_regions(visit: AskedOnce, _: Plain) -> Json:
    """Each region that the reader may see, with its needs by state on the day."""
    counts: dict[str | None, Counter[Any]] = {}
    for need in _snapshot(visit).needs:
        counts.setdefault(need.school.region, Counter())[need.assessment.state] += 1
    return {
        "on": day(visit.on),
        "regions": [
            {
                "region": region.code,
                "names": {"kk": region.kk, "ru": region.ru, "en": region.en},
                **assessment_json.count_states(counts.get(region.code, {})),
            }
            for region in REGIONS
            if visit.scope.touches(region.code) or region.code in counts
        ],
        "not_stated": assessment_json.count_states(counts.get(None, {})),
    }


@router.get("/imports", response_model=answers.Imports, dependencies=[allow(Action.READ)])
def list_imports(visit: AskedOnce, asked: OnePage) -> Json:
    """What was imported, newest first, with its counts: by oneself, or by all for who sees everything."""
    done = [
        entry
        for entry in journal.entries(visit.session, action="import", actor=visit.only_actor)
        if visit.known is None or entry.at <= visit.known
    ]
    return _paged(visit, asked, done, _import, name="imports")


def need_item(need: NeedView) -> Json:
    """One need as everywhere else (interfaces §5)."""
    return assessment_json.need(need.assessment, region=need.school.region, district=need.school.district)


def _snapshot(visit: Visit) -> Snapshot:
    return evaluating.snapshot(
        visit.session, visit.scope, on=visit.on, known=visit.known, book=visit.house.book
    )


def _kept(visit: Visit, asked: NeedQuestion, needs: Iterable[NeedView]) -> tuple[NeedView, ...]:
    filters = asked.filters()
    if filters.q is None:
        return filters.keep(needs, found=None)
    named = registry.search_schools(visit.session, visit.scope, filters.q, known_seq=_known_seq(visit))
    return filters.keep(needs, found={school.school_id for school in named})


def _judged(
    visit: Visit, asked: PageQuestion, rows: Sequence[Item], item: Callable[[Item], Json], *, name: str
) -> Json:
    """A page of what was found, with the needs of which nothing was."""
    aside = visit.session.info.get(evaluating.UNJUDGED, ())
    left = [{"school_id": each.school.school_id, "service": each.service.value} for each in aside]
    return {**_paged(visit, asked, rows, item, name=name), "unjudged": left}


def _paged(
    visit: Visit, asked: PageQuestion, rows: Sequence[Item], item: Callable[[Item], Json], *, name: str
) -> Json:
    page = page_of(rows, number=asked.page, size=asked.size)
    return {**page_head(visit, page), name: [item(row) for row in page.items]}


def _is_suggestion(need: NeedView) -> bool:
    return need.assessment.answer is not None and need.assessment.answer.is_suggestion


def _deadline(entry: tuple[NeedView, Deadline]) -> Json:
    need, due = entry
    place = {"region": need.school.region, "district": need.school.district}
    return {**deadline_json.deadline(due), **place}


def _flag(flag: Finding) -> Json:
    return {"kind": flag.kind.value, "since": day(flag.since)}


def _import(entry: Entry) -> Json:
    """What is told of an import; from where it came is for the journal's readers only."""
    told = {name: value for name, value in entry.details.items() if name in answers.Import.model_fields}
    at = entry.at.isoformat()
    return {"seq": entry.seq, "at": at, "actor": entry.actor, "kind": entry.subject, **told}


def _rows(rows: Iterable[Any]) -> list[Any]:
    return [jsonable_encoder(asdict(row)) for row in rows]


def _known_seq(visit: Visit) -> int | None:
    return None if visit.known is None else versions.known_seq(visit.session, visit.known)
