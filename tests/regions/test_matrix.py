"""RGN-1, RGN-3, RGN-6, RGN-11: every route × method × visitor × object of A, of B and of nobody.

The routes are those of the running program, the rights those of the one table: a new route is asked here
without a line being written, or the matrix says what it does not know.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from httpx2 import Response
from sqlalchemy.engine import URL

from tests.databases import PostgresServer, shown
from tests.regions.country import NUMBERS_B, SCHOOL_A, TEXTS_B, written
from tests.regions.crowd import CROWD, CUT, HEAD_A, HEAD_B, STRANGERS, TOKEN, Town, Visitor, leaks, said_in
from tests.regions.doors import FORMS, NAMES, OF_A, OF_B, OF_NOBODY, Keys, naming, number_of
from tests.regions.kept import kept_of_b
from tests.regions.second_lock import APP, as_role
from tests.regions.work import FILE_B, settle_country
from tests.web.register import NOW
from tracker.clock import FixedClock
from tracker.domain.people import TOKEN_ACTIONS, TokenScope
from tracker.domain.roles import Action, may
from tracker.domain.vocabulary import Service
from tracker.settings import Settings
from tracker.store import asks
from tracker.store.engine import make_engine, transaction
from tracker.store.scope import EVERYTHING
from tracker.web.app import create_app
from tracker.web.rules import rules_of

OTHER_METHODS = ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE")
PASSING = re.compile(
    r"nonce(-|=\")[\w-]+|^(set-cookie|x-request-id|content-length):.*$|name=\"csrf\" value=\"\w+\"",
    re.MULTILINE,
)
"""What differs from one answer to the next, whatever is asked."""


def routes() -> list[tuple[str, str, Action | None]]:
    """Every route of the program."""
    return list(rules_of(create_app(Settings(), FixedClock(NOW))))


ROUTES = routes()
PATHS = sorted({path for path, _, _ in ROUTES})
ACTIONS = {(path, method): action for path, method, action in ROUTES}
ADMIN = next(who for who in CROWD if who.name == "admin")
ANYONE = CROWD[0]


TOWNS = ("sqlite", "postgresql without the filter", "postgresql")
HERE = TOWNS if os.environ.get("NIGHTLY") == "true" else TOWNS[:1]
"""PostgreSQL, with its filter and with nothing but the second lock, is asked by ``make nightly``."""


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=pytest.mark.xdist_group(f"town {name}")) for name in HERE],
)
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A server over both regions: on each database, and with nothing but the second lock."""
    url, clean = _database(request, tmp_path_factory.mktemp("town") / "town.db")
    engine = make_engine(url)
    settle_country(engine)
    made = Town(engine, has_filter="without" not in request.param)
    made.ask(
        Visitor("head of B", HEAD_B),
        "POST",
        "/imports",
        **FORMS["/imports"][0] | {"files": {"file": ("CANARY-b.csv", FILE_B)}},
    )
    yield made
    engine.dispose()
    if clean is not None:
        clean[0].drop(clean[1])


def _database(request: pytest.FixtureRequest, path: Path) -> tuple[str, tuple[PostgresServer, URL] | None]:
    if request.param == "sqlite":
        copyfile(request.getfixturevalue("migrated_sqlite"), path)
        return f"sqlite:///{path}", None
    server: PostgresServer = request.getfixturevalue("postgres")
    database = server.create(template=request.getfixturevalue("documented"))
    return shown(as_role(database, APP)), (server, database)


def may_use(who: Visitor, action: Action | None) -> bool:
    """What the one table of rights says of a visitor."""
    if action is None:
        return True
    if who.person is None or not who.is_known:
        return False
    is_program = who.way in (TOKEN, CUT)
    return may(who.person.role, action) and (not is_program or action in TOKEN_ACTIONS[TokenScope.WRITE])


