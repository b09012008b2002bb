"""For those who run the service: is it alive, is it ready, how much is wrong, and what to do about it."""

from __future__ import annotations

import platform
from importlib.metadata import version

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from tracker import __version__
from tracker.clock import legal_day
from tracker.domain.acts import Act
from tracker.domain.errors import NotAllowed
from tracker.domain.roles import Action
from tracker.services import keeping_time, operating, timetable, warding, witnessing
from tracker.services.conditions import Level
from tracker.store import jobs, measures, migrate, ways
from tracker.store.engine import durability
from tracker.store.scope import EVERYTHING
from tracker.web.auditing import note
from tracker.web.deps import Asked, Called, Caller, Visit
from tracker.web.house import house_of
from tracker.web.metrics import Reading
from tracker.web.rules import allow, anyone
from tracker.web.witness import settle

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

LIBRARIES = ("fastapi", "starlette", "uvicorn", "sqlalchemy", "jinja2", "holidays", "tzdata")
"""Whose versions an operator is asked for."""


@router.get("/healthz", dependencies=[anyone()])
def alive() -> Response:
    """The process answers; nothing else is looked at."""
    return JSONResponse({"status": "alive"})


@router.get("/readyz", dependencies=[anyone()])
def ready(request: Request) -> Response:
    """Whether requests can be served, with codes of what is wrong; 503 where they cannot."""
    house = house_of(request)
    now = house.clock.now()
    reasons = operating.shortcomings(house.engine, now=now, today=legal_day(now))
    if operating.BEARABLE.issuperset(reasons):
        return JSONResponse({"status": "ready", "reasons": reasons})
    return JSONResponse({"status": "unready", "reasons": reasons}, 503)


@router.get("/metrics", dependencies=[allow(Action.OPERATE)])
def metrics(visit: Asked) -> Response:
    """Counts over the whole country as Prometheus reads them; never without a key, from nowhere."""
    _require_everything(visit)
    reading = Reading(
        measures=measures.measure(visit.session),
        runs=jobs.last_runs(visit.session),
        chain=witnessing.chain_of(visit.session),
        watch=warding.watch(visit.session, now=visit.moment),
        now=visit.moment,
        today=visit.today,
        conditions=operating.watched(visit.session, visit.house.engine, now=visit.moment, today=visit.today),
    )
    return reading.answer()


@router.get("/operations", dependencies=[allow(Action.OPERATE)])
def show(called: Called) -> Response:
    """The same in words: what must hold and what to do where it does not, counts and versions."""
    _require_everything(called)
    settle(called.request.app)
    with called.reading() as visit:
        return _show(visit)


def _show(visit: Visit) -> Response:
    house, session = visit.house, visit.session
    found = operating.all_conditions(
        session, house.engine, now=visit.moment, today=visit.today, book=house.book
    )
    return visit.page(
        "operations/show.html",
        {
            "conditions": found,
            "bad": [each for each in found if each.level is Level.BAD],
            "unknown": [each for each in found if each.level is Level.UNKNOWN],
            "measures": measures.measure(session),
            "schools": measures.count_schools(session),
            "failures": operating.failures(session),
            "slots": [timetable.slot(job, run) for job, run in jobs.last_runs(session).items()],
            "chain": witnessing.chain_of(session),
            "bad_ways": ways.count_bad(session),
            "policy": house.book.policy.fingerprint,
            "versions": _versions(),
            "database": {"schema": migrate.head(), **durability(house.engine)},
            "dialect": house.engine.dialect.name,
        },
    )


def _versions() -> dict[str, str]:
    found = {"tracker": __version__, "python": platform.python_version()}
    return found | {name: version(name) for name in LIBRARIES}


@router.post("/operations/clock", dependencies=[allow(Action.OPERATE)])
def confirm_clock(called: Called) -> Response:
    """Say that a clock which jumped is right, so that what waits for it goes on."""
    _require_everything(called)
    with called.writing() as session:
        if keeping_time.confirm(session, now=called.moment):
            note(session, called, Act.CLOCK_CONFIRMED, "clock")
    called.house.lookout.look()
    return RedirectResponse("/operations", 303)


@router.post("/operations/journal", dependencies=[allow(Action.OPERATE)])
def check_journal(called: Called) -> Response:
    """Read the whole journal now."""
    _require_everything(called)
    chain = witnessing.check_chain(called.house.engine, now=called.moment)
    with called.writing() as session:
        note(
            session,
            called,
            Act.JOURNAL_CHECKED,
            "journal",
            checked_to=chain.checked_to,
            broken=chain.broken_at,
        )
    return RedirectResponse("/operations#journal", 303)


def _require_everything(called: Caller) -> None:
    """A key that is cut to a region tells nothing of the country."""
    if called.scope != EVERYTHING:
        raise NotAllowed(action=Action.OPERATE.value)
