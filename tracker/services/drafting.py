"""Gathers what the papers of decisions are made of: records, the register, and what people stated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.domain.asked import read_day
from tracker.domain.bins import is_bin
from tracker.domain.days import legal_day
from tracker.domain.decision_records import DecisionRecord
from tracker.domain.dossier import ADDRESSEES, Dossier, customer_of, is_repeated
from tracker.domain.drafts import LONGEST_GIVEN, OF_CUSTOMERS, GivenName
from tracker.domain.enclosures import Enclosure
from tracker.domain.errors import DecisionRefused, PaperIncomplete
from tracker.domain.people import Person
from tracker.domain.register import ContractRow
from tracker.domain.vocabulary import ConditionId, Method, Stage
from tracker.services import deciding
from tracker.services.evaluating import Book, calendar
from tracker.store import enclosures, givens
from tracker.store.decisions import count_needs, get_decision, list_decisions
from tracker.store.scope import Scope

REPEATED, NO_BIN, EARLY = "addressees", "buyer_bin", "reply_by"
REFUSED: Mapping[object, GivenName] = {
    REPEATED: GivenName.ADDRESSEE_1,
    NO_BIN: GivenName.BUYER_BIN,
    EARLY: GivenName.REPLY_BY,
}
"""Why a statement is refused, with its field: one supplier would be asked twice, a BIN is none, a day comes
before suppliers must answer."""

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
    decision, :class:`DayNotReadable`, and :class:`DecisionRefused` where it is settled or for a reason of
    :data:`REFUSED`.
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
    if bin := said.get(GivenName.BUYER_BIN, "").replace(" ", ""):
        said[GivenName.BUYER_BIN] = bin
        if not is_bin(bin):
            raise DecisionRefused(reason=NO_BIN)
    if by := said.get(GivenName.REPLY_BY):
        said[GivenName.REPLY_BY] = read_day(by).isoformat()
        if said[GivenName.REPLY_BY] != dossier.told(customer, GivenName.REPLY_BY):
            _not_early(session, dossier, read_day(by), at, book)
    changed = {name: value for name, value in said.items() if value != dossier.told(customer, name)}
    if changed:
        givens.give(session, number, customer, changed, person_id=person.id, at=at)
    return tuple(changed)


def _not_early(session: Session, dossier: Dossier, day: date, at: datetime, book: Book) -> None:
    """Raise :class:`DecisionRefused` for a last day before a request made now must be answered."""
    first = calendar(session, book).after(legal_day(at), dossier.reply_days or 0)
    if day < first:
        raise DecisionRefused(reason=EARLY, first=f"{first:%d.%m.%Y}")


def _gather(
    session: Session, scope: Scope, records: Sequence[DecisionRecord], book: Book
) -> tuple[Dossier, ...]:
    numbers = [record.number for record in records]
    customers = {customer_of(line) for record in records for line in record.lines} - {""}
    stated = givens.list_given(session, scope, numbers, sorted(customers))
    present = {row.key: row for row in givens.contracts_numbered(session, scope, _contracts(records))}
    rows: dict[str, list[ContractRow]] = defaultdict(list)
    for row in present.values():
        rows[row.contract_number].append(row)
    counts = count_needs(session, numbers)
    enclosed: dict[int, list[Enclosure]] = defaultdict(list)
    for each in enclosures.list_enclosures(session, scope, numbers):
        enclosed[each.decision].append(each)
    return tuple(
        Dossier(
            record=record,
            given=_given(stated, record.number),
            proposed=_proposed(stated, record.number),
            signed=tuple(rows.get(record.signed.number, ())) if record.signed else (),
            present=present,
            reply_days=_reply_days(record, book),
            is_partial=counts[record.number] > len(record.lines),
            enclosed=tuple(each for each in enclosed[record.number] if each.holds),
        )
        for record in records
    )


def _contracts(records: Sequence[DecisionRecord]) -> list[str]:
    """The contracts that were signed, and the last ones before them."""
    signed = {record.signed.number for record in records if record.signed}
    last = {line.contract.number for record in records for line in record.lines if line.contract}
    return sorted(signed | last)


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