@dataclass(frozen=True)
class Reply:
    """One request of a round and its answer."""

    route: str
    method: str
    whose: str
    path: str
    sent: str
    answer: Response

    @property
    def key(self) -> tuple[str, str]:
        """The route and its method."""
        return self.route, self.method

    @property
    def said(self) -> str:
        """The answer without what differs each time and without the name that was asked for."""
        name = self.path.removeprefix(self.route.partition("{")[0]).partition("/")[0]
        said = said_in(self.answer).replace(self.path, "PATH")
        said = said.replace(quote(self.path, safe=""), "PATH")
        return PASSING.sub("", said.replace(name, "NAME") if len(name) > 5 else said)


def replies(town: Town, who: Visitor) -> list[Reply]:
    """The answers to one round of a visitor through all routes; it is made once for each town."""
    if who.name not in town.rounds:
        town.enter(who)
        keys = Keys(town.engine)
        for route, _, _ in ROUTES:
            keys.path(route, OF_B, who.person)
        before = kept_of_b(town.engine)
        town.rounds[who.name] = list(_round(town, who, keys))
        town.changed[who.name] = sorted(before ^ kept_of_b(town.engine))
    found: list[Reply] = town.rounds[who.name]
    return found


def _round(town: Town, who: Visitor, keys: Keys) -> Iterator[Reply]:
    for route, method, _ in ROUTES:
        for whose in (OF_B, OF_NOBODY, OF_A) if "{" in route else (OF_A,):
            path = keys.path(route, whose, who.person)
            for sent in FORMS.get(route, [{}]) if method == "POST" else [{}]:
                yield Reply(route, method, whose, path, repr(sent), town.ask(who, method, path, **sent))


@pytest.mark.parametrize("who", STRANGERS, ids=lambda who: who.name)
def test_nothing_of_the_other_region_is_in_any_answer(town: Town, who: Visitor) -> None:
    told = {
        f"{reply.method} {reply.path}": found
        for reply in replies(town, who)
        if (found := leaks(reply.answer, reply.path, reply.sent))
    }
    assert told == {}


@pytest.mark.parametrize("who", STRANGERS, ids=lambda who: who.name)
def test_what_is_of_another_region_answers_like_what_does_not_exist(town: Town, who: Visitor) -> None:
    foreign, nobody = (
        {reply.key: reply for reply in replies(town, who) if "{" in reply.route and reply.whose == whose}
        for whose in (OF_B, OF_NOBODY)
    )
    assert {key: reply.said for key, reply in foreign.items()} == {
        key: reply.said for key, reply in nobody.items()
    }
    found = {
        key: reply.answer.status_code
        for key, reply in foreign.items()
        if ACTIONS[key] is not None and may_use(who, ACTIONS[key])
    }
    assert set(found.values()) <= {404}, found


@pytest.mark.parametrize("who", STRANGERS, ids=lambda who: who.name)
def test_nothing_that_a_stranger_sends_changes_anything_of_the_other_region(town: Town, who: Visitor) -> None:
    """RGN-4: every form, with what is of A, of B and of nobody in its address and in its fields."""
    replies(town, who)
    assert len(kept_of_b(town.engine)) > 20
    assert town.changed[who.name] == []


@pytest.mark.parametrize("who", [STRANGERS[3], STRANGERS[5], STRANGERS[-1]], ids=lambda who: who.name)
def test_what_a_form_names_of_another_region_is_like_what_does_not_exist(town: Town, who: Visitor) -> None:
    keys, told = Keys(town.engine), {}
    forms = list(naming(keys.decision_of_b()))
    paths = {route: keys.path(route, OF_A, who.person) for route, *_ in forms}
    before = kept_of_b(town.engine)
    for route, name, *sent in forms:
        foreign, nobody = (town.ask(who, "POST", paths[route], data=data) for data in sent)
        assert leaks(foreign, repr(sent[0])) == [], (route, name)
        names = [data[name].partition(":")[0] for data in sent]
        if unnamed(foreign, *names) != unnamed(nobody, *names):
            told[route, name] = (foreign.status_code, nobody.status_code)
    assert told == {}
    assert kept_of_b(town.engine) == before


