"""Correcting one contract line, tender line or school by hand, with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tracker.domain.errors import AmendmentRefused, ChangedMeanwhile, TrackerError
from tracker.domain.register import ImportIssue, RegisterKind
from tracker.domain.roles import Action
from tracker.domain.vocabulary import ContractKind, ContractStatus, Method, Stage, TenderStatus
from tracker.feeds.columns import COLUMNS, Column
from tracker.services import amending
from tracker.services.amending import KEYS, KINDS, Correction, Which
from tracker.services.picturing import picture
from tracker.web.deps import Asked, Called, Caller, Visit
from tracker.web.filters import asked_of, not_known
from tracker.web.forms import form_of
from tracker.web.proving import author_of
from tracker.web.queueing import CORRECTED, DONE, LINE, case_in, line_of
from tracker.web.rules import allow
from tracker.web.witness import count_own

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

PAGE = "/corrections"
TRY = "try"
"""What the first button asks for: to see what would change, and to write nothing."""

NAMES = ("kind", "school_id", "number", "service", LINE)

CHOICES: Mapping[tuple[RegisterKind, str], tuple[str, type[StrEnum]]] = {
    (RegisterKind.CONTRACTS, "kind"): ("contract_kind", ContractKind),
    (RegisterKind.CONTRACTS, "status"): ("contract_status", ContractStatus),
    (RegisterKind.CONTRACTS, "method"): ("method", Method),
    (RegisterKind.TENDERS, "status"): ("tender_status", TenderStatus),
    (RegisterKind.TENDERS, "method"): ("method", Method),
    (RegisterKind.TENDERS, "stage"): ("stage", Stage),
}
"""Columns of closed lists, with the words of their values."""

ALWAYS_SAID = frozenset({"kind", "status"})
"""Choices that cannot be empty; the method of a tender is one more."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the form: its column, what it says, how it is asked and what is wrong with it."""

    column: Column
    value: str
    family: str = ""
    words: tuple[str, ...] = ()
    is_day: bool = False
    issue: ImportIssue | None = None


@router.get(PAGE, dependencies=[allow(Action.IMPORT)])
def show(visit: Asked) -> Response:
    """The form with what is known now."""
    return _page(visit, _which(asked_of(visit.request, NAMES)))


@router.post(PAGE, dependencies=[allow(Action.IMPORT)])
async def read_form(request: Request, called: Called) -> Response:
    """Write the correction, or show what is wrong with it."""
    form = await form_of(request)
    given = {name: value for name, value in form.items() if isinstance(value, str)}
    return await run_in_threadpool(_corrected, called, given)


def _corrected(called: Caller, given: Mapping[str, str]) -> Response:
    which = _which(given)
    names = [column.name for column in COLUMNS[which.kind] if f"value_{column.name}" in given]
    values = {name: given[f"value_{name}"] for name in names if name not in KEYS[which.kind]}
    said = Correction(values, given.get("reason", ""), given.get("seen", ""), given.get("shown", ""))
    author = author_of(called)
    try:
        if given.get("deed") == TRY:
            return _tried(called, which, said)
        with called.writing() as session:
            found = amending.amend(
                session, author, called.scope, which, said, book=called.house.book, today=called.today
            )
    except ChangedMeanwhile as error:
        if times := count_own(called.request, error.code):
            with called.writing() as session:
                amending.note_refused(session, author, called.scope, which, said, times=times)
        return _again(called, which, said, error, status=409)
    except AmendmentRefused as error:
        return _again(called, which, said, error)
    if not found.written:
        return _tried(called, which, said)
    line = line_of(called.request)
    done = f"{DONE}={CORRECTED}&{line}" if line else f"{DONE}={CORRECTED}"
    return RedirectResponse(f"/schools/{quote(which.school_id)}?{done}", 303)


def _tried(called: Caller, which: Which, said: Correction) -> Response:
    """What it would change and what the school would then be, or what is wrong with it."""
    with called.reading() as visit:
        session, scope, book = visit.session, visit.scope, visit.house.book
        found = amending.plan(session, scope, which, said, book=book, today=visit.today)
        if found.issues:
            refused = AmendmentRefused(reason="value")
            return _page(visit, which, said=said, refused=refused, issues=found.issues, status=400)
        (change,) = found.changes
        pictures = picture(session, scope, which.school_id, change.after, on=visit.today, book=book)
        ahead = {"change": change, "pictures": pictures, "shown": found.seen}
        return _page(visit, which, said=said, ahead=ahead)


def _again(
    called: Caller,
    which: Which,
    said: Correction,
    error: TrackerError,
    *,
    status: int = 400,
) -> Response:
    with called.reading() as visit:
        return _page(visit, which, said=said, refused=error, status=status)


def _which(given: Mapping[str, str]) -> Which:
    """Which fact is meant; raises :class:`FilterNotKnown` for a kind that is not corrected by hand."""
    kind = given.get("kind", RegisterKind.CONTRACTS)
    if kind not in KINDS:
        raise not_known("kind", kind, KINDS)
    service = given.get("service") or "channel"
    return Which(RegisterKind(kind), given.get("school_id", ""), given.get("number", ""), service)


def _page(
    visit: Visit,
    which: Which,
    *,
    said: Correction | None = None,
    refused: TrackerError | None = None,
    issues: tuple[ImportIssue, ...] = (),
    ahead: Mapping[str, object] | None = None,
    status: int = 200,
) -> Response:
    row = amending.find(visit.session, visit.scope, which)
    known = amending.values_of(row)
    shown = known if said is None else {**known, **said.values}
    wrong = {issue.column: issue for issue in issues}
    fields = tuple(
        _field(which.kind, column, shown[column.name], wrong.get(column.name))
        for column in COLUMNS[which.kind]
        if column.name not in KEYS[which.kind]
    )
    values = {
        "which": which,
        "fields": fields,
        "known_values": known,
        "seen": amending.seen_of(row),
        "reason": said.reason if said else "",
        "refused": refused,
        "issues": issues,
        "ahead": ahead,
        **case_in(visit, line_of(visit.request), [which.school_id]),
    }
    return visit.page("corrections/show.html", values, status=status)


def _field(kind: RegisterKind, column: Column, value: str, issue: ImportIssue | None) -> Field:
    if choice := CHOICES.get((kind, column.name)):
        is_said = column.name in ALWAYS_SAID or (kind, column.name) == (RegisterKind.TENDERS, "method")
        words = (*(() if is_said else ("",)), *choice[1])
        return Field(column, value, choice[0], words, issue=issue)
    return Field(column, value, is_day=_is_day(column.name, value), issue=issue)


def _is_day(name: str, value: str) -> bool:
    """Whether a calendar asks for it; what is typed and is no day must stay to be seen."""
    if not name.endswith(("_on", "_from", "_until")):
        return False
    try:
        date.fromisoformat(value or "2027-01-01")
    except ValueError:
        return False
    return True
