"""Approving many: what would be approved and what is left out, with why, then one reason (experience R2)."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl
from uuid import uuid4

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from tracker.domain.asked import read_number
from tracker.domain.errors import DecisionRefused, FilterNotKnown
from tracker.domain.roles import Action
from tracker.services import deciding, noticing
from tracker.services.deciding import OWN, Row
from tracker.services.noticing import Shown
from tracker.store import decisions
from tracker.store.decisions import LARGEST
from tracker.web.cautions import cautions_of
from tracker.web.deps import Called, Caller, Visit
from tracker.web.filters import Filters
from tracker.web.forms import Text, Texts
from tracker.web.pages.suggestions import back_to, chosen, result
from tracker.web.proving import author_of
from tracker.web.rules import allow
from tracker.web.steps import ASKED, Step, Waiting, steps_of
from tracker.web.turning import list_of, turned_back

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

PARTIAL, STALE = "partial", "stale"
"""Why one is left out, beside its cautions: not every school of it is seen, or it waits no more as it was."""


@router.post("/suggestions/approving", dependencies=[allow(Action.APPROVE)])
def preview(called: Called, decision: Texts = (), asked: Text = "") -> Response:
    """What would be approved of the chosen, or of the whole list where none is; nothing is written."""
    seen = dict(_seen(text) for text in decision)
    fields = {name: value for name, value in parse_qsl(asked) if name in ASKED}
    try:
        with called.reading() as visit:
            waiting = steps_of(visit, Filters.read({} if seen else fields)).waiting[Step.APPROVE]
            found = {one.head.number: one for one in waiting}
            chosen(list(map(str, seen or found)))
            return _preview(
                visit, seen or {number: one.head.revision for number, one in found.items()}, found, asked
            )
    except DecisionRefused as refused:
        return turned_back(called, refused, list_of(asked))


def _preview(visit: Visit, seen: Mapping[int, int], found: Mapping[int, Waiting], asked: str) -> Response:
    cautions = cautions_of(visit, seen)
    barred = {number: _barred(found.get(number), revision) for number, revision in seen.items()}
    ready = [number for number in seen if barred[number] is None and not cautions.get(number)]
    values = {
        "ready": [found[number] for number in ready],
        "left": [(number, found.get(number), barred[number]) for number in seen if number not in ready],
        "cautions": cautions,
        "query": asked,
        "back": back_to(asked),
    }
    return visit.page("decisions/approving.html", values)


def _barred(one: Waiting | None, revision: int) -> str | None:
    """Why the reader may not approve this one as she saw it; None where she may."""
    if one is None or one.head.revision != revision:
        return STALE
    if one.had_hand:
        return OWN
    return PARTIAL if one.head.is_partial else None


@router.post("/suggestions/approvals", dependencies=[allow(Action.APPROVE)])
def approve_many(
    called: Called,
    decision: Texts = (),
    reason: Text = "",
    asked: Text = "",
) -> Response:
    """Approve many with one reason; the result has a row for each."""
    try:
        rows = _approved(called, [_seen(text) for text in chosen(decision)], reason)
    except DecisionRefused as refused:
        return turned_back(called, refused, list_of(asked))
    return result(called, "approve", rows, asked)


def _approved(called: Caller, wanted: list[tuple[int, int]], reason: str) -> tuple[Row, ...]:
    numbers = [number for number, _ in wanted]
    with called.reading() as visit:
        cautions = cautions_of(visit, numbers)
        found = decisions.list_decisions(visit.session, visit.scope, numbers)
        schools = {line.school_id for each in found for line in each.lines}
        shown = str(Shown.of(visit.session, visit.scope, schools, today=visit.today))
    alone = {number for number, cautioned in cautions.items() if cautioned}
    who = author_of(called), called.person
    with called.writing() as session:
        moved = noticing.moved_schools(session, called.scope, shown, today=called.today) or frozenset()
        alone |= {each.number for each in found if moved & noticing.schools_of(each)}  # learnt in between
        return deciding.approve_many(session, *who, wanted, alone=alone, reason=reason, batch=uuid4().hex)


def _seen(text: str) -> tuple[int, int]:
    """The number and revision of a decision that was chosen."""
    number, revision = (read_number(part, most=LARGEST) for part in text.partition(":")[::2])
    if number is None or revision is None:
        raise FilterNotKnown(name="decision", value=text)
    return number, revision
