"""The second factor is asked for, once a code, and nothing leads around it (AUT-13)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from pyotp import TOTP

from tests.accounts.conftest import PASSWORD, Browser, MakePlace, Place
from tests.accounts.trying import TRIES
from tracker.domain.people import Person
from tracker.services import admitting, enrolling
from tracker.services.acting import Author
from tracker.services.admitting import IN_A_ROW, PER_ADDRESS, Origin
from tracker.store import attempts, links
from tracker.store.attempts import second_step
from tracker.store.engine import transaction

NEW = "жеті өнер, жетпіс тіл"


def set_up(browser: Browser) -> tuple[TOTP, list[str]]:
    """Switch the second factor on as a person does; her authenticator and her recovery codes."""
    place = browser.place
    page = browser.get("/account/second-factor").text
    secret = re.findall(r'<code class="secret">([A-Z2-7]{32})</code>', page)[0]
    offered = re.findall(r'name="offered" value="([^"]+)"', page)[0]
    fields = {"offered": offered, "code": TOTP(secret).at(place.clock.now()), "current": PASSWORD}
    answer = browser.post("/account/second-factor", fields, token=browser.token)
    assert answer.status_code == 200
    place.clock.wait(seconds=60)
    return TOTP(secret), re.findall(r'<code class="secret">([a-z2-7-]{29})</code>', answer.text)


@pytest.fixture
def person(place: Place) -> Person:
    """An officer."""
    return place.add()


@pytest.fixture
def factor(place: Place, person: Person) -> tuple[TOTP, list[str]]:
    """What she has at hand after switching her second factor on."""
    browser = place.browser()
    browser.sign_in(person.email)
    return set_up(browser)


def half_way(place: Place, person: Person, address: str = "203.0.113.7") -> Browser:
    """A browser that has given the password and no code yet."""
    browser = place.browser(address)
    answer = browser.sign_in(person.email, next="/queue")
    assert answer.headers["location"] == "/sign-in/code?next=%2Fqueue"
    return browser


def give(browser: Browser, code: str) -> int:
    """Send a code."""
    return browser.post("/sign-in/code", {"code": code, "next": "/queue"}, token=browser.token).status_code


def test_password_and_code_let_in(both_places: Place) -> None:
    person = both_places.add()
    browser = both_places.browser()
    browser.sign_in(person.email)
    authenticator, codes = set_up(browser)
    assert browser.is_in
    assert len(set(codes)) == 8
    again = half_way(both_places, person)
    assert again.get("/sign-in/code").status_code == 200
    assert give(again, authenticator.at(both_places.clock.now())) == 303
    assert again.is_in


def test_half_way_opens_nothing(place: Place, person: Person, factor: tuple[TOTP, list[str]]) -> None:
    """AUT-13: not by the API, not by any page."""
    browser = half_way(place, person)
    for path in ("/", "/account", "/schools"):
        assert browser.get(path).status_code == 303
    assert browser.get("/api/v1/regions").status_code == 401


def test_a_code_works_once(place: Place, person: Person, factor: tuple[TOTP, list[str]]) -> None:
    code = factor[0].at(place.clock.now())
    assert give(half_way(place, person), code) == 303
    assert give(half_way(place, person), code) == 401
    earlier = factor[0].at(place.clock.now() - timedelta(seconds=30))
    assert give(half_way(place, person), earlier) == 401


@pytest.mark.parametrize(("seconds", "status"), [(-60, 401), (-30, 303), (0, 303), (30, 303), (60, 401)])
def test_a_clock_may_differ_by_one_step(
    place: Place, person: Person, factor: tuple[TOTP, list[str]], seconds: int, status: int
) -> None:
    place.clock.wait(minutes=5)
    code = factor[0].at(place.clock.now() + timedelta(seconds=seconds))
    assert give(half_way(place, person), code) == status


def test_codes_are_not_guessed(place: Place, person: Person, factor: tuple[TOTP, list[str]]) -> None:
    """AUT-13: at most 20 an hour from an address and 100 in a row, however often the password is given."""
    browser = half_way(place, person)
    assert [give(browser, f"{guess:06}") for guess in range(22)] == [401] * PER_ADDRESS + [429] * 2
    judged, at = PER_ADDRESS, place.clock.now()
    with transaction(place.engine) as session:
        pending = links.make_link(session, person.id, links.Purpose.SECOND_STEP, at=at)
        for number in range(TRIES):
            origin = Origin(f"198.51.100.{number % 200}")
            knocked = admitting.knock_for_code(session, pending, origin, Author.unknown(at, origin.address))
            assert knocked is not None
            judged += knocked.attempt is not None
    assert judged == IN_A_ROW
    assert give(half_way(place, person, "192.0.2.8"), factor[0].at(place.clock.now())) == 429


def test_a_recovery_code_works_once_however_it_is_written(
    place: Place, person: Person, factor: tuple[TOTP, list[str]]
) -> None:
    code = factor[1][0]
    assert give(half_way(place, person), code.upper().replace("-", " ")) == 303
    assert give(half_way(place, person), code) == 401
    assert give(half_way(place, person), factor[1][1]) == 303


def test_a_reset_does_not_lead_around_it(
    place: Place, person: Person, factor: tuple[TOTP, list[str]]
) -> None:
    """AUT-13."""
    with transaction(place.engine) as session:
        invited = enrolling.make_link(session, Author("test", place.clock.now()), person.id)
    browser = place.browser()
    browser.send(f"/welcome/{invited.secret}", {"password": NEW, "again": NEW})
    assert not browser.is_in
    answer = browser.sign_in(person.email, NEW)
    assert answer.headers["location"].startswith("/sign-in/code")
    assert not browser.is_in


def test_the_second_step_waits_ten_minutes(
    place: Place, person: Person, factor: tuple[TOTP, list[str]]
) -> None:
    browser = half_way(place, person)
    place.clock.wait(minutes=11)
    code = factor[0].at(place.clock.now())
    assert (
        browser.post("/sign-in/code", {"code": code}, token=browser.token).headers["location"] == "/sign-in"
    )
    assert not browser.is_in


def come_in(place: Place, person: Person, authenticator: TOTP) -> Browser:
    """A browser that is signed in, and time for the next code."""
    browser = half_way(place, person)
    assert give(browser, authenticator.at(place.clock.now())) == 303
    place.clock.wait(seconds=60)
    return browser


CHANGE = "/account/second-factor/change"


def test_switching_off_needs_password_and_code(
    place: Place, person: Person, factor: tuple[TOTP, list[str]]
) -> None:
    browser = come_in(place, person, factor[0])
    good = {"act": "off", "current": PASSWORD, "code": factor[0].at(place.clock.now())}
    wrong = ({**good, "current": "wrong"}, {**good, "code": "000000"}, {"act": "off", "current": PASSWORD})
    statuses = [browser.post(CHANGE, fields, token=browser.token).status_code for fields in wrong]
    assert statuses == [401, 400, 400]
    assert place.browser().sign_in(person.email).headers["location"].startswith("/sign-in/code")
    assert browser.post(CHANGE, good, token=browser.token).status_code == 303
    assert place.browser().sign_in(person.email).headers["location"] == "/deadlines"


def test_a_recovery_code_switches_off_whoever_has_lost_her_telephone(
    place: Place, person: Person, factor: tuple[TOTP, list[str]]
) -> None:
    browser = half_way(place, person)
    give(browser, factor[1][0])
    fields = {"act": "off", "current": PASSWORD, "code": factor[1][1]}
    assert browser.post(CHANGE, fields, token=browser.token).status_code == 303


def test_codes_are_not_guessed_by_whoever_is_signed_in_either(
    place: Place, person: Person, factor: tuple[TOTP, list[str]]
) -> None:
    browser = come_in(place, person, factor[0])
    fields = {"act": "off", "current": PASSWORD}
    statuses = [
        browser.post(CHANGE, {**fields, "code": f"{guess:06}"}, token=browser.token).status_code
        for guess in range(PER_ADDRESS + 1)
    ]
    assert statuses == [400] * PER_ADDRESS + [429]


def test_new_recovery_codes_need_a_code_and_end_the_old_ones(
    place: Place, person: Person, factor: tuple[TOTP, list[str]]
) -> None:
    browser = come_in(place, person, factor[0])
    fields = {"act": "codes", "current": PASSWORD}
    assert browser.post(CHANGE, fields, token=browser.token).status_code == 400
    fields["code"] = factor[0].at(place.clock.now())
    page = browser.post(CHANGE, fields, token=browser.token).text
    codes = re.findall(r'<code class="secret">([a-z2-7-]{29})</code>', page)
    assert len(codes) == 8
    assert give(half_way(place, person), factor[1][0]) == 401
    assert give(half_way(place, person), codes[0]) == 303


def test_no_second_factor_is_put_in_the_place_of_another(place: Place, person: Person) -> None:
    browser = place.browser()
    browser.sign_in(person.email)
    page = browser.get("/account/second-factor").text
    authenticator, _ = set_up(browser)
    secret = re.findall(r'<code class="secret">([A-Z2-7]{32})</code>', page)[0]
    offered = re.findall(r'name="offered" value="([^"]+)"', page)[0]
    fields = {"offered": offered, "code": TOTP(secret).at(place.clock.now()), "current": PASSWORD}
    answer = browser.post("/account/second-factor", fields, token=browser.token)
    assert answer.headers["location"] == "/account/second-factor"
    assert give(half_way(place, person), authenticator.at(place.clock.now())) == 303


def lock_out(place: Place, person: Person) -> None:
    """So many wrong codes in a row that none is looked at any more."""
    with transaction(place.engine) as session:
        for number in range(IN_A_ROW):
            who = second_step(person.id, f"198.51.100.{number}")
            attempts.begin(session, who, now=place.clock.now())


def test_a_link_lifts_the_lock_out_of_the_second_step(
    place: Place, person: Person, factor: tuple[TOTP, list[str]]
) -> None:
    """AUT-1: a row of failures is over once an administrator has let her in again."""
    lock_out(place, person)
    assert give(half_way(place, person), factor[0].at(place.clock.now())) == 429
    with transaction(place.engine) as session:
        invited = enrolling.make_link(session, Author("test", place.clock.now()), person.id)
    place.browser().send(f"/welcome/{invited.secret}", {"password": NEW, "again": NEW})
    browser = place.browser()
    browser.sign_in(person.email, NEW)
    assert give(browser, factor[0].at(place.clock.now())) == 303


def test_a_new_second_factor_begins_without_the_failures_of_the_one_that_was_taken(
    place: Place, person: Person, factor: tuple[TOTP, list[str]]
) -> None:
    lock_out(place, person)
    with transaction(place.engine) as session:
        enrolling.take_second_factor(session, Author("test", place.clock.now()), person.id)
    browser = place.browser()
    browser.sign_in(person.email)
    authenticator, _ = set_up(browser)
    assert give(half_way(place, person), authenticator.at(place.clock.now())) == 303


def test_signing_out_half_way_ends_the_second_step(
    place: Place, person: Person, factor: tuple[TOTP, list[str]]
) -> None:
    browser = half_way(place, person)
    kept = browser.cookie
    assert browser.post("/sign-out", token=browser.token).status_code == 303
    browser.keep_cookie(kept)
    answer = browser.post("/sign-in/code", {"code": factor[0].at(place.clock.now())}, token=browser.token)
    assert answer.headers["location"] == "/sign-in"
    assert not browser.is_in


def test_a_second_step_is_not_ended_by_another_that_begins(
    place: Place, person: Person, factor: tuple[TOTP, list[str]]
) -> None:
    browser = half_way(place, person)
    half_way(place, person, "192.0.2.8")
    assert give(browser, factor[0].at(place.clock.now())) == 303


def test_the_secret_is_kept_sealed(place: Place, person: Person, factor: tuple[TOTP, list[str]]) -> None:
    with place.engine.connect() as connection:
        kept = str(connection.exec_driver_sql("SELECT * FROM person").all())
        kept += str(connection.exec_driver_sql("SELECT * FROM recovery_code").all())
    assert factor[0].secret not in kept
    assert not any(code in kept or code.replace("-", "") in kept for code in factor[1])


def test_another_key_opens_no_secret_but_recovery_codes_still_work(
    place: Place, person: Person, factor: tuple[TOTP, list[str]]
) -> None:
    place.settings = type(place.settings)(secret="another-" * 5)
    other = Place(place.engine, place.settings, place.clock)
    assert give(half_way(other, person), factor[0].at(place.clock.now())) == 401
    assert give(half_way(other, person), factor[1][0]) == 303


def test_an_offer_of_somebody_else_or_of_yesterday_is_not_taken(place: Place, person: Person) -> None:
    browser, other = place.browser(), place.browser()
    browser.sign_in(person.email)
    other.sign_in(place.add(name="other").email)
    page = browser.get("/account/second-factor").text
    secret = re.findall(r'<code class="secret">([A-Z2-7]{32})</code>', page)[0]
    offered = re.findall(r'name="offered" value="([^"]+)"', page)[0]
    fields = {"offered": offered, "code": TOTP(secret).at(place.clock.now()), "current": PASSWORD}
    assert other.post("/account/second-factor", fields, token=other.token).status_code == 303
    place.clock.wait(minutes=16)
    late = {**fields, "code": TOTP(secret).at(place.clock.now())}
    assert browser.post("/account/second-factor", late, token=browser.token).status_code == 303
    assert place.browser().sign_in(person.email).headers["location"] == "/deadlines"


def test_without_a_secret_of_the_server_there_is_no_second_factor(make_place: MakePlace) -> None:
    place = make_place(secret="")
    browser = place.browser()
    browser.sign_in(place.add().email)
    assert "TRACKER_SECRET" in browser.get("/account").text
    assert browser.get("/account/second-factor").status_code == 409
