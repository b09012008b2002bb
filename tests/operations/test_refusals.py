"""Refused requests stand in the journal; a flood of them leaves few entries and loses no count."""

from __future__ import annotations

from datetime import timedelta

import httpx2
import pytest
from sqlalchemy import Engine

from tests.browser.served import served
from tests.people import a_person
from tests.web.conftest import Visit
from tests.web.register import NOW
from tracker.domain.acts import NOBODY, Act
from tracker.domain.roles import Role
from tracker.store import journal
from tracker.store.engine import reading
from tracker.store.journal import Entry
from tracker.web.refusals import OTHERS, ROOM, Refusal, Refusals

MINUTE = timedelta(minutes=1)


def refusal(path: str = "GET /people") -> Refusal:
    return Refusal("person:7", "10.1.2.3", path, "not_allowed")


def refused(engine: Engine) -> list[Entry]:
    with reading(engine) as session:
        return list(journal.entries(session, action=Act.REFUSED))


def test_the_same_refusal_is_told_once_a_minute_with_how_often_it_came() -> None:
    kept = Refusals()
    assert kept.count(refusal(), NOW) == ((refusal(), 1),)
    assert [kept.count(refusal(), NOW + timedelta(seconds=second)) for second in range(59)] == [()] * 59
    assert kept.count(refusal(), NOW + MINUTE) == ((refusal(), 60),)


def test_what_was_counted_is_told_though_nobody_comes_again() -> None:
    kept = Refusals()
    for _ in range(3):
        kept.count(refusal(), NOW)
    assert kept.settle(NOW) == ()
    assert kept.settle(NOW + MINUTE) == ((refusal(), 2),)
    assert kept.settle(NOW + MINUTE) == ()


def test_a_server_that_ends_tells_what_it_counted() -> None:
    kept = Refusals()
    for _ in range(3):
        kept.count(refusal(), NOW)
    assert kept.settle() == ((refusal(), 2),)


def test_a_server_over_a_socket_writes_it_down_before_it_is_gone(empty: Engine) -> None:
    with served(empty) as server:
        for _ in range(5):
            assert httpx2.get(f"{server.home}/api/v1/regions").status_code == 401
    assert sorted(entry.details["times"] for entry in refused(empty)) == [1, 4]


def test_a_flood_from_everywhere_is_told_in_bounded_room_and_every_refusal_is_counted() -> None:
    kept = Refusals()
    told: list[tuple[Refusal, int]] = []
    for second in range(120):
        for number in range(50):
            told += kept.count(refusal(f"GET /{second * 50 + number}"), NOW + timedelta(seconds=second))
    told += kept.settle()
    assert sum(times for _, times in told) == 120 * 50
    assert len(told) <= 2 * (ROOM + 2)
    assert any(what is OTHERS for what, _ in told)


@pytest.mark.parametrize("addresses", [1, 200])
def test_ten_thousand_refused_tries_of_an_hour_are_few_entries_and_none_is_lost(addresses: int) -> None:
    """AUT-1: from one address, and from two hundred."""
    kept = Refusals()
    told: list[tuple[Refusal, int]] = []
    for number in range(10_000):
        tried = Refusal(NOBODY, f"198.51.100.{number % addresses}", "POST /sign-in", "too_many_tries")
        told += kept.count(tried, NOW + number * timedelta(hours=1) / 10_000)
    told += kept.settle()
    assert sum(times for _, times in told) == 10_000
    assert len(told) <= 61 * min(addresses, ROOM + 1) + 1


def test_what_could_not_be_written_is_given_back_in_bounded_room_too() -> None:
    kept, times = Refusals(), 0
    for minute in range(5):
        for number in range(2 * ROOM):
            kept.give_back(kept.count(refusal(f"GET /{minute}/{number}"), NOW + minute * MINUTE), NOW)
            times += 1
        kept.give_back(kept.settle(NOW + (minute + 1) * MINUTE), NOW + (minute + 1) * MINUTE)
    told = kept.settle()
    assert len(told) <= ROOM + 1
    assert sum(number for _, number in told) == times


def test_a_clock_that_goes_back_stops_nothing() -> None:
    kept = Refusals()
    kept.count(refusal(), NOW)
    kept.count(refusal(), NOW)
    assert kept.count(refusal(), NOW - timedelta(days=1)) == ((refusal(), 2),)


def test_a_refusal_by_role_says_who_what_when_where_and_why(empty: Engine, visit: Visit) -> None:
    client = visit(empty, person=a_person(Role.AUDITOR))
    assert client.post("/imports").status_code == 403
    (entry,) = refused(empty)
    assert (entry.actor, entry.at, entry.subject) == ("person:1", NOW, "POST /imports")
    assert entry.details == {"address": "testclient", "reason": "not_allowed", "times": 1}


def test_a_path_that_holds_a_secret_is_not_written_down(empty: Engine, visit: Visit) -> None:
    visit(empty, person=a_person(Role.AUDITOR)).post("/imports/a-secret-of-somebody")
    (entry,) = refused(empty)
    assert entry.subject == "POST /imports/{token}"


def test_a_form_without_its_token_and_one_of_a_foreign_page_are_noted(empty: Engine, visit: Visit) -> None:
    client = visit(empty)
    client.headers.pop("x-csrf-token")
    assert client.post("/imports", data={"kind": "schools"}).status_code == 403
    assert client.post("/imports", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert [entry.details["reason"] for entry in refused(empty)] == ["foreign_page", "form_stale"]


def test_a_foreign_host_name_and_a_program_without_a_key_are_noted(empty: Engine, visit: Visit) -> None:
    client = visit(empty, person=None)
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400
    assert client.get("/api/v1/needs").status_code == 401
    noted = refused(empty)
    assert [entry.details["reason"] for entry in noted] == ["sign_in_needed", "host"]
    assert {entry.actor for entry in noted} == {NOBODY}


def test_what_is_not_there_and_the_way_to_the_sign_in_page_are_no_refusals(
    empty: Engine, visit: Visit
) -> None:
    visit(empty).get("/schools/404")
    visit(empty, person=None).get("/queue", follow_redirects=False)
    assert refused(empty) == []


def test_hundreds_of_refusals_of_one_visitor_are_two_entries(empty: Engine, visit: Visit) -> None:
    with visit(empty, person=a_person(Role.AUDITOR)) as client:
        for _ in range(300):
            client.post("/imports")
    assert [entry.details["times"] for entry in refused(empty)] == [299, 1]
    with reading(empty) as session:
        assert journal.verify_chain(session) is None
