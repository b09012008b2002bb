"""Nobody guesses a password, and nobody locks a person out (AUT-1, AUT-3, AUT-17)."""

from __future__ import annotations

import pytest

from tests.accounts.conftest import PASSWORD, Browser, Place
from tests.accounts.trying import TRIES, is_judged
from tracker.domain.acts import NOBODY, Act
from tracker.services.admitting import IN_A_ROW, PER_ADDRESS
from tracker.store import attempts, journal
from tracker.store.attempts import Knocker
from tracker.store.engine import reading, transaction
from tracker.web.witness import settle


def guess(browser: Browser, email: str, times: int) -> list[int]:
    """Send wrong passwords, all with the token of one page; the statuses of the answers."""
    token = browser.token
    fields = {"email": email, "password": "wrong"}
    return [browser.post("/sign-in", fields, token=token).status_code for _ in range(times)]


def test_an_address_has_twenty_tries_an_hour(both_places: Place) -> None:
    """AUT-1, from one address."""
    person = both_places.add()
    browser = both_places.browser()
    assert guess(browser, person.email, 25) == [401] * PER_ADDRESS + [429] * 5
    assert both_places.algorithm.asked == PER_ADDRESS
    assert browser.sign_in(person.email).status_code == 429
    both_places.clock.wait(minutes=61)
    assert browser.sign_in(person.email).status_code == 303


@pytest.mark.parametrize(("addresses", "most"), [(1, PER_ADDRESS), (200, IN_A_ROW)])
def test_aut_1_of_ten_thousand_tries_at_an_account_few_are_judged(
    place: Place, addresses: int, most: int
) -> None:
    """From one address, and from two hundred."""
    email, judged = place.add().email, 0
    with transaction(place.engine) as session:
        for number in range(TRIES):
            judged += is_judged(session, place, email, f"198.51.100.{number % addresses}")
    assert judged == most


def test_an_address_is_told_to_the_second_how_long_it_waits(both_places: Place) -> None:
    """A try is refused until the oldest of the twenty is an hour old, and judged from then on."""
    person = both_places.add()
    browser = both_places.browser()
    for _ in range(PER_ADDRESS):
        assert "retry-after" not in browser.sign_in(person.email, "wrong").headers
        both_places.clock.wait(seconds=7.5)
    answer = browser.sign_in(person.email)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, str(3600 - 150))
    both_places.clock.wait(seconds=0.5)
    assert browser.sign_in(person.email).headers["retry-after"] == str(3600 - 150)  # a begun second counts
    both_places.clock.wait(seconds=3600 - 150 - 1)
    assert browser.sign_in(person.email).headers["retry-after"] == "1"
    both_places.clock.wait(seconds=0.5)
    assert browser.sign_in(person.email).status_code == 303


