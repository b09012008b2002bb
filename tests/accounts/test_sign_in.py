"""Coming in: only with the right password, and every refusal looks the same (AUT-4, AUT-7)."""

from __future__ import annotations

from tests.accounts.conftest import PASSWORD, Place


def test_the_right_password_lets_in_and_leads_onward(both_places: Place) -> None:
    person = both_places.add()
    browser = both_places.browser()
    assert not browser.is_in
    answer = browser.sign_in(person.email, next="/schools?region=59")
    assert (answer.status_code, answer.headers["location"]) == (303, "/schools?region=59")
    assert browser.is_in
    assert browser.get("/schools").status_code == 200
