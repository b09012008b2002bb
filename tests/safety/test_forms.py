"""Nothing is changed but by a form of ours in the hands of the very visitor it was made for (WEB-1)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.people import ADMIN, a_person, sign_in
from tests.safety.routes import NOTES, acts_noted, addresses_of, changing, dump
from tests.web.conftest import HOME, Visit
from tests.web.reading import links_of
from tests.web.register import NOW
from tracker.domain.acts import Act
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


@pytest.fixture
def victim(filled: Engine, visit: Visit) -> TestClient:
    """The browser of an administrator who is signed in; it adds no token by itself."""
    client = visit(filled, raises=False)
    del client.headers["x-csrf-token"]
    client.follow_redirects = False
    return client


def old_token(engine: Engine) -> str:
    """The token of a session of hers that has ended."""
    cookie = sign_in(engine, ADMIN)
    with transaction(engine) as session:
        people.end_session(session, cookie, at=NOW)
    return csrf_token(cookie)


@pytest.mark.parametrize("whose", ["none", "empty", "foreign", "old", "of another", "the cookie itself"])
def test_web_1_a_change_without_the_visitors_own_token_is_refused(
    filled: Engine, victim: TestClient, whose: str
) -> None:
    token = {
        "none": None,
        "empty": "",
        "foreign": "0" * 64,
        "old": old_token(filled),
        "of another": csrf_token(sign_in(filled, a_person(Role.OFFICER, "59"))),
        "the cookie itself": victim.cookies["tracker"],
    }[whose]
    before = dump(filled, without=NOTES)
    for address in changing(victim):
        for body in bodies(token):
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
    filled: Engine, victim: TestClient, whence: str
) -> None:
    del victim.headers["sec-fetch-site"]
    token = csrf_token(victim.cookies["tracker"])
    before = dump(filled, without=NOTES)
    for address in changing(victim):
        headers = {**FOREIGN[whence], "x-csrf-token": token}
        answer = victim.request(address.method, address.path, data={**FIELDS, "csrf": token}, headers=headers)
        assert answer.status_code == 403, (address, answer.status_code)
    assert dump(filled, without=NOTES) == before


def test_web_1_the_own_form_of_the_visitor_is_taken(victim: TestClient) -> None:
    taken = victim.post("/language", data={"language": "ru", "csrf": csrf_token(victim.cookies["tracker"])})
    assert taken.status_code == 303


def test_web_1_a_token_that_does_not_work_does_not_borrow_the_cookie(
    filled: Engine, victim: TestClient
) -> None:
    before = dump(filled, without=NOTES)
    for address in changing(victim):
        for body in bodies(None):
            headers = {"authorization": "Bearer trk_x_y", "sec-fetch-site": "cross-site"}
            answer = victim.request(
                address.method, address.path, **{**body, "headers": {**headers, **body.get("headers", {})}}
            )
            assert answer.status_code in (303, 401, 403), (address, answer.status_code)
            assert answer.headers.get("location", "/sign-in").startswith("/sign-in")
    assert dump(filled, without=NOTES) == before


@pytest.mark.parametrize("header", ["x-http-method-override", "x-http-method", "x-method-override"])
def test_web_1_a_reading_is_never_turned_into_a_change(
    filled: Engine, victim: TestClient, header: str
) -> None:
    before, noted = dump(filled, without=NOTES), set(acts_noted(filled))
    for address in changing(victim):
        hidden = {"_method": address.method, "csrf": csrf_token(victim.cookies["tracker"])}
        victim.get(address.path, params=hidden, headers={header: address.method})
    assert dump(filled, without=NOTES) == before
    assert set(acts_noted(filled)) - noted <= {Act.REFUSED}


def test_web_1_reading_every_page_changes_nothing(filled: Engine, visit: Visit) -> None:
    client = visit(filled)
    before, noted = dump(filled, without=NOTES), set(acts_noted(filled))
    waiting = [each.path for each in addresses_of(client) if each.is_reading]
    seen: set[str] = set()
    while waiting and len(seen) < 400:
        address = waiting.pop()
        if address in seen or not address.startswith("/"):
            continue
        seen.add(address)
        answer = client.get(address)
        assert answer.status_code < 500 or address == "/readyz", address  # nothing ticks here, as it says
        if answer.headers.get("content-type", "").startswith("text/html"):
            waiting += [link.partition("#")[0] for _, link in links_of(answer.text)]
    assert len(seen) > 60
    assert dump(filled, without=NOTES) == before
    assert set(acts_noted(filled)) - noted <= {Act.REFUSED}
