"""Work on cases, by the small forms of a school's page and of the queue: in hand, working on it, notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import parse_qsl, quote, urlencode

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tracker.domain.asked import read_day
from tracker.domain.cases import LONGEST_NOTE
from tracker.domain.errors import CaseRefused, DayNotReadable, FilterNotKnown, TrackerError
from tracker.domain.roles import Action
from tracker.services import tasking, working
from tracker.services.working import Task
from tracker.store import cases, registry
from tracker.web.deps import Called, Caller, Visit
from tracker.web.filters import QUEUED
from tracker.web.forms import Text
from tracker.web.pages.people import LARGEST_NUMBER
from tracker.web.proving import author_of
from tracker.web.queueing import FROM
from tracker.web.rules import allow

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

DEEDS = ("give", "release", "look", "see")
"""What the small forms ask for: put it into somebody's hands, out of them, work on it, seen its notes."""

MOST = 200
"""Schools that are put into somebody's hands at once: as many as a page of the queue shows."""

Number = Annotated[int | None, Form(ge=0, le=LARGEST_NUMBER)]


@router.post("/cases", dependencies=[allow(Action.WORK)])
def work(
    called: Called,
    school_id: Text = "",
    deed: Text = "",
    to: Number = None,
    seen: Number = None,
    asked: Text = "",
) -> Response:
    """Do one thing with a school that somebody works on; ``seen`` is who had it on the page."""
    author, person, today = author_of(called), called.person, called.today
    with called.writing() as session:
        match deed:
            case "give":
                given = person.id if to is None else to
                working.give(session, author, person, school_id, given, seen=seen, today=today)
            case "release":
                working.release(session, author, person, school_id, seen=seen, today=today)
            case "look":
                working.look(session, author, person, school_id, over=seen)
            case "see":
                working.see(session, author, person, school_id)
            case _:
                raise FilterNotKnown(name="deed", value=deed, allowed=DEEDS)
    return _back(school_id, asked)


@router.post("/cases/notes", dependencies=[allow(Action.WORK)])
def note(
    called: Called,
    school_id: Text = "",
    text: Text = "",
    is_pinned: Annotated[bool, Form()] = False,
    asked: Text = "",
) -> Response:
    """Note something of a school."""
    try:
        with called.writing() as session:
            working.write_note(
                session, author_of(called), called.person, school_id, text, is_pinned=is_pinned
            )
    except CaseRefused as refused:
        pinned = {"is_pinned": "1"} if is_pinned else {}
        return _again(called, refused, {"school_id": school_id, "text": text, "asked": asked, **pinned})
    return _back(school_id, asked, "notes")


@router.post("/cases/tasks", dependencies=[allow(Action.WORK)])
def make_task(
    called: Called,
    school_id: Text = "",
    text: Text = "",
    to: Number = None,
    due_on: Text = "",
    key: Text = "",
    asked: Text = "",
) -> Response:
    """Ask somebody to do something about a school by a day; the same form sent again asks for no more."""
    who = author_of(called), called.person
    try:
        task = Task(to or 0, read_day(due_on), key)
        with called.writing() as session:
            tasking.make(session, *who, school_id, text, task, today=called.today)
    except (CaseRefused, DayNotReadable) as refused:
        said = {"school_id": school_id, "text": text, "to": str(to or ""), "due_on": due_on, "key": key}
        return _again(called, refused, {**said, "asked": asked})
    return _back(school_id, asked, "notes")


@router.post("/cases/notes/pin", dependencies=[allow(Action.WORK)])
def pin(
    called: Called,
    number: Number = None,
    is_pinned: Annotated[bool, Form()] = False,
    asked: Text = "",
) -> Response:
    """Let a note warn above everything, or no longer."""
    with called.writing() as session:
        found = working.pin(session, author_of(called), called.person, number or 0, is_pinned=is_pinned)
    return _back(found.school_id, asked, "notes")


@router.post("/queue/assign", dependencies=[allow(Action.ASSIGN)])
def assign(
    called: Called,
    need: Annotated[list[str] | None, Form()] = None,
    case: Annotated[list[str] | None, Form()] = None,
    to: Number = None,
    asked: Text = "",
) -> Response:
    """What was selected, with those to whom it may be given; then, of each school, what became of it."""
    if case is None or to is None:
        schools = [each.partition(" ")[2] for each in need or []] + [one for one, _ in map(_seen, case or [])]
        with called.reading() as visit:
            return _preview(visit, schools[:MOST], asked, is_asked=case is not None)
    seen = dict(map(_seen, case[:MOST]))
    with called.writing() as session:
        outcomes = working.give_many(
            session, author_of(called), called.person, seen, to,
            seen={name: number for name, number in seen.items() if number is not None}, today=called.today,
        )  # fmt: skip
    with called.reading() as visit:
        values = {"outcomes": outcomes, "back": _query(asked), "schools": (), "is_asked": False}
        return visit.page("queue/assign.html", values)


def _preview(visit: Visit, wanted: list[str], asked: str, *, is_asked: bool) -> Response:
    schools = working.named_schools(visit.session, visit.person, wanted)
    named = {school.school_id for school in schools}
    values = {
        "outcomes": (),
        "schools": schools,
        "holders": cases.holders(visit.session, visit.scope, schools=named),
        "colleagues": working.colleagues(visit.session, schools),
        "is_asked": is_asked,
        "query": asked,
        "back": _query(asked),
    }
    return visit.page("queue/assign.html", values, status=400 if is_asked else 200)


def _seen(text: str) -> tuple[str, int | None]:
    """A school and the number of who had it in hand when the page was made: ``12 990740000001``."""
    number, _, school_id = text.partition(" ")
    known = number.isascii() and number.isdigit() and len(number) < 10
    return school_id, int(number) if known and int(number) else None


def _query(asked: str) -> str:
    """Of an address only what the queue takes."""
    return urlencode([(name, value) for name, value in parse_qsl(asked) if name in (*QUEUED, FROM)])


def _back(school_id: str, asked: str, part: str = "") -> Response:
    query, anchor = _query(asked), f"#{part}" if part else ""
    return RedirectResponse(f"/schools/{quote(school_id)}" + (f"?{query}" if query else "") + anchor, 303)


def _again(called: Caller, refused: TrackerError, said: Mapping[str, str]) -> Response:
    """The same form with what was typed, to be mended and sent again."""
    school_id = said["school_id"]
    with called.reading() as visit:
        values = {
            "school": registry.get_school(visit.session, visit.scope, school_id),
            "refused": refused,
            "said": said,
            "action": called.request.url.path,
            "back": f"/schools/{quote(school_id)}",
            "most": LONGEST_NOTE,
        }
        return visit.page("schools/note_again.html", values, status=400)
