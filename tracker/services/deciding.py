"""Deciding on interim contracts: draft, confirm conditions, approve, return, reject, take back (rules §6).

Each verb checks the role, the schools, the revision that was looked at, and the other pair of eyes; it writes
the move and a line of the journal. Writers come one at a time: the first of two wins and the other is told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from tracker.domain.decision_records import DecisionRecord, Event, Tick
from tracker.domain.decisions import (
    MAKING,
    MOVES,
    NEEDED,
    OTHER_EYES,
    WITH_REASON,
    Agreed,
    Block,
    DecisionStatus,
    Deed,
    allowed,
)
from tracker.domain.errors import DecisionRefused, DecisionStale, NotAllowed, NotFound
from tracker.domain.people import Person
from tracker.domain.vocabulary import ConditionId, RouteId
from tracker.services import posting
from tracker.services.acting import Author
from tracker.services.attesting import note_deed, note_own
from tracker.services.evaluating import Book
from tracker.services.freezing import freeze, line_of
from tracker.services.proposing import NeedKey, Proposal, guard_with, propose
from tracker.store import deciding, decisions
from tracker.store.deciding import Draft
from tracker.store.row_security import whole_country
from tracker.store.scope import EVERYTHING, Scope, is_storable

LONGEST_REASON = 1000
LONGEST_NOTE = 500

OWN = "own"
"""Why a person is refused to decide on what she drafted."""

CAUTIONED = "cautioned"
"""Why a decision is not approved among many: it is to be read by itself."""

SINGLE = ""
"""The batch of what was done by itself."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a drafter asks for: her answer to the one question, or a route of her choice, and why.

    ``confirmed`` are conditions that she has confirmed herself. ``agreeing`` are, of many, those needs whose
    suppliers agreed; None where she was asked of a single one. ``until`` is the last day of a full contract.
    """

    agreed: Agreed = Agreed.UNSAID
    route: RouteId | None = None
    reason: str = ""
    confirmed: frozenset[ConditionId] = frozenset()
    agreeing: frozenset[NeedKey] | None = None
    until: date | None = None

    def answer_for(self, key: NeedKey, route: RouteId) -> Agreed:
        """Whether the supplier of this need agreed, as she said; of many she is asked for extensions only."""
        if self.agreeing is None:
            return self.agreed
        return Agreed.YES if route is RouteId.EXTENSION and key in self.agreeing else Agreed.UNSAID


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one need or decision of a bulk: ``code`` says why nothing was done."""

    key: NeedKey | None
    number: int | None
    code: str | None = None


def draft(
    session: Session,
    author: Author,
    person: Person,
    keys: Collection[NeedKey],
    wanted: Wanted,
    *,
    book: Book,
    on: date,
    batch: str = SINGLE,
) -> tuple[Row, ...]:
    """Draft for some needs; those that one additional agreement serves on one ground share a decision.

    Of several needs only those that ask for no reason are taken. Raises :class:`NotAllowed` and
    :class:`DecisionRefused` where the reason is impossible.
    """
    require(person, Deed.DRAFT)
    reason = said_by(wanted.reason, needed=False)
    rows: list[Row] = []
    groups: dict[object, list[tuple[Proposal, RouteId]]] = defaultdict(list)
    proposed = propose(session, Scope.of_person(person), keys, on=on, book=book)
    left = {each.key: Block.UNJUDGED for each in proposed.unjudged}
    known = {one.key for one in proposed.proposals}
    rows += [Row(key, None, left.get(key, Block.UNKNOWN)) for key in keys if key not in known]
    for each in proposed.proposals:
        route = each.chosen(wanted.agreed, wanted.route)
        one = each.on_route(route, wanted.until)
        block = blocked(one, route, reason) or unagreed(one, route, wanted)
        if block is not None or route is None:
            rows.append(Row(one.key, None, block))
        else:
            groups[_together(one, route)].append((one, route))
    for group in groups.values():
        number = _keep(session, author, person, group, wanted, reason, book=book, batch=batch)
        rows += [Row(one.key, number) for one, _ in group]
    return tuple(rows)


