"""Where a second factor is demanded, a password alone opens nothing but the way to one (ASVS 6.3.3)."""

from __future__ import annotations

import re

import pytest

from tests.accounts.conftest import HOME, PASSWORD, Browser, MakePlace, Place
from tests.accounts.test_second_factor import CHANGE, give, set_up
from tests.provider import Provider, back, there
from tests.web.reading import text_of
from tests.web.register import STALLED, fill
from tracker.domain.people import Person
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.render.catalogs import load_catalogs
from tracker.services import enrolling, issuing
from tracker.services.acting import Author
from tracker.services.issuing import Wanted
from tracker.settings import SecondFactor
from tracker.store import credentials
from tracker.store.engine import reading, transaction
from tracker.web.rules import rules_of

CATALOGS = load_catalogs()
PAGE = "/account/second-factor"
NEEDED = "urn:tracker:error.second_factor_needed"


@pytest.fixture
def place(make_place: MakePlace) -> Place:
    """A server that demands a second factor, over the small country."""
    made = make_place(second_factor=SecondFactor.REQUIRED)
    fill(made.engine)
    return made


@pytest.fixture
def person(place: Place) -> Person:
    """Somebody with a password to whom every page would open."""
    return place.add(Role.ADMIN)


@pytest.fixture
def browser(place: Place, person: Person) -> Browser:
    """Her browser, after she has given her password."""
    opened = place.browser()
    assert opened.sign_in(person.email, next="/queue").headers["location"] == "/queue"
    return opened


def locked(place: Place) -> list[tuple[str, str]]:
    """Every request for people who are signed in, its blanks filled in, but for the way to a factor."""
    found = []
    for path, method, action in rules_of(place.app):
        if action is not None and path not in (PAGE, CHANGE):
            filled = path.replace("{school_id:path}", STALLED)
            found.append((method, re.sub(r"\{\w+(:path)?\}", "1", filled)))
    assert len(found) > 40
    return found


def test_every_page_leads_to_where_it_is_set_up_and_programs_are_told(place: Place, browser: Browser) -> None:
    headers = {"x-csrf-token": browser.token}
    for method, path in locked(place):
        answer = browser.client.request(method, path, headers=headers)
        if path.startswith(("/api/", "/openapi.json")):
            assert (answer.status_code, answer.json()["type"]) == (403, NEEDED), path
        else:
            assert (answer.status_code, answer.headers["location"]) == (303, PAGE), (method, path)


@pytest.mark.parametrize("language", Language)
def test_the_language_that_was_asked_for_is_the_one_of_the_page(browser: Browser, language: Language) -> None:
    led = browser.get(f"/queue?lang={language}").headers["location"]
    assert CATALOGS[language].say("second_factor.first") in text_of(browser.get(led).text)
    assert browser.get("/queue?lang=xx").headers["location"] == PAGE


def test_the_page_says_why_and_shows_nothing_of_the_country(place: Place, browser: Browser) -> None:
    for language in Language:
        browser.send("/language", {"language": language, "next": PAGE}, page=PAGE)
        page = browser.get(PAGE)
        said, words = text_of(page.text), CATALOGS[language]
        assert page.status_code == 200
        assert words.say("error.second_factor_needed") in said
        assert words.say("second_factor.first") in said
        assert words.say("menu.sign_out") in said
        for closed in ("menu.queue", "menu.people", "menu.account", "account.back", "search.button"):
            assert words.say(closed) not in said
        assert "/schools?state=uncovered" not in page.text


@pytest.mark.parametrize("language", Language)
def test_the_problem_says_it_in_the_language_of_whoever_asks(browser: Browser, language: Language) -> None:
    answer = browser.get("/api/v1/needs", **{"accept-language": language})
    words = CATALOGS[language]
    needed, where = words.say("error.second_factor_needed"), words.say("error.second_factor_needed.set_up")
    assert answer.headers["content-type"] == "application/problem+json"
    told = {"type": NEEDED, "title": f"{needed} {where}", "status": 403, "reason": "set_up"}
    assert answer.json() == told


def test_what_is_needed_on_the_way_stays_open(browser: Browser) -> None:
    styles = re.findall(r'href="(/static/[^"]+\.css[^"]*)"', browser.get(PAGE).text)
    assert styles
    assert {browser.get(path).status_code for path in styles} == {200}
    assert browser.get("/healthz").status_code == 200
    assert browser.get("/no-such-page").status_code == 404
    assert "/schools?state=uncovered" not in browser.get("/no-such-page").text
    assert browser.post("/sign-out", token=browser.token).headers["location"] == "/sign-in"


