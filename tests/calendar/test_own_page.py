"""On her own page a person makes a calendar, is told its address this once, and revokes it."""

from __future__ import annotations

import re

import pytest
from httpx2 import Response

from tests.accounts.conftest import PASSWORD, Browser, Place
from tests.calendar import strict
from tests.calendar.conftest import Subscribe
from tests.web.reading import text_of
from tracker.domain.people import Person, Reach
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.render.catalogs import load_catalogs
from tracker.store import journal
from tracker.store.engine import reading

ADDRESS = re.compile(r"http://127\.0\.0\.1:8000/calendar/([\w-]{43})\.ics")
CATALOGS = load_catalogs()


@pytest.fixture
def head(place: Place) -> Person:
    """The head of the department of North Kazakhstan."""
    return place.add(Role.HEAD, name="head")


@pytest.fixture
def desk(place: Place, head: Person) -> Browser:
    """Her browser, signed in."""
    return signed_in(place, head)


def signed_in(place: Place, person: Person, **headers: str) -> Browser:
    browser = place.browser(**headers)
    assert browser.sign_in(person.email).status_code == 303
    return browser


def make(browser: Browser, region: str = "", password: str = PASSWORD) -> Response:
    """Send the form for a new calendar."""
    fields = {"calendar_region": region, "calendar_current": password}
    return browser.send("/account/calendars", fields, page="/account")


def listed(browser: Browser) -> list[str]:
    """The numbers of the calendars on her page."""
    part = browser.get("/account").text.partition('id="calendars"')[2]
    return re.findall(r'name="number" value="(\d+)"', part)


def test_a_calendar_is_made_shown_once_and_fetched_without_signing_in(place: Place, desk: Browser) -> None:
    page = make(desk)
    assert page.status_code == 200
    [secret] = ADDRESS.findall(page.text)
    assert ADDRESS.findall(desk.get("/account").text) == []
    answer = place.browser().get(f"/calendar/{secret}.ics")
    assert strict.read(answer.content).of("VEVENT")
    assert len(listed(desk)) == 1


def test_a_revoked_calendar_is_dead_and_gone_from_the_list(place: Place, desk: Browser) -> None:
    [secret] = ADDRESS.findall(make(desk).text)
    [kept] = ADDRESS.findall(make(desk, "59").text)
    newest, number = listed(desk)
    assert desk.send("/account/calendars/revoke", {"number": number}, page="/account").status_code == 303
    assert place.browser().get(f"/calendar/{secret}.ics").status_code == 404
    assert place.browser().get(f"/calendar/{kept}.ics").status_code == 200
    assert listed(desk) == [newest]
    again = desk.send("/account/calendars/revoke", {"number": number}, page="/account")
    assert again.status_code == 404


def test_nobody_revokes_the_calendar_of_another(place: Place, desk: Browser, subscribe: Subscribe) -> None:
    calendar = subscribe(place.add(Role.OFFICER, name="officer"))
    for number in range(1, 4):
        answer = desk.send("/account/calendars/revoke", {"number": number}, page="/account")
        assert answer.status_code == 404
    assert calendar.fetch().status_code == 200


def test_making_one_needs_the_password(desk: Browser) -> None:
    refused = make(desk, password="wrong")
    assert refused.status_code == 401
    assert 'href="#calendar_current"' in refused.text
    assert ADDRESS.findall(refused.text) == listed(desk) == []


def test_forms_of_other_sites_make_and_revoke_nothing(desk: Browser) -> None:
    fields = {"calendar_region": "", "calendar_current": PASSWORD}
    for path in ("/account/calendars", "/account/calendars/revoke"):
        assert desk.post(path, fields, token="0" * 64).status_code == 403
    assert listed(desk) == []


@pytest.mark.parametrize(
    ("role", "reach", "codes"),
    [
        (Role.HEAD, Reach(frozenset({"59", "71"})), ["", "59", "71"]),
        (Role.REVIEWER, Reach(districts=frozenset({("59", "Тайынша")})), ["", "59"]),
        (Role.OFFICER, Reach(schools=frozenset({"990740000001"})), [""]),
    ],
)
def test_she_may_cut_it_to_a_region_of_hers_and_to_no_other(
    place: Place, role: Role, reach: Reach, codes: list[str]
) -> None:
    desk = signed_in(place, place.add(role, name="somebody", reach=reach))
    page = desk.get("/account").text
    for name in ("calendar_region", "region"):  # of a calendar, of a token
        field = page.partition(f'id="{name}"')[2].partition("</select>")[0]
        assert re.findall(r'value="(\w*)"', field) == codes
    for region in ("10", "none", "x\x00"):
        assert make(desk, region).status_code == 404
    assert listed(desk) == []


def test_one_of_a_region_says_so_and_holds_nothing_else(place: Place) -> None:
    desk = signed_in(place, place.add(Role.MINISTRY, name="ministry"))
    files = []
    for region in ("", "59", "71"):
        [secret] = ADDRESS.findall(make(desk, region).text)
        files.append(strict.read(place.browser().get(f"/calendar/{secret}.ics").content))
    everywhere, north, ulytau = ({event["UID"] for event in file.of("VEVENT")} for file in files)
    assert north
    assert ulytau
    assert north.isdisjoint(ulytau)
    assert north | ulytau < everywhere  # a school without a region is in no region's
    assert CATALOGS[Language.KK].say("region.59") in files[1]["NAME"]


@pytest.mark.parametrize("language", Language)
def test_the_page_speaks_three_languages(place: Place, head: Person, language: Language) -> None:
    desk = signed_in(place, head, **{"accept-language": language})
    words = CATALOGS[language]
    assert words.say("calendar.none") in text_of(desk.get("/account").text)
    assert words.say("calendar.secret") in text_of(make(desk, "59").text)
    said = text_of(desk.get("/account").text)
    assert words.say("account.calendars.lead") in said
    assert words.say("region.59") in said


def test_the_journal_says_who_made_and_revoked_which(place: Place, desk: Browser, head: Person) -> None:
    make(desk, "59")
    [number] = listed(desk)
    desk.send("/account/calendars/revoke", {"number": number}, page="/account")
    with reading(place.engine) as session:
        revoked, added = journal.entries(session, limit=2)
    assert (added.action, revoked.action) == ("feed_added", "feed_revoked")
    assert {added.subject, revoked.subject} == {f"feed:{number}"}
    assert {added.actor, revoked.actor} == {head.mark}
    assert (added.details["region"], added.details["person"]) == ("59", head.mark)
    auditor = signed_in(place, place.add(Role.AUDITOR, name="auditor"))
    assert f"calendar address no. {number}" in text_of(auditor.get("/journal").text)
