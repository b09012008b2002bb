"""Signing in through an identity provider: over real HTTP, and every fault of it refused in words."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import RSAKey
from starlette.testclient import TestClient

from tests.accounts.conftest import MakePlace, Place, refusals, token_on
from tests.provider import CLIENT_ID, HOME, Claims, Provider, back, running_provider, there
from tests.web.reading import text_of
from tests.web.register import NOW
from tracker.domain.people import Person
from tracker.domain.roles import Role
from tracker.services import vouching
from tracker.services.acting import Author
from tracker.store import accounts, credentials, journal, people, subjects
from tracker.store.engine import reading, transaction


@pytest.fixture
def place(make_place: MakePlace, provider: Provider) -> Place:
    """A server that knows the provider."""
    return make_place(provider=provider.settings)


@pytest.fixture
def place_without(make_place: MakePlace) -> Place:
    """A server that knows no provider."""
    return make_place()


def test_whoever_was_invited_signs_in_with_the_provider(
    place: Place, officer: Person, browser: TestClient
) -> None:
    page = browser.get("/sign-in?next=/queue")
    assert "Sign in with 127.0.0.1" in text_of(page.text)
    answer = back(browser, there(browser))
    assert (answer.status_code, answer.headers["location"]) == (303, "/queue")
    assert browser.get("/queue").status_code == 200
    with reading(place.engine) as session:
        account = accounts.account_of(session, officer.id)
        (entry,) = journal.entries(session, action="sign_in")
        seen = people.sessions_of(session, officer.id, now=NOW)
    assert account is not None
    assert (account.is_provided, account.state) == (True, "enabled")
    assert (entry.actor, entry.details["by"]) == (officer.mark, "oidc")
    assert len(seen) == 1


def test_the_way_there_carries_a_challenge_a_state_and_a_nonce_of_its_own(
    provider: Provider, officer: Person, browser: TestClient
) -> None:
    for _ in range(2):
        there(browser)
    first, second = provider.asked
    assert first["code_challenge_method"] == "S256"
    assert (first["response_type"], first["client_id"]) == ("code", CLIENT_ID)
    assert "openid" in first["scope"].split()
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 43
        assert first[name] != second[name]


def test_later_the_account_is_known_by_the_providers_number_whatever_the_address(
    place: Place, provider: Provider, officer: Person, browser: TestClient
) -> None:
    back(browser, there(browser))
    browser.cookies.clear()
    provider.person = {"sub": "0001", "email": "renamed@example.kz", "email_verified": True}
    assert back(browser, there(browser)).status_code == 303
    provider.person = {"sub": "0002", "email": "officer@example.kz", "email_verified": True}
    browser.cookies.clear()
    assert back(browser, there(browser)).status_code == 401
    assert refusals(place) == [(officer.mark, "account")]


@pytest.mark.parametrize(
    "person",
    [
        {"sub": "0001", "email": "stranger@example.kz", "email_verified": True},
        {"sub": "0001", "email": "officer@example.kz", "email_verified": False},
        {"sub": "0001", "email": "officer@example.kz", "email_verified": "true"},
        {"sub": "0001", "email": "officer@example.kz"},
        {"sub": "0001"},
    ],
    ids=("stranger", "not verified", "verified in words", "not said", "no address"),
)
def test_no_account_comes_into_being_and_none_is_given_on_an_address_nobody_verified(
    place: Place, provider: Provider, officer: Person, browser: TestClient, person: Claims
) -> None:
    provider.person = person
    answer = back(browser, there(browser))
    assert answer.status_code == 401
    assert "No account here is open to you" in text_of(answer.text)
    assert refusals(place) == [("account", "account")]
    with reading(place.engine) as session:
        assert accounts.count_accounts(session) == 1
        assert subjects.person_of_subject(session, f"{provider.address}#0001") is None


def test_whoever_is_disabled_is_told_the_same_as_a_stranger(
    place: Place, provider: Provider, officer: Person, browser: TestClient
) -> None:
    back(browser, there(browser))
    browser.cookies.clear()
    with transaction(place.engine) as session:
        accounts.change(session, officer.id, {"disabled_at": NOW})
    disabled = back(browser, there(browser))
    provider.person = {"sub": "9", "email": "nobody@example.kz", "email_verified": True}
    stranger = back(browser, there(browser))
    assert disabled.status_code == stranger.status_code == 401
    assert text_of(disabled.text) == text_of(stranger.text)
    assert refusals(place) == [("account", "account"), (officer.mark, "account")]


def test_an_account_with_a_password_is_not_taken_over_by_an_address(
    place: Place, browser: TestClient
) -> None:
    place.add(Role.OFFICER)
    assert back(browser, there(browser)).status_code == 401


def test_a_second_factor_of_ours_is_asked_for_after_the_provider_as_well(
    place: Place, officer: Person, browser: TestClient
) -> None:
    with transaction(place.engine) as session:
        credentials.set_second_factor(session, officer.id, "sealed", step=None)
    answer = back(browser, there(browser))
    assert answer.headers["location"] == "/sign-in/code?next=%2Fqueue"
    assert browser.get("/queue").headers["location"].startswith("/sign-in")


def test_the_journal_and_the_session_say_that_the_provider_and_a_code_were_the_proof(
    place: Place, officer: Person, browser: TestClient
) -> None:
    with transaction(place.engine) as session:
        credentials.set_second_factor(session, officer.id, "sealed", step=None)
        credentials.replace_recovery_codes(session, officer.id, ["abcd"])
    back(browser, there(browser))
    token = token_on(browser.get("/sign-in/code").text)
    fields = {"csrf": token, "code": "abcd", "next": "/queue"}
    assert browser.post("/sign-in/code", data=fields).headers["location"] == "/queue"
    with reading(place.engine) as session:
        (entry,) = journal.entries(session, action="sign_in")
        (seen,) = people.sessions_of(session, officer.id, now=NOW)
        author = Author(officer.mark, NOW)
        assert vouching.has_just_vouched(session, browser.cookies["tracker"], author)
    assert (entry.details["by"], seen.known_by) == ("oidc+recovery", "oidc+recovery")


def test_a_fresh_cookie_is_given_and_the_session_before_ends(
    place: Place, officer: Person, browser: TestClient
) -> None:
    back(browser, there(browser))
    first = browser.cookies["tracker"]
    back(browser, there(browser))
    second = browser.cookies["tracker"]
    assert first != second
    browser.cookies.clear()
    browser.cookies.set("tracker", first)
    assert browser.get("/queue").status_code == 303


SPOILED: dict[str, Claims] = {
    "nonce of another way": {"nonce": "x" * 43},
    "no nonce": {"nonce": None},
    "another audience": {"aud": "somebody-else"},
    "several audiences": {"aud": [CLIENT_ID, "somebody-else"]},
    "made for another party": {"azp": "somebody-else"},
    "another issuer": {"iss": "http://127.0.0.1:1"},
    "run out": {"exp": int((NOW - timedelta(minutes=2)).timestamp())},
    "not yet": {"nbf": int((NOW + timedelta(minutes=2)).timestamp())},
    "made tomorrow": {"iat": int((NOW + timedelta(days=1)).timestamp())},
    "no end": {"exp": None},
    "an end in words": {"exp": "tomorrow"},
    "no person": {"sub": None},
    "an empty person": {"sub": ""},
    "a person who is a list": {"sub": ["0001"]},
    "an endless person": {"sub": "1" * 300},
}


@pytest.mark.parametrize("claims", SPOILED.values(), ids=list(SPOILED))
def test_a_token_that_does_not_hold_is_refused_in_words(
    place: Place, provider: Provider, officer: Person, browser: TestClient, claims: Claims
) -> None:
    provider.spoil = lambda said: {
        name: value for name, value in {**said, **claims}.items() if value is not None
    }
    refused(place, browser, there(browser), "answer", "could not be trusted")


def refused(place: Place, browser: TestClient, address: str, reason: str, words: str) -> None:
    """The way back ends in a refusal that is told and written down, without a session."""
    answer = back(browser, address)
    assert answer.status_code == 401
    assert words in text_of(answer.text)
    assert refusals(place) == [("account", reason)]
    assert browser.get("/queue").status_code == 303


def unasked(place: Place, browser: TestClient, address: str, words: str) -> None:
    """An answer that nobody here asked for is refused in words, and leaves no trace."""
    answer = back(browser, address)
    assert answer.status_code == 401
    assert words in text_of(answer.text)
    assert refusals(place) == []
    assert browser.get("/queue").status_code == 303


def test_a_token_that_nobody_signed_is_refused(
    place: Place, provider: Provider, officer: Person, browser: TestClient
) -> None:
    provider.header = {"alg": "none"}
    refused(place, browser, there(browser), "answer", "could not be trusted")


def test_a_token_signed_by_another_is_refused(
    place: Place, provider: Provider, officer: Person, browser: TestClient
) -> None:
    provider.signed_with = RSAKey.generate_key(2048, {"kid": "1"})
    refused(place, browser, there(browser), "answer", "could not be trusted")


def test_a_code_works_once(place: Place, officer: Person, browser: TestClient) -> None:
    address = there(browser)
    kept = browser.cookies["tracker-way"]
    assert back(browser, address).status_code == 303
    browser.cookies.clear()
    browser.cookies.set("tracker-way", kept)
    refused(place, browser, address, "answer", "could not be trusted")


def test_a_code_of_another_browser_is_of_no_use(
    place: Place, provider: Provider, officer: Person, browser: TestClient
) -> None:
    theirs = there(browser)
    mine = there(browser)
    code = parse_qs(urlsplit(theirs).query)["code"][0]
    state = parse_qs(urlsplit(mine).query)["state"][0]
    swapped = f"/sign-in/provider/answer?code={code}&state={state}"
    refused(place, browser, swapped, "answer", "could not be trusted")


@pytest.mark.parametrize("state", ["", "forged", "қ"])
def test_an_answer_that_was_not_asked_for_is_refused(
    place: Place, officer: Person, browser: TestClient, state: str
) -> None:
    address = there(browser)
    code = parse_qs(urlsplit(address).query)["code"][0]
    forged = f"/sign-in/provider/answer?code={code}&state={state}"
    unasked(place, browser, forged, "belongs to another window")


@pytest.mark.parametrize("change", ["none", "signature", "rubbish"])
def test_an_answer_without_the_cookie_of_the_way_is_refused(
    place: Place, officer: Person, browser: TestClient, change: str
) -> None:
    address = there(browser)
    kept = browser.cookies["tracker-way"]
    browser.cookies.clear()
    if change != "none":
        spoiled = f"{kept[:-6]}AAAAAA" if change == "signature" else "rubbish"
        browser.cookies.set("tracker-way", spoiled)
    unasked(place, browser, address, "belongs to another window")


def test_an_answer_after_ten_minutes_is_refused(place: Place, officer: Person, browser: TestClient) -> None:
    address = there(browser)
    place.clock.wait(minutes=10, seconds=1)
    unasked(place, browser, address, "came too late")


def test_a_refusal_of_the_provider_is_told_and_its_text_is_not(
    place: Place, provider: Provider, officer: Person, browser: TestClient
) -> None:
    provider.refuses = "<b>access_denied</b>"
    address = there(browser)
    answer = back(browser, address)
    assert "did not let you through" in text_of(answer.text)
    assert "access_denied" not in text_of(answer.text)
    assert "<b>" not in answer.text
    assert refusals(place) == [("account", "denied")]


def test_an_answer_that_names_another_provider_is_refused(
    place: Place, provider: Provider, officer: Person, browser: TestClient
) -> None:
    address = there(browser).replace("iss=http", "iss=https")
    refused(place, browser, address, "answer", "could not be trusted")


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "http://127.0.0.1:1"},
        {"token_endpoint": None},
        {"jwks_uri": "file:///etc/passwd"},
    ],
    ids=("another issuer", "no address", "no web address"),
)
def test_a_provider_that_says_of_itself_what_cannot_be_is_not_asked(
    provider: Provider, officer: Person, browser: TestClient, metadata: Claims
) -> None:
    provider.metadata = metadata
    answer = browser.get("/sign-in/provider")
    assert answer.status_code == 401
    assert "could not be trusted" in text_of(answer.text)


def test_a_provider_that_does_not_answer_is_said_to(make_place: MakePlace) -> None:
    with running_provider() as gone:
        place = make_place(provider=gone.settings)
    with TestClient(place.app, base_url=HOME, headers={"accept-language": "en"}) as client:
        answer = client.get("/sign-in/provider")
    assert answer.status_code == 401
    assert "does not answer" in text_of(answer.text)


def test_where_no_provider_is_set_up_there_is_no_way_to_one(place_without: Place) -> None:
    with TestClient(place_without.app, base_url=HOME) as client:
        assert "/sign-in/provider" not in client.get("/sign-in").text
        for path in ("/sign-in/provider", "/sign-in/provider/answer"):
            assert client.get(path).status_code == 404


@pytest.mark.parametrize("onward", ["//evil.example", "https://evil.example", "/\\evil", "javascript:x"])
def test_one_comes_back_to_our_own_pages_only(officer: Person, browser: TestClient, onward: str) -> None:
    assert back(browser, there(browser, onward)).headers["location"] == "/deadlines"
