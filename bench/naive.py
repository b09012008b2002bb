"""The ordinary way, for comparison: entities in a session, one school after another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from tracker.domain.facts import NeedFacts, ServiceLine, TenderEvent, TenderFacts
from tracker.services.evaluating import Bench
from tracker.store import tables
from tracker.store.assessments import as_stored


def judge_one_by_one(engine: Engine, schools: Sequence[str], shared: Bench) -> None:
    """Read each school's rows as entities, judge it by the same rules and add its row; one commit."""
    with Session(engine) as session:
        for school in schools:
            _judge(session, school, shared)
        session.commit()


def _judge(session: Session, school_id: str, shared: Bench) -> None:
    school = session.exec(select(tables.School).where(tables.School.school_id == school_id)).one()
    for need in session.exec(select(tables.Need).where(tables.Need.school_id == school_id)).all():
        found = shared.judge(_facts(session, school, need))
        kept = as_stored(found, school.region)
        session.merge(tables.Assessment(**asdict(kept), assessed_on=shared.on, basis="", digest=kept.digest))


def _facts(session: Session, school: tables.School, need: tables.Need) -> NeedFacts:
    lines = select(tables.ContractLine).where(
        tables.ContractLine.school_id == need.school_id,
        tables.ContractLine.service == need.service,
        col(tables.ContractLine.superseded_seq).is_(None),
    )
    tenders = select(tables.TenderLine).where(
        tables.TenderLine.school_id == need.school_id,
        tables.TenderLine.service == need.service,
        col(tables.TenderLine.superseded_seq).is_(None),
    )
    return NeedFacts(
        school_id=need.school_id,
        service=need.service,
        needed_from=need.needed_from,
        needed_until=need.needed_until,
        closed_on=school.closed_on,
        confirmed_on=need.confirmed_on,
        bin=school.bin,
        lines=tuple(sorted(map(_line, session.exec(lines)), key=_by_start)),
        tenders=tuple(_tender(session, row) for row in session.exec(tenders).all()),
    )


def _by_start(line: ServiceLine) -> tuple[date, str]:
    return line.start_on, line.contract_number


def _line(row: tables.ContractLine) -> ServiceLine:
    return ServiceLine(
        contract_number=row.contract_number,
        kind=row.kind,
        status=row.status,
        start_on=row.start_on,
        end_on=row.end_on,
        signed_on=row.signed_on,
        terminated_on=row.terminated_on,
        tender_number=row.tender_number,
    )


def _tender(session: Session, row: tables.TenderLine) -> TenderFacts:
    events = select(tables.TenderEvent).where(
        tables.TenderEvent.tender_number == row.tender_number,
        col(tables.TenderEvent.superseded_seq).is_(None),
    )
    return TenderFacts(
        number=row.tender_number,
        method=row.method,
        status=row.status,
        planned_on=row.planned_on,
        published_on=row.published_on,
        bids_close_on=row.bids_close_on,
        results_on=row.results_on,
        ended_on=row.ended_on,
        stage=row.stage,
        stage_entered_on=row.stage_entered_on,
        repeats=row.repeats_tender_number,
        amount=None if row.amount is None else str(row.amount),
        events=tuple(TenderEvent(event.on_day, event.event) for event in session.exec(events)),
    )
