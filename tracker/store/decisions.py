"""Decisions on interim contracts: kept with what they rest on, found within a reader's scope, moved once.

A decision is seen by those who see any of its schools, with the lines of the schools that they see.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Row, Select, Table, false, func, select, true, union_all
from sqlalchemy.orm import Session

from tracker.domain.decision_records import (
    DecisionRecord,
    Event,
    Frozen,
    FrozenContract,
    FrozenSchool,
    FrozenTender,
    LineRecord,
    Signed,
    Tick,
)
from tracker.domain.decisions import MAKING, OPEN, DecisionStatus
from tracker.domain.errors import NotFound
from tracker.domain.register import ContractRow, SchoolRow
from tracker.domain.vocabulary import RouteId, Service
from tracker.store.decision_tables import DECISION, DECISION_EVENT, DECISION_LINE, DECISION_TICK
from tracker.store.people_tables import PERSON
from tracker.store.row_security import whole_country
from tracker.store.rows import read_contracts, read_schools
from tracker.store.scope import Scope, among, numbered, visible
from tracker.store.tables import CONTRACT_LINE, SCHOOL

LARGEST = 2**31 - 1
"""No decision has a larger number: beyond it PostgreSQL would not look."""

FROZEN = TypeAdapter(Frozen)
"""How what a decision rests on is written and read."""


@dataclass(frozen=True, slots=True)
class FrozenLine:
    """What a line keeps of the register beside its keys."""

    school: FrozenSchool
    contract: FrozenContract | None
    tender: FrozenTender | None


LINE = TypeAdapter(FrozenLine)
"""How a line's frozen part is written and read."""


