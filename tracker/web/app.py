"""Puts the web face together: pages, guard, static files, and words for every refusal."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache
from urllib.parse import urlencode

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy import Engine
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import Scope

from tracker import __version__
from tracker.clock import Clock
from tracker.domain.errors import (
    CaseTaken,
    ChangedMeanwhile,
    CodeRefused,
    ConfirmationNeeded,
    DatabaseNotReady,
    DecisionStale,
    EmailTaken,
    FileStays,
    FormStale,
    LastAdmin,
    LinkDead,
    MomentRefused,
    NotAllowed,
    NotFound,
    PaperIncomplete,
    PathNotWritable,
    PolicyBroken,
    ProofStale,
    ReportDiffers,
    SecondFactorNeeded,
    SecretMissing,
    SettingsRefused,
    SignInNeeded,
    SignInRefused,
    TooBusy,
    TooManyTries,
    TrackerError,
    UploadGone,
)
from tracker.domain.vocabulary import Language
from tracker.logs import about
from tracker.services.evaluating import Book
from tracker.services.hashing import Hasher
from tracker.settings import Settings
from tracker.store.engine import make_engine
from tracker.web import api, api_description, api_history
from tracker.web.access_log import AccessLog, route_of
from tracker.web.admission import Admission
from tracker.web.api_queries import refusal_of
from tracker.web.assets import STATIC_FOLDER, LastingFiles
from tracker.web.background import working
from tracker.web.deps import Caller, caller, html, language_of
from tracker.web.forms import FORM_FIELDS, FORM_FILES, FORM_ROOM
from tracker.web.house import House, house_of, speech
from tracker.web.lookout import Lookout
from tracker.web.methods import Heads, allowed, options
from tracker.web.own_paths import written_path
from tracker.web.pages import (
    account,
    agreement,
    approvals,
    asks,
    board,
    calendar,
    cases,
    cliff,
    corrections,
    deadlines,
    decisions,
    enclosures,
    erasing,
    exports,
    history,
    holds,
    imports,
    journal,
    languages,
    leads,
    losses,
    numbers,
    operations,
    papers,
    people,
    policy,
    provider,
    purchases,
    quality,
    queue,
    reminders,
    reports,
    schools,
    second_factor,
    session,
    suggestions,
    welcome,
    whatif,
)
from tracker.web.refusals import Refusals
from tracker.web.rules import doors_of
from tracker.web.security import Guard, Site, add_rules
from tracker.web.visitors import visitor_of
from tracker.web.witness import Witness, tell_refusal

ERROR_PAGE = "errors/show.html"

STATUSES: Mapping[type[TrackerError], int] = {
    NotFound: 404,
    UploadGone: 404,
    SignInNeeded: 401,
    NotAllowed: 403,
    SecondFactorNeeded: 403,
    FormStale: 403,
    ConfirmationNeeded: 409,
    FileStays: 409,
    CaseTaken: 409,
    ChangedMeanwhile: 409,
    PaperIncomplete: 409,
    MomentRefused: 409,
    SignInRefused: 401,
    CodeRefused: 401,
    ProofStale: 401,
    TooManyTries: 429,
    TooBusy: 503,
    LinkDead: 404,
    EmailTaken: 409,
    LastAdmin: 409,
    DecisionStale: 409,
    ReportDiffers: 409,
    SecretMissing: 409,
    DatabaseNotReady: 503,
    PathNotWritable: 503,
    PolicyBroken: 500,
    SettingsRefused: 500,
}
"""The status of each refusal; every other one is a bad request."""

PAGES = (
    cliff, losses, approvals,
    papers, board, queue, suggestions, decisions, enclosures, cases, whatif, deadlines, holds, reminders,
    agreement, leads, calendar, schools, exports, imports, policy, reports, quality, history, corrections,
    asks, languages, session, provider, welcome, account, second_factor, people, erasing, journal, operations,
    purchases, numbers,
)  # fmt: skip

log = logging.getLogger(__name__)


def create_app(
    settings: Settings, clock: Clock, engine: Engine | None = None, *, hasher: Hasher | None = None
) -> FastAPI:
    """Build a server over one database; nothing exists before it is called."""
    app = FastAPI(
        title="School channel tracker",
        lifespan=working,
        version=__version__,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # it would lead to the name that the request gives us
        openapi_url=None,  # api_description says it to those who may ask
        form_limits={"max_fields": FORM_FIELDS, "max_files": FORM_FILES, "max_part_size": FORM_ROOM},
    )
    voices, environments = speech()
    engine = engine or make_engine(settings.database_url)
    app.state.house = House(
        settings=settings,
        clock=clock,
        engine=engine,
        book=Book.load(settings.policy_dir),
        voices=voices,
        environments=environments,
        hasher=hasher or Hasher(),
        lookout=Lookout(engine, clock),
    )
    app.state.refusals = Refusals()
    app.mount("/static", LastingFiles(directory=STATIC_FOLDER), name="static")
    app.router.routes.extend(_routes().routes)
    doors = doors_of(app)  # a route that does not say who may use it stops here
    app.add_middleware(Admission, doors=doors, refused=_tracker_error, too_large=_http_error)
    app.add_middleware(Guard, site=Site.of(settings), refuse=_refuse)
    app.add_middleware(AccessLog)
    app.add_middleware(Heads)
    app.add_middleware(Witness, doors=doors)
    app.add_exception_handler(TrackerError, _tracker_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _bad_request)
    app.add_exception_handler(Exception, _bug)
    return app


@cache
def _routes() -> APIRouter:
    """The routes of every server, taken apart once a process: nothing of them belongs to one database."""
    whole = APIRouter()
    for each in (*PAGES, api, api_history, api_description):
        whole.include_router(each.router)
    return whole


def is_for_programs(request: Request) -> bool:
    """Whether the answer is read by a program: refusals are problem documents then."""
    return request.url.path.startswith(("/api/", "/openapi.json"))


def sign_in_address(request: Request) -> str:
    """Where to sign in and come back from; after a form one comes back to the front page."""
    if request.method != "GET":
        return "/sign-in"
    here = written_path(request) + (f"?{request.url.query}" if request.url.query else "")
    return f"/sign-in?{urlencode({'next': here})}"


def status_of(error: TrackerError) -> int:
    """The HTTP status of a refusal."""
    return STATUSES.get(type(error), 400)


def _tracker_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, TrackerError)
    if onward := _led_to(request, error):
        return RedirectResponse(onward, 303)
    return _told(request, status_of(error), error)


def _led_to(request: Request, error: TrackerError) -> str | None:
    """Where a person can do what is missing; programs, and people in all else, are told of the refusal."""
    if is_for_programs(request):
        return None
    if isinstance(error, SecondFactorNeeded) and not visitor_of(request).is_program:
        language = request.query_params.get("lang")
        return f"{second_factor.PAGE}?lang={language}" if language in tuple(Language) else second_factor.PAGE
    return sign_in_address(request) if isinstance(error, SignInNeeded) else None


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405 and request.method == "OPTIONS":
        return options(error.headers or {})
    codes = {404: "error.page_not_found", 405: "error.method", 413: "error.too_large"}
    told = _told(request, error.status_code, _named(codes.get(error.status_code, "error.request")))
    told.headers.update(allowed(error.headers or {}))
    return told


def _bad_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return _told(request, 400, refusal_of(error) if is_for_programs(request) else _named("error.request"))


def _bug(request: Request, error: Exception) -> Response:
    """A fault of ours: a page with a number to look up in the log, and nothing of what went wrong."""
    number = secrets.token_hex(4)
    log.error("fault", exc_info=error, extra=about(number=number, route=route_of(request.scope)))
    response = _told(request, 500, _named("error.fault"), number=number)
    is_https = house_of(request).settings.is_https
    add_rules(response.headers, request, is_https=is_https)  # this answer does not pass the guard
    return response


def _refuse(scope: Scope, status: int, code: str) -> Response:
    return _told(Request(scope), status, _named(code))


def _named(code: str) -> TrackerError:
    error = TrackerError()
    error.code = code
    return error


def _told(request: Request, status: int, error: TrackerError, *, number: str | None = None) -> Response:
    """The refusal in the reader's language: a page, or a problem document (RFC 9457) for programs."""
    tell_refusal(request, status, error.code)
    with suppress(DatabaseNotReady):  # it is told to a stranger then
        visitor_of(request)
    house = house_of(request)
    language = language_of(request, house.settings.language)
    if is_for_programs(request):
        return _problem(status, error, house.voices[language].sentences.error(error), number=number)
    values = {"error": error, "number": number, "is_reading": request.method == "GET"}
    if status < 500 and visitor_of(request).person:
        with suppress(DatabaseNotReady), _refused_caller(request).reading() as visit:
            return visit.page(ERROR_PAGE, values, status=status)
    return html(request, house, language, ERROR_PAGE, values, status=status)


def _refused_caller(request: Request) -> Caller:
    """Who is refused; where her address cannot be understood, as if she had asked about nothing."""
    try:
        return caller(request)
    except TrackerError:
        plain = caller(Request({**request.scope, "query_string": b""}))
        return replace(plain, language=language_of(request, plain.language))


def _problem(status: int, error: TrackerError, title: str, *, number: str | None) -> Response:
    details: dict[str, object] = {
        name: list(value) if isinstance(value, tuple) else str(value) for name, value in error.details.items()
    }
    if number:
        details["number"] = number
    body = {"type": f"urn:tracker:{error.code}", "title": title, "status": status, **details}
    challenge = {"www-authenticate": "Bearer"} if status == 401 else None
    return JSONResponse(body, status, challenge, media_type="application/problem+json")
