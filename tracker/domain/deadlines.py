"""The days on which something is due for a need: one computed stream, nothing of it stored (rules §7).

Every deadline says what it rests on and what follows when it is missed. A day that the facts do not give
stays unknown. A deadline that was missed stays, late, until the facts have moved on: so whoever was not
looking on the day still finds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from tracker.domain.days import BEGINNING, FOREVER, legal_day, next_day
from tracker.domain.facts import NeedFacts, ServiceLine
from tracker.domain.findings import TenderStanding
from tracker.domain.forecast import Asking
from tracker.domain.policy import Policy
from tracker.domain.reading import Reading, read
from tracker.domain.tenders import StageHistory, law_for
from tracker.domain.vocabulary import (
    COURSE,
    SERVING,
    Consequence,
    ContractKind,
    ContractStatus,
    DeadlineKind,
    Method,
    Service,
    Stage,
    State,
    TenderStatus,
    Timing,
)
from tracker.domain.workdays import WorkCalendar, days_apart


@dataclass(frozen=True, slots=True)
class Subject:
    """What is due: of which need, and by which contract or tender (and its stage) where there is one."""

    school_id: str
    service: Service
    number: str | None = None
    stage: Stage | None = None


@dataclass(frozen=True, slots=True)
class Basis:
    """What a due day rests on: a stated ``fact`` (a column of the register), or clauses and their sources.

    ``is_assumed`` where any of the clauses has no citation.
    """

    fact: str | None = None
    clauses: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    is_assumed: bool = False


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day for something; ``due_on`` is None where the facts do not give it.

    ``consequence_on`` is the first day of what follows. ``working_days_left`` counts the working days after
    today up to the due day; less than zero, how many have gone by since. ``is_begun`` says that a tender is
    registered for the need, or something was bought that will serve later. ``loses_on`` is the first day
    without service that is in sight for a served need, as lists of needs count it.
    """

    kind: DeadlineKind
    subject: Subject
    due_on: date | None
    timing: Timing
    working_days_left: int | None
    consequence: Consequence
    consequence_on: date | None
    basis: Basis
    is_begun: bool
    loses_on: date | None = None

    @property
    def is_late(self) -> bool:
        """Whether the due day has gone by."""
        return self.timing is Timing.LATE

    @property
    def identity(self) -> tuple[str, ...]:
        """What makes two deadlines of one kind the same, whatever their day.

        A stage, a decision and a report are of the tender or contract, so that of its many schools
        they are one; all the others are of the need.
        """
        subject = self.subject
        if subject.number is None or self.kind in OF_THE_NEED:
            return (subject.school_id, subject.service)
        return (subject.number,) if subject.stage is None else (subject.number, subject.stage)


OF_THE_NEED = frozenset(
    {DeadlineKind.COVER_END, DeadlineKind.INTERIM_END, DeadlineKind.SAFE_START, DeadlineKind.CONFIRM}
)
"""Kinds of which each need has its own, whatever contract or tender is named beside it."""


def deadlines_of(
    facts: NeedFacts, on: date, *, policy: Policy, calendar: WorkCalendar, history: StageHistory
) -> tuple[Deadline, ...]:
    """Every deadline of one need as it stands on a day, the soonest first, unknown days last."""
    return deadlines_in(read(facts, Asking(on, policy, calendar, history)))


def deadlines_in(need: Reading) -> tuple[Deadline, ...]:
    """The same for a need that was read already; one that is not required has only its beginning ahead."""
    if need.state is State.NOT_REQUIRED:
        return tuple(_unserved_from_start(need))
    return tuple(sorted((due for find in FINDERS for due in find(need)), key=_soonest))


def _soonest(due: Deadline) -> tuple[date, DeadlineKind, tuple[str, ...]]:
    return (due.due_on or FOREVER, due.kind, due.identity)


