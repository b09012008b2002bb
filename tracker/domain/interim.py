"""The interim answer: which ground may apply, under which conditions, for which days, or why none (rules §6).

The program advises and cites; it never picks a supplier and never says that the law permits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tracker.domain.coverage import Cover
from tracker.domain.days import FOREVER, ONE_DAY, Span, months_from
from tracker.domain.facts import TenderFacts
from tracker.domain.findings import Answer, Condition, Gap, RouteAnswer, TenderStanding
from tracker.domain.policy import Law, Route
from tracker.domain.reading import Reading
from tracker.domain.vocabulary import (
    ConditionId,
    ConditionStatus,
    Method,
    RefusalReason,
    RouteId,
    State,
    TenderStatus,
    Verdict,
)

MET, NOT_MET, TO_CONFIRM = ConditionStatus.MET, ConditionStatus.NOT_MET, ConditionStatus.TO_CONFIRM

Facts = tuple[tuple[str, str], ...]
Judgement = tuple[ConditionStatus, Facts]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What bounds an interim from ``start``: the cap, which service follows, and how long the need lasts.

    The cap counts ``months`` from ``counted_from``: from the first day of the chain where there is one.
    """

    start: date
    months: int
    counted_from: date
    cap_stop: date
    served_from: date
    needed_stop: date

    @property
    def cap_last(self) -> date:
        """The last day that the cap allows."""
        return self.cap_stop - ONE_DAY

    @property
    def window(self) -> Span:
        """The days that are left between all of them."""
        return Span(self.start, min(self.cap_stop, self.served_from, self.needed_stop))


def bounds(cover: Cover, law: Law, start: date) -> Bounds:
    """The months of the cap from ``start``, less what the chain used, not over cover or past the need."""
    counted_from = start
    chain = cover.chain_start(start)
    if chain is not None and law.cap_is_final:
        counted_from = chain
    return Bounds(
        start=start,
        months=law.interim_cap_months,
        counted_from=counted_from,
        cap_stop=months_from(counted_from, law.interim_cap_months).stop,
        served_from=cover.next_served(start),
        needed_stop=cover.required.stop,
    )


@dataclass(frozen=True, slots=True)
class Case:
    """A need in danger and the days for which an interim contract is weighed."""

    need: Reading
    law: Law
    window: Span
    tender: TenderStanding | None

    @property
    def tender_facts(self) -> TenderFacts | None:
        """The stated facts of the purchase the interim would bridge to."""
        return self.need.facts_of(self.tender) if self.tender else None

    @property
    def customer_created(self) -> bool:
        """Whether the BIN says that the customer was registered in the year of the first interim day."""
        number = self.need.facts.bin
        return number is not None and number.startswith(f"{self.window.start:%y}")


def answer(need: Reading) -> Answer | None:
    """The one answer for a need that is uncovered or has a gap ahead; None for every other need."""
    gap = _judged_gap(need)
    if need.state is State.UNCOVERED:
        start = need.on
    elif need.is_served and gap is not None:
        start = gap.span.start
    else:
        return None
    law = need.at.policy.on(start)
    case = Case(need, law, bounds(need.cover, law, start).window, need.speaking or need.failed)
    judged = {id: Condition(id, *judge(case)) for id, judge in JUDGES.items()}
    routes = tuple(judge_route(route, case, judged) for route in law.routes)
    recommended = _recommend(routes)
    reason = _refusal(case, recommended)
    forecast = need.speaking.forecast if need.speaking else None
    return Answer(
        start_on=start,
        end_on=None if reason else case.window.last,
        expected_release_on=forecast.likely - ONE_DAY if forecast and not reason else None,
        recommended=None if reason else recommended,
        routes=routes,
        reason=reason,
    )


def window_from(need: Reading, start: date) -> Span:
    """The days that the cap leaves for an interim from ``start``, whatever else speaks against it."""
    return bounds(need.cover, need.at.policy.on(start), start).window


def _judged_gap(need: Reading) -> Gap | None:
    """The gap until the tender is taken to serve: a stalled one is judged by its late forecast."""
    tender = need.speaking
    if tender is not None and tender.is_stalled and tender.forecast is not None:
        return need.gap_until(tender.forecast.late)
    return need.projected_gap


def _refusal(case: Case, recommended: RouteId | None) -> RefusalReason | None:
    if case.window.is_empty:
        return RefusalReason.CAP_USED_UP
    if case.tender is None:
        return RefusalReason.NO_TENDER
    return RefusalReason.NO_GROUND if recommended is None else None


def _recommend(routes: Iterable[RouteAnswer]) -> RouteId | None:
    """The first open route, else the first conditional one."""
    by_verdict = {route.verdict: route.id for route in reversed(tuple(routes))}
    return by_verdict.get(Verdict.OPEN) or by_verdict.get(Verdict.CONDITIONAL)


def judge_route(route: Route, case: Case, judged: Mapping[ConditionId, Condition]) -> RouteAnswer:
    """A route with the conditions that it asks for, as they were judged by the facts of the case."""
    asked = route.conditions
    if case.customer_created and route.alternative:
        replaced = (ConditionId.SUPPLIER_REFUSED, ConditionId.FIRST_MONTH)
        asked = (*(condition for condition in asked if condition not in replaced), *route.alternative)
    conditions = tuple(judged[id] for id in asked)
    return RouteAnswer(route.id, _verdict(conditions), route.clause, conditions)


def _verdict(conditions: tuple[Condition, ...]) -> Verdict:
    found = {condition.status for condition in conditions}
    if NOT_MET in found:
        return Verdict.CLOSED
    return Verdict.CONDITIONAL if TO_CONFIRM in found else Verdict.OPEN


