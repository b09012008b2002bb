"""What is due for the needs of a scope, on any day and as known at any moment; nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.domain.days import FOREVER
from tracker.domain.deadlines import Deadline, deadlines_of
from tracker.services.evaluating import Bench, Book, NeedKey, NeedView, bench
from tracker.store import facts, registry, versions
from tracker.store.scope import Scope


@dataclass(frozen=True)
class Agenda:
    """Everything that is due on a day, by need; needs without anything are not among them."""

    on: date
    needs: Mapping[NeedKey, tuple[Deadline, ...]]

    def of(self, need: NeedView) -> tuple[Deadline, ...]:
        """What is due for one need, the soonest first."""
        found = need.assessment
        return self.needs.get((found.school_id, found.service), ())


@dataclass(frozen=True)
class Task:
    """One thing that is due and the needs that it is about: a tender's stage is one for all its schools."""

    due: Deadline
    needs: tuple[NeedView, ...]


def agenda(session: Session, scope: Scope, *, on: date, known: datetime | None, book: Book) -> Agenda:
    """What is due on ``on`` for every need of the scope, worked out unless the same was just asked."""
    key = (session.get_bind().engine.url, registry.data_version(session), scope, on, known)
    return book.remember(
        Agenda, key, lambda: _look_ahead(session, scope, bench(session, book, on=on, known=known), known)
    )


@facts.keeping_all()
def _look_ahead(session: Session, scope: Scope, shared: Bench, known: datetime | None) -> Agenda:
    seq = None if known is None else versions.known_seq(session, known)
    found = {
        (need.school_id, need.service.value): deadlines_of(
            need, shared.on, policy=shared.policy, calendar=shared.calendar, history=shared.history
        )
        for need in facts.load_facts(session, scope, known_seq=seq)
    }
    return Agenda(shared.on, {need: due for need, due in found.items() if due})


def soonest_first(needs: Iterable[NeedView], found: Agenda) -> tuple[tuple[NeedView, Deadline], ...]:
    """Each need with each thing that is due for it, by day; what has no known day last."""
    return tuple(sorted(_each(needs, found), key=_by_day))


def _each(needs: Iterable[NeedView], found: Agenda) -> Iterator[tuple[NeedView, Deadline]]:
    return ((need, due) for need in needs for due in found.of(need))


def _by_day(entry: tuple[NeedView, Deadline]) -> tuple[object, ...]:
    need, due = entry
    return (due.due_on or FOREVER, due.kind, due.identity, need.school.school_id, need.assessment.service)


def tasks(entries: Iterable[tuple[NeedView, Deadline]]) -> tuple[Task, ...]:
    """The same entries with those that are one thing to do put together, in the order in which they come."""
    groups: dict[tuple[object, ...], list[tuple[NeedView, Deadline]]] = {}
    for need, due in entries:
        groups.setdefault((due.kind, due.identity, due.due_on), []).append((need, due))
    return tuple(Task(found[0][1], tuple(need for need, _ in found)) for found in groups.values())
