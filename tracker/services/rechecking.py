"""Rechecking: what a decision that is open rests on, asked of today's facts by the rules that drafted it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import chain

from sqlalchemy.orm import Session

from tracker.domain.bridge_guard import Bridge, guard, supplier_of
from tracker.domain.coverage import read_cover
from tracker.domain.days import Span
from tracker.domain.decision_records import DecisionRecord, GuardFinding, GuardKind, Level, LineRecord
from tracker.domain.decisions import OPEN, Block
from tracker.domain.errors import DecisionRefused
from tracker.domain.facts import NeedFacts, ServiceLine
from tracker.domain.findings import Answer, Assessment
from tracker.domain.policy import Policy
from tracker.domain.register import ContractRow
from tracker.domain.vocabulary import FAILED, RefusalReason, RouteId, State
from tracker.services.evaluating import UNJUDGED, Book, NeedView
from tracker.services.proposing import NeedKey, Proposal, Proposed, guard_with, propose
from tracker.store.decisions import named_contracts
from tracker.store.scope import Scope


class Moved(StrEnum):
    """What is otherwise than when it was drafted; ``unjudged`` where the rules cannot say (FLT-26).

    ``unforeseen``: no gap is told of any more, but only because no purchase is under way that tells of one.
    """

    UNJUDGED = "unjudged"
    NOT_NEEDED = "not_needed"
    UNFORESEEN = "unforeseen"
    ADVICE = "advice"
    DAYS = "days"
    GUARD = "guard"


@dataclass(frozen=True, slots=True)
class Recheck:
    """What has ``moved`` since the draft, with the days and the findings of today where those are others.

    ``bar`` is why nobody may approve it by today's facts, as nobody could draft it, and ``stops`` is what of
    the guard does so.
    """

    moved: tuple[Moved, ...] = ()
    days: Span | None = None
    guard: tuple[GuardFinding, ...] = ()
    bar: Block | None = None
    stops: tuple[GuardFinding, ...] = ()


UNMOVED = Recheck()
"""Of a decision that is settled nothing is asked again."""


def recheck(
    session: Session,
    scope: Scope,
    decisions: Iterable[DecisionRecord],
    needs: Iterable[NeedView],
    *,
    on: date,
    book: Book,
) -> Mapping[int, Recheck]:
    """Each open decision by the ``needs`` within ``scope``, all judged today. One query for all of them.

    A full contract after a failure is proposed for anew, for no assessment tells of it.
    """
    asked = [each for each in decisions if each.status in OPEN]
    bridges = [each for each in asked if each.route is not RouteId.AFTER_FAILURE]
    keys = {_key(line) for each in bridges for line in each.lines}
    judged = {(one.school_id, one.service): one for one in (need.assessment for need in needs)}
    rows: dict[NeedKey, list[ContractRow]] = defaultdict(list)
    for row in named_contracts(session, scope, {school_id for school_id, _ in keys}) if bridges else ():
        rows[row.school_id, row.service].append(row)
    aside = {each.key for each in session.info.get(UNJUDGED, ())}
    found = {each.number: _compared(each, judged, aside, rows, book.policy) for each in bridges}
    full = [each for each in asked if each.route is RouteId.AFTER_FAILURE]
    lines = [_key(line) for each in full for line in each.lines]
    proposed = propose(session, scope, lines, on=on, book=book) if full else Proposed((), ())
    return {**found, **{each.number: _full(each, proposed, book.policy) for each in full}}


def _full(found: DecisionRecord, proposed: Proposed, policy: Policy) -> Recheck:
    """A full contract after a failed purchase, beside what would be drafted on its ground today."""
    if {each.key for each in proposed.unjudged}.intersection(map(_key, found.lines)):
        return Recheck((Moved.UNJUDGED,))
    known = {one.key: one.on_route(found.route) for one in proposed.proposals}
    today = [(line, known[_key(line)]) for line in found.lines if _key(line) in known]
    is_served = any(one.answer is None or one.window.start > found.end_on for _, one in today)
    if is_served or len(today) < len(found.lines):
        return Recheck((Moved.NOT_NEEDED,), bar=Block.NOT_NEEDED)
    moved = [Moved.ADVICE] * any(_is_otherwise(found, line, one) for line, one in today)
    days = next((span for _, one in today if (span := _days(found, one)) is not None), None)
    moved += [Moved.DAYS] * (days is not None)
    said = tuple(dict.fromkeys(each for line, one in today for each in guard_with(one, line.price, policy)))
    differs = _kinds(said) != _kinds(found.frozen.guard)
    return Recheck((*moved, *[Moved.GUARD] * differs), days, said if differs else ())


def _is_otherwise(found: DecisionRecord, line: LineRecord, one: Proposal) -> bool:
    """Whether the ground is judged otherwise than in the draft, or another purchase stands there by now."""
    numbers = (line.tender and line.tender.number), (one.tender and one.tender.number)
    return one.route(found.route).verdict is not found.ground.verdict or numbers[0] != numbers[1]


def _days(found: DecisionRecord, one: Proposal) -> Span | None:
    """The days that would be drafted instead; late is told by itself."""
    start = one.window.start
    if one.full is None or one.on > found.start_on:
        return None
    is_left = found.end_on in one.full.days
    if is_left and start == found.start_on:
        return None
    return Span.inclusive(start, found.end_on) if is_left else one.window


def _compared(
    found: DecisionRecord,
    judged: Mapping[NeedKey, Assessment],
    aside: Container[NeedKey],
    rows: Mapping[NeedKey, Collection[ContractRow]],
    policy: Policy,
) -> Recheck:
    today = [(line, judged[_key(line)]) for line in found.lines if _key(line) in judged]
    if any(_key(line) in aside for line in found.lines):
        return Recheck((Moved.UNJUDGED,))
    if len(today) < len(found.lines):  # the school has no such need any more
        return Recheck((Moved.NOT_NEEDED,), bar=Block.NOT_NEEDED)
    answers = [one.answer for _, one in today if one.answer]
    if any(one.answer is None and _is_served(one, found) for _, one in today):
        return Recheck((Moved.NOT_NEEDED,), bar=Block.NOT_NEEDED)
    moved = [Moved.UNFORESEEN] * (len(answers) < len(today))
    moved += [Moved.ADVICE] * bool({one.recommended for one in answers} - {found.frozen.recommended})
    pairs = [_guarded(found, line, one, tuple(rows.get(_key(line), ())), policy) for line, one in today]
    said, own = (tuple(dict.fromkeys(chain.from_iterable(each))) for each in zip(*pairs, strict=True))
    stops = tuple(each for each in own if each.level is Level.STOP)
    bar = Block.STOPPED if stops else None
    if any(one.reason is RefusalReason.CAP_USED_UP for one in answers):
        bar = Block.CAP_USED_UP
    if today[0][1].on > found.start_on:  # late is told by itself: other days begin with every day
        return Recheck(tuple(moved), bar=bar, stops=stops)
    other = next((one for one in answers if _has_other_days(one, found)), None)
    differs = _kinds(said) != _kinds(found.frozen.guard)
    moved += [Moved.DAYS] * (other is not None) + [Moved.GUARD] * differs
    return Recheck(tuple(moved), _span(other) if other else None, said if differs else (), bar, stops)


def require_passable(today: Recheck, despite: str) -> None:
    """Raise :class:`DecisionRefused` where today's facts bar an approval, or ask why it is ``despite``."""
    if today.bar is not None:
        raise DecisionRefused(reason=today.bar)
    if today.moved and not despite.strip():
        raise DecisionRefused(reason="despite")


