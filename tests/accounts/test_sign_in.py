"""Coming in: only with the right password, and every refusal looks the same (AUT-4, AUT-7)."""

from __future__ import annotations

import re

import pytest

from tests.accounts.conftest import PASSWORD, Browser, Place
from tracker.domain.roles import Role
from tracker.services import enrolling
from tracker.services.acting import Author
from tracker.store import journal
from tracker.store.engine import reading, transaction


def test_the_right_password_lets_in_and_leads_onward(both_places: Place) -> None:
    person = both_places.add()
    browser = both_places.browser()
    assert not browser.is_in
    answer = browser.sign_in(person.email.upper(), next="/schools?region=59")
    assert (answer.status_code, answer.headers["location"]) == (303, "/schools?region=59")
    assert browser.is_in


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example", "/\\evil.example", "evil", ""])
def test_signing_in_leads_to_our_own_pages_only(place: Place, onward: str) -> None:
    person = place.add(Role.REVIEWER)
    assert place.browser().sign_in(person.email, next=onward).headers["location"] == "/"


def test_an_officer_begins_with_her_week_and_others_with_the_board(place: Place) -> None:
    for role, first in ((Role.OFFICER, "/deadlines"), (Role.REVIEWER, "/"), (Role.MINISTRY, "/")):
        browser, email = place.browser(), place.add(role).email
        assert browser.sign_in(email).headers["location"] == first
        assert browser.get("/sign-in").headers["location"] == first
        assert browser.get("/sign-in?next=/queue").headers["location"] == "/queue"


def seen(place: Place, browser: Browser, email: str, password: str) -> tuple[object, ...]:
    """What somebody who guesses sees, and how often the hasher was asked for it."""
    before = place.algorithm.asked
    answer = browser.sign_in(email, password)
    text = re.sub(r'(nonce|value)="[^"]*"', "", answer.text)
    headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
    headers["content-security-policy"] = re.sub(r"nonce-[^']*", "", headers["content-security-policy"])
    return answer.status_code, text, headers, place.algorithm.asked - before


def test_wrong_unknown_disabled_and_uninvited_are_told_the_same_after_the_same_work(place: Place) -> None:
    """AUT-4. Time is what the hasher takes: it is asked once, whatever is wrong."""
    known = place.add(name="known")
    disabled = place.add(name="disabled")
    invited = place.add(name="invited", password=None)
    with transaction(place.engine) as session:
        enrolling.disable(session, Author("test", place.clock.now()), disabled.id)
    tries = [
        (known.email, "not her password"),
        (known.email, ""),
        ("nobody@example.kz", PASSWORD),
        ("no address\0 at all", PASSWORD),
        (disabled.email, PASSWORD),
        (invited.email, PASSWORD),
    ]
    first, *others = [seen(place, place.browser(), *each) for each in tries]
    assert first[0] == 401
    assert first[3] == 1
    for other in others:
        assert other == first


def test_refused_tries_are_in_the_journal_without_the_address_or_password_that_was_typed(
    place: Place,
) -> None:
    person = place.add()
    for email in (person.email, "somebody.else@example.kz"):
        place.browser().sign_in(email, "a secret guess")
    place.browser().sign_in(person.email)
    with reading(place.engine) as session:
        entries = journal.entries(session)
    assert [(entry.action, entry.subject) for entry in entries] == [
        ("sign_in", f"person:{person.id}"),
        ("sign_in_refused", "account"),
        ("sign_in_refused", f"person:{person.id}"),
    ]
    kept = str(entries)
    assert not any(word in kept for word in ("secret guess", "somebody.else", person.email, PASSWORD))
    assert all(entry.details["address"] == "203.0.113.7" for entry in entries)


def test_a_cookie_from_before_is_replaced_at_sign_in_and_opens_nothing(place: Place) -> None:
    """AUT-7: whoever planted a cookie has not planted a session."""
    person = place.add()
    browser = place.browser()
    browser.get("/sign-in")
    planted = browser.cookie
    assert planted
    browser.sign_in(person.email)
    assert browser.cookie not in ("", planted)
    thief = place.browser()
    thief.keep_cookie(planted)
    assert not thief.is_in


def test_password_change_and_role_change_give_a_new_cookie(place: Place) -> None:
    """AUT-7."""
    person = place.add()
    browser = place.browser()
    browser.sign_in(person.email)
    first = browser.cookie
    fields = {"current": PASSWORD, "password": "жеті өнер, жетпіс тіл", "again": "жеті өнер, жетпіс тіл"}
    assert browser.send("/account/password", fields, page="/account").status_code == 303
    second = browser.cookie
    assert browser.is_in
    with transaction(place.engine) as session:
        described = enrolling.describe(session, name="X", role=Role.HEAD, regions=["71"])
        enrolling.change(session, Author("test", place.clock.now()), person.id, described)
    assert not browser.is_in
    browser.sign_in(person.email, "жеті өнер, жетпіс тіл")
    assert len({first, second, browser.cookie}) == 3


def test_somebody_who_is_signed_in_is_not_asked_again(place: Place) -> None:
    person = place.add()
    browser = place.browser()
    browser.sign_in(person.email)
    answer = browser.get("/sign-in?next=/queue")
    assert (answer.status_code, answer.headers["location"]) == (303, "/queue")
