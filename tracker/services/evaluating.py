"""Assessing needs: for any day and any moment of knowledge without writing, and for today with a record.

Facts and the law go in, assessments come out; only :func:`evaluate` stores anything (design §§4, 8).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

from sqlalchemy.orm import Session

from tracker.domain.alphabet import sort_key
from tracker.domain.assess import assess
from tracker.domain.days import BEGINNING, FOREVER
from tracker.domain.deadlines import Deadline, deadlines_of
from tracker.domain.facts import NeedFacts
from tracker.domain.findings import Assessment, Finding
from tracker.domain.forecast import LATE, MEDIAN
from tracker.domain.policy import STAGE_CLAUSES, Policy
from tracker.domain.register import SchoolRow
from tracker.domain.tenders import StageHistory
from tracker.domain.vocabulary import State
from tracker.domain.workdays import WorkCalendar
from tracker.law.loader import load_calendar
from tracker.services.aside import Aside, Failure, Unjudged
from tracker.services.book import Book as Book
from tracker.services.book import Earlier
from tracker.store import assessments, changes, facts, histories, references, registry, versions
from tracker.store.flags import open_flags
from tracker.store.row_security import whole_country
from tracker.store.scope import EVERYTHING, Scope

MOST_CHANGED = 5_000
"""Schools that are judged again beside an earlier answer; where more have changed all are judged anew."""

UNJUDGED = "unjudged"
"""Under this name a session knows the needs that are missing in what was asked for, so that pages say so."""

Progress = Callable[[int, int], None]
NeedKey = tuple[str, str]


@dataclass(frozen=True)
class NeedView:
    """A need with its school: one row of a list."""

    school: SchoolRow
    assessment: Assessment


@dataclass(frozen=True)
class Snapshot:
    """Every need of a scope as it stands on a day, as far as was known at a moment.

    The ``unjudged`` are those over which the rules fail: they are in no count and no list of ``needs``.
    ``basis`` names what they were judged by, ``calendar`` is the one of it.
    """

    on: date
    known: datetime | None
    policy: str
    needs: tuple[NeedView, ...]
    calendar: WorkCalendar = field(compare=False, repr=False)
    unjudged: tuple[Unjudged, ...] = ()
    basis: str = ""

    def counts(self) -> dict[State, int]:
        """How many needs are in each state."""
        return dict(Counter(need.assessment.state for need in self.needs))


@dataclass(frozen=True)
class Bench:
    """What every assessment of one run shares: law, calendar and the stage lengths of finished tenders."""

    on: date
    policy: Policy
    calendar: WorkCalendar
    history: StageHistory

    def judge(self, need: NeedFacts) -> Assessment:
        """Assess one need."""
        return assess(need, self.on, policy=self.policy, calendar=self.calendar, history=self.history)

    def due_for(self, need: NeedFacts, on: date) -> tuple[Deadline, ...]:
        """What is due for one need on a day."""
        return deadlines_of(need, on, policy=self.policy, calendar=self.calendar, history=self.history)

    def aside(self) -> Aside:
        """A place for needs that cannot be judged."""
        return Aside(self.on, self.calendar)

    @property
    def basis(self) -> str:
        """A fingerprint of all that is shared: assessments made on another basis are due again."""
        law = self.policy.on(self.on)
        enough = law.percentile_tenders
        usual = [
            [clause, self.history.percentile(method, stage, percent, enough)]
            for method, stage, clause in STAGE_CLAUSES
            for percent in (MEDIAN, LATE)
            if self.history.is_enough(enough)
        ]
        text = json.dumps([self.policy.fingerprint, self.calendar.fingerprint, usual])
        return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def calendar(session: Session, book: Book, known: datetime | None = None) -> WorkCalendar:
    """The working calendar with the decreed days known at ``known``."""
    return load_calendar(facts.load_overrides(session, _known_seq(session, known)), folder=book.folder)


def bench(session: Session, book: Book, *, on: date, known: datetime | None = None) -> Bench:
    """Set up the shared parts of a run for a day; stage lengths that were kept are not counted again."""
    days = calendar(session, book, known)
    kept = histories.kept_history(session, on=on, basis=_counted_by(book, days)) if known is None else None
    return Bench(on, book.policy, days, kept or _count_stages(session, book, days, on, known))


def _count_stages(
    session: Session, book: Book, days: WorkCalendar, on: date, known: datetime | None
) -> StageHistory:
    with whole_country(session):  # the same lengths for every reader: no name is learnt from them
        finished = facts.tender_histories(session, _known_seq(session, known))
    return StageHistory.of(finished, on, policy=book.policy, calendar=days)


def _counted_by(book: Book, days: WorkCalendar) -> str:
    """What stage lengths are counted by: those counted by anything else do not hold."""
    return f"{book.policy.fingerprint} {days.fingerprint}"


def need_facts(
    session: Session, scope: Scope, school_id: str, *, known: datetime | None = None
) -> tuple[NeedFacts, ...]:
    """The facts of one school's needs; raises ``NotFound`` outside the scope."""
    seq = _known_seq(session, known)
    school = registry.get_school(session, scope, school_id, known_seq=seq)
    needs = [(school_id, service.value) for service in school.services]
    return tuple(facts.load_facts(session, scope, known_seq=seq, needs=needs))


