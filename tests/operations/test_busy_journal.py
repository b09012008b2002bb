"""Refusals that were counted are written when a page of operators opens, and no page waits for a writer."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic

import pytest

from tests.accounts.conftest import Browser, Place
from tracker.domain.acts import Act
from tracker.domain.roles import Role
from tracker.store import journal
from tracker.store.engine import make_engine, reading, transaction

WAIT = 4
"""Seconds a writer waits here; a page that waited for the writer would take as long."""


@pytest.fixture
def place(database_url: str) -> Iterator[Place]:
    """A server, on both kinds of database in turn."""
    engine = make_engine(database_url, wait_seconds=WAIT)
    yield Place(engine)
    engine.dispose()


@pytest.fixture
def admin(place: Place) -> Browser:
    """An administrator who is signed in; three requests of another were refused more than a minute ago."""
    officer = place.browser()
    officer.sign_in(place.add().email)
    for _ in range(3):
        assert officer.get("/people").status_code == 403
    place.clock.wait(minutes=2)
    browser = place.browser("192.0.2.1")
    browser.sign_in(place.add(Role.ADMIN).email)
    return browser


def times(place: Place) -> list[int]:
    """How often it came, as the entries tell, the newest one first."""
    with reading(place.engine) as session:
        return [entry.details["times"] for entry in journal.entries(session, action=Act.REFUSED)]


@pytest.mark.parametrize("page", ["/operations", "/journal"])
def test_a_page_opens_while_somebody_writes_and_no_count_is_lost(
    place: Place, admin: Browser, page: str
) -> None:
    with transaction(place.engine):
        began = monotonic()
        assert admin.get(page).status_code == 200
        assert monotonic() - began < WAIT / 2
    assert times(place) == [1]
    place.clock.wait(minutes=2)
    admin.get(page)
    assert times(place) == [2, 1]


def test_the_page_writes_what_waits(place: Place, admin: Browser) -> None:
    admin.get("/operations")
    assert times(place) == [2, 1]
