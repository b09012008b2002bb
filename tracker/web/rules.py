"""Who may use a route: each declares it, and a route that does not keeps the server from starting.

``allow(action)`` admits people whose role allows the action, ``anyone()`` everybody. A form that changes
something must carry the token of the visitor's own cookie (WEB-1).
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.routing import APIRoute

from tracker.domain.errors import FormStale, NotAllowed, SignInNeeded
from tracker.domain.people import Person
from tracker.domain.roles import Action
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
    given = (await request.form()).get(CSRF)
    return given if isinstance(given, str) else ""


@dataclass(frozen=True)
class Rule:
    """Admits whoever may do ``action``; None admits everybody."""

    action: Action | None

    def __call__(self, request: Request, token: Annotated[str, Depends(given_token)]) -> None:
        """Raises :class:`SignInNeeded`, :class:`NotAllowed` and :class:`FormStale`."""
        visitor = visitor_of(request)
        if self.action is not None:
            if visitor.person is None:
                raise SignInNeeded
            if not visitor.person.may(self.action):
                raise NotAllowed(action=self.action.value)
        if request.method not in READING and not visitor.is_program:
            _require_own_form(visitor.cookie, token)


def _require_own_form(cookie: str | None, token: str) -> None:
    if cookie is None or not hmac.compare_digest(csrf_token(cookie).encode(), token.encode()):
        raise FormStale


def allow(action: Action) -> Any:  # what FastAPI takes among its dependencies
    """A route for people whose role allows ``action``."""
    return Depends(Rule(action))


def anyone() -> Any:  # as above
    """A route for everybody, signed in or not."""
    return Depends(Rule(None))


def rules_of(app: FastAPI) -> Iterator[tuple[str, str, Action | None]]:
    """Every path with its method and who may use it; raises ``LookupError`` for a route that says nothing."""
    for route in app.routes:
        if isinstance(route, APIRoute):
            rule = _rule_of(route)
            yield from ((route.path, method, rule.action) for method in sorted(route.methods or ()))


def _rule_of(route: APIRoute) -> Rule:
    said = [each.dependency for each in route.dependencies]
    declared = [rule for rule in said if isinstance(rule, Rule)]
    if len(declared) != 1:
        raise LookupError(f"{route.path} does not say who may use it")
    return declared[0]


def person_of(request: Request) -> Person | None:
    """Whoever is signed in, as the guard of the route has found; None on a page outside every route."""
    return visitor_of(request).person