def snapshot(session: Session, scope: Scope, *, on: date, known: datetime | None, book: Book) -> Snapshot:
    """Every need of the scope on ``on``, judged from the facts unless the same was just asked.

    Where it was asked before the last facts came, only schools of which anything was learnt are judged again.
    Moments between the same two recordings are the same question.
    """
    past = _past(session, known)

    def take(earlier: Earlier[Snapshot] | None) -> Snapshot:
        return take_snapshot(session, scope, on=on, known=past, book=book, earlier=earlier)

    key = (session.get_bind().engine.url, scope, on, _known_seq(session, past))
    shot = book.renew(Snapshot, key, registry.data_version(session), take)
    session.info[UNJUDGED] = shot.unjudged
    return shot


def snapshot_of(
    session: Session, scope: Scope, school_id: str, *, on: date, known: datetime | None, book: Book
) -> Snapshot:
    """The needs of one school alone; none where the scope has no such school."""
    past, named = _past(session, known), frozenset((school_id,))
    shot = take_snapshot(session, scope, on=on, known=past, book=book, only=named)
    session.info[UNJUDGED] = shot.unjudged
    return shot


@facts.keeping_all()
def take_snapshot(
    session: Session,
    scope: Scope,
    *,
    on: date,
    known: datetime | None,
    book: Book,
    progress: Progress | None = None,
    earlier: Earlier[Snapshot] | None = None,
    only: frozenset[str] | None = None,
) -> Snapshot:
    """Judge every need of the scope on ``on``, or of the schools ``only``; writes nothing.

    What stands as in an ``earlier`` one is taken from there.
    """
    shared = bench(session, book, on=on, known=known)
    seq, changed = _known_seq(session, known), only or _changed(session, scope, shared, known, earlier)
    rows = registry.list_schools(session, scope, known_seq=seq, named=changed)
    schools = {school.school_id: school for school in rows}
    asked = (
        None if changed is None else {(row.school_id, service) for row in rows for service in row.services}
    )
    aside = shared.aside()
    judged = _judge(shared, aside, facts.load_facts(session, scope, known_seq=seq, needs=asked), progress)
    needs = [NeedView(schools[found.school_id], found) for found in judged]
    if earlier is not None and changed is not None:
        needs += (need for need in earlier.answer.needs if need.school.school_id not in changed)
        needs.sort(key=lambda need: (need.school.school_id, need.assessment.service))
    left = tuple(Unjudged(schools[school_id], service) for school_id, service in aside.needs)
    return Snapshot(on, known, book.policy.fingerprint, tuple(needs), shared.calendar, left, shared.basis)


def _changed(
    session: Session, scope: Scope, shared: Bench, known: datetime | None, earlier: Earlier[Snapshot] | None
) -> frozenset[str] | None:
    """The schools to judge again; None for all. A scope that is less than everything may change itself."""
    if earlier is None or known is not None or scope != EVERYTHING or earlier.answer.basis != shared.basis:
        return None
    aside = {need.school.school_id for need in earlier.answer.unjudged}
    named = changes.changed_schools(session, scope, since=earlier.version) | aside
    return named if len(named) <= MOST_CHANGED else None


