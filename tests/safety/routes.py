"""Every address of the server, from the rules of its routes: a new one is tested without being named."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from inspect import getmodule
from types import FunctionType, ModuleType

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.people import ADMIN, a_person
from tests.web.register import STALLED
from tracker.domain.people import Person
from tracker.domain.roles import Action, Role
from tracker.store import journal
from tracker.store.engine import reading
from tracker.store.scope import EVERYTHING
from tracker.web.filters import EVERYWHERE
from tracker.web.rules import READING, rules_of

SAMPLES = {"school_id": STALLED, "number": "1", "contract": "K-1"}
NOTES = ("journal", "sqlite_sequence")
"""Tables in which a refusal may leave a note of itself."""


HEAD = a_person(Role.HEAD, "59", "71", name="head")
"""She and an administrator may use every route between them."""


@dataclass(frozen=True, slots=True)
class Address:
    """One method at one path, with samples for its places, and what somebody must be allowed to do there."""

    method: str
    path: str
    action: Action | None = None

    @property
    def sender(self) -> Person:
        """Whoever is not turned away there for her role."""
        return HEAD if self.action is None or HEAD.may(self.action) else ADMIN

    @property
    def is_reading(self) -> bool:
        """Whether it is only asked, and changes nothing."""
        return self.method in READING


def addresses_of(client: TestClient) -> tuple[Address, ...]:
    """Every address of the server behind a client."""
    rules = rules_of(client.app)  # type: ignore[arg-type]  # the app is ours
    return tuple(Address(method, filled_in(path), action) for path, method, action in rules)


def filled_in(path: str) -> str:
    """The path with something in each of its places."""
    return re.sub(r"\{(\w+)(:\w+)?\}", lambda place: SAMPLES.get(place[1], "unknown"), path)


def changing(client: TestClient) -> tuple[Address, ...]:
    """The addresses at which something may be changed."""
    return tuple(each for each in addresses_of(client) if not each.is_reading)


PROVED = (Action.OWN_ACCOUNT, None)
"""Forms of one's own account and of nobody hash passwords; those of nobody are named one by one."""

BY_HAND = {
    "/corrections": ("kind", "school_id", "number", "service", "seen", "reason", "value_end_on",
                     "value_amount", "value_supplier_name", "deed", "shown"),
    "/purchases": ("deed", "school_id", "service", "purchase", "seen", "day", "number", "trouble", "then",
                   "planned_on", "contract", "method", "tell", "start_on", "end_on", "is_renamed",
                   "question", "event", "reason"),
}  # fmt: skip
"""Forms that are read whole, whose fields no signature names."""

READ_BY_NAME = re.compile(r"""(?:given\.get\(|given\[|_day\(given, )"(\w+)\"""")
"""How such a form asks for one of its fields."""


def asked_by_name(page: ModuleType) -> set[str]:
    """The fields that the module of a page takes from a form that it reads whole."""
    return set(READ_BY_NAME.findall(inspect.getsource(page)))


@dataclass(frozen=True, slots=True)
class Form:
    """An address that takes a form, with the names of its fields."""

    path: str
    fields: tuple[str, ...]
    action: Action | None


def forms_of(client: TestClient) -> tuple[Form, ...]:
    """Every form that somebody who is signed in sends, and those that a school sends by its link."""
    app: FastAPI = client.app  # type: ignore[assignment]  # the app is ours
    named = ("/answer/{key}", "/queue/views", "/queue/views/forget")
    rules = {path: action for path, method, action in rules_of(app) if method == "POST"}
    known = {path: action for path, action in rules.items() if action not in PROVED or path in named}
    found = []
    for each in iter_route_contexts(app.routes):
        if each.path in known and "POST" in (each.methods or ()) and isinstance(each.route, APIRoute):
            fields = BY_HAND.get(str(each.path), tuple(fields_of(each.route.dependant)))
            found.append(Form(filled_in(str(each.path)), fields, known[str(each.path)]))
    return tuple(form for form in found if form.fields)


def fields_of(reading: Dependant) -> Iterator[str]:
    """The fields that a form is asked for, also by what its route depends on."""
    yield from (param.alias for param in reading.body_params)
    for deeper in reading.dependencies:
        yield from fields_of(deeper)


def questions(client: TestClient) -> dict[str, tuple[str, ...]]:
    """What may be asked of each address that is read, by the names in its query."""
    app: FastAPI = client.app  # type: ignore[assignment]  # the app is ours
    told = app.openapi()["paths"]
    found = {}
    for each in iter_route_contexts(app.routes):
        if "GET" not in (each.methods or ()) or not isinstance(each.route, APIRoute) or each.path in SILENT:
            continue
        said = [one["name"] for one in told.get(each.path, {}).get("get", {}).get("parameters", ())]
        names = said if "/api/" in str(each.path) else names_asked(getmodule(each.route.endpoint))
        found[filled_in(str(each.path))] = tuple(dict.fromkeys(names))
    return found


def paths_with_places(client: TestClient) -> tuple[str, ...]:
    """Every address that is read and has a place in it, with ``{place}`` there."""
    rules = rules_of(client.app)  # type: ignore[arg-type]  # the app is ours
    found = (path for path, method, _ in rules if method == "GET" and "{" in path)
    return tuple(re.sub(r"\{\w+(:\w+)?\}", "{place}", path) for path in found)


def names_asked(page: ModuleType | None) -> Iterator[str]:
    """What a page asks its address for, and what those functions of the faces do that it takes in."""
    assert page is not None
    yield from (*EVERYWHERE, *READ_OF_QUERY.findall(inspect.getsource(page)))
    faces = (part for part in vars(page).values() if inspect.isfunction(part) and is_of_the_faces(part))
    parts: tuple[ModuleType | FunctionType, ...] = (page, *faces)
    for part in parts:
        for call in ast.walk(ast.parse(inspect.getsource(part))):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "asked_of" and len(call.args) > 1:
                yield from eval(ast.unparse(call.args[1]), vars(getmodule(part)))  # of our own pages


def is_of_the_faces(part: FunctionType) -> bool:
    """Whether it knows of addresses at all."""
    return part.__module__.startswith("tracker.web")


READ_OF_QUERY = re.compile(r'''query_params\.get\("(\w+)"''')


UNASKED = ("/account/second-factor", "/metrics", "/openapi.json")
"""A step that wants a password first, and two answers for programs that take no question."""

SILENT = (*UNASKED, "/healthz", "/readyz")
"""What takes no question."""


def lists_of(client: TestClient) -> tuple[str, ...]:
    """Every page and answer of an administrator that has one address."""
    rules = rules_of(client.app)  # type: ignore[arg-type]  # the app is ours
    return tuple(
        path
        for path, method, action in rules
        if method == "GET" and action and ADMIN.may(action) and path not in UNASKED and "{" not in path
    )


def dump(engine: Engine, *, without: tuple[str, ...] = ()) -> list[str]:
    """Everything that a SQLite database holds, as statements, but for some tables."""
    connection = engine.raw_connection()
    try:
        lines = list(connection.driver_connection.iterdump())  # type: ignore[union-attr]  # it is open
    finally:
        connection.close()
    skipped = tuple(f'INSERT INTO "{name}"' for name in without)
    return [line for line in lines if not line.startswith(skipped)]


def acts_noted(engine: Engine) -> list[str]:
    """What the journal tells of, the newest first."""
    with reading(engine, seeing=EVERYTHING) as session:
        return [entry.action for entry in journal.entries(session)]
