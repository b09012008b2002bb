"""Taking a deadline up or putting it off, by the small form of its line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Annotated
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tracker.domain.asked import read_day
from tracker.domain.errors import DayNotReadable, FilterNotKnown, HoldRefused, TrackerError
from tracker.domain.holds import HoldKind
from tracker.domain.roles import Action
from tracker.domain.vocabulary import DeadlineKind, Service
from tracker.services import holding, putting_off
from tracker.services.holding import Target, Wanted
from tracker.services.putting_off import Line
from tracker.store import registry
from tracker.web.deps import Called, Caller
from tracker.web.filters import SIZES
from tracker.web.forms import Text, Texts
from tracker.web.proving import author_of
from tracker.web.rules import allow

MOST = max(SIZES)
"""Deadlines that are put off at once: as many as a page shows."""

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@router.post("/deadlines/hold", dependencies=[allow(Action.HOLD)])
def hold(
    called: Called,
    school_id: Annotated[str, Form()] = "",
    service: Annotated[str, Form()] = "",
    kind: Annotated[str, Form()] = "",
    identity: Annotated[str, Form()] = "",
    hold: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    back_on: Annotated[str, Form()] = "",
    asked: Annotated[str, Form()] = "",
) -> Response:
    """Keep a hold and go back to the list as it was asked for."""
    target = _target(school_id, service, kind, identity)
    if hold not in tuple(HoldKind):
        raise FilterNotKnown(name="hold", value=hold, allowed=tuple(HoldKind))
    try:
        wanted = Wanted(HoldKind(hold), reason, read_day(back_on) if back_on else None)
        with called.writing() as session:
            author, today, book = author_of(called), called.today, called.house.book
            holding.hold(session, author, called.person, target, wanted, today=today, book=book)
    except (HoldRefused, DayNotReadable) as refused:
        return _again(called, target, refused, {"reason": reason, "back_on": back_on}, asked)
    return RedirectResponse(_list(asked), 303)


@router.post("/deadlines/put-off", dependencies=[allow(Action.HOLD)])
def put_off(
    called: Called,
    line: Texts = (),
    reason: Annotated[str | None, Form()] = None,
    back_on: Text = "",
    asked: Text = "",
) -> Response:
    """What was chosen, with how long each can be put off; then, of each, what became of it."""
    targets, today, book = _chosen(line), called.today, called.house.book
    with called.reading() as visit:  # before anything is locked: what lies ahead of a country takes its time
        lines = putting_off.look(visit.session, visit.person, targets, today=today, book=book)
    if reason is None or not lines:
        return _look(called, lines, asked)
    try:
        until = read_day(back_on) if back_on.strip() else None
        with called.writing() as session:
            author, person = author_of(called), called.person
            done = putting_off.put_off(
                session, author, person, targets, reason=reason, back_on=until, today=today, book=book
            )
    except (HoldRefused, DayNotReadable) as refused:
        return _look(called, lines, asked, refused, {"reason": reason, "back_on": back_on})
    with called.reading() as visit:
        return visit.page("deadlines/putting_off.html", {"done": done, "back": _list(asked)})


def _look(
    called: Caller,
    lines: Iterable[Line],
    asked: str,
    refused: TrackerError | None = None,
    said: Mapping[str, str] | None = None,
) -> Response:
    values = {
        "done": (),
        "lines": lines,
        "value_of": value_of,
        "said": said or {"reason": "", "back_on": ""},
        "words": asked,
        "back": _list(asked),
        "refused": refused,
    }
    with called.reading() as visit:
        return visit.page("deadlines/putting_off.html", values, status=400 if refused else 200)


def _chosen(lines: Iterable[str]) -> tuple[Target, ...]:
    """The deadlines that were ticked, each written as :func:`value_of` does; no more than a page has."""
    return tuple(dict.fromkeys(_read(text) for text in tuple(lines)[:MOST]))


def value_of(target: Target) -> str:
    """A deadline as the forms of lists write it."""
    return json.dumps([target.school_id, target.service, target.kind, *target.identity], ensure_ascii=False)


def _read(text: str) -> Target:
    try:
        school_id, service, kind, *identity = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        raise FilterNotKnown(name="deadline", value=text) from None
    if not all(isinstance(part, str) for part in (school_id, service, kind)):
        raise FilterNotKnown(name="deadline", value=text)
    return _target(school_id, service, kind, json.dumps(identity))


def _again(
    called: Caller, target: Target, refused: TrackerError, said: Mapping[str, str], asked: str
) -> Response:
    """The form as it was typed, with what is wrong in it."""
    with called.reading() as visit:
        due = holding.find(visit.session, visit.scope, target, on=visit.today, book=visit.house.book)
        values = {
            "school": registry.get_school(visit.session, visit.scope, target.school_id),
            "due": due,
            "target": target,
            "can_snooze": holding.may_snooze(due, visit.today),
            "said": said,
            "words": asked,
            "back": _list(asked),
            "refused": refused,
        }
        return visit.page("deadlines/hold.html", values, status=400)


def _list(asked: str) -> str:
    """The list as it was asked for."""
    query = urlencode(parse_qsl(asked))
    return f"/deadlines?{query}" if query else "/deadlines"


def _target(school_id: str, service: str, kind: str, identity: str) -> Target:
    """Which deadline a form means; raises :class:`FilterNotKnown`."""
    try:
        parts = json.loads(identity)
        if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
            raise ValueError
        return Target(school_id, Service(service), DeadlineKind(kind), tuple(parts))
    except (ValueError, RecursionError):
        raise FilterNotKnown(name="deadline", value=kind) from None
