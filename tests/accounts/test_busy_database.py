"""While somebody writes for long, whoever only reads neither waits for her nor is turned away."""

from __future__ import annotations

from time import monotonic

import pytest

from tests.accounts.conftest import WAIT, Place
from tracker.domain.people import Person
from tracker.domain.roles import Role
from tracker.services import issuing
from tracker.services.acting import Author
from tracker.services.issuing import Wanted
from tracker.store.engine import transaction


@pytest.fixture
def person(busy_place: Place) -> Person:
    """Somebody who may read."""
    return busy_place.add(Role.MINISTRY)


def test_a_page_opens_while_somebody_writes(busy_place: Place, person: Person) -> None:
    browser = busy_place.browser()
    browser.sign_in(person.email)
    busy_place.clock.wait(minutes=2)
    with transaction(busy_place.engine):
        began = monotonic()
        assert browser.get("/policy").status_code == 200
        assert monotonic() - began < WAIT / 2


def test_what_could_not_be_written_down_is_so_by_the_next_page(busy_place: Place, person: Person) -> None:
    browser = busy_place.browser()
    browser.sign_in(person.email)
    busy_place.clock.wait(minutes=20)
    with transaction(busy_place.engine):
        assert browser.is_in
    assert browser.is_in
    busy_place.clock.wait(minutes=20)
    assert browser.is_in


def test_a_session_that_ran_out_leads_to_the_sign_in_while_somebody_writes(
    busy_place: Place, person: Person
) -> None:
    browser = busy_place.browser()
    browser.sign_in(person.email)
    busy_place.clock.wait(hours=1)
    with transaction(busy_place.engine):
        began = monotonic()
        answer = browser.get("/queue")
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Fqueue")
        assert monotonic() - began < WAIT / 2


def test_a_program_reads_while_somebody_writes(busy_place: Place, person: Person) -> None:
    wanted = Wanted.read(name="report", scope="read", region="", days="30")
    with transaction(busy_place.engine) as session:
        token = issuing.issue(session, Author(person.mark, busy_place.clock.now()), person.id, wanted)
    with transaction(busy_place.engine):
        began = monotonic()
        answer = busy_place.browser().get("/api/v1/regions", authorization=f"Bearer {token}")
        assert answer.status_code == 200
        assert monotonic() - began < WAIT / 2
