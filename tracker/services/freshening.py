"""What of a digest is still so when it is sent, which may be days after it was put together.

A line whose deadline has another day by then, or is no more, is left out; one whose school its reader lost
sight of names the next school that shares the deadline. Days that are left are those of the day of sending.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from tracker.domain.deadlines import Deadline, timing
from tracker.domain.holds import Hold, HoldKind, by_deadline, is_put_off, silence
from tracker.domain.people import Person
from tracker.domain.vocabulary import DeadlineKind
from tracker.domain.withdrawing import Mark, Why
from tracker.domain.workdays import WorkCalendar
from tracker.render.told import left_on
from tracker.services import holding
from tracker.services.evaluating import Book
from tracker.services.holding import Target
from tracker.store import holds, told, watching
from tracker.store.digests import Body
from tracker.store.scope import EVERYTHING, Scope
from tracker.store.watching import Sharer


@dataclass(frozen=True, slots=True)
class Fresh:
    """A digest as it is told: ``left_out`` are the keys of its other lines, with why they are not told."""

    body: Body
    left_out: Mapping[str, Why]


def still_so(session: Session, reader: Person, body: Body) -> Fresh:
    """A digest with the lines that are so now and that its reader sees; what cannot be read stays."""
    schools = {line["school_id"] for line in body["lines"]}
    seen, watched = _seen(session, reader, schools), watching.at_schools(session, schools)
    lines: list[Body] = []
    left_out: dict[str, Why] = {}
    for line in body["lines"]:
        is_so = True
        try:
            is_so = _is_known(watched, line)
            told_now = line if is_so and line["school_id"] in seen else _of_another(session, reader, line)
        except (LookupError, TypeError, ValueError):  # the letter counts it as one that cannot be read
            told_now = line if line["school_id"] in seen else None
        if told_now is None:
            left_out |= dict.fromkeys(line["keys"], Why.PEOPLE if is_so else Why.MOVED)
        else:
            lines.append(told_now)
    return Fresh({**body, "lines": lines}, left_out)


def unheld(session: Session, reader: Person, now: Fresh, *, since: date, on: date, book: Book) -> Fresh:
    """The same without what was taken up or put off from a day on, and is so on another: it waits (REM-6)."""
    abouts = [_about(line) for line in now.body["lines"]]
    held = by_deadline(holds.about(session, filter(None, abouts)))
    lines, left_out = list[Body](), dict[str, Why]()
    for line, about in zip(now.body["lines"], abouts, strict=True):
        kept = held.get(about, ()) if about else ()
        is_new = any(each.from_on >= since and each.back_on > on for each in kept)
        due = _due(session, line, on, book) if is_new else None
        if due is not None and _is_silent(due, on, kept, reader, line):
            left_out |= dict.fromkeys(line["keys"], Why.NOT_ASKED)
        else:
            lines.append(line)
    return Fresh({**now.body, "lines": lines}, {**now.left_out, **left_out})


def _about(line: Body) -> tuple[DeadlineKind, tuple[str, ...]] | None:
    """Which deadline a line tells of; None where that cannot be read."""
    try:
        return DeadlineKind(line["kind"]), tuple(map(str, line["identity"]))
    except (LookupError, TypeError, ValueError):
        return None


def _due(session: Session, line: Body, on: date, book: Book) -> Deadline | None:
    """The deadline of a line on a day; None, so that it is told as it was kept, where that is not found."""
    try:
        return holding.find(session, EVERYTHING, Target.of_line(line), on=on, book=book)
    except Exception:  # also a need that cannot be judged: it keeps no other line from its turn (FLT-26)
        return None


def _is_silent(due: Deadline, on: date, kept: Iterable[Hold], reader: Person, line: Body) -> bool:
    """Whether anybody took it up, or its reader or all to whom it is owed put it off."""
    taken_up = silence(due, HoldKind.ACKNOWLEDGED, on, kept, reader.id)
    if taken_up is not None and taken_up.is_silent:
        return True
    people = {Mark.of(key).person for key in line["keys"]}
    return is_put_off(due, on, kept, reader.id) or all(is_put_off(due, on, kept, each) for each in people)


def stands(session: Session, line: Body) -> bool:
    """Whether the deadline of a line is there with the day that was told; also where nobody can tell."""
    watched = watching.at_schools(session, {line["school_id"]})
    try:
        return _is_known(watched, line)
    except (LookupError, TypeError, ValueError):
        return True


def as_of(body: Body, on: date, calendar: WorkCalendar) -> Body:
    """A digest with the working days that are left on a later day than its own."""
    before = date.fromisoformat(body["on"])
    lines = [_on_day(line, before, on, calendar) for line in body["lines"]]
    return {**body, "on": on.isoformat(), "lines": lines}


def _seen(session: Session, reader: Person, schools: Iterable[str]) -> frozenset[str]:
    return told.schools_seen(session, Scope.of_person(reader), schools)


def _is_known(watched: watching.AtSchools, line: Body) -> bool:
    at = DeadlineKind(line["kind"]), tuple(line["identity"])
    known = [each for each in watched.get(at, ()) if each.school_id == line["school_id"]]
    return not known or any(_is_so(each, line) for each in known)


def _is_so(each: Sharer, line: Body) -> bool:
    return not each.is_gone and (each.due_on and each.due_on.isoformat()) == line["due_on"]


def _of_another(session: Session, reader: Person, line: Body) -> Body | None:
    """The line with the next need that shares its deadline and that the reader sees; None without one."""
    sharers = watching.sharers(session, DeadlineKind(line["kind"]), line["identity"])
    sharing = [each for each in sharers if _is_so(each, line)]
    seen = _seen(session, reader, {each.school_id for each in sharing})
    left = [each for each in sharing if each.school_id in seen]
    if not left:
        return None
    named = told.named(session, left[0].school_id)
    return {**line, **named, "service": left[0].service, "needs": min(line["needs"], len(left))}


def _on_day(line: Body, before: date, on: date, calendar: WorkCalendar) -> Body:
    """A line of an earlier day as it stands on this one."""
    try:
        due_on = date.fromisoformat(line["due_on"])
        left = left_on(due_on, line["working_days_left"], before, on, calendar)
    except (LookupError, TypeError, ValueError):
        return line
    return {**line, "timing": timing(due_on, on), "working_days_left": left}
