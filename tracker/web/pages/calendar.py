"""What is due as a calendar that programs of a person fetch: the secret in its address is the whole key."""

from __future__ import annotations

import hashlib
import re

from fastapi import APIRouter, Request
from starlette.responses import Response

from tracker import __version__
from tracker.clock import legal_day
from tracker.domain.errors import NotFound
from tracker.domain.people import Person
from tracker.render.calendar import Almanac
from tracker.services import subscribing
from tracker.store import calendar_feeds
from tracker.store.engine import reading
from tracker.store.scope import Scope
from tracker.web.house import House, house_of
from tracker.web.rules import anyone

router = APIRouter(include_in_schema=False)

CALENDAR = "text/calendar; charset=utf-8"
ETAG = re.compile(r'(?:W/)?("[^"]*")|\*')


@router.get("/calendar/{secret}.ics", dependencies=[anyone()])
def fetch(request: Request, secret: str) -> Response:
    """The calendar of a secret, or 304 for whoever has it already.

    Raises :class:`NotFound` alike for a secret that is wrong, revoked or of somebody who may not come in.
    """
    house = house_of(request)
    person = _subscriber(house, secret)
    scope, today = Scope.of_person(person), legal_day(house.clock.now())
    language, home = person.language or house.settings.language, house.settings.base_url
    with reading(house.engine, seeing=scope) as session:
        mark = _mark(__version__, language, home, subscribing.edition(session, person, today=today))
        headers = {"etag": mark, "cache-control": "private, max-age=300", "referrer-policy": "no-referrer"}
        if _has_it(request, mark):
            return Response(status_code=304, headers=headers)
        found = subscribing.diary(session, person, today=today)
    file = Almanac(found, person.only_region, home).write(house.voices[language])
    return Response(file, headers=headers, media_type=CALENDAR)


def _mark(*parts: str) -> str:
    """The name of a file by all that it is made from."""
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return f'"{digest[:32]}"'


def _subscriber(house: House, secret: str) -> Person:
    with reading(house.engine) as session:
        found = calendar_feeds.subscriber_of(session, secret, now=house.clock.now())
    if found is None or (house.settings.demands_second_factor and found.has_password_alone):
        raise NotFound
    return found.person


def _has_it(request: Request, mark: str) -> bool:
    """Whether the program says that it keeps this very file (RFC 9110 §13.1.2)."""
    given = ",".join(request.headers.getlist("if-none-match"))
    return any(found[0] == "*" or found[1] == mark for found in ETAG.finditer(given))
