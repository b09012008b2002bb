"""What counts as told on a day: what reached somebody, and what is told anew to whoever reads it now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from tracker.domain.digests import MayRead
from tracker.domain.keys import Ledger, ledger
from tracker.domain.reminders import Watch
from tracker.domain.workdays import WorkCalendar
from tracker.services import retelling
from tracker.store import digests
from tracker.store.digests import Unsent
from tracker.store.watching import Spot


@dataclass(frozen=True, slots=True)
class Account:
    """How telling stands on a day.

    ``unread`` are reminders that no letter brought to anybody, by key: those ``astray`` none will, those
    ``waiting`` for the morning are told with all that is due then. ``served`` had their digest of the day.
    ``told`` is all that need not be told again.
    """

    unread: Mapping[str, Unsent]
    astray: frozenset[str]
    waiting: frozenset[str]
    served: frozenset[int]
    told: Ledger


def account(
    session: Session,
    watches: Sequence[Watch],
    *,
    on: date,
    since: date,
    calendar: WorkCalendar,
    wayless: Collection[int],
    may_read: MayRead,
    besides: Iterable[Spot] = (),
    people: Collection[int] | None = None,
) -> Account:
    """The account of a day: of digests ``since`` a day, of some ``people``, without deadlines ``besides``."""
    unread = retelling.unread(session, since=since, besides=besides, wayless=wayless)
    astray = retelling.astray(unread, watches, may_read)
    served = digests.served(session, on=on) - retelling.told_nothing(unread, on)
    waiting = retelling.overtaken(unread, on, served) if calendar.is_workday(on) else frozenset()
    untold = waiting | {key for key in astray if not unread[key].is_held}
    first = min((watch.due.due_on for watch in watches if watch.due.due_on), default=on)
    kept = digests.told(session, since=min(first, since), people=people)
    return Account(unread, astray, waiting, served, ledger(each for each in kept if each[0] not in untold))
