"""Lengths of stages, and the quality of the facts: what is wrong, whose it is and where to mend it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated
from urllib.parse import parse_qsl, quote, urlencode

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tracker.domain.acts import Act
from tracker.domain.errors import FilterNotKnown
from tracker.domain.quality import GROUPS, Issue, Quality
from tracker.domain.register import RegisterKind, SchoolRow
from tracker.domain.roles import Action
from tracker.domain.stage_metrics import (
    ALL,
    Grouping,
    Half,
    StageRow,
    behind_figure,
    courses,
    ended_within,
    half_of,
    metrics,
    slowest,
)
from tracker.domain.vocabulary import Stage
from tracker.feeds.columns import COLUMNS
from tracker.feeds.regions import REGIONS
from tracker.render import listings
from tracker.render.sheets import csv_bytes, xlsx_bytes
from tracker.services import amending, measuring, sifting
from tracker.web.attachments import Ending, attachment
from tracker.web.auditing import note
from tracker.web.deps import Asked, Called, Visit
from tracker.web.filters import EVERYWHERE, NOT_STATED, QUEUED, REGION_CODES, asked_of, not_known
from tracker.web.pages.reports import region_of
from tracker.web.paging import page_number, page_of
from tracker.web.proving import author_of
from tracker.web.queueing import FROM, all_needs
from tracker.web.rules import allow

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

STAGES_PAGE, QUALITY_PAGE = "/reports/stages", "/reports/quality"
SHOWN = 100
"""Rows of a page of either kind."""

LISTED = ("kind", "region", "page")
"""What the address of a list of faults may ask for."""


@router.get(STAGES_PAGE, dependencies=[allow(Action.READ)])
def show_stages(visit: Asked) -> Response:
    """Median and 90th percentile of each stage, by method, region or organiser, the slowest first.

    With a group and a stage: the tenders that its figures are of, the slowest first; of one half-year alone
    with ``half``.
    """
    asked = asked_of(visit.request, ("by", "region", "group", "stage", "half", "page"))
    grouping = _one_of(asked, "by", tuple(Grouping)) or Grouping.METHOD
    stage, half = _one_of(asked, "stage", tuple(Stage)), _one_of(asked, "half", tuple(Half))
    region, group = region_of(asked.get("region", ""), visit.person), asked.get("group", "")
    rows = _stages(visit, region)
    number = page_number(asked.get("page", ""))
    values: dict[str, object] = {
        "by": grouping,
        "region": region,
        "regions": tuple(each.code for each in REGIONS if visit.scope.touches(each.code)),
        "groupings": tuple(Grouping),
        "group": group,
        "stage": stage,
        "half": half,
        "halves": {each: half_of(each, visit.on) for each in Half},
        "tenders": len({row.tender_number for row in rows}),
    }
    if stage:
        if half:
            rows = ended_within(rows, half_of(Half(half), visit.on))
        behind = behind_figure(rows, Grouping(grouping), group, Stage(stage))
        if not behind:
            raise not_known("group", group)
        return visit.page(
            "reports/stage.html", {**values, "page": page_of(behind, number=number, size=SHOWN)}
        )
    found = slowest(metrics(rows, Grouping(grouping)))
    values |= {"courses": courses(rows, Grouping(grouping), visit.on), **_slowest(rows, visit.on)}
    return visit.page("reports/stages.html", {**values, "page": page_of(found, number=number, size=SHOWN)})


def _slowest(rows: Sequence[StageRow], on: date) -> Mapping[str, object]:
    """The stage that takes longest, whatever the group, and how it went in the last two half-years."""
    worst = next(iter(slowest(metrics(rows, None))), None)
    course = courses(rows, None, on).get((ALL, worst.stage)) if worst else None
    return {"worst": worst, "course": course}


def _one_of(asked: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    value = asked.get(name, "")
    if value and value not in allowed:
        raise FilterNotKnown(name=name, value=value, allowed=allowed)
    return value


def _stages(visit: Visit, region: str | None) -> tuple[StageRow, ...]:
    """The stage table, of one region where that is asked."""
    rows = measuring.stage_table(
        visit.session, visit.scope, on=visit.on, known=visit.known, book=visit.house.book
    )
    return tuple(row for row in rows if region is None or (row.region or NOT_STATED) == region)


@router.post("/exports/stages", dependencies=[allow(Action.EXPORT)])
def export_stages(called: Called, ending: Annotated[Ending, Form(alias="format")] = Ending.CSV) -> Response:
    """The table from which the page counts: every stage of every finished tender, of its region alone."""
    region = region_of(asked_of(called.request, ("region",)).get("region", ""), called.person)
    with called.reading() as visit:
        sheet = measuring.stage_sheet(_stages(visit, region))
    on, filters = called.on.isoformat(), urlencode({"region": region} if region else {})
    with called.writing() as session:
        count = len(sheet.rows)
        note(session, called, Act.EXPORT, "stages", rows=count, format=ending.value, on=on, filters=filters)
    words = called.house.voices[called.language].words
    header = listings.titles(words, sheet.header)
    rows = [listings.in_words(words, sheet.header, row) for row in sheet.rows]
    title = words.say("report.tab.stages")
    data = csv_bytes(header, rows) if ending is Ending.CSV else xlsx_bytes(header, rows, sheet=title)
    return attachment(data, f"{title} {called.on.isoformat()}", ending)


@router.get(QUALITY_PAGE, dependencies=[allow(Action.READ)])
def show_quality(visit: Asked) -> Response:
    """How much is wrong, and the list of one kind with its owners and the ways to mend it."""
    asked = asked_of(visit.request, LISTED)
    kind, region = asked.get("kind", ""), asked.get("region", "")
    if kind and kind not in tuple(Quality):
        raise not_known("kind", kind, Quality)
    if region and region not in REGION_CODES:
        raise not_known("region", region)
    found = [one for one in _sifted(visit) if not region or (one[1].region or "none") == region]
    counts = Counter(issue.kind for issue, _ in found)
    chosen = kind or next((each for each in Quality if counts[each]), "")
    of_kind = [(*one, _ways(visit, *one)) for one in found if one[0].kind == chosen]
    page = page_of(of_kind, number=page_number(asked.get("page", "")), size=SHOWN)
    return visit.page(
        "reports/quality.html",
        {
            "groups": GROUPS,
            "counts": counts,
            "has_schools": bool(found) or bool(all_needs(visit)),
            "kind": chosen,
            "region": region,
            "regions": tuple(each.code for each in REGIONS if visit.scope.touches(each.code)),
            "page": page,
            "query": visit.to("", kind=chosen, region=region, page=page.number)[1:],
            "titles": {
                column.name: getattr(column, visit.language)
                for columns in COLUMNS.values()
                for column in columns
            },
        },
    )


def _sifted(visit: Visit) -> tuple[tuple[Issue, SchoolRow], ...]:
    return sifting.sift(
        visit.session, visit.scope, on=visit.on, known=visit.known, today=visit.today, book=visit.house.book
    )


def _ways(visit: Visit, issue: Issue, school: SchoolRow) -> tuple[tuple[str, str], ...]:
    """Where it is mended, each place with its word: a form of the fact, a file, or the records at odds."""
    named = {"kind": RegisterKind.SCHOOLS.value, "school_id": school.school_id}
    if issue.fact is not RegisterKind.SCHOOLS and issue.kind is not Quality.UNASKED_SERVICE:
        named |= {"kind": issue.fact.value, "number": issue.number, "service": issue.service}
    form = (visit.to("/corrections", **named), "correction.link")
    file = (visit.to("/imports"), "board.empty.import")
    match issue.kind:
        case Quality.OVERLAPPING:
            return ((visit.to(f"/schools/{quote(school.school_id)}") + "#records", "correction.link"),)
        case Quality.MISSING_CONTRACT:
            return (file,)
        case Quality.DOUBTFUL_CODE:
            return file, form
        case _:
            return (form,)


@router.post("/reports/quality/confirm", dependencies=[allow(Action.IMPORT)])
def confirm(
    called: Called,
    school_id: Annotated[str, Form()] = "",
    back: Annotated[str, Form()] = QUALITY_PAGE,
    asked: Annotated[str, Form()] = "",
) -> Response:
    """Say that what is known of a school is still true today, and go on with the page as it was ``asked``."""
    own = f"/schools/{quote(school_id)}"
    fields = {QUALITY_PAGE: LISTED, "/queue": QUEUED, own: (*QUEUED, FROM)}
    if back not in fields:
        raise not_known("back", back, fields)
    with called.writing() as session:
        amending.confirm(
            session, author_of(called), called.scope, school_id, book=called.house.book, today=called.today
        )
    names = (*fields[back], *EVERYWHERE)
    query = urlencode([(name, value) for name, value in parse_qsl(asked) if name in names])
    return RedirectResponse(f"{back}?{query}" if query else back, 303)