def blocked(one: Proposal, route: RouteId | None, reason: str = "") -> Block | None:
    """Why a proposal is not drafted on a route: without a reason fewer are."""
    if one.block is not None:
        return one.block
    if route is None:
        return Block.NO_ROUTE
    return Block.NEEDS_REASON if one.needs_reason(route) and not reason else None


def unagreed(one: Proposal, route: RouteId | None, wanted: Wanted) -> Block | None:
    """Why an extension is not drafted: its supplier refused, or among many nobody said that it agreed."""
    if route is not RouteId.EXTENSION:
        return None
    answer = wanted.answer_for(one.key, route)
    if answer is Agreed.NO:
        return Block.REFUSED
    return Block.NO_CONSENT if answer is not Agreed.YES and wanted.agreeing is not None else None


def _together(one: Proposal, route: RouteId) -> object:
    """What needs must share to stand in one decision: contract, ground, days, and every judged fact."""
    if one.contract is None:
        return one.key
    findings = tuple(one.findings)
    return one.contract.contract_number, one.service, route, one.window, one.answer, findings


def _keep(
    session: Session,
    author: Author,
    person: Person,
    group: list[tuple[Proposal, RouteId]],
    wanted: Wanted,
    reason: str,
    *,
    book: Book,
    batch: str,
) -> int:
    first, route = group[0]
    agreed = wanted.answer_for(first.key, route)
    confirmed = wanted.confirmed - {ConditionId.SUPPLIER_CONSENT}
    if agreed is Agreed.YES:
        confirmed |= {ConditionId.SUPPLIER_CONSENT}
    frozen = freeze(first, route, guard_with(first, first.price, book.policy), book.policy)
    asked = [condition.id for condition in frozen.route(route).conditions if condition.is_asked]
    lines = tuple(line_of(one) for one, _ in group)
    kept = Draft(route, agreed, frozen, reason, lines, len(asked))
    number = deciding.add(session, kept, person_id=person.id, at=author.now)
    ticked = [condition for condition in asked if condition in confirmed]
    for condition in ticked:
        deciding.tick(session, number, Tick(condition, person.id, person.name, author.now, "", ""))
    status = DecisionStatus.PROPOSED
    event = Event(1, Deed.DRAFT, person.id, person.name, author.now, None, status, reason, batch)
    deciding.move(session, number, event)
    told = {
        "route": route,
        "start_on": frozen.start_on.isoformat(),
        "until": frozen.end_on.isoformat(),
        "price": [line.price for line in lines],
        "schools": [line.school_id for line in lines],
        "conditions": ticked,
    }
    note_deed(session, author, number, event, told)
    return number


def find(session: Session, person: Person, number: int) -> DecisionRecord:
    """A decision that a person may act on: she sees every school of it; raises :class:`NotFound`."""
    found = decisions.get_decision(session, Scope.of_person(person), number)
    if is_partial(session, found):
        raise NotFound(decision=number)
    return found


def is_partial(session: Session, found: DecisionRecord) -> bool:
    """Whether a decision is about more schools than those that were found with it."""
    with whole_country(session):
        return decisions.count_lines(session, EVERYTHING, found.number) > len(found.lines)


def decide(
    session: Session,
    author: Author,
    person: Person,
    number: int,
    deed: Deed,
    *,
    revision: int,
    reason: str,
    batch: str = SINGLE,
) -> DecisionRecord:
    """Approve, return, reject, send again, take back or close a decision; returns it as it was.

    Raises :class:`NotAllowed`, :class:`NotFound`, :class:`DecisionStale` where somebody was first, and
    :class:`DecisionRefused`.
    """
    found = ready_for(session, person, number, deed, revision=revision)
    said = said_by(reason, needed=deed in WITH_REASON)
    if deed is Deed.APPROVE and found.missing:
        raise DecisionRefused(reason="missing", count=len(found.missing))
    move_on(session, author, person, found, deed, said, batch=batch)
    if deed is Deed.CLOSE:
        posting.post(session, author, found)
    return found


