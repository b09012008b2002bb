"""Nothing is changed but by a form of ours in the hands of the very visitor it was made for (WEB-1)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.people import ADMIN, a_person, sign_in
from tests.safety.routes import HEAD, NOTES, Address, acts_noted, changing, dump
from tests.web.conftest import HOME, Visit
from tests.web.register import NOW
from tracker.domain.acts import Act
from tracker.domain.people import Person
from tracker.domain.roles import Role
from tracker.store import people
from tracker.store.engine import transaction
from tracker.web.visitors import csrf_token

FIELDS = {"kind": "schools", "language": "ru", "format": "csv", "confirmed": "1", "email": "x@example.kz"}
BOUNDARY = "limit"


def bodies(token: str | None) -> Iterator[dict[str, Any]]:
    """The same form in each of the ways in which a foreign page can send one."""
    fields = FIELDS if token is None else {**FIELDS, "csrf": token}
    yield {"data": fields}
    yield {"files": {name: (None, value) for name, value in fields.items()}}
    for kind in ("text/plain", "application/json"):
        yield {"content": json.dumps(fields), "headers": {"content-type": kind}}
    yield {"params": fields}


Victims = Mapping[str, TestClient]
"""The browsers of those who are signed in, by their addresses: who may use a route is asked there."""


@pytest.fixture
def victims(filled: Engine, visit: Visit) -> Victims:
    """The browsers of a head and an administrator; they add no token by themselves."""
    made = {person.email: visit(filled, raises=False, person=person) for person in (HEAD, ADMIN)}
    for client in made.values():
        del client.headers["x-csrf-token"]
        client.follow_redirects = False
    return made


def at_doors(victims: Victims) -> Iterator[tuple[Address, TestClient]]:
    """Each address at which something may be changed, with the browser of somebody who may change it."""
    for address in changing(victims[ADMIN.email]):
        yield address, victims[address.sender.email]


def old_token(engine: Engine, person: Person) -> str:
    """The token of a session of hers that has ended."""
    cookie = sign_in(engine, person)
    with transaction(engine) as session:
        people.end_session(session, cookie, at=NOW)
    return csrf_token(cookie)


@pytest.mark.parametrize("whose", ["none", "empty", "foreign", "old", "of another", "the cookie itself"])
def test_web_1_a_change_without_the_visitors_own_token_is_refused(
    filled: Engine, victims: Victims, whose: str
) -> None:
    another = csrf_token(sign_in(filled, a_person(Role.OFFICER, "59")))
    tokens = {
        person.email: {
            "none": None,
            "empty": "",
            "foreign": "0" * 64,
            "old": old_token(filled, person),
            "of another": another,
            "the cookie itself": victims[person.email].cookies["tracker"],
        }[whose]
        for person in (HEAD, ADMIN)
    }
    before = dump(filled, without=NOTES)
    for address, victim in at_doors(victims):
        for body in bodies(tokens[address.sender.email]):
            answer = victim.request(address.method, address.path, **body)
            assert answer.status_code == 403, (address, body, answer.status_code)
    assert dump(filled, without=NOTES) == before


FOREIGN: dict[str, dict[str, str]] = {
    "another site": {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
    "a sister site": {"sec-fetch-site": "same-site", "origin": "http://sister.example"},
    "a sister port": {"sec-fetch-site": "same-site", "origin": "http://127.0.0.1:9000"},
    "wrong origin": {"origin": "https://evil.example"},
    "wrong origin, own site": {"sec-fetch-site": "same-origin", "origin": "https://evil.example"},
    "null origin": {"origin": "null"},
    "null origin, own site": {"sec-fetch-site": "same-origin", "origin": "null"},
    "our name as a prefix": {"origin": f"{HOME}.evil.example"},
    "our name as a user": {"origin": f"{HOME}@evil.example"},
    "referrer only": {"referer": f"{HOME}/"},
    "foreign referrer": {"referer": "https://evil.example/"},
    "nothing at all": {},
    "an unknown word": {"sec-fetch-site": "elsewhere"},
    "a scheme that is not Bearer": {"authorization": "Basic YTpi"},
}


@pytest.mark.parametrize("whence", FOREIGN)
def test_web_1_a_change_from_elsewhere_is_refused_even_with_the_token(
    filled: Engine, victims: Victims, whence: str
) -> None:
    for victim in victims.values():
        del victim.headers["sec-fetch-site"]
    tokens = {email: csrf_token(victim.cookies["tracker"]) for email, victim in victims.items()}
    before = dump(filled, without=NOTES)
    for address, victim in at_doors(victims):
        token = tokens[address.sender.email]
        headers = {**FOREIGN[whence], "x-csrf-token": token}
        answer = victim.request(address.method, address.path, data={**FIELDS, "csrf": token}, headers=headers)
        assert answer.status_code == 403, (address, answer.status_code)
    assert dump(filled, without=NOTES) == before


def test_web_1_the_own_form_of_the_visitor_is_taken(victims: Victims) -> None:
    for victim in victims.values():
        own = {"language": "ru", "csrf": csrf_token(victim.cookies["tracker"])}
        assert victim.post("/language", data=own).status_code == 303


def test_web_1_a_token_that_does_not_work_does_not_borrow_the_cookie(
    filled: Engine, victims: Victims
) -> None:
    before = dump(filled, without=NOTES)
    for address, victim in at_doors(victims):
        for body in bodies(None):
            headers = {"authorization": "Bearer trk_x_y", "sec-fetch-site": "cross-site"}
            answer = victim.request(
                address.method, address.path, **{**body, "headers": {**headers, **body.get("headers", {})}}
            )
            assert answer.status_code in (303, 401, 403), (address, answer.status_code)
            assert answer.headers.get("location", "/sign-in").startswith("/sign-in")
    assert dump(filled, without=NOTES) == before


@pytest.mark.parametrize("header", ["x-http-method-override", "x-http-method", "x-method-override"])
def test_web_1_a_reading_is_never_turned_into_a_change(filled: Engine, victims: Victims, header: str) -> None:
    before, noted = dump(filled, without=NOTES), set(acts_noted(filled))
    for address, victim in at_doors(victims):
        hidden = {"_method": address.method, "csrf": csrf_token(victim.cookies["tracker"])}
        victim.get(address.path, params=hidden, headers={header: address.method})
    assert dump(filled, without=NOTES) == before
    assert set(acts_noted(filled)) - noted <= {Act.REFUSED}
