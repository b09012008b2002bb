"""How the API describes itself (OpenAPI 3.1): what may be asked and by whom, what is answered or refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from fastapi import APIRouter, Request
from fastapi.openapi.utils import get_openapi
from starlette.responses import JSONResponse

from tracker import __version__
from tracker.domain.roles import Action
from tracker.web import api, api_history
from tracker.web.api_answers import Problem
from tracker.web.house import House, house_of
from tracker.web.rules import allow
from tracker.web.visitors import cookie_name

PROBLEM = "application/problem+json"

REFUSALS = {
    "400": "A parameter is unknown, repeated, or has a value that does not exist.",
    "401": "Nobody is signed in, or the token is unknown, expired or revoked.",
    "403": "The role or the token does not allow this, or a second factor must be set up first.",
    "503": "The database cannot be used now.",
}
NOT_FOUND = {"404": "It does not exist, or not for whoever asks: both are answered alike."}

router = APIRouter()


@router.get("/openapi.json", include_in_schema=False, dependencies=[allow(Action.READ)])
def show_description(request: Request) -> JSONResponse:
    """The description of the API, for people who are signed in and for programs with a token."""
    return JSONResponse(dict(describe(house_of(request))))


def describe(house: House) -> Mapping[str, Any]:
    """The whole description; it says nothing of data."""
    return _described(cookie_name(house))


@cache
def _described(cookie: str) -> Mapping[str, Any]:
    routes = [*api.router.routes, *api_history.router.routes]
    found = get_openapi(title="School channel tracker", version=__version__, routes=routes)
    schemas = found["components"]["schemas"]
    for made_for_others in ("HTTPValidationError", "ValidationError"):
        schemas.pop(made_for_others, None)
    schemas["Problem"] = Problem.model_json_schema()
    found["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer"},
        "session": {"type": "apiKey", "in": "cookie", "name": cookie},
    }
    found["security"] = [{"token": []}, {"session": []}]
    for path, operation in _operations(found):
        refusals = REFUSALS | (NOT_FOUND if "{" in path else {})
        answered = {"200": operation["responses"]["200"]}
        operation["responses"] = answered | {
            status: _problem(refusals[status]) for status in sorted(refusals)
        }
    return found


def _operations(found: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in found["paths"].items():
        yield from ((path, operation) for operation in methods.values())


def _problem(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {PROBLEM: {"schema": schema}}}
