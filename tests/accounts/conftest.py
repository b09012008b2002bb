"""A server at which people sign in as they do: forms, cookies, addresses; only the hashing is quick."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from httpx2 import Response
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.people import a_person
from tests.provider import Provider, running_provider
from tests.web.register import NOW
from tracker.domain.people import Person, Reach
from tracker.domain.roles import Role
from tracker.services.hashing import Hasher
from tracker.settings import Settings
from tracker.store import journal, people
from tracker.store.engine import make_engine, reading, transaction
from tracker.web.app import create_app
from tracker.web.visitors import csrf_token

HOME = "http://127.0.0.1:8000"
PASSWORD = "төрт түлік қыста да тоқ"
WAIT = 4
"""Seconds a writer waits at a busy place; a page that waited for the writer would take as long."""

SECRET = "k3v9-XmQ2-w8Zr-LpT5-uYb7-dNf4-hGc6"
QUICK = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)


class CountingHasher(Argon2Hasher):
    """A quick argon2id that counts how often it is asked to compare."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.asked = 0

    def verify(self, password: str | bytes, hash: str | bytes) -> bool:
        """Compare and count."""
        self.asked += 1
        return super().verify(password, hash)


@dataclass
class MovingClock:
    """A clock that a test sets."""

    moment: datetime = NOW

    def now(self) -> datetime:
        """The moment it shows."""
        return self.moment

    def wait(self, **much: float) -> None:
        """Let time pass."""
        self.moment += timedelta(**much)


@dataclass
class Place:
    """A server, its database and its clock."""

    engine: Engine
    settings: Settings = field(default_factory=lambda: Settings(secret=SECRET))
    clock: MovingClock = field(default_factory=MovingClock)
    algorithm: CountingHasher = field(default_factory=CountingHasher)

    def __post_init__(self) -> None:
        self.hasher = Hasher(self.algorithm)
        self.app = create_app(self.settings, self.clock, self.engine, hasher=self.hasher)

    def add(
        self,
        role: Role = Role.OFFICER,
        *,
        name: str = "",
        password: str | None = PASSWORD,
        reach: Reach | None = None,
    ) -> Person:
        """Somebody with an account and, unless told otherwise, a password."""
        person = a_person(role, *(() if reach else ("59",)), name=name, reach=reach or Reach())
        hashed = None if password is None else self.hasher.make(password)
        with transaction(self.engine) as session:
            number = people.add_person(
                session,
                email=person.email,
                name=person.name,
                role=role,
                reach=person.reach,
                at=self.clock.now(),
                password_hash=hashed,
            )
        return replace(person, id=number)

    def browser(self, address: str = "203.0.113.7", **headers: str) -> Browser:
        """A browser at an address, with no cookies yet."""
        return Browser(self, address, headers)


class Browser:
    """Opens pages and sends forms as a browser does: with the token that the page gave it."""

    def __init__(self, place: Place, address: str, headers: Mapping[str, str]) -> None:
        self.place = place
        given = {"accept-language": "en", "sec-fetch-site": "same-origin", **headers}
        base = place.settings.base_url
        self.client = TestClient(
            place.app, base_url=base, headers=given, client=(address, 50000), follow_redirects=False
        )

    def get(self, path: str, **headers: str) -> Response:
        """Open a page."""
        return self.client.get(path, headers=headers)

    def send(
        self, path: str, fields: Mapping[str, object] | None = None, *, page: str | None = None
    ) -> Response:
        """Fill in the form of a page (of the same address unless named) and send it."""
        shown = self.client.get(page or path, follow_redirects=True)
        return self.post(path, fields, token=token_on(shown.text))

    def post(self, path: str, fields: Mapping[str, object] | None = None, *, token: str) -> Response:
        """Send a form with a token."""
        return self.client.post(path, data={"csrf": token, **(fields or {})})

    def sign_in(self, email: str, password: str = PASSWORD, **more: object) -> Response:
        """Send the form to sign in with."""
        return self.post("/sign-in", {"email": email, "password": password, **more}, token=self.token)

    @property
    def token(self) -> str:
        """The token of a form, as the page with it would carry it."""
        if not self.cookie:
            self.client.cookies.set("tracker", secrets.token_urlsafe(32), domain="127.0.0.1")
        return csrf_token(self.cookie)

    @property
    def is_in(self) -> bool:
        """Whether a page for people opens."""
        return self.get("/account").status_code == 200

    @property
    def cookie(self) -> str:
        """The cookie of the session."""
        return str(self.client.cookies.get("tracker") or self.client.cookies.get("__Host-tracker") or "")

    def keep_cookie(self, value: str) -> None:
        """Put a session's cookie back, as a thief would."""
        self.client.cookies.clear()
        self.client.cookies.set("tracker", value, domain="127.0.0.1")


def token_on(html: str) -> str:
    """The token that a page's forms carry."""
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', html)
    assert found, html[:2000]
    return found[1]


@pytest.fixture
def place(sqlite_url: str) -> Iterator[Place]:
    """A server over an empty database."""
    engine = make_engine(sqlite_url)
    yield Place(engine)
    engine.dispose()


@pytest.fixture
def busy_place(database_url: str) -> Iterator[Place]:
    """A server at which a writer waits, on both kinds of database in turn."""
    engine = make_engine(database_url, wait_seconds=WAIT)
    yield Place(engine)
    engine.dispose()


@pytest.fixture
def both_places(engine: Engine) -> Place:
    """The same on both kinds of database in turn."""
    return Place(engine)


MakePlace = Callable[..., Place]


@pytest.fixture
def make_place(sqlite_url: str) -> Iterator[MakePlace]:
    """Builds servers with settings of their own over one database."""
    engine = make_engine(sqlite_url)
    yield lambda **settings: Place(engine, Settings(**{"secret": SECRET, **settings}))
    engine.dispose()


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider at which the officer of the tests has an account."""
    with running_provider() as running:
        running.person = {"sub": "0001", "email": "officer@example.kz", "email_verified": True}
        yield running


@pytest.fixture
def admin(place: Place) -> Person:
    """The administrator."""
    return place.add(Role.ADMIN)


@pytest.fixture
def desk(place: Place, admin: Person) -> Browser:
    """The administrator's browser, signed in."""
    browser = place.browser("192.0.2.1")
    browser.sign_in(admin.email)
    return browser


@pytest.fixture
def officer(place: Place) -> Person:
    """Somebody who was invited and has not been here yet."""
    return place.add(Role.OFFICER, password=None)


@pytest.fixture
def browser(place: Place) -> Iterator[TestClient]:
    """A browser in English that follows no redirect by itself."""
    headers = {"accept-language": "en", "sec-fetch-site": "none"}
    with TestClient(place.app, base_url=HOME, follow_redirects=False, headers=headers) as client:
        yield client


def refusals(place: Place) -> list[tuple[str, Any]]:
    """Who was refused, and why, as the journal says it."""
    with reading(place.engine) as session:
        found = journal.entries(session, action="sign_in_refused")
    return [(entry.subject, entry.details["reason"]) for entry in found]
