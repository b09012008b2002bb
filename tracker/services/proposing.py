"""What each need in danger would get: days, ground, the present contract, and what the guard says of it.

The program proposes a ground and days; the supplier it shows is the present one, and a person decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial

from sqlalchemy.orm import Session

from tracker.domain.bridge_guard import Bridge, fitting_price, guard, supplier_of
from tracker.domain.days import Span
from tracker.domain.decision_records import GuardFinding, Level
from tracker.domain.decisions import Agreed, Block, chosen_route
from tracker.domain.facts import NeedFacts
from tracker.domain.findings import Answer, RouteAnswer, TenderStanding
from tracker.domain.forecast import Asking
from tracker.domain.full_contracts import FullContract, full_contract
from tracker.domain.interim import answer, window_from
from tracker.domain.policy import Policy
from tracker.domain.reading import Reading, read
from tracker.domain.register import ContractRow, SchoolRow
from tracker.domain.vocabulary import RefusalReason, RouteId, Service, Verdict
from tracker.services import evaluating
from tracker.services.aside import Unjudged
from tracker.services.evaluating import Book
from tracker.store import decisions, facts
from tracker.store.decisions import Head
from tracker.store.scope import Scope

NeedKey = tuple[str, Service]


@dataclass(frozen=True)
class Proposal:
    """A need with the one answer for it: the days, the present (or last) contract, and the guard's findings.

    ``standing`` is the decision that is open for it already. Without an answer nothing is proposed. ``full``
    is the contract that may follow a purchase which failed, whatever is to be said of a bridge.
    """

    school: SchoolRow
    service: Service
    on: date
    answer: Answer | None
    window: Span
    contract: ContractRow | None
    tender: TenderStanding | None
    price: Decimal | None
    findings: tuple[GuardFinding, ...]
    standing: Head | None
    bridge: Bridge
    full: FullContract | None

    @property
    def key(self) -> NeedKey:
        """School and service."""
        return self.school.school_id, self.service

    @property
    def verdicts(self) -> Mapping[RouteId, Verdict]:
        """The verdict on each route, in the law's order."""
        return {route.id: route.verdict for route in self.routes}

    @property
    def routes(self) -> tuple[RouteAnswer, ...]:
        """The routes that the law knows."""
        return self.answer.routes if self.answer else ()

    def route(self, id: RouteId) -> RouteAnswer:
        """One of the routes; raises ``LookupError`` for one that the law of the day does not know."""
        return {route.id: route for route in self.routes}[id]

    def chosen(self, agreed: Agreed, wanted: RouteId | None = None) -> RouteId | None:
        """The route that is wanted, else the one that the answer to the one question opens."""
        if wanted is not None:
            is_full = wanted is RouteId.AFTER_FAILURE and self.full is not None
            return wanted if is_full or wanted in self.verdicts else None
        recommended = self.answer.recommended if self.answer else None
        return chosen_route(agreed, recommended, self.verdicts)

    def on_route(self, route: RouteId | None, until: date | None = None) -> Proposal:
        """The same with the days that a ground buys: after a failed purchase those of a full contract."""
        if route is not RouteId.AFTER_FAILURE:
            return self
        if self.full is None:
            return replace(self, answer=None)
        ground, window = self.full.ground, self.full.window(until)
        routes = tuple(ground if each.id is ground.id else each for each in self.routes)
        recommended = self.answer.recommended if self.answer else None
        bridge = replace(self.bridge, window=window, is_full=True)
        return replace(
            self,
            answer=Answer(window.start, window.last, None, recommended, routes or (ground,), None),
            window=window,
            tender=self.full.follows,
            price=None if window.is_empty else fitting_price(bridge),
            findings=(),
            bridge=bridge,
        )

    @property
    def block(self) -> Block | None:
        """Why nobody may draft for it, if so."""
        if self.answer is None:
            return Block.NOT_NEEDED
        if self.standing is not None:
            return Block.STANDS
        if self.bridge.is_full:
            if self.full is not None and not self.full.has_failed:
                return Block.NO_ROUTE
            return Block.UNTIL if self.window.is_empty else None
        if self.answer.reason is RefusalReason.CAP_USED_UP or self.window.is_empty:
            return Block.CAP_USED_UP
        if any(finding.level is Level.STOP for finding in self.findings):
            return Block.STOPPED
        return None

    def needs_reason(self, route: RouteId) -> bool:
        """Whether the drafter must say why: against the advice, a closed route, or a warning of the guard."""
        if self.answer is None or self.answer.recommended is None or self.findings:
            return True
        return self.verdicts[route] is Verdict.CLOSED


