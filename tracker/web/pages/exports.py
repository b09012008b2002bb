"""Lists as files: what the screen shows under the same filters, every page of it (FIL-5).

To take data away is an act, so it is asked by a form and noted in the journal. These files are for people:
titles and codes are told in the reader's language.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form
from starlette.responses import Response

from tracker.domain.acts import Act
from tracker.domain.register import SchoolRow
from tracker.domain.roles import Action
from tracker.render import listings
from tracker.render.formats import school_name
from tracker.render.sheets import Value, csv_bytes, xlsx_bytes
from tracker.services.exporting import NOT_JUDGED, Sheet, needs_sheet
from tracker.web.attachments import Ending, attachment
from tracker.web.auditing import note
from tracker.web.deps import Called, Caller
from tracker.web.filters import FIELDS, QUEUED, Filters, asked_of
from tracker.web.pages.schools import in_name_order
from tracker.web.queueing import all_needs, decided_now, flagged, searched, unjudged
from tracker.web.rules import allow
from tracker.web.standings import SchoolStanding

router = APIRouter(include_in_schema=False)

Format = Annotated[Ending, Form(alias="format")]

SCHOOL_COLUMNS = (
    "school_id",
    "name",
    "name_kk",
    "name_ru",
    "region",
    "district",
    "state",
    "covered_until",
    "uncovered_since",
    "days_without",
    "flags",
)


@router.post("/exports/queue", dependencies=[allow(Action.EXPORT)])
def queue(called: Called, ending: Format = Ending.CSV) -> Response:
    """The queue under the filters of the address, in harm order; what could not be judged comes last."""
    filters = Filters.read(asked_of(called.request, QUEUED))
    with called.reading() as visit:
        needs = flagged(visit, filters)
        aside = unjudged(visit, filters)
        decided = decided_now(visit, {need.school.school_id for need in needs})
    say = called.house.voices[called.language].sentences
    steps = [decided.step(say, need.assessment) for need in needs]
    steps += [say.words.say("next_step.not_judged")] * len(aside)
    named = [_name(one.school, called) for one in needs]
    named += [_name(one.school, called) for one in aside]
    sheet = needs_sheet(needs, aside)
    rows = (
        (row[0], name, *row[2:-1], step) for row, name, step in zip(sheet.rows, named, steps, strict=True)
    )
    return _handed_out(called, filters, "queue", Sheet(sheet.header, tuple(rows)), ending)


@router.post("/exports/schools", dependencies=[allow(Action.EXPORT)])
def schools(called: Called, ending: Format = Ending.CSV) -> Response:
    """The schools under the filters of the address, by name; those that could not be judged come last."""
    filters = Filters.read(asked_of(called.request, FIELDS))
    with called.reading() as visit:
        found = filters.keep_schools(all_needs(visit), found=searched(visit, filters))
        aside = {one.school.school_id: one.school for one in unjudged(visit, filters)}
    ordered = in_name_order(found, called.language, filters.q or "")
    rows = [_row(one, _name(one.school, called)) for one in ordered]
    rows += [_unjudged(school, _name(school, called)) for school in aside.values()]
    return _handed_out(called, filters, "schools", Sheet(SCHOOL_COLUMNS, tuple(rows)), ending)


def _handed_out(called: Caller, filters: Filters, subject: str, sheet: Sheet, ending: Ending) -> Response:
    """The file, once the journal says who took what, without searched words, which may name a person."""
    with called.writing() as session:
        note(
            session,
            called,
            Act.EXPORT,
            subject,
            rows=len(sheet.rows),
            format=ending.value,
            on=called.on.isoformat(),
            searched=filters.is_searched,
            filters=urlencode(filters.told),
        )
    words = called.house.voices[called.language].words
    header = listings.titles(words, sheet.header)
    rows = [listings.in_words(words, sheet.header, row) for row in sheet.rows]
    title = words.say(f"menu.{subject}")
    data = csv_bytes(header, rows) if ending is Ending.CSV else xlsx_bytes(header, rows, sheet=title)
    return attachment(data, f"{title} {called.on.isoformat()}", ending)


def _name(school: SchoolRow, called: Caller) -> str:
    """The name that pages show, with plain spaces, by which it can be searched in a file."""
    return school_name((school.name_kk, school.name_ru, school.name), called.language)


def _unjudged(school: SchoolRow, name: str) -> tuple[Value, ...]:
    """A school of which a need is in no state; of its other needs it has a row like any other."""
    told = school.school_id, name, school.name_kk, school.name_ru, school.region, school.district, NOT_JUDGED
    return told + (None,) * (len(SCHOOL_COLUMNS) - len(told))


def _row(one: SchoolStanding, name: str) -> tuple[Value, ...]:
    """A school as bad as its worst need, with the shortest cover and the longest time without."""
    school, found = one.school, one.assessments
    until = [each.covered_until for each in found if each.covered_until]
    since = [each.uncovered_since for each in found if each.uncovered_since]
    without = [each.days_without for each in found if each.days_without is not None]
    return (
        school.school_id,
        name,
        school.name_kk,
        school.name_ru,
        school.region,
        school.district,
        one.state.value,
        min(until, default=None),
        min(since, default=None),
        max(without, default=None),
        ";".join(one.kinds),
    )