def _end_of_cover(need: Reading) -> Iterator[Deadline]:
    """The last served day before service is lost; of an interim where only such lines serve on it."""
    last = need.last_served
    if last is None:
        if need.state is State.UNKNOWN:
            yield _end_unknown(need)
        yield from _unserved_from_start(need)
        return
    is_interim = need.cover.state(last) is State.INTERIM
    line = need.facts.line_ending(last)
    is_terminated = line.terminated_on == last
    is_known = need.cover.state(next_day(last)) is not State.UNKNOWN
    yield _due(
        need,
        DeadlineKind.INTERIM_END if is_interim else DeadlineKind.COVER_END,
        last,
        number=(line if is_known else need.facts.line_open_on(next_day(last))).contract_number,
        follows=Consequence.SERVICE_LOST if is_known else Consequence.TERM_UNKNOWN,
        basis=Basis(fact="terminated_on" if is_terminated else "end_on"),
    )


def _unserved_from_start(need: Reading) -> Iterator[Deadline]:
    """The eve of a need that begins, or began, with nothing that serves it."""
    first = need.begins_unserved
    if first is not None:
        follows, basis = Consequence.SERVICE_LOST, Basis(fact="needed_from")
        yield _due(need, DeadlineKind.COVER_END, days_apart(first, -1), follows=follows, basis=basis)


def _end_unknown(need: Reading) -> Deadline:
    """The need hangs on a line whose last day nobody has stated."""
    line = need.facts.line_open_on(need.on)
    return _due(
        need,
        DeadlineKind.COVER_END if line.kind is ContractKind.REGULAR else DeadlineKind.INTERIM_END,
        None,
        number=line.contract_number,
        follows=Consequence.TERM_UNKNOWN,
        basis=Basis(fact="end_on"),
    )


def _safe_start(need: Reading) -> Iterator[Deadline]:
    """The last working day to publish a tender in time; none once one is published or bought."""
    last = need.last_served
    if last is None or need.state is State.UNKNOWN or need.is_published or need.is_bought:
        return
    start = need.safe_start(last)
    method = need.speaking.method if need.speaking else Method.OPEN_TENDER
    limits = need.at.policy.on(start).stage_limits
    clauses = tuple(limits[method, stage].clause for stage in COURSE[method] if stage is not Stage.PLANNED)
    yield _due(
        need,
        DeadlineKind.SAFE_START,
        start,
        follows=Consequence.GAP_OPENS,
        follows_on=next_day(last),
        basis=_by_clauses(need, clauses, start),
    )


def _stages(need: Reading) -> Iterator[Deadline]:
    """The due day of the stage of every live tender; while one is suspended its day is not known."""
    for tender in need.live:
        facts = need.facts_of(tender)
        if tender.stage is Stage.BIDS and facts.bids_close_on is not None:
            basis = Basis(fact="bids_close_on")
        else:
            law = law_for(facts, need.on, need.at.policy)
            basis = _by_clauses(need, (tender.limit_clause or "",), law.day)
        yield _due(
            need,
            DeadlineKind.STAGE,
            None if tender.suspended else tender.due_on,
            number=tender.number,
            stage=tender.stage,
            follows=Consequence.TENDER_STALLED,
            basis=basis,
            days_over=tender.days_over,
        )


def _decision(need: Reading) -> Iterator[Deadline]:
    """The last day to decide on a single source after a repeat failed, while nothing else was published.

    A decision that was approved since ends it, whatever is signed of it later.
    """
    failed = need.failed
    if failed is None or not _may_be_repeat(need, failed) or need.is_published or need.is_bought:
        return
    decided = need.facts.decided_at
    if decided is not None and (failed.ended_on or BEGINNING) <= legal_day(decided) <= need.on:
        return
    law = law_for(need.facts_of(failed), need.on, need.at.policy)
    yield _due(
        need,
        DeadlineKind.DECISION,
        need.decide_by,
        number=failed.number,
        follows=Consequence.GROUND_LOST,
        basis=_by_clauses(need, ("after_failure.decision",), law.day),
    )


