"""What a decision rests on, taken down on the day it is drafted: later law and facts change none of it."""

from __future__ import annotations

from tracker.domain.decision_records import (
    Frozen,
    FrozenClause,
    FrozenCondition,
    FrozenContract,
    FrozenDuty,
    FrozenRoute,
    FrozenSchool,
    FrozenTender,
    GuardFinding,
    LineRecord,
)
from tracker.domain.findings import RouteAnswer, TenderStanding
from tracker.domain.policy import Duty, Policy, Route, Version
from tracker.domain.register import ContractRow
from tracker.domain.vocabulary import RouteId
from tracker.services.proposing import Proposal


def freeze(proposal: Proposal, route: RouteId, findings: tuple[GuardFinding, ...], policy: Policy) -> Frozen:
    """The days, grounds, clauses and warnings of a proposal; the duties are those of the chosen route."""
    start = proposal.window.start
    law = policy.on(start)
    grounds = {one.id: one for one in law.routes}
    answer = proposal.answer
    return Frozen(
        on=proposal.on,
        start_on=start,
        end_on=proposal.window.last,
        expected_release_on=answer.expected_release_on if answer else None,
        cap_months=law.interim_cap_months,
        policy=policy.fingerprint,
        recommended=answer.recommended if answer else None,
        refusal=answer.reason if answer else None,
        routes=tuple(_route(one, grounds[one.id]) for one in proposal.routes),
        duties=tuple(_duty(one, policy, proposal) for one in grounds[route].duties),
        guard=findings,
    )


def _route(judged: RouteAnswer, ground: Route) -> FrozenRoute:
    return FrozenRoute(
        id=judged.id,
        verdict=judged.verdict,
        title=ground.title,
        clause=_clause(ground.clause, ground),
        caution=ground.caution,
        conditions=tuple(FrozenCondition(one.id, one.status, one.facts) for one in judged.conditions),
    )


def _clause(name: str, place: Route | Version) -> FrozenClause:
    """A clause as it stands that day, with the act and the place in it."""
    title, number = (place.source.title, place.source.number) if place.source else (None, None)
    return FrozenClause(name, place.at, title, number, place.assumed)


def _duty(duty: Duty, policy: Policy, proposal: Proposal) -> FrozenDuty:
    return FrozenDuty(
        id=duty.id,
        clause=_clause(duty.clause, policy.clauses[duty.clause].on(proposal.window.start)),
        counted_from=duty.counted_from,
        working_days=duty.working_days,
        title=duty.title,
    )


def line_of(proposal: Proposal) -> LineRecord:
    """The need as the register has it, with the price that the last contract's day would cost."""
    school = proposal.school
    return LineRecord(
        school_id=school.school_id,
        service=proposal.service,
        school=FrozenSchool(
            school.name, school.name_kk, school.name_ru, school.bin, school.region, school.district,
            school.address,
        ),
        contract=_contract(proposal.contract) if proposal.contract else None,
        tender=_tender(proposal.tender) if proposal.tender else None,
        price=proposal.price,
    )  # fmt: skip


def _contract(row: ContractRow) -> FrozenContract:
    return FrozenContract(
        row.contract_number, row.start_on, row.end_on, row.signed_on, row.supplier_bin, row.supplier_name,
        row.buyer_bin, row.amount, row.currency, row.terminated_on,
    )  # fmt: skip


def _tender(found: TenderStanding) -> FrozenTender:
    likely = found.forecast.likely if found.forecast else None
    return FrozenTender(found.number, found.status, found.method, found.stage, likely)
