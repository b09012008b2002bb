"""One password each on thousands of accounts: seen at once, hardly tried, nobody shut out (AUT-2, AUT-3).

In `make nightly` five hundred tries go through the page and five thousand behind it, which takes a minute;
an ordinary run sends forty and six hundred.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import timedelta

import pytest
from httpx2 import Response
from sqlalchemy.orm import Session

from tests.accounts import trying
from tests.accounts.conftest import PASSWORD, Browser, MakePlace, Place
from tests.provider import Provider, back, there
from tests.web.reading import text_of
from tracker.domain.acts import Act
from tracker.domain.people import Person
from tracker.domain.roles import Role
from tracker.services import enrolling, vouching
from tracker.services.acting import Author
from tracker.services.admitting import Origin
from tracker.services.warding import STRANGERS, STRANGERS_IN_A_DAY, STRANGERS_IN_ALARM
from tracker.store import attempts, journal
from tracker.store.attempts import LATELY, Knocker
from tracker.store.engine import reading, transaction
from tracker.store.journal import Entry
from tracker.web.witness import settle

IS_NIGHTLY = os.environ.get("NIGHTLY") == "true"
THROUGH_THE_PAGE = 500 if IS_NIGHTLY else 40
BEHIND_IT, PACES = (5000, (2, 60)) if IS_NIGHTLY else (600, (2, 14))
"""Tries, and in how many minutes they come."""

MOST_JUDGED = 250
"""One in twenty of five thousand."""

ALARM_WITHIN = timedelta(minutes=5)
NEW = "жеті өнер, жетпіс тіл"


def stuff(place: Place, accounts: int, addresses: int, *, over: timedelta) -> list[int]:
    """One wrong password on each of so many accounts, through the page; the statuses of the answers."""
    browsers = [place.browser(f"198.51.100.{number}") for number in range(addresses)]
    statuses = []
    for number in range(accounts):
        statuses.append(try_on(browsers[number % addresses], f"head{number}@example.kz").status_code)
        place.clock.wait(seconds=over.total_seconds() / accounts)
    return statuses


def try_on(browser: Browser, email: str) -> Response:
    """A new browser each time, as far as the server can tell."""
    browser.client.cookies.delete("tracker_device")
    return browser.sign_in(email, "Қазақстан2026")


def crowd_fails(place: Place, times: int = STRANGERS) -> None:
    """What so many failed tries on as many accounts leave behind."""
    with transaction(place.engine) as session:
        for number in range(times):
            who = Knocker(f"nobody{number}@example.kz", f"198.51.100.{number % 50}")
            attempts.begin(session, who, now=place.clock.now())


def told(place: Place, act: Act = Act.STRANGERS_REFUSED) -> list[Entry]:
    with reading(place.engine) as session:
        return list(journal.entries(session, action=act))


def test_aut_2_an_attack_is_refused_and_told_within_minutes(both_places: Place) -> None:
    both_places.add()
    admin = both_places.browser("192.0.2.1")
    admin.sign_in(both_places.add(Role.ADMIN).email)
    before = 0 if IS_NIGHTLY else STRANGERS - THROUGH_THE_PAGE // 2
    crowd_fails(both_places, before)
    began = both_places.clock.now()
    statuses = stuff(both_places, THROUGH_THE_PAGE, 20, over=timedelta(seconds=30))
    judged = STRANGERS - before
    assert statuses == [401] * judged + [429] * (THROUGH_THE_PAGE - judged)
    assert both_places.algorithm.asked <= judged + 1
    assert both_places.clock.now() - began < ALARM_WITHIN
    assert "tracker_strangers_alarm 1.0" in admin.get("/metrics").text
    assert f"tracker_strangers_failed {STRANGERS}.0" in admin.get("/metrics").text
    said = text_of(admin.get("/operations").text)
    assert f"In the last ten minutes: {STRANGERS}. Alarm:" in said
    (entry,) = told(both_places)
    assert entry.at - began < ALARM_WITHIN
    assert entry.details["failed"] == STRANGERS


def test_every_refused_try_of_an_attack_is_in_the_journal_with_the_address_it_came_from(place: Place) -> None:
    crowd_fails(place)
    assert stuff(place, 35, 6, over=timedelta(seconds=30)) == [429] * 35
    place.clock.wait(minutes=1)
    settle(place.app)
    times: Counter[object] = Counter()
    for entry in (noted := told(place, Act.REFUSED)):
        assert (entry.subject, entry.details["reason"]) == ("POST /sign-in", "strangers_refused")
        times[entry.details["address"]] += entry.details["times"]
    assert times == {f"198.51.100.{number}": 6 if number < 5 else 5 for number in range(6)}
    assert len(noted) == 2 * 6
    assert len(told(place)) == 1


def test_aut_2_an_attack_that_takes_its_time_is_hardly_tried_either(both_places: Place) -> None:
    """A thousand in an hour from fifty addresses: no address, no ten minutes hold too many of them."""
    with transaction(both_places.engine) as session:
        judged = 0
        for number in range(1000):
            judged += is_judged(session, both_places, number)
            both_places.clock.wait(seconds=3.6)
    assert judged <= STRANGERS_IN_A_DAY + 6 * STRANGERS_IN_ALARM
    assert len(told(both_places)) == 1


def test_answers_of_a_provider_and_codes_close_no_door(place: Place) -> None:
    person, at = place.add(), place.clock.now()
    with transaction(place.engine) as session:
        for number in range(STRANGERS):
            origin = Origin(f"198.51.100.{number % 50}")
            vouching.knock(session, origin, Author.unknown(at, origin.address))
            attempts.begin(session, attempts.second_step(person.id, origin.address), now=at)
    assert place.browser().sign_in(person.email).status_code == 303
    assert told(place) == []


def test_nobody_types_the_name_of_another_step(place: Place) -> None:
    """Whoever writes «code:1» as an address counts against nobody's second step."""
    at = place.clock.now()
    with transaction(place.engine) as session:
        attempts.begin(session, Knocker("code:1", "198.51.100.1"), now=at)
        assert attempts.failures(session, attempts.second_step(1, "192.0.2.1"), now=at).in_a_row == 0


