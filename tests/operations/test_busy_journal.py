"""Refusals that were counted are written when a page of operators opens, and no page waits for a writer."""

from __future__ import annotations

from time import monotonic

import pytest

from tests.accounts.conftest import WAIT, Browser, Place
from tracker.domain.acts import Act
from tracker.domain.roles import Role
from tracker.store import journal
from tracker.store.engine import reading, transaction


@pytest.fixture
def admin(busy_place: Place) -> Browser:
    """An administrator who is signed in; three requests of another were refused more than a minute ago."""
    officer = busy_place.browser()
    officer.sign_in(busy_place.add().email)
    for _ in range(3):
        assert officer.get("/people").status_code == 403
    busy_place.clock.wait(minutes=2)
    browser = busy_place.browser("192.0.2.1")
    browser.sign_in(busy_place.add(Role.ADMIN).email)
    return browser


def times(busy_place: Place) -> list[int]:
    """How often it came, as the entries tell, the newest one first."""
    with reading(busy_place.engine) as session:
        return [entry.details["times"] for entry in journal.entries(session, action=Act.REFUSED)]


@pytest.mark.parametrize("page", ["/operations", "/journal"])
def test_a_page_opens_while_somebody_writes_and_no_count_is_lost(
    busy_place: Place, admin: Browser, page: str
) -> None:
    with transaction(busy_place.engine):
        began = monotonic()
        assert admin.get(page).status_code == 200
        assert monotonic() - began < WAIT / 2
    assert times(busy_place) == [1]
    busy_place.clock.wait(minutes=2)
    admin.get(page)
    assert times(busy_place) == [2, 1]


def test_the_page_writes_what_waits(busy_place: Place, admin: Browser) -> None:
    admin.get("/operations")
    assert times(busy_place) == [2, 1]
