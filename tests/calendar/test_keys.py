"""CHN-24: the address is the key: long, random, kept as a hash, of one person and region, and soon dead."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event, text

from tests.accounts.conftest import SECRET, Place
from tests.calendar.conftest import Subscribe, Subscribed
from tracker.domain.people import Person, Reach
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.services import enrolling, erasing, subscribing
from tracker.services.acting import Author
from tracker.services.enrolling import Described
from tracker.settings import SecondFactor, Settings
from tracker.store import accounts, calendar_feeds, people
from tracker.store.engine import reading, transaction


@pytest.fixture
def head(place: Place) -> Person:
    """The head of the department of North Kazakhstan."""
    return place.add(Role.HEAD, name="head")


def author(place: Place) -> Author:
    """An administrator at her desk."""
    return Author("cli:root", place.clock.now(), "10.0.0.1")


def test_chn_24_the_secret_is_long_random_and_kept_as_a_hash_alone(
    place: Place, head: Person, subscribe: Subscribe
) -> None:
    secrets = {subscribe(head).secret for _ in range(20)}
    assert len(secrets) == 20
    assert all(re.fullmatch(r"[\w-]{43}", secret) for secret in secrets)  # of 256 bits
    with place.engine.connect() as connection:
        tables = ("calendar_feed", "journal")
        kept = "".join(str(connection.execute(text(f"SELECT * FROM {name}")).all()) for name in tables)
    assert [secret for secret in secrets if secret in kept] == []
    assert all(people.hashed(secret) in kept for secret in secrets)


def test_chn_24_the_file_is_kept_by_nobody_else_and_sends_no_address_on(
    head: Person, subscribe: Subscribe
) -> None:
    calendar = subscribe(head)
    for headers in ({}, {"if-none-match": "*"}):
        answer = calendar.fetch(**headers)
        assert answer.headers["cache-control"] == "private, max-age=300"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in answer.headers
    assert calendar.fetch().headers["content-type"] == "text/calendar; charset=utf-8"


def test_chn_24_the_address_is_in_no_log_and_no_entry(
    place: Place, head: Person, subscribe: Subscribe, caplog: pytest.LogCaptureFixture
) -> None:
    calendar = subscribe(head)
    with caplog.at_level(logging.DEBUG):
        assert calendar.fetch().status_code == 200
        assert Subscribed(place, "x" * 43).fetch().status_code == 404
    ours = [record for record in caplog.records if not record.name.startswith("httpx2")]  # the client's own
    said = "".join(f"{record.getMessage()} {record.__dict__}" for record in ours)
    assert "/calendar/{secret}.ics" in said
    assert calendar.secret not in said
    assert "x" * 43 not in said


def test_chn_24_wrong_revoked_and_disabled_are_answered_alike(
    place: Place, head: Person, subscribe: Subscribe
) -> None:
    gone, lost = subscribe(head), subscribe(place.add(Role.OFFICER, name="officer"))
    [number] = [feed.id for feed in feeds_of(place, head)]
    with transaction(place.engine) as session:
        subscribing.unsubscribe(session, author(place), head.id, number)
        disabled = people.number_of(session, "officer@example.kz") or 0
        accounts.change(session, disabled, {"disabled_at": place.clock.now()})
    wrong = (Subscribed(place, "x" * 43), Subscribed(place, "qqqq"))
    assert len({said(calendar) for calendar in (gone, lost, *wrong)}) == 1


def said(calendar: Subscribed) -> str:
    """What a fetch that is refused is told, without what differs each time and the address itself."""
    answer = calendar.fetch()
    assert answer.status_code == 404
    return re.sub(r'nonce="[\w-]+"|value="\w{64}"', "", answer.text.replace(calendar.secret, "SECRET"))


def test_chn_24_every_refused_fetch_asks_the_database_the_same(
    place: Place, head: Person, subscribe: Subscribe
) -> None:
    revoked, disabled = subscribe(head), subscribe(place.add(Role.OFFICER, name="officer"))
    with transaction(place.engine) as session:
        subscribing.unsubscribe_all(session, author(place), head.id)
        number = people.number_of(session, "officer@example.kz") or 0
        accounts.change(session, number, {"disabled_at": place.clock.now()})
    asked = []
    for calendar in (revoked, disabled, Subscribed(place, "x" * 43)):
        statements: list[str] = []
        with asking(place.engine, statements):
            assert calendar.fetch().status_code == 404
        asked.append(statements)
    assert asked[0] == asked[1] == asked[2]
    assert any("calendar_feed" in statement for statement in asked[0])


@contextmanager
def asking(engine: Engine, statements: list[str]) -> Iterator[None]:
    """Write down what is asked while the block lasts."""

    def hear(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", hear)
    yield
    event.remove(engine, "before_cursor_execute", hear)


def feeds_of(place: Place, person: Person) -> tuple[calendar_feeds.FeedSeen, ...]:
    """The calendars of a person that can be fetched."""
    with reading(place.engine) as session:
        return calendar_feeds.feeds_of(session, person.id)


def test_chn_24_whoever_is_disabled_has_no_calendar_at_once_nor_when_she_is_back(
    place: Place, head: Person, subscribe: Subscribe
) -> None:
    calendar = subscribe(head)
    assert calendar.fetch().status_code == 200
    with transaction(place.engine) as session:
        enrolling.disable(session, author(place), head.id)
    assert calendar.fetch().status_code == 404
    with transaction(place.engine) as session:
        enrolling.enable(session, author(place), head.id)
    assert calendar.fetch().status_code == 404


def test_whoever_is_erased_leaves_no_calendar_behind(
    place: Place, head: Person, subscribe: Subscribe
) -> None:
    calendar = subscribe(head)
    with transaction(place.engine) as session:
        erasing.erase(session, author(place), head.id)
    assert calendar.fetch().status_code == 404
    with place.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM calendar_feed")).scalar_one() == 0


def test_a_password_chosen_by_a_link_ends_the_calendars(
    place: Place, head: Person, subscribe: Subscribe
) -> None:
    calendar = subscribe(head)
    with transaction(place.engine) as session:
        link = enrolling.make_link(session, author(place), head.id)
    with transaction(place.engine) as session:
        hashed = place.hasher.make("көктемде жер көгерер еді")
        enrolling.take_up(session, link.secret, hashed, author(place))
    assert calendar.fetch().status_code == 404


def test_what_somebody_no_longer_sees_is_no_longer_in_her_calendar(
    place: Place, head: Person, subscribe: Subscribe
) -> None:
    calendar = subscribe(head)
    assert calendar.events()
    with transaction(place.engine) as session:
        moved = Described("Head", Role.HEAD, Reach(frozenset({"10"})))
        enrolling.change(session, author(place), head.id, moved)
    assert calendar.events() == {}


def test_where_a_second_factor_is_demanded_calendars_wait_for_it_too(
    place: Place, head: Person, subscribe: Subscribe
) -> None:
    calendar = subscribe(head)
    strict_place = Place(place.engine, Settings(secret=SECRET, second_factor=SecondFactor.REQUIRED))
    assert Subscribed(strict_place, calendar.secret).fetch().status_code == 404
    with transaction(place.engine) as session:
        accounts.change(session, head.id, {"second_factor": "sealed"})
    assert Subscribed(strict_place, calendar.secret).fetch().status_code == 200


def test_the_address_opens_nothing_else(head: Person, place: Place, subscribe: Subscribe) -> None:
    secret = subscribe(head).secret
    program = place.browser()
    for path in (
        f"/calendar/{secret}",
        f"/calendar/{secret}.ics/",
        f"/calendar/x{secret}.ics",
        "/calendar/.ics",
    ):
        assert program.get(path).status_code == 404
    assert program.get(f"/api/v1/regions?token={secret}").status_code in (400, 401)
    assert program.get("/api/v1/regions", authorization=f"Bearer {secret}").status_code == 401
    assert program.client.post(f"/calendar/{secret}.ics").status_code in (403, 405)


def test_a_calendar_speaks_the_language_of_its_person(
    place: Place, head: Person, subscribe: Subscribe
) -> None:
    calendar = subscribe(head, "59")
    for language, name in (
        (Language.RU, "Сроки по каналам школ"),
        (Language.EN, "Deadlines of school channels"),
    ):
        with transaction(place.engine) as session:
            accounts.change(session, head.id, {"language": language})
        assert calendar.read()["X-WR-CALNAME"].startswith(name)