@pytest.mark.parametrize("minutes", PACES)
def test_aut_2_of_five_thousand_tries_one_in_twenty_is_judged(both_places: Place, minutes: int) -> None:
    """However fast they come: all of them in two minutes, or up to an hour."""
    began = both_places.clock.now()
    judged = 0
    with transaction(both_places.engine) as session:
        for number in range(BEHIND_IT):
            judged += is_judged(session, both_places, number)
            both_places.clock.wait(seconds=60 * minutes / BEHIND_IT)
    assert 0 < judged <= MOST_JUDGED
    (entry,) = told(both_places)
    assert entry.at - began <= ALARM_WITHIN


def is_judged(session: Session, place: Place, number: int) -> bool:
    """A try at an account of its own, from one of fifty addresses."""
    return trying.is_judged(session, place, f"head{number}@example.kz", f"198.51.100.{number % 50}")


@pytest.mark.parametrize(
    ("language", "words"),
    [("kk", "бейтаныс құрылғылардан"), ("ru", "с незнакомых устройств"), ("en", "Unknown devices cannot")],
)
def test_whoever_is_refused_is_told_why_for_how_long_and_what_helps(
    place: Place, language: str, words: str
) -> None:
    crowd_fails(place)
    place.clock.wait(minutes=3)
    browser = place.browser(**{"accept-language": language})
    answer = browser.sign_in(place.add().email)
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "420"
    assert words in text_of(answer.text)
    assert " 7 " in text_of(answer.text)


def test_an_account_that_does_not_exist_is_refused_in_the_same_words(place: Place) -> None:
    person = place.add()
    crowd_fails(place)
    answers = [place.browser("192.0.2.7").sign_in(email) for email in (person.email, "nobody@example.kz")]
    texts = {text_of(answer.text) for answer in answers}
    assert {answer.status_code for answer in answers} == {429}
    assert len(texts) == 1


def test_aut_3_a_known_device_gets_in_meanwhile(both_places: Place) -> None:
    person = both_places.add()
    known = both_places.browser("192.0.2.5")
    known.sign_in(person.email)
    known.send("/sign-out", page="/account")
    crowd_fails(both_places)
    assert both_places.browser("192.0.2.5").sign_in(person.email).status_code == 429
    assert known.sign_in(person.email).status_code == 303


def test_a_mark_that_somebody_made_up_is_no_known_device(place: Place) -> None:
    person = place.add()
    crowd_fails(place)
    browser = place.browser()
    browser.client.cookies.set("tracker_device", "made-up", domain="127.0.0.1")
    assert browser.sign_in(person.email).status_code == 429