def ground_after(need: Reading, id: RouteId, day: date) -> RouteAnswer | None:
    """A ground in force on a day, judged by the purchase that failed; None where the law knows none."""
    law = need.at.policy.on(day)
    route = next((each for each in law.routes if each.id is id), None)
    if route is None:
        return None
    case = Case(need, law, window_from(need, day), need.failed)
    judged = {id: Condition(id, *JUDGES[id](case)) for id in route.conditions}
    return judge_route(route, case, judged)


def _purchase_under_way(case: Case) -> Judgement:
    if case.tender is None:
        return NOT_MET, ()
    return (MET if case.tender.stage else TO_CONFIRM), (("tender", case.tender.number),)


def _contract_in_force(case: Case) -> Judgement:
    until = case.need.covered_until
    return (MET, (("covered_until", until.isoformat()),)) if until else (NOT_MET, _last_contract(case))


def _daily_need_list(case: Case) -> Judgement:
    item = case.need.at.policy.listed(case.need.facts.service)
    service = ("service", case.need.facts.service.value)
    if item is None or item.listed is None or item.verified_on is None:
        return TO_CONFIRM, (service,)
    return (MET if item.listed else NOT_MET), (service, ("verified_on", item.verified_on.isoformat()))


def _competitive_method(case: Case) -> Judgement:
    if case.tender is None:
        return NOT_MET, ()
    method = case.tender.method
    status = {
        Method.OPEN_TENDER: MET,
        Method.SINGLE_SOURCE: NOT_MET,
        Method.AFTER_FAILURE: NOT_MET,
    }.get(method, TO_CONFIRM)
    return status, (("method", method.value),)


def _supplier_refused(case: Case) -> Judgement:
    """Only the supplier of last year's contract can refuse; with no contract on record a person is asked."""
    last_year = Span(date(case.window.start.year - 1, 1, 1), date(case.window.start.year, 1, 1))
    regular = case.need.cover.regular
    is_missing = regular and all(span.within(last_year).is_empty for span in regular)
    return (NOT_MET if is_missing else TO_CONFIRM), _last_contract(case)


def _first_month(case: Case) -> Judgement:
    start = case.window.start
    return (MET if start.month <= case.law.first_months else NOT_MET), (("start_on", start.isoformat()),)


def _customer_created(case: Case) -> Judgement:
    return MET, (("bin", case.need.facts.bin or ""),)


def _annual_limit(case: Case) -> Judgement:
    """One purchase above the limit is already too much for the year; one below tells nothing of the rest."""
    limit = case.law.small_value_mci * case.law.mci_tenge
    facts: Facts = (("limit_tenge", str(limit)),)
    tender = case.tender_facts
    if tender is None or tender.amount is None:
        return TO_CONFIRM, facts
    status = NOT_MET if Decimal(tender.amount) > limit else TO_CONFIRM
    return status, (*facts, ("tender_amount", tender.amount))


def _repeat_failed(case: Case) -> Judgement:
    failed = case.need.failed
    if failed is None or failed.status is not TenderStatus.UNSUCCESSFUL:
        return NOT_MET, ()
    fact = (("tender", failed.number),)
    if case.need.facts_of(failed).repeats:
        return MET, fact
    return (TO_CONFIRM if failed.method is Method.PRICE_QUOTATION else NOT_MET), fact


def _decided_in_time(case: Case) -> Judgement:
    last = case.need.decide_by
    if last is None:
        return NOT_MET, ()
    return (MET if case.need.on <= last else NOT_MET), (("decide_by", last.isoformat()),)


def _minimum_term(case: Case) -> Judgement:
    asked = case.law.minimum_term_days
    facts = (("days", str(case.window.days)), ("minimum", str(asked)))
    return (MET if case.window.days >= asked else TO_CONFIRM), facts


def _last_contract(case: Case) -> Facts:
    line = case.need.last_regular
    if line is None:
        return ()
    stop = line.span.stop
    ended = () if stop == FOREVER else (("ended_on", (stop - ONE_DAY).isoformat()),)
    return (("contract", line.contract_number), *ended)


def _for_people(case: Case) -> Judgement:
    """What no fact of the register can tell: a person confirms it."""
    return TO_CONFIRM, ()


JUDGES: Mapping[ConditionId, Callable[[Case], Judgement]] = {
    ConditionId.PURCHASE_UNDER_WAY: _purchase_under_way,
    ConditionId.SECURITY_SERVICE: _for_people,
    ConditionId.CONTRACT_IN_FORCE: _contract_in_force,
    ConditionId.DAILY_NEED_LIST: _daily_need_list,
    ConditionId.COMPETITIVE_METHOD: _competitive_method,
    ConditionId.SAME_TERMS: _for_people,
    ConditionId.SUPPLIER_CONSENT: _for_people,
    ConditionId.SUPPLIER_REFUSED: _supplier_refused,
    ConditionId.FIRST_MONTH: _first_month,
    ConditionId.CUSTOMER_CREATED: _customer_created,
    ConditionId.VOLUME_LIMIT: _for_people,
    ConditionId.THREE_OFFERS: _for_people,
    ConditionId.HEAD_DECISION: _for_people,
    ConditionId.PLAN_POINT: _for_people,
    ConditionId.ANNUAL_LIMIT: _annual_limit,
    ConditionId.METHOD_NOT_FIXED: _for_people,
    ConditionId.NO_SPLITTING: _for_people,
    ConditionId.REPEAT_FAILED: _repeat_failed,
    ConditionId.NO_BIDS: _for_people,
    ConditionId.DECIDED_IN_TIME: _decided_in_time,
    ConditionId.MINIMUM_TERM: _minimum_term,
}
