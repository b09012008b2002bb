"""The prices asked in a decision, each weighed against the last contract of its need by the guard."""

from __future__ import annotations

from collections.abc import Sequence
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


def set_prices(
    session: Session,
    author: Author,
    person: Person,
    number: int,
    prices: Sequence[Decimal],
    *,
    revision: int,
    reason: str,
    book: Book,
) -> None:
    """Ask these prices for the needs of a decision, in the order of its lines; ``reason`` is why these.

    It stands beside why the decision was drafted, in place of why other prices were asked before. Raises
    :class:`DecisionRefused`, with the place of the line: a jump against the last contract of a need asks for
    a reason of its own.
    """
    found = ready_for(session, person, number, Deed.PRICE, revision=revision)
    if len(prices) != len(found.lines):
        raise DecisionRefused(reason="price")
    for at, price in enumerate(prices):
        if not price.is_finite() or not 0 < price < HIGHEST:
            raise DecisionRefused(reason="price", line=at)
    why = said_by(reason, needed=False)
    said = "; ".join(filter(None, (found.events[0].reason.rstrip("."), why)))
    window = Span.inclusive(found.start_on, found.end_on)
    warned = jumps(session, Scope.of_person(person), found, prices, window, book.policy)
    if warned and not why:
        raise unexplained(*warned[0])
    others = tuple(one for one in found.frozen.guard if one.kind is not GuardKind.PRICE_JUMP)
    frozen = replace(found.frozen, guard=(*others, *dict.fromkeys(jump for _, jump in warned)))
    deciding.set_prices(session, number, list(zip(found.lines, prices, strict=True)), frozen, said)
    told = {"price": [f"{price:f}" for price in prices], "why_sha256": digest(said)}
    asked = ": ".join(filter(None, (_from_to(prices), why)))
    move_on(session, author, person, found, Deed.PRICE, asked, told=told)


def _from_to(prices: Sequence[Decimal]) -> str:
    """The price, or the lowest and the highest: a history of many schools stays readable."""
    ends = dict.fromkeys((min(prices), max(prices)))
    return " – ".join(f"{price:f}" for price in ends)


def unexplained(at: int, jump: GuardFinding) -> DecisionRefused:
    """What is said where the price of the line at this place jumps and nobody told why."""
    return DecisionRefused(reason="jump", line=at, percent=dict(jump.facts)["percent"])


def jumps(
    session: Session,
    scope: Scope,
    found: DecisionRecord,
    prices: Sequence[Decimal | None],
    window: Span,
    policy: Policy,
) -> tuple[tuple[int, GuardFinding], ...]:
    """What the guard says of prices for these days, each with the place of its line; None is not weighed."""
    lines = decisions.named_contracts(session, scope, {line.school_id for line in found.lines})
    of_need = (
        tuple(each for each in lines if (each.school_id, each.service) == (line.school_id, line.service))
        for line in found.lines
    )
    bridges = (_bridge(found, each, price, window) for each, price in zip(of_need, prices, strict=True))
    return tuple(
        (at, one)
        for at, bridge in enumerate(bridges)
        for one in guard(bridge, policy)
        if one.kind is GuardKind.PRICE_JUMP
    )


def _bridge(
    found: DecisionRecord, lines: tuple[ContractRow, ...], price: Decimal | None, window: Span
) -> Bridge:
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
