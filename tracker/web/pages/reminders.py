"""My reminders: what I was told and will be told, who reads in my place, and by which ways I am reached."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tracker.domain.asked import read_day, read_number
from tracker.domain.errors import (
    DayNotReadable,
    FilterNotKnown,
    NotFound,
    ProofStale,
    SignInRefused,
    SubstituteRefused,
    TooManyTries,
    TrackerError,
    WayRefused,
)
from tracker.domain.messages import ChannelKind
from tracker.domain.people import Person
from tracker.domain.roles import Action
from tracker.feeds.regions import REGIONS
from tracker.render.letters import Letters
from tracker.render.told import Told, lines_left
from tracker.services import connecting, overseeing, rehearsing
from tracker.services.evaluating import calendar
from tracker.services.rehearsing import Rehearsal
from tracker.services.reminding import open_ways
from tracker.services.sealing import Seal
from tracker.store import accounts, digests, told
from tracker.store.told import Sending
from tracker.web.deps import Asked, Called, Caller, Visit
from tracker.web.filters import asked_of
from tracker.web.pages.people import LARGEST_NUMBER
from tracker.web.paging import page_number, page_of
from tracker.web.proving import author_of, prove_again
from tracker.web.rules import allow

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

PAGE = "/reminders"
OWN = [allow(Action.OWN_ACCOUNT)]
"""No program by a token: what stands here is a person's own."""

DIGESTS_SHOWN = 20
LINES_SHOWN = 50
"""Lines of a day that the page shows; a page of that day shows the others."""
REFUSALS = (DayNotReadable, ProofStale, SignInRefused, SubstituteRefused, TooManyTries, WayRefused)
STATUSES = {ProofStale: 401, SignInRefused: 401, TooManyTries: 429}
Number = Annotated[int, Form(ge=0, le=LARGEST_NUMBER)]

REGIONS_TOLD = frozenset({None, *(region.code for region in REGIONS)})
"""What a line may say of where its school is."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A digest as the page shows it: the lines that the reader may see, and how its messages fared."""

    on: date
    lines: tuple[Told, ...]
    sendings: tuple[Sending, ...] = ()

    @property
    def first(self) -> tuple[Told, ...]:
        """As many lines as the page has room for."""
        return self.lines[:LINES_SHOWN]


@router.get(PAGE, dependencies=OWN)
def show(visit: Asked) -> Response:
    """One's own reminders, or those of somebody whose schools one sees; or all of one day."""
    asked = asked_of(visit.request, ("person", "day", "page"))
    text = asked.get("person") or str(visit.person.id)
    number = read_number(text, most=LARGEST_NUMBER)
    if number is None:
        raise FilterNotKnown(name="person", value=text)
    person = overseeing.overseen_person(visit.session, visit.person, number)
    if "day" in asked:
        return _day(visit, person, read_day(asked["day"]), page_number(asked.get("page", "")))
    return _page(visit, person)


def _day(visit: Visit, person: Person, day: date, number: int) -> Response:
    """All that a person was or will be told on a day, page by page; raises :class:`NotFound`."""
    found = [
        each for each in (*_past(visit, person), *_to_come(visit, _ahead(visit, person))) if each.on == day
    ]
    if not found:
        raise NotFound(day=day)
    page = page_of([line for each in found for line in each.lines], number=number, size=LINES_SHOWN)
    shown = Shown(day, page.items)
    values = {
        "whose": person,
        "is_own": person.id == visit.person.id,
        "letters": _letters(visit),
        "names": _names(visit, [shown]),
        "shown": shown,
        "page": page,
        "filters": {"named": {"person": person.id, "day": day.isoformat()}},
    }
    return visit.page("reminders/day.html", values)


def _letters(visit: Visit) -> Letters:
    house = visit.house
    return Letters(house.voices[visit.language], house.book.policy.clauses, house.settings.base_url)


def _ahead(visit: Visit, person: Person) -> Rehearsal:
    book, by = visit.house.book, visit.house.settings.channels
    return rehearsing.rehearse_for(visit.session, visit.person, person, today=visit.today, book=book, by=by)


