"""Noticing: what was learnt since a page was shown is looked at again before anything is decided upon it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from tracker.domain.asked import read_number
from tracker.domain.decision_records import DecisionRecord
from tracker.domain.decisions import Deed
from tracker.domain.errors import ChangedMeanwhile
from tracker.domain.people import Person
from tracker.services import recalling
from tracker.services.deciding import ready_for
from tracker.services.recalling import Correction
from tracker.store.changes import changed_schools, last_learnt
from tracker.store.decisions import LARGEST
from tracker.store.scope import Scope

ON_FACTS = frozenset({Deed.SEND_AGAIN, Deed.APPROVE, Deed.RETURN, Deed.REJECT, Deed.RECORD})
"""Deeds that rest on the facts that their page showed."""

MOST_TOLD = 5
"""Schools of which it is told field by field what was learnt; others are named."""


@dataclass(frozen=True, slots=True)
class Shown:
    """On which legal day, and after which recording about its schools, a page was shown."""

    on: date
    seq: int

    @classmethod
    def of(cls, session: Session, scope: Scope, schools: Collection[str], *, today: date) -> Shown:
        """What a page of these schools shows now to a reader of ``scope``."""
        return cls(today, last_learnt(session, scope, schools))

    @classmethod
    def read(cls, text: str) -> Shown | None:
        """What a form says that its page showed; None where it says nothing that can be read."""
        on, _, seq = text.partition(" ")
        number = read_number(seq, most=LARGEST)
        try:
            return None if number is None else cls(date.fromisoformat(on), number)
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.on.isoformat()} {self.seq}"


@dataclass(frozen=True, slots=True)
class Learnt:
    """What was learnt of a school since a page was shown: each recording, the newest first."""

    school_id: str
    corrections: tuple[Correction, ...]


def require_as_shown(
    session: Session, scope: Scope, shown: str, schools: Collection[str], *, today: date
) -> None:
    """Raise :class:`ChangedMeanwhile` where a page of these schools would show other facts or another day."""
    seen = Shown.read(shown)
    if seen is None or seen.on != today or seen.seq < last_learnt(session, scope, schools):
        raise ChangedMeanwhile(shown=shown, today=today)


def require_decided_as_shown(
    session: Session, person: Person, number: int, deed: Deed, *, revision: int, shown: str, today: date
) -> DecisionRecord:
    """The decision where the person may do this to it upon what its page showed.

    Raises as :func:`.deciding.decide` does, and :class:`ChangedMeanwhile`.
    """
    found = ready_for(session, person, number, deed, revision=revision)
    if deed in ON_FACTS:
        require_as_shown(session, Scope.of_person(person), shown, schools_of(found), today=today)
    return found


def schools_of(found: DecisionRecord) -> frozenset[str]:
    """The schools of a decision."""
    return frozenset(line.school_id for line in found.lines)


def moved_schools(session: Session, scope: Scope, shown: str, *, today: date) -> frozenset[str] | None:
    """The schools within ``scope`` that moved since a page of today was shown; None where it was not."""
    seen = Shown.read(shown)
    return None if seen is None or seen.on != today else changed_schools(session, scope, since=seen.seq)


def learnt(
    session: Session, scope: Scope, shown: str, schools: Collection[str], *, today: date
) -> tuple[Learnt, ...]:
    """What was learnt of these schools since a page showed them; nothing where only the day is another."""
    seen = Shown.read(shown)
    if seen is None:
        return ()
    moved = sorted(changed_schools(session, scope, since=seen.seq) & set(schools))
    return tuple(
        Learnt(school_id, _since(session, scope, school_id, seen.seq, today) if place < MOST_TOLD else ())
        for place, school_id in enumerate(moved)
    )


def _since(session: Session, scope: Scope, school_id: str, seq: int, today: date) -> tuple[Correction, ...]:
    told = recalling.corrections(session, scope, school_id, today=today)
    return tuple(one for one in told if one.recording.seq > seq)
