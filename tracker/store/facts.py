"""Stored versions as the facts that rules read, in bulk: always four queries, whatever the number of schools.

Rows are column tuples, never entities, and everything is sorted here, so both databases give the same bytes.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from operator import attrgetter, itemgetter

from sqlalchemy import ColumnElement, Subquery, Text, and_, func, or_, select, true, type_coerce
from sqlalchemy.orm import Session

from tracker.domain.decisions import APPROVED_SINCE
from tracker.domain.facts import NeedFacts, ServiceLine, TenderEvent, TenderFacts
from tracker.domain.vocabulary import RouteId, TenderEventKind, TenderStatus
from tracker.domain.workdays import Override
from tracker.store.bulk import columns
from tracker.store.decision_tables import DECISION, DECISION_LINE, REPORT_POSTED
from tracker.store.scope import EVERYTHING, Scope, either, visible
from tracker.store.tables import (
    CALENDAR_OVERRIDE,
    CONTRACT_LINE,
    NEED,
    RECORDING,
    SCHOOL,
    TENDER_EVENT,
    TENDER_LINE,
)
from tracker.store.versions import as_known

NeedKey = tuple[str, str]
"""School and service."""

Events = dict[str, tuple[TenderEvent, ...]]

_NEED = (
    NEED.c.school_id,
    NEED.c.service,
    NEED.c.needed_from,
    NEED.c.needed_until,
    SCHOOL.c.closed_on,
    NEED.c.confirmed_on,
    SCHOOL.c.bin,
)
"""The fields of :class:`NeedFacts` in their order, before ``decided_at``; so it is with the columns below."""

_LINE = (
    CONTRACT_LINE.c.contract_number,
    CONTRACT_LINE.c.kind,
    CONTRACT_LINE.c.status,
    CONTRACT_LINE.c.start_on,
    CONTRACT_LINE.c.end_on,
    CONTRACT_LINE.c.signed_on,
    CONTRACT_LINE.c.terminated_on,
    CONTRACT_LINE.c.tender_number,
    REPORT_POSTED.c.posted_on,
)
_TENDER = (
    TENDER_LINE.c.tender_number,
    TENDER_LINE.c.method,
    TENDER_LINE.c.status,
    TENDER_LINE.c.planned_on,
    TENDER_LINE.c.published_on,
    TENDER_LINE.c.bids_close_on,
    TENDER_LINE.c.results_on,
    TENDER_LINE.c.ended_on,
    TENDER_LINE.c.stage,
    TENDER_LINE.c.stage_entered_on,
    TENDER_LINE.c.repeats_tender_number,
    type_coerce(TENDER_LINE.c.amount, Text),
)

_need_key = itemgetter(0, 1)
_by_start = attrgetter("start_on", "contract_number")
_by_day = attrgetter("on", "kind")


@contextmanager
def keeping_all() -> Iterator[None]:
    """Work in bulk makes hardly anything but what it keeps: looking for garbage would take half its time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@keeping_all()
def load_facts(
    session: Session,
    scope: Scope,
    *,
    known_seq: int | None = None,
    needs: Collection[NeedKey] | None = None,
) -> list[NeedFacts]:
    """The facts of all needs within ``scope``, or of those among ``needs``, by school and service.

    ``known_seq`` asks for what was known right after that recording. Lines are sorted by start and number,
    tenders by number, events by day and word.
    """
    schools = None if needs is None else {school_id for school_id, _ in needs}
    wanted = None if needs is None else set(needs)

    def of_school(school_id: ColumnElement[str]) -> ColumnElement[bool]:
        return and_(visible(session, scope, school_id), either(session, school_id, schools))

    all_of_them = needs is None and scope == EVERYTHING
    present = (as_known(NEED, known_seq), as_known(SCHOOL, known_seq), of_school(NEED.c.school_id))
    decided = _decided(known_seq)
    query = select(*_NEED, decided.c.at).join(SCHOOL, SCHOOL.c.school_id == NEED.c.school_id).where(*present)
    of_need = and_(decided.c.school_id == NEED.c.school_id, decided.c.service == NEED.c.service)
    query = query.outerjoin(decided, of_need)
    lines = _lines(session, of_school(CONTRACT_LINE.c.school_id), known_seq)
    tenders = _tenders(session, of_school(TENDER_LINE.c.school_id), known_seq, all_events=all_of_them)
    return [
        NeedFacts(*need, *(tuple(part.get(need[:2], ())) for part in (lines, tenders)))
        for need in sorted(map(tuple, session.execute(query)), key=_need_key)
        if wanted is None or need[:2] in wanted
    ]


