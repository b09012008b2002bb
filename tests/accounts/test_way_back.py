"""Schools whose identifiers hold signs that addresses write otherwise are come back to and led to."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from tests.accounts.conftest import Place
from tests.web.register import COVERED, a_school, fill
from tracker.domain.people import Person
from tracker.domain.roles import Role

ODD = ("a b", "a#1", "50%", "№ 5", "a?b", "a/b&c=d")


@pytest.fixture
def ministry(place: Place) -> Person:
    """Somebody who sees the odd schools."""
    fill(place.engine, *(a_school(school_id, school_id) for school_id in (*ODD, COVERED)))
    return place.add(Role.MINISTRY)


@pytest.mark.parametrize("school_id", [*ODD, COVERED])
def test_signing_in_leads_back_to_the_page_that_was_asked_for(
    place: Place, ministry: Person, school_id: str
) -> None:
    browser = place.browser()
    asked = f"/schools/{quote(school_id)}?on=2027-01-20"
    turned_away = browser.get(asked)
    (onward,) = parse_qs(urlsplit(turned_away.headers["location"]).query)["next"]
    there = browser.sign_in(ministry.email, next=onward).headers["location"]
    assert there == asked
    assert school_id in unescape(browser.get(there).text)


@pytest.mark.parametrize("school_id", [*ODD, COVERED])
def test_a_search_for_an_identifier_opens_that_school(place: Place, ministry: Person, school_id: str) -> None:
    browser = place.browser()
    browser.sign_in(ministry.email)
    found = browser.get(f"/schools?q={quote(school_id)}")
    assert found.status_code == 303
    assert found.headers["location"] == f"/schools/{quote(school_id)}"
    assert browser.get(found.headers["location"]).status_code == 200


@pytest.mark.parametrize("school_id", [*ODD, COVERED])
def test_choosing_a_language_stays_on_the_page(place: Place, ministry: Person, school_id: str) -> None:
    browser = place.browser()
    browser.sign_in(ministry.email)
    here = f"/schools/{quote(school_id)}"
    found = re.search(r'name="next" value="([^"]*)"', browser.get(here).text)
    assert found
    assert unescape(found[1]) == here
    answer = browser.post("/language", {"language": "ru", "next": unescape(found[1])}, token=browser.token)
    assert answer.headers["location"] == here
