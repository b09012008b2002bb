"""What is recorded of another school, service or region never changes a byte of a school's answer (law L7).

Only what finished tenders teach is shared by all (rules §4), so nobody else's tender is completed here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

import pytest

from tests.domain.worlds import World
from tests.office import Office
from tests.store.rows import record
from tests.world_register import register_of, worlds_around
from tracker.domain.facts import TenderFacts
from tracker.domain.register import ContractRow, RegisterRow, SchoolRow, TenderEventRow, TenderRow
from tracker.domain.vocabulary import LIVE, ContractStatus, Service, TenderEventKind, TenderStatus
from tracker.store.engine import make_engine, reading
from tracker.store.flags import flag_history
from tracker.store.scope import EVERYTHING, Scope

TODAY = date(2027, 1, 15)
NEIGHBOUR = "NEIGHBOUR"
NEVER = date(2016, 1, 1)
WORLDS = worlds_around(date(2026, 12, 1), date(2027, 2, 28), 60)
OWN, OTHERS = WORLDS[:15], WORLDS[15:]


@pytest.fixture
def office(sqlite_url: str) -> Iterator[Office]:
    """An office with an empty SQLite database."""
    engine = make_engine(sqlite_url)
    yield Office(engine)
    engine.dispose()


@pytest.mark.parametrize("world", OWN, ids=lambda world: f"W-{world.seed}")
def test_what_is_known_of_others_never_changes_a_byte_of_a_school(office: Office, world: World) -> None:
    own = _school(world)
    record(office.engine, *own)
    before = _said(office, world)
    for others in (_other_schools(), _same_numbers(own), _other_service(own)):
        assert record(office.engine, *others)
        assert _said(office, world) == before


def test_the_schools_that_are_asked_about_and_the_others_have_contracts_tenders_and_events() -> None:
    rows = [row for world in OWN for row in _school(world)]
    assert {type(row) for row in rows} == {SchoolRow, ContractRow, TenderRow, TenderEventRow}
    others = [row for rows in (_other_schools(), _same_numbers(rows), _other_service(rows)) for row in rows]
    assert sum(isinstance(row, ContractRow) for row in others) > 50
    assert sum(isinstance(row, TenderRow) for row in others) > 20


def _school(world: World) -> tuple[RegisterRow, ...]:
    """The rows of one school, which has two services switched on."""
    both = (Service.CHANNEL, Service.CCTV)
    return tuple(
        replace(row, services=both) if isinstance(row, SchoolRow) else row
        for row in register_of([world], past=False)
    )


def _said(office: Office, world: World) -> tuple[str, str, object, object]:
    """All that is said of the school's channel: on three days, to all and to its region, and on record."""
    office.evaluate(today=TODAY)
    stored = [kept for kept in office.stored() if (kept.school_id, kept.service) == _need(world)]
    with reading(office.engine) as session:
        history = flag_history(session, EVERYTHING, f"W-{world.seed}")
    flags = [flag for flag in history if (flag.school_id, flag.service) == _need(world)]
    said = [_needs(office, world, day) for day in (world.on, TODAY, date(2027, 6, 1))]
    return "\n".join(said), _needs(office, world, TODAY, Scope.of("10")), stored, flags


def _need(world: World) -> tuple[str, str]:
    return f"W-{world.seed}", Service.CHANNEL


def _needs(office: Office, world: World, on: date, scope: Scope = EVERYTHING) -> str:
    """The school's channel in the JSON of a day."""
    needs = json.loads(office.json(on, scope=scope))["needs"]
    mine = [need for need in needs if (need["school_id"], need["service"]) == _need(world)]
    assert len(mine) == 1
    return json.dumps(mine, ensure_ascii=False)


def _other_schools() -> tuple[RegisterRow, ...]:
    """Schools of the same and of other regions, none of whose tenders is completed."""
    chosen = [world for world in OTHERS if not any(map(_may_complete, world.facts.tenders))]
    return register_of(chosen, past=False)


def _may_complete(tender: TenderFacts) -> bool:
    """Whether a tender is completed on some day, so that others learn from it."""
    words = {tender.status.value, *(event.kind.value for event in tender.events)}
    return TenderStatus.COMPLETE in words or (tender.ended_on is not None and tender.status in LIVE)


def _same_numbers(own: Iterable[RegisterRow]) -> tuple[RegisterRow, ...]:
    """A neighbour under the same contracts and tenders, with other days, and all of it come to nothing."""
    rows: list[RegisterRow] = [SchoolRow(NEIGHBOUR, "School", region="27", closed_on=None)]
    for row in own:
        if isinstance(row, ContractRow):
            other = replace(row, school_id=NEIGHBOUR, end_on=None, signed_on=None, terminated_on=NEVER)
            rows.append(replace(other, start_on=NEVER, status=ContractStatus.CANCELLED, tender_number=None))
        elif isinstance(row, TenderRow):
            other_tender = replace(row, school_id=NEIGHBOUR, status=TenderStatus.WITHDRAWN, ended_on=NEVER)
            rows.append(replace(other_tender, stage=None, stage_entered_on=None))
    return tuple(rows)


def _other_service(own: Iterable[RegisterRow]) -> tuple[RegisterRow, ...]:
    """The cameras of the same school, under its contracts and under one of their own."""
    rows: list[RegisterRow] = []
    for row in own:
        if isinstance(row, ContractRow):
            rows.append(replace(row, service=Service.CCTV, start_on=NEVER, end_on=None, signed_on=None))
            rows.append(
                replace(row, service=Service.CCTV, contract_number="CCTV", status=ContractStatus.DRAFT)
            )
        elif isinstance(row, TenderRow):
            rows.append(replace(row, service=Service.CCTV, status=TenderStatus.CANCELLED, ended_on=NEVER))
            number = f"{row.tender_number}/CCTV"
            rows.append(replace(row, service=Service.CCTV, tender_number=number))
            rows.append(TenderEventRow(number, TenderEventKind.UNSUCCESSFUL, TODAY))
    return tuple(rows)