def _may_be_repeat(need: Reading, failed: TenderStanding) -> bool:
    """Whether the ground after a failure may apply, as the routes judge it (``repeat_failed``)."""
    is_repeat = need.facts_of(failed).repeats or failed.method is Method.PRICE_QUOTATION
    return failed.status is TenderStatus.UNSUCCESSFUL and bool(is_repeat)


def _reports(need: Reading) -> Iterator[Deadline]:
    """The report after an interim contract was signed, until it is posted or a regular line begins.

    That it was posted a person says, who closes its decision. Without a day of signing no day is due.
    """
    since = need.last_regular.first_on if need.last_regular else BEGINNING
    for line in need.facts.lines:
        if not _is_signed_interim(line, need.on) or line.first_on <= since:
            continue
        if line.is_reported(need.on):
            continue
        days = need.at.policy.on(line.start_on).report_days
        yield _due(
            need,
            DeadlineKind.REPORT,
            line.signed_on and need.at.calendar.after(line.signed_on, days),
            number=line.contract_number,
            follows=Consequence.REPORT_MISSING,
            basis=_by_clauses(need, ("duty.report",), line.start_on),
        )


def _is_signed_interim(line: ServiceLine, on: date) -> bool:
    """Whether an interim contract was signed by the day, or has begun with no day of signing stated."""
    is_real = line.status in SERVING or line.status is ContractStatus.PENDING
    return line.kind is ContractKind.INTERIM and is_real and (line.signed_on or line.first_on) <= on


def _confirmation(need: Reading) -> Iterator[Deadline]:
    """The last day on which the facts count as confirmed; facts never confirmed have none (decision 12).

    Where a day is missing in those on which all others hang, each month asks for it (decision 131).
    """
    confirmed, last = need.facts.confirmed_on, need.asked_by
    if confirmed is not None:
        last = days_apart(confirmed, need.law.stale_days)
    if last is not None:
        basis = _by_clauses(need, ("warn.stale",), need.on)
        yield _due(need, DeadlineKind.CONFIRM, last, follows=Consequence.FACTS_STALE, basis=basis)


FINDERS: tuple[Callable[[Reading], Iterable[Deadline]], ...] = (
    _end_of_cover,
    _safe_start,
    _stages,
    _decision,
    _reports,
    _confirmation,
)


def _by_clauses(need: Reading, clauses: tuple[str, ...], day: date) -> Basis:
    """Clauses with the sources that they had on the day that chose their versions."""
    versions = [need.at.policy.clauses[clause].on(day) for clause in clauses]
    sources = dict.fromkeys(version.source.id for version in versions if version.source)
    return Basis(
        clauses=clauses,
        sources=tuple(sources),
        is_assumed=any(version.is_assumed for version in versions),
    )


def _due(
    need: Reading,
    kind: DeadlineKind,
    due_on: date | None,
    *,
    follows: Consequence,
    basis: Basis,
    follows_on: date | None = None,
    number: str | None = None,
    stage: Stage | None = None,
    days_over: int | None = None,
) -> Deadline:
    """A deadline as it stands on the day; what follows begins the day after, unless another is named.

    ``days_over`` are the working days of a tender past its due day, from which suspended ones are left out.
    """
    return Deadline(
        kind=kind,
        subject=Subject(need.facts.school_id, need.facts.service, number, stage),
        due_on=due_on,
        timing=timing(due_on, need.on),
        working_days_left=_left(need, due_on, days_over),
        consequence=follows,
        consequence_on=follows_on or (due_on and next_day(due_on)),
        basis=basis,
        is_begun=need.is_begun,
        loses_on=need.loses_on,
    )


def timing(due_on: date | None, on: date) -> Timing:
    """Where the day stands against the due day."""
    if due_on is None:
        return Timing.UNKNOWN
    if on > due_on:
        return Timing.LATE
    return Timing.TODAY if on == due_on else Timing.AHEAD


def _left(need: Reading, due_on: date | None, days_over: int | None) -> int | None:
    if due_on is None:
        return None
    if need.on <= due_on:
        return need.at.calendar.between(need.on, due_on)
    return -(need.at.calendar.between(due_on, need.on) if days_over is None else days_over)
