"""BIT-6: of every gap of a year it is answered who was told before it, as the clerk handed it out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise

from sqlalchemy import Engine

from tests.delivery.year_world import Register
from tracker.domain.coverage import states
from tracker.domain.days import Span
from tracker.domain.vocabulary import Service, State
from tracker.services.forewarning import LOOKED_BACK, forewarned
from tracker.store.engine import reading
from tracker.store.scope import EVERYTHING

SERVED = (State.COVERED, State.INTERIM)
ENDS = ("cover_end", "interim_end")


def gaps(register: Register, window: Span) -> list[tuple[str, date]]:
    """The first day of each gap of each school, as the register tells it in the end."""
    found = []
    for school_id in sorted(register.schools):
        runs = states(register.facts(school_id), window)
        for (_, before), (span, state) in pairwise(runs):
            if state is State.UNCOVERED and before in SERVED:
                found.append((school_id, span.start))
    return found


def assert_gaps_were_forewarned(engine: Engine, register: Register, clerk: Iterable[tuple[date, str]]) -> int:
    """Compare the answers for all gaps and return how many were compared."""
    handed_out: dict[str, list[tuple[date, str]]] = {}
    days = []
    for on, key in clerk:
        days.append(on)
        handed_out.setdefault(":".join(key.split(":")[:2]), []).append((on, key))
    found = gaps(register, Span(min(days), max(days) + timedelta(days=1)))
    with reading(engine, seeing=EVERYTHING) as session:
        for school_id, first in found:
            told = forewarned(session, EVERYTHING, school_id, Service.CHANNEL, before=first)
            diary = [one for kind in ENDS for one in handed_out.get(f"{kind}:{school_id}/channel", ())]
            expected = [_entry(*one) for one in diary if first - LOOKED_BACK <= one[0] < first]
            said = [(one.told_on, one.due_on, one.person, one.lead) for one in told]
            assert sorted(said) == sorted(expected), (school_id, first)
    return len(found)


def _entry(on: date, key: str) -> tuple[date, date, int, str]:
    """A key of the clerk's diary as it is answered."""
    _, _, due_on, person, lead = key.split(":")
    return on, date.fromisoformat(due_on), int(person), lead
