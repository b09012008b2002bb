"""One decision: what it rests on, what still has to be confirmed, and the buttons of whoever may move it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Form
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tracker.domain.asked import read_day, read_number
from tracker.domain.courses import course_of
from tracker.domain.decision_records import DecisionRecord
from tracker.domain.decisions import MOVES, NEEDED, OTHER_EYES, Deed
from tracker.domain.drafts import DraftKind, missing
from tracker.domain.errors import (
    ChangedMeanwhile,
    DayNotReadable,
    DecisionRefused,
    DecisionStale,
    FilterNotKnown,
    NotFound,
)
from tracker.domain.roles import Action
from tracker.services import attesting, contracting, deciding, drafting, noticing, pricing, recounting
from tracker.services.contracting import Paper
from tracker.services.evaluating import NeedView
from tracker.services.noticing import Shown
from tracker.services.rechecking import UNMOVED, Recheck, require_passable
from tracker.store import decisions
from tracker.store.decisions import LARGEST
from tracker.store.enclosures import list_enclosures
from tracker.web.amounts import read_amounts
from tracker.web.cautions import due_days, is_late, rechecked
from tracker.web.deps import Asked, Called, Caller, Visit
from tracker.web.filters import Filters, asked_of
from tracker.web.forms import Text, Texts
from tracker.web.learning import learnt_values
from tracker.web.pages.suggestions import back_to, step_named
from tracker.web.proving import author_of
from tracker.web.queueing import LINE, all_needs, case_in
from tracker.web.rules import allow
from tracker.web.steps import ASKED, STEP, Step, steps_of
from tracker.web.typed import INSTEAD, NOTHING_TYPED, Confirmed, Stated, Typed
from tracker.web.undone import undo_values

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

DONE = "done"
"""What an address says was just kept, for its page to tell what came of it."""

BY_DRAFTERS = (Deed.SEND_AGAIN, Deed.WITHDRAW, Deed.CLOSE)
"""Deeds of drafters that a button and a reason are enough for."""

Refusal = DecisionRefused | DecisionStale | ChangedMeanwhile | DayNotReadable
REFUSALS = (DecisionRefused, DecisionStale, ChangedMeanwhile, DayNotReadable)
Revision = Annotated[int, Form(ge=0, le=LARGEST)]


@router.get("/decisions/{number}", dependencies=[allow(Action.READ)])
def show(visit: Asked, number: str) -> Response:
    """One decision, as it stands now."""
    asked = asked_of(visit.request, (*ASKED, DONE, LINE))
    step_named(asked.get(STEP, ""))
    return _page(visit, number_of(number), urlencode(asked), told=asked.get(DONE, ""))


@router.post("/decisions/{number}", dependencies=[allow(Action.DRAFT)])
def move(
    called: Called,
    number: str,
    deed: Text = "",
    reason: Text = "",
    revision: Revision = 0,
    shown: Text = "",
    asked: Text = "",
) -> Response:
    """Send again, take back or close."""
    return _moved(called, number, _deed(deed, BY_DRAFTERS), reason, revision, shown, asked)


@router.post("/decisions/{number}/verdict", dependencies=[allow(Action.APPROVE)])
def decide(
    called: Called,
    number: str,
    deed: Text = "",
    reason: Text = "",
    despite: Text = "",
    revision: Revision = 0,
    shown: Text = "",
    asked: Text = "",
) -> Response:
    """Approve, return or reject; the next that waits opens by itself.

    Approving ``despite`` what today's facts say asks for a reason of its own.
    """
    named = _deed(deed, tuple(OTHER_EYES))
    return _moved(called, number, named, reason, revision, shown, asked, despite=despite)


def _moved(
    called: Caller,
    number: str,
    deed: Deed,
    reason: str,
    revision: int,
    shown: str,
    asked: str,
    *,
    despite: str = "",
) -> Response:
    today = _recheck(called, number_of(number)) if deed is Deed.APPROVE else UNMOVED

    def work(session: Session) -> None:
        who, of = (author_of(called), called.person), number_of(number)
        noticing.require_decided_as_shown(
            session, called.person, of, deed, revision=revision, shown=shown, today=called.today
        )
        require_passable(today, despite)
        deciding.decide(session, *who, of, deed, revision=revision, reason=despite.strip() or reason)

    if refused := done(called, number, asked, work, reason=despite or reason, deed=deed):
        return refused
    return RedirectResponse(_next(called, number_of(number), deed, asked), 303)


def _recheck(called: Caller, number: int) -> Recheck:
    """What today's facts say of a decision; what is learnt after that is noticed when it is written."""
    with called.reading() as visit:
        found = decisions.get_decision(visit.session, visit.scope, number)
        return rechecked(visit, [found], all_needs(visit)).get(number, UNMOVED)