def test_it_ends_by_itself_as_long_after_as_the_answer_says(both_places: Place) -> None:
    person = both_places.add()
    crowd_fails(both_places)
    answer = both_places.browser().sign_in(person.email)
    both_places.clock.wait(seconds=int(answer.headers["retry-after"]) - 1)
    assert both_places.browser().sign_in(person.email).status_code == 429
    both_places.clock.wait(seconds=1)
    assert both_places.browser().sign_in(person.email).status_code == 303


def test_whoever_goes_on_gets_few_tries_more_until_an_hour_is_over(place: Place) -> None:
    crowd_fails(place)
    with transaction(place.engine) as session:
        assert not is_judged(session, place, 1)
        place.clock.wait(seconds=LATELY.total_seconds())
        judged = [is_judged(session, place, number) for number in range(10)]
        assert judged == [True] * STRANGERS_IN_ALARM + [False] * (10 - STRANGERS_IN_ALARM)
        place.clock.wait(minutes=51)
        assert all(is_judged(session, place, number) for number in range(10))
    assert len(told(place)) == 1


def test_a_second_attack_is_told_again(place: Place) -> None:
    for _ in range(2):
        crowd_fails(place)
        assert place.browser().sign_in("nobody@example.kz").status_code == 429
        place.clock.wait(hours=2)
    assert len(told(place)) == 2


def test_people_who_mistype_on_their_own_devices_close_no_door(place: Place) -> None:
    people = [place.add(name=f"head{number}", password=None) for number in range(STRANGERS)]
    with transaction(place.engine) as session:
        for number, person in enumerate(people):
            who = Knocker(person.email, f"192.0.2.{number}", f"device-{number}")
            attempts.succeed(session, who, now=place.clock.now())
            attempts.begin(session, who, now=place.clock.now())
    assert place.browser().sign_in(place.add().email).status_code == 303


def test_tries_without_a_mark_are_of_strangers_whatever_else_the_account_did(place: Place) -> None:
    person, at = place.add(), place.clock.now()
    with transaction(place.engine) as session:
        attempts.succeed(session, Knocker(person.email, "192.0.2.1"), now=at)
        attempts.succeed(session, Knocker(person.email, "192.0.2.1", "own"), now=at)
        for device in ("own", "other", None):
            attempts.begin(session, Knocker(person.email, "192.0.2.1", device), now=at)
        assert len(attempts.failed_of_strangers(session, now=at)) == 2


def test_whoever_signs_in_rightly_is_no_failure(place: Place) -> None:
    person = place.add()
    crowd_fails(place, STRANGERS - 1)
    for number in range(5):
        assert place.browser(f"192.0.2.{number}").sign_in(person.email).status_code == 303


def new_link(place: Place, person: Person) -> str:
    with transaction(place.engine) as session:
        made = enrolling.make_link(session, Author("test", place.clock.now()), person.id)
    return f"/welcome/{made.secret}"


def test_a_link_of_an_administrator_leads_in_meanwhile(both_places: Place) -> None:
    person = both_places.add()
    crowd_fails(both_places)
    browser = both_places.browser()
    assert browser.sign_in(person.email).status_code == 429
    chosen = browser.send(new_link(both_places, person), {"password": NEW, "again": NEW})
    assert chosen.status_code == 303
    assert browser.sign_in(person.email, NEW).status_code == 303
    assert both_places.browser().sign_in(person.email, NEW).status_code == 429


def test_whoever_is_in_proves_herself_again_meanwhile(place: Place) -> None:
    person = place.add()
    browser = place.browser()
    browser.sign_in(person.email)
    browser.client.cookies.delete("tracker_device")
    crowd_fails(place)
    fields = {"current": PASSWORD, "password": NEW, "again": NEW}
    assert browser.send("/account/password", fields, page="/account").status_code == 303


def test_the_identity_provider_leads_in_meanwhile(make_place: MakePlace, provider: Provider) -> None:
    place = make_place(provider=provider.settings)
    place.add(password=None)
    crowd_fails(place)
    browser = place.browser()
    answered = back(browser.client, there(browser.client))
    assert (answered.status_code, answered.headers["location"]) == (303, "/queue")
    assert browser.is_in
