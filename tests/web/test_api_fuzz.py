"""Everything that the description of the API promises, asked thousands of times as four people (WEB-8)."""

from __future__ import annotations

import os
from collections import Counter
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

import pytest
import schemathesis
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema
from sqlalchemy import Engine

from tests.people import ADMIN, a_person, sign_in
from tests.web.conftest import HOME
from tests.web.register import NEVER, NOW, STALLED, UNKNOWN
from tracker.clock import FixedClock
from tracker.domain.days import FIRST_YEAR, LAST_YEAR
from tracker.domain.people import Person, TokenScope
from tracker.domain.roles import Role
from tracker.settings import Settings
from tracker.store import people, tokens
from tracker.store.engine import transaction
from tracker.web.api_description import describe
from tracker.web.app import create_app

DAY = timedelta(days=1)
SEED = 20270115
PER_OPERATION, CASES = (450, 5_000) if os.environ.get("NIGHTLY") == "true" else (30, 1_000)
"""Random cases of each operation, and all of each person at least: `make nightly` asks 20,000 together."""

KNOWN = {"school_id": (STALLED, UNKNOWN, NEVER), "number": ("T-2", "T-8", "K-2", "K-4")}
"""Things that exist, of both regions and of none, among all those that do not."""

PEOPLE = (
    a_person(Role.OFFICER, "59"),
    a_person(Role.REVIEWER, "71"),
    a_person(Role.MINISTRY),
    ADMIN,
)

FIRST, LAST = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
days = st.dates(FIRST, LAST)
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime.combine(FIRST, time()), datetime.combine(LAST, time()), timezones=zones)

schemathesis.openapi.format("date", days.map(date.isoformat))
schemathesis.openapi.format("day.month.year", days.map(lambda day: f"{day:%d.%m.}{day.year:04}"))
schemathesis.openapi.format("date-time", moments.map(datetime.isoformat))


def configured(known_by: dict[str, dict[str, str]]) -> SchemathesisConfig:
    """All phases and all checks, the same cases every time."""
    return SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "base-url": HOME,
            "headers": {"sec-fetch-site": "same-origin"},
            "auth": {"openapi": known_by},
            "checks": {"enabled": True},
            "continue-on-failure": True,
            "suppress-health-check": ["all"],
            "generation": {
                "mode": "all",
                "max-examples": PER_OPERATION,
                "no-shrink": True,
                "database": "none",
            },
            "dictionaries": {name: {"values": list(values)} for name, values in KNOWN.items()},
            "parameters": {f"path.{name}": {"dictionary": name, "probability": 0.5} for name in KNOWN},
            "phases": {"stateful": {"enabled": True, "generation": {"max-examples": 20}}},
            "cache": {"enabled": False},
        }
    )


def way_in(engine: Engine, person: Person) -> dict[str, dict[str, str]]:
    """Two come as people with a session, two as programs with a token; as the description names the ways."""
    cookie = sign_in(engine, person)
    if person.role in (Role.REVIEWER, Role.ADMIN):
        return {"session": {"api_key": cookie}}
    with transaction(engine) as session:
        number = people.number_of(session, person.email)
        assert number is not None
        token, _ = tokens.add_token(
            session, number, name="fuzz", scope=TokenScope.READ, region=None, at=NOW, expires_at=NOW + DAY
        )
    return {"token": {"bearer": token}}


@pytest.mark.long
@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.role)
def test_the_api_keeps_every_promise_of_its_description(filled: Engine, person: Person) -> None:
    app = create_app(Settings(), FixedClock(NOW), filled)
    described: dict[str, Any] = dict(describe(app.state.house))
    schema = schemathesis.openapi.from_dict(described, config=configured(way_in(filled, person)))
    schema.app = app
    cases: Counter[str] = Counter()
    faults: list[str] = []
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            cases[event.phase.value] += len(event.recorder.cases)
            faults += told(event)
        elif isinstance(event, events.NonFatalError):
            faults.append(str(event.info))
        elif isinstance(event, events.FatalError):
            raise event.exception
    assert not faults, "\n".join(sorted(set(faults)))
    assert cases.total() >= CASES, cases


def told(event: events.ScenarioFinished) -> list[str]:
    """What failed in a scenario, and how it was asked."""
    return [
        f"{event.label} {event.phase.value}: {check.name}: {check.failure_info.failure.title}\n"
        f"{check.failure_info.failure.message}\n{check.failure_info.code_sample}"
        for checks in event.recorder.checks.values()
        for check in checks
        if check.status is Status.FAILURE and check.failure_info
    ]
