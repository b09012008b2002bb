"""What is due for the needs of a scope, on any day and as known at any moment; nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from sqlalchemy.orm import Session

from tracker.domain.days import FOREVER
from tracker.domain.deadlines import Deadline
from tracker.domain.vocabulary import DeadlineKind, Service, State
from tracker.services.aside import Aside
from tracker.services.evaluating import Bench, Book, NeedKey, NeedView, bench, in_harm_order
from tracker.store import facts, registry, versions
from tracker.store.scope import Scope

ENDS = frozenset({DeadlineKind.COVER_END, DeadlineKind.INTERIM_END})
"""Kinds that say since when, or from when, there is no service."""

Entry = tuple[NeedKey, Deadline]
"""A need with one thing that is due for it."""


@dataclass(frozen=True)
class Agenda:
    """Everything that is due on a day, the soonest first and unknown days last.

    What is one thing to do for many needs, such as a tender's stage, stands in one group; ``needs`` are those
    that have anything due. Over the ``unjudged`` the rules fail: nobody knows what is due for them.
    """

    on: date
    groups: tuple[tuple[Entry, ...], ...]
    needs: frozenset[NeedKey]
    unjudged: frozenset[NeedKey] = frozenset()


@dataclass(frozen=True)
class Task:
    """One thing to do and the needs that it is about.

    ``due`` is None where a need is without service and no end of a contract tells since when: nothing is due
    on any day, and still it is late.
    """

    due: Deadline | None
    needs: tuple[NeedView, ...]

    @property
    def services(self) -> tuple[Service, ...]:
        """Which services of the first school it is about."""
        return tuple(need.assessment.service for need in self._of_first_school)

    @property
    def others(self) -> int:
        """How many needs of other schools it is about."""
        return len(self.needs) - len(self._of_first_school)

    @property
    def _of_first_school(self) -> tuple[NeedView, ...]:
        first = self.needs[0].school.school_id
        return tuple(need for need in self.needs if need.school.school_id == first)


def agenda(session: Session, scope: Scope, *, on: date, known: datetime | None, book: Book) -> Agenda:
    """What is due on ``on`` for every need of the scope, worked out unless the same was just asked."""

    def look_ahead() -> Agenda:
        shared = bench(session, book, on=on, known=known)
        aside = shared.aside()
        entries = _look_ahead(session, scope, shared, aside, known)
        due = frozenset(need for need, _ in entries)
        return Agenda(on, _in_groups(entries), due, frozenset(aside.needs))

    key = (session.get_bind().engine.url, registry.data_version(session), scope, on, known)
    return book.remember(Agenda, key, look_ahead)


@facts.keeping_all()
def _look_ahead(
    session: Session, scope: Scope, shared: Bench, aside: Aside, known: datetime | None
) -> list[Entry]:
    seq = None if known is None else versions.known_seq(session, known)
    return [
        ((need.school_id, need.service), due)
        for need in facts.load_facts(session, scope, known_seq=seq)
        for due in aside.attempt(need, partial(shared.due_for, need, shared.on)) or ()
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
    """The things to do for the needs, each once: first those without service of which no deadline speaks."""
    views = _by_key(needs)
    kept = ([(views[need], due) for need, due in group if need in views] for group in found.groups)
    dated = (Task(group[0][1], tuple(view for view, _ in group)) for group in kept if group)
    return (*(Task(None, (view,)) for view in _untold(views, found)), *dated)


def _untold(views: Mapping[NeedKey, NeedView], found: Agenda) -> tuple[NeedView, ...]:
    """Needs without service that no end of a contract speaks of, the longest without first."""
    told = {need for group in found.groups for need, due in group if due.kind in ENDS}
    return in_harm_order(
        view for need, view in views.items() if view.assessment.state is State.UNCOVERED and need not in told
    )


def _by_key(needs: Iterable[NeedView]) -> Mapping[NeedKey, NeedView]:
    return {(need.assessment.school_id, need.assessment.service): need for need in needs}
