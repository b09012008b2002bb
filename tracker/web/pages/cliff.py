"""The cliff: covers that end, month by month, what has not begun, and asking officers to begin it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, Response

from tracker.domain.asked import read_day
from tracker.domain.cliff import Start
from tracker.domain.days import next_day
from tracker.domain.errors import BeginRefused, DayNotReadable
from tracker.domain.messages import ChannelKind
from tracker.domain.roles import Action
from tracker.domain.vocabulary import Service
from tracker.feeds.regions import REGIONS
from tracker.services import asking_to_begin, beginning
from tracker.services.beginning import DONE, Fate, Ground, Intent, Outcome, Wish
from tracker.services.burning import BurnDown, burn_down
from tracker.services.evaluating import NeedView, snapshot
from tracker.services.foregoing import Prospects, prospects
from tracker.store import begin_requests, registry
from tracker.store.begin_requests import BeginRequest
from tracker.web.cliffs import (
    BEGUN,
    FIELDS,
    Asking,
    Ending,
    Falling,
    Left,
    by_contract,
    by_month,
    falling,
    key_of,
    pick,
    starts_of,
)
from tracker.web.deps import Asked, Called, Caller, Visit
from tracker.web.filters import NOT_STATED, Filters, asked_of, not_known
from tracker.web.paging import Page, page_of
from tracker.web.proving import author_of
from tracker.web.rules import allow

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

ASKED = ("region", "district", "service", "page", "size", *FIELDS)
MOST_LINES = 100
"""Lines of a page, each of which may be picked in one form."""

WORKING_DAYS = 5
"""Within how many working days officers are asked to begin unless another day is chosen."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the form above the list holds: what is picked, whether all is, and the day."""

    picked: Collection[str]
    everything: str
    begin_by: str


@router.get("/cliff", dependencies=[allow(Action.READ)])
def show(visit: Asked) -> Response:
    """Ends by month, the burn-down, and what nothing follows, the fewest working days left first."""
    return _list(visit, asked_of(visit.request, ASKED))


def _list(
    visit: Visit,
    asked: Mapping[str, str],
    *,
    refused: BeginRefused | DayNotReadable | None = None,
    said: Said | None = None,
) -> Response:
    """The page of a question; with a form that was ``refused``, what it ``said`` stands in it again."""
    filters, asking = Filters.read(asked).at_home(visit.person), Asking.read(asked)
    look = _look(visit)
    ends = _ends(look, filters)
    burn = burn_down(visit.session, visit.scope, look.asking, known=visit.known, book=visit.house.book)
    page = _listed(visit, filters, asking, asking.keep(ends, visit.on), burn)
    requests = _requests(visit, page)
    return visit.page(
        "cliff/show.html",
        {
            "filters": filters,
            "has_schools": bool(look.needs),
            "asking": asking,
            "page": page,
            "months": by_month(ends, visit.on),
            "starts": starts_of(ends),
            "all_starts": tuple(Start),
            "all_begun": tuple(BEGUN),
            "burn": burn,
            "burnt": burn.of(filters.region),
            "requests": requests,
            "may_move": any(each.begin_by >= visit.on for each in requests.values()),
            "tomorrow": next_day(visit.on),
            "regions": _regions(found.need for found in look.needs),
            "pick": pick,
            "may_ask": visit.is_now and visit.person.may(Action.ASSIGN),
            "said": said or Said((), "", look.calendar.after(visit.on, WORKING_DAYS).isoformat()),
            "refused": refused,
            "words": urlencode(asked),
            "most": beginning.MOST,
        },
        status=400 if refused else 200,
    )


def _requests(
    visit: Visit, page: Page[Falling] | Page[Ending] | Page[Left]
) -> Mapping[tuple[str, Service, date], BeginRequest]:
    schools = {one.found.need.school.school_id for one in page.items if isinstance(one, Falling)}
    return begin_requests.begin_requests(visit.session, visit.scope, schools)


def _listed(
    visit: Visit, filters: Filters, asking: Asking, shown: tuple[Falling, ...], burn: BurnDown
) -> Page[Falling] | Page[Ending] | Page[Left]:
    """The page of the list: ends, contracts that end, or what the burn-down counts on a day."""
    number, size = filters.page, min(filters.size, MOST_LINES)
    if asking.left is not None:
        return page_of(_left(visit, burn, filters, asking.left), number=number, size=size)
    if asking.per_contract:
        return page_of(by_contract(shown, visit.on), number=number, size=size)
    return page_of(shown, number=number, size=size)


def _left(visit: Visit, burn: BurnDown, filters: Filters, on: date) -> tuple[Left, ...]:
    """What the burn-down counts on one of its days, by the names of the schools."""
    keys = burn.left(on, filters.region, filters.district)
    kept = [key for key in keys if filters.service in (None, key[1])]
    named = registry.list_schools(visit.session, visit.scope, named={school_id for school_id, _ in kept})
    schools = {school.school_id: school for school in named}
    found = (Left(school_id, service, schools.get(school_id)) for school_id, service in kept)
    return tuple(sorted(found, key=lambda one: one.place))


