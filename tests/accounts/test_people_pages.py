"""Administrators add people, change what they may do and see, and never lock everybody out."""

from __future__ import annotations

import re

import pytest

from tests.accounts.conftest import PASSWORD, Browser, Place
from tests.web.reading import text_of
from tests.web.register import COVERED, fill
from tracker.domain.people import Person, Reach
from tracker.domain.roles import Action, Role, may
from tracker.store import accounts, journal, people
from tracker.store.engine import reading

NEW = "жеті өнер, жетпіс тіл"


@pytest.fixture
def admin(place: Place) -> Person:
    """The administrator of the small country."""
    fill(place.engine)
    return place.add(Role.ADMIN)


def link_on(html: str) -> str:
    """The path of the link that a page shows."""
    (path,) = re.findall(r"http://127\.0\.0\.1:8000(/welcome/[\w-]{43})", html)
    return str(path)


def test_somebody_is_invited_chooses_a_password_and_sees_what_she_was_given(
    place: Place, desk: Browser
) -> None:
    fields = {
        "email": "Officer@Example.kz", "name": "Айгүл", "role": "officer",
        "districts": "59 Петропавл", "schools": f"{COVERED}", "proof": PASSWORD,
    }  # fmt: skip
    shown = desk.send("/people", fields, page="/people/new")
    assert shown.status_code == 200
    for html in (desk.get("/people/new").text, shown.text):  # she is told of deadlines before she comes in
        assert "Letters go to this address from today" in text_of(html)
    newcomer = place.browser()
    assert newcomer.send(link_on(shown.text), {"password": NEW, "again": NEW}).status_code == 303
    newcomer.sign_in("officer@example.kz", NEW)
    assert newcomer.get(f"/schools/{COVERED}").status_code == 200
    assert newcomer.get("/people").status_code == 403
    with reading(place.engine) as session:
        number = people.number_of(session, "officer@example.kz")
        account = accounts.account_of(session, number or 0)
    assert account is not None
    assert account.person.reach == Reach(
        districts=frozenset({("59", "Петропавл")}), schools=frozenset({COVERED})
    )
    assert "Айгүл" in desk.get("/people?q=айг").text


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"email": "no address"}, "not an e-mail address"),
        ({"email": "admin@example.kz"}, "already"),
        ({"name": "я" * 201}, "at most 200"),
        ({"telephone": "12"}, "not a telephone number"),
        ({"role": "king"}, "no such role"),
        ({"role": "reviewer"}, "at least one region"),
        ({"region": "00"}, "no such region: 00"),
        ({"districts": "59 Нарния"}, "no such district: 59 Нарния"),
        ({"schools": "1 2"}, "no such school: 1, 2"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_lost(desk: Browser, wrong: dict[str, str], told: str) -> None:
    fields = {"email": "new@example.kz", "name": "Жаңа адам", "role": "officer", "proof": PASSWORD, **wrong}
    answer = desk.post("/people", fields, token=desk.token)
    assert answer.status_code in (400, 409)
    assert told in answer.text
    assert fields["email"] in answer.text
    assert "new@example.kz" not in desk.get("/people").text


def test_fields_that_nobody_offered_change_nothing(place: Place, desk: Browser) -> None:
    """Mass assignment: an account takes what its form has and no more."""
    fields = {"email": "new@example.kz", "name": "X", "role": "auditor", "id": "1", "password_hash": "x",
              "subject": "x", "disabled_at": "2020-01-01", "is_admin": "1",
              "proof": PASSWORD}  # fmt: skip
    assert desk.post("/people", fields, token=desk.token).status_code == 200
    with reading(place.engine) as session:
        account = accounts.account_of(session, people.number_of(session, "new@example.kz") or 0)
    assert account is not None
    assert (account.state, account.person.role) == ("invited", Role.AUDITOR)


def test_a_change_of_reach_is_journaled_with_who_and_from_where(
    place: Place, desk: Browser, admin: Person
) -> None:
    person = place.add(Role.REVIEWER)
    fields = {"name": "Жаңа", "role": "head", "region": ["59", "71"], "role_proof": PASSWORD}
    assert desk.post(f"/people/{person.id}", fields, token=desk.token).status_code == 303
    with reading(place.engine) as session:
        (entry,) = journal.entries(session, action="role_changed")
    assert (entry.actor, entry.subject) == (admin.mark, person.mark)
    assert entry.details["role"] == "head"
    assert entry.details["regions"] == ["59", "71"]
    assert entry.details["address"] == "192.0.2.1"


def test_a_change_of_the_name_alone_is_journaled_without_the_name(
    place: Place, desk: Browser, admin: Person
) -> None:
    person = place.add(Role.REVIEWER)
    fields = {"name": "Жаңа", "role": "reviewer", "region": ["59"]}
    for _ in range(2):
        assert desk.post(f"/people/{person.id}", fields, token=desk.token).status_code == 303
    with reading(place.engine) as session:
        (entry,) = journal.entries(session, action="name_changed")
        assert not journal.entries(session, action="role_changed")
    assert (entry.actor, entry.subject) == (admin.mark, person.mark)
    assert "Жаңа" not in str(entry.details)
    assert "Name changed" in desk.get("/journal").text


def test_an_administrator_and_each_for_herself_states_a_telephone_and_the_journal_names_none(
    place: Place, desk: Browser, admin: Person
) -> None:
    fields = {"name": "Жаңа", "role": "officer", "telephone": "8 (701) 234-56-78", "proof": PASSWORD}
    assert desk.post("/people", {**fields, "email": "new@example.kz"}, token=desk.token).status_code == 200
    with reading(place.engine) as session:
        number = people.number_of(session, "new@example.kz")
    shown = text_of(desk.get(f"/people/{number}").text)
    assert "+7 701 234 56 78" in shown
    own = "/account/telephone"
    refused = desk.post(own, {"telephone": "call me"}, token=desk.token)
    assert (refused.status_code, "call me" in refused.text) == (400, True)
    for written in ("87152461234", "+7 7152 46-12-34", ""):
        assert desk.post(own, {"telephone": written}, token=desk.token).status_code == 303
        assert ('value="+7 7152 46 12 34"' in desk.get("/account").text) == bool(written)
    with reading(place.engine) as session:
        entries = journal.entries(session, action="telephone_changed")
    assert [entry.subject for entry in entries] == [admin.mark] * 2
    assert "7152" not in str(entries)


def test_the_last_administrator_stays(place: Place, desk: Browser, admin: Person) -> None:
    place.add(Role.ADMIN, name="invited", password=None)
    path = f"/people/{admin.id}"
    assert desk.post(f"{path}/disable", token=desk.token).status_code == 409
    lowered = {"name": "X", "role": "auditor", "role_proof": PASSWORD}
    answer = desk.post(path, lowered, token=desk.token)
    assert answer.status_code == 409
    assert "last administrator" in answer.text
    place.add(Role.ADMIN, name="second")
    assert desk.post(f"{path}/disable", token=desk.token).status_code == 303
    assert not desk.is_in


def test_somebody_is_disabled_and_enabled_again(place: Place, desk: Browser) -> None:
    person = place.add()
    path = f"/people/{person.id}"
    desk.post(f"{path}/disable", token=desk.token)
    assert place.browser().sign_in(person.email).status_code == 401
    assert desk.post(f"{path}/link", {"proof": PASSWORD}, token=desk.token).status_code == 404
    desk.post(f"{path}/enable", token=desk.token)
    assert place.browser().sign_in(person.email).status_code == 303


def test_her_sessions_tokens_and_second_factor_are_ended_from_her_page(place: Place, desk: Browser) -> None:
    person = place.add()
    hers = place.browser()
    hers.sign_in(person.email)
    fields = {"name": "x", "scope": "read", "days": "30", "token_current": PASSWORD}
    (token,) = re.findall(
        r"trk_\w{12}_[\w-]{43}", hers.post("/account/tokens", fields, token=hers.token).text
    )
    for act in ("sessions", "tokens", "second-factor"):
        answer = desk.post(f"/people/{person.id}/{act}", {"proof": PASSWORD}, token=desk.token)
        assert answer.status_code == 303
    assert not hers.is_in
    assert place.browser().get("/api/v1/regions", authorization=f"Bearer {token}").status_code == 401


@pytest.mark.parametrize("number", ["0", "999999", str(2**31), "9" * 30, "-1"])
def test_nobody_has_these_numbers(desk: Browser, number: str) -> None:
    assert desk.get(f"/people/{number}").status_code in (400, 404)


@pytest.mark.parametrize("role", [role for role in Role if not may(role, Action.MANAGE_PEOPLE)])
def test_others_manage_nobody(place: Place, admin: Person, role: Role) -> None:
    browser = place.browser()
    browser.sign_in(place.add(role, name="somebody").email)
    for path in ("/people", "/people/new", f"/people/{admin.id}"):
        assert browser.get(path).status_code == 403
    for act in ("", "/disable", "/link", "/sessions", "/second-factor", "/tokens", "/enable"):
        assert browser.post(f"/people/{admin.id}{act}", token=browser.token).status_code == 403


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_every_page_of_people_speaks_three_languages(place: Place, admin: Person, language: str) -> None:
    browser = place.browser(**{"accept-language": language})
    assert f'lang="{language}"' in browser.get("/sign-in").text
    browser.sign_in(admin.email)
    for path in ("/account", "/account/second-factor", "/people", "/people/new", f"/people/{admin.id}"):
        answer = browser.get(path)
        assert answer.status_code == 200
        assert f'<html lang="{language}">' in answer.text


def test_long_lists_come_page_by_page(place: Place, desk: Browser) -> None:
    for number in range(60):
        place.add(Role.AUDITOR, name=f"auditor{number:02}", password=None)
    first, second = desk.get("/people").text, desk.get("/people?page=2").text
    assert "auditor10@" in first
    assert "auditor10@" not in second
    assert "auditor59@" in second
    assert "61 people" in first
