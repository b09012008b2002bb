"""Rechecking: what a decision that is open rests on, asked of today's facts by the rules that drafted it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy.orm import Session

from tracker.domain.bridge_guard import Bridge, guard, supplier_of
from tracker.domain.coverage import read_cover
from tracker.domain.days import Span
from tracker.domain.decision_records import DecisionRecord, GuardFinding, GuardKind, LineRecord
from tracker.domain.decisions import OPEN
from tracker.domain.facts import NeedFacts, ServiceLine
from tracker.domain.findings import Answer, Assessment
from tracker.domain.policy import Policy
from tracker.domain.register import ContractRow
from tracker.domain.vocabulary import FAILED, RefusalReason
from tracker.services.evaluating import NeedView
from tracker.services.proposing import NeedKey
from tracker.store.decisions import named_contracts
from tracker.store.scope import Scope


class Moved(StrEnum):
    """What is otherwise than when it was drafted; ``unjudged`` where the rules cannot say (FLT-26)."""

    UNJUDGED = "unjudged"
    NOT_NEEDED = "not_needed"
    ADVICE = "advice"
    DAYS = "days"
    GUARD = "guard"


@dataclass(frozen=True, slots=True)
class Recheck:
    """What has ``moved`` since the draft, with the days and the findings of today where those are others."""

    moved: tuple[Moved, ...] = ()
    days: Span | None = None
    guard: tuple[GuardFinding, ...] = ()


UNMOVED = Recheck()
"""Of a decision that is settled nothing is asked again."""


def recheck(
    session: Session,
    scope: Scope,
    decisions: Iterable[DecisionRecord],
    needs: Iterable[NeedView],
    *,
    policy: Policy,
) -> Mapping[int, Recheck]:
    """Each open decision by the ``needs`` within ``scope``, all judged today. One query for all of them."""
    asked = [each for each in decisions if each.status in OPEN]
    keys = {_key(line) for each in asked for line in each.lines}
    judged = {(one.school_id, one.service): one for one in (need.assessment for need in needs)}
    rows: dict[NeedKey, list[ContractRow]] = defaultdict(list)
    for row in named_contracts(session, scope, {school_id for school_id, _ in keys}) if asked else ():
        rows[row.school_id, row.service].append(row)
    return {each.number: _compared(each, judged, rows, policy) for each in asked}


def _compared(
    found: DecisionRecord,
    judged: Mapping[NeedKey, Assessment],
    rows: Mapping[NeedKey, Collection[ContractRow]],
    policy: Policy,
) -> Recheck:
    today = [(line, judged[_key(line)]) for line in found.lines if _key(line) in judged]
    if len(today) < len(found.lines):
        return Recheck((Moved.UNJUDGED,))
    answers = [one.answer for _, one in today if one.answer]
    if len(answers) < len(today):
        return Recheck((Moved.NOT_NEEDED,))
    moved = [Moved.ADVICE] if {one.recommended for one in answers} - {found.frozen.recommended} else []
    if today[0][1].on > found.start_on:
        return Recheck(tuple(moved))  # late is told by itself: other days begin with every day
    other = next((one for one in answers if _has_other_days(one, found)), None)
    said = tuple(
        dict.fromkeys(
            finding
            for line, one in today
            for finding in _findings(found, line, one, tuple(rows.get(_key(line), ())), policy)
        )
    )
    differs = _kinds(said) != _kinds(found.frozen.guard)
    moved += [Moved.DAYS] * (other is not None) + [Moved.GUARD] * differs
    return Recheck(tuple(moved), _span(other) if other else None, said if differs else ())


def _has_other_days(answer: Answer, found: DecisionRecord) -> bool:
    """Whether other days would be drafted; an answer that refuses states no last day to compare."""
    if answer.start_on != found.start_on or answer.reason is RefusalReason.CAP_USED_UP:
        return True
    return answer.end_on is not None and answer.end_on != found.end_on


def _findings(
    found: DecisionRecord, line: LineRecord, one: Assessment, rows: tuple[ContractRow, ...], policy: Policy
) -> Iterator[GuardFinding]:
    """What the guard says of today's days, and of the price that is asked for the decision's own."""
    own = Span.inclusive(found.start_on, found.end_on)
    window = (one.answer and _span(one.answer)) or own
    number = line.contract and line.contract.number
    present = next((row for row in rows if row.contract_number == number), None)
    tender = one.tender
    bridge = Bridge(
        on=one.on,
        window=window,
        price=None,
        supplier=supplier_of(present) if present else None,
        lines=rows,
        chain_start=read_cover(_need(line, rows)).chain_start(window.start),
        has_live_tender=tender is not None and tender.stage is not None,
        tenderless_since=tender.ended_on if tender and tender.status in FAILED else None,
    )
    yield from guard(bridge, policy)
    priced = guard(replace(bridge, window=own, price=line.price), policy)
    yield from (each for each in priced if each.kind is GuardKind.PRICE_JUMP)


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
