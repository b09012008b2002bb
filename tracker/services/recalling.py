"""What was so on a past day, as it was known then and as it is known now, and what has changed between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from tracker.domain.asked import read_moment
from tracker.domain.coverage import states
from tracker.domain.days import Span, legal_day
from tracker.domain.facts import NeedFacts, ServiceLine
from tracker.domain.findings import Assessment
from tracker.domain.register import RegisterKind
from tracker.domain.vocabulary import Service, State
from tracker.services import evaluating
from tracker.services.evaluating import Book, NeedView, Snapshot
from tracker.store import pasts, registry
from tracker.store.pasts import Version
from tracker.store.registry import Recording
from tracker.store.scope import Scope

LOOKED_BACK = timedelta(days=2 * 366)
"""How far back changes of the past are looked for (house)."""

LINE = (
    "contract_number", "kind", "status", "start_on", "end_on", "signed_on", "terminated_on", "tender_number",
)  # fmt: skip
NEED_KEY = 2
"""Parts of the key of a need: school and service."""


@dataclass(frozen=True, slots=True)
class Both:
    """A need on a day in both senses; None where it was not known."""

    need: NeedView
    then: Assessment | None
    now: Assessment | None

    @property
    def is_same(self) -> bool:
        """Whether what was known then said the same state and flags as what is known now."""
        return _told(self.then) == _told(self.now)


@dataclass(frozen=True, slots=True)
class Field:
    """One value of a fact before and after; empty where there was none."""

    name: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Turned:
    """Past days that stood in one state until a recording, and stand in another since."""

    service: Service
    days: Span
    before: State
    after: State


@dataclass(frozen=True, slots=True)
class Change:
    """What one recording did to a fact: ``is_new`` where none was known, ``is_gone`` where none is now."""

    kind: RegisterKind
    key: tuple[str, ...]
    is_new: bool
    fields: tuple[Field, ...]
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Correction:
    """A recording that changed what was known of a school, and the past days that it turned."""

    recording: Recording
    changes: tuple[Change, ...]
    turned: tuple[Turned, ...]


def end_of_day(on: date, *, now: datetime) -> datetime:
    """The last moment of a legal day, or now where that is still to come."""
    return min(read_moment(on.isoformat()), now)


def senses(
    session: Session, scope: Scope, *, on: date, known: datetime | None, now: datetime, book: Book
) -> tuple[Snapshot, Snapshot]:
    """A day as known at its end, and as known at ``known`` (or now)."""
    then, present = (
        evaluating.snapshot(session, scope, on=on, known=each, book=book)
        for each in (end_of_day(on, now=now), known)
    )
    return then, present


def both(
    session: Session, scope: Scope, *, on: date, known: datetime | None, now: datetime, book: Book
) -> tuple[Both, ...]:
    """Every need on a day: as known at its end, and as known at ``known`` (or now)."""
    return paired(*senses(session, scope, on=on, known=known, now=now, book=book))


def both_of(
    session: Session,
    scope: Scope,
    school_id: str,
    *,
    on: date,
    known: datetime | None,
    now: datetime,
    book: Book,
) -> tuple[Both, ...]:
    """The same of the needs of one school, of which alone is judged."""
    then, present = (
        evaluating.snapshot_of(session, scope, school_id, on=on, known=each, book=book)
        for each in (end_of_day(on, now=now), known)
    )
    return paired(then, present)


def paired(then: Snapshot, present: Snapshot) -> tuple[Both, ...]:
    """Every need of one day in both senses."""
    old, new = ({_key(need): need for need in shot.needs} for shot in (then, present))
    return tuple(
        Both(new.get(key) or old[key], _found(old.get(key)), _found(new.get(key)))
        for key in sorted(old.keys() | new.keys())
    )


def _key(need: NeedView) -> tuple[str, str]:
    return need.assessment.school_id, need.assessment.service


def _found(need: NeedView | None) -> Assessment | None:
    return None if need is None else need.assessment


def _told(found: Assessment | None) -> object:
    return None if found is None else (found.state, found.covered_until, found.uncovered_since, found.kinds)


def corrections(session: Session, scope: Scope, school_id: str, *, today: date) -> tuple[Correction, ...]:
    """The recordings of a school's facts, the newest first; raises ``NotFound`` outside the scope."""
    registry.get_school(session, scope, school_id)
    versions = pasts.list_versions(session, scope, school_id)
    numbers = {version.recorded_seq for version in versions}
    numbers |= {seq for version in versions if (seq := version.superseded_seq) is not None}
    recorded = pasts.recordings_by_number(session, numbers)
    found = (_correction(recorded[seq], versions, today) for seq in sorted(numbers, reverse=True))
    return tuple(one for one in found if one.changes)


def _correction(recording: Recording, versions: Iterable[Version], today: date) -> Correction:
    seq, known = recording.seq, tuple(versions)
    until = min(legal_day(recording.recorded_at), today)
    window = Span(until - LOOKED_BACK, until)
    return Correction(recording, tuple(_changes(known, seq)), tuple(_turned(known, seq, window)))


def _changes(versions: tuple[Version, ...], seq: int) -> Iterator[Change]:
    before = {(one.kind, one.key): one for one in versions if one.superseded_seq == seq}
    for after in (one for one in versions if one.recorded_seq == seq):
        old = before.pop((after.kind, after.key), None)
        fields = tuple(
            Field(name, None if old is None else old.values[name], value)
            for name, value in after.values.items()
            if (old.values[name] != value if old else value is not None)
        )
        if fields:
            yield Change(after.kind, after.key, old is None, fields)
    for gone in before.values():
        lost = tuple(Field(name, value, None) for name, value in gone.values.items() if value is not None)
        yield Change(gone.kind, gone.key, False, lost, is_gone=True)


def _turned(versions: tuple[Version, ...], seq: int, window: Span) -> Iterator[Turned]:
    """The days of the window whose state this recording changed, need by need."""
    old = {need.service: need for need in _facts(versions, seq - 1)}
    for need in _facts(versions, seq):
        if need.service in old:
            yield from _differing(need.service, states(old[need.service], window), states(need, window))


def _differing(
    service: Service, before: Iterable[tuple[Span, State]], after: Iterable[tuple[Span, State]]
) -> Iterator[Turned]:
    later = tuple(after)
    for span, was in before:
        for other, became in later:
            common = span.within(other)
            if was is not became and not common.is_empty:
                yield Turned(service, common, was, became)


def _facts(versions: tuple[Version, ...], seq: int) -> Iterator[NeedFacts]:
    """The needs of the school with their lines, as known right after a recording."""
    known = [one for one in versions if one.is_known(seq)]
    schools = [one for one in known if one.kind is RegisterKind.SCHOOLS]
    school = next((one.values for one in schools if len(one.key) < NEED_KEY), None)
    if school is None:
        return
    for need in (one.values for one in schools if len(one.key) == NEED_KEY):
        yield NeedFacts(
            school_id=need["school_id"],
            service=need["service"],
            needed_from=need["needed_from"],
            needed_until=need["needed_until"],
            closed_on=school["closed_on"],
            confirmed_on=need["confirmed_on"],
            lines=tuple(
                ServiceLine(**{name: one.values[name] for name in LINE})
                for one in known
                if one.kind is RegisterKind.CONTRACTS and one.values["service"] is need["service"]
            ),
        )
