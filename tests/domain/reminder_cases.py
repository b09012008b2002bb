"""Reads the cases of ``tests/cases/reminders``: a register, some weeks, and who must be told what when.

Lines and tenders are written as in the other cases; ``known_on`` and ``known_until`` say from which day and
up to which day the register shows them. People are named by what they are.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.domain.casefiles import FOLDER, Table, read_table
from tracker.domain.days import Span
from tracker.domain.deadlines import Deadline, deadlines_of
from tracker.domain.digests import Charge, Digest, Substitute, simulate
from tracker.domain.facts import NeedFacts
from tracker.domain.holds import Hold, HoldKind, seen
from tracker.domain.reminders import Lead, Recipient, Telling, plan_of
from tracker.domain.tenders import StageHistory
from tracker.domain.vocabulary import DeadlineKind, LeadUnit
from tracker.law.loader import load_calendar, load_policy

PEOPLE = ("officer", "other officer", "reviewer", "head", "ministry")
RANKS = (("officer",), ("reviewer",), ("head",), ("ministry",))
POLICY = load_policy()
CALENDAR = load_calendar()

Told = tuple[date, str, tuple[str, ...]]
"""A day, a person, and each line as ``kind lead, lead`` with ``late`` where it is."""


@dataclass(frozen=True, slots=True)
class ReminderCase:
    """One situation over some weeks and the digests that must go out, no other among them."""

    name: str
    about: str
    first: date
    last: date
    table: Mapping[str, Any]  # checked where it is read
    expected: tuple[Told, ...]


def read_reminder_cases() -> tuple[ReminderCase, ...]:
    """All cases, by name."""
    return tuple(_read(path) for path in sorted((FOLDER / "reminders").glob("*.toml")))


def _read(path: Path) -> ReminderCase:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    told = tuple((each["on"], each["person"], tuple(each["lines"])) for each in table.pop("told", []))
    return ReminderCase(path.stem, table.pop("about"), table.pop("first"), table.pop("last"), table, told)


def digests(case: ReminderCase) -> tuple[Digest, ...]:
    """The digests that the product would send over the days of a case."""
    table = case.table
    people = tuple(tuple(map(_recipient, rank)) for rank in table.get("ranks", RANKS))
    only = {DeadlineKind(kind) for kind in table.get("kinds", DeadlineKind)}

    def charges_on(day: date) -> list[Charge]:
        return [(due, people) for due in _deadlines(table, day) if due.kind in only]

    days = [day for day in _days(case.first, case.last) if not _is_away(table, day)]
    plan = plan_of(POLICY, case.first, _own_leads(table))
    at = Telling(case.first, plan, CALENDAR, holds=tuple(_holds(table)))
    return simulate(charges_on, days, at, substitutes=tuple(_substitutes(table)))


def told(case: ReminderCase) -> list[Told]:
    """The digests of a case in the words of its file."""
    return [
        (
            digest.on,
            PEOPLE[digest.person],
            tuple(_line(each.due, each.reminders, each.is_late) for each in digest.lines),
        )
        for digest in digests(case)
    ]


def _line(due: Deadline, reminders: Sequence[Any], is_late: bool) -> str:
    leads = ", ".join(each.key.lead for each in reminders)
    return f"{due.kind} {leads}{' late' if is_late else ''}"


def _deadlines(table: Mapping[str, Any], day: date) -> tuple[Deadline, ...]:
    facts = facts_on(table, day)
    return deadlines_of(facts, day, policy=POLICY, calendar=CALENDAR, history=StageHistory.none())


def facts_on(table: Mapping[str, Any], day: date) -> NeedFacts:
    """What the register shows of the need on a day."""
    rows = {
        name: [_bare(row) for row in table.get(name, []) if _is_known(row, day)]
        for name in ("line", "tender")
    }
    return read_table({"need": dict(table.get("need", {})), **rows})


def _is_known(row: Table, day: date) -> bool:
    return bool(row.get("known_on", date.min) <= day <= row.get("known_until", date.max))


def _bare(row: Table) -> Table:
    return {key: value for key, value in row.items() if not key.startswith("known_")}


def _recipient(name: str) -> Recipient:
    return Recipient(PEOPLE.index(name))


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _is_away(table: Mapping[str, Any], day: date) -> bool:
    return any(away["first"] <= day <= away["last"] for away in table.get("away", []))


def _own_leads(table: Mapping[str, Any]) -> dict[tuple[DeadlineKind, str], tuple[Lead, ...]]:
    return {
        (DeadlineKind(own["kind"]), own["number"]): tuple(
            Lead(n, LeadUnit(own["unit"])) for n in own["leads"]
        )
        for own in table.get("own_leads", [])
    }


def _holds(table: Mapping[str, Any]) -> Iterator[Hold]:
    for hold in table.get("hold", []):
        due = next(due for due in _deadlines(table, hold["from_on"]) if due.kind == hold["kind"])
        yield Hold(
            kind=HoldKind(hold["hold"]),
            deadline=due.kind,
            identity=due.identity,
            person=PEOPLE.index(hold["person"]),
            from_on=hold["from_on"],
            back_on=hold["back_on"],
            reason=hold["reason"],
            seen=seen(due),
        )


def _substitutes(table: Mapping[str, Any]) -> Iterator[Substitute]:
    for each in table.get("substitute", []):
        span = Span.inclusive(each["first"], each["last"])
        yield Substitute(PEOPLE.index(each["person"]), PEOPLE.index(each["by"]), span)
