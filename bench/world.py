"""An invented register of any size, the same everywhere: ten contract lines and two tenders a school."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from tracker.domain.register import ContractRow, Register, SchoolRow, TenderEventRow, TenderRow
from tracker.domain.vocabulary import (
    COURSE,
    ContractKind,
    ContractStatus,
    Method,
    TenderEventKind,
    TenderStatus,
)

ON = date(2026, 3, 2)
"""The day on which the invented register is judged."""

LINES = 10
REGIONS = ("10", "11", "15", "19", "23", "27", "31", "33", "35", "39", "43", "47", "55", "59", "61", "62")
YEARLY = (365,) * 6 + (184, 122, 92, 61)
"""Days that a contract lasts."""

BETWEEN = (0,) * 6 + (-15, 3, 12, 30)
"""Days without service between two contracts; below zero they overlap."""

METHODS = (Method.OPEN_TENDER,) * 3 + (Method.PRICE_QUOTATION,)
CANCELLED_SHARE = 0.05
LIVE_SHARE, FAILED_SHARE = 0.30, 0.15
DATED_SHARE = 0.5
"""Tenders that state days only; the others have an event for each stage."""


@dataclass(frozen=True, slots=True)
class _Term:
    first: date
    last: date


def invent(schools: int, *, seed: int = 2026) -> Register:
    """A register of so many schools; the same seed gives the same rows."""
    chance = Random(seed)
    register: list[SchoolRow] = []
    contracts: list[ContractRow] = []
    tenders: list[TenderRow] = []
    events: list[TenderEventRow] = []
    for number in range(schools):
        school = f"S{number:06d}"
        register.append(_school(chance, school))
        terms = _terms(chance)
        bought, its_events = _finished(chance, f"T{number:06d}-1", school, terms[-1].first)
        second, more_events = _second(chance, f"T{number:06d}-2", school, terms[-2].first)
        contracts += _lines(chance, school, terms, bought.tender_number)
        tenders += (bought, second)
        events += (*its_events, *more_events)
    contracts.sort(key=lambda row: row.start_on)
    return Register(tuple(register), tuple(contracts), tuple(tenders), tuple(events))


def _school(chance: Random, school: str) -> SchoolRow:
    return SchoolRow(
        school_id=school,
        name=f"School {school}",
        region=chance.choice(REGIONS),
        confirmed_on=ON - timedelta(days=chance.randrange(100)),
    )


def _terms(chance: Random) -> list[_Term]:
    """The days of ten contracts, the last of which ends around the judged day or in the year after it."""
    last = ON + timedelta(days=chance.randint(-40, 330))
    terms: list[_Term] = []
    for _ in range(LINES):
        first = last - timedelta(days=chance.choice(YEARLY) - 1)
        terms.append(_Term(first, last))
        last = first - timedelta(days=1 + chance.choice(BETWEEN))
    return terms[::-1]


def _lines(chance: Random, school: str, terms: list[_Term], tender: str) -> Iterator[ContractRow]:
    for number, term in enumerate(terms):
        is_short = (term.last - term.first).days < 62
        over = ContractStatus.PERFORMED if term.last < ON else ContractStatus.ACTIVE
        yield ContractRow(
            contract_number=f"C{school}-{number}",
            school_id=school,
            start_on=term.first,
            end_on=term.last,
            signed_on=term.first - timedelta(days=3),
            kind=ContractKind.INTERIM if is_short else ContractKind.REGULAR,
            status=ContractStatus.CANCELLED if chance.random() < CANCELLED_SHARE else over,
            supplier_name="Supplier",
            tender_number=tender if number == LINES - 1 else None,
        )


def _finished(
    chance: Random, number: str, school: str, served_from: date
) -> tuple[TenderRow, list[TenderEventRow]]:
    """A tender that ended with a contract before ``served_from``, or in time if that lies ahead."""
    ended = min(served_from, ON) - timedelta(days=chance.randint(4, 20))
    return _tender(chance, number, school, ended - timedelta(days=chance.randint(40, 90)), ended)


def _second(
    chance: Random, number: str, school: str, served_from: date
) -> tuple[TenderRow, list[TenderEventRow]]:
    """A live tender, a failed one or an older finished one."""
    what = chance.random()
    if what < LIVE_SHARE:
        return _tender(chance, number, school, ON - timedelta(days=chance.randint(-5, 45)), None)
    if what < LIVE_SHARE + FAILED_SHARE:
        ended = ON - timedelta(days=chance.randint(1, 200))
        published = ended - timedelta(days=chance.randint(10, 40))
        return _tender(chance, number, school, published, ended, TenderStatus.UNSUCCESSFUL)
    return _finished(chance, number, school, served_from)


def _tender(
    chance: Random,
    number: str,
    school: str,
    published: date,
    ended: date | None,
    status: TenderStatus = TenderStatus.COMPLETE,
) -> tuple[TenderRow, list[TenderEventRow]]:
    """A tender with stated days, or with an event for each stage from publication until it ended."""
    method = chance.choice(METHODS)
    is_dated = chance.random() < DATED_SHARE
    closes = published + timedelta(days=chance.randint(12, 20))
    results = closes + timedelta(days=chance.randint(3, 10))
    row = TenderRow(
        tender_number=number,
        school_id=school,
        status=status if ended else TenderStatus.PLANNED if published > ON else TenderStatus.ACTIVE,
        method=method,
        planned_on=published,
        published_on=published if published <= ON else None,
        bids_close_on=closes if is_dated else None,
        results_on=results if is_dated and results <= (ended or ON) else None,
        ended_on=ended,
    )
    return row, [] if is_dated else list(_events(chance, number, method, published, ended))


def _events(
    chance: Random, number: str, method: Method, published: date, ended: date | None
) -> Iterator[TenderEventRow]:
    entered = published
    for stage in COURSE[method][1:]:
        if entered > (ended or ON):
            return
        yield TenderEventRow(number, TenderEventKind(stage.value), entered)
        entered += timedelta(days=chance.randint(2, 16))