def _regions(needs: Iterable[NeedView]) -> tuple[str, ...]:
    stated = {need.school.region or NOT_STATED for need in needs}
    return tuple(code for code in (*(region.code for region in REGIONS), NOT_STATED) if code in stated)


def _look(visit: Visit) -> Prospects:
    book = visit.house.book
    shot = snapshot(visit.session, visit.scope, on=visit.on, known=visit.known, book=book)
    return prospects(visit.session, visit.scope, shot, book=book)


def _ends(look: Prospects, filters: Filters) -> tuple[Falling, ...]:
    place = Filters(region=filters.region, district=filters.district, service=filters.service)
    kept = place.keep((found.need for found in look.needs), found=None)
    return falling(look.of(kept))


@router.post("/cliff/ask", dependencies=[allow(Action.ASSIGN)])
def ask(
    called: Called,
    picked: Annotated[list[str] | None, Form(alias="pick")] = None,
    everything: Annotated[str, Form(alias="all")] = "",
    begin_by: Annotated[str, Form()] = "",
    intent: Annotated[str, Form()] = Intent.ASK,
    asked: Annotated[str, Form()] = "",
    seen: Annotated[str, Form()] = "",
    back: Annotated[str, Form()] = "",
) -> Response:
    """Show what would become of each need; where that was ``seen`` and nothing changed since, do it.

    Whoever goes ``back`` finds the list as she left it, with what she picked and the day.
    """
    if intent not in tuple(Intent):
        raise not_known("intent", intent, tuple(Intent))
    said, wanted = Said(picked or (), everything, begin_by), Intent(intent)
    if back:
        return _again(called, asked, said)
    try:
        day = called.today if wanted is Intent.TAKE_BACK else read_day(begin_by)
        return _asked(called, said, Wish((), day, wanted), asked, seen)
    except (BeginRefused, DayNotReadable) as refused:
        return _again(called, asked, said, refused)


def _again(
    called: Called, asked: str, said: Said, refused: BeginRefused | DayNotReadable | None = None
) -> Response:
    """The list that a form came from, with what the form said."""
    words = {name: value for name, value in parse_qsl(asked) if name in ASKED}
    with called.reading() as visit:
        return _list(visit, words, refused=refused, said=said)


def _asked(called: Caller, said: Said, wish: Wish, asked: str, seen: str) -> Response:
    book, by = called.house.book, called.house.channels
    with called.reading() as visit:
        look = _look(visit)
        keys = _asked_for(look, asked, called.today) if said.everything else tuple(map(key_of, said.picked))
        wish, ground = replace(wish, keys=keys), Ground(look, called.today, book, by)
        outcomes = beginning.plan(visit.session, called.person, wish, ground)
    state = beginning.seen_of(outcomes, wish, called.today)
    values = {"words": asked, "all": said.everything, "picked": said.picked, "begin_by": said.begin_by}
    values |= {"state": state}
    if seen != state:
        with called.reading() as visit:
            return _answer(visit, wish, outcomes, by, {**values, "is_done": False, "is_changed": bool(seen)})
    with called.writing() as session:
        outcomes = asking_to_begin.ask(session, author_of(called), called.person, wish, ground)
    with called.reading() as visit:
        return _answer(visit, wish, outcomes, by, {**values, "is_done": True, "is_changed": False})


def _asked_for(look: Prospects, asked: str, today: date) -> tuple[tuple[str, str], ...]:
    """Every need of the list that was asked for; raises :class:`FilterNotKnown`."""
    words = dict(parse_qsl(asked))
    kept = Asking.read(words).keep(_ends(look, Filters.read(words)), today)
    return tuple(one.found.key for one in kept)


def _answer(
    visit: Visit,
    wish: Wish,
    outcomes: tuple[Outcome, ...],
    by: Collection[ChannelKind],
    values: Mapping[str, object],
) -> Response:
    counts = {fate.value: sum(one.fate is fate for one in outcomes) for fate in Fate}
    people, reached = beginning.hearing(outcomes), beginning.reached(visit.session, outcomes, by=by)
    more = {
        "wish": wish,
        "outcomes": outcomes,
        "counts": counts,
        "done": [one for one in outcomes if one.fate in DONE],
        "movable": [one for one in outcomes if wish.intent is Intent.ASK and _is_movable(one, wish)],
        "reached": len(reached),
        "unreached": len(people) - len(reached),
        "pick": pick,
        "tomorrow": next_day(visit.on),
    }
    return visit.page("cliff/ask.html", {**more, **values})


def _is_movable(one: Outcome, wish: Wish) -> bool:
    """Whether it was asked for already, by another day."""
    return one.before is not None and one.fate is Fate.ALREADY and one.before.begin_by != wish.begin_by
