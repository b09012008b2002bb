"""CHN-24: in a calendar stands nothing of a region that its person does not see, or is not cut to."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from sqlalchemy import Engine

from tests.calendar import strict
from tests.calendar.strict import Component
from tests.calendar.watch import watch
from tests.people import a_person, sign_in
from tests.regions.country import CANARIES, DISTRICT_A, SCHOOL_A, SCHOOL_B, TENDER_A, A, B, settle
from tests.web.conftest import Visit, visit
from tests.web.register import NOW, day
from tracker.domain.people import Person, Reach
from tracker.domain.register import TenderRow
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Stage, TenderStatus
from tracker.store import calendar_feeds, people
from tracker.store.engine import transaction

__all__ = ["visit"]

OF_A = {
    "head": a_person(Role.HEAD, A, name="head-a"),
    "district": a_person(
        Role.REVIEWER, name="district-a", reach=Reach(districts=frozenset({(A, DISTRICT_A)}))
    ),
    "school": a_person(Role.OFFICER, name="school-a", reach=Reach(schools=frozenset({SCHOOL_A}))),
    "officer": a_person(Role.OFFICER, name="officer-a"),
}  # fmt: skip
MINISTRY = a_person(Role.MINISTRY)


def fetched(
    engine: Engine, visit: Visit, person: Person, region: str | None = None
) -> tuple[bytes, Component]:
    """The file of a new calendar of this person, as it came and as it reads."""
    answer = visit(engine, person=None).get(subscribed(engine, person, region))
    assert answer.status_code == 200
    return answer.content, strict.read(answer.content)


def subscribed(engine: Engine, person: Person, region: str | None = None) -> str:
    """The path of a new calendar of this person, who is written down first where she is not yet."""
    sign_in(engine, person)
    with transaction(engine) as session:
        number = people.number_of(session, person.email) or 0
        secret, _ = calendar_feeds.add_feed(session, number, region=region, at=NOW)
    return f"/calendar/{secret}.ics"


def leaks(data: bytes) -> list[str]:
    """What a file tells of the second region."""
    said = data.replace(b"\r\n ", b"").decode()
    return [canary for canary in CANARIES if canary in said]


@pytest.mark.parametrize("who", OF_A)
def test_nothing_of_another_region_is_in_a_calendar(country: Engine, visit: Visit, who: str) -> None:
    watch(country, NOW)
    data, calendar = fetched(country, visit, OF_A[who])
    assert calendar.of("VEVENT")
    assert all(urlsplit(event["URL"]).path.endswith(SCHOOL_A) for event in calendar.of("VEVENT"))
    assert leaks(data) == []


def test_of_whoever_sees_everything_it_is_cut_to_the_region_it_was_made_for(
    country: Engine, visit: Visit
) -> None:
    watch(country, NOW)
    data, calendar = fetched(country, visit, MINISTRY, A)
    assert leaks(data) == []
    assert calendar.of("VEVENT")
    everything, _ = fetched(country, visit, MINISTRY)
    assert {"CANARY", SCHOOL_B} <= set(leaks(everything))


def test_a_region_that_its_person_lost_is_not_in_it_any_more(country: Engine, visit: Visit) -> None:
    watch(country, NOW)
    _, calendar = fetched(country, visit, a_person(Role.HEAD, A, name="head-a"), B)
    assert calendar.of("VEVENT") == []


def test_whoever_sees_something_else_is_not_told_that_she_has_it(country: Engine, visit: Visit) -> None:
    watch(country, NOW)
    path, marks = subscribed(country, OF_A["head"]), set()
    for regions in ({A}, {B}, {A, B}, set[str]()):
        with transaction(country) as session:
            number = people.number_of(session, OF_A["head"].email) or 0
            people.write_reach(session, number, Reach(frozenset(regions)))
        marks.add(visit(country, person=None).get(path).headers["etag"])
    assert len(marks) == 4


def test_of_a_tender_that_regions_share_each_is_told_its_own_schools(country: Engine, visit: Visit) -> None:
    shared = TenderRow(
        TENDER_A, SCHOOL_B, TenderStatus.ACTIVE, published_on=day("2026-12-14"),
        stage=Stage.EVALUATION, stage_entered_on=day("2026-12-25"),
    )  # fmt: skip
    settle(country, shared, source="shared", hours=2)
    watch(country, NOW)
    data, calendar = fetched(country, visit, OF_A["head"])
    _, whole = fetched(country, visit, MINISTRY)
    [own], [every] = (
        [event for event in found.of("VEVENT") if TENDER_A in event["DESCRIPTION"].split()]
        for found in (calendar, whole)
    )
    assert own["UID"] == every["UID"]
    assert own["SUMMARY"] != every["SUMMARY"]
    assert leaks(data) == []
