"""Assessments as the JSON that other programs rely on (interfaces §5): days inclusive, codes, no words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from tracker.domain.findings import Answer, Assessment, Forecast, Gap, RouteAnswer, Step, TenderStanding
from tracker.domain.vocabulary import State

Json = dict[str, Any]


def day(value: date | None) -> str | None:
    """A day as ``YYYY-MM-DD``."""
    return None if value is None else value.isoformat()


def evaluation(
    items: Iterable[Json], *, on: date, known: datetime | None, policy: str, counts: Mapping[State, int]
) -> Json:
    """The whole object that ``tracker evaluate --format json`` prints."""
    return {
        "on": day(on),
        "known": None if known is None else known.isoformat(),
        "policy": policy,
        "counts": {"needs": sum(counts.values()), **count_states(counts)},
        "needs": list(items),
    }


def count_states(counts: Mapping[State, int]) -> dict[str, int]:
    """Needs by state, every state named."""
    order = (State.COVERED, State.INTERIM, State.UNCOVERED, State.UNKNOWN, State.NOT_REQUIRED)
    return {state.value: counts.get(state, 0) for state in order}


def need(found: Assessment, *, region: str | None, district: str | None) -> Json:
    """One item of ``needs``."""
    return {
        "school_id": found.school_id,
        "service": found.service.value,
        "region": region,
        "district": district,
        "state": found.state.value,
        "covered_until": day(found.covered_until),
        "uncovered_since": day(found.uncovered_since),
        "days_without": found.days_without,
        "flags": [{"kind": flag.kind.value, "since": day(flag.since)} for flag in found.flags],
        "tender": None if found.tender is None else tender(found.tender),
        "projected_gap": None if found.projected_gap is None else gap(found.projected_gap),
        "latest_safe_start": day(found.latest_safe_start),
        "answer": None if found.answer is None else answer(found.answer),
        "next_step": found.next_step.value,
    }


def tender(standing: TenderStanding) -> Json:
    """A tender on the day."""
    return {
        "tender_number": standing.number,
        "status": standing.status.value,
        "method": standing.method.value,
        "stage": None if standing.stage is None else standing.stage.value,
        "entered_on": day(standing.entered_on),
        "due_on": day(standing.due_on),
        "days_over": standing.days_over,
        "suspended": standing.suspended,
        "ended_on": day(standing.ended_on),
        "forecast": None if standing.forecast is None else forecast(standing.forecast),
    }


def forecast(found: Forecast) -> Json:
    """The three days and the steps that add up to each."""
    return {
        "earliest": day(found.earliest),
        "likely": day(found.likely),
        "late": day(found.late),
        "steps": [step(each) for each in found.steps],
        "likely_steps": [step(each) for each in found.likely_steps],
        "late_steps": [step(each) for each in found.late_steps],
    }


def step(found: Step) -> Json:
    """One stretch of a forecast, both days included."""
    return {
        "stage": found.stage.value,
        "from": day(found.start),
        "to": day(found.end),
        "working_days": found.working_days,
        "basis": found.basis,
    }


def gap(found: Gap) -> Json:
    """A gap, both days included."""
    return {
        "first": day(found.span.start),
        "last": day(found.span.last),
        "days": found.days,
        "school_days": found.school_days,
    }


def answer(found: Answer) -> Json:
    """A suggestion or a refusal, with every route judged."""
    return {
        "type": "suggestion" if found.is_suggestion else "refusal",
        "start_on": day(found.start_on),
        "end_on": day(found.end_on),
        "expected_release_on": day(found.expected_release_on),
        "recommended_route": None if found.recommended is None else found.recommended.value,
        "routes": [route(each) for each in found.routes],
        "reason": None if found.reason is None else found.reason.value,
    }


def route(found: RouteAnswer) -> Json:
    """A route and its conditions, each with the fact it used."""
    return {
        "route": found.id.value,
        "verdict": found.verdict.value,
        "clause": found.clause,
        "conditions": [
            {
                "id": condition.id.value,
                "status": condition.status.value,
                "fact": "; ".join(f"{name}: {value}" for name, value in condition.facts),
            }
            for condition in found.conditions
        ],
    }