@dataclass(frozen=True, slots=True)
class Proposed:
    """What some needs would get, and the ``unjudged``: those over which the rules fail (FLT-26)."""

    proposals: tuple[Proposal, ...]
    unjudged: tuple[Unjudged, ...]


def propose(session: Session, scope: Scope, keys: Iterable[NeedKey], *, on: date, book: Book) -> Proposed:
    """What each of the needs within ``scope`` would get on a day, in the order in which they are named.

    One that cannot be judged keeps no other from being proposed for. The number of queries does not grow with
    the needs.
    """
    named = list(dict.fromkeys(keys))
    needs = {(school_id, service.value) for school_id, service in named}
    shared = evaluating.bench(session, book, on=on)
    asking = Asking(on, shared.policy, shared.calendar, shared.history)
    found = {(one.school_id, one.service): one for one in facts.load_facts(session, scope, needs=needs)}
    schools = {school_id for school_id, _ in named}
    rows = {school.school_id: school for school in decisions.named_schools(session, scope, schools)}
    lines: dict[NeedKey, list[ContractRow]] = defaultdict(list)
    for line in decisions.named_contracts(session, scope, schools):
        lines[line.school_id, line.service].append(line)
    standing, aside = standing_for(session, scope), shared.aside()

    def proposal(key: NeedKey) -> Proposal:
        return _proposal(rows[key[0]], found[key], asking, tuple(lines[key]), standing.get(key))

    tried = [aside.attempt(found[key], partial(proposal, key)) for key in named if key in found]
    left = (Unjudged(rows[school_id], service) for school_id, service in aside.needs)
    return Proposed(tuple(each for each in tried if each is not None), tuple(left))


def standing_for(session: Session, scope: Scope) -> Mapping[NeedKey, Head]:
    """The open decision of each need that has one."""
    heads = decisions.list_heads(session, scope)
    return {need: head for head in heads for need in head.needs}


def _proposal(
    school: SchoolRow, need: NeedFacts, at: Asking, lines: tuple[ContractRow, ...], standing: Head | None
) -> Proposal:
    reading = read(need, at)
    found = answer(reading)
    window = window_from(reading, found.start_on if found else at.on)
    contract = present_contract(reading, lines)
    bridge = _bridge(reading, window, lines, contract)
    is_possible = found is not None and not window.is_empty
    return Proposal(
        school=school,
        service=need.service,
        on=at.on,
        answer=found,
        window=window,
        contract=contract,
        tender=reading.shown,
        price=fitting_price(bridge) if is_possible else None,
        findings=guard(bridge, at.policy) if is_possible else (),
        standing=standing,
        bridge=bridge,
        full=full_contract(reading) if found or reading.failed else None,
    )


def present_contract(need: Reading, lines: Iterable[ContractRow]) -> ContractRow | None:
    """The contract that serves last in the present run; with no service the one that served last."""
    serving = [line for line in need.facts.lines if line.serves and line.first_on <= need.on]
    if not serving:
        return None
    if need.covered_until is not None:
        number = need.facts.line_ending(need.covered_until).contract_number
    else:
        number = max(serving, key=lambda line: (line.span.stop, line.contract_number)).contract_number
    return next((line for line in lines if line.contract_number == number), None)


def _bridge(
    need: Reading, window: Span, lines: tuple[ContractRow, ...], contract: ContractRow | None
) -> Bridge:
    return Bridge(
        on=need.on,
        window=window,
        price=None,
        supplier=supplier_of(contract) if contract else None,
        lines=lines,
        chain_start=need.cover.chain_start(window.start),
        has_live_tender=bool(need.live),
        tenderless_since=need.failed.ended_on if need.failed else None,
    )


def guard_with(proposal: Proposal, price: Decimal | None, policy: Policy) -> tuple[GuardFinding, ...]:
    """What the guard says of the proposal at a price."""
    return guard(replace(proposal.bridge, price=price), policy)
