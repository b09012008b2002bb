"""Reads the law and the calendar from their dated files, and refuses a file with a hole in it (design §7).

Refusals are :class:`PolicyBroken` with ``at`` (the place in the file) and ``reason`` (a code).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from itertools import combinations
from pathlib import Path

from holidays.countries.kazakhstan import Kazakhstan

from tracker.domain.days import BEGINNING, FOREVER, Span, next_day
from tracker.domain.policy import (
    CLAUSES,
    Clause,
    DailyNeed,
    Duty,
    DutyStart,
    Policy,
    Route,
    Source,
    Version,
)
from tracker.domain.vocabulary import ConditionId, RouteId, Service
from tracker.domain.workdays import Override, WorkCalendar
from tracker.law.grounds import Library
from tracker.law.leads import read_leads
from tracker.law.remedies import read_remedies
from tracker.law.toml_table import Table
from tracker.paths import PACKAGE

BUNDLED = PACKAGE / "law"
POLICY_FILE = "kz_policy.toml"
CALENDAR_FILE = "kz_calendar.toml"

SWITCH = "switch"
LEAST: Mapping[str, int] = {
    "months": 1,
    "days": 0,
    "working_days": 0,
    "years": 1,
    "tenders": 1,
    "mci": 0,
    "tenge": 1,
    "percent": 0,
    "rows": 1,
    "hour": 0,
    "minutes": 0,
}
"""The units of numbers and the least number that makes sense in each; a ``switch`` is true or false."""

VERSION_DAYS = frozenset({"today", "start_on", "tender.published_on"})
"""The days that may choose a clause's version."""


def load_policy(folder: Path | None = None) -> Policy:
    """The law and house values of ``folder``, else the bundled ones; read once per process."""
    return _policy(folder or BUNDLED)


@cache
def _policy(folder: Path) -> Policy:
    root = Table.of(folder / POLICY_FILE)
    remarks = root.table("remarks")
    library = Library(
        sources=_sources(root.table("sources")),
        remarks={name: remarks.words(name) for name in remarks.content},
    )
    clauses = _clauses(root.tables("clause"), library)
    _refuse_missing(root, clauses)
    routes = _routes(root.tables("route"), library, clauses)
    _refuse_unread(root, clauses, routes)
    daily_needs = _daily_needs(root.tables("daily_need"))
    leads = read_leads(root, library)
    remedies = read_remedies(root, library)
    root.close()
    return Policy(
        sources=library.sources,
        clauses=clauses,
        routes=routes,
        daily_needs=daily_needs,
        fingerprint=_fingerprint(root.content),
        first_day=BEGINNING,
        change_days=_change_days(clauses, routes),
        leads=leads,
        remedies=remedies,
    )


def _fingerprint(content: Mapping[str, object]) -> str:
    """A name for the data: comments, spaces and the order of keys do not change it."""
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()}"


def _change_days(clauses: Mapping[str, Clause], routes: Sequence[Route]) -> tuple[date, ...]:
    spans = [version.span for clause in clauses.values() for version in clause.versions]
    spans += [route.span for route in routes]
    return tuple(sorted({day for span in spans for day in (span.start, span.stop)} - {BEGINNING, FOREVER}))


def _refuse_missing(root: Table, clauses: Mapping[str, Clause]) -> None:
    for clause in sorted(CLAUSES - clauses.keys()):
        raise root.broken("missing", f"clause[{clause}]")


def _refuse_unread(root: Table, clauses: Mapping[str, Clause], routes: Sequence[Route]) -> None:
    read = CLAUSES | {duty.clause for route in routes for duty in route.duties}
    for clause in sorted(clauses.keys() - read):
        raise root.broken("unknown", f"clause[{clause}]")


def _sources(tables: Table) -> dict[str, Source]:
    return {name: _source(name, tables.table(name)) for name in tables.content}


def _source(name: str, table: Table) -> Source:
    source = Source(
        id=name,
        title=table.words("title"),
        number=table.text("number"),
        adopted_on=table.find("adopted_on", date),
        url=table.find("url", str),
    )
    table.close()
    return source


def _clauses(tables: Iterable[Table], library: Library) -> dict[str, Clause]:
    clauses: dict[str, Clause] = {}
    for table in tables:
        clause = _clause(table, library)
        if clause.id in clauses:
            raise table.broken("repeated")
        clauses[clause.id] = clause
    return clauses


def _clause(table: Table, library: Library) -> Clause:
    unit, version_by = table.text("unit"), table.text("version_by")
    if unit != SWITCH and unit not in LEAST:
        raise table.broken("unknown", "unit")
    if version_by not in VERSION_DAYS:
        raise table.broken("unknown", "version_by")
    versions = table.tables("versions")
    if not versions:
        raise table.broken("missing", "versions")
    clause = Clause(
        id=table.text("id"),
        about=table.words("about"),
        unit=unit,
        version_by=version_by,
        versions=tuple(_versions(versions, unit, library)),
    )
    table.close()
    return clause


def _versions(tables: Sequence[Table], unit: str, library: Library) -> Iterator[Version]:
    for table, span in zip(tables, _spans(tables), strict=True):
        ground = library.ground(table)
        yield Version(
            span=span,
            value=_value(table, unit),
            source=ground.source,
            at=ground.at,
            read_on=ground.read_on,
            assumed=ground.assumed,
            note=library.remark(table, "note"),
        )
        table.close()


