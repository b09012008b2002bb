"""Asking a school by a link: the list of asks and answers, and the form that a telephone opens."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tracker.domain.asking import Channel
from tracker.domain.errors import AskRefused, FilterNotKnown
from tracker.domain.roles import Action
from tracker.domain.vocabulary import Service
from tracker.services import asking, asking_many
from tracker.services.evaluating import NeedKey
from tracker.services.importing import Preview
from tracker.store import asks, registry
from tracker.store.asks import Ask
from tracker.store.engine import reading, transaction
from tracker.store.scope import EVERYTHING
from tracker.web.deps import Asked, Called, Caller, Visit
from tracker.web.filters import SIZES, asked_of
from tracker.web.forms import Text, Texts
from tracker.web.proving import author_of
from tracker.web.rules import allow, anyone
from tracker.web.turning import list_of

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

PAGE = "/asks"
MOST = max(SIZES)
"""Needs that are asked about at once: as many as a page of the queue shows."""

DEEDS = ("accept", "reject", "take_back")


@router.get(PAGE, dependencies=[allow(Action.READ)])
def index(visit: Asked) -> Response:
    """Answers that wait, open links, and what was settled: of all schools, or of one."""
    return _list(visit, school_id=asked_of(visit.request, ("school_id",)).get("school_id", ""))


@router.post(PAGE, dependencies=[allow(Action.IMPORT)])
def ask(
    called: Called, school_id: Annotated[str, Form()] = "", service: Annotated[str, Form()] = "channel"
) -> Response:
    """Make a link for a school; it is shown this once."""
    if service not in tuple(Service):
        raise FilterNotKnown(name="service", value=service, allowed=tuple(Service))
    author = author_of(called)
    with called.writing() as session:
        secret, _ = asking.ask(session, author, called.scope, school_id, Service(service))
    address = _address(called, secret)
    with called.reading() as visit:
        school = registry.get_school(visit.session, visit.scope, school_id)
        return visit.page("asks/link.html", {"school": school, "address": address})


@router.post("/asks/many", dependencies=[allow(Action.IMPORT)])
def ask_many(called: Called, need: Texts = (), sure: Text = "", asked: Text = "") -> Response:
    """Whom the links of the chosen needs would go to; then, of each, its link or why there is none."""
    keys = _keys(need[:MOST])
    author, person, back = author_of(called), called.person, list_of(asked)
    if sure:
        with called.writing() as session:
            rows = asking_many.ask(session, author, person, keys)
    else:
        with called.reading() as visit:
            rows = asking_many.look(visit.session, person, keys, now=author.now)
    with called.reading() as visit:
        values = {"rows": rows, "is_done": bool(sure), "query": asked, "back": back}
        return visit.page("asks/many.html", {**values, "address_of": partial(_address, called)})


def _keys(named: Iterable[str]) -> tuple[NeedKey, ...]:
    """Needs as the queue writes them, ``channel 990740000001``; raises :class:`FilterNotKnown`."""
    parted = [text.partition(" ") for text in named]
    for service, _, _ in parted:
        if service not in tuple(Service):
            raise FilterNotKnown(name="service", value=service, allowed=tuple(Service))
    return tuple((school_id, Service(service)) for service, _, school_id in parted)


def _address(called: Caller, secret: str) -> str:
    return f"{called.house.settings.base_url.rstrip('/')}/answer/{secret}"


@router.post("/asks/settle", dependencies=[allow(Action.IMPORT)])
def settle(
    called: Called, number: Annotated[str, Form()] = "", deed: Annotated[str, Form()] = ""
) -> Response:
    """Accept an answer, lay it aside, or take back a question that is still open."""
    if deed not in DEEDS:
        raise FilterNotKnown(name="deed", value=deed, allowed=DEEDS)
    which = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
    author, book, today = author_of(called), called.house.book, called.today
    refused: Preview | None = None
    with called.writing() as session:
        if deed == "accept":
            told = partial(_noted, called)
            refused = asking.accept(session, author, called.person, which, told=told, book=book, today=today)
        elif deed == "take_back":
            asking.take_back(session, author, called.scope, which)
        else:
            asking.reject(session, author, called.scope, which)
    if refused is not None:
        with called.reading() as visit:
            return _list(visit, refused=refused)
    return RedirectResponse(PAGE, 303)


def _noted(called: Called, ask: Ask) -> str:
    """What a note says of an answer that is no "yes", in the words of whoever accepts it."""
    voice = called.house.voices[called.language]
    assert ask.answer is not None
    assert ask.answered_at is not None
    service = voice.words.say(f"service.{ask.service}")
    at = voice.formats.moment(ask.answered_at)
    return voice.words.say(f"ask.note.{ask.answer.channel}", service=service, at=at)


def _list(visit: Visit, *, refused: Preview | None = None, school_id: str = "") -> Response:
    found = asks.list_asks(visit.session, visit.scope, now=visit.moment)
    if school_id:
        found = tuple(one for one in found if one.school_id == school_id)
    named = {one.school_id for one in found}
    schools = {one.school_id: one for one in registry.list_schools(visit.session, visit.scope, named=named)}
    values = {
        "asks": [(one, schools[one.school_id]) for one in found if one.school_id in schools],
        "issues": refused.issues if refused else (),
        "of_one": school_id,
    }
    return visit.page("asks/index.html", values, status=400 if refused else 200)


@router.get("/answer/{key}", dependencies=[anyone()])
def open_link(called: Called, key: str) -> Response:
    """The form of a link. Looking uses nothing up: mail programs look at links too."""
    return _form(called, key)


@router.post("/answer/{key}", dependencies=[anyone()])
def answer(
    called: Called,
    key: str,
    channel: Annotated[str, Form()] = "",
    contract_number: Annotated[str, Form()] = "",
    start_on: Annotated[str, Form()] = "",
    end_on: Annotated[str, Form()] = "",
    supplier_name: Annotated[str, Form()] = "",
    remark: Annotated[str, Form()] = "",
) -> Response:
    """Keep the answer as a proposal and use the link up."""
    given = {
        "channel": channel,
        "contract_number": contract_number,
        "start_on": start_on,
        "end_on": end_on,
        "supplier_name": supplier_name,
        "remark": remark,
    }
    try:
        said = asking.read_answer(given)
    except AskRefused as error:
        return _form(called, key, given=given, refused=error)
    with transaction(called.house.engine, seeing=EVERYTHING) as session:  # the link is the whole key
        asking.answer(session, author_of(called), key, said)
    with called.reading() as visit:
        return _plain(visit, "asks/thanks.html", {})


def _form(
    called: Caller, secret: str, *, given: dict[str, str] | None = None, refused: AskRefused | None = None
) -> Response:
    with reading(called.house.engine, seeing=EVERYTHING) as session:
        found, school, line = asking.asked(session, author_of(called), secret)
    known = {
        "contract_number": line.contract_number if line else "",
        "start_on": line.start_on.isoformat() if line else "",
        "end_on": line.end_on.isoformat() if line and line.end_on else "",
        "supplier_name": (line.supplier_name or "") if line else "",
        "channel": "",
        "remark": "",
    }
    values = {
        "ask": found,
        "school": school,
        "given": given or known,
        "channels": tuple(Channel),
        "refused": refused,
    }
    with called.reading() as visit:
        return _plain(visit, "asks/form.html", values, status=400 if refused else 200)


def _plain(visit: Visit, template: str, values: dict[str, object], *, status: int = 200) -> Response:
    page = visit.page(template, values, status=status)
    page.headers["referrer-policy"] = "strict-origin"  # the form says where it comes from, not by which link
    return page