def unnamed(answer: Response, *sent: str) -> str:
    """What an answer says, without the names that one form or the other brought."""
    said = said_in(answer)
    for name in (*sent, *(each for _, *others in NAMES for each in others)):
        said = re.sub(rf"\b{re.escape(name)}\b", "NAME", said)
    return PASSING.sub("", said)


def test_whoever_has_the_link_to_a_school_is_told_of_that_school_and_nothing_else(town: Town) -> None:
    actor = f"person:{number_of(town.engine, HEAD_A)}"
    with transaction(town.engine, seeing=EVERYTHING) as session:
        secret, _ = asks.add_ask(session, SCHOOL_A, Service.CHANNEL, actor=actor, at=NOW)
    for who in (ANYONE, STRANGERS[3], STRANGERS[5]):
        answer = town.ask(who, "GET", f"/answer/{secret}")
        assert answer.status_code == 200, who.name
        assert leaks(answer) == [], who.name
    assert town.ask(ANYONE, "GET", f"/schools/{SCHOOL_A}").status_code == 303


@pytest.mark.parametrize("who", CROWD, ids=lambda who: who.name)
def test_who_may_use_a_route_is_what_the_table_says(town: Town, who: Visitor) -> None:
    guarded = [reply for reply in replies(town, who) if ACTIONS[reply.key] is not None]
    refused = {reply.key for reply in guarded if _is_refused(reply.answer, who)}
    assert refused == {key for key, action in ACTIONS.items() if not may_use(who, action)}
    assert [reply.path for reply in replies(town, who) if reply.answer.status_code == 500] == []


def _is_refused(answer: Response, who: Visitor) -> bool:
    """Whether a visitor was turned away for who she is: 403, or sent to sign in."""
    if not who.is_known:
        return answer.status_code == 401 or answer.headers.get("location", "").startswith("/sign-in")
    return answer.status_code == 403


@pytest.mark.parametrize("who", [STRANGERS[0], STRANGERS[5], STRANGERS[-1]], ids=lambda who: who.name)
def test_other_methods_tell_nothing_and_change_nothing(town: Town, who: Visitor) -> None:
    """A method that no page knows is refused before anybody is looked up: one visitor tries those."""
    keys = Keys(town.engine)
    for route in PATHS:
        path = keys.path(route, OF_B, who.person)
        for method in OTHER_METHODS if who is ANYONE else OTHER_METHODS[:1]:
            answer = town.ask(who, method, path)
            assert leaks(answer, path) == [], (method, path)
            if method == "HEAD":
                assert answer.content == b""
            elif method != "OPTIONS":
                assert answer.status_code in (401, 403, 404, 405, 303), (method, path)


def test_whoever_sees_everything_is_shown_every_canary(town: Town) -> None:
    """Otherwise an empty country would pass all the others."""
    said = "".join(said_in(reply.answer) for reply in replies(town, ADMIN))
    assert [text for text in TEXTS_B if text not in said] == []
    assert [each for each in NUMBERS_B if not any(way in said for way in written(each))] == []


def test_a_route_that_does_not_say_who_may_use_it_stops_the_server() -> None:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.add_api_route("/new", lambda: "x")
    with pytest.raises(LookupError, match="/new does not say who may use it"):
        list(rules_of(app))


def test_every_route_for_programs_is_described_and_no_other(town: Town) -> None:
    """What is not described is not asked by the thousands either (WEB-8)."""
    described = town.ask(ADMIN, "GET", "/openapi.json").json()["paths"]
    for_programs = [(path, method) for path, method, _ in ROUTES if path.startswith("/api/")]
    assert {(path, method.upper()) for path, methods in described.items() for method in methods} == {
        (path.replace(":path", ""), method) for path, method in for_programs
    }