def test_a_known_device_is_told_by_its_own_tries(place: Place) -> None:
    person = place.add()
    browser = place.browser()
    browser.sign_in(person.email)
    browser.send("/sign-out", page="/account")
    guess(browser, person.email, PER_ADDRESS // 2)
    place.clock.wait(minutes=20)
    guess(browser, person.email, PER_ADDRESS // 2)
    assert browser.sign_in(person.email).headers["retry-after"] == str(40 * 60)
    guess(place.browser(), "somebody@example.kz", PER_ADDRESS)
    assert browser.sign_in(person.email).headers["retry-after"] == str(40 * 60)


def test_an_account_that_no_time_opens_is_told_no_time(place: Place) -> None:
    """Only a device on which it was entered, or a link, helps there."""
    person = place.add()
    fail_elsewhere(place, person.email, IN_A_ROW)
    answer = place.browser("192.0.2.1").sign_in(person.email)
    assert answer.status_code == 429
    assert "retry-after" not in answer.headers


def test_whoever_proves_herself_again_is_told_how_long_as_well(place: Place) -> None:
    person = place.add()
    browser = place.browser()
    browser.sign_in(person.email)
    place.clock.wait(seconds=30)
    fields = {"current": "wrong", "password": "жеті өнер, жетпіс тіл", "again": "жеті өнер, жетпіс тіл"}
    for _ in range(PER_ADDRESS):
        assert browser.post("/account/password", fields, token=browser.token).status_code == 401
    place.clock.wait(minutes=1)
    answer = browser.post("/account/password", fields, token=browser.token)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, str(59 * 60))


def test_all_addresses_of_one_line_share_their_tries(both_places: Place) -> None:
    """AUT-1: whoever has IPv6 has 2^64 addresses; the next network is somebody else's."""
    email = both_places.add().email
    answers = [
        status
        for number in range(1, PER_ADDRESS + 3)
        for status in guess(both_places.browser(f"2001:db8:7:1:{number:x}::{number:x}"), email, 1)
    ]
    assert answers == [401] * PER_ADDRESS + [429] * 2
    assert guess(both_places.browser("2001:db8:7:2::1"), email, 1) == [401]


def fail_elsewhere(place: Place, email: str, times: int) -> None:
    """What failed tries from many other addresses leave behind."""
    with transaction(place.engine) as session:
        for number in range(times):
            attempts.begin(session, Knocker(email, f"198.51.100.{number}"), now=place.clock.now())


@pytest.mark.parametrize("email", ["officer@example.kz", "nobody@example.kz"])
def test_an_account_has_a_hundred_tries_in_a_row_from_wherever(place: Place, email: str) -> None:
    """AUT-1, from many addresses; an account that does not exist is not told apart by it."""
    place.add()
    fail_elsewhere(place, email, IN_A_ROW - 3)
    answers = [
        status for number in (1, 2, 3) for status in guess(place.browser(f"192.0.2.{number}"), email, 2)
    ]
    assert answers == [401] * 3 + [429] * 3
    assert place.algorithm.asked == 3


def test_a_known_device_is_not_locked_out_by_an_attacker(place: Place) -> None:
    """AUT-3."""
    person = place.add()
    browser = place.browser("192.0.2.1")
    browser.sign_in(person.email)
    browser.send("/sign-out", page="/account")
    fail_elsewhere(place, person.email, IN_A_ROW)
    guess(place.browser("192.0.2.1"), person.email, PER_ADDRESS + 1)
    assert place.browser("192.0.2.99").sign_in(person.email).status_code == 429
    assert browser.sign_in(person.email).status_code == 303


def test_a_stolen_device_does_not_guess_without_end(place: Place) -> None:
    person = place.add()
    browser = place.browser()
    browser.sign_in(person.email)
    browser.send("/sign-out", page="/account")
    assert guess(browser, person.email, 25).count(401) == PER_ADDRESS


def test_a_mark_of_a_device_that_was_planted_is_replaced(place: Place) -> None:
    person = place.add()
    browser = place.browser()
    browser.client.cookies.set("tracker_device", "planted", domain="127.0.0.1")
    browser.sign_in(person.email)
    assert browser.client.cookies.get("tracker_device") not in (None, "planted")


def test_addresses_that_a_client_invents_do_not_give_it_more_tries(place: Place) -> None:
    """AUT-17: no proxy is trusted unless it is named."""
    person = place.add()
    statuses = []
    for number in range(PER_ADDRESS + 5):
        invented = f"10.1.2.{number}"
        browser = place.browser(
            **{"x-forwarded-for": invented, "x-real-ip": invented, "forwarded": f"for={invented}"}
        )
        statuses += guess(browser, person.email, 1)
    assert statuses.count(401) == PER_ADDRESS


def test_a_flood_of_tries_does_not_flood_the_journal(place: Place) -> None:
    person = place.add()
    guess(place.browser(), person.email, 25)
    assert reasons(place, Act.SIGN_IN_REFUSED) == ["too_many"] + ["password"] * PER_ADDRESS


def test_every_try_that_is_not_judged_is_counted_in_the_journal(place: Place) -> None:
    """At the sign-in page, and of somebody who is in and proves herself again."""
    person = place.add()
    browser = place.browser()
    browser.sign_in(person.email)
    fields = {"current": "wrong", "password": "жеті өнер, жетпіс тіл", "again": "жеті өнер, жетпіс тіл"}
    for _ in range(PER_ADDRESS + 3):
        browser.post("/account/password", fields, token=browser.token)
    guess(place.browser("192.0.2.1"), person.email, PER_ADDRESS + 4)
    place.clock.wait(minutes=1)
    settle(place.app)
    with reading(place.engine) as session:
        refused = journal.entries(session, action=Act.REFUSED)
    assert sorted(
        (entry.actor, entry.subject, entry.details["address"], entry.details["times"]) for entry in refused
    ) == [
        (person.mark, "POST /account/password", "203.0.113.7", 1),
        (person.mark, "POST /account/password", "203.0.113.7", 2),
        (NOBODY, "POST /sign-in", "192.0.2.1", 1),
        (NOBODY, "POST /sign-in", "192.0.2.1", 3),
    ]
    assert set(reasons(place, Act.REFUSED)) == {"too_many_tries"}


def reasons(place: Place, act: Act) -> list[object]:
    """Why, of each entry of the kind."""
    with reading(place.engine) as session:
        return [entry.details["reason"] for entry in journal.entries(session, action=act)]


def test_signing_in_ends_the_row_of_failures(place: Place) -> None:
    person = place.add()
    fail_elsewhere(place, person.email, IN_A_ROW - 1)
    assert place.browser("192.0.2.5").sign_in(person.email, PASSWORD).status_code == 303
    assert guess(place.browser("192.0.2.6"), person.email, 3) == [401] * 3
