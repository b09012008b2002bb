"""The list of schools, and the page of one: what is wrong, what to do next, and everything it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote, urlencode

from fastapi import APIRouter
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tracker.domain.alphabet import sort_key
from tracker.domain.coverage import states
from tracker.domain.facts import NeedFacts, ServiceLine, TenderFacts
from tracker.domain.findings import Assessment, Finding, RouteAnswer
from tracker.domain.foregone import Loss, horizon_of
from tracker.domain.policy import Policy, Route
from tracker.domain.reckoning import Reckoning, reckon
from tracker.domain.register import ContractRow, SchoolRow, TenderEventRow, TenderRow
from tracker.domain.roles import Action
from tracker.domain.tenders import stretches
from tracker.domain.vocabulary import Language, Stage
from tracker.domain.workdays import WorkCalendar
from tracker.render.environment import Voice
from tracker.render.explanations import flag_clause
from tracker.render.timeline import Timeline, draw, window_around
from tracker.services import leading
from tracker.services.evaluating import NeedView, in_harm_order, snapshot
from tracker.services.foregoing import of_need
from tracker.store import registry
from tracker.store.facts import load_facts
from tracker.store.flags import FlagRecord, flag_history
from tracker.web.casework import desk_of
from tracker.web.deps import Asked, Visit
from tracker.web.filters import FIELDS, ON, Filters, asked_of
from tracker.web.orders import name_key
from tracker.web.pages.queue import all_needs, choices, searched
from tracker.web.paging import page_of
from tracker.web.queueing import UNDECIDED, Hands, hands_of, place_of
from tracker.web.rules import allow
from tracker.web.standings import SchoolStanding

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

FIND = "find"
"""``find=1`` in an address: somebody seeks one school, and does not cut a list."""


@dataclass(frozen=True, slots=True)
class FlagLine:
    """A flag, the day since which it stands (or was opened) and the clause it is judged by."""

    flag: Finding
    since: date | None
    clause: str | None


@dataclass(frozen=True, slots=True)
class NeedCard:
    """One need of the school: the verdict, its strip, and the ground of each route.

    ``is_due_stated``: the purchase itself names the last day of its stage; ``made`` is what days are made of;
    ``waiting`` is signed and not yet in force.
    """

    found: Assessment
    timeline: Timeline
    flags: tuple[FlagLine, ...]
    routes: tuple[tuple[RouteAnswer, Route], ...]
    loss: Loss
    is_due_stated: bool
    made: Reckoning
    waiting: ServiceLine | None


@dataclass(frozen=True, slots=True)
class Purchase:
    """A tender of the school with its dated facts."""

    tender: TenderRow
    events: tuple[TenderEventRow, ...]


@router.get("/schools", dependencies=[allow(Action.READ)])
def index(visit: Asked) -> Response:
    """The schools that pass the filters, by name; a search that finds or names one alone opens it."""
    asked = asked_of(visit.request, (*FIELDS, FIND))
    filters = Filters.read(asked)
    seen = all_needs(visit)
    schools = filters.keep_schools(seen, found=searched(visit, filters))
    if filters.q:
        named = [one for one in schools if _is_named(one.school, filters.q)]
        opens = named or (schools if asked.get(FIND) == ON else ())
        if len(opens) == 1:
            return RedirectResponse(visit.to(f"/schools/{quote(opens[0].school.school_id)}"), 303)
    ordered = in_name_order(schools, visit.language, filters.q or "")
    page = page_of(ordered, number=filters.page, size=filters.size)
    return visit.page("schools/index.html", {"filters": filters, "page": page, **choices(filters, seen)})


def in_name_order(
    schools: Iterable[SchoolStanding], language: Language, sought: str = ""
) -> list[SchoolStanding]:
    """Schools by the name that a reader of this language is shown; what begins as was ``sought`` first."""
    beginning = sort_key(sought)

    def place(one: SchoolStanding) -> tuple[bool, str, str]:
        name = name_key(one.school, language)
        return not name.startswith(beginning), name, one.school.school_id

    return sorted(schools, key=place)


@router.get("/schools/{school_id:path}", dependencies=[allow(Action.READ)])
def show(visit: Asked, school_id: str) -> Response:
    """One school on one day, alone or as a case of the queue that it was opened from."""
    scope, house, session = visit.scope, visit.house, visit.session
    shot = snapshot(session, scope, on=visit.on, known=visit.known, book=house.book)
    place = place_of(visit, school_id, shot.needs)
    known_seq = visit.known_seq
    judged = (need.school for need in shot.needs if need.school.school_id == school_id)
    school = next(judged, None) or registry.get_school(session, scope, school_id, known_seq=known_seq)
    needs = [(school_id, service.value) for service in school.services]
    facts = {one.service: one for one in load_facts(session, scope, known_seq=known_seq, needs=needs)}
    history = () if visit.known else flag_history(session, scope, school_id)  # not kept as known at a moment
    cards = tuple(
        _card(need.assessment, facts[need.assessment.service], history, house.book.policy, shot.calendar)
        for need in _worst_first(need for need in shot.needs if need.school.school_id == school_id)
    )
    contracts = _contracts(visit, school_id, known_seq)
    purchases = _purchases(visit, school_id, known_seq)
    hands = hands_of(visit, [school_id])
    return visit.page(
        "schools/show.html",
        {
            "school": school,
            "cards": cards,
            "contracts": contracts,
            "own_leads": leading.given_to(session, contracts, book=house.book, today=visit.today),
            "may_set_leads": visit.person.may(Action.SET_LEADS),
            "purchases": purchases,
            "organiser": next((each.tender.organiser_bin for each in purchases), None),
            "history": history,
            "policy": house.book.policy,
            "until": horizon_of(visit.on),
            "place": place,
            "asked_line": "" if place is None else urlencode(place.named),
            "replies": _replies(visit, school, cards, hands),
            **desk_of(visit, school, hands),
        },
    )


def _worst_first(needs: Iterable[NeedView]) -> tuple[NeedView, ...]:
    """The services of a school as the queue has them, those without a flag last."""
    given = tuple(needs)
    return (*in_harm_order(given), *(need for need in given if not need.assessment.flags))


def _replies(
    visit: Visit, school: SchoolRow, cards: Iterable[NeedCard], hands: Hands
) -> tuple[tuple[Language, str], ...]:
    """The answer to "why is this school red", in both languages of the state, ready to be copied."""
    found = tuple(card.found for card in cards)
    voices = ((language, visit.house.voices[language]) for language in (Language.KK, Language.RU))
    decided = hands.decided if visit.is_now else UNDECIDED
    holder = hands.holders.get(school.school_id) if visit.is_now else None

    def lines(voice: Voice) -> Iterable[str]:
        say, name = voice.sentences, voice.name_of(school)
        yield from (say.reply(name, each, decided.step(say, each)) for each in found)
        if holder is not None:
            yield say.holder(holder.name or holder.email, holder.telephone)

    return tuple((language, "\n".join(lines(voice))) for language, voice in voices)


def _card(
    found: Assessment, facts: NeedFacts, history: tuple[FlagRecord, ...], policy: Policy, days: WorkCalendar
) -> NeedCard:
    window = window_around(found.on)
    tender = _tender(found, facts)
    passed = stretches(tender, found.on, policy=policy, calendar=days) if tender else ()
    routes = found.answer.routes if found.answer else ()
    return NeedCard(
        found=found,
        timeline=draw(found, states(facts, window), passed, window),
        flags=tuple(_flag_line(flag, found, history) for flag in found.flags),
        routes=tuple((route, _ground(route, found, policy)) for route in routes),
        loss=of_need(found, facts, horizon_of(found.on), days),
        is_due_stated=tender is not None and tender.bids_close_on is not None and _is_at_bids(found),
        made=reckon(found, facts, policy=policy, calendar=days),
        waiting=facts.waiting_on(found.on),
    )


def _is_at_bids(found: Assessment) -> bool:
    return found.tender is not None and found.tender.stage is Stage.BIDS


def _tender(found: Assessment, facts: NeedFacts) -> TenderFacts | None:
    if found.tender is None:
        return None
    return next(tender for tender in facts.tenders if tender.number == found.tender.number)


def _flag_line(flag: Finding, found: Assessment, history: tuple[FlagRecord, ...]) -> FlagLine:
    """Where the facts give no day, the record of flags does (decision 14)."""
    opened = (
        record.opened_on
        for record in history
        if (record.service, record.kind) == (found.service, flag.kind)
        and record.opened_on <= found.on
        and (record.closed_on is None or record.closed_on > found.on)
    )
    return FlagLine(flag, flag.since or next(opened, None), flag_clause(flag.kind, found))


def _ground(route: RouteAnswer, found: Assessment, policy: Policy) -> Route:
    """The route of the law that was in force on the first interim day."""
    start = found.answer.start_on if found.answer else found.on
    return next(one for one in policy.on(start).routes if one.id is route.id)


def _contracts(visit: Visit, school_id: str, known_seq: int | None) -> tuple[ContractRow, ...]:
    rows = registry.contract_rows(visit.session, visit.scope, school_id=school_id, known_seq=known_seq)
    return tuple(sorted(rows, key=lambda row: (row.start_on, row.contract_number), reverse=True))


def _purchases(visit: Visit, school_id: str, known_seq: int | None) -> tuple[Purchase, ...]:
    scope = visit.scope
    tenders = registry.tender_rows(visit.session, scope, school_id=school_id, known_seq=known_seq)
    if not tenders:
        return ()
    events = registry.event_rows(visit.session, scope, school_id=school_id, known_seq=known_seq)
    by_number: Mapping[str, list[TenderEventRow]] = {tender.tender_number: [] for tender in tenders}
    for event in sorted(events, key=lambda event: event.on):
        by_number[event.tender_number].append(event)
    newest_first = sorted(tenders, key=_begun, reverse=True)
    return tuple(Purchase(tender, tuple(by_number[tender.tender_number])) for tender in newest_first)


def _begun(tender: TenderRow) -> tuple[str, str]:
    day = tender.published_on or tender.planned_on
    return (day.isoformat() if day else "", tender.tender_number)


def _is_named(school: SchoolRow, text: str) -> bool:
    return text in (school.school_id, school.bin)
