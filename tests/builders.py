"""Facts for tests, as people write them: ISO days, both ends included, and what is usual left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import cache

from tracker.domain.assess import assess
from tracker.domain.facts import NeedFacts, ServiceLine, TenderEvent, TenderFacts
from tracker.domain.findings import Assessment
from tracker.domain.policy import Policy
from tracker.domain.tenders import StageHistory
from tracker.domain.vocabulary import (
    ContractKind,
    ContractStatus,
    Method,
    Service,
    Stage,
    TenderEventKind,
    TenderStatus,
)
from tracker.domain.workdays import Override, WorkCalendar
from tracker.law.loader import load_calendar, load_policy

SCHOOL = "990740001234"


def day(text: str) -> date:
    """The day that ``text`` writes, ``2027-01-15``."""
    return date.fromisoformat(text)


def _day(text: str | None) -> date | None:
    return None if text is None else day(text)


def a_line(
    start_on: str,
    end_on: str | None,
    *,
    number: str = "1",
    kind: ContractKind = ContractKind.REGULAR,
    status: ContractStatus = ContractStatus.ACTIVE,
    signed_on: str | None = None,
    terminated_on: str | None = None,
    tender: str | None = None,
) -> ServiceLine:
    """A contract line; regular and active unless said otherwise."""
    return ServiceLine(
        contract_number=number,
        kind=kind,
        status=status,
        start_on=day(start_on),
        end_on=_day(end_on),
        signed_on=_day(signed_on),
        terminated_on=_day(terminated_on),
        tender_number=tender,
    )


def an_interim(start_on: str, end_on: str | None, *, number: str = "interim") -> ServiceLine:
    """A line of an interim contract."""
    return a_line(start_on, end_on, number=number, kind=ContractKind.INTERIM)


def a_tender(
    published_on: str | None = None,
    *,
    number: str = "T-1",
    method: Method = Method.OPEN_TENDER,
    status: TenderStatus = TenderStatus.ACTIVE,
    planned_on: str | None = None,
    bids_close_on: str | None = None,
    results_on: str | None = None,
    ended_on: str | None = None,
    stage: tuple[Stage, str] | None = None,
    repeats: str | None = None,
    amount: str | None = None,
    events: Iterable[tuple[str, str]] = (),
) -> TenderFacts:
    """A tender; an open one unless said otherwise. ``events`` are (kind, day), as in a file of events."""
    return TenderFacts(
        number=number,
        method=method,
        status=status,
        planned_on=_day(planned_on),
        published_on=_day(published_on),
        bids_close_on=_day(bids_close_on),
        results_on=_day(results_on),
        ended_on=_day(ended_on),
        stage=stage[0] if stage else None,
        stage_entered_on=day(stage[1]) if stage else None,
        repeats=repeats,
        amount=amount,
        events=tuple(TenderEvent(day(on), TenderEventKind(kind)) for kind, on in events),
    )


def a_need(
    *lines: ServiceLine,
    tenders: Iterable[TenderFacts] = (),
    service: Service = Service.CHANNEL,
    needed_from: str | None = None,
    needed_until: str | None = None,
    closed_on: str | None = None,
    confirmed_on: str | None = None,
    bin: str | None = None,
) -> NeedFacts:
    """A school's need of the channel, unless another service is named."""
    return NeedFacts(
        school_id=SCHOOL,
        service=service,
        needed_from=_day(needed_from),
        needed_until=_day(needed_until),
        closed_on=_day(closed_on),
        confirmed_on=_day(confirmed_on),
        bin=bin,
        lines=lines,
        tenders=tuple(tenders),
    )


@cache
def the_calendar(*decreed_off: str) -> WorkCalendar:
    """The calendar of the country, with more days off."""
    return load_calendar([Override(day(text), working=False, decree="test") for text in decreed_off])


def policy_with(clause: str, value: int) -> Policy:
    """The country's policy with another value of one clause."""
    policy = load_policy()
    known = policy.clauses[clause]
    changed = replace(known, versions=tuple(replace(version, value=value) for version in known.versions))
    return replace(policy, clauses={**policy.clauses, clause: changed}, _laws={})


def assessed(
    facts: NeedFacts,
    on: str | date,
    *,
    policy: Policy | None = None,
    calendar: WorkCalendar | None = None,
    history: StageHistory | None = None,
) -> Assessment:
    """``facts`` judged on a day by the law, the calendar and the history of the country, if not by others."""
    return assess(
        facts,
        day(on) if isinstance(on, str) else on,
        policy=policy or load_policy(),
        calendar=calendar or the_calendar(),
        history=history or StageHistory.none(),
    )