@router.post("/reminders/substitutes", dependencies=OWN)
def set_substitute(
    called: Called,
    email: Annotated[str, Form()] = "",
    first: Annotated[str, Form()] = "",
    last: Annotated[str, Form()] = "",
) -> Response:
    """Have a colleague read one's digests for some days."""
    try:
        days = {"first": read_day(first), "last": read_day(last)}
        with called.writing() as session:
            overseeing.substitute(
                session, author_of(called), called.person, email=email, **days, today=called.today
            )
    except REFUSALS as error:
        return _refused(called, error, "email", {"email": email, "first": first, "last": last})
    return RedirectResponse(PAGE, 303)


@router.post("/reminders/substitutes/end", dependencies=OWN)
def end_substitute(called: Called, number: Number = 0) -> Response:
    """Read one's digests oneself again."""
    with called.writing() as session:
        overseeing.end_substitute(session, author_of(called), called.person, number)
    return RedirectResponse(PAGE, 303)


@router.post("/reminders/ways/telegram", dependencies=OWN)
def connect_telegram(called: Called, telegram_current: Annotated[str, Form()] = "") -> Response:
    """A code that connects a chat once; the page shows it this once."""

    def add(session: Session) -> Mapping[str, str]:
        return {"code": connecting.telegram_code(session, author_of(called), called.person)}

    return _added(called, "telegram", telegram_current, add)


@router.post("/reminders/ways/webhook", dependencies=OWN)
def add_webhook(
    called: Called,
    webhook_url: Annotated[str, Form()] = "",
    webhook_current: Annotated[str, Form()] = "",
) -> Response:
    """Keep a webhook; the page shows its signing secret this once."""

    def add(session: Session) -> Mapping[str, str]:
        author, seal = author_of(called), _seal(called)
        return {"secret": connecting.add_webhook(session, author, called.person, webhook_url, seal)}

    return _added(called, "webhook", webhook_current, add)


@router.post("/reminders/ways/other", dependencies=OWN)
def add_other(
    called: Called,
    other_url: Annotated[str, Form()] = "",
    other_current: Annotated[str, Form()] = "",
) -> Response:
    """Keep the address of another service."""

    def add(session: Session) -> Mapping[str, str]:
        connecting.add_other(session, author_of(called), called.person, other_url, _seal(called))
        return {}

    return _added(called, "other", other_current, add)


def _added(called: Caller, way: str, password: str, add: Callable[[Session], Mapping[str, str]]) -> Response:
    """Add a way after the proof of who asks; what ``add`` returns is shown this once."""
    try:
        prove_again(called, password)
        with called.writing() as session:
            shown = add(session)
    except REFUSALS as error:
        return _refused(called, error, f"{way}_url" if isinstance(error, WayRefused) else f"{way}_current")
    if not shown:
        return RedirectResponse(PAGE, 303)
    with called.reading() as visit:
        return _page(visit, visit.person, secret=shown.get("secret", ""), code=shown.get("code", ""))


@router.post("/reminders/ways/remove", dependencies=OWN)
def remove_way(called: Called, number: Number = 0) -> Response:
    """Take one of one's own ways away."""
    with called.writing() as session:
        connecting.remove(session, author_of(called), called.person, number)
    return RedirectResponse(PAGE, 303)


@router.post("/reminders/ways/test", dependencies=OWN)
def send_test(called: Called, number: Number = 0) -> Response:
    """Send a message that tells nothing by one of one's own ways; 0 is the mail."""
    with called.writing() as session:
        connecting.send_test(session, author_of(called), called.person, number or None)
    return RedirectResponse(f"{PAGE}#ways", 303)


def _seal(called: Caller) -> Seal | None:
    return Seal.of(called.house.settings.secret)


