"""The line of cases as a reader sees it: which are hers, who has them in hand, where in it one stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode

from fastapi import Request

from tracker.domain.cases import Absence, stands_for
from tracker.domain.findings import Assessment
from tracker.domain.roles import Role
from tracker.domain.vocabulary import NextStep, Service
from tracker.render.sentences import Sentences
from tracker.services.aside import Unjudged
from tracker.services.evaluating import UNJUDGED, NeedView, calendar, snapshot
from tracker.store import cases, holds
from tracker.store.cases import Holder, Look, Note
from tracker.store.open_decisions import OnDecision, on_decision
from tracker.store.people import given_to_officers
from tracker.store.registry import search_schools
from tracker.store.suppliers import needs_supplied
from tracker.web.deps import Visit
from tracker.web.filters import ME, NOBODY, QUEUED, Filters, asked_of
from tracker.web.orders import Order

DONE, CORRECTED = "done", "corrected"
"""How the address of a school says that a fact of it was just corrected."""

FROM = "from"
QUEUE = "queue"
"""``from=queue`` in the address of a school: it was opened from the line that the other fields describe."""

LINE = "line"
"""What addresses of a case's other pages carry on of its line: what the address of its school says."""

NeedKey = tuple[str, Service]
Held = Mapping[str, Holder]
OfSchool = TypeVar("OfSchool", NeedView, Unjudged)


@dataclass(frozen=True, slots=True)
class Decided:
    """The decisions that stand about some needs, and by which day the reports of signed ones are due."""

    decisions: Mapping[NeedKey, OnDecision]
    reports: Mapping[NeedKey, date]

    def step(self, say: Sentences, found: Assessment) -> str:
        """What to do next with a need: the report that it owes, the decision that stands, its own step."""
        key = found.school_id, found.service
        report, one = self.reports.get(key), self.decisions.get(key)
        if one is None or not one.is_open:
            return say.step(found, report=report)
        told = say.step(found, one.status, one.number, report)
        if found.next_step is NextStep.PROPOSE_INTERIM:
            return told
        return f"{say.decision(one.number, one.status)} {told}"  # its step does not speak of the decision


UNDECIDED = Decided({}, {})
"""Of no decision, and of those that stand today on any other day."""


