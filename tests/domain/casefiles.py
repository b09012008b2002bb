"""Reads the case files of ``tests/cases``: what is on the register, the day, and what must be answered.

The names are those of the register files and of the assessment's JSON; ``none`` stands for JSON's null.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tracker.domain.facts import NeedFacts, ServiceLine, TenderEvent, TenderFacts
from tracker.domain.vocabulary import (
    ContractKind,
    ContractStatus,
    Method,
    Service,
    Stage,
    TenderEventKind,
    TenderStatus,
)
from tracker.domain.workdays import Override

FOLDER = Path(__file__).parents[1] / "cases"

Table = dict[str, Any]  # what a TOML table holds is checked where it is read


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must be answered on one day; keys that are not listed may be anything."""

    on: date
    because: str
    answer: Mapping[str, Any]  # a part of the assessment's JSON


@dataclass(frozen=True, slots=True)
class Case:
    """One situation: a need with its contracts and tenders, and the days on which it is judged."""

    name: str
    about: str
    facts: NeedFacts
    finished: tuple[TenderFacts, ...]
    decrees: tuple[Override, ...]
    expected: tuple[Expectation, ...]


def read_cases() -> tuple[Case, ...]:
    """All case files, by name."""
    return tuple(read_case(path) for path in sorted(FOLDER.glob("*.toml")))


def read_case(path: Path) -> Case:
    """One case file; a word that nobody knows is refused."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    case = Case(
        name=path.stem,
        about=table.pop("about"),
        finished=tuple(_finished(table.pop("finished", []))),
        decrees=tuple(_decree(decree) for decree in table.pop("decree", [])),
        expected=tuple(_expectation(on) for on in table.pop("on")),
        facts=read_table(table),
    )
    _refuse_rest(table, path.name)
    return case


def read_table(table: Table) -> NeedFacts:
    """The need of a table with its lines and tenders, which are taken out of it."""
    return _need(
        table.pop("need", {}),
        tuple(_line(line, f"contract {at}") for at, line in enumerate(table.pop("line", []), 1)),
        tuple(_tender(tender, f"tender {at}") for at, tender in enumerate(table.pop("tender", []), 1)),
    )


def _refuse_rest(table: Table, where: str) -> None:
    if table:
        raise ValueError(f"{where}: nobody reads {', '.join(table)}")


def _need(table: Table, lines: tuple[ServiceLine, ...], tenders: tuple[TenderFacts, ...]) -> NeedFacts:
    need = NeedFacts(
        school_id=table.pop("school_id", "990740001234"),
        service=Service(table.pop("service", "channel")),
        needed_from=table.pop("needed_from", None),
        needed_until=table.pop("needed_until", None),
        closed_on=table.pop("closed_on", None),
        confirmed_on=table.pop("confirmed_on", None),
        bin=table.pop("bin", None),
        lines=lines,
        tenders=tenders,
    )
    _refuse_rest(table, "need")
    return need


def _line(table: Table, number: str) -> ServiceLine:
    line = ServiceLine(
        contract_number=table.pop("contract_number", number),
        kind=ContractKind(table.pop("kind", "regular")),
        status=ContractStatus(table.pop("status", "active")),
        start_on=table.pop("start_on"),
        end_on=table.pop("end_on", None),
        signed_on=table.pop("signed_on", None),
        terminated_on=table.pop("terminated_on", None),
        tender_number=table.pop("tender_number", None),
    )
    _refuse_rest(table, number)
    return line


def _tender(table: Table, number: str) -> TenderFacts:
    stage = table.pop("stage", None)
    tender = TenderFacts(
        number=table.pop("tender_number", number),
        method=Method(table.pop("method", "open_tender")),
        status=TenderStatus(table.pop("status", "active")),
        planned_on=table.pop("planned_on", None),
        published_on=table.pop("published_on", None),
        bids_close_on=table.pop("bids_close_on", None),
        results_on=table.pop("results_on", None),
        ended_on=table.pop("ended_on", None),
        stage=Stage(stage) if stage else None,
        stage_entered_on=table.pop("stage_entered_on", None),
        repeats=table.pop("repeats_tender_number", None),
        amount=table.pop("amount", None),
        events=tuple(TenderEvent(e["on"], TenderEventKind(e["event"])) for e in table.pop("events", [])),
    )
    _refuse_rest(table, number)
    return tender


def _finished(tables: Iterable[Table]) -> Iterator[TenderFacts]:
    """Tenders of others that are over; ``times`` says how many went just like that."""
    for at, table in enumerate(tables, 1):
        times = table.pop("times", 1)
        yield from [_tender(table, f"finished {at}")] * times


def _decree(table: Table) -> Override:
    return Override(table["day"], table.get("working", False), table.get("decree", "case"))


def _expectation(table: Table) -> Expectation:
    return Expectation(table.pop("day"), table.pop("because", ""), table)