@router.post("/decisions/{number}/price", dependencies=[allow(Action.DRAFT)])
def set_prices(
    called: Called, number: str, price: Texts = (), why: Text = "", revision: Revision = 0, asked: Text = ""
) -> Response:
    """Ask another price for a school."""

    def work(session: Session) -> None:
        amounts = [amount for amount in read_amounts(price, needed=True) if amount is not None]
        pricing.set_prices(
            session, author_of(called), called.person, number_of(number), amounts,
            revision=revision, reason=why, book=called.house.book,
        )  # fmt: skip

    stated: Stated = {"price": price, "why": why}
    return done(called, number, asked, work, stated=stated) or back(number, asked, told="price")


@router.post("/decisions/{number}/contract", dependencies=[allow(Action.DRAFT)])
def record(
    called: Called,
    number: str,
    contract_number: Text = "",
    signed_on: Text = "",
    start_on: Text = "",
    end_on: Text = "",
    amount: Texts = (),
    supplier_name: Text = "",
    supplier_bin: Text = "",
    why: Text = "",
    revision: Revision = 0,
    shown: Text = "",
    asked: Text = "",
) -> Response:
    """Record the signed contract: cover begins, and the flag closes with it."""

    def work(session: Session) -> None:
        noticing.require_decided_as_shown(
            session, called.person, number_of(number), Deed.RECORD,
            revision=revision, shown=shown, today=called.today,
        )  # fmt: skip
        signed, start, end = map(read_day, (signed_on, start_on, end_on))
        amounts = read_amounts(amount)
        paper = Paper(contract_number, signed, start, end, amounts, supplier_name, supplier_bin, why)
        contracting.record(
            session, author_of(called), called.person, number_of(number), paper,
            revision=revision, today=called.today, book=called.house.book,
        )  # fmt: skip

    stated: Stated = {
        "contract_number": contract_number, "signed_on": signed_on, "start_on": start_on, "end_on": end_on,
        "amount": amount, "supplier_name": supplier_name, "supplier_bin": supplier_bin,
        "why": why,
    }  # fmt: skip
    return done(called, number, asked, work, stated=stated) or back(number, asked)


def done(
    called: Caller,
    number: str,
    asked: str,
    work: Callable[[Session], None],
    *,
    reason: str | None = None,
    stated: Stated | None = None,
    deed: Deed | None = None,
    said: Confirmed | None = None,
) -> Response | None:
    """Do the work in a transaction of its own; where it is refused, the page that says why, with the form.

    The journal keeps that somebody tried to decide on her own draft.
    """
    try:
        with called.writing() as session:
            work(session)
    except REFUSALS as refused:
        if deed in OTHER_EYES and refused.details.get("reason") == deciding.OWN:
            with called.writing() as session:
                attesting.note_own(session, author_of(called), [number_of(number)], deed)
        with called.reading() as visit:
            typed = Typed(reason, deed, stated, said)
            return _page(visit, number_of(number), asked, refused, typed)
    return None


def _page(
    visit: Visit,
    number: int,
    asked: str,
    refused: Refusal | None = None,
    typed: Typed = NOTHING_TYPED,
    *,
    told: str = "",
) -> Response:
    found = decisions.get_decision(visit.session, visit.scope, number)
    steps = steps_of(visit, Filters.read(_fields(asked)))
    values = {
        **_of_record(visit, found),
        "left": steps.left_besides(number),
        "query": asked,
        "back": back_to(asked),
        "refused": refused,
        "reason": None if typed.deed in INSTEAD else typed.reason,
        "instead": typed.reason if typed.deed in INSTEAD else "",
        "is_instead": typed.deed in INSTEAD,
        "stated": typed.stated,
        "said": typed.said if isinstance(refused, DecisionRefused) else None,
        "told": told,
        **learnt_values(visit, refused, {line.school_id: line.school for line in found.lines}),
        **undo_values(visit, number),
        **case_in(visit, _fields(asked).get(LINE, ""), [line.school_id for line in found.lines]),
    }
    status = 200 if refused is None else 400 if isinstance(refused, DayNotReadable) else 409
    return visit.page("decisions/show.html", values, status=status)


