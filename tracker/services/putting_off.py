"""Putting many deadlines off at once: each bounded as one is, each for itself; none stops the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from tracker.domain.deadlines import Deadline
from tracker.domain.errors import HoldRefused, NotFound, TrackerError
from tracker.domain.holds import HoldKind
from tracker.domain.people import Person
from tracker.domain.register import SchoolRow
from tracker.services import foreseeing, holding
from tracker.services.acting import Author
from tracker.services.evaluating import Book
from tracker.services.holding import Target, Wanted
from tracker.store import registry
from tracker.store.scope import Scope


@dataclass(frozen=True, slots=True)
class Line:
    """What becomes of one deadline of many.

    ``until`` is the last day on which it must speak again or, once it is put off, the one on which it will;
    ``refused`` says why it is left as it was. ``due`` is None where the person has no such thing to do today.
    """

    target: Target
    due: Deadline | None
    school: SchoolRow | None
    until: date | None
    refused: TrackerError | None


def look(
    session: Session, person: Person, targets: Iterable[Target], *, today: date, book: Book
) -> tuple[Line, ...]:
    """What could be put off, until when at most, and what not and why; nothing is written."""

    def last(due: Deadline) -> date:
        if not holding.may_snooze(due, today):
            raise HoldRefused(reason="too_late")
        return holding.latest(due, HoldKind.SNOOZED, today)

    return _each(session, person, targets, last, today=today, book=book)


def put_off(
    session: Session,
    author: Author,
    person: Person,
    targets: Iterable[Target],
    *,
    reason: str,
    back_on: date | None,
    today: date,
    book: Book,
) -> tuple[Line, ...]:
    """Put off what can be; raises what :func:`holding.require` does, and for a day that is not ahead."""
    wanted = Wanted(HoldKind.SNOOZED, reason, back_on)
    holding.require(person, wanted)
    if back_on is not None and not today < back_on <= today + holding.LONGEST:
        raise HoldRefused(reason="day", latest=f"{today + holding.LONGEST:%d.%m.%Y}")

    def keep(due: Deadline) -> date:
        return holding.keep(session, author, person, due, wanted, today=today).back_on

    return _each(session, person, targets, keep, today=today, book=book)


def _each(
    session: Session,
    person: Person,
    targets: Iterable[Target],
    deed: Callable[[Deadline], date],
    *,
    today: date,
    book: Book,
) -> tuple[Line, ...]:
    """Each of the deadlines once, as :func:`holding.find` finds them, but all with one look."""
    scope, wanted = Scope.of_person(person), tuple(dict.fromkeys(targets))
    ahead = foreseeing.agenda(session, scope, on=today, known=None, book=book)
    found = {Target.of(due): due for group in ahead.groups for _, due in group}
    named = frozenset(target.school_id for target in wanted)
    schools = {row.school_id: row for row in registry.list_schools(session, scope, named=named)}

    def line(target: Target) -> Line:
        due = found.get(target)
        school = schools.get(target.school_id)
        try:
            if due is None:
                raise NotFound(school_id=target.school_id)
            return Line(target, due, school, deed(due), None)
        except (HoldRefused, NotFound) as refused:
            return Line(target, due, school, None, refused)

    return tuple(map(line, wanted))
