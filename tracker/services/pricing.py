"""The price asked in a decision, weighed against the last contract by the guard."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from sqlalchemy.orm import Session

from tracker.domain.bridge_guard import Bridge, guard
from tracker.domain.days import Span
from tracker.domain.decision_records import DecisionRecord, GuardFinding, GuardKind
from tracker.domain.decisions import Deed
from tracker.domain.errors import DecisionRefused
from tracker.domain.people import Person
from tracker.domain.policy import Policy
from tracker.domain.register import ContractRow
from tracker.services.acting import Author
from tracker.services.attesting import digest
from tracker.services.deciding import move_on, ready_for, said_by
from tracker.services.evaluating import Book
from tracker.store import deciding, decisions
from tracker.store.scope import Scope

HIGHEST = Decimal(10) ** 12
"""No price is a trillion: such a number is a slip of the finger."""


def set_price(
    session: Session,
    author: Author,
    person: Person,
    number: int,
    price: Decimal,
    *,
    revision: int,
    reason: str,
    book: Book,
) -> None:
    """Ask this price for each need of a decision.

    Raises :class:`DecisionRefused`: a jump against the last contract asks for a reason.
    """
    found = ready_for(session, person, number, Deed.PRICE, revision=revision)
    if not price.is_finite() or not 0 < price < HIGHEST:
        raise DecisionRefused(reason="price")
    said = said_by(reason, needed=False) or found.reason
    window = Span.inclusive(found.start_on, found.end_on)
    warned = jumps(session, Scope.of_person(person), found, price, window, book.policy)
    if warned and not said:
        raise DecisionRefused(reason="jump", percent=dict(warned[0].facts)["percent"])
    others = tuple(one for one in found.frozen.guard if one.kind is not GuardKind.PRICE_JUMP)
    deciding.set_price(session, number, price, replace(found.frozen, guard=(*others, *warned[:1])), said)
    told = {"price": f"{price:f}", "why_sha256": digest(said)}
    move_on(session, author, person, found, Deed.PRICE, f"{price:f}", told=told)


def jumps(
    session: Session, scope: Scope, found: DecisionRecord, price: Decimal, window: Span, policy: Policy
) -> tuple[GuardFinding, ...]:
    """What the guard says of a price for these days, need by need."""
    lines = decisions.named_contracts(session, scope, {line.school_id for line in found.lines})
    of_need = (
        tuple(each for each in lines if (each.school_id, each.service) == (line.school_id, line.service))
        for line in found.lines
    )
    weighed = (guard(_bridge(found, each, price, window), policy) for each in of_need)
    return tuple(one for findings in weighed for one in findings if one.kind is GuardKind.PRICE_JUMP)


def _bridge(found: DecisionRecord, lines: tuple[ContractRow, ...], price: Decimal, window: Span) -> Bridge:
    return Bridge(
        on=found.frozen.on,
        window=window,
        price=price,
        supplier=None,
        lines=lines,
        chain_start=None,
        has_live_tender=True,
        tenderless_since=None,
    )
