"""What a page knows of its visit: the reader's language, the day and the knowledge asked for, the session."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from math import ceil
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, Response

from tracker.clock import legal_day
from tracker.domain.asked import read_day, read_moment
from tracker.domain.errors import FilterNotKnown, NotJudgedNow, SignInNeeded
from tracker.domain.people import Person
from tracker.domain.roles import Action
from tracker.domain.vocabulary import Language
from tracker.services.evaluating import UNJUDGED
from tracker.store import registry
from tracker.store.alarm import uncovered_count
from tracker.store.asks import count_waiting
from tracker.store.engine import reading, transaction
from tracker.store.scope import EVERYTHING, Scope
from tracker.store.versions import known_seq
from tracker.web.house import House, house_of
from tracker.web.own_paths import page_behind, written_path
from tracker.web.security import nonce_of
from tracker.web.visitors import form_token, keep_fresh_cookie, visitor_of
from tracker.web.witness import tell_refusal

COOKIE = "tracker_language"
COOKIE_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True)
class Caller:
    """One request: who reads the answer in which language, and what day and knowledge it asks about."""

    request: Request
    house: House
    language: Language
    moment: datetime
    on: date
    known: datetime | None

    @property
    def today(self) -> date:
        """The legal day of the request."""
        return legal_day(self.moment)

    @property
    def person(self) -> Person:
        """Who asks; raises :class:`SignInNeeded` where nobody is signed in."""
        found = visitor_of(self.request).person
        if found is None:
            raise SignInNeeded
        return found

    @property
    def scope(self) -> Scope:
        """The schools that whoever asks may see."""
        return Scope.of_person(self.person)

    @property
    def only_actor(self) -> str | None:
        """Whose deeds may be listed: one's own only, or (None) everybody's for those who see everything."""
        return None if Scope.of_person(self.person) == EVERYTHING else self.person.mark

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A writing session that sees and changes what the person may see. Open no visit meanwhile."""
        with transaction(self.house.engine, seeing=Scope.of_person(self.person)) as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Visit]:
        """A visit while the block lasts. Write nothing meanwhile: SQLite lets no writer past a reader.

        A visit of somebody who is not signed in sees no school.
        """
        person = visitor_of(self.request).person
        seeing = None if person is None else Scope.of_person(person)
        with reading(self.house.engine, seeing=seeing) as session:
            yield Visit(
                request=self.request,
                house=self.house,
                language=self.language,
                moment=self.moment,
                on=self.on,
                known=self.known,
                session=session,
            )


@dataclass(frozen=True)
class Visit(Caller):
    """A request that reads: its session sees one state of the database and ends with the request."""

    session: Session

    @property
    def known_seq(self) -> int | None:
        """The last recording that counts as known; None for all that is known now."""
        return None if self.known is None else known_seq(self.session, self.known)

    @property
    def is_now(self) -> bool:
        """Whether it is about today as known now, the one day of which work on cases speaks."""
        return self.on == self.today and self.known is None

    @property
    def kept(self) -> dict[str, str]:
        """The day and the knowledge asked for, as every link on the page must carry them on."""
        asked = self.request.query_params
        return {name: asked[name] for name in ("on", "known") if asked.get(name)}

    def to(self, path: str, **filters: object) -> str:
        """The address of another page for the same day; empty filters are left out."""
        given = {name: str(value) for name, value in filters.items() if value not in (None, "")}
        query = urlencode({**given, **self.kept})
        return f"{path}?{query}" if query else path

    def to_day(self, path: str, day: date, *, is_then: bool = False, **filters: object) -> str:
        """The address of another page for a day, by the knowledge asked for here or that of its end."""
        moment = day.isoformat() if is_then else self.kept.get("known")
        given = {**filters, "on": day.isoformat(), "known": moment}
        return f"{path}?{urlencode({name: str(value) for name, value in given.items() if value})}"

    def page(self, template: str, values: Mapping[str, object], *, status: int = 200) -> Response:
        """Render a template for this visit.

        The refusal of a try that is not judged stands in the journal; where it ends by itself, it says when.
        """
        visitor, refused = visitor_of(self.request), values.get("refused")
        common = {
            "on": self.on,
            "today": self.today,
            "known": self.known,
            "kept": self.kept,
            "home": self.to("/"),
            "to": self.to,
            "to_day": self.to_day,
            "is_demo": registry.is_demo(self.session),
            "uncovered": uncovered_count(self.session, self.scope) if visitor.is_admitted else 0,
            "answers_waiting": partial(count_waiting, self.session, self.scope)
            if visitor.is_admitted
            else None,
            "unjudged": self.session.info.get(UNJUDGED, ()),
            "made_at": self.moment,
            "provider": self.house.settings.provider and self.house.settings.provider.name,
        }
        answer = html(self.request, self.house, self.language, template, {**common, **values}, status=status)
        if isinstance(refused, NotJudgedNow):
            tell_refusal(self.request, status, refused.code)
            if refused.until is not None:
                answer.headers["retry-after"] = str(seconds_until(refused.until, self.moment))
        return answer


