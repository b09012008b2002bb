"""Reports for the akimat and the ministry: print one, and print an earlier one again as it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, Response

from tracker.domain.days import ONE_DAY
from tracker.domain.months import month_before
from tracker.domain.people import Person
from tracker.domain.reports import LOSING, SHARES, Ending, Figure, Report, ReportKind, period_of
from tracker.domain.roles import Action
from tracker.domain.vocabulary import FlagKind, Language, State
from tracker.feeds.regions import REGIONS
from tracker.render.report_files import tell
from tracker.render.report_printing import report_file
from tracker.services import printing_reports, reporting
from tracker.services.printing_reports import Wanted
from tracker.store import reports
from tracker.store.journal_search import names_of
from tracker.store.reports import LISTED, Printed, Sought
from tracker.web.attachments import disposition, file_name
from tracker.web.deps import Asked, Called, Caller, Visit
from tracker.web.filters import ON, REGION_CODES, Filters, asked_of, not_known
from tracker.web.paging import Page, page_number, page_of
from tracker.web.proving import author_of
from tracker.web.rules import allow

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

PAGE, LOST_PAGE = "/reports", "/reports/lost"

MEDIA_TYPES = {
    Ending.CSV: "text/csv; charset=utf-8",
    Ending.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Ending.PDF: "application/pdf",
}

LISTS: Mapping[Figure, Mapping[str, str]] = {
    Figure.SCHOOLS: {},
    Figure.REQUIRED: {"required": ON},
    **{Figure(state.value): {"state": state} for state in State},
    **{figure: {"within": str(days)} for days, figure in LOSING.items()},
    Figure.STALLED: {"flag": FlagKind.TENDER_STALLED},
    Figure.IN_PURCHASE: {"purchase": ON},
    Figure.INTEGRATED: {"integrated": ON},
}
"""The filters of the list behind a figure, save of those that look back on days."""

MONTH = "month"
"""``period=month`` in an address: the days of a month that lie before the day, as the board counts them."""

LOST_SHOWN = 100
"""Needs of a page of those that lost days."""

Format = Annotated[Ending, Form(alias="format")]


@router.get(PAGE, dependencies=[allow(Action.READ)])
def show(visit: Asked) -> Response:
    """The figures of one kind of report for the day, what can be printed, and what was."""
    asked = asked_of(visit.request, ("kind", "region", "mine", "page"))
    kind = _kind(asked.get("kind", "") or ReportKind.WEEKLY)
    region, is_own = region_of(asked.get("region", ""), visit.person), Filters.read(asked).mine
    wanted = Wanted(kind, region, visit.on, visit.known)
    made = printing_reports.make(visit.session, visit.scope, wanted, now=visit.moment, book=visit.house.book)
    sought = Sought(
        kind,
        None if visit.person.whole_region else region,  # all that she sees is of it, also parts of it
        visit.person.mark if is_own else None,
    )
    return visit.page(
        "reports/show.html",
        {
            "kind": kind,
            "region": region,
            "is_own": is_own,
            "regions": _regions(visit),
            "made": made,
            "has_schools": region is not None or made.total.figures[Figure.SCHOOLS] > 0,
            "figures": tuple(Figure),
            "shares": SHARES,
            "lists": _lists(visit, kind, region),
            "endings": tuple(Ending),
            "periods": {each: period_of(each, visit.on) for each in ReportKind},
            "page": _printed(visit, sought, page_number(asked.get("page", ""))),
        },
    )


def _kind(text: str) -> ReportKind:
    if text not in tuple(ReportKind):
        raise not_known("kind", text, ReportKind)
    return ReportKind(text)


def _printed(visit: Visit, sought: Sought, number: int) -> Page[tuple[Printed, str | None]]:
    """The reports that this reader may print again, and how whoever printed each is named."""
    reader, session, scope = visit.person, visit.session, visit.scope
    count = reports.count_printed(session, scope, reader.mark, sought)
    last = max(1, -(-count // LISTED))
    start = (min(number, last) - 1) * LISTED
    found = reports.list_printed(session, scope, reader.mark, sought, start=start)
    others = {one.printed_by for one in found} - {reader.mark}
    names: dict[str, str | None] = {reader.mark: reader.name or reader.email}
    if others:
        names |= names_of(session, others)
    deeds = visit.house.voices[visit.language].deeds
    rows = tuple((one, deeds.who(one.printed_by, names)) for one in found)
    return Page(rows, min(number, last), last, count, start + 1)


def _lists(visit: Visit, kind: ReportKind, region: str | None) -> Mapping[Figure, str]:
    """The address of the list behind each figure."""
    before = period_of(kind, visit.on).start - ONE_DAY
    return {
        **{figure: visit.to("/schools", region=region, **filters) for figure, filters in LISTS.items()},
        Figure.UNCOVERED_BEFORE: visit.to_day("/schools", before, region=region, state=State.UNCOVERED),
        Figure.DAYS_LOST: visit.to(LOST_PAGE, region=region, period=kind),
    }


@router.get(LOST_PAGE, dependencies=[allow(Action.READ)])
def show_lost(visit: Asked) -> Response:
    """Who was without service, and how many working days: in the days of a report, or the month before."""
    asked = asked_of(visit.request, ("region", "district", "period", "page"))
    filters = Filters.read(asked).at_home(visit.person)
    word = asked.get("period", "") or ReportKind.WEEKLY
    if word not in (MONTH, *ReportKind):
        raise not_known("period", word, (MONTH, *ReportKind))
    period = month_before(visit.on) if word == MONTH else period_of(ReportKind(word), visit.on)
    known = visit.known or visit.moment
    found = reporting.days_lost(
        visit.session, visit.scope, period, on=visit.on, known=known, book=visit.house.book
    )
    kept = [one for one in found if filters.keep(one[:1], found=None)]
    values = {
        "filters": filters,
        "asked_period": word,
        "period": period,
        "days": sum(days for _, days in kept),
        "page": page_of(kept, number=filters.page, size=LOST_SHOWN),
    }
    return visit.page("reports/lost.html", values)


@router.post("/reports/print", dependencies=[allow(Action.EXPORT)])
def hand_out(
    called: Called,
    kind: Annotated[str, Form()] = "",
    region: Annotated[str, Form()] = "",
    ending: Format = Ending.XLSX,
) -> Response:
    """A report of the day and the knowledge that the address asks about; it is kept, to be printed again."""
    wanted = Wanted(_kind(kind), region_of(region, called.person), called.on, called.known)
    with called.reading() as visit:
        made = printing_reports.make(
            visit.session, visit.scope, wanted, now=visit.moment, book=visit.house.book
        )
    with called.writing() as session:
        printing_reports.keep(
            session,
            author_of(called),
            called.scope,
            made,
            language=called.language,
            ending=ending.value,
            book=called.house.book,
        )
    return _file(called, made, called.language, ending)


@router.post("/reports/again", dependencies=[allow(Action.EXPORT)])
def hand_out_again(
    called: Called, number: Annotated[str, Form()] = "", ending: Format = Ending.XLSX
) -> Response:
    """A report that was printed, as it was: the same bytes, whatever has become known since."""
    wanted = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
    with called.reading() as visit:
        printed, made = printing_reports.again(
            visit.session, visit.scope, wanted, actor=visit.person.mark, book=visit.house.book
        )
    with called.writing() as session:
        printing_reports.tell(session, author_of(called), made, number=printed.number, ending=ending.value)
    return _file(called, made, printed.language, ending)


def _file(called: Caller, made: Report, language: Language, ending: Ending) -> Response:
    voice = called.house.voices[language]
    told = tell(made, voice.words, voice.formats)
    data = report_file(told, ending, voice.words, voice.formats)
    headers = {"content-disposition": disposition(f"{file_name(told.name)}.{ending}")}
    return Response(data, media_type=MEDIA_TYPES[ending], headers=headers)


def region_of(text: str, person: Person) -> str | None:
    """The region asked for; of who sees one region alone it is that one, and the page is called so."""
    code = text.strip()
    if code and code not in REGION_CODES:
        raise not_known("region", code)
    return code or person.whole_region


def _regions(visit: Visit) -> tuple[str, ...]:
    return tuple(region.code for region in REGIONS if visit.scope.touches(region.code))