def ready_for(
    session: Session, person: Person, number: int, deed: Deed, *, revision: int | None
) -> DecisionRecord:
    """The decision where the person may do this to it now; ``revision`` is the one that she looked at."""
    require(person, deed)
    found = find(session, person, number)
    if deed in OTHER_EYES and person.id in hands(found):
        raise DecisionRefused(reason=OWN)
    if revision is not None and revision != found.revision:
        raise DecisionStale(number=number)
    if found.status not in MOVES[deed]:
        raise DecisionRefused(reason="move", status=found.status, allowed=allowed(found.status))
    if deed is Deed.WITHDRAW and person.id not in drafters(found):
        raise DecisionRefused(reason="others")
    return found


def drafters(found: DecisionRecord) -> frozenset[int]:
    """Who made what is to be approved: whoever drafted it, set its price or sent it again."""
    return frozenset(event.person_id for event in found.events if event.deed in MAKING) | {found.drafted_by}


def hands(found: DecisionRecord) -> frozenset[int]:
    """Who had a hand in what is to be approved: its drafters, and on whose word its conditions count.

    Lists know the same people as :attr:`.Head.hands`.
    """
    return drafters(found) | {tick.person_id for tick in found.ticks}


def move_on(
    session: Session,
    author: Author,
    person: Person,
    found: DecisionRecord,
    deed: Deed,
    reason: str,
    *,
    batch: str = SINGLE,
    more: Mapping[str, object] = deciding.NOTHING,
    told: Mapping[str, object] = deciding.NOTHING,
) -> None:
    """Write the move down, in the table (``more`` columns) and in the journal (what it ``told``)."""
    after = MOVES[deed][found.status]
    event = Event(
        found.revision + 1, deed, person.id, person.name, author.now, found.status, after, reason, batch
    )
    deciding.move(session, found.number, event, decided=deed in OTHER_EYES, more=more)
    posting.approve(session, author, found, after)
    note_deed(session, author, found.number, event, told)


def approve_many(
    session: Session,
    author: Author,
    person: Person,
    wanted: Iterable[tuple[int, int]],
    *,
    alone: Container[int],
    reason: str,
    batch: str,
) -> tuple[Row, ...]:
    """Approve many with one reason, each by itself: (number, revision) pairs in, one row for each out.

    Those to be read ``alone`` are refused here. What she drafted herself she is refused, and the journal
    says so in one line.
    """
    rows: list[Row] = []
    said = said_by(reason, needed=True)
    for number, revision in wanted:
        try:
            if number in alone:
                ready_for(session, person, number, Deed.APPROVE, revision=revision)
                raise DecisionRefused(reason=CAUTIONED)
            decide(session, author, person, number, Deed.APPROVE, revision=revision, reason=said, batch=batch)
        except (DecisionRefused, DecisionStale, NotFound) as refused:
            rows.append(Row(None, number, code_of(refused)))
        else:
            rows.append(Row(None, number))
    if own := [row.number for row in rows if row.code == OWN and row.number is not None]:
        note_own(session, author, own, Deed.APPROVE)
    return tuple(rows)


def code_of(refused: DecisionRefused | DecisionStale | NotFound) -> str:
    """The word for a refusal in a row of a bulk."""
    if isinstance(refused, DecisionStale):
        return "stale"
    return str(refused.details["reason"]) if isinstance(refused, DecisionRefused) else Block.UNKNOWN


def require(person: Person, deed: Deed) -> None:
    """Raise :class:`NotAllowed` where the role does not allow the deed."""
    if not person.may(NEEDED[deed]):
        raise NotAllowed


def said_by(text: str, *, needed: bool, most: int = LONGEST_REASON) -> str:
    """A reason without the space around it; raises :class:`DecisionRefused` for none or for too much."""
    said = text.strip()
    if (needed and not said) or len(said) > most or not is_storable(said):
        raise DecisionRefused(reason="reason", most=most)
    return said