def _decided(known_seq: int | None) -> Subquery:
    """When a contract after a failed purchase was approved last for each need, of those that still stand."""
    row, decision = DECISION_LINE.c, DECISION.c
    stands = decision.status.in_(sorted(APPROVED_SINCE)), decision.route == RouteId.AFTER_FAILURE
    query = select(row.school_id, row.service, func.max(decision.decided_at).label("at"))
    query = query.join(DECISION, decision.number == row.decision_number).where(*stands)
    if known_seq is not None:
        moment = select(RECORDING.c.recorded_at).where(RECORDING.c.seq == known_seq).scalar_subquery()
        query = query.where(decision.decided_at <= moment)
    return query.group_by(row.school_id, row.service).subquery()


def load_overrides(session: Session, known_seq: int | None = None) -> tuple[Override, ...]:
    """The decreed days, by day."""
    table = CALENDAR_OVERRIDE
    query = select(table.c.on_day, table.c.working, table.c.decree).where(as_known(table, known_seq))
    return tuple(Override(*row) for row in session.execute(query.order_by(table.c.on_day)))


def override_changes(session: Session) -> tuple[int, ...]:
    """The recordings by which decreed days were told or taken back, in their order."""
    row = CALENDAR_OVERRIDE.c
    found = session.execute(select(row.recorded_seq, row.superseded_seq))
    return tuple(sorted({seq for pair in found for seq in pair if seq is not None}))


@keeping_all()
def tender_histories(session: Session, known_seq: int | None = None) -> list[TenderFacts]:
    """Completed tenders by number, one for each, for the statistics of how long stages last.

    They are those of the whole country for every reader: only lengths are learnt from them.
    """
    completed = select(TENDER_EVENT.c.tender_number).where(
        as_known(TENDER_EVENT, known_seq), TENDER_EVENT.c.event == TenderEventKind.COMPLETE
    )
    finished = or_(TENDER_LINE.c.status == TenderStatus.COMPLETE, TENDER_LINE.c.tender_number.in_(completed))
    by_need = _tenders(session, finished, known_seq, all_events=False)
    first: dict[str, TenderFacts] = {}
    for need in sorted(by_need):
        for tender in by_need[need]:
            first.setdefault(tender.number, tender)
    return [first[number] for number in sorted(first)]


def _lines(
    session: Session, wanted: ColumnElement[bool], known_seq: int | None
) -> dict[NeedKey, list[ServiceLine]]:
    posted = and_(
        REPORT_POSTED.c.contract_number == CONTRACT_LINE.c.contract_number,
        as_known(REPORT_POSTED, known_seq),
    )
    query = select(CONTRACT_LINE.c.school_id, CONTRACT_LINE.c.service, *_LINE)
    query = query.outerjoin_from(CONTRACT_LINE, REPORT_POSTED, posted)
    lines: dict[NeedKey, list[ServiceLine]] = defaultdict(list)
    for school_ids, services, *line in columns(
        session, query.where(as_known(CONTRACT_LINE, known_seq), wanted)
    ):
        for need, found in zip(zip(school_ids, services, strict=True), map(ServiceLine, *line), strict=True):
            lines[need].append(found)
    for of_need in lines.values():
        of_need.sort(key=_by_start)
    return lines


def _tenders(
    session: Session, wanted: ColumnElement[bool], known_seq: int | None, *, all_events: bool
) -> dict[NeedKey, list[TenderFacts]]:
    present = and_(as_known(TENDER_LINE, known_seq), wanted)
    numbers = select(TENDER_LINE.c.tender_number).where(present)
    events = _events(session, true() if all_events else TENDER_EVENT.c.tender_number.in_(numbers), known_seq)
    query = select(TENDER_LINE.c.school_id, TENDER_LINE.c.service, *_TENDER).where(present)
    tenders: dict[NeedKey, list[TenderFacts]] = defaultdict(list)
    for school_ids, services, *tender in columns(session, query):
        of_tender = [events.get(number, ()) for number in tender[0]]
        facts = map(TenderFacts, *tender, of_tender)
        for need, found in zip(zip(school_ids, services, strict=True), facts, strict=True):
            tenders[need].append(found)
    for of_need in tenders.values():
        of_need.sort(key=attrgetter("number"))
    return tenders


def _events(session: Session, wanted: ColumnElement[bool], known_seq: int | None) -> Events:
    table = TENDER_EVENT
    query = select(table.c.tender_number, table.c.on_day, table.c.event)
    events: dict[str, list[TenderEvent]] = defaultdict(list)
    for numbers, *event in columns(session, query.where(as_known(table, known_seq), wanted)):
        for number, found in zip(numbers, map(TenderEvent, *event), strict=True):
            events[number].append(found)
    return {number: tuple(sorted(found, key=_by_day)) for number, found in events.items()}
