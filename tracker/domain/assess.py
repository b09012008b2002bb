"""The one engine: facts of a need and a day in, an assessment out, with the next day it may differ."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tracker.domain.days import FOREVER, next_day
from tracker.domain.facts import NeedFacts, ServiceLine, TenderFacts
from tracker.domain.findings import Answer, Assessment, Finding, TenderStanding
from tracker.domain.flags import find_flags
from tracker.domain.forecast import Asking
from tracker.domain.interim import answer
from tracker.domain.policy import Policy
from tracker.domain.reading import Reading, read
from tracker.domain.tenders import StageHistory, end_days
from tracker.domain.vocabulary import FlagKind, NextStep, Stage, State
from tracker.domain.workdays import WorkCalendar, days_apart


def assess(
    facts: NeedFacts, on: date, *, policy: Policy, calendar: WorkCalendar, history: StageHistory
) -> Assessment:
    """Judge one need on one day by all of the rules."""
    need = read(facts, Asking(on, policy, calendar, history))
    flags = find_flags(need)
    found = answer(need)
    return Assessment(
        school_id=facts.school_id,
        service=facts.service,
        on=on,
        state=need.state,
        covered_until=need.covered_until,
        uncovered_since=_uncovered_since(need),
        days_without=_days_without(need),
        flags=flags,
        tender=need.shown,
        projected_gap=need.projected_gap,
        latest_safe_start=_latest_safe_start(need),
        answer=found,
        next_step=_next_step(need, flags, found),
        next_change_on=_next_change(need, found),
    )


def _uncovered_since(need: Reading) -> date | None:
    return need.cover.unserved_since(need.on) if need.state is State.UNCOVERED else None


def _days_without(need: Reading) -> int | None:
    since = _uncovered_since(need)
    return None if since is None else (need.on - since).days + 1


def _latest_safe_start(need: Reading) -> date | None:
    """Only where service can be lost."""
    return need.safe_start(need.run.last) if need.is_loss_ahead and need.run else None


STEPS_FOR_FLAGS: tuple[tuple[FlagKind, NextStep], ...] = (
    (FlagKind.UNKNOWN_TERM, NextStep.RECORD_END),
    (FlagKind.TENDER_FAILED, NextStep.REPEAT_TENDER),
    (FlagKind.NO_TENDER, NextStep.ANNOUNCE_TENDER),
    (FlagKind.INTERIM_WITHOUT_TENDER, NextStep.ANNOUNCE_TENDER),
    (FlagKind.TENDER_STALLED, NextStep.SPEED_UP_TENDER),
    (FlagKind.INTERIM_OVER_CAP, NextStep.CHECK_CHAIN),
    (FlagKind.OVERLAP, NextStep.CHECK_OVERLAP),
    (FlagKind.STALE, NextStep.CONFIRM_FACTS),
)
"""The step that answers a flag by itself, the most pressing first."""


def _next_step(need: Reading, flags: tuple[Finding, ...], found: Answer | None) -> NextStep:
    """The one thing to do next (rules §5)."""
    if found is not None and found.is_suggestion:
        return NextStep.PROPOSE_INTERIM
    if found is not None:
        return _step_of_refusal(need)
    kinds = {flag.kind for flag in flags}
    if need.is_bridge_to_regular and not _is_bought(need):
        kinds.discard(FlagKind.INTERIM_WITHOUT_TENDER)
    step = next((step for kind, step in STEPS_FOR_FLAGS if kind in kinds), None)
    if step is NextStep.ANNOUNCE_TENDER:
        return _announced(need)
    return step or _step_of_tender(need, is_flagged=bool(flags))


def _step_of_refusal(need: Reading) -> NextStep:
    """What to do where no interim can be proposed: the purchase itself, and announce it if there is none."""
    if need.live:
        return NextStep.SPEED_UP_TENDER
    return NextStep.REPEAT_TENDER if need.failed else _announced(need)


def _announced(need: Reading) -> NextStep:
    """Announce a tender, unless only a contract is missing."""
    return NextStep.RECORD_CONTRACT if _is_bought(need) else NextStep.ANNOUNCE_TENDER


def _is_bought(need: Reading) -> bool:
    """Whether a tender was completed or a contract signed, and only a line in force is missing."""
    return need.awaits_contract or need.has_pending_line


def _step_of_tender(need: Reading, *, is_flagged: bool) -> NextStep:
    """What a tender that is in time asks for, where no flag asks for anything else (decision 30)."""
    tender = need.speaking
    if tender is not None and tender.suspended:
        return NextStep.RESUME_TENDER
    if tender is not None and tender.stage is Stage.CONTRACT:
        return NextStep.RECORD_CONTRACT
    if not is_flagged:
        return NextStep.NOTHING
    if tender is not None:
        return NextStep.ANNOUNCE_TENDER if tender.stage is Stage.PLANNED else NextStep.WAIT
    return _step_of_lines(need)


def _step_of_lines(need: Reading) -> NextStep:
    """What is left where the cover ends, no tender runs, and yet a line is there to follow."""
    if _is_bought(need):
        return NextStep.RECORD_CONTRACT
    is_end_open = need.run is not None and need.cover.open_from <= need.run.stop
    return NextStep.RECORD_END if is_end_open else NextStep.WAIT


def _next_change(need: Reading, found: Answer | None) -> date:
    """The first later day on which the assessment could differ with no new fact, plain day counts apart."""
    on = need.on
    is_unserved = need.state is State.UNCOVERED or need.begins_unserved is not None
    if is_unserved or any(_walks_from_today(tender, on) for tender in need.live):
        return next_day(on)
    return min([day for day in _turning_days(need, found) if day > on], default=FOREVER)


def _walks_from_today(tender: TenderStanding, on: date) -> bool:
    """Whether the tender's forecast starts from the day that asks, so that it moves every day."""
    return tender.suspended or tender.due_on is None or on > tender.due_on