def _refused(
    called: Caller, error: TrackerError, field: str, typed: Mapping[str, str] | None = None
) -> Response:
    status = STATUSES.get(type(error), 400)
    with called.reading() as visit:
        return _page(visit, visit.person, refused=error, field=field, typed=typed, status=status)


def _page(
    visit: Visit,
    person: Person,
    *,
    refused: TrackerError | None = None,
    field: str = "",
    typed: Mapping[str, str] | None = None,
    secret: str = "",
    code: str = "",
    status: int = 200,
) -> Response:
    past = _past(visit, person)
    ahead = _ahead(visit, person)
    to_come = tuple(_to_come(visit, ahead))
    values = {
        "whose": person,
        "is_own": person.id == visit.person.id,
        "people": overseeing.overseen(visit.session, visit.person),
        "letters": _letters(visit),
        "past": past,
        "ahead": to_come,
        "names": _names(visit, (*past, *to_come)),
        "until": ahead.last,
        "refused": refused,
        "field": field,
        "typed": typed or {"email": "", "first": visit.today.isoformat(), "last": ""},
        "secret": secret,
        "code": code,
        **(_own(visit) if person.id == visit.person.id else {}),
    }
    return visit.page("reminders/show.html", values, status=status)


def _names(visit: Visit, shown: Iterable[Shown]) -> Mapping[int, str]:
    """What those are called in whose place something is read."""
    wanted = {person for each in shown for line in each.first for person in line.instead_of}
    found = (accounts.account_of(visit.session, person) for person in sorted(wanted))
    return {each.person.id: each.person.name for each in found if each is not None}


def _own(visit: Visit) -> Mapping[str, object]:
    """What only the person herself is shown."""
    session, person = visit.session, visit.person
    account = accounts.account_of(session, person.id)
    own = connecting.own_ways(session, person)
    mail = [way for way in own if way.channel is ChannelKind.MAIL]
    return {
        "mail": next((way for way in mail if way.address == person.email), None),
        "is_reached": not any(way.bad_since for way in own) or bool(open_ways(person, own, _set_up(visit))),
        "standins": overseeing.standins(session, person, today=visit.today),
        "ways": [way for way in own if way not in mail],
        "tests": told.last_of(session, person.id, connecting.TEST),
        "has_password": account is not None and account.has_password,
        "has_bot": bool(visit.house.settings.telegram_token),
    }


def _set_up(visit: Visit) -> frozenset[ChannelKind]:
    """The channels that the settings name."""
    settings = visit.house.settings
    named = {ChannelKind.MAIL: settings.smtp_url, ChannelKind.TELEGRAM: settings.telegram_token}
    return frozenset(kind for kind in ChannelKind if named.get(kind, "always"))


def _past(visit: Visit, person: Person) -> tuple[Shown, ...]:
    """What a person was told, as far as the reader sees the schools today and it can be put into words."""
    kept = digests.of_person(visit.session, person.id, most=DIGESTS_SHOWN)
    lines = {digest.id: lines_left(digest.body, digest.withdrawn) for digest in kept}
    schools = {line.school_id for found in lines.values() for line in found}
    seen = told.schools_seen(visit.session, visit.scope, schools)
    sendings = told.sendings_of(visit.session, lines)
    days = calendar(visit.session, visit.house.book)
    shown = (
        Shown(
            digest.on,
            tuple(
                line.counted(digest.on, visit.today, days)
                for line in lines[digest.id]
                if line.school_id in seen and line.region in REGIONS_TOLD
            ),
            sendings.get(digest.id, ()),
        )
        for digest in kept
    )
    return tuple(each for each in shown if each.lines)


def _to_come(visit: Visit, found: Rehearsal) -> list[Shown]:
    days = calendar(visit.session, visit.house.book)
    shown = (
        Shown(
            digest.on,
            tuple(
                Told.ahead(line, found.schools[line.due.subject.school_id], digest.person).counted(
                    digest.on, visit.today, days
                )
                for line in digest.lines
                if line.due.subject.school_id in found.schools
            ),
        )
        for digest in found.digests
    )
    return [each for each in shown if each.lines]
