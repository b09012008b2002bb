"""Sessions live on the server: they end when they must, and copies of their cookies too (AUT-8 … AUT-11)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.accounts.conftest import PASSWORD, Browser, MakePlace, Place, token_on
from tracker.domain.people import Person, Reach
from tracker.domain.roles import Role
from tracker.services import enrolling
from tracker.services.acting import Author
from tracker.store import journal
from tracker.store.engine import reading, transaction

NEW = "жеті өнер, жетпіс тіл"


@pytest.fixture
def person(place: Place) -> Person:
    """An officer."""
    return place.add()


@pytest.fixture
def browser(place: Place, person: Person) -> Browser:
    """Her browser, signed in."""
    opened = place.browser()
    opened.sign_in(person.email)
    return opened


def sign_out(browser: Browser, place: Place, person: Person) -> None:
    browser.post("/sign-out", token=browser.token)


def change_password(browser: Browser, place: Place, person: Person) -> None:
    fields = {"current": PASSWORD, "password": NEW, "again": NEW}
    assert browser.post("/account/password", fields, token=browser.token).status_code == 303


def end_all(browser: Browser, place: Place, person: Person) -> None:
    browser.post("/account/sessions/all", token=browser.token)


def be_disabled(browser: Browser, place: Place, person: Person) -> None:
    with transaction(place.engine) as session:
        enrolling.disable(session, Author("test", place.clock.now()), person.id)


def lose_reach(browser: Browser, place: Place, person: Person) -> None:
    described = enrolling.Described(person.name, Role.OFFICER, Reach())
    with transaction(place.engine) as session:
        enrolling.change(session, Author("test", place.clock.now()), person.id, described)


def change_role(browser: Browser, place: Place, person: Person) -> None:
    described = enrolling.Described(person.name, Role.AUDITOR, Reach())
    with transaction(place.engine) as session:
        enrolling.change(session, Author("test", place.clock.now()), person.id, described)


Deed = Callable[[Browser, Place, Person], None]


@pytest.mark.parametrize("deed", [sign_out, change_password, end_all, be_disabled, lose_reach, change_role])
def test_a_copied_cookie_opens_nothing_afterwards(
    place: Place, person: Person, browser: Browser, deed: Deed
) -> None:
    """AUT-8 and AUT-11: at the very next request, on pages and for programs."""
    thief = place.browser("198.51.100.66")
    thief.keep_cookie(browser.cookie)
    assert thief.is_in
    deed(browser, place, person)
    assert not thief.is_in
    answer = thief.get("/api/v1/regions")
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")


@pytest.mark.parametrize("deed", [change_password, end_all])
def test_the_browser_that_asked_for_it_goes_on(
    place: Place, person: Person, browser: Browser, deed: Deed
) -> None:
    deed(browser, place, person)
    assert browser.is_in


def test_an_open_form_is_refused_once_the_right_is_gone(place: Place) -> None:
    """AUT-11: the page was opened with a right that the sender has no more."""
    admin, other = place.add(Role.ADMIN), place.add(Role.ADMIN, name="other")
    browser = place.browser()
    browser.sign_in(admin.email)
    token = token_on(browser.get("/people/new").text)
    change_role(browser, place, admin)
    answer = browser.post("/people", {"email": "x@example.kz", "name": "X", "role": "admin"}, token=token)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in"
    assert other.id


def test_a_session_ends_when_it_is_not_used(place: Place, browser: Browser) -> None:
    """AUT-10: after half an hour, give or take a minute; a clock that goes back revives nothing."""
    place.clock.wait(minutes=29)
    assert browser.is_in
    place.clock.wait(minutes=29)
    assert browser.is_in
    place.clock.wait(minutes=31)
    assert not browser.is_in
    place.clock.wait(minutes=-31)
    assert not browser.is_in


def test_a_session_ends_after_twelve_hours_however_much_it_is_used(place: Place, browser: Browser) -> None:
    """AUT-10."""
    for _ in range(35):
        place.clock.wait(minutes=20)
        assert browser.is_in
    place.clock.wait(minutes=20)
    assert not browser.is_in


def test_a_clock_far_back_does_not_lengthen_a_session(place: Place, browser: Browser) -> None:
    place.clock.wait(hours=-5)
    assert not browser.is_in


def test_cookies_are_bound_to_our_host_and_hidden_from_scripts(make_place: MakePlace) -> None:
    """AUT-9, wherever the connection is encrypted."""
    place = make_place(base_url="https://tracker.example.kz")
    person = place.add()
    answer = place.browser().send("/sign-in", {"email": person.email, "password": PASSWORD})
    cookies = answer.headers.get_list("set-cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {"__Host-tracker", "__Host-tracker-device"}
    for cookie in cookies:
        said = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= said
        assert not any(part.startswith("domain") for part in said)
        assert len(cookie) <= 4096
    assert "max-age" not in cookies[0].lower()


def test_the_cookie_stands_on_no_page_and_in_no_address(browser: Browser) -> None:
    """AUT-9."""
    for path in ("/", "/account", "/schools", "/account/second-factor"):
        answer = browser.get(path)
        assert browser.cookie not in answer.text
        assert browser.cookie not in str(answer.url)


def test_own_sessions_are_listed_and_ended_one_by_one(place: Place, person: Person, browser: Browser) -> None:
    """AUT-9: with browser, address and times; sessions of others cannot be ended."""
    other = place.browser("198.51.100.9", **{"user-agent": "Netscape\x00 <b>4</b>"})
    other.sign_in(person.email)
    stranger = place.add(name="stranger")
    foreign = place.browser()
    foreign.sign_in(stranger.email)
    page = browser.get("/account").text
    assert "198.51.100.9" in page
    assert "&lt;b&gt;4&lt;/b&gt;" in page
    (number,) = re.findall(r'name="number" value="(\d+)"', page)
    foreign.post("/account/sessions", {"number": number}, token=foreign.token)
    assert other.is_in
    browser.post("/account/sessions", {"number": number}, token=browser.token)
    assert not other.is_in
    assert browser.is_in
    assert foreign.is_in


def test_a_session_shows_browser_and_system_and_its_whole_line_when_opened(
    place: Place, person: Person, browser: Browser
) -> None:
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0"
    place.browser("198.51.100.9", **{"user-agent": agent}).sign_in(person.email)
    place.browser("198.51.100.10", **{"user-agent": "curl/8.5.0"}).sign_in(person.email)
    page = browser.get("/account").text
    assert f"<details><summary>Firefox 132, Windows</summary>{agent}</details>" in page
    cells = re.findall(r'<th scope="row"[^>]*>(.*?)</th>', page)
    assert "curl/8.5.0" in cells


def test_signing_out_tells_the_browser_to_forget(browser: Browser) -> None:
    answer = browser.post("/sign-out", token=browser.token)
    assert answer.headers["location"] == "/sign-in"
    assert "cache" in answer.headers["clear-site-data"]
    assert 'tracker="";' in answer.headers["set-cookie"]


def test_a_password_change_needs_the_present_password(browser: Browser, person: Person) -> None:
    fields = {"current": "not it", "password": NEW, "again": NEW}
    answer = browser.post("/account/password", fields, token=browser.token)
    assert answer.status_code == 401
    assert "The present password is wrong." in answer.text
    assert browser.is_in


@pytest.mark.parametrize(
    ("number", "status"),
    [("999999", 303), ("0", 303), (str(2**31), 400), ("9" * 40, 400), ("-1", 400), ("x", 400)],
)
def test_a_session_that_does_not_exist_is_not_ended(both_places: Place, number: str, status: int) -> None:
    """And the journal does not say that one was."""
    person, browser = both_places.add(), both_places.browser()
    browser.sign_in(person.email)
    answer = browser.post("/account/sessions", {"number": number}, token=browser.token)
    assert answer.status_code == status
    with reading(both_places.engine) as session:
        assert not journal.entries(session, action="sessions_ended")
