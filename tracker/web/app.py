"""Puts the web face together: pages, guard, static files, and words for every refusal."""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy import Engine
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from tracker import __version__
from tracker.clock import LEGAL_ZONE, Clock
from tracker.domain.errors import (
    ConfirmationNeeded,
    DatabaseNotReady,
    MomentRefused,
    NotFound,
    PathNotWritable,
    PolicyBroken,
    SettingsRefused,
    TrackerError,
)
from tracker.feeds.table_files import LARGEST_FILE
from tracker.render.catalogs import load_catalogs
from tracker.render.environment import make_environments, make_voices
from tracker.services.evaluating import Book
from tracker.settings import Settings
from tracker.store.engine import make_engine
from tracker.web import api
from tracker.web.deps import House, house_of, html, language_of
from tracker.web.pages import board, imports, policy, queue, schools
from tracker.web.security import STATIC, Guard, add_rules

STATIC_FOLDER = Path(__file__).resolve().parent / "static"
YEAR_SECONDS = 365 * 24 * 3600
FORM_ROOM = 64 * 1024
"""Room for the fields around an uploaded file."""

STATUSES: Mapping[type[TrackerError], int] = {
    NotFound: 404,
    ConfirmationNeeded: 409,
    MomentRefused: 409,
    DatabaseNotReady: 503,
    PathNotWritable: 503,
    PolicyBroken: 500,
    SettingsRefused: 500,
}
"""The status of each refusal; every other one is a bad request."""

log = logging.getLogger(__name__)


def create_app(settings: Settings, clock: Clock, engine: Engine | None = None) -> FastAPI:
    """Build a server over one database; nothing exists before it is called."""
    app = FastAPI(
        title="School channel tracker",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        max_body_size=LARGEST_FILE + FORM_ROOM,
    )
    voices = make_voices(load_catalogs(), zone=LEGAL_ZONE)
    app.state.house = House(
        settings=settings,
        clock=clock,
        engine=engine or make_engine(settings.database_url),
        book=Book.load(settings.policy_dir),
        voices=voices,
        environments=make_environments(voices, asset=_asset_addresses()),
    )
    app.mount("/static", _LastingFiles(directory=STATIC_FOLDER), name="static")
    for pages in (board, queue, schools, imports, policy):
        app.include_router(pages.router)
    app.include_router(api.router)
    app.add_middleware(Guard, refuse=_refuse)
    app.add_exception_handler(TrackerError, _tracker_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _bad_request)
    app.add_exception_handler(Exception, _bug)
    return app


def status_of(error: TrackerError) -> int:
    """The HTTP status of a refusal."""
    return STATUSES.get(type(error), 400)


def _asset_addresses() -> Callable[[str], str]:
    """Addresses of static files that change with their content, so that browsers may keep them."""
    marks = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for path in STATIC_FOLDER.iterdir()
        if path.is_file()
    }
    return lambda name: f"{STATIC}{name}?v={marks[name]}"


class _LastingFiles(StaticFiles):
    """Static files that a browser may keep for a year when it asks by their mark."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if scope["query_string"].startswith(b"v="):
            response.headers["cache-control"] = f"public, max-age={YEAR_SECONDS}, immutable"
        return response


def _tracker_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, TrackerError)
    return _told(request, status_of(error), error)


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    codes = {404: "error.page_not_found", 405: "error.method", 413: "error.too_large"}
    return _told(request, error.status_code, _named(codes.get(error.status_code, "error.request")))


def _bad_request(request: Request, _: Exception) -> Response:
    return _told(request, 400, _named("error.request"))


def _bug(request: Request, error: Exception) -> Response:
    """A fault of ours: a page with a number to look up in the log, and nothing of what went wrong."""
    number = secrets.token_hex(4)
    log.error("fault %s at %s", number, request.url.path, exc_info=error)
    response = _told(request, 500, _named("error.fault"), number=number)
    add_rules(response.headers, request.url.path)  # this answer does not pass the guard
    return response


def _refuse(scope: Scope, status: int, code: str) -> Response:
    return _told(Request(scope), status, _named(code))


def _named(code: str) -> TrackerError:
    error = TrackerError()
    error.code = code
    return error


def _told(request: Request, status: int, error: TrackerError, *, number: str | None = None) -> Response:
    """The refusal in the reader's language: a page, or a problem document (RFC 9457) for programs."""
    house = house_of(request)
    language = language_of(request, house.settings.language)
    if request.url.path.startswith("/api/"):
        return _problem(status, error, house.voices[language].sentences.error(error))
    values = {"error": error, "number": number}
    return html(request, house, language, "errors/show.html", values, status=status)


def _problem(status: int, error: TrackerError, title: str) -> Response:
    details = {name: str(value) for name, value in error.details.items()}
    body = {"type": f"urn:tracker:{error.code}", "title": title, "status": status, **details}
    return JSONResponse(body, status, media_type="application/problem+json")