def _is_served(one: Assessment, found: DecisionRecord) -> bool:
    """Whether a need of which no gap is told has service on the first day, or will have, or needs none."""
    if one.state is State.NOT_REQUIRED:
        return True
    if one.state is State.UNKNOWN:
        return False
    is_awaited = one.tender is not None and one.tender.forecast is not None
    return is_awaited or (one.covered_until is not None and one.covered_until >= found.start_on)


def _has_other_days(answer: Answer, found: DecisionRecord) -> bool:
    """Whether other days would be drafted; an answer that refuses states no last day to compare."""
    if answer.start_on != found.start_on or answer.reason is RefusalReason.CAP_USED_UP:
        return True
    return answer.end_on is not None and answer.end_on != found.end_on


def _guarded(
    found: DecisionRecord, line: LineRecord, one: Assessment, rows: tuple[ContractRow, ...], policy: Policy
) -> tuple[tuple[GuardFinding, ...], tuple[GuardFinding, ...]]:
    """What the guard says of today's days (of a price, by the decision's own), and of those days alone."""
    own = Span.inclusive(found.start_on, found.end_on)
    number = line.contract and line.contract.number
    present = next((row for row in rows if row.contract_number == number), None)
    tender, cover = one.tender, read_cover(_need(line, rows))
    bridge = Bridge(
        on=one.on,
        window=own,
        price=line.price,
        supplier=supplier_of(present) if present else None,
        lines=rows,
        chain_start=cover.chain_start(own.start),
        has_live_tender=tender is not None and tender.stage is not None,
        tenderless_since=tender.ended_on if tender and tender.status in FAILED else None,
    )
    window = (one.answer and _span(one.answer)) or own
    today = replace(bridge, window=window, price=None, chain_start=cover.chain_start(window.start))
    of_own = guard(bridge, policy)
    jumps = tuple(each for each in of_own if each.kind is GuardKind.PRICE_JUMP)
    return (*guard(today, policy), *jumps), of_own


def _need(line: LineRecord, rows: Iterable[ContractRow]) -> NeedFacts:
    """What is known of the need's contracts, for its chain of bridges."""
    lines = (
        ServiceLine(
            row.contract_number, row.kind, row.status, row.start_on, row.end_on, row.signed_on,
            row.terminated_on,
        )
        for row in rows
    )  # fmt: skip
    return NeedFacts(line.school_id, line.service, lines=tuple(lines))


def _span(answer: Answer) -> Span | None:
    return Span.inclusive(answer.start_on, answer.end_on) if answer.end_on else None


def _kinds(findings: Iterable[GuardFinding]) -> set[tuple[str, str]]:
    """What is found, without its facts: the days without a purchase, say, grow by themselves."""
    return {(each.kind, each.level) for each in findings}


def _key(line: LineRecord) -> NeedKey:
    return line.school_id, line.service
