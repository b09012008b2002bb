"""What was known of every need at several moments: each version is read once, however many moments are asked.

At each of them the facts are those that :func:`tracker.store.facts.load_facts` gives for it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Table, Text, and_, or_, select, type_coerce
from sqlalchemy.orm import Session

from tracker.domain.facts import NeedFacts, ServiceLine, TenderEvent, TenderFacts
from tracker.domain.vocabulary import Service
from tracker.store.bulk import columns
from tracker.store.facts import keeping_all
from tracker.store.scope import Scope, either, visible
from tracker.store.tables import CONTRACT_LINE, NEED, RECORDING, SCHOOL, TENDER_EVENT, TENDER_LINE

SCHOOL_FIELDS = ("school_id", "closed_on", "bin", "region", "district")
NEED_FIELDS = ("school_id", "service", "needed_from", "needed_until", "confirmed_on")
LINE_FIELDS = (
    "school_id", "service", "contract_number", "kind", "status", "start_on", "end_on", "signed_on",
    "terminated_on", "tender_number",
)  # fmt: skip
TENDER_FIELDS = (
    "school_id", "service", "tender_number", "method", "status", "planned_on", "published_on",
    "bids_close_on", "results_on", "ended_on", "stage", "stage_entered_on", "repeats_tender_number", "amount",
)  # fmt: skip
EVENT_FIELDS = ("tender_number", "on_day", "event")

_by_start = attrgetter("start_on", "contract_number")
_by_number = attrgetter("number")
_by_day = attrgetter("on", "kind")


@dataclass(frozen=True, slots=True)
class Known:
    """A need as it was known at a moment, and where its school was then."""

    facts: NeedFacts
    region: str | None
    district: str | None


NeedKey = tuple[str, Service]

Course = tuple[Known | None, ...]
"""A need at each of the moments, in their order: the very same object while nothing was learnt."""


@dataclass(frozen=True, slots=True)
class _Version:
    """A row with the recordings between which it was known."""

    since: int
    until: int | None
    row: tuple[Any, ...]

    def holds(self, seq: int) -> bool:
        return self.since <= seq and (self.until is None or self.until > seq)


Versions = Mapping[Any, list[_Version]]
_NONE: list[_Version] = []


@dataclass(frozen=True, slots=True)
class _Register:
    """All versions of all facts that are looked at, by what they are about."""

    schools: Versions
    needs: Versions
    lines: Versions
    tenders: Versions = field(default_factory=dict)
    events: Versions = field(default_factory=dict)

    def of(self, need: NeedKey) -> Iterator[_Version]:
        """Every version that a need is made of."""
        yield from self.schools.get(need[0], _NONE)
        yield from self.needs[need]
        yield from self.lines.get(need, _NONE)
        for tender in self.tenders.get(need, _NONE):
            yield tender
            yield from self.events.get(tender.row[0], _NONE)

    def at(self, need: NeedKey, seq: int) -> Known | None:
        """The need as known right after a recording; None before it was known."""
        stated = next(_present(self.needs[need], seq), None)
        school = next(_present(self.schools.get(need[0], _NONE), seq), None)
        if stated is None or school is None:
            return None
        (needed_from, needed_until, confirmed_on), (closed_on, number, region, district) = stated, school
        lines = (ServiceLine(*row) for row in _present(self.lines.get(need, _NONE), seq))
        present = _present(self.tenders.get(need, _NONE), seq)
        tenders = (TenderFacts(*(*row, self._events(row[0], seq))) for row in present)
        facts = NeedFacts(
            *need,
            needed_from,
            needed_until,
            closed_on,
            confirmed_on,
            number,
            None,  # assessments are told of through time, and none rests on a decision
            tuple(sorted(lines, key=_by_start)),
            tuple(sorted(tenders, key=_by_number)),
        )
        return Known(facts, region, district)

    def _events(self, tender: str, seq: int) -> tuple[TenderEvent, ...]:
        found = (TenderEvent(*row) for row in _present(self.events.get(tender, _NONE), seq))
        return tuple(sorted(found, key=_by_day))


def _present(versions: Iterable[_Version], seq: int) -> Iterator[tuple[Any, ...]]:
    return (version.row for version in versions if version.holds(seq))


@keeping_all()
def load_through(
    session: Session,
    scope: Scope,
    seqs: Sequence[int],
    *,
    with_tenders: bool,
    named: Collection[str] | None = None,
) -> tuple[Course, ...]:
    """Every need within ``scope`` as known right after each of these recordings, by school and service.

    Where schools are ``named``, only theirs.

    Needs that were known at none of them are left out.
    """
    between = min(seqs), max(seqs)
    register = _register(session, scope, between, with_tenders=with_tenders, named=named)
    courses = (_course(register, need, seqs) for need in sorted(register.needs))
    return tuple(course for course in courses if any(course))


def _course(register: _Register, need: NeedKey, seqs: Sequence[int]) -> Course:
    first, last = min(seqs), max(seqs)
    edges = {edge for version in register.of(need) for edge in (version.since, version.until) if edge}
    cuts = sorted(edge for edge in edges if first < edge <= last)
    if not cuts:
        return (register.at(need, first),) * len(seqs)
    stages = [bisect_right(cuts, seq) for seq in seqs]
    known = {stage: register.at(need, seqs[stages.index(stage)]) for stage in set(stages)}
    return tuple(known[stage] for stage in stages)


def _register(
    session: Session,
    scope: Scope,
    between: tuple[int, int],
    *,
    with_tenders: bool,
    named: Collection[str] | None,
) -> _Register:
    def wanted(table: Table) -> ColumnElement[bool]:
        of_school = table.c.school_id
        return and_(visible(session, scope, of_school), either(session, of_school, named))

    def read(table: Table, fields: Sequence[str], keys: int) -> Versions:
        return _versions(session, table, fields, keys, between, wanted(table))

    schools, needs = read(SCHOOL, SCHOOL_FIELDS, 1), read(NEED, NEED_FIELDS, 2)
    lines = read(CONTRACT_LINE, LINE_FIELDS, 2)
    if not with_tenders:
        return _Register(schools, needs, lines)
    tenders = read(TENDER_LINE, TENDER_FIELDS, 2)
    seen = select(TENDER_LINE.c.tender_number).where(wanted(TENDER_LINE))
    events = _versions(
        session, TENDER_EVENT, EVENT_FIELDS, 1, between, TENDER_EVENT.c.tender_number.in_(seen)
    )
    return _Register(schools, needs, lines, tenders, events)


def _versions(
    session: Session,
    table: Table,
    fields: Sequence[str],
    keys: int,
    between: tuple[int, int],
    wanted: ColumnElement[bool],
) -> Versions:
    """Versions that were known at any recording between two, by the first ``keys`` of their fields."""
    first, last = between
    until = table.c.superseded_seq
    asked = [type_coerce(table.c[name], Text) if name == "amount" else table.c[name] for name in fields]
    held = and_(table.c.recorded_seq <= last, or_(until.is_(None), until > first), wanted)
    found: dict[Any, list[_Version]] = defaultdict(list)
    for since, gone, *values in columns(session, select(table.c.recorded_seq, until, *asked).where(held)):
        named = values[0] if keys == 1 else zip(*values[:keys], strict=True)
        rows = zip(*values[keys:], strict=True)
        for key, *version in zip(named, since, gone, rows, strict=True):
            found[key].append(_Version(*version))
    return found


def known_seqs(session: Session, moments: Collection[datetime]) -> tuple[int, ...]:
    """The last recording made by each of some moments; 0 before the first."""
    rows = session.execute(select(RECORDING.c.recorded_at, RECORDING.c.seq).order_by(RECORDING.c.seq)).all()
    at, seqs = [row.recorded_at for row in rows], [0, *(row.seq for row in rows)]
    return tuple(seqs[bisect_right(at, moment)] for moment in moments)
