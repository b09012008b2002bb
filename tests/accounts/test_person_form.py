"""The form of a person and the command ask for the same: an address and a role; a name is a courtesy."""

from __future__ import annotations

import pytest

from tests.accounts.conftest import PASSWORD, Browser, Place
from tests.commands import Commands
from tests.web.reading import text_of
from tracker.domain.people import Person
from tracker.domain.vocabulary import Language
from tracker.render.catalogs import load_catalogs
from tracker.store import accounts, people
from tracker.store.engine import reading

CATALOGS = load_catalogs()


def name_of(place: Place, email: str) -> str:
    with reading(place.engine) as session:
        account = accounts.account_of(session, people.number_of(session, email) or 0)
    assert account is not None
    return account.person.name


def test_a_person_without_a_name_is_called_as_her_address_begins(place: Place, admin: Person) -> None:
    desk: Browser = place.browser()
    desk.sign_in(admin.email)
    fields = {"email": "Saule.S@example.kz", "name": " ", "role": "auditor", "proof": PASSWORD}
    assert desk.send("/people", fields, page="/people/new").status_code == 200
    assert name_of(place, "saule.s@example.kz") == "saule.s"
    number = admin.id + 1
    for name, told in (("Сәуле", "Сәуле"), ("", "saule.s")):
        changed = {"name": name, "role": "auditor", "proof": PASSWORD}
        assert desk.send(f"/people/{number}", changed, page=f"/people/{number}").status_code == 303
        assert name_of(place, "saule.s@example.kz") == told


def test_the_command_calls_her_the_same(tmp_path_factory: pytest.TempPathFactory) -> None:
    tracker = Commands(tmp_path_factory.mktemp("people"))
    tracker.good("migrate")
    tracker.good("user", "add", "Saule.S@example.kz", "--role", "auditor")
    (listed,) = tracker.good("user", "list", "--format", "json").json
    assert listed["name"] == "saule.s"


@pytest.mark.parametrize("language", Language)
def test_the_form_says_what_is_required_and_what_is_not(
    place: Place, admin: Person, language: Language
) -> None:
    desk = place.browser(**{"accept-language": language.value})
    desk.sign_in(admin.email)
    told, words = text_of(desk.get("/people/new").text), CATALOGS[language]
    for field in ("person.email", "person.role"):
        assert f"{words.say(field)} {words.say('form.required')}" in told
    assert f"{words.say('person.name')} {words.say('form.required')}" not in told
    assert words.say("person.name.hint") in told
    assert words.say("person.reach.hint") in told
