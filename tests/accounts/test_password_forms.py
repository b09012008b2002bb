"""Passwords where people type them: hidden, taken from password managers, and good as long as one likes."""

from __future__ import annotations

import re

import pytest

from tests.accounts.conftest import Place
from tracker.domain.roles import Role


@pytest.mark.parametrize("path", ["/sign-in", "/account"])
def test_password_fields_hide_what_is_typed_and_take_what_a_manager_pastes(place: Place, path: str) -> None:
    person = place.add(Role.OFFICER)
    browser = place.browser()
    if path != "/sign-in":
        browser.sign_in(person.email)
    fields = re.findall(r"<input[^>]*password[^>]*>", browser.get(path).text)
    assert fields
    for field in fields:
        assert 'type="password"' in field
        assert re.search('autocomplete="(current|new)-password"', field)
        assert not re.search("onpaste|readonly|maxlength|pattern", field)


def test_a_password_does_not_run_out(place: Place) -> None:
    person = place.add(Role.OFFICER)
    place.clock.wait(days=400)
    browser = place.browser()
    assert browser.sign_in(person.email).headers["location"] == "/deadlines"
    assert browser.is_in
