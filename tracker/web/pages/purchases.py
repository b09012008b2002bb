"""A purchase at its present step: one question, its answer, and what follows when it stops (O1, O5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tracker.domain.asked import read_day
from tracker.domain.errors import AmendmentRefused, ChangedMeanwhile, DayNotReadable, TrackerError
from tracker.domain.progress import Plan, Question, Wrong
from tracker.domain.roles import Action
from tracker.domain.vocabulary import Method, RemedyId, Service, Trouble
from tracker.feeds.spelling import trimmed
from tracker.services import evaluating, inquiring, progressing, replanning, unsaying
from tracker.services.evaluating import Bench
from tracker.services.inquiring import Found, Which
from tracker.services.progressing import Said
from tracker.services.replanning import Want
from tracker.web.deps import Asked, Called, Caller, Visit
from tracker.web.filters import asked_of, not_known
from tracker.web.forms import form_of
from tracker.web.proving import author_of
from tracker.web.queueing import LINE, case_in, line_of
from tracker.web.rules import allow

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

PAGE = "/purchases"
FIELDS = ("service", "number", "trouble", "then", "done", LINE)
RECORD, STOP, LOOK, BACK, UNSAY = DEEDS = ("record", "stop", "look", "back", "unsay")

Given = Mapping[str, str]


@router.get(f"{PAGE}/{{school_id:path}}", dependencies=[allow(Action.READ)])
def show(visit: Asked, school_id: str) -> Response:
    """The question of a purchase, or (``trouble``) what may follow where it stopped."""
    asked = asked_of(visit.request, FIELDS)
    which = _which({**asked, "school_id": school_id, "purchase": asked.get("number", "")})
    return _page(visit, which, asked)


@router.post(PAGE, dependencies=[allow(Action.IMPORT)])
async def read_form(request: Request, called: Called) -> Response:
    """Record an answer or a stop, or reckon a stop anew without recording it."""
    form = await form_of(request)
    given = {name: value for name, value in form.items() if isinstance(value, str)}
    return await run_in_threadpool(_answered, called, given)


def _answered(called: Caller, given: Given) -> Response:
    deed, which = given.get("deed", ""), _which(given)
    if deed not in DEEDS:
        raise not_known("deed", deed, DEEDS)
    if deed == LOOK:
        return _again(called, which, given)
    try:
        acts = {RECORD: _record, STOP: _stop, BACK: _take_back, UNSAY: _unsay}
        wrong = acts[deed](called, which, given)
    except ChangedMeanwhile as error:
        return _again(called, which, given, refused=error, status=409)
    except AmendmentRefused as error:
        return _again(called, which, given, unsaid=error, status=400)
    if wrong:
        return _again(called, which, given, wrong=wrong, status=400)
    return RedirectResponse(_done(which, given, deed, line_of(called.request)), 303)


def _record(called: Caller, which: Which, given: Given) -> tuple[Wrong, ...]:
    said = Said(
        seen=given.get("seen", ""),
        day=_day(given, "day"),
        number=trimmed(given.get("number", "")),
        is_renamed=given.get("is_renamed") == "1",
        method=_method(given),
        contract=trimmed(given.get("contract", "")),
        start_on=_day(given, "start_on"),
        end_on=_day(given, "end_on"),
    )
    author, book = author_of(called), called.house.book
    with called.writing() as session:
        return progressing.record(session, author, called.scope, which, said, book=book, today=called.today)


def _take_back(called: Caller, which: Which, given: Given) -> tuple[Wrong, ...]:
    author, book, seen = author_of(called), called.house.book, given.get("seen", "")
    with called.writing() as session:
        progressing.take_back(session, author, called.scope, which, seen, book=book, today=called.today)
    return ()


def _unsay(called: Caller, which: Which, given: Given) -> tuple[Wrong, ...]:
    seen, event, reason = (given.get(name, "") for name in ("seen", "event", "reason"))
    who, book = (author_of(called), called.scope, which), called.house.book
    with called.writing() as session:
        unsaying.unsay(session, *who, seen, event, reason, book=book, today=called.today)
    return ()


def _stop(called: Caller, which: Which, given: Given) -> tuple[Wrong, ...]:
    trouble = _trouble(given)
    if trouble is None:
        raise not_known("trouble", "", tuple(Trouble))
    want = Want(
        seen=given.get("seen", ""),
        trouble=trouble,
        day=_day(given, "day"),
        then=_remedy(given, trouble),
        planned_on=_day(given, "planned_on"),
        number=trimmed(given.get("number", "")),
        tell=given.get("tell", ""),
    )
    author, book = author_of(called), called.house.book
    with called.writing() as session:
        return replanning.record(session, author, called.person, which, want, book=book, today=called.today)


def _done(which: Which, given: Given, deed: str, line: str) -> str:
    """The purchase as it stands; once one is announced, planned or contracted, what is asked about now."""
    is_over = given.get("question") in (Question.ANNOUNCED, Question.SIGNED) or bool(given.get("then"))
    number = "" if is_over else which.number
    asked = {"service": which.service.value, "number": number, "done": deed, LINE: line}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{PAGE}/{quote(which.school_id)}?{query}"


def _again(
    called: Caller,
    which: Which,
    given: Given,
    *,
    wrong: tuple[Wrong, ...] = (),
    refused: TrackerError | None = None,
    unsaid: TrackerError | None = None,
    status: int = 200,
) -> Response:
    with called.reading() as visit:
        return _page(visit, which, given, wrong=wrong, refused=refused, unsaid=unsaid, status=status)


def _page(
    visit: Visit,
    which: Which,
    given: Given,
    *,
    wrong: tuple[Wrong, ...] = (),
    refused: TrackerError | None = None,
    unsaid: TrackerError | None = None,
    status: int = 200,
) -> Response:
    shared = evaluating.bench(visit.session, visit.house.book, on=visit.on, known=visit.known)
    found = inquiring.find(visit.session, visit.scope, which, shared, known=visit.known)
    trouble = _shown_trouble(found, given)
    is_now = visit.on == visit.today and visit.known is None
    values = {
        "school": found.school,
        "found": found,
        "case": found.case,
        "standing": found.case.standing,
        "purchase": which.number or _number(found),
        "given": given,
        "wrong": wrong,
        "refused": refused,
        "unsaid": unsaid,
        "may_record": is_now and found.may_be_answered,
        "stops": [one for one in found.case.troubles if is_now and replanning.may_be_said(found, one)],
        "may_rename": progressing.may_be_renamed(found.case),
        "clauses": visit.house.book.policy.clauses,
        **case_in(visit, line_of(visit.request), [which.school_id]),
    }
    if trouble is None:
        values |= _asked(visit, found, shared, is_now=is_now)
        return visit.page("purchases/show.html", values, status=status)
    return visit.page(
        "purchases/stopped.html", values | _stopped(visit, found, trouble, given, shared), status=status
    )


def _asked(visit: Visit, found: Found, shared: Bench, *, is_now: bool) -> dict[str, object]:
    """What the page of a question shows besides; of a purchase that failed, what may follow."""
    is_failed = found.case.repeats is not None
    return {
        "methods": tuple(Method),
        "waiting": found.facts.waiting_on(visit.on),
        "next_on": shared.calendar.after(visit.on, 1),
        "then": None,
        "mistaken": progressing.mistaken(visit.session, visit.scope, found) if is_now else None,
        "events": unsaying.events_of(visit.session, visit.scope, found) if is_now else (),
        "named": unsaying.named,
        "ways": replanning.ways(found, found.failed_because, visit.on, shared) if is_failed else None,
    }


def _stopped(visit: Visit, found: Found, trouble: Trouble, given: Given, shared: Bench) -> dict[str, object]:
    """What the page of a purchase that stopped shows besides."""
    day, then = _day(given, "day") or visit.on, _remedy(given, trouble)
    proposed = replanning.proposed(found.case, shared)
    is_given = "planned_on" in given
    planned_on = _day(given, "planned_on") if is_given else proposed.planned_on
    number = given.get("number", "").strip() if is_given else proposed.number
    plan = Plan(number, planned_on) if then and planned_on else None
    return {
        "trouble": trouble,
        "may_record": visit.on == visit.today and not visit.known and replanning.may_be_said(found, trouble),
        "then": then,
        "day": day,
        "planned_on": planned_on,
        "number": number,
        "ways": replanning.ways(found, trouble, day, shared),
        "outlook": replanning.outlook(found, trouble, day, plan, shared),
        "told": replanning.told(visit.session, visit.person, found.school),
    }


def _shown_trouble(found: Found, given: Given) -> Trouble | None:
    """The stop that the page is about: one that can be, or that on record while its repeat is planned."""
    if found.case.repeats is not None:
        return found.failed_because if given.get("then") else None
    trouble = _trouble(given)
    return trouble if trouble in found.case.troubles else None


def _number(found: Found) -> str:
    return found.case.known.number if found.case.known else ""


def _which(given: Given) -> Which:
    service = given.get("service") or Service.CHANNEL
    if service not in tuple(Service):
        raise not_known("service", service, tuple(Service))
    return Which(given.get("school_id", ""), Service(service), given.get("purchase", ""))


def _day(given: Given, name: str) -> date | None:
    """A day of a form; None for none and for what is no day, which the page shows as it was typed."""
    try:
        return read_day(given[name]) if given.get(name, "").strip() else None
    except DayNotReadable:
        return None


def _method(given: Given) -> Method:
    method = given.get("method") or Method.OPEN_TENDER
    if method not in tuple(Method):
        raise not_known("method", method, tuple(Method))
    return Method(method)


def _trouble(given: Given) -> Trouble | None:
    trouble = given.get("trouble", "")
    if trouble and trouble not in tuple(Trouble):
        raise not_known("trouble", trouble, tuple(Trouble))
    return Trouble(trouble) if trouble else None


def _remedy(given: Given, trouble: Trouble) -> RemedyId | None:
    """What is to follow; nothing follows a suspension but its end."""
    then = given.get("then", "")
    if then and then not in tuple(RemedyId):
        raise not_known("then", then, tuple(RemedyId))
    return RemedyId(then) if then and trouble is not Trouble.SUSPENDED else None
