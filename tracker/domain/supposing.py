"""What if: the facts of a need with one thing changed, on a copy. Nothing here is ever recorded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from tracker.domain.coverage import read_cover
from tracker.domain.days import Span
from tracker.domain.errors import SuppositionRefused
from tracker.domain.facts import NeedFacts, ServiceLine, TenderFacts
from tracker.domain.findings import Assessment
from tracker.domain.interim import bounds
from tracker.domain.policy import Policy
from tracker.domain.vocabulary import LIVE, ContractKind, ContractStatus, Method, TenderStatus

SUPPOSED = "?"
"""The number of a contract or tender that is only supposed."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is supposed; None leaves a thing as it is.

    ``cover_until`` is the last day of the contract that serves now, ``announce_on`` when the purchase is
    announced, ``method`` how it is held, ``interim`` the days of another contract until the results.
    """

    cover_until: date | None = None
    announce_on: date | None = None
    method: Method | None = None
    interim: Span | None = None

    @property
    def is_none(self) -> bool:
        """Whether nothing is supposed at all."""
        return self == Change()


def changed(facts: NeedFacts, found: Assessment, change: Change) -> NeedFacts:
    """The facts as they would be. Raises :class:`SuppositionRefused` for what cannot be changed.

    ``found`` says how the need stands, and on which day.
    """
    supposed = facts
    if change.cover_until is not None:
        supposed = _ending(supposed, found, change.cover_until)
    if change.announce_on is not None or change.method is not None:
        supposed = _announced(supposed, found, change)
    if change.interim is not None:
        supposed = replace(supposed, lines=(*supposed.lines, _interim(change.interim)))
    return supposed


def _ending(facts: NeedFacts, found: Assessment, last: date) -> NeedFacts:
    if found.covered_until is None:
        raise SuppositionRefused(reason="cover")
    line = facts.line_ending(found.covered_until)
    if last < line.start_on:
        raise SuppositionRefused(reason="cover")
    ending = replace(line, end_on=last, terminated_on=None)
    return replace(facts, lines=tuple(ending if each is line else each for each in facts.lines))


def _announced(facts: NeedFacts, found: Assessment, change: Change) -> NeedFacts:
    """The purchase that runs, or one that is not there yet, announced on a day or held in another way."""
    live = next((one for one in facts.tenders if _speaks(one, found)), None)
    tender = live or TenderFacts(SUPPOSED, Method.OPEN_TENDER, TenderStatus.PLANNED)
    if change.method is not None:
        tender = replace(tender, method=change.method)
    if change.announce_on is not None:
        tender = _begun(tender, change.announce_on, found.on)
    others = tuple(one for one in facts.tenders if one is not live)
    return replace(facts, tenders=(*others, tender))


def _speaks(tender: TenderFacts, found: Assessment) -> bool:
    named = found.tender is not None and tender.number == found.tender.number
    return named and tender.status in LIVE


def _begun(tender: TenderFacts, day: date, on: date) -> TenderFacts:
    """A tender that begins anew on a day: what it has passed since is not supposed any more."""
    plain = TenderFacts(tender.number, tender.method, TenderStatus.PLANNED, amount=tender.amount)
    if day > on:
        return replace(plain, supposed_on=day)
    return replace(plain, status=TenderStatus.ACTIVE, published_on=day)


def cap_passed(supposed: NeedFacts, interim: Span, policy: Policy) -> date | None:
    """The last day that the cap leaves a supposed interim contract; None where it does not run past it.

    No flag tells it of days ahead: that one stands once the chain has begun.
    """
    last = bounds(read_cover(supposed), policy.on(interim.start), interim.start).cap_last
    return last if interim.last > last else None


def _interim(span: Span) -> ServiceLine:
    return ServiceLine(SUPPOSED, ContractKind.INTERIM, ContractStatus.ACTIVE, span.start, span.last)
