"""What stands around the way through a provider: no office is locked out, no open session is enough."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from tests.accounts.conftest import PASSWORD, MakePlace, Place, refusals, token_on
from tests.provider import Provider, back, there
from tests.web.reading import text_of
from tracker.domain.people import Person
from tracker.store import credentials, tokens
from tracker.store.engine import reading


@pytest.fixture
def place(make_place: MakePlace, provider: Provider) -> Place:
    """A server that knows the provider."""
    return make_place(provider=provider.settings)


def test_forged_answers_keep_nobody_out_and_fill_no_journal(
    place: Place, officer: Person, browser: TestClient
) -> None:
    """Any page of the web can have them sent from the address of an office."""
    forged = "/sign-in/provider/answer?code=x&state=y"
    assert {browser.get(forged).status_code for _ in range(30)} == {401}
    assert there(browser)
    assert browser.get(forged).status_code == 401
    assert refusals(place) == []
    assert back(browser, there(browser)).status_code == 303


def test_answers_that_were_asked_for_and_fail_are_counted(
    place: Place, provider: Provider, officer: Person, browser: TestClient
) -> None:
    provider.person = {"sub": "9", "email": "nobody@example.kz", "email_verified": True}
    statuses = [back(browser, there(browser)).status_code for _ in range(22)]
    assert statuses == [401] * 20 + [429] * 2
    assert len(refusals(place)) == 21


def test_a_refusal_ends_the_way(place: Place, officer: Person, browser: TestClient) -> None:
    address = there(browser)
    back(browser, f"{address}&error=denied")
    assert "tracker-way" not in browser.cookies
    assert "belongs to another window" in text_of(back(browser, address).text)


def test_a_provider_is_asked_about_itself_once_in_some_minutes(
    place: Place, provider: Provider, officer: Person, browser: TestClient
) -> None:
    for _ in range(5):
        assert browser.get("/sign-in/provider").status_code == 303
    assert provider.visits == 1
    place.clock.wait(minutes=6)
    assert browser.get("/sign-in/provider").status_code == 303
    assert provider.visits == 2


def test_a_provider_in_trouble_is_left_alone_for_some_seconds(
    place: Place, provider: Provider, officer: Person, browser: TestClient
) -> None:
    provider.metadata = {"issuer": "http://127.0.0.1:1"}
    assert [browser.get("/sign-in/provider").status_code for _ in range(5)] == [401] * 5
    assert provider.visits == 1
    provider.metadata = {}
    place.clock.wait(seconds=20)
    assert browser.get("/sign-in/provider").status_code == 303


TOKEN_FIELDS = {"name": "x", "scope": "read", "days": "30", "token_current": ""}


def send(browser: TestClient, path: str, fields: dict[str, str]) -> tuple[int, str]:
    """Send a form of one's own account; the status and the text of the answer."""
    token = token_on(browser.get("/account").text)
    answer = browser.post(path, data={"csrf": token, **fields}, headers={"sec-fetch-site": "same-origin"})
    return answer.status_code, text_of(answer.text)


def test_an_open_session_gives_no_first_password(place: Place, officer: Person, browser: TestClient) -> None:
    back(browser, there(browser))
    fields = {"current": "", "password": PASSWORD, "again": PASSWORD}
    assert send(browser, "/account/password", fields)[0] == 403
    with reading(place.engine) as session:
        known = credentials.credentials_of(session, officer.id)
    assert known is not None
    assert known.password_hash is None


def test_whoever_has_no_password_makes_a_token_only_just_after_the_provider_let_her_in(
    place: Place, officer: Person, browser: TestClient
) -> None:
    back(browser, there(browser))
    assert send(browser, "/account/tokens", TOKEN_FIELDS)[0] == 200
    place.clock.wait(minutes=6)
    status, told = send(browser, "/account/tokens", TOKEN_FIELDS)
    assert status == 401
    assert "sign in again with the other service" in told
    with reading(place.engine) as session:
        assert len(tokens.tokens_of(session, officer.id)) == 1


def test_a_session_that_was_renewed_is_no_fresh_proof(
    place: Place, officer: Person, browser: TestClient
) -> None:
    back(browser, there(browser))
    assert send(browser, "/account/sessions/all", {})[0] == 303
    assert send(browser, "/account/tokens", TOKEN_FIELDS)[0] == 401