def _judge(
    shared: Bench, aside: Aside, needs: Collection[NeedFacts], progress: Progress | None
) -> Iterable[Assessment]:
    for done, need in enumerate(needs, start=1):
        if (found := aside.attempt(need, partial(shared.judge, need))) is not None:
            yield found
        if progress is not None:
            progress(done, len(needs))


@dataclass(frozen=True)
class EvaluationRun:
    """What a recorded run did: needs judged and set aside, rows written, flags opened and closed."""

    needs: int
    assessed: int
    written: int
    opened: int
    closed: int
    failures: tuple[Failure, ...] = ()

    @property
    def unjudged(self) -> int:
        """How many needs were set aside."""
        return len(self.failures)


@facts.keeping_all()
def evaluate(
    session: Session,
    *,
    today: date,
    book: Book,
    everything: bool = False,
    progress: Progress | None = None,
) -> EvaluationRun:
    """Judge what is due today (or everything) and store what differs: assessments and flags.

    Due is what was never judged, or on another basis, whose facts changed, or whose day has come.
    Running it twice changes nothing. Of a need that cannot be judged nothing is kept but its flags, so it is
    due until it can.
    """
    shared = bench(session, book, on=today)
    basis = shared.basis
    histories.keep_history(session, shared.history, on=today, basis=_counted_by(book, shared.calendar))
    due = None if everything else assessments.due_needs(session, today=today, basis=basis)
    needs = facts.load_facts(session, EVERYTHING, needs=due) if due is None or due else []
    aside = shared.aside()
    judged = list(_judge(shared, aside, needs, progress))
    assessments.forget(session, aside.needs)
    regions = references.regions_of(session, EVERYTHING, {found.school_id for found in judged})
    stored = assessments.store_assessments(session, judged, regions, today=today, basis=basis)
    retired = assessments.retire_needs(session, today=today)
    return EvaluationRun(
        needs=references.count_needs(session),
        assessed=len(judged),
        written=stored.written + retired.written,
        opened=stored.opened,
        closed=stored.closed + retired.closed,
        failures=tuple(aside.failures),
    )


def differing(
    session: Session, *, today: date, book: Book, progress: Progress | None = None
) -> tuple[NeedKey, ...]:
    """The needs whose stored assessment or open flags a fresh look does not confirm, save those due.

    Also those over which it fails.
    """
    days = calendar(session, book)
    shared = Bench(today, book.policy, days, _count_stages(session, book, days, today, None))
    due = set(assessments.due_needs(session, today=today, basis=shared.basis))
    kept = {(each.school_id, each.service): each for each in assessments.stored(session, EVERYTHING)}
    flags, aside = _open_flags(session), shared.aside()
    different = set(assessments.altered(session, EVERYTHING))
    for found in _judge(shared, aside, facts.load_facts(session, EVERYTHING), progress):
        key = (found.school_id, found.service)
        before, raised = kept.pop(key, None), flags.pop(key, set())
        if key in due or before is None:
            continue
        now = assessments.as_stored(found, before.region)
        if now.findings != before.findings or set(found.flags) != raised:
            different.add(key)
    return tuple(sorted(different | kept.keys() | flags.keys() | set(aside.needs)))


def _open_flags(session: Session) -> dict[NeedKey, set[Finding]]:
    raised: dict[NeedKey, set[Finding]] = defaultdict(set)
    for flag in open_flags(session, EVERYTHING):
        raised[flag.school_id, flag.service].add(Finding(flag.kind, flag.since))
    return raised


def in_harm_order(needs: Iterable[NeedView]) -> tuple[NeedView, ...]:
    """Flagged needs, worst first: longest without service, then soonest loss, then by name (rules §5)."""
    return tuple(sorted((need for need in needs if need.assessment.flags), key=_harm))


def _harm(need: NeedView) -> tuple[object, ...]:
    found = need.assessment
    is_uncovered = found.state is State.UNCOVERED
    since = (found.uncovered_since or BEGINNING) if is_uncovered else FOREVER
    return (since, found.loses_on or FOREVER, sort_key(need.school.name), found.school_id, found.service)


def _known_seq(session: Session, known: datetime | None) -> int | None:
    return None if known is None else versions.known_seq(session, known)


def _past(session: Session, known: datetime | None) -> datetime | None:
    """The moment, or None where all that is known now was known by then."""
    is_less = known is not None and versions.known_seq(session, known) < registry.data_version(session)
    return known if is_less else None