@dataclass(frozen=True, slots=True)
class Hands:
    """Who works on some schools: who has which in hand, who stands in for her, who works on it just now."""

    holders: Mapping[str, Holder]
    absences: Mapping[int, Absence]
    looks: Mapping[str, Look]
    notes: Mapping[str, tuple[Note, ...]]
    decisions: Mapping[NeedKey, OnDecision]
    reports: Mapping[NeedKey, date]

    @property
    def decided(self) -> Decided:
        """The decisions that stand about them today."""
        return Decided(self.decisions, self.reports)

    def standin(self, school_id: str) -> Absence | None:
        """Who stands in for the holder of a school today."""
        holder = self.holders.get(school_id)
        return None if holder is None else self.absences.get(holder.person)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a school stands in a line of ``count`` schools, and its neighbours; ``number`` None: in none."""

    filters: Filters
    count: int
    number: int | None
    previous: str | None
    next: str | None

    @property
    def named(self) -> dict[str, object]:
        """What the address of a case of this line says besides the school."""
        return named(self.filters)


def named(filters: Filters) -> dict[str, object]:
    """What the address of a school says that is opened from a line."""
    return {FROM: QUEUE, **{name: value for name, value in filters.named.items() if value is not None}}


def decided_now(visit: Visit, schools: Collection[str]) -> Decided:
    """The decisions that stand about needs of some schools."""
    if not visit.is_now:
        return UNDECIDED
    found = on_decision(visit.session, visit.scope, schools=schools)
    return Decided(found, _reports(visit, found))


def all_needs(visit: Visit) -> tuple[NeedView, ...]:
    """Every need that the reader may see, on the day asked for."""
    book = visit.house.book
    return snapshot(visit.session, visit.scope, on=visit.on, known=visit.known, book=book).needs


def searched(visit: Visit, filters: Filters) -> frozenset[str] | None:
    """The schools that a search found; None without a search."""
    if not filters.q:
        return None
    named = search_schools(visit.session, visit.scope, filters.q, known_seq=visit.known_seq)
    return frozenset(school.school_id for school in named)


def kept(
    visit: Visit, filters: Filters, seen: Iterable[NeedView], held: Held | None = None
) -> tuple[NeedView, ...]:
    """Those of the needs that pass the filters, flagged or not; ``held`` where it was looked up already."""
    return _asked_for(visit, filters, filters.keep(seen, found=searched(visit, filters)), held)


def line(
    visit: Visit, filters: Filters, seen: Iterable[NeedView], held: Held | None = None
) -> tuple[NeedView, ...]:
    """The line: the flagged needs that pass the filters, in the order that is asked for."""
    if filters.sort.order is Order.HOLDER and held is None:
        held = cases.holders(visit.session, visit.scope)
    needs = kept(visit, filters, seen, held)
    return filters.sort.line(needs, language=visit.language, held=held or {})


def flagged(visit: Visit, filters: Filters) -> tuple[NeedView, ...]:
    """The line of all that the reader sees."""
    return line(visit, filters, all_needs(visit))


def unjudged(visit: Visit, filters: Filters) -> tuple[Unjudged, ...]:
    """The needs that belong into the line and over which the rules fail; :func:`all_needs` comes first."""
    aside = filters.keep_unjudged(visit.session.info.get(UNJUDGED, ()), found=searched(visit, filters))
    return _asked_for(visit, filters, aside)


def _asked_for(
    visit: Visit, filters: Filters, needs: Iterable[OfSchool], held: Held | None = None
) -> tuple[OfSchool, ...]:
    """Those of needs that pass the filters which ask for people and suppliers."""
    if held is None and (filters.mine or filters.holder):
        held = cases.holders(visit.session, visit.scope)
    if filters.mine:
        needs = hers(visit, needs, held or {})
    if filters.holder:
        asked = str(visit.person.id) if filters.holder == ME else filters.holder
        needs = [need for need in needs if _holder(need, held or {}) == asked]
    if filters.supplier:
        session, scope, known_seq = visit.session, visit.scope, visit.known_seq
        supplied = needs_supplied(session, scope, filters.supplier, on=visit.on, known_seq=known_seq)
        needs = [need for need in needs if (need.school.school_id, _service(need)) in supplied]
    return tuple(needs)


def _service(need: NeedView | Unjudged) -> Service:
    return need.assessment.service if isinstance(need, NeedView) else need.service


def _holder(need: OfSchool, held: Held) -> str:
    holder = held.get(need.school.school_id)
    return NOBODY if holder is None else str(holder.person)


def hers(visit: Visit, needs: Iterable[OfSchool], held: Held) -> Iterable[OfSchool]:
    """Those of the reader: in her hands, hers as an officer, or of somebody for whom she stands in today.

    An officer's are the schools that name her, and those that she was given one by one.
    """
    numbers, addresses = stands_for(visit.person, holds.absences(visit.session, on=visit.today))
    given = visit.person.reach.schools if visit.person.role is Role.OFFICER else frozenset()
    if away := numbers - {visit.person.id}:
        given |= given_to_officers(visit.session, away)
    return (
        need
        for need in needs
        if ((holder := held.get(need.school.school_id)) is not None and holder.person in numbers)
        or (need.school.officer_email or "").lower() in addresses
        or need.school.school_id in given
    )


def hands_of(visit: Visit, schools: Iterable[str], *, is_pinned: bool | None = None) -> Hands:
    """Who works on some schools, with their notes; nobody is looked up where nobody has one in hand."""
    session, scope, wanted = visit.session, visit.scope, frozenset(schools)
    held, looks = cases.hands(session, scope, schools=wanted)
    decided = on_decision(session, scope, schools=wanted)
    away = holds.absences(session, on=visit.today) if held else ()
    return Hands(
        holders=held,
        absences={absence.person: absence for absence in away},
        looks={name: look for name, look in looks.items() if look.until > visit.moment},
        notes=cases.notes(session, scope, visit.person.id, schools=wanted, is_pinned=is_pinned),
        decisions=decided,
        reports=_reports(visit, decided),
    )


def _reports(visit: Visit, decided: Mapping[NeedKey, OnDecision]) -> Mapping[NeedKey, date]:
    """By which day the report of each signed contract that owes one is due."""
    owed = {key: one.owed for key, one in decided.items()}
    owing = {key: (one.signed_on, one.report_days) for key, one in owed.items() if one}
    if not owing:
        return {}
    days = calendar(visit.session, visit.house.book)
    return {key: days.after(signed, count) for key, (signed, count) in owing.items() if signed and count}


def place_of(visit: Visit, school_id: str, seen: Iterable[NeedView]) -> Place | None:
    """Where a school stands in the line that it was opened from; None where it was opened from elsewhere."""
    if visit.request.query_params.get(FROM) != QUEUE:
        asked_of(visit.request, (DONE,))
        return None
    filters = Filters.read(asked_of(visit.request, (*QUEUED, FROM, DONE)))
    return stand(filters, line(visit, filters, seen), school_id)


def line_of(request: Request) -> str:
    """The line that the address of another page of a case carries on; nothing but its own fields is taken."""
    asked = parse_qsl(request.query_params.get(LINE, ""))
    return urlencode([(name, value) for name, value in asked if name in (*QUEUED, FROM)])


def line_query(carried: str) -> str:
    """What an address that says nothing else ends with, for its page to carry the line on."""
    return f"?{urlencode({LINE: carried})}" if carried else ""


def case_in(visit: Visit, carried: str, schools: Iterable[str]) -> Mapping[str, object]:
    """What another page of a case shows of its line and gives to its links; of several schools the first."""
    asked = dict(parse_qsl(carried))
    if asked.get(FROM) != QUEUE:
        return {"place": None, "asked_line": "", "line_query": ""}
    filters = Filters.read({name: value for name, value in asked.items() if name in QUEUED})
    needs = line(visit, filters, all_needs(visit))
    places = [stand(filters, needs, school_id) for school_id in schools]
    place = next((each for each in places if each.number), places[0])
    line_asked = urlencode(place.named)
    return {"place": place, "asked_line": line_asked, "line_query": line_query(line_asked)}


def stand(filters: Filters, needs: Iterable[NeedView], school_id: str) -> Place:
    """Where a school stands in a line; of one that has left it, the next is the first of all."""
    schools = list(dict.fromkeys(need.school.school_id for need in needs))
    if school_id not in schools:
        return Place(filters, len(schools), None, None, schools[0] if schools else None)
    at = schools.index(school_id)
    before, after = schools[at - 1] if at else None, schools[at + 1] if at + 1 < len(schools) else None
    return Place(filters, len(schools), at + 1, before, after)
