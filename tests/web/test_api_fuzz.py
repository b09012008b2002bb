"""Everything that the description of the API promises, asked thousands of times as four people (WEB-8).

Some are made in all phases, others at random; they are asked of all four, by a session and by a token: twenty
thousand and more in all.
"""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from datetime import date, datetime, time, timedelta, timezone
from itertools import product
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.core.result import Ok
from schemathesis.engine import Status, events, from_schema
from schemathesis.specs.openapi.checks import ignored_auth
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
OWN = {"sec-fetch-site": "same-origin"}
EACH, CASES_OF_PHASES = 10, 1_150
"""Random cases of each operation, and all cases of all phases at least."""

PARTS = 4
CASES_OF_ALL = 1_350
"""Cases that all four are asked, each in both ways."""

SHARED = settings(
    database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)

KNOWN = {"school_id": (STALLED, UNKNOWN, NEVER), "number": ("T-2", "T-8", "K-2", "K-4")}
"""Things that exist, of both regions and of none, among all those that do not."""

PEOPLE = (a_person(Role.OFFICER, "59"), a_person(Role.REVIEWER, "71"), a_person(Role.MINISTRY), ADMIN)

FIRST, LAST = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
days = st.dates(FIRST, LAST)
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime.combine(FIRST, time()), datetime.combine(LAST, time()), timezones=zones)

schemathesis.openapi.format("date", days.map(date.isoformat))
schemathesis.openapi.format("day.month.year", days.map(lambda day: f"{day:%d.%m.}{day.year:04}"))
schemathesis.openapi.format("date-time", moments.map(datetime.isoformat))


def configured(known_by: dict[str, dict[str, str]] | None = None) -> SchemathesisConfig:
    """All phases and all checks, the same cases every time; without a way in, each case brings its own."""
    return SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "base-url": HOME,
            "headers": OWN,
            **({"auth": {"openapi": known_by}} if known_by else {}),
            "checks": {"enabled": True},
            "continue-on-failure": True,
            "suppress-health-check": ["all"],
            "generation": {
                "mode": "all",
                "max-examples": EACH,
                "no-shrink": True,
                "database": "none",
            },
            "dictionaries": {name: {"values": list(values)} for name, values in KNOWN.items()},
            "parameters": {f"path.{name}": {"dictionary": name, "probability": 0.5} for name in KNOWN},
            "phases": {"stateful": {"enabled": True, "generation": {"max-examples": 20}}},
            "cache": {"enabled": False},
        }
    )


def token_of(engine: Engine, person: Person) -> str:
    """A token that lets a program read all that the person sees."""
    sign_in(engine, person)
    with transaction(engine) as session:
        number = people.number_of(session, person.email)
        assert number is not None
        token, _ = tokens.add_token(
            session, number, name="fuzz", scope=TokenScope.READ, region=None, at=NOW, expires_at=NOW + DAY
        )
    return token


def ways_in(engine: Engine, person: Person) -> tuple[dict[str, Any], ...]:
    """How a program of hers is known, and how her browser."""
    token, cookie = token_of(engine, person), sign_in(engine, person)
    return {"headers": {"Authorization": f"Bearer {token}"}}, {"cookies": {"tracker": cookie}, "headers": OWN}


def described_by(engine: Engine, config: SchemathesisConfig) -> schemathesis.BaseSchema:
    """The description of the API of a server over this database, and the server."""
    app = create_app(Settings(), FixedClock(NOW), engine)
    described: dict[str, Any] = dict(describe(app.state.house))
    schema = schemathesis.openapi.from_dict(described, config=config)
    schema.app = app
    return schema


@pytest.mark.long
def test_programs_are_answered_as_the_description_promises_in_all_phases(filled: Engine) -> None:
    one, *others = (token_of(filled, person) for person in PEOPLE)
    ways = [{"headers": {"Authorization": f"Bearer {other}"}} for other in others]
    keep_promises(filled, {"token": {"bearer": one}}, ways)


@pytest.mark.long
def test_people_are_answered_as_the_description_promises_in_all_phases(filled: Engine) -> None:
    one, *others = (sign_in(filled, person) for person in PEOPLE)
    ways = [{"cookies": {"tracker": other}} for other in others]
    keep_promises(filled, {"session": {"api_key": one}}, ways)


def keep_promises(engine: Engine, way: dict[str, dict[str, str]], others: list[dict[str, Any]]) -> None:
    """Ask everything in this way, and every case once more in each of the others."""
    schema = described_by(engine, configured(way))
    cases: Counter[str] = Counter()
    faults: list[str] = []
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            cases[event.phase.value] += len(event.recorder.cases)
            faults += told(event)
            for asked, other in product(event.recorder.cases.values(), others):
                asked.value.call_and_validate(excluded_checks=[ignored_auth], **deepcopy(other))
        elif isinstance(event, events.NonFatalError):
            faults.append(str(event.info))
        elif isinstance(event, events.FatalError):
            raise event.exception
    assert not faults, "\n".join(sorted(set(faults)))
    assert cases.total() >= CASES_OF_PHASES, cases


def told(event: events.ScenarioFinished) -> list[str]:
    """What failed in a scenario, and how it was asked."""
    return [
        f"{event.label} {event.phase.value}: {check.name}: {check.failure_info.failure.title}\n"
        f"{check.failure_info.failure.message}\n{check.failure_info.code_sample}"
        for checks in event.recorder.checks.values()
        for check in checks
        if check.status is Status.FAILURE and check.failure_info
    ]


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_is_asked_each_of_the_four_is_answered_as_described(filled: Engine, part: int) -> None:
    """Making a case costs more than asking it. That nobody is let in unknown, every phase above has asked."""
    schema = described_by(filled, configured())
    ways = [way for person in PEOPLE for way in ways_in(filled, person)]
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    asked: Counter[str] = Counter()
    for operation in operations[part::PARTS]:
        kinds = [operation.as_strategy(generation_mode=mode) for mode in schemathesis.GenerationMode]

        @seed(SEED)
        @settings(SHARED, max_examples=-(-CASES_OF_ALL // len(operations)))
        @given(case=st.one_of(*kinds))
        def ask(case: schemathesis.Case[Any]) -> None:
            for way in ways:
                case.call_and_validate(excluded_checks=[ignored_auth], **deepcopy(way))
                asked[case.operation.label] += 1

        ask()
    assert min(asked.values()) >= CASES_OF_ALL // len(operations) * len(ways), asked
