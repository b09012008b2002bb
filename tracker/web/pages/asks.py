"""Asking a school by a link: the list of asks and answers, and the form that a telephone opens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tracker.domain.asked import read_number
from tracker.domain.asking import Channel, Settled
from tracker.domain.errors import AskRefused, ChangedMeanwhile, FilterNotKnown, LinkDead, TrackerError
from tracker.domain.register import ImportIssue, RegisterKind
from tracker.domain.roles import Action
from tracker.domain.vocabulary import Language, Service
from tracker.feeds.columns import COLUMNS
from tracker.services import asking, asking_many
from tracker.services.evaluating import NeedKey
from tracker.services.heralding import Post
from tracker.services.importing import Preview
from tracker.services.weighing import weigh
from tracker.store import asks, registry
from tracker.store.asks import LISTED, Ask
from tracker.store.engine import reading, transaction
from tracker.store.open_decisions import on_decision
from tracker.store.scope import EVERYTHING
from tracker.web.deps import Asked, Called, Caller, Visit
from tracker.web.filters import SIZES, asked_of
from tracker.web.forms import Text, Texts
from tracker.web.pages.people import LARGEST_NUMBER
from tracker.web.paging import Page, page_number
from tracker.web.proving import author_of
from tracker.web.rules import allow, anyone
from tracker.web.turning import list_of
from tracker.web.witness import tell_refusal

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

PAGE = "/asks"
MOST = max(SIZES)
"""Needs that are asked about at once: as many as a page of the queue shows."""

DEEDS = ("accept", "reject", "take_back")


@router.get(PAGE, dependencies=[allow(Action.READ)])
def index(visit: Asked) -> Response:
    """Answers that wait, links without one, open links, what was settled: of all schools, or of one."""
    asked = asked_of(visit.request, ("school_id", "page", "accepted"))
    place = Place(asked.get("school_id", ""), page_number(asked.get("page", "")))
    return _list(visit, place, accepted=read_number(asked.get("accepted", ""), most=LARGEST_NUMBER))


@router.post(PAGE, dependencies=[allow(Action.IMPORT)])
def ask(
    called: Called, school_id: Annotated[str, Form()] = "", service: Annotated[str, Form()] = "channel"
) -> Response:
    """Make a link for a school; it is shown this once, and a letter that hands it over."""
    if service not in tuple(Service):
        raise FilterNotKnown(name="service", value=service, allowed=tuple(Service))
    author = author_of(called)
    with called.writing() as session:
        secret, _ = asking.ask(session, author, called.scope, school_id, Service(service))
        [row] = asking_many.look(session, called.person, [(school_id, Service(service))], now=author.now)
    letter, address = _letter(called, replace(row, secret=secret)), _address(called, secret)
    with called.reading() as visit:
        values = {"school": row.school, "to_whom": row.to, "letter": letter, "address": address}
        return visit.page("asks/link.html", values)


@router.post("/asks/many", dependencies=[allow(Action.IMPORT)])
def ask_many(called: Called, need: Texts = (), sure: Text = "", asked: Text = "") -> Response:
    """Whom the links of the chosen needs would go to; then, of each, its link or why there is none."""
    keys = _keys(need[:MOST])
    author, person, back = author_of(called), called.person, list_of(asked)
    if sure:
        with called.writing() as session:
            rows = asking_many.ask(session, author, person, keys)
    else:
        with called.reading() as visit:
            rows = asking_many.look(visit.session, person, keys, now=author.now)
    with called.reading() as visit:
        values = {"rows": rows, "is_done": bool(sure), "query": asked, "back": back}
        return visit.page(
            "asks/many.html",
            {**values, "address_of": partial(_address, called), "letter_of": partial(_letter, called)},
        )


def _keys(named: Iterable[str]) -> tuple[NeedKey, ...]:
    """Needs as the queue writes them, ``channel 990740000001``; raises :class:`FilterNotKnown`."""
    parted = [text.partition(" ") for text in named]
    for service, _, _ in parted:
        if service not in tuple(Service):
            raise FilterNotKnown(name="service", value=service, allowed=tuple(Service))
    return tuple((school_id, Service(service)) for service, _, school_id in parted)


def _letter(called: Caller, row: asking_many.Row) -> str:
    """The address of a letter that hands a link over, in both languages of the state as papers are."""
    assert row.school is not None
    voices = [called.house.voices[language] for language in (Language.KK, Language.RU)]
    told = [
        each.words.say("ask_many.body", service=each.words.say(f"service.{row.key[1]}")) for each in voices
    ]
    body = "\r\n\r\n".join((voices[0].name_of(row.school), *told, _address(called, row.secret)))
    subject = " / ".join(each.words.say("ask_many.subject") for each in voices)
    return f"mailto:{quote(row.to, safe='')}?{urlencode({'subject': subject, 'body': body}, quote_via=quote)}"


def _address(called: Caller, secret: str) -> str:
    return f"{called.house.settings.base_url.rstrip('/')}/answer/{secret}"


@router.post("/asks/settle", dependencies=[allow(Action.IMPORT)])
def settle(
    called: Called,
    number: Annotated[str, Form()] = "",
    deed: Annotated[str, Form()] = "",
    seen: Annotated[str, Form()] = "",
    school_id: Annotated[str, Form()] = "",
    page: Annotated[str, Form()] = "",
) -> Response:
    """Accept an answer, lay it aside, or take back a question that is still open."""
    if deed not in DEEDS:
        raise FilterNotKnown(name="deed", value=deed, allowed=DEEDS)
    which, place = read_number(number, most=LARGEST_NUMBER) or 0, Place(school_id, page_number(page))
    try:
        refused = _settled(called, which, deed, seen)
    except ChangedMeanwhile as error:
        with called.reading() as visit:
            return _list(visit, place, refused=error, status=409)
    except AskRefused as error:
        with called.reading() as visit:
            return _list(visit, place, refused=error, status=400)
    if refused is not None:
        with called.reading() as visit:
            return _list(visit, place, issues=refused.issues, status=400)
    return RedirectResponse(place.after(which) if deed == "accept" else place.address, 303)


def _settled(called: Called, number: int, deed: str, seen: str) -> Preview | None:
    author, book, today, scope = author_of(called), called.house.book, called.today, called.scope
    with called.writing() as session:
        if deed == "accept":
            told, person = partial(_noted, called), called.person
            return asking.accept(
                session, author, person, number, seen=seen, told=told, book=book, today=today
            )
        (asking.take_back if deed == "take_back" else asking.reject)(session, author, scope, number)
    return None


def _noted(called: Called, ask: Ask) -> str:
    """What a note says of an answer that makes up no fact, in the words of whoever accepts it."""
    voice, said = called.house.voices[called.language], ask.answer
    assert said is not None
    assert ask.answered_at is not None
    service = voice.words.say(f"service.{ask.service}")
    told = voice.words.say(
        f"ask.note.{said.channel}", service=service, at=voice.formats.moment(ask.answered_at)
    )
    days = [voice.formats.short(day) if day else "" for day in (said.start_on, said.end_on)]
    span = f"{days[0] or '…'} – {days[1] or '…'}" if any(days) else ""
    parts = [part for part in (said.contract_number, span, said.supplier_name) if part]
    wrote = voice.words.say("ask.note.said", said=", ".join(parts)) if parts else ""
    titles = _titles(called)
    wiped = ", ".join(titles[name] for name in said.emptied)
    cleared = f"{voice.words.say('ask.emptied')} {wiped}." if wiped else ""
    return " ".join(filter(None, (told, wrote, cleared)))


def _titles(called: Caller) -> dict[str, str]:
    """What the fields of a contract are called in the reader's language."""
    return {column.name: getattr(column, called.language) for column in COLUMNS[RegisterKind.CONTRACTS]}


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the list of asks one stands: of one school or (empty) of all, and on which page."""

    school_id: str = ""
    number: int = 1

    @property
    def named(self) -> dict[str, str]:
        """What its address says besides the page."""
        return {"school_id": self.school_id} if self.school_id else {}

    @property
    def address(self) -> str:
        """Its address."""
        page = {"page": str(self.number)} if self.number > 1 else {}
        asked = urlencode({**self.named, **page})
        return f"{PAGE}?{asked}" if asked else PAGE

    def after(self, accepted: int) -> str:
        """Its address once an answer was ``accepted``, for it to say so."""
        address = self.address
        return f"{address}{'&' if '?' in address else '?'}accepted={accepted}"


def _list(
    visit: Visit,
    place: Place,
    *,
    issues: tuple[ImportIssue, ...] = (),
    refused: TrackerError | None = None,
    accepted: int | None = None,
    status: int = 200,
) -> Response:
    session, scope, now, one = visit.session, visit.scope, visit.moment, place.school_id or None
    count = asks.count_asks(session, scope, now=now, school_id=one)
    last = max(1, -(-count // LISTED))
    number = min(place.number, last)
    start = (number - 1) * LISTED
    found = asks.list_asks(session, scope, now=now, school_id=one, start=start)
    waiting = [each for each in found if each.answer and not each.settled]
    named = {each.school_id for each in found}
    schools = {each.school_id: each for each in registry.list_schools(session, scope, named=named)}
    rows = tuple((each, schools[each.school_id]) for each in found if each.school_id in schools)
    values = {
        "page": Page(rows, number, last, count, start + 1),
        "filters": place,
        "weighed": weigh(session, scope, waiting, book=visit.house.book, on=visit.today),
        "titles": _titles(visit),
        "issues": issues,
        "refused": refused,
        "accepted": _accepted(visit, accepted) if accepted else None,
    }
    return visit.page("asks/index.html", values, status=status)


def _accepted(visit: Visit, number: int) -> dict[str, object] | None:
    """What accepting an answer led to: its contract, and a decision that it may have made needless."""
    session, scope = visit.session, visit.scope
    ask = asks.get_ask(session, scope, number)
    if ask is None or ask.answer is None or ask.settled is not Settled.ACCEPTED:
        return None
    school_id, is_yes = ask.school_id, ask.answer.channel is Channel.YES
    waits = on_decision(session, scope, schools=[school_id]).get((school_id, ask.service)) if is_yes else None
    return {
        "school": registry.get_school(session, scope, school_id),
        "contract": ask.answer.contract_number if is_yes else "",
        "decision": waits.number if waits and waits.is_open else None,
    }


@router.get("/answer/{key}", dependencies=[anyone()])
def open_link(called: Called, key: str) -> Response:
    """The form of a link; whoever has answered reads so. Looking uses nothing up: mail programs look too."""
    try:
        return _form(called, key)
    except LinkDead as dead:
        if dead.details["reason"] != "answered":
            raise
        tell_refusal(called.request, 404, dead.code)
        with called.reading() as visit:
            return _plain(visit, "asks/thanks.html", {"dead": dead}, status=404)


@router.post("/answer/{key}", dependencies=[anyone()])
def answer(
    called: Called,
    key: str,
    channel: Annotated[str, Form()] = "",
    contract_number: Annotated[str, Form()] = "",
    start_on: Annotated[str, Form()] = "",
    end_on: Annotated[str, Form()] = "",
    supplier_name: Annotated[str, Form()] = "",
    remark: Annotated[str, Form()] = "",
    filled: Annotated[str, Form()] = "",
) -> Response:
    """Keep the answer as a proposal and use the link up."""
    given = {
        "channel": channel,
        "contract_number": contract_number,
        "start_on": start_on,
        "end_on": end_on,
        "supplier_name": supplier_name,
        "remark": remark,
        "filled": filled,
    }
    try:
        said = asking.read_answer(given)
    except AskRefused as error:
        return _form(called, key, given=given, refused=error)
    post = Post(called.house.book, called.house.channels)
    with transaction(called.house.engine, seeing=EVERYTHING) as session:  # the link is the whole key
        asking.answer(session, author_of(called), key, said, post)
    with called.reading() as visit:
        return _plain(visit, "asks/thanks.html", {"dead": None})


def _form(
    called: Caller, secret: str, *, given: dict[str, str] | None = None, refused: AskRefused | None = None
) -> Response:
    with reading(called.house.engine, seeing=EVERYTHING) as session:
        found, school, line = asking.asked(session, author_of(called), secret)
    known = {
        "contract_number": line.contract_number if line else "",
        "start_on": line.start_on.isoformat() if line else "",
        "end_on": line.end_on.isoformat() if line and line.end_on else "",
        "supplier_name": (line.supplier_name or "") if line else "",
    }
    known |= {"channel": "", "remark": "", "filled": " ".join(name for name in known if known[name])}
    values = {
        "ask": found,
        "school": school,
        "given": given or known,
        "channels": tuple(Channel),
        "refused": refused,
    }
    with called.reading() as visit:
        return _plain(visit, "asks/form.html", values, status=400 if refused else 200)


def _plain(visit: Visit, template: str, values: dict[str, object], *, status: int = 200) -> Response:
    page = visit.page(template, values, status=status)
    page.headers["referrer-policy"] = "strict-origin"  # the form says where it comes from, not by which link
    return page
