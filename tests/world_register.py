"""Invented worlds as one register: each world is a school of its own, with numbers of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import date
from decimal import Decimal

from tests.domain.worlds import World, worlds
from tracker.domain.facts import NeedFacts, ServiceLine, TenderFacts
from tracker.domain.register import ContractRow, RegisterRow, SchoolRow, TenderEventRow, TenderRow
from tracker.domain.vocabulary import Service

REGIONS = ("10", "27", "59", "71", None)
PAST_SCHOOL = "PAST"
"""A closed school that the finished tenders were for, from which lengths of stages are learnt."""


def worlds_around(first: date, last: date, count: int) -> tuple[World, ...]:
    """So many worlds that are judged between two days and fit the tables (days of a need in order)."""
    found: list[World] = []
    for world in worlds(100 * count):
        if first <= world.on <= last and _fits(world.facts):
            found.append(world)
            if len(found) == count:
                return tuple(found)
    raise AssertionError("too few worlds between these days")


def _fits(facts: NeedFacts) -> bool:
    spans = [(line.start_on, line.end_on) for line in facts.lines]
    spans += [(facts.needed_from, facts.needed_until)] if facts.needed_from else []
    return all(last is None or first <= last for first, last in spans)


def register_of(chosen: Iterable[World], *, past: bool = True) -> tuple[RegisterRow, ...]:
    """The rows of all worlds, without repetition; with ``past`` also the finished tenders they know of."""
    rows: dict[tuple[str, ...], RegisterRow] = {}
    for place, world in enumerate(chosen):
        school_id = f"W-{world.seed}"
        for row in _rows(world, school_id, REGIONS[place % len(REGIONS)], past=past):
            rows.setdefault((type(row).__name__, *row.key), row)
    return tuple(rows.values())


def _rows(world: World, school_id: str, region: str | None, *, past: bool) -> Iterator[RegisterRow]:
    facts = world.facts
    yield SchoolRow(
        school_id,
        f"№ {world.seed} мектеп",
        region=region,
        needed_from=facts.needed_from,
        needed_until=facts.needed_until,
        closed_on=facts.closed_on,
        confirmed_on=facts.confirmed_on,
    )
    for line in facts.lines:
        yield _contract(line, school_id)
    for tender in facts.tenders:
        yield from _tender(tender, school_id, school_id)
    if past:
        yield SchoolRow(PAST_SCHOOL, "Бұрынғы", closed_on=date(2016, 1, 1), services=(Service.GUARD,))
        for tender in world.past:
            yield from _tender(tender, PAST_SCHOOL, school_id)


def _contract(line: ServiceLine, school_id: str) -> ContractRow:
    return ContractRow(
        f"{school_id}/{line.contract_number}",
        school_id,
        line.start_on,
        end_on=line.end_on,
        terminated_on=line.terminated_on,
        signed_on=line.signed_on,
        kind=line.kind,
        status=line.status,
        tender_number=_own(line.tender_number, school_id),
    )


def _tender(tender: TenderFacts, school_id: str, owner: str) -> Iterator[RegisterRow]:
    number = f"{owner}/{tender.number}"
    same = {part.name for part in fields(TenderRow)} & {part.name for part in fields(TenderFacts)}
    stated = {name: getattr(tender, name) for name in same - {"amount"}}
    yield TenderRow(
        number,
        school_id,
        service=Service.GUARD if school_id == PAST_SCHOOL else Service.CHANNEL,
        repeats_tender_number=_own(tender.repeats, owner),
        amount=Decimal(tender.amount) if tender.amount else None,
        **stated,
    )
    for event in tender.events:
        yield TenderEventRow(number, event.kind, event.on)


def _own(number: str | None, owner: str) -> str | None:
    return None if number is None else f"{owner}/{number}"
