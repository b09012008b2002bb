"""Everybody who may come to the server, and what each of them is answered."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any

from fastapi import FastAPI
from httpx2 import Response
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Engine, update
from starlette.requests import Request
from starlette.testclient import TestClient

from tests.people import a_person, sign_in
from tests.regions.country import CANARIES, DISTRICT_A, SCHOOL_A, A, B
from tests.web.conftest import HOME
from tests.web.register import NOW
from tracker.clock import FixedClock
from tracker.domain.people import Person, Reach, TokenScope
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.settings import Settings
from tracker.store import people, tokens
from tracker.store.engine import reading, transaction
from tracker.store.people_tables import PERSON
from tracker.store.scope import EVERYTHING, Scope
from tracker.web.app import create_app
from tracker.web.deps import Caller, Visit, caller
from tracker.web.visitors import csrf_token

DISABLED, EXPIRED, TOKEN, CUT = "disabled", "expired", "token", "cut token"


SOME_PASSWORD = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1).hash("a password of nobody else")
"""Who has a password is asked for it; the crowd does not know its own."""


@dataclass(frozen=True)
class Visitor:
    """Somebody with a name of her own in reports; ``way`` says how she comes in, if not by a session."""

    name: str
    person: Person | None = None
    way: str = ""

    @property
    def is_known(self) -> bool:
        """Whether the server knows who she is."""
        return self.person is not None and self.way not in (DISABLED, EXPIRED)

    @property
    def sees_b(self) -> bool:
        """Whether the second region is hers to see."""
        return self.is_known and self.person is not None and self.person.sees_everything and self.way != CUT


def head_of_a(name: str) -> Person:
    """A head of the first region."""
    return a_person(Role.HEAD, A, name=name)


OFFICER_A = a_person(Role.OFFICER, name="officer-a")
"""Sees the school that names her address."""

HEAD_A, HEAD_B = head_of_a("head-a"), a_person(Role.HEAD, B, name="canary-head")
CROWD = (
    Visitor("anonymous"),
    Visitor("officer of a school of A", OFFICER_A),
    Visitor("officer given a school", a_person(
        Role.OFFICER, name="given", reach=Reach(schools=frozenset({SCHOOL_A}))
    )),
    Visitor("reviewer of A", a_person(Role.REVIEWER, A, name="reviewer-a")),
    Visitor("reviewer of a district", a_person(
        Role.REVIEWER, name="district-a", reach=Reach(districts=frozenset({(A, DISTRICT_A)}))
    )),
    Visitor("head of A", HEAD_A),
    Visitor("head of nothing", a_person(Role.HEAD, name="nowhere")),
    Visitor("ministry", a_person(Role.MINISTRY)),
    Visitor("auditor", a_person(Role.AUDITOR)),
    Visitor("admin", a_person(Role.ADMIN)),
    Visitor("disabled head of A", head_of_a("disabled-a"), DISABLED),
    Visitor("head of A after twelve hours", head_of_a("expired-a"), EXPIRED),
    Visitor("program of the head of A", head_of_a("token-a"), TOKEN),
    Visitor("program of an admin, cut to A", a_person(Role.ADMIN, name="cut"), CUT),
)  # fmt: skip
STRANGERS = tuple(who for who in CROWD if not who.sees_b)
"""Those to whom the second region must not exist."""


class Unfiltered(Visit):
    """A visit whose queries ask for everything: the flag of RGN-10."""

    @property
    def scope(self) -> Scope:
        """No filter at all."""
        return EVERYTHING


class UnfilteredCaller(Caller):
    """A caller whose visits are unfiltered."""

    @property
    def scope(self) -> Scope:
        """No filter at all."""
        return EVERYTHING

    @contextmanager
    def reading(self) -> Iterator[Visit]:
        """The session is confined as ever; only what is asked of it is not."""
        with super().reading() as visit:
            yield Unfiltered(**{each.name: getattr(visit, each.name) for each in fields(Visit)})


def unfiltered(request: Request) -> Caller:
    """Takes the place of the ordinary caller."""
    plain = caller(request)
    return UnfilteredCaller(**{each.name: getattr(plain, each.name) for each in fields(Caller)})


@dataclass
class Town:
    """A server over both regions and the crowd before it; without ``has_filter`` only the database guards."""

    engine: Engine
    has_filter: bool = True
    rounds: dict[str, Any] = field(default_factory=dict)
    changed: dict[str, list[str]] = field(default_factory=dict)
    _apps: dict[str, FastAPI] = field(default_factory=dict)
    _headers: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def app(self, who: Visitor) -> FastAPI:
        """The server; without the filter each visitor has one of her own, for answers that are kept."""
        key = "" if self.has_filter else who.name
        if key not in self._apps:
            app = create_app(Settings(), FixedClock(NOW), self.engine)
            if not self.has_filter:
                app.dependency_overrides[caller] = unfiltered
            self._apps[key] = app
        return self._apps[key]

    def ask(
        self, who: Visitor, method: str, path: str, headers: Mapping[str, str] | None = None, **sent: Any
    ) -> Response:
        """One request; a session that a change may end is a new one each time."""
        own = self._headers.get(who.name)
        if own is None or method not in ("GET", "HEAD", "OPTIONS"):
            own = self._headers[who.name] = self.enter(who)
        client = TestClient(
            self.app(who), base_url=HOME, follow_redirects=False, raise_server_exceptions=False
        )
        shown = {"accept-language": Language.EN, "sec-fetch-site": "same-origin", **own, **(headers or {})}
        return client.request(method, path, headers=shown, **sent)

    def enter(self, who: Visitor) -> Mapping[str, str]:
        """What the visitor's browser or program sends to be known."""
        if who.person is None:
            return {}
        cookie = sign_in(self.engine, who.person, password_hash=SOME_PASSWORD)
        with reading(self.engine) as session:
            number = people.number_of(session, who.person.email)
        assert number is not None
        if who.way in (TOKEN, CUT):
            return {"authorization": f"Bearer {self._token(number, A if who.way == CUT else None)}"}
        with transaction(self.engine) as session:
            if who.way == DISABLED:
                session.execute(update(PERSON).where(PERSON.c.id == number).values(disabled_at=NOW))
            if who.way == EXPIRED:
                at = NOW - timedelta(hours=13)
                cookie = people.begin_session(
                    session, number, at=at, address="127.0.0.1", agent="tests", known_by="test"
                )
        return {"cookie": f"tracker={cookie}", "x-csrf-token": csrf_token(cookie)}

    def _token(self, number: int, region: str | None) -> str:
        with transaction(self.engine) as session:
            token, _ = tokens.add_token(
                session,
                number,
                name="program",
                scope=TokenScope.WRITE,
                region=region,
                at=NOW,
                expires_at=NOW + timedelta(days=1),
            )
        return token


def said_in(answer: Response) -> str:
    """Everything that an answer tells: its status line, headers and text, of a workbook all its parts."""
    head = "\n".join(f"{name}: {value}" for name, value in answer.headers.multi_items())
    return f"{answer.status_code}\n{head}\n{text_in(answer.content)}"


def text_in(data: bytes) -> str:
    """The text of a body; an archive is opened, with the archives in it."""
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            return "\n".join(text_in(parts.read(name)) for name in parts.namelist())
    return data.decode("utf-8", "replace")


def leaks(answer: Response, *asked: str) -> list[str]:
    """Canaries in an answer, but for those that the request itself named."""
    said, own = said_in(answer).casefold(), "\n".join(asked).casefold()
    return [canary for canary in CANARIES if canary.casefold() in said and canary.casefold() not in own]
