"""One tender or one contract by its number: its lines, how it stands, what followed, who said each fact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from tracker.domain.days import legal_day
from tracker.domain.errors import NotFound
from tracker.domain.facts import TenderFacts
from tracker.domain.findings import TenderStanding
from tracker.domain.forecast import Asking, standing
from tracker.domain.passed import Passed, passed
from tracker.domain.register import ContractRow, SchoolRow, TenderRow
from tracker.services import evaluating
from tracker.services.evaluating import Bench, Book
from tracker.store import facts, registry, said, versions
from tracker.store.registry import Recording
from tracker.store.said import Said
from tracker.store.scope import Scope

EVENT = "event"


@dataclass(frozen=True, slots=True)
class Fact:
    """A value as ``lines`` of the number state it, and the recording since which it is known so.

    ``name`` is a column of the register, or :data:`EVENT` with the word of a dated event as ``value`` and its
    day as ``on``. ``confirmed_on`` is the day on which it was said or confirmed last: that of the recording,
    or a later one on which somebody confirmed all facts of every school that it is of.
    """

    name: str
    value: Any
    lines: int
    recording: Recording
    confirmed_on: date
    on: date | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class TenderFile:
    """A tender on a day; ``repeated_by`` and ``contracts`` are what followed it."""

    number: str
    lines: tuple[TenderRow, ...]
    schools: Mapping[str, SchoolRow]
    standing: TenderStanding | None
    passed: tuple[Passed, ...]
    facts: tuple[Fact, ...]
    repeats: str | None
    repeated_by: tuple[str, ...]
    contracts: tuple[ContractRow, ...]


@dataclass(frozen=True, slots=True)
class ContractFile:
    """A contract; ``tender`` and ``extends`` are the numbers that it names and the reader may open."""

    number: str
    lines: tuple[ContractRow, ...]
    schools: Mapping[str, SchoolRow]
    facts: tuple[Fact, ...]
    tender: str | None
    extends: str | None
    extended_by: tuple[str, ...]


def tender_file(
    session: Session, scope: Scope, number: str, *, on: date, known: datetime | None, book: Book
) -> TenderFile:
    """A tender by its number; raises :class:`NotFound` alike where there is none and where none is seen."""
    seq = _seq(session, known)
    lines = registry.tender_rows(session, scope, known_seq=seq, number=number)
    if not lines:
        raise NotFound(tender_number=number)
    schools = _schools(session, scope, (line.school_id for line in lines), seq)
    shared = evaluating.bench(session, book, on=on, known=known)
    stands = standings(session, scope, lines, shared, known=known)
    first = next((line.repeats_tender_number for line in lines if line.repeats_tender_number), None)
    return TenderFile(
        number=number,
        lines=lines,
        schools=schools,
        standing=stands[0][1] if stands else None,
        passed=passed(stands[0][0], on, policy=shared.policy, calendar=shared.calendar) if stands else (),
        facts=_facts(said.said_of_tender(session, scope, number, known_seq=seq), schools),
        repeats=first
        if first and registry.tender_rows(session, scope, known_seq=seq, number=first)
        else None,
        repeated_by=_numbers(
            each.tender_number for each in said.tenders_that_repeat(session, scope, number, known_seq=seq)
        ),
        contracts=said.contracts_that_name(session, scope, "tender_number", number, known_seq=seq),
    )


def standing_of(
    session: Session, scope: Scope, number: str, *, on: date, known: datetime | None, book: Book
) -> TenderStanding | None:
    """Where a tender stands on ``on``, whether or not it speaks for its needs; None without a need.

    While it is live for any of them it is live: a contract line ends it for its own need only.
    """
    rows = registry.tender_rows(session, scope, known_seq=_seq(session, known), number=number)
    shared = evaluating.bench(session, book, on=on, known=known)
    found = standings(session, scope, rows, shared, known=known)
    return found[0][1] if found else None


def standings(
    session: Session, scope: Scope, rows: Sequence[TenderRow], shared: Bench, *, known: datetime | None
) -> tuple[tuple[TenderFacts, TenderStanding], ...]:
    """The tender of these lines as each of its needs tells it, those first for which it is live."""
    needs = {(row.school_id, row.service.value) for row in rows}
    numbers = {row.tender_number for row in rows}
    asking = Asking(shared.on, shared.policy, shared.calendar, shared.history)
    aside = shared.aside()
    tried = [
        (tender, aside.attempt(need, partial(standing, tender, need.lines, asking)))
        for need in facts.load_facts(session, scope, known_seq=_seq(session, known), needs=needs)
        for tender in need.tenders
        if tender.number in numbers
    ]
    found = [(tender, each) for tender, each in tried if each is not None]
    return tuple(sorted(found, key=lambda one: one[1].stage is None))


def contract_file(
    session: Session, scope: Scope, number: str, *, known: datetime | None = None
) -> ContractFile:
    """A contract by its number; raises :class:`NotFound` alike where there is none and where none is seen."""
    seq = _seq(session, known)
    lines = registry.contract_rows(session, scope, known_seq=seq, number=number)
    if not lines:
        raise NotFound(contract_number=number)
    schools = _schools(session, scope, (line.school_id for line in lines), seq)
    tender = next((line.tender_number for line in lines if line.tender_number), None)
    extends = next((line.extends_contract_number for line in lines if line.extends_contract_number), None)
    follow = said.contracts_that_name(session, scope, "extends_contract_number", number, known_seq=seq)
    is_tender = tender and registry.tender_rows(session, scope, known_seq=seq, number=tender)
    is_extended = extends and registry.contract_rows(session, scope, known_seq=seq, number=extends)
    return ContractFile(
        number=number,
        lines=lines,
        schools=schools,
        facts=_facts(said.said_of_contract(session, scope, number, known_seq=seq), schools),
        tender=tender if is_tender else None,
        extends=extends if is_extended else None,
        extended_by=_numbers(each.contract_number for each in follow),
    )


def _seq(session: Session, known: datetime | None) -> int | None:
    return None if known is None else versions.known_seq(session, known)


def _schools(
    session: Session, scope: Scope, named: Iterable[str], seq: int | None
) -> Mapping[str, SchoolRow]:
    found = registry.list_schools(session, scope, known_seq=seq, named=set(named))
    return {school.school_id: school for school in found}


def _numbers(named: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(named)))


def _facts(told: Sequence[Said], schools: Mapping[str, SchoolRow]) -> tuple[Fact, ...]:
    """What was said of a number, the same words of many lines once."""
    of_events = {each.key for each in told if each.name == EVENT}
    notes = {each.key: each.value for each in told if each.name == "note"}
    groups: dict[tuple[str, str, int], list[Said]] = {}
    for each in told:
        if each.key in of_events and each.name != EVENT:
            continue
        place = str(each.key) if each.key in of_events else str(each.value)
        groups.setdefault((each.name, place, each.recording.seq), []).append(each)
    return tuple(
        Fact(
            name=same[0].name,
            value=same[0].value,
            lines=len(same),
            recording=same[0].recording,
            confirmed_on=_confirmed(same, schools),
            on=date.fromisoformat(same[0].key[2]) if same[0].key in of_events else None,
            note=notes.get(same[0].key),
        )
        for same in groups.values()
    )


def _confirmed(same: Sequence[Said], schools: Mapping[str, SchoolRow]) -> date:
    """The day of the recording, or the first of the days on which its schools were confirmed since."""
    recorded = legal_day(same[0].recording.recorded_at)
    days = [schools[each.key[1]].confirmed_on for each in same if each.key[1] in schools]
    if not days or None in days:
        return recorded
    return max(recorded, min(day for day in days if day is not None))
