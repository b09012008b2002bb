"""What whoever decides must read before, and by when the duties that follow are due.

Decisions with any of the cautions are approved one by one, never in bulk.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from tracker.domain.days import legal_day
from tracker.domain.decision_records import DecisionRecord
from tracker.domain.decisions import APPROVED_SINCE, OPEN
from tracker.domain.policy import DutyStart
from tracker.services.evaluating import NeedView, calendar, snapshot
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


def due_days(visit: Visit, found: DecisionRecord) -> Mapping[str, date]:
    """The last day of each duty of a decision that is counted from its approval or from the signing."""
    begun: dict[str, date] = {}
    if found.status in APPROVED_SINCE and found.decided_at is not None:
        begun[DutyStart.DECIDED] = legal_day(found.decided_at)
    if found.signed is not None:
        begun[DutyStart.SIGNED] = found.signed.signed_on
    counted = [duty for duty in found.frozen.duties if duty.counted_from in begun]
    if not counted:
        return {}
    days = calendar(visit.session, visit.house.book)
    return {duty.id: days.after(begun[duty.counted_from], duty.working_days) for duty in counted}