def _spans(tables: Sequence[Table]) -> list[Span]:
    """The days of each version: from the beginning of time, each up to the next, without a hole."""
    if "from" in tables[0].content:
        raise tables[0].broken("late_start", "from")
    starts = [BEGINNING, *(table.get("from", date) for table in tables[1:])]
    stops = [*starts[1:], FOREVER]
    for table, start, stop in zip(tables, starts, stops, strict=True):
        if stop <= start:
            raise table.broken("unsorted" if stop < start else "overlap")
        until = table.find("until", date)
        if until is not None and next_day(until) != stop:
            raise table.broken("gap" if next_day(until) < stop else "overlap", "until")
    return [Span(start, stop) for start, stop in zip(starts, stops, strict=True)]


def _value(table: Table, unit: str) -> int | bool:
    if unit == SWITCH:
        return table.get("value", bool)
    value = table.get("value", int)
    if value < LEAST[unit]:
        raise table.broken("too_small", "value")
    return value


def _routes(tables: Sequence[Table], library: Library, clauses: Mapping[str, Clause]) -> tuple[Route, ...]:
    routes = tuple(_route(table, library, clauses) for table in tables)
    pairs = zip(combinations(routes, 2), combinations(tables, 2), strict=True)
    for (one, other), (_, place) in pairs:
        if one.span.within(other.span).is_empty:
            continue
        if one.id is other.id:
            raise place.broken("overlap")
        if one.order == other.order:
            raise place.broken("order_taken")
    return routes


def _route(table: Table, library: Library, clauses: Mapping[str, Clause]) -> Route:
    span, ground = table.span(), library.ground(table)
    route = Route(
        id=table.choice("id", RouteId),
        order=table.get("order", int),
        span=span,
        title=table.words("title"),
        clause=table.text("clause"),
        source=ground.source,
        at=ground.at,
        read_on=ground.read_on,
        assumed=ground.assumed,
        conditions=table.choices("conditions", ConditionId),
        duties=tuple(_duty(duty, span, clauses) for duty in table.tables("duties")),
        alternative=table.choices("alternative", ConditionId),
        caution=table.words_or_none("caution"),
    )
    if not route.conditions:
        raise table.broken("missing", "conditions")
    table.close()
    return route


def _duty(table: Table, span: Span, clauses: Mapping[str, Clause]) -> Duty:
    """A duty takes its days and its words from its clause, which must not change while the route lives."""
    clause = clauses.get(table.text("clause"))
    if clause is None or clause.unit != "working_days":
        raise table.broken("unknown", "clause")
    version = clause.on(span.start)
    if version.span.within(span) != span:
        raise table.broken("clause_changes", "clause")
    duty = Duty(
        id=table.text("id"),
        clause=clause.id,
        counted_from=table.choice("counted_from", DutyStart),
        working_days=int(version.value),
        title=clause.about,
    )
    table.close()
    return duty


def _daily_needs(tables: Iterable[Table]) -> tuple[DailyNeed, ...]:
    needs: dict[Service, DailyNeed] = {}
    for table in tables:
        need = _daily_need(table)
        if need.service in needs:
            raise table.broken("repeated")
        needs[need.service] = need
    return tuple(needs.values())


def _daily_need(table: Table) -> DailyNeed:
    """An item of the list; whoever says that it is or is not listed says when and who checked."""
    need = DailyNeed(
        service=table.choice("service", Service),
        title=table.words("title"),
        listed=table.find("listed", bool),
        verified_on=table.find("verified_on", date),
        verified_by=table.find("verified_by", str),
        note=table.words("note"),
    )
    if len({need.listed is None, need.verified_on is None, need.verified_by is None}) > 1:
        raise table.broken("not_verified")
    table.close()
    return need


def load_calendar(overrides: Iterable[Override] = (), folder: Path | None = None) -> WorkCalendar:
    """Working days by the ``holidays`` package, the calendar file, and ``overrides``: the last word wins."""
    return _calendar(tuple(overrides), folder or BUNDLED)


@lru_cache(maxsize=8)
def _calendar(overrides: tuple[Override, ...], folder: Path) -> WorkCalendar:
    root = Table.of(folder / CALENDAR_FILE)
    first, last = root.get("first_year", int), root.get("last_year", int)
    if not Kazakhstan.start_year <= first <= last <= Kazakhstan.end_year:
        raise root.broken("years_unknown")
    decreed = tuple(_override(table, first, last) for table in root.tables("day"))
    if len({override.on for override in decreed}) < len(decreed):
        raise root.broken("repeated", "day")
    root.close()
    known = Kazakhstan(years=range(first, last + 1), language="en_US")
    return WorkCalendar(
        {day: "estimated" in name for day, name in known.items()},
        first_year=first,
        last_year=last,
        working_weekends=known.weekend_workdays,
        overrides=(*decreed, *overrides),
    )


def _override(table: Table, first: int, last: int) -> Override:
    override = Override(
        on=table.get("on", date), working=table.get("working", bool), decree=table.text("decree")
    )
    if not first <= override.on.year <= last:
        raise table.broken("years_unknown", "on")
    table.close()
    return override
