"""One tender or one contract by its number, and the lists of them (interfaces §6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from tracker.domain.register import ContractRow, RegisterKind, TenderRow
from tracker.domain.roles import Action
from tracker.feeds.columns import COLUMNS
from tracker.feeds.regions import REGIONS
from tracker.services import tracing
from tracker.services.tracing import Fact
from tracker.store import registry
from tracker.store.journal_search import names_of
from tracker.web.deps import Asked, Visit
from tracker.web.filters import NOT_STATED, Filters, asked_of
from tracker.web.learning import titles_of
from tracker.web.paging import page_of
from tracker.web.rules import allow

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

TENDERS, CONTRACTS = "/tenders", "/contracts"
LISTED = ("region", "q", "page")
SHOWN = 100
"""Numbers of a page of a list."""

HIDDEN = frozenset({"currency", "on_day", "note"})
"""Columns that stand beside another one."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A number of a list: the first and the last day of its lines, and how many schools they name."""

    number: str
    word: str
    status: str
    first: date | None
    last: date | None
    schools: int


@router.get(TENDERS, dependencies=[allow(Action.READ)])
def list_tenders(visit: Asked) -> Response:
    """All purchases of the reader's schools, those announced last first."""
    rows = registry.tender_rows(visit.session, visit.scope, known_seq=visit.known_seq)
    return _list(visit, TENDERS, rows)


@router.get(CONTRACTS, dependencies=[allow(Action.READ)])
def list_contracts(visit: Asked) -> Response:
    """All contracts of the reader's schools, those that begin last first."""
    rows = registry.contract_rows(visit.session, visit.scope, known_seq=visit.known_seq)
    return _list(visit, CONTRACTS, rows)


@router.get(f"{TENDERS}/{{number:path}}", dependencies=[allow(Action.READ)])
def show_tender(visit: Asked, number: str) -> Response:
    """A purchase: where it stands, its stages and dated facts, the schools it is for, what followed."""
    asked_of(visit.request)
    found = tracing.tender_file(
        visit.session, visit.scope, number, on=visit.on, known=visit.known, book=visit.house.book
    )
    named = {"found": found, "clauses": visit.house.book.policy.clauses}
    return visit.page("numbers/tender.html", {**named, **_told(visit, RegisterKind.TENDERS, found.facts)})


@router.get(f"{CONTRACTS}/{{number:path}}", dependencies=[allow(Action.READ)])
def show_contract(visit: Asked, number: str) -> Response:
    """A contract: its lines, its facts and who said them, what it came from and what follows."""
    asked_of(visit.request)
    found = tracing.contract_file(visit.session, visit.scope, number, known=visit.known)
    named = {"found": found, "may_set_leads": visit.person.may(Action.SET_LEADS)}
    return visit.page("numbers/contract.html", {**named, **_told(visit, RegisterKind.CONTRACTS, found.facts)})


def _told(visit: Visit, kind: RegisterKind, facts: Iterable[Fact]) -> Mapping[str, object]:
    """The facts in the order of the register, dated events behind them, and how their authors are named."""
    order = {column.name: place for place, column in enumerate(COLUMNS[kind])}
    told = [each for each in facts if each.name not in HIDDEN]
    names = names_of(visit.session, {each.recording.actor for each in told})
    deeds = visit.house.voices[visit.language].deeds
    return {
        "kind": kind,
        "facts": sorted(
            told, key=lambda each: (each.on or date.min, order.get(each.name, 0), each.recording.seq)
        ),
        "titles": titles_of(visit),
        "named": lambda mark: deeds.who(mark, names),
    }


def _list(visit: Visit, path: str, rows: Sequence[TenderRow] | Sequence[ContractRow]) -> Response:
    asked = asked_of(visit.request, LISTED)
    filters = Filters.read(asked).at_home(visit.person)
    schools = registry.list_schools(visit.session, visit.scope, known_seq=visit.known_seq)
    region_of = {one.school_id: one.region or NOT_STATED for one in schools}
    of_number: defaultdict[str, list[TenderRow | ContractRow]] = defaultdict(list)
    for row in rows:
        number = row.tender_number if isinstance(row, TenderRow) else row.contract_number
        is_there = filters.region in (None, region_of.get(row.school_id, NOT_STATED))
        if is_there and _is_asked(number, filters.q):
            of_number[number].append(row)
    found = [_numbered(number, lines) for number, lines in of_number.items()]
    found.sort(key=lambda one: one.number)
    found.sort(key=lambda one: one.first or date.min, reverse=True)
    return visit.page(
        "numbers/index.html",
        {
            "place": path,
            "filters": filters,
            "regions": tuple(each.code for each in REGIONS if visit.scope.touches(each.code)),
            "page": page_of(found, number=filters.page, size=SHOWN),
        },
    )


def _is_asked(number: str, text: str | None) -> bool:
    return text is None or text.casefold() in number.casefold()


def _numbered(number: str, lines: Sequence[TenderRow | ContractRow]) -> Numbered:
    first = lines[0]
    begun = [_begun(line) for line in lines]
    ends = [line.ended_on if isinstance(line, TenderRow) else line.last_on for line in lines]
    return Numbered(
        number=number,
        word=first.method.value if isinstance(first, TenderRow) else first.kind.value,
        status=first.status.value,
        first=min((day for day in begun if day), default=None),
        last=max((day for day in ends if day), default=None) if all(ends) else None,
        schools=len({line.school_id for line in lines}),
    )


def _begun(line: TenderRow | ContractRow) -> date | None:
    return line.start_on if isinstance(line, ContractRow) else line.published_on or line.planned_on
