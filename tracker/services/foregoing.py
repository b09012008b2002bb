"""What lies ahead of the needs of a scope if nobody does anything: ends of cover, days without service."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from tracker.domain import foregone
from tracker.domain.cliff import Start, days_to, start_of
from tracker.domain.days import Span
from tracker.domain.facts import NeedFacts
from tracker.domain.findings import Assessment
from tracker.domain.forecast import Asking
from tracker.domain.foregone import Loss
from tracker.domain.reading import read
from tracker.domain.tenders import StageHistory
from tracker.domain.vocabulary import LIVE, State
from tracker.domain.workdays import WorkCalendar
from tracker.services.book import Earlier
from tracker.services.evaluating import Book, NeedKey, NeedView, Snapshot, calendar
from tracker.store import facts, registry, versions
from tracker.store.scope import Scope


@dataclass(frozen=True, slots=True)
class End:
    """A cover that ends before its need does: with which contract, and until when a purchase may still begin.

    ``working_days`` are those to the latest safe start, below zero those by which it was missed.
    """

    last: date
    contract: str
    safe_start: date
    start: Start
    working_days: int
    is_begun: bool


@dataclass(frozen=True, slots=True)
class Prospect:
    """A need with the days without service ahead of it, and the end of its cover if one is in sight."""

    need: NeedView
    unserved: tuple[Span, ...]
    end: End | None

    @property
    def key(self) -> NeedKey:
        """School and service."""
        return self.need.school.school_id, self.need.assessment.service


@dataclass(frozen=True)
class Prospects:
    """The needs of a scope that lose service, or whose cover ends, as of a day; ``shot`` shows all needs."""

    on: date
    needs: tuple[Prospect, ...]
    asking: Asking
    shot: Snapshot

    @property
    def calendar(self) -> WorkCalendar:
        """The working days by which was counted."""
        return self.asking.calendar

    def of(self, needs: Iterable[NeedView]) -> tuple[Prospect, ...]:
        """Those of some needs."""
        wanted = {(need.school.school_id, need.assessment.service) for need in needs}
        return tuple(found for found in self.needs if found.key in wanted)

    def loss(self, found: Prospect, until: date) -> Loss:
        """What one need loses up to a horizon."""
        return foregone.loss(found.unserved, until, self.calendar)

    def lost(self, needs: Iterable[NeedView], until: date) -> Loss:
        """What some needs lose together."""
        return foregone.total(self.loss(found, until) for found in self.of(needs))


def prospects(session: Session, scope: Scope, shot: Snapshot, *, book: Book) -> Prospects:
    """What lies ahead of what a snapshot of the scope shows, worked out unless the same was just asked.

    A need that stands in it as in one that was looked at before is not looked at again.
    """
    key = (session.get_bind().engine.url, scope, shot.on, shot.known)
    version = registry.data_version(session)
    return book.renew(Prospects, key, version, lambda earlier: _look(session, scope, shot, book, earlier))


@facts.keeping_all()
def _look(
    session: Session, scope: Scope, shot: Snapshot, book: Book, earlier: Earlier[Prospects] | None
) -> Prospects:
    days = calendar(session, book, shot.known)
    asking = Asking(
        shot.on, book.policy, days, StageHistory.none()
    )  # whether anything has begun asks no length
    same = _same(shot, earlier)
    views = {
        (need.school.school_id, need.assessment.service): need
        for need in shot.needs
        if id(need) not in same and _may_lose(need)
    }
    seq = None if shot.known is None else versions.known_seq(session, shot.known)
    found = [
        _prospect(views[key], need, asking)
        for need in facts.load_facts(session, scope, known_seq=seq, needs=views if same else None)
        if (key := (need.school_id, need.service)) in views
    ]
    if earlier is not None:
        found += (one for one in earlier.answer.needs if id(one.need) in same)
        found.sort(key=lambda one: one.key)
    return Prospects(shot.on, tuple(each for each in found if each.unserved or each.end), asking, shot)


def _same(shot: Snapshot, earlier: Earlier[Prospects] | None) -> frozenset[int]:
    """The needs of a snapshot that were looked at before, by what they are: the very same object."""
    if earlier is None or earlier.answer.shot.basis != shot.basis:
        return frozenset()
    return frozenset(map(id, earlier.answer.shot.needs)) & frozenset(map(id, shot.needs))


def _may_lose(need: NeedView) -> bool:
    """All but those of which it is not known, whose need is over, or whose cover runs as long as the need."""
    found = need.assessment
    is_served = found.state in (State.COVERED, State.INTERIM)
    return found.latest_safe_start is not None if is_served else found.state is not State.UNKNOWN


def _prospect(view: NeedView, need: NeedFacts, asking: Asking) -> Prospect:
    found = view.assessment
    return Prospect(view, _unserved(found, need), _end(found, need, asking))


def _unserved(found: Assessment, need: NeedFacts) -> tuple[Span, ...]:
    likely = found.tender.forecast.likely if found.tender and found.tender.forecast else None
    return foregone.ahead(need, found.on, likely)


def _end(found: Assessment, need: NeedFacts, asking: Asking) -> End | None:
    if found.latest_safe_start is None or found.covered_until is None:
        return None
    is_live = found.tender is not None and found.tender.status in LIVE
    safe = found.latest_safe_start
    return End(
        last=found.covered_until,
        contract=need.line_ending(found.covered_until).contract_number,
        safe_start=safe,
        start=start_of(safe, asking.on, asking.calendar),
        working_days=days_to(safe, asking.on, asking.calendar),
        is_begun=is_live or read(need, asking).is_begun,
    )


def of_need(found: Assessment, need: NeedFacts, until: date, days: WorkCalendar) -> Loss:
    """What one need loses up to a horizon from the day of its assessment on."""
    return foregone.loss(_unserved(found, need), until, days)