def html(
    request: Request,
    house: House,
    language: Language,
    template: str,
    values: Mapping[str, object],
    *,
    status: int,
) -> Response:
    """Render a template in ``language`` and remember a language that was just chosen."""
    environment = house.environments[language]
    is_operator = visitor_of(request).may(Action.OPERATE)
    asked = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    visitor = visitor_of(request)
    text = environment.get_template(template).render(
        **{"home": "/", **values},  # a value that the layout has too is a mistake, and said to be one
        person=visitor.person,
        is_admitted=visitor.is_admitted,
        may=lambda action: visitor.may(Action(action)),
        is_operator=is_operator,
        alarms=house.lookout.wrong(is_operator=is_operator),
        csrf=form_token(request),
        nonce=nonce_of(request),
        path=written_path(request),
        here=page_behind(request),
        is_answer=request.method == "POST",
        asked=asked,
        languages=tuple(Language),
        urlencode=urlencode,
    )
    response = HTMLResponse(text, status_code=status, headers={"content-language": language})
    response.headers["vary"] = "accept-language, cookie"
    keep_fresh_cookie(request, response)
    if request.query_params.get("lang") == language:
        remember_language(response, house, language)
    return response


def seconds_until(until: datetime, now: datetime) -> int:
    """Whole seconds to wait; at least one."""
    return max(1, ceil((until - now).total_seconds()))


def remember_language(response: Response, house: House, language: Language) -> None:
    """Let the browser keep the language for when nobody is signed in."""
    secure = house.settings.is_https
    response.set_cookie(
        COOKIE, language, max_age=COOKIE_SECONDS, httponly=True, samesite="lax", secure=secure
    )


def language_of(request: Request, default: Language) -> Language:
    """The language asked for, of the person, kept, the browser's first of ours, or ``default``."""
    person = visitor_of(request).person
    asked, kept = request.query_params.get("lang"), request.cookies.get(COOKIE)
    for wanted in (asked, person and person.language, kept):
        if wanted in tuple(Language):
            return Language(wanted)
    return _accepted(request.headers.get("accept-language", "")) or default


def _accepted(header: str) -> Language | None:
    """The best of our languages in an ``Accept-Language`` header, by its weights."""
    weighted: list[tuple[float, int, Language]] = []
    for place, item in enumerate(header.split(",")):
        tag, _, weight = item.partition(";q=")
        name = tag.strip().lower().partition("-")[0]
        if name in tuple(Language):
            weighted.append((_weight(weight), -place, Language(name)))
    best = max(weighted, default=None)
    return best[2] if best and best[0] > 0 else None


def _weight(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0.0


def _moment(text: str) -> datetime:
    """A moment of the address, in which a plus sign has become a space."""
    return read_moment(text.strip().replace(" ", "+") if "T" in text else text)


def caller(request: Request) -> Caller:
    """Who asks, and about what; raises :class:`DayNotReadable` and :class:`FilterNotKnown`."""
    house = house_of(request)
    asked = request.query_params
    if asked.get("lang", Language.KK) not in tuple(Language):
        raise FilterNotKnown(name="lang", value=asked["lang"], allowed=tuple(Language))
    moment = house.clock.now()
    return Caller(
        request=request,
        house=house,
        language=language_of(request, house.settings.language),
        moment=moment,
        on=read_day(asked["on"]) if asked.get("on") else legal_day(moment),
        known=_moment(asked["known"]) if asked.get("known") else None,
    )


Called = Annotated[Caller, Depends(caller)]
"""For pages that write: they open their own transaction and answer after its commit."""


def visit(request: Request) -> Iterator[Visit]:
    """A visit for the whole request, of its :func:`caller`, in one turn of a thread instead of two."""
    with caller(request).reading() as visiting:
        yield visiting


Asked = Annotated[Visit, Depends(visit)]
"""For pages that read."""
