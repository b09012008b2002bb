"""Weighing what schools answered: what of the register it would change, shown before anybody accepts it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from sqlalchemy.orm import Session

from tracker.domain.amended import amended
from tracker.domain.asking import Channel, Effect, SchoolAnswer, asked_about, effect_of
from tracker.domain.facts import NeedFacts
from tracker.domain.findings import Assessment
from tracker.domain.register import ContractRow, RegisterKind
from tracker.feeds.cells import CellRefused
from tracker.feeds.columns import COLUMNS
from tracker.services.aside import Aside
from tracker.services.comparing import RowChange
from tracker.services.evaluating import Bench, Book, bench
from tracker.services.picturing import Picture
from tracker.store import registry
from tracker.store.asks import Ask
from tracker.store.facts import load_facts
from tracker.store.scope import Scope


@dataclass(frozen=True, slots=True)
class Weighed:
    """An answer that waits, beside what is known.

    ``known`` is the contract that the school was asked about; ``change`` is what its own would write, and
    ``picture`` how the need would stand then. ``seen`` is a fingerprint of all that this rests on.
    """

    effect: Effect
    known: ContractRow | None
    change: RowChange | None
    picture: Picture | None
    seen: str


def weigh(
    session: Session, scope: Scope, waiting: Collection[Ask], *, book: Book, on: date
) -> Mapping[int, Weighed]:
    """What each answer would change, by its number; as many questions for many as for one."""
    if not waiting:
        return {}
    needs = {(one.school_id, one.service.value) for one in waiting}
    lines = registry.contract_rows(session, scope, schools={school_id for school_id, _ in needs})
    facts = {(need.school_id, need.service): need for need in load_facts(session, scope, needs=needs)}
    shared = bench(session, book, on=on)
    judges = partial(_judged, shared, shared.aside())
    return {
        one.number: _weighed(
            one,
            [line for line in lines if (line.school_id, line.service) == (one.school_id, one.service)],
            facts.get((one.school_id, one.service)),
            judges,
        )
        for one in waiting
    }


def _judged(shared: Bench, aside: Aside, need: NeedFacts | None) -> Assessment | None:
    """How a need stands; None where the school needs nothing, or the rules fail over it (FLT-26)."""
    return None if need is None else aside.attempt(need, partial(shared.judge, need))


def _weighed(
    ask: Ask,
    lines: Sequence[ContractRow],
    facts: NeedFacts | None,
    judges: Callable[[NeedFacts | None], Assessment | None],
) -> Weighed:
    said = ask.answer
    assert said is not None
    line = _line(ask, said, lines)
    before = next((each for each in lines if line and each.key == line.key), None)
    now = judges(facts)
    then = now if facts is None or line is None else judges(amended(facts, line))
    is_judged = facts is None or None not in (now, then)
    effect = effect_of(said, line, None if then is None else then.state) if is_judged else Effect.UNJUDGED
    return Weighed(
        effect,
        asked_about(lines),
        None if line is None else RowChange(1, before, line),
        Picture(now, then) if line and now and then else None,
        hashlib.sha256(repr((effect, lines)).encode()).hexdigest(),
    )


def _line(ask: Ask, said: SchoolAnswer, lines: Sequence[ContractRow]) -> ContractRow | None:
    """What its contract writes: what it leaves out stays as it is, what it wiped out is wiped out."""
    if said.channel is not Channel.YES or not said.contract_number or said.start_on is None:
        return None
    number = _read("contract_number", said.contract_number)
    new = ContractRow(number, ask.school_id, said.start_on, ask.service)
    row = next((line for line in lines if line.contract_number == number), new)
    supplier = _read("supplier_name", said.supplier_name)
    return replace(
        row,
        start_on=said.start_on,
        end_on=said.end_on or (None if "end_on" in said.emptied else row.end_on),
        supplier_name=supplier or (None if "supplier_name" in said.emptied else row.supplier_name),
    )


def _read(name: str, text: str) -> str:
    """A text as a file of the register would have it; what no file can say stays, and is refused later."""
    (column,) = (column for column in COLUMNS[RegisterKind.CONTRACTS] if column.name == name)
    try:
        return str(column.reader(text).value) if text else ""
    except CellRefused:
        return text
