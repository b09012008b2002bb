"""What waits to be decided, and drafting: one need by one question, many by a preview (experience R2, O2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from urllib.parse import parse_qsl, quote, urlencode
from uuid import uuid4

from fastapi import APIRouter
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tracker.domain.decisions import ANSWERS, Agreed, Block, Deed
from tracker.domain.errors import ChangedMeanwhile, DecisionRefused, FilterNotKnown, NotFound
from tracker.domain.roles import Action
from tracker.domain.vocabulary import ConditionId, ConditionStatus, RouteId, Service, Verdict
from tracker.services import deciding, noticing, recounting, undoing
from tracker.services.deciding import Row, Wanted, blocked
from tracker.services.noticing import Shown
from tracker.services.proposing import NeedKey, Proposal, Proposed, propose
from tracker.store.decisions import named_schools
from tracker.web.cautions import cautions_of
from tracker.web.deps import Asked, Called, Caller, Visit
from tracker.web.filters import Filters, asked_of
from tracker.web.forms import Text, Texts
from tracker.web.learning import learnt_values
from tracker.web.pages.papers import MOST_PAPERS, PAPERS_EACH
from tracker.web.pages.queue import choices
from tracker.web.paging import page_of
from tracker.web.proving import author_of
from tracker.web.queueing import LINE, all_needs, case_in, line_of, line_query
from tracker.web.rules import allow
from tracker.web.steps import ASKED, STEP, Step, Waiting, steps_of
from tracker.web.turning import list_of, turned_back
from tracker.web.undone import undo_values
from tracker.web.wanted import agreed_in, confirmed_in, route_in, service_in, until_in

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

PAGE = "/suggestions"
MOST = 500
"""How many needs or decisions one form may carry."""


@router.get(PAGE, dependencies=[allow(Action.READ)])
def index(visit: Asked) -> Response:
    """What waits at a step: by itself at the one that waits for the reader."""
    asked = asked_of(visit.request, ASKED)
    filters = Filters.read(asked)
    steps = steps_of(visit, filters)
    step = step_named(asked.get(STEP, "")) or steps.first_for(visit.person)
    items: tuple[object, ...] = steps.needs[step] if step in steps.needs else steps.waiting[step]
    page = page_of(items, number=filters.page, size=filters.size)
    numbers = [one.head.number for one in page.items if isinstance(one, Waiting)]
    values = {
        "filters": filters,
        "steps": steps,
        "step": step,
        "all_steps": tuple(Step),
        "page": page,
        "query": query_of(filters, step),
        "cautions": cautions_of(visit, numbers),
        **undo_values(visit),
        **choices(filters, all_needs(visit)),
    }
    return visit.page("decisions/index.html", values)


@router.post(PAGE, dependencies=[allow(Action.DRAFT)])
def preview(called: Called, need: Texts = (), asked: Text = "", offered: Texts = ()) -> Response:
    """What drafting for the chosen needs would do, before anything is written.

    What was ``offered`` once and is not among them goes on being named as set aside.
    """
    try:
        keys = _keys(need)
    except DecisionRefused as refused:
        return turned_back(called, refused, list_of(asked))
    with called.reading() as visit:
        found = propose(visit.session, visit.scope, keys, on=visit.today, book=visit.house.book)
        shown = Shown.of(visit.session, visit.scope, {school_id for school_id, _ in keys}, today=visit.today)
        return _preview(visit, found, asked, shown, _apart(offered, keys))


@router.post("/suggestions/drafts", dependencies=[allow(Action.DRAFT)])
def draft_many(
    called: Called,
    need: Texts = (),
    confirmed: Texts = (),
    agreed: Texts = (),
    offered: Texts = (),
    shown: Text = "",
    asked: Text = "",
) -> Response:
    """Draft for the needs that were confirmed; the result has a row for each, and for each ``offered`` one.

    Extended is only what ``agreed`` names, or all where the consent of all is among what was ``confirmed``.
    Of what was learnt since the preview nothing is drafted, and without a preview of today it is shown first.
    """
    try:
        keys, conditions = _keys(need), confirmed_in(confirmed)
    except DecisionRefused as refused:
        return turned_back(called, refused, list_of(asked))
    agreeing = keys if ConditionId.SUPPLIER_CONSENT in conditions else _needs(agreed)
    wanted = Wanted(confirmed=conditions, agreeing=frozenset(agreeing))
    with called.writing() as session:
        moved = noticing.moved_schools(session, called.scope, shown, today=called.today)
        who, book = (author_of(called), called.person), called.house.book
        on, batch = called.today, uuid4().hex
        if moved is not None:
            free = [key for key in keys if key[0] not in moved]
            rows = deciding.draft(session, *who, free, wanted, book=book, on=on, batch=batch)
    if moved is None:
        return preview(called, need, asked, offered)
    left = (Row(key, None, Block.MOVED) for key in keys if key[0] in moved)
    return result(called, "draft", (*rows, *left), asked, aside=_apart(offered, keys))


@router.post("/suggestions/undo", dependencies=[allow(Action.DRAFT)])
def undo(called: Called, which: Text = "") -> Response:
    """Take back the deed that the page named; a row for each where some of a bulk stay."""
    who, today, book = (author_of(called), called.person), called.today, called.house.book
    try:
        with called.writing() as session:
            last = undoing.undo(session, *who, which, today=today, book=book)
    except DecisionRefused as refused:
        return turned_back(called, refused, PAGE, status=409)
    if last.left:
        rows = [
            *(Row(None, number) for number in last.numbers),
            *(Row(None, number, "undo") for number in last.left),
        ]
        return result(called, Deed.UNDO, rows, "")
    return RedirectResponse(f"/decisions/{last.numbers[0]}" if len(last.numbers) == 1 else PAGE, 303)


@router.get("/suggestions/{school_id:path}", dependencies=[allow(Action.READ)])
def show(visit: Asked, school_id: str) -> Response:
    """The draft for one need: one question, then the path that its answer opens."""
    asked = asked_of(visit.request, ("service", "agreed", "route", LINE))
    return _draft_page(visit, school_id, asked)


@router.post("/suggestions/{school_id:path}", dependencies=[allow(Action.DRAFT)])
def draft(
    called: Called,
    school_id: str,
    service: Text = Service.CHANNEL,
    agreed: Text = "",
    route: Text = "",
    reason: Text = "",
    shown: Text = "",
    until: Text = "",
    confirmed: Texts = (),
) -> Response:
    """Draft for one need, and open the decision; ``until`` is the last day of a full contract."""
    asked = {"service": service, "agreed": agreed, "route": route, "until": until}
    wanted = Wanted(agreed_in(agreed), route_in(route), reason, confirmed_in(confirmed))
    key = (school_id, service_in(service))
    try:
        wanted = replace(wanted, until=until_in(until))
        with called.writing() as session:
            author, book = author_of(called), called.house.book
            noticing.require_as_shown(session, called.scope, shown, [school_id], today=called.today)
            (row,) = deciding.draft(session, author, called.person, [key], wanted, book=book, on=called.today)
    except (DecisionRefused, ChangedMeanwhile) as refused:
        with called.reading() as visit:
            return _draft_page(visit, school_id, asked, refused=refused, reason=reason, confirmed=confirmed)
    if row.code == Block.UNKNOWN:
        raise NotFound(school_id=school_id)
    if row.number is None:
        with called.reading() as visit:
            refusal = DecisionRefused(reason=row.code)
            return _draft_page(visit, school_id, asked, refused=refusal, reason=reason, confirmed=confirmed)
    return RedirectResponse(f"/decisions/{row.number}{line_query(line_of(called.request))}", 303)


def _draft_page(
    visit: Visit,
    school_id: str,
    asked: Mapping[str, str],
    *,
    refused: DecisionRefused | ChangedMeanwhile | None = None,
    reason: str = "",
    confirmed: Collection[str] = (),
) -> Response:
    service, agreed = service_in(asked.get("service", "")), agreed_in(asked.get("agreed", ""))
    found = propose(visit.session, visit.scope, [(school_id, service)], on=visit.on, book=visit.house.book)
    if found.unjudged:
        values = {"school": found.unjudged[0].school, "service": service}
        return visit.page("decisions/unjudged.html", values, status=409 if refused else 200)
    if not found.proposals:
        raise NotFound(school_id=school_id)
    one, route = _routed(found.proposals[0], agreed, route_in(asked.get("route", "")))
    law, chosen = visit.house.book.policy.on(one.window.start), one.route(route) if route else None
    values = {
        "one": one,
        "agreed": agreed,
        "answers": ANSWERS,
        "route": route,
        "chosen": chosen,
        "failure": chosen and recounting.failure(visit.session, visit.scope, chosen.conditions),
        "grounds": {ground.id: ground for ground in law.routes},
        "needs_reason": route is not None and one.needs_reason(route),
        "asks_consent": _asks_consent(one, agreed, route),
        "needs_consent": route is RouteId.EXTENSION and agreed is not Agreed.YES,
        "refused": refused,
        "reason": reason,
        "last_on": asked.get("until") or one.window.last.isoformat(),
        "confirmed": confirmed,
        "own_path": f"/suggestions/{quote(school_id)}",
        "shown": str(Shown.of(visit.session, visit.scope, [school_id], today=visit.on)),
        **case_in(visit, line_of(visit.request), [school_id]),
        **learnt_values(visit, refused, {school_id: one.school}),
    }
    return visit.page("decisions/draft.html", values, status=409 if refused else 200)


def _routed(one: Proposal, agreed: Agreed, wanted: RouteId | None = None) -> tuple[Proposal, RouteId | None]:
    """The proposal with the days of the route that it is drafted on."""
    route = one.chosen(agreed, wanted)
    return one.on_route(route), route


def _asks_consent(one: Proposal, agreed: Agreed, route: RouteId | None) -> bool:
    """Whether it matters if the supplier agrees: for a ground, not closed or chosen, that rests on it."""
    open_ones = [each for each in one.routes if each.verdict is not Verdict.CLOSED or each.id is route]
    return agreed is not Agreed.UNSAID or any(each.rests_on_supplier for each in open_ones)


def _preview(
    visit: Visit, found: Proposed, asked: str, shown: Shown, aside: Sequence[NeedKey] = ()
) -> Response:
    """Ready on the ground of most, on another ground, and blocked with the reason."""
    rows = [_routed(each, Agreed.UNSAID) for each in found.proposals]
    free = [(one, route) for one, route in rows if route is not None and blocked(one, route) is None]
    most = Counter(route for _, route in free).most_common(1)
    common = most[0][0] if most else None
    conditions: dict[ConditionId, None] = {}
    for one, route in free:
        for condition in one.route(route).conditions:
            if condition.status is not ConditionStatus.MET:
                conditions[condition.id] = None
    values = {
        "common": common,
        "ready": [one for one in free if one[1] is common],
        "others": [one for one in free if one[1] is not common],
        "blocked": [(one, why) for one, route in rows if (why := blocked(one, route)) is not None],
        "unjudged": found.unjudged,
        "conditions": tuple(conditions),
        "offered": [*(one.key for one, _ in free), *aside],
        "most_papers": MOST_PAPERS,
        "is_over_archive": len(free) * PAPERS_EACH > MOST_PAPERS,
        "query": asked,
        "shown": str(shown),
        "back": back_to(asked),
    }
    return visit.page("decisions/preview.html", values)


def result(
    called: Caller, deed: str, rows: Iterable[Row], asked: str, *, aside: Sequence[NeedKey] = ()
) -> Response:
    """The page that tells what came of each row of a bulk, and which its chooser set aside.

    Of what she may take back it names only what she did to these rows.
    """
    shown = list(rows)
    named = {row.key[0] for row in shown if row.key}.union(school_id for school_id, _ in aside)
    numbers = list(dict.fromkeys(row.number for row in shown if row.code is None))
    with called.reading() as visit:
        schools = {one.school_id: one for one in named_schools(visit.session, visit.scope, named)}
        values = {
            "deed": deed,
            "done": [row for row in shown if row.code is None],
            "failed": [row for row in shown if row.code is not None],
            "aside": aside,
            "numbers": numbers,
            "schools": schools,
            "back": back_to(asked),
            **undo_values(visit, among=numbers),
        }
        return visit.page("decisions/result.html", values)


def query_of(filters: Filters, step: Step | None) -> str:
    """The filters and the step as an address writes them, for a form to carry on."""
    named = {name: value for name, value in filters.named.items() if value is not None}
    return urlencode({**named, **({STEP: step} if step else {})})


def back_to(asked: str) -> str:
    """The address of the list that a form was sent from; nothing but its own fields is taken."""
    fields = {name: value for name, value in parse_qsl(asked) if name in ASKED}
    return f"{PAGE}?{urlencode(fields)}" if fields else PAGE


def step_named(text: str) -> Step | None:
    """A step by its word; raises :class:`FilterNotKnown`."""
    if text and text not in tuple(Step):
        raise FilterNotKnown(name=STEP, value=text, allowed=tuple(Step))
    return Step(text) if text else None


def chosen(named: Sequence[str]) -> Sequence[str]:
    """What was chosen; raises :class:`DecisionRefused` for nothing, or for more than :data:`MOST`."""
    if not named:
        raise DecisionRefused(reason="none")
    if len(named) > MOST:
        raise DecisionRefused(reason="many", most=MOST)
    return named


def _keys(need: Sequence[str]) -> list[NeedKey]:
    """The chosen needs of a form, each written as its service and school."""
    return _needs(chosen(need))


def _needs(named: Iterable[str]) -> list[NeedKey]:
    parted = (text.partition(" ") for text in named)
    return list(dict.fromkeys((school_id, service_in(service)) for service, _, school_id in parted))


def _apart(offered: Sequence[str], keys: Collection[NeedKey]) -> list[NeedKey]:
    """What was offered and not chosen, in its order."""
    return [key for key in _needs(offered[:MOST]) if key not in keys]
