"""What whoever approves must read before: decisions with any of it are approved one by one, never in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tracker.domain.decision_records import DecisionRecord
from tracker.domain.decisions import OPEN
from tracker.services.evaluating import NeedView, snapshot
from tracker.services.rechecking import UNMOVED, Moved, Recheck, recheck
from tracker.store import decisions
from tracker.web.deps import Visit
from tracker.web.queueing import all_needs


def cautions_of(visit: Visit, numbers: Iterable[int]) -> Mapping[int, tuple[str, ...]]:
    """The cautions of each decision, none for most.

    ``guard``, ``against``, ``late``, ``moved``, ``days``, ``unjudged``.
    """
    found = decisions.list_decisions(visit.session, visit.scope, numbers)
    asked = rechecked(visit, found, all_needs(visit))
    return {each.number: tuple(_cautions(visit, each, asked.get(each.number, UNMOVED))) for each in found}


def rechecked(
    visit: Visit, found: Iterable[DecisionRecord], needs: Iterable[NeedView]
) -> Mapping[int, Recheck]:
    """What of the open ones among these is otherwise by the facts of today; ``needs`` are the page's own."""
    book = visit.house.book
    if not visit.is_now:
        needs = snapshot(visit.session, visit.scope, on=visit.today, known=None, book=book).needs
    return recheck(visit.session, visit.scope, found, needs, on=visit.today, book=book)


def _cautions(visit: Visit, found: DecisionRecord, today: Recheck) -> Iterable[str]:
    moved = set(today.moved)
    stated = {
        "guard": bool(found.frozen.guard) or Moved.GUARD in moved,
        "against": found.is_against_advice,
        "late": is_late(visit, found),
        "moved": not moved.isdisjoint({Moved.NOT_NEEDED, Moved.UNFORESEEN, Moved.ADVICE}),
        "days": Moved.DAYS in moved,
        "unjudged": Moved.UNJUDGED in moved,
    }
    return (code for code, is_so in stated.items() if is_so)


def is_late(visit: Visit, found: DecisionRecord) -> bool:
    """Whether its first day has passed while it is open."""
    return found.status in OPEN and visit.today > found.start_on
