"""Whoever gives rights, ways in or second factors away, or erases somebody, proves again who she is."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.accounts.conftest import PASSWORD, Browser, MakePlace, Place, refusals
from tests.provider import Provider, back, there
from tests.web.reading import text_of
from tracker.domain.acts import Act
from tracker.domain.people import Person
from tracker.domain.roles import Role
from tracker.services.admitting import PER_ADDRESS
from tracker.store import accounts, credentials, journal, people
from tracker.store.accounts import Account
from tracker.store.engine import reading, transaction


@dataclass(frozen=True)
class Strong:
    """One of the strongest acts: where its form is sent, with what, its field of proof and what it leaves."""

    path: str
    act: Act
    fields: tuple[tuple[str, str], ...] = ()
    proof: str = "proof"


NEW_ADMIN = (("name", "X"), ("role", "admin"))
ACTS = (
    Strong("/people", Act.PERSON_ADDED, (("email", "new@example.kz"), *NEW_ADMIN)),
    Strong("/people", Act.LINK_MADE, (("email", "new@example.kz"), ("name", "X"), ("role", "officer"))),
    Strong("/people/{}", Act.ROLE_CHANGED, NEW_ADMIN, "role_proof"),
    Strong("/people/{}/link", Act.LINK_MADE),
    Strong("/people/{}/second-factor", Act.SECOND_FACTOR_OFF),
    Strong("/people/{}/erase", Act.PERSON_ERASED),
)


@pytest.fixture
def whom(place: Place) -> Person:
    """Somebody with a second factor."""
    person = place.add(Role.AUDITOR)
    with transaction(place.engine) as session:
        credentials.set_second_factor(session, person.id, "sealed", step=None)
    return person


def do(browser: Browser, one: Strong, whom: Person, password: str) -> tuple[int, str]:
    """Send the form; the status and the text of the answer."""
    fields = {**dict(one.fields), one.proof: password}
    answer = browser.post(one.path.format(whom.id), fields, token=browser.token)
    return answer.status_code, text_of(answer.text)


def is_done(place: Place, one: Strong) -> bool:
    with reading(place.engine) as session:
        return bool(journal.entries(session, action=one.act))


@pytest.mark.parametrize("one", ACTS, ids=lambda one: one.act)
@pytest.mark.parametrize("password", ["", "wrong"])
def test_without_the_password_nothing_is_done_and_it_is_said_why(
    place: Place, desk: Browser, whom: Person, one: Strong, password: str
) -> None:
    status, said = do(desk, one, whom, password)
    assert status == 401
    assert "The present password is wrong." in said
    assert not is_done(place, one)
    assert refusals(place) == [("person:1", "password")]


@pytest.mark.parametrize("one", ACTS, ids=lambda one: one.act)
def test_with_it_the_act_is_done(place: Place, desk: Browser, whom: Person, one: Strong) -> None:
    assert do(desk, one, whom, PASSWORD)[0] in (200, 303)
    assert is_done(place, one)


@pytest.mark.parametrize("one", ACTS, ids=lambda one: one.act)
def test_a_stolen_session_does_not_guess_the_password(
    place: Place, desk: Browser, whom: Person, one: Strong
) -> None:
    statuses = [do(desk, one, whom, f"guess {number}")[0] for number in range(PER_ADDRESS + 1)]
    assert statuses == [401] * PER_ADDRESS + [429]
    assert do(desk, one, whom, PASSWORD)[0] == 429
    assert not is_done(place, one)


@pytest.mark.parametrize(
    "more",
    [
        {"role": "admin"},
        {"role": "ministry"},
        {"role": "head", "region": "59"},
        {"role": "reviewer", "region": "71"},
    ],
    ids=["administrator", "the country", "her region", "another region"],
)
def test_no_role_and_no_school_more_without_it(
    place: Place, desk: Browser, whom: Person, more: dict[str, str]
) -> None:
    before = account(place, whom)
    assert desk.post(f"/people/{whom.id}", {"name": "X", **more}, token=desk.token).status_code == 401
    assert account(place, whom) == before


def account(place: Place, whom: Person) -> Account:
    with reading(place.engine) as session:
        found = accounts.account_of(session, whom.id)
    assert found is not None
    return found


def test_what_gives_nobody_more_asks_for_no_password(place: Place, desk: Browser, whom: Person) -> None:
    fields = {"name": "X", "role": whom.role.value}
    assert desk.post(f"/people/{whom.id}", fields, token=desk.token).status_code == 303
    for act in ("sessions", "tokens", "disable", "enable"):
        assert desk.post(f"/people/{whom.id}/{act}", token=desk.token).status_code == 303


def test_what_was_filled_in_is_not_lost_with_a_wrong_password(desk: Browser, whom: Person) -> None:
    invited = {"email": "new@example.kz", "name": "Жаңа адам", "role": "admin", "proof": "wrong"}
    shown = desk.post("/people", invited, token=desk.token).text
    assert "new@example.kz" in shown
    assert "Жаңа адам" in shown
    changed = {"name": "Басқа аты", "role": "admin", "role_proof": "wrong"}
    shown = desk.post(f"/people/{whom.id}", changed, token=desk.token).text
    assert "Басқа аты" in shown
    assert 'href="#role_proof"' in shown


def test_ones_own_second_factor_goes_by_ones_own_page_alone_which_asks_for_a_code_too(
    place: Place, desk: Browser, admin: Person
) -> None:
    with transaction(place.engine) as session:
        credentials.set_second_factor(session, admin.id, "sealed", step=None)
    assert "second-factor" not in desk.get(f"/people/{admin.id}").text
    answer = desk.post(f"/people/{admin.id}/second-factor", {"proof": PASSWORD}, token=desk.token)
    assert answer.status_code == 403
    with reading(place.engine) as session:
        known = credentials.credentials_of(session, admin.id)
    assert known is not None
    assert known.second_factor == "sealed"


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_forms_ask_for_it_in_three_languages(
    place: Place, admin: Person, whom: Person, language: str
) -> None:
    asked = {"kk": "Өз құпиясөзіңіз", "ru": "Ваш собственный пароль", "en": "Your own password"}[language]
    browser = place.browser(**{"accept-language": language})
    browser.sign_in(admin.email)
    for page, times in (("/people/new", 1), (f"/people/{whom.id}", 2), (f"/people/{whom.id}/erase", 1)):
        assert text_of(browser.get(page).text).count(asked) == times, page


@pytest.fixture
def vouched(make_place: MakePlace, provider: Provider) -> tuple[Place, Browser]:
    """An administrator without a password, who has just come in through the identity provider."""
    place = make_place(provider=provider.settings)
    provider.person = {"sub": "0001", "email": "admin@example.kz", "email_verified": True}
    place.add(Role.ADMIN, password=None)
    browser = place.browser()
    back(browser.client, there(browser.client))
    assert browser.is_in
    return place, browser


@pytest.mark.parametrize("one", ACTS, ids=lambda one: one.act)
def test_a_sign_in_with_the_provider_of_five_minutes_ago_is_proof(
    vouched: tuple[Place, Browser], one: Strong
) -> None:
    place, browser = vouched
    whom = place.add(Role.AUDITOR)
    page = browser.get(f"/people/{whom.id}").text
    assert "signed in with the other service" in text_of(page)
    assert 'type="password"' not in page
    place.clock.wait(minutes=5)
    assert do(browser, one, whom, "")[0] in (200, 303)
    assert is_done(place, one)


@pytest.mark.parametrize("one", ACTS, ids=lambda one: one.act)
def test_an_older_one_is_none(vouched: tuple[Place, Browser], one: Strong) -> None:
    place, browser = vouched
    whom = place.add(Role.AUDITOR)
    place.clock.wait(minutes=6)
    status, said = do(browser, one, whom, "")
    assert status == 401
    assert "within five minutes" in said
    assert not is_done(place, one)


def test_the_buttons_of_the_page_do_what_they_say_without_script(
    place: Place, desk: Browser, whom: Person
) -> None:
    shown = desk.get(f"/people/{whom.id}").text
    assert f'action="/people/{whom.id}/link"' in shown
    assert f'formaction="/people/{whom.id}/second-factor"' in shown
    desk.send(f"/people/{whom.id}/second-factor", {"proof": PASSWORD}, page=f"/people/{whom.id}")
    assert "formaction" not in desk.get(f"/people/{whom.id}").text
    with reading(place.engine) as session:
        account = accounts.account_of(session, people.number_of(session, whom.email) or 0)
    assert account is not None
    assert not account.has_second_factor
