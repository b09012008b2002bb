"""Links for choosing a password: single use, of our own origin, told to nobody (AUT-12)."""

from __future__ import annotations

import logging

import pytest

from tests.accounts.conftest import PASSWORD, MakePlace, Place
from tracker.domain.roles import Role
from tracker.services import enrolling
from tracker.services.acting import Author
from tracker.services.admitting import IN_A_ROW
from tracker.services.enrolling import Invited
from tracker.store import attempts
from tracker.store.attempts import Knocker
from tracker.store.engine import transaction

NEW = "жеті өнер, жетпіс тіл"
CHOSEN = {"password": NEW, "again": NEW}


def link(place: Place, number: int) -> Invited:
    """A new link, as an administrator makes it."""
    with transaction(place.engine) as session:
        return enrolling.make_link(session, Author("test", place.clock.now()), number)


def path(invited: Invited) -> str:
    return f"/welcome/{invited.secret}"


def test_an_invitation_is_taken_up_once(both_places: Place) -> None:
    person = both_places.add(password=None)
    invited = link(both_places, person.id)
    browser = both_places.browser()
    assert person.email in browser.get(path(invited)).text
    assert browser.get(path(invited)).status_code == 200, "looking uses nothing up"
    assert browser.send(path(invited), CHOSEN).headers["location"] == "/sign-in?chosen=1"
    assert not browser.is_in
    assert browser.sign_in(person.email, NEW).status_code == 303
    again = both_places.browser()
    assert again.get(path(invited)).status_code == 404
    assert (
        again.post(path(invited), {"password": "x" * 20, "again": "x" * 20}, token=again.token).status_code
        == 404
    )


def test_a_reset_lasts_an_hour_and_an_invitation_seven_days(place: Place) -> None:
    known, new = place.add(name="known"), place.add(name="new", password=None)
    reset, invitation = link(place, known.id), link(place, new.id)
    place.clock.wait(minutes=59)
    assert place.browser().get(path(reset)).status_code == 200
    place.clock.wait(minutes=2)
    assert place.browser().get(path(reset)).status_code == 404
    place.clock.wait(days=6, hours=22)
    assert place.browser().get(path(invitation)).status_code == 200
    place.clock.wait(hours=2)
    assert place.browser().get(path(invitation)).status_code == 404


def test_a_link_is_dead_after_a_password_change_a_newer_link_and_disabling(place: Place) -> None:
    person = place.add()
    first = link(place, person.id)
    second = link(place, person.id)
    assert place.browser().get(path(first)).status_code == 404
    browser = place.browser()
    browser.sign_in(person.email)
    fields = {"current": PASSWORD, **CHOSEN}
    assert browser.post("/account/password", fields, token=browser.token).status_code == 303
    assert place.browser().get(path(second)).status_code == 404
    third = link(place, person.id)
    with transaction(place.engine) as session:
        enrolling.disable(session, Author("test", place.clock.now()), person.id)
    assert place.browser().get(path(third)).status_code == 404


def test_a_reset_ends_every_session_and_the_old_password(place: Place) -> None:
    person = place.add()
    inside = place.browser()
    inside.sign_in(person.email)
    place.browser().send(path(link(place, person.id)), CHOSEN)
    assert not inside.is_in
    assert place.browser().sign_in(person.email).status_code == 401


def test_a_link_sets_the_password_of_its_own_person_whoever_is_signed_in(place: Place) -> None:
    person, other = place.add(), place.add(name="other")
    browser = place.browser()
    browser.sign_in(other.email)
    browser.send(path(link(place, person.id)), CHOSEN)
    assert not browser.is_in
    assert place.browser().sign_in(other.email).status_code == 303
    assert place.browser().sign_in(person.email, NEW).status_code == 303


def test_a_weak_password_does_not_use_the_link_up(place: Place) -> None:
    person = place.add(password=None)
    invited = link(place, person.id)
    answer = place.browser().send(path(invited), {"password": "password1", "again": "password1"})
    assert answer.status_code == 400
    assert "It is easily guessed" in answer.text
    assert place.browser().send(path(invited), CHOSEN).status_code == 303


def test_a_link_is_of_our_own_origin_whatever_host_is_asked_for(make_place: MakePlace) -> None:
    """AUT-12: Host poisoning."""
    place = make_place(base_url="https://tracker.example.kz")
    admin = place.add(Role.ADMIN)
    browser = place.browser(**{"x-forwarded-host": "evil.example"})
    browser.send("/sign-in", {"email": admin.email, "password": PASSWORD})
    fields = {"email": "new@example.kz", "name": "Жаңа", "role": "auditor", "proof": PASSWORD}
    shown = browser.send("/people", fields, page="/people/new").text
    assert "https://tracker.example.kz/welcome/" in shown
    assert "evil" not in shown


def test_the_page_of_a_link_tells_no_other_page_of_it(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    """AUT-12: neither by the referrer nor in the log nor in the journal nor to a cache."""
    person = place.add(password=None)
    invited = link(place, person.id)
    with caplog.at_level(logging.DEBUG, logger="tracker"):
        answer = place.browser().get(path(invited))
        assert invited.secret not in kept(place, "single_use_link")
        place.browser().send(path(invited), CHOSEN)
        place.browser().get(path(invited))
    assert answer.headers["referrer-policy"] == "strict-origin"  # with none, browsers call our form foreign
    assert "no-store" in answer.headers["cache-control"]
    assert invited.secret not in caplog.text
    assert invited.secret not in kept(place, "journal")


def kept(place: Place, table: str) -> str:
    """Everything that a table holds."""
    with place.engine.connect() as connection:
        rows = connection.exec_driver_sql(f"SELECT * FROM {table}").all()
    assert rows
    return str(rows)


def test_a_reset_lets_somebody_in_again_whose_account_was_guessed_at(place: Place) -> None:
    person = place.add()
    with transaction(place.engine) as session:
        for number in range(IN_A_ROW):
            attempts.begin(session, Knocker(person.email, f"10.0.0.{number}"), now=place.clock.now())
    mine = place.browser("192.0.2.7")
    assert mine.sign_in(person.email).status_code == 429
    mine.send(path(link(place, person.id)), CHOSEN)
    assert mine.sign_in(person.email, NEW).status_code == 303
