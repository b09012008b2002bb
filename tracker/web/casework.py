"""The people who work on a case as its page shows them: in whose hands it is, whom to call, what is noted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tracker.domain.cases import named, numbers_in, stands_for
from tracker.domain.origins import How
from tracker.domain.people import Person
from tracker.domain.register import SchoolRow
from tracker.domain.roles import NATIONAL, Action, Role
from tracker.services import working
from tracker.store.cases import Holder, Note
from tracker.store.journal_search import names_of
from tracker.store.open_decisions import OnDecision
from tracker.store.registry import Recording
from tracker.store.sources import list_sources
from tracker.web.deps import Visit
from tracker.web.queueing import Hands

REVIEWERS_SHOWN = 2
BY_HAND = frozenset(How) - {How.FILE, How.FILE_BACK, How.DEMO}
"""How facts come in that somebody recorded for a school, and not for a whole register."""

Teller = Callable[[Note], str]


@dataclass(frozen=True, slots=True)
class Contacts:
    """Whom to call about a school: its officer, by name where she has an account, and who reviews it.

    Where the register names none, the officer is one who was given this very school. Whoever was invited and
    never came stands behind all who did.
    """

    officer: Person | None
    officer_email: str
    reviewers: tuple[Person, ...]

    @classmethod
    def of(cls, school: SchoolRow, colleagues: Iterable[Person]) -> Contacts:
        """Those of a school, of the people who may work on it."""
        email = (school.officer_email or "").lower()
        able = tuple(colleagues)
        officer = next((each for each in able if each.email.lower() == email), None)
        if not email:
            given = (each for each in able if school.school_id in each.reach.schools)
            officer = next((each for each in given if each.role is Role.OFFICER), None)
            email = officer.email if officer else ""
        near = [each for each in able if each.role not in NATIONAL and each.role is not Role.OFFICER]
        first = sorted(near, key=lambda each: (each.is_invited, each.role is not Role.REVIEWER, each.name))
        return cls(officer, email, tuple(first[:REVIEWERS_SHOWN]))


@dataclass(frozen=True, slots=True)
class LastDeed:
    """What was done last about a school, by whom (a mark of the journal) and when.

    ``what`` is ``note``, ``given``, ``decided`` or how a fact came in, with its ``detail``.
    """

    at: datetime
    what: str
    who: str
    detail: str = ""

    @classmethod
    def of(
        cls,
        holder: Holder | None,
        notes: Iterable[Note],
        decisions: Iterable[OnDecision],
        sources: Iterable[Recording],
    ) -> LastDeed | None:
        """The newest of what people noted, gave, decided and recorded; files of a register are no deeds."""
        deeds = [cls(note.made_at, "note", _mark(note.person)) for note in notes]
        deeds += [cls(holder.since, "given", _mark(holder.by))] if holder else []
        deeds += [cls(one.at, "decided", _mark(one.by), str(one.number)) for one in decisions]
        deeds += [
            cls(one.recorded_at, one.origin.how, one.actor, one.origin.detail)
            for one in sources
            if one.origin.how in BY_HAND
        ]
        return max(deeds, key=lambda deed: deed.at, default=None)


def desk_of(visit: Visit, school: SchoolRow, hands: Hands) -> Mapping[str, object]:
    """What the page of a school says of those who work on it, and where its facts come from."""
    person, school_id = visit.person, school.school_id
    holder, look, notes = (
        hands.holders.get(school_id),
        hands.looks.get(school_id),
        hands.notes.get(school_id, ()),
    )
    numbers, _ = stands_for(person, hands.absences.values())
    is_hers = holder is not None and holder.person in numbers
    colleagues = working.colleagues(visit.session, [school])
    sources = list_sources(visit.session, visit.scope, school_id, known_seq=visit.known_seq)
    last = LastDeed.of(holder, notes, hands.decisions.values(), sources)
    return {
        "sources": sources,
        "last": last,
        "last_by": _named(visit, last.who) if last else "",
        "holder": holder,
        "standin": hands.standin(school_id),
        "look": look,
        "is_looked_by_other": look is not None and look.person != person.id,
        "may_work": person.may(Action.WORK),
        "may_part": person.may(Action.WORK) and (is_hers or person.may(Action.ASSIGN)),
        "notes": notes,
        "decisions": {service: one for (_, service), one in hands.decisions.items()},
        "reports": {service: due_on for (_, service), due_on in hands.reports.items()},
        "told": speaker(visit, notes),
        "colleagues": colleagues,
        "contacts": Contacts.of(school, colleagues),
    }


def _named(visit: Visit, mark: str) -> str:
    """Who a mark means, by name; empty where it is nobody we know, such as a program."""
    return visit.house.voices[visit.language].deeds.who(mark, names_of(visit.session, {mark})) or ""


def speaker(visit: Visit, notes: Iterable[Note]) -> Teller:
    """How a note is read out: its author, then its text with the people in it by name."""
    shown = tuple(notes)
    people = {note.person for note in shown}.union(*(numbers_in(note.text) for note in shown))
    names = names_of(visit.session, {_mark(each) for each in people}) if people else {}
    deeds = visit.house.voices[visit.language].deeds

    def name_of(person: int) -> str:
        return deeds.who(_mark(person), names) or "–"

    return lambda note: f"{name_of(note.person)}: {named(note.text, name_of)}"


def _mark(person: int) -> str:
    return f"person:{person}"
