"""My deadlines: all that is due for the reader's schools, the late first, then by day (rules §7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from tracker.domain.days import next_day
from tracker.domain.roles import Action
from tracker.domain.vocabulary import HARM, DeadlineKind, Timing
from tracker.render.deadline_json import OF_TENDERS
from tracker.services import foreseeing, holding
from tracker.services.evaluating import NeedView
from tracker.services.foreseeing import Task
from tracker.services.holding import Target
from tracker.store.begin_requests import BeginRequest, begin_requests
from tracker.web.deps import Asked, Visit
from tracker.web.filters import FIELDS, Filters, asked_of
from tracker.web.pages.holds import value_of
from tracker.web.pages.queue import all_needs, choices, searched
from tracker.web.paging import page_of
from tracker.web.queueing import decided_now
from tracker.web.rules import allow

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

WEEK = 5
"""Working days of a week."""

AHEAD = timedelta(days=60)
"""How far ahead the page looks unless it is asked for everything."""


class Group(StrEnum):
    """How soon something is due, in the order of the page."""

    LATE = "late"
    TODAY = "today"
    WEEK = "week"
    LATER = "later"
    UNKNOWN = "unknown"


OF_DECISIONS = frozenset({*foreseeing.ENDS, DeadlineKind.DECISION})
"""Kinds of what a decision that waits is drafted for."""

GROUPS = {Timing.LATE: Group.LATE, Timing.TODAY: Group.TODAY, Timing.UNKNOWN: Group.UNKNOWN}


@router.get("/deadlines", dependencies=[allow(Action.READ)])
def show(visit: Asked) -> Response:
    """What is late, due today, within a week of working days, later, and on a day that is not known."""
    filters = Filters.read(asked_of(visit.request, (*FIELDS, "later")))
    seen = all_needs(visit)
    tasks = _tasks(visit, filters.keep(seen, found=searched(visit, filters)))
    until = visit.on + AHEAD
    shown = tasks if filters.later else [task for task in tasks if not _is_after(task, until)]
    found = Counter(map(group_of, tasks))
    page = page_of(shown, number=filters.page, size=filters.size)
    return visit.page(
        "deadlines/show.html",
        {
            "filters": filters,
            "page": page,
            "groups": grouped(page.items),
            "counts": {group.value: found[group] for group in Group},
            "until": until,
            "beyond": len(tasks) - len(shown),
            "clauses": visit.house.book.policy.clauses,
            "of_tenders": OF_TENDERS,
            **_holding(visit, page.items),
            "asked_to_begin": _asked_to_begin(visit, page.items),
            "decisions": decided_now(visit, {one.needs[0].school.school_id for one in page.items}).decisions,
            "of_decisions": OF_DECISIONS,
            **choices(filters, seen),
        },
    )


def _holding(visit: Visit, tasks: Iterable[Task]) -> dict[str, object]:
    """What keeps silent today, and whether the reader may take anything up: only as things stand now."""
    is_now = visit.on == visit.today and visit.known is None
    dues = [task.due for task in tasks if task.due is not None] if is_now else []
    return {
        "held": holding.standings(visit.session, dues, visit.person, today=visit.today),
        "target_of": Target.of,
        "value_of": value_of,
        "may_snooze": holding.may_snooze,
        "may_hold": is_now and visit.person.may(Action.HOLD),
    }


def _asked_to_begin(visit: Visit, tasks: Iterable[Task]) -> Mapping[Target, BeginRequest]:
    """What officers were asked to begin and did not, at its safe start; only as things stand now."""
    if not visit.is_now:
        return {}
    kind = DeadlineKind.SAFE_START
    ahead = [task.due for task in tasks if task.due and task.due.kind is kind and not task.due.is_begun]
    schools = {due.subject.school_id for due in ahead}
    found = begin_requests(visit.session, visit.scope, schools)
    ends = {(one.school_id, one.service, next_day(one.ends_on)): one for one in found.values()}
    keys = {Target.of(due): (due.subject.school_id, due.subject.service, due.consequence_on) for due in ahead}
    return {target: ends[key] for target, key in keys.items() if key in ends}


def _tasks(visit: Visit, needs: Iterable[NeedView]) -> list[Task]:
    book = visit.house.book
    due = foreseeing.agenda(visit.session, visit.scope, on=visit.on, known=visit.known, book=book)
    return sorted(foreseeing.tasks(needs, due), key=_worst_of_the_late)


def _worst_of_the_late(task: Task) -> tuple[bool, int]:
    """What is late stands by what it did to a school; all else by its day, as it came."""
    if task.due is None:
        return (False, -1)
    return (not task.due.is_late, HARM[task.due.consequence] if task.due.is_late else 0)


def _is_after(task: Task, day: date) -> bool:
    return task.due is not None and task.due.due_on is not None and task.due.due_on > day


def grouped(tasks: Iterable[Task]) -> tuple[tuple[Group, tuple[Task, ...]], ...]:
    """Tasks that stand in their order, by how soon they are due."""
    return tuple((group, tuple(found)) for group, found in groupby(tasks, group_of))


def group_of(task: Task) -> Group:
    """How soon something is due, in working days; a need without service and without a day is late."""
    if task.due is None:
        return Group.LATE
    if task.due.timing is not Timing.AHEAD:
        return GROUPS[task.due.timing]
    return Group.WEEK if (task.due.working_days_left or 0) <= WEEK else Group.LATER