@dataclass(frozen=True, slots=True)
class Head:
    """A decision as a list shows it; ``needs`` are those of the reader's scope, ``missing`` the ticks.

    ``hands`` made it (:data:`.MAKING`) or confirmed its conditions; ``is_partial`` where it is about more
    needs than these.
    """

    number: int
    status: DecisionStatus
    route: RouteId
    start_on: date
    end_on: date
    drafted_by: int
    drafter: str
    drafted_at: datetime
    hands: frozenset[int]
    missing: int
    revision: int
    verdict_reason: str
    needs: tuple[tuple[str, Service], ...]
    is_partial: bool

    @property
    def is_complete(self) -> bool:
        """Whether it waits for the second pair of eyes only."""
        return self.status is DecisionStatus.PROPOSED and self.missing == 0


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why a decision was drafted, why it was decided, and what was said of each of its revisions."""

    decision: int
    drafter: str
    verdict: str
    by_revision: Mapping[int, str]


def get_decision(session: Session, scope: Scope, decision: int) -> DecisionRecord:
    """A decision whole, with its lines within ``scope``; raises :class:`NotFound` where there are none."""
    found = list_decisions(session, scope, [decision])
    if not found:
        raise NotFound(decision=decision)
    return found[0]


def list_decisions(session: Session, scope: Scope, decisions: Iterable[int]) -> tuple[DecisionRecord, ...]:
    """Those among ``decisions`` with a line within ``scope``, whole, in the order of their numbers."""
    wanted = [number for number in decisions if 0 < number <= LARGEST]
    lines = _lines(session, scope, wanted)
    numbers = sorted(lines)
    ticks, events = _ticks(session, numbers), _events(session, numbers)
    query = _heads().where(numbered(session, DECISION.c.number, numbers)).order_by(DECISION.c.number)
    return tuple(
        _record(row, lines[row.number], ticks[row.number], events[row.number])
        for row in session.execute(query)
    )


def list_heads(
    session: Session, scope: Scope, statuses: Collection[DecisionStatus] = OPEN
) -> tuple[Head, ...]:
    """The decisions in these statuses that have a line within ``scope``, in the order of their numbers."""
    of_status = DECISION.c.status.in_(sorted(statuses))
    within = visible(session, scope, DECISION_LINE.c.school_id)
    query = (
        select(DECISION_LINE.c.decision_number, DECISION_LINE.c.school_id, DECISION_LINE.c.service)
        .join(DECISION, DECISION.c.number == DECISION_LINE.c.decision_number)
        .where(of_status, within)
        .order_by(DECISION_LINE.c.id)
    )
    needs: dict[int, list[tuple[str, Service]]] = defaultdict(list)
    for number, school_id, service in session.execute(query):
        needs[number].append((school_id, service))
    hands, ticked = _hands(session, of_status)
    found = session.execute(_heads().where(of_status).order_by(DECISION.c.number))
    counts = count_needs(session, needs)
    return tuple(
        Head(
            row.number, row.status, row.route, row.start_on, row.end_on, row.drafted_by_id, row.drafter,
            row.drafted_at, frozenset((row.drafted_by_id, *hands[row.number])),
            row.asked - ticked[row.number], row.revision, row.verdict_reason, tuple(needs[row.number]),
            counts[row.number] > len(needs[row.number]),
        )
        for row in found
        if row.number in needs
    )  # fmt: skip


def named_schools(session: Session, scope: Scope, named: Collection[str]) -> list[SchoolRow]:
    """The schools among ``named`` within ``scope``, by name."""
    within = visible(session, scope, SCHOOL.c.school_id)
    return read_schools(session, within, among(session, SCHOOL.c.school_id, named))


def named_contracts(session: Session, scope: Scope, named: Collection[str]) -> list[ContractRow]:
    """All contract lines of the schools among ``named`` within ``scope``."""
    within = visible(session, scope, CONTRACT_LINE.c.school_id)
    return read_contracts(session, within, among(session, CONTRACT_LINE.c.school_id, named))


def count_lines(session: Session, scope: Scope, decision: int) -> int:
    """How many needs a decision is about within ``scope``."""
    within = visible(session, scope, DECISION_LINE.c.school_id)
    counted = select(func.count()).select_from(DECISION_LINE)
    return session.scalar(counted.where(DECISION_LINE.c.decision_number == decision, within)) or 0


def count_needs(session: Session, numbers: Collection[int]) -> Counter[int]:
    """How many needs each decision is about, whoever sees them: a number, and nothing of theirs."""
    row = DECISION_LINE.c
    query = select(row.decision_number, func.count()).where(numbered(session, row.decision_number, numbers))
    counts: Counter[int] = Counter()
    if numbers:
        with whole_country(session):
            for number, count in session.execute(query.group_by(row.decision_number)):
                counts[number] = count
    return counts


def list_reasons(session: Session, scope: Scope) -> tuple[Reasons, ...]:
    """The reasons of every decision with a line within ``scope``."""
    row = DECISION_EVENT.c
    seen = select(DECISION_LINE.c.decision_number).where(visible(session, scope, DECISION_LINE.c.school_id))
    said: dict[int, dict[int, str]] = defaultdict(dict)
    events = select(row.decision_number, row.revision, row.reason).where(row.decision_number.in_(seen))
    for number, revision, reason in session.execute(events):
        said[number][revision] = reason
    heads = select(DECISION.c.number, DECISION.c.reason, DECISION.c.verdict_reason)
    return tuple(
        Reasons(number, drafter, verdict, said[number])
        for number, drafter, verdict in session.execute(heads.where(DECISION.c.number.in_(seen)))
    )


def reasons_said(session: Session, scope: Scope, decisions: Collection[int]) -> Mapping[tuple[int, int], str]:
    """Why each deed was done to those decisions that have a line within ``scope``, by number and revision."""
    row = DECISION_EVENT.c
    seen = select(DECISION_LINE.c.decision_number).where(visible(session, scope, DECISION_LINE.c.school_id))
    asked = row.decision_number.in_(seen) & numbered(session, row.decision_number, decisions)
    found = session.execute(select(row.decision_number, row.revision, row.reason).where(asked))
    return {(number, revision): reason for number, revision, reason in found}


def recent_events(
    session: Session, scope: Scope, person_id: int, *, since: datetime
) -> tuple[tuple[int, int, Event], ...]:
    """What a person did since a moment to decisions within ``scope``, the newest first.

    Each with the number and the present revision of its decision.
    """
    row = DECISION_EVENT.c
    within = visible(session, scope, DECISION_LINE.c.school_id)
    query = (
        select(DECISION_EVENT, PERSON.c.name, DECISION.c.revision.label("present"))
        .join(PERSON, PERSON.c.id == row.person_id)
        .join(DECISION, DECISION.c.number == row.decision_number)
        .where(
            row.person_id == person_id,
            row.done_at >= since,
            row.decision_number.in_(select(DECISION_LINE.c.decision_number).where(within)),
        )
        .order_by(row.id.desc())
    )
    return tuple((each.decision_number, each.present, _event(each)) for each in session.execute(query))


def _hands(session: Session, of_status: ColumnElement[bool]) -> tuple[dict[int, set[int]], Counter[int]]:
    """Who had a hand in the decisions in these statuses, and how many conditions of each are confirmed."""
    tick, event = DECISION_TICK.c, DECISION_EVENT.c
    ticks = select(tick.decision_number, tick.person_id, true().label("is_tick"))
    made = select(event.decision_number, event.person_id, false().label("is_tick"))
    asked = union_all(
        ticks.join(DECISION, DECISION.c.number == tick.decision_number).where(of_status),
        made.join(DECISION, DECISION.c.number == event.decision_number).where(
            of_status, event.deed.in_(sorted(MAKING))
        ),
    )
    hands: dict[int, set[int]] = defaultdict(set)
    ticked: Counter[int] = Counter()
    for number, person_id, is_tick in session.execute(asked):
        hands[number].add(person_id)
        ticked[number] += bool(is_tick)
    return hands, ticked


def _heads() -> Select[Any]:
    drafter, decider = PERSON.alias("drafter"), PERSON.alias("decider")
    return (
        select(DECISION, drafter.c.name.label("drafter"), decider.c.name.label("decider"))
        .join(drafter, drafter.c.id == DECISION.c.drafted_by_id)
        .outerjoin(decider, decider.c.id == DECISION.c.decided_by_id)
    )


def _lines(session: Session, scope: Scope, numbers: Iterable[int]) -> dict[int, list[LineRecord]]:
    within = visible(session, scope, DECISION_LINE.c.school_id)
    of_these = numbered(session, DECISION_LINE.c.decision_number, numbers)
    found: dict[int, list[LineRecord]] = defaultdict(list)
    for row in session.execute(select(DECISION_LINE).where(of_these, within).order_by(DECISION_LINE.c.id)):
        kept = LINE.validate_json(row.frozen)
        line = LineRecord(
            row.school_id, row.service, kept.school, kept.contract, kept.tender, row.price, row.signed_number
        )
        found[row.decision_number].append(line)
    return found


def _ticks(session: Session, numbers: Iterable[int]) -> dict[int, list[Tick]]:
    found: dict[int, list[Tick]] = defaultdict(list)
    for each in session.execute(_by_whom(session, DECISION_TICK, numbers)):
        tick = Tick(each.condition, each.person_id, each.name, each.ticked_at, each.note, each.attachment)
        found[each.decision_number].append(tick)
    return found


def _events(session: Session, numbers: Iterable[int]) -> dict[int, list[Event]]:
    found: dict[int, list[Event]] = defaultdict(list)
    for each in session.execute(_by_whom(session, DECISION_EVENT, numbers)):
        found[each.decision_number].append(_event(each))
    return found


def _by_whom(session: Session, table: Table, numbers: Iterable[int]) -> Select[Any]:
    """What people did to these decisions, each with the name of who it was, in the order in which it came."""
    row = table.c
    query = select(table, PERSON.c.name).join(PERSON, PERSON.c.id == row.person_id)
    return query.where(numbered(session, row.decision_number, numbers)).order_by(row.id)


def _event(row: Row[Any]) -> Event:
    return Event(
        row.revision, row.deed, row.person_id, row.name, row.done_at, row.before, row.after, row.reason,
        row.batch,
    )  # fmt: skip


def _record(row: Row[Any], lines: list[LineRecord], ticks: list[Tick], events: list[Event]) -> DecisionRecord:
    signed = None
    if row.signed_number is not None:
        signed = Signed(row.signed_number, row.signed_on, row.signed_from, row.signed_until)
    return DecisionRecord(
        number=row.number,
        status=row.status,
        route=row.route,
        frozen=FROZEN.validate_json(row.frozen),
        agreed=row.agreed,
        drafted_by=row.drafted_by_id,
        drafter=row.drafter,
        drafted_at=row.drafted_at,
        decided_by=row.decided_by_id,
        decider=row.decider,
        decided_at=row.decided_at,
        reason=row.reason,
        verdict_reason=row.verdict_reason,
        revision=row.revision,
        lines=tuple(lines),
        ticks=tuple(ticks),
        events=tuple(events),
        signed=signed,
    )
