"""Who may use a route: each declares it, and a route that does not keeps the server from starting.

``allow(action)`` admits people whose role allows the action, ``anyone()`` everybody. Where a second factor is
demanded, it does not admit those who lack one, except on their way to it. A form that changes something must
carry the token of the visitor's own cookie (WEB-1).
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.routing import Mount

from tracker.domain.errors import FormStale, NotAllowed, SecondFactorNeeded, SignInNeeded
from tracker.domain.people import Person
from tracker.domain.roles import Action
from tracker.web.forms import form_of
from tracker.web.visitors import csrf_token, visitor_of

READING = frozenset({"GET", "HEAD", "OPTIONS"})
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
CSRF = "csrf"
"""The hidden field of every form."""


async def given_token(request: Request) -> str:
    """The token that a form or a script sends with a change; empty where there is none."""
    if request.method in READING:
        return ""
    if header := request.headers.get("x-csrf-token"):
        return header
    if not request.headers.get("content-type", "").startswith(FORMS):
        return ""
    given = (await form_of(request)).get(CSRF)
    return given if isinstance(given, str) else ""


@dataclass(frozen=True)
class Rule:
    """Admits whoever may do ``action``; None admits everybody.

    ``leads_to_second_factor`` is where one is set up.
    """

    action: Action | None
    leads_to_second_factor: bool = False

    def admit(self, request: Request) -> None:
        """Needs no body. Raises :class:`SignInNeeded`, :class:`SecondFactorNeeded` and :class:`NotAllowed`.

        Where everybody may, nobody is looked up: ``/healthz`` answers without a database.
        """
        if self.action is None:
            return
        visitor = visitor_of(request)
        if visitor.person is None:
            raise SignInNeeded
        if visitor.lacks_second_factor and not self.leads_to_second_factor:
            raise SecondFactorNeeded(reason="set_up")
        if not visitor.person.may(self.action):
            raise NotAllowed(action=self.action.value)

    def __call__(self, request: Request, token: Annotated[str, Depends(given_token)]) -> None:
        """Raises what :meth:`admit` does, and :class:`FormStale`."""
        self.admit(request)
        if request.method in READING:
            return
        visitor = visitor_of(request)
        if not visitor.is_program:
            _require_own_form(visitor.cookie, token)


def _require_own_form(cookie: str | None, token: str) -> None:
    if cookie is None or not hmac.compare_digest(csrf_token(cookie).encode(), token.encode()):
        raise FormStale


def allow(action: Action, *, leads_to_second_factor: bool = False) -> Any:  # what FastAPI takes
    """A route for people whose role allows ``action``."""
    return Depends(Rule(action, leads_to_second_factor))


def anyone() -> Any:  # as above
    """A route for everybody, signed in or not."""
    return Depends(Rule(None))


@dataclass(frozen=True, slots=True)
class Door:
    """A path of the server with its methods, the rule that stands at it and the room for a body, in bytes.

    None is the room that every route has.
    """

    path: str
    pattern: re.Pattern[str]
    methods: frozenset[str]
    rule: Rule
    room: int | None

    def leads(self, method: str, path: str) -> bool:
        """Whether a request would come in here."""
        return method in self.methods and self.pattern.match(path) is not None


def doors_of(app: FastAPI) -> tuple[Door, ...]:
    """Every door, in the order in which they are tried; raises ``LookupError`` for one without a rule.

    Static files, which hold no data, are the only folder that is mounted, and have none.
    """
    routes = (route for route in iter_route_contexts(app.routes) if not isinstance(route.route, Mount))
    return tuple(_door(route) for route in routes)


def _door(route: RouteContext) -> Door:
    said = [each.dependency for each in route.dependencies] if isinstance(route.route, APIRoute) else []
    declared = [rule for rule in said if isinstance(rule, Rule)]
    if len(declared) != 1:
        raise LookupError(f"{route.path} does not say who may use it")
    methods = frozenset(route.methods or ())
    return Door(str(route.path), route.path_regex, methods, declared[0], route.max_body_size)


def rules_of(app: FastAPI) -> Iterator[tuple[str, str, Action | None]]:
    """Every path with its method and who may use it; raises ``LookupError`` for a route that says nothing."""
    for door in doors_of(app):
        yield from ((door.path, method, door.rule.action) for method in sorted(door.methods))


def person_of(request: Request) -> Person | None:
    """Whoever is signed in, as the guard of the route has found; None on a page outside every route."""
    return visitor_of(request).person
