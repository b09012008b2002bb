"""Sessions, links and tries are forgotten some time after their end; who was here, and when, is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, Table, func, select

from tests.accounts.conftest import Place
from tracker.scheduler import Tick
from tracker.services import enrolling
from tracker.services.acting import Author
from tracker.services.evaluating import Book
from tracker.store import accounts, attempts, pruning
from tracker.store.attempts import Knocker
from tracker.store.engine import reading, transaction
from tracker.store.people_tables import ATTEMPT, LINK, SIGNED_IN
from tracker.store.pruning import KEPT

HALF_A_DAY = timedelta(hours=12)


@pytest.fixture
def place(engine: Engine) -> Place:
    """A server over an empty database, of both kinds in turn."""
    return Place(engine)


def count(place: Place, table: Table) -> int:
    with reading(place.engine) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def prune(place: Place) -> None:
    with transaction(place.engine) as session:
        pruning.prune(session, now=place.clock.now())


def try_once(place: Place) -> None:
    with transaction(place.engine) as session:
        attempts.begin(session, Knocker("nobody@example.kz", "192.0.2.1"), now=place.clock.now())


def test_sessions_are_forgotten_a_month_after_their_end_but_not_the_last_of_a_person(place: Place) -> None:
    person, other = place.add(), place.add(name="other")
    for whose in (person, other, person):
        assert place.browser().sign_in(whose.email).status_code == 303
        place.clock.wait(minutes=1)
    place.clock.wait(days=KEPT.days)
    prune(place)
    assert count(place, SIGNED_IN) == 3
    place.clock.moment += HALF_A_DAY
    prune(place)
    assert count(place, SIGNED_IN) == 2
    with reading(place.engine) as session:
        seen = [accounts.account_of(session, each.id) for each in (person, other)]
    assert all(account and account.used_at for account in seen)


def test_who_is_in_stays_in(place: Place) -> None:
    browser, person = place.browser(), place.add()
    place.browser().sign_in(person.email)
    place.clock.wait(days=60)
    browser.sign_in(person.email)
    prune(place)
    assert browser.is_in
    assert count(place, SIGNED_IN) == 1


def test_links_are_forgotten_a_month_after_their_end(place: Place) -> None:
    person = place.add()
    with transaction(place.engine) as session:
        enrolling.make_link(session, Author("test", place.clock.now()), person.id)
    place.clock.wait(days=KEPT.days)
    prune(place)
    assert count(place, LINK) == 1
    place.clock.wait(hours=1)
    prune(place)
    assert count(place, LINK) == 0


def test_tries_are_forgotten_when_they_count_no_more(place: Place) -> None:
    try_once(place)
    place.clock.wait(days=attempts.KEPT.days - 1)
    prune(place)
    assert count(place, ATTEMPT) == 1
    place.clock.wait(days=1)
    prune(place)
    assert count(place, ATTEMPT) == 0


def test_the_tick_does_it_once_a_day(place: Place) -> None:
    try_once(place)
    tick = Tick(place.engine, Book.load(), place.clock)
    tick()
    place.clock.moment += attempts.KEPT
    tick()
    assert count(place, ATTEMPT) == 0
