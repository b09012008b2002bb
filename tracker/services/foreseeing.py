"""What is due for the needs of a scope, on any day and as known at any moment; nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.domain.days import FOREVER
from tracker.domain.deadlines import Deadline, deadlines_of
from tracker.services.evaluating import Bench, Book, NeedKey, NeedView, bench
from tracker.store import facts, registry, versions
from tracker.store.scope import Scope

Entry = tuple[NeedKey, Deadline]
"""A need with one thing that is due for it."""


@dataclass(frozen=True)
class Agenda:
    """Everything that is due on a day, the soonest first and unknown days last.

    What is one thing to do for many needs, such as a tender's stage, stands in one group; ``needs`` are those
    that have anything due.
    """

    on: date
    groups: tuple[tuple[Entry, ...], ...]
    needs: frozenset[NeedKey]


@dataclass(frozen=True)
class Task:
    """One thing that is due and the needs that it is about."""

    due: Deadline
    needs: tuple[NeedView, ...]


def agenda(session: Session, scope: Scope, *, on: date, known: datetime | None, book: Book) -> Agenda:
    """What is due on ``on`` for every need of the scope, worked out unless the same was just asked."""

    def look_ahead() -> Agenda:
        entries = _look_ahead(session, scope, bench(session, book, on=on, known=known), known)
        return Agenda(on, _in_groups(entries), frozenset(need for need, _ in entries))

    key = (session.get_bind().engine.url, registry.data_version(session), scope, on, known)
    return book.remember(Agenda, key, look_ahead)


@facts.keeping_all()
def _look_ahead(session: Session, scope: Scope, shared: Bench, known: datetime | None) -> list[Entry]:
    seq = None if known is None else versions.known_seq(session, known)
    return [
        ((need.school_id, need.service), due)
        for need in facts.load_facts(session, scope, known_seq=seq)
        for due in deadlines_of(
            need, shared.on, policy=shared.policy, calendar=shared.calendar, history=shared.history
        )
    ]


def _in_groups(entries: Iterable[Entry]) -> tuple[tuple[Entry, ...], ...]:
    groups: dict[tuple[date, str, tuple[str, ...]], list[Entry]] = {}
    for entry in entries:
        due = entry[1]
        groups.setdefault((due.due_on or FOREVER, due.kind, due.identity), []).append(entry)
    return tuple(tuple(groups[key]) for key in sorted(groups))


@facts.keeping_all()
def one_by_one(needs: Iterable[NeedView], found: Agenda) -> tuple[tuple[NeedView, Deadline], ...]:
    """Each of the needs with each thing that is due for it."""
    views = _by_key(needs)
    return tuple((views[need], due) for group in found.groups for need, due in group if need in views)


@facts.keeping_all()
def tasks(needs: Iterable[NeedView], found: Agenda) -> tuple[Task, ...]:
    """The things to do for the needs, each once."""
    views = _by_key(needs)
    kept = ([(views[need], due) for need, due in group if need in views] for group in found.groups)
    return tuple(Task(group[0][1], tuple(view for view, _ in group)) for group in kept if group)


def _by_key(needs: Iterable[NeedView]) -> Mapping[NeedKey, NeedView]:
    return {(need.assessment.school_id, need.assessment.service): need for need in needs}