def _of_record(visit: Visit, found: DecisionRecord) -> Mapping[str, object]:
    """What a decision's page shows of its record, and what its reader may do to it."""
    needs, begins = all_needs(visit), contracting.first_day(found, visit.today)
    is_partial = deciding.is_partial(visit.session, found)
    recheck = rechecked(visit, [found], needs).get(found.number, UNMOVED)
    return {
        "found": found,
        "course": course_of(found.events),
        "failure": recounting.failure(visit.session, visit.scope, found.ground.conditions),
        "ticks": {tick.condition: tick for tick in found.ticks},
        "enclosures": list_enclosures(visit.session, visit.scope, [found.number]),
        "asking": askers(needs, found) if found.lacks_consent else (),
        "deeds": frozenset[Deed]() if is_partial else deeds_of(visit, found, recheck),
        "is_partial": is_partial,
        "is_own": visit.person.id in deciding.hands(found),
        "begins": begins,
        "latest": contracting.latest_end(found, begins, visit.house.book),
        "has_duties": found.has_duties,
        "unready": _unready(visit, found),
        "is_late": is_late(visit, found),
        "due_days": due_days(visit, found),
        "recheck": recheck,
        "shown": str(Shown.of(visit.session, visit.scope, noticing.schools_of(found), today=visit.today)),
    }


def _unready(visit: Visit, found: DecisionRecord) -> Mapping[DraftKind, tuple[str, ...]]:
    """The kinds of papers that are not ready once the contract is signed, each with what they lack."""
    lacks: dict[DraftKind, dict[str, None]] = {}
    if found.signed is not None:
        dossier = drafting.dossier_of(visit.session, visit.scope, found.number, book=visit.house.book)
        for draft in dossier.drafts:
            if codes := missing(draft):
                lacks.setdefault(draft.kind, {}).update(dict.fromkeys(codes))
    return {kind: tuple(codes) for kind, codes in lacks.items()}


def deeds_of(visit: Visit, found: DecisionRecord, recheck: Recheck) -> frozenset[Deed]:
    """What the reader may do now to a decision of which she sees every school."""
    own, had_hand = (visit.person.id in who(found) for who in (deciding.drafters, deciding.hands))
    return frozenset(
        deed
        for deed, moves in MOVES.items()
        if found.status in moves
        and visit.person.may(NEEDED[deed])
        and not (deed in OTHER_EYES and had_hand)
        and not (deed is Deed.WITHDRAW and not own)
        and not (deed is Deed.APPROVE and (found.missing or recheck.bar))
    )


def askers(needs: Iterable[NeedView], found: DecisionRecord) -> tuple[str, ...]:
    """The officers whom the register names for its schools: they ask the supplier whether it agrees."""
    wanted = {line.school_id for line in found.lines}
    schools = (need.school for need in needs if need.school.school_id in wanted)
    return tuple(dict.fromkeys(school.officer_email for school in schools if school.officer_email))


def _next(called: Caller, number: int, deed: Deed, asked: str) -> str:
    """Where whoever decided goes on: to the next that waits for her, else to the list of what waits so.

    Where nothing is left within her filters that list is asked without them; whoever came from the queue
    stays, for the page names its next case.
    """
    if deed not in OTHER_EYES:
        return _address(number, asked)
    with called.reading() as visit:
        following = steps_of(visit, Filters.read(_fields(asked))).next_to_approve(after=number)
    if following is None and LINE in _fields(asked):
        return _address(number, asked)
    return back_to(urlencode({STEP: Step.APPROVE})) if following is None else _address(following, asked)


def back(number: str, asked: str, *, told: str = "") -> Response:
    """To the decision again, with what its page was asked, which tells what was kept."""
    return RedirectResponse(_address(number_of(number), asked, told), 303)


def _address(number: int, asked: str, told: str = "") -> str:
    fields = {**_fields(asked), **({DONE: told} if told else {})}
    return f"/decisions/{number}?{urlencode(fields)}" if fields else f"/decisions/{number}"


def _fields(asked: str) -> dict[str, str]:
    """What the list was asked that a decision was opened from; nothing else is taken from a form."""
    return {name: value for name, value in parse_qsl(asked) if name in (*ASKED, LINE)}


def number_of(text: str) -> int:
    """The number of a decision in an address; raises :class:`NotFound` for what is none."""
    number = read_number(text, most=LARGEST)
    if number is None:
        raise NotFound(decision=text)
    return number


def _deed(text: str, allowed: tuple[Deed, ...]) -> Deed:
    if text not in allowed:
        raise FilterNotKnown(name="deed", value=text, allowed=allowed)
    return Deed(text)