def _turning_days(need: Reading, found: Answer | None) -> Iterable[date]:
    """Every day on which some part of the assessment may turn."""
    law, facts = need.law, need.facts
    yield need.cover.required.start
    yield need.cover.required.stop
    yield from _line_days(facts.lines, need.on)
    if need.run is not None:
        yield days_apart(need.run.last, 1 - law.warn_ending_days)
        yield days_apart(need.run.last, 1 - law.warn_interim_ending_days)
    if facts.confirmed_on is not None:
        yield days_apart(facts.confirmed_on, law.stale_days + 1)
    if need.asked_by is not None:
        yield next_day(need.asked_by)
    yield from (days_apart(day, law.tenderless_days - 1) for day in need.over_since)
    for tender in facts.tenders:
        yield from end_days(tender)
    for standing in need.live:
        yield from _tender_days(need.facts_of(standing))
        if standing.due_on is not None:
            yield standing.due_on
            yield next_day(standing.due_on)
    if found is not None and need.decide_by is not None:
        yield next_day(need.decide_by)
    yield need.at.policy.next_change(need.on)


def _line_days(lines: Iterable[ServiceLine], on: date) -> Iterable[date]:
    """Days of the lines that are not over."""
    for line in lines:
        start, stop = line.span
        if stop > on or start > on:
            yield start
            yield stop
            if line.signed_on is not None:
                yield line.signed_on


def _tender_days(tender: TenderFacts) -> Iterable[date]:
    """Stated days of a tender; a stage that follows by the clock begins after the one before is due."""
    stated = (
        tender.planned_on,
        tender.published_on,
        tender.results_on,
        tender.ended_on,
        tender.stage_entered_on,
    )
    yield from (day for day in stated if day is not None)
    yield from (event.on for event in tender.events)
    if tender.bids_close_on is not None:
        yield tender.bids_close_on
        yield next_day(tender.bids_close_on)
