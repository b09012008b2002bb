"""What if a day, a way of purchase or a contract were different: the rules asked on a copy of the facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from tracker.domain.bridge_guard import last_price
from tracker.domain.errors import NotFound
from tracker.domain.facts import NeedFacts
from tracker.domain.findings import Assessment
from tracker.domain.foregone import Loss, ahead, horizon_of, loss
from tracker.domain.prices import Price
from tracker.domain.supposing import Change, cap_passed, changed
from tracker.domain.vocabulary import Service
from tracker.services import evaluating
from tracker.services.evaluating import Bench, Book
from tracker.store import registry, versions
from tracker.store.scope import Scope


@dataclass(frozen=True, slots=True)
class Outlook:
    """How a need stands, and what is lost by the horizon if nothing else happens."""

    found: Assessment
    loss: Loss


@dataclass(frozen=True, slots=True)
class Supposition:
    """The present beside what would be; ``cost`` of the interim contract, None where no price is known.

    ``cap_last`` is the last day that the cap allows that contract, where it would run past it.
    ``price`` is that by which a draft for these days would ask (:func:`.bridge_guard.last_price`).
    """

    now: Outlook
    then: Outlook
    until: date
    price: Price | None
    cost: Decimal | None
    cap_last: date | None


def suppose(
    session: Session,
    scope: Scope,
    school_id: str,
    service: Service,
    change: Change,
    *,
    on: date,
    known: datetime | None,
    book: Book,
) -> Supposition:
    """Judge one need as it is and as it would be; writes nothing.

    Raises :class:`NotFound` outside the scope and ``SuppositionRefused``.
    """
    shared = evaluating.bench(session, book, on=on, known=known)
    every = evaluating.need_facts(session, scope, school_id, known=known)
    facts = next((each for each in every if each.service is service), None)
    if facts is None:
        raise NotFound(school_id=school_id)
    until = horizon_of(on)
    now = _outlook(shared, facts, until)
    supposed = changed(facts, now.found, change)
    then = _outlook(shared, supposed, until)
    seq = None if known is None else versions.known_seq(session, known)
    rows = registry.contract_rows(session, scope, school_id=school_id, known_seq=seq)
    lines = (row for row in rows if row.service is service)
    price = last_price(lines, change.interim.start) if change.interim else None
    cost = price.of(change.interim) if price and change.interim else None
    cap_last = cap_passed(supposed, change.interim, book.policy) if change.interim else None
    return Supposition(now, then, until, price, cost, cap_last)


def _outlook(shared: Bench, facts: NeedFacts, until: date) -> Outlook:
    found = shared.judge(facts)
    served_from = found.tender.forecast.likely if found.tender and found.tender.forecast else None
    return Outlook(found, loss(ahead(facts, found.on, served_from), until, shared.calendar))
