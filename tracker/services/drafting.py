"""Gathers what the papers of decisions are made of: records, the register, and what people stated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.domain.asked import read_day
from tracker.domain.decision_records import DecisionRecord
from tracker.domain.dossier import ADDRESSEES, Dossier, customer_of, is_repeated
from tracker.domain.drafts import LONGEST_GIVEN, OF_CUSTOMERS, GivenName
from tracker.domain.enclosures import Enclosure
from tracker.domain.errors import DecisionRefused, PaperIncomplete
from tracker.domain.people import Person
from tracker.domain.register import ContractRow
from tracker.domain.vocabulary import ConditionId, Method, Stage
from tracker.services import deciding
from tracker.services.evaluating import Book
from tracker.store import enclosures, givens
from tracker.store.decisions import count_needs, get_decision, list_decisions
from tracker.store.scope import Scope

REPEATED = "addressees"
"""Why a statement is refused that would ask one supplier twice."""

MOST_ENCLOSED = 50
"""So many MiB of enclosed files at most come in one archive."""


def dossier_of(session: Session, scope: Scope, number: int, *, book: Book) -> Dossier:
    """The papers of one decision; raises :class:`NotFound` as where there is none."""
    return _gather(session, scope, [get_decision(session, scope, number)], book)[0]


def dossiers_of(session: Session, scope: Scope, numbers: Iterable[int], *, book: Book) -> tuple[Dossier, ...]:
    """The papers of those decisions that are seen, in a constant number of queries."""
    return _gather(session, scope, list_decisions(session, scope, sorted(set(numbers))), book)


def enclosed(session: Session, scope: Scope, dossiers: Iterable[Dossier]) -> Mapping[int, bytes]:
    """What the enclosed files of decisions hold; raises :class:`PaperIncomplete` where it is too much."""
    found = {dossier.record.number: dossier.enclosed for dossier in dossiers}
    files = [each for of_one in found.values() for each in of_one]
    if sum(each.size for each in files) > MOST_ENCLOSED * 2**20:
        raise PaperIncomplete(reason="large", most=MOST_ENCLOSED)
    return enclosures.enclosed(session, scope, found) if files else {}


def give(
    session: Session,
    person: Person,
    number: int,
    customer: str,
    values: Mapping[GivenName, str],
    *,
    at: datetime,
    book: Book,
) -> tuple[GivenName, ...]:
    """Keep what a person states for a customer of a decision; the names of what is new.

    Only what its form asks for is kept. Raises :class:`NotFound` unless she sees every school of the
    decision, :class:`DayNotReadable`, and :class:`DecisionRefused` where it is settled or one supplier would
    be asked twice.
    """
    found = deciding.find(session, person, number)
    (dossier,) = _gather(session, Scope.of_person(person), [found], book)
    if not dossier.takes_facts:
        raise DecisionRefused(reason="settled")
    asked = dossier.asks(customer) if customer in dossier.customers else ()
    said = {name: " ".join(values.get(name, "").split())[:LONGEST_GIVEN] for name in asked}
    three = [said.get(name) or dossier.told(customer, name) for name in ADDRESSEES]
    if any(is_repeated(three, of=each) for each in three):
        raise DecisionRefused(reason=REPEATED)
    if by := said.get(GivenName.REPLY_BY):
        said[GivenName.REPLY_BY] = read_day(by).isoformat()
    changed = {name: value for name, value in said.items() if value != dossier.told(customer, name)}
    if changed:
        givens.give(session, number, customer, changed, person_id=person.id, at=at)
    return tuple(changed)


def _gather(
    session: Session, scope: Scope, records: Sequence[DecisionRecord], book: Book
) -> tuple[Dossier, ...]:
    numbers = [record.number for record in records]
    customers = {customer_of(line) for record in records for line in record.lines} - {""}
    stated = givens.list_given(session, scope, numbers, sorted(customers))
    signed: dict[str, list[ContractRow]] = defaultdict(list)
    for row in givens.contracts_numbered(session, scope, _signed_numbers(records)):
        signed[row.contract_number].append(row)
    counts = count_needs(session, numbers)
    enclosed: dict[int, list[Enclosure]] = defaultdict(list)
    for each in enclosures.list_enclosures(session, scope, numbers):
        enclosed[each.decision].append(each)
    return tuple(
        Dossier(
            record=record,
            given=_given(stated, record.number),
            proposed=_proposed(stated, record.number),
            signed=tuple(signed.get(record.signed.number, ())) if record.signed else (),
            reply_days=_reply_days(record, book),
            is_partial=counts[record.number] > len(record.lines),
            enclosed=tuple(each for each in enclosed[record.number] if each.holds),
        )
        for record in records
    )


def _signed_numbers(records: Iterable[DecisionRecord]) -> list[str]:
    return sorted({record.signed.number for record in records if record.signed})


def _given(stated: Iterable[givens.Given], number: int) -> Mapping[tuple[str, GivenName], str]:
    """What was stated for this decision."""
    return {(each.customer, each.name): each.value for each in stated if each.decision == number}


def _proposed(stated: Iterable[givens.Given], number: int) -> Mapping[tuple[str, GivenName], str]:
    """What was stated last of its customers for other decisions: a person confirms it for this one."""
    return {
        (each.customer, each.name): each.value
        for each in stated
        if each.decision != number and each.customer and each.name in OF_CUSTOMERS
    }


def _reply_days(record: DecisionRecord, book: Book) -> int | None:
    """For how long offers are awaited at least, where the ground asks for three."""
    if all(condition.id is not ConditionId.THREE_OFFERS for condition in record.ground.conditions):
        return None
    return book.policy.on(record.start_on).limit(Method.SINGLE_SOURCE, Stage.BIDS).days
