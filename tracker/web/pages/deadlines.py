"""My week: everything that is due for the reader's schools, the late first, then by day (rules §7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from itertools import groupby

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from tracker.domain.deadlines import Deadline
from tracker.domain.roles import Action
from tracker.domain.vocabulary import Consequence, Timing
from tracker.services import foreseeing
from tracker.services.foreseeing import Task
from tracker.web.deps import Asked
from tracker.web.filters import FIELDS, Filters, asked_of
from tracker.web.pages.queue import all_needs, choices, searched
from tracker.web.paging import page_of
from tracker.web.rules import allow

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

WEEK = 5
"""Working days of a week."""


HARM = {consequence: place for place, consequence in enumerate(Consequence)}


class Group(StrEnum):
    """How soon something is due, in the order of the page."""

    LATE = "late"
    TODAY = "today"
    WEEK = "week"
    LATER = "later"
    UNKNOWN = "unknown"


GROUPS = {Timing.LATE: Group.LATE, Timing.TODAY: Group.TODAY, Timing.UNKNOWN: Group.UNKNOWN}


@router.get("/deadlines", dependencies=[allow(Action.READ)])
def show(visit: Asked) -> Response:
    """What is late, due today, within a week of working days, later, and on a day that is not known."""
    filters = Filters.read(asked_of(visit.request, FIELDS))
    book = visit.house.book
    due = foreseeing.agenda(visit.session, visit.scope, on=visit.on, known=visit.known, book=book)
    needs = filters.keep(all_needs(visit), found=searched(visit, filters))
    tasks = sorted(foreseeing.tasks(needs, due), key=_worst_of_the_late)
    found = Counter(group_of(task.due) for task in tasks)
    page = page_of(tasks, number=filters.page, size=filters.size)
    return visit.page(
        "deadlines/show.html",
        {
            "filters": filters,
            "page": page,
            "groups": grouped(page.items),
            "counts": {group.value: found[group] for group in Group},
            "clauses": book.policy.clauses,
            **choices(),
        },
    )


def _worst_of_the_late(task: Task) -> tuple[bool, int]:
    """What is late stands by what it did to a school; all else by its day, as it came."""
    return (not task.due.is_late, HARM[task.due.consequence] if task.due.is_late else 0)


def grouped(tasks: Iterable[Task]) -> tuple[tuple[Group, tuple[Task, ...]], ...]:
    """Tasks that stand in their order, by how soon they are due."""
    return tuple((group, tuple(found)) for group, found in groupby(tasks, lambda task: group_of(task.due)))


def group_of(due: Deadline) -> Group:
    """How soon a deadline is, in working days."""
    if due.timing is not Timing.AHEAD:
        return GROUPS[due.timing]
    return Group.WEEK if (due.working_days_left or 0) <= WEEK else Group.LATER