def test_whoever_has_set_it_up_goes_on(place: Place, person: Person, browser: Browser) -> None:
    authenticator, codes = set_up(browser)
    assert len(codes) == 8
    assert browser.get("/queue").status_code == 200
    assert browser.get("/api/v1/regions").status_code == 200
    again = place.browser()
    assert again.sign_in(person.email, next="/queue").headers["location"].startswith("/sign-in/code")
    assert give(again, authenticator.at(place.clock.now())) == 303
    assert again.get("/queue").status_code == 200


def test_the_page_with_the_codes_has_the_menu_again(browser: Browser) -> None:
    page = browser.get(PAGE).text
    assert 'href="/queue"' not in page
    set_up(browser)
    assert 'href="/queue"' in browser.get(PAGE).text


@pytest.mark.parametrize("language", Language)
def test_she_cannot_take_it_away_herself(
    place: Place, person: Person, browser: Browser, language: Language
) -> None:
    authenticator, _ = set_up(browser)
    words = CATALOGS[language]
    browser.send("/language", {"language": language, "next": PAGE}, page=PAGE)
    page = text_of(browser.get(PAGE).text)
    assert words.say("second_factor.switch_off") not in page
    assert words.say("error.second_factor_needed.kept") in page
    code = authenticator.at(place.clock.now())
    fields = {"act": "off", "current": PASSWORD, "code": code}
    answer = browser.post(CHANGE, fields, token=browser.token)
    assert answer.status_code == 403
    assert words.say("error.second_factor_needed.kept") in text_of(answer.text)
    with reading(place.engine) as session:
        known = credentials.credentials_of(session, person.id)
    assert known is not None
    assert known.second_factor is not None
    fresh = browser.post(CHANGE, {"act": "codes", "current": PASSWORD, "code": code}, token=browser.token)
    assert fresh.status_code == 200  # the code was not used up by the refusal


def test_whose_factor_an_administrator_takes_sets_one_up_anew(
    place: Place, person: Person, browser: Browser
) -> None:
    set_up(browser)
    with transaction(place.engine) as session:
        enrolling.take_second_factor(session, Author("test", place.clock.now()), person.id)
    again = place.browser()
    assert again.sign_in(person.email).status_code == 303
    assert again.get("/queue").headers["location"] == PAGE
    set_up(again)
    assert again.get("/queue").status_code == 200


def token_of(place: Place, person: Person, scope: str) -> dict[str, str]:
    """The header of a program of hers."""
    wanted = Wanted.read(name="report", scope=scope, days="30")
    with transaction(place.engine) as session:
        token = issuing.issue(session, Author(person.mark, place.clock.now()), person.id, wanted)
    return {"authorization": f"Bearer {token}"}


def test_her_tokens_wait_for_it_too(place: Place, person: Person, browser: Browser) -> None:
    reads, operates = token_of(place, person, "read"), token_of(place, person, "operate")
    program = place.browser()
    refused = program.get("/api/v1/regions", **reads)
    assert (refused.status_code, refused.json()["type"]) == (403, NEEDED)
    assert program.get("/metrics", **operates).status_code == 403
    set_up(browser)
    assert program.get("/api/v1/regions", **reads).status_code == 200
    assert program.get("/metrics", **operates).status_code == 200


def test_whom_the_provider_knows_is_the_providers_concern(make_place: MakePlace, provider: Provider) -> None:
    place = make_place(provider=provider.settings, second_factor=SecondFactor.REQUIRED)
    officer = place.add(Role.OFFICER, password=None)
    browser = place.browser()
    back(browser.client, there(browser.client))
    assert browser.get("/queue").status_code == 200
    assert place.browser().get("/api/v1/regions", **token_of(place, officer, "read")).status_code == 200
    with transaction(place.engine) as session:
        credentials.set_password(session, officer.id, place.hasher.make(PASSWORD))
    assert browser.get("/queue").status_code == 200
    by_password = place.browser()
    by_password.sign_in(officer.email)
    assert by_password.get("/queue").headers["location"] == PAGE


def test_where_it_is_optional_a_password_is_enough(make_place: MakePlace) -> None:
    place = make_place()
    browser = place.browser()
    browser.sign_in(place.add().email)
    assert browser.get("/queue").status_code == 200
    assert browser.get(PAGE).status_code == 200


def test_it_holds_on_both_databases(both_places: Place) -> None:
    both_places.settings = type(both_places.settings)(
        secret=both_places.settings.secret, second_factor=SecondFactor.REQUIRED, base_url=HOME
    )
    place = Place(both_places.engine, both_places.settings, both_places.clock)
    person = place.add()
    browser = place.browser()
    browser.sign_in(person.email)
    assert browser.get("/schools").headers["location"] == PAGE
    assert place.browser().get("/api/v1/regions", **token_of(place, person, "read")).status_code == 403
    set_up(browser)
    assert browser.get("/schools").status_code == 200
