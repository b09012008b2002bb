"""Leads of a single contract's end: who may set them, what they would tell, and back to the house's.

A contract is one thing for all its schools, so whoever sets its leads sees every one of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from tracker.domain.acts import Act
from tracker.domain.digests import Digest, Line
from tracker.domain.errors import LeadsRefused, NotAllowed, NotFound
from tracker.domain.leads import asked_since, names
from tracker.domain.messages import ChannelKind
from tracker.domain.people import Person
from tracker.domain.register import ContractRow
from tracker.domain.reminders import Lead, plan_of
from tracker.domain.roles import Action
from tracker.domain.vocabulary import DeadlineKind
from tracker.services import rehearsing
from tracker.services.acting import Author
from tracker.services.evaluating import Book
from tracker.store import accounts, own_leads, registry
from tracker.store.own_leads import Given, Which
from tracker.store.row_security import whole_country
from tracker.store.scope import EVERYTHING, Scope, is_storable

LONGEST_REASON = 500
ENDS = (DeadlineKind.COVER_END, DeadlineKind.INTERIM_END)
"""A contract's end is one of these, as other lines stand beside it: both are given the same leads."""


@dataclass(frozen=True)
class Own:
    """A contract with the leads of its end: its own (``given``), or those of the house."""

    number: str
    lines: tuple[ContractRow, ...]
    leads: tuple[Lead, ...]
    given: Given | None

    @property
    def schools(self) -> frozenset[str]:
        """The schools that the contract serves."""
        return frozenset(line.school_id for line in self.lines)

    @property
    def last_on(self) -> date | None:
        """The last day that any of its lines states."""
        return max((line.end_on for line in self.lines if line.end_on is not None), default=None)


@dataclass(frozen=True, slots=True)
class Told:
    """Whom a day would tell of the contract's end, by which leads, and of how many needs."""

    on: date
    person: Person
    leads: tuple[str, ...]
    due_on: date | None
    needs: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What leads would tell from today to ``last``."""

    last: date
    told: tuple[Told, ...]


def find(session: Session, person: Person, number: str, *, today: date, book: Book) -> Own:
    """A contract whose leads the person may set.

    Raises :class:`NotAllowed`, and :class:`NotFound` alike for one that is not there and for one of whose
    schools she does not see all.
    """
    if not person.may(Action.SET_LEADS):
        raise NotAllowed
    lines = registry.contract_rows(session, Scope.of_person(person), number=number)
    with whole_country(session):
        everywhere = registry.contract_rows(session, EVERYTHING, number=number)
    if not lines or len(lines) < len(everywhere):
        raise NotFound(contract_number=number)
    given = own_leads.given(session, ENDS[0], [number]).get(number)
    house = house_leads(book, today)
    is_own = given is not None and names(given.leads) != names(house)
    return Own(number, lines, given.leads if given else house, given if is_own else None)


def house_leads(book: Book, today: date, kind: DeadlineKind = ENDS[0]) -> tuple[Lead, ...]:
    """What the house asks for at the end of a contract."""
    return plan_of(book.policy, today).leads[kind]


def rehearse(
    session: Session,
    own: Own,
    leads: Iterable[Lead],
    *,
    today: date,
    book: Book,
    by: Collection[ChannelKind],
) -> Trial:
    """Who would be told what of the contract's end, and when, were these its leads."""
    wanted = asked_since(leads, own.leads, today)
    instead = dict.fromkeys(_which(own.number), wanted)
    scope = Scope(frozenset(), schools=own.schools)
    with whole_country(session):
        found = rehearsing.rehearse(
            session, scope, today=today, book=book, first=today, by=by, instead=instead
        )
    people = {each.person.id: each.person for each in accounts.accounts(session)}
    told = (
        Told(digest.on, people[digest.person], _names(line), line.due.due_on, line.needs)
        for digest, line in _about(found.digests, own.number)
    )
    return Trial(found.last, _together(told))


def _about(found: Iterable[Digest], number: str) -> Iterable[tuple[Digest, Line]]:
    """The lines that tell of the contract's own end."""
    lines = ((digest, line) for digest in found for line in digest.lines)
    return (each for each in lines if each[1].due.kind in ENDS and each[1].due.subject.number == number)


def _names(line: Line) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.key.lead for each in line.reminders))


def _together(found: Iterable[Told]) -> tuple[Told, ...]:
    """One row for what a person is told on a day in the same way, with the needs counted."""
    rows: dict[tuple[date, int, tuple[str, ...], date | None], Told] = {}
    for each in found:
        key = each.on, each.person.id, each.leads, each.due_on
        needs = each.needs + (rows[key].needs if key in rows else 0)
        rows[key] = Told(each.on, each.person, each.leads, each.due_on, needs)
    return tuple(sorted(rows.values(), key=lambda each: (each.on, each.person.name, each.person.id)))


def keep(
    session: Session,
    author: Author,
    person: Person,
    own: Own,
    leads: Iterable[Lead],
    *,
    reason: str,
    today: date,
) -> None:
    """Give the contract these leads; raises :class:`LeadsRefused` without a reason."""
    said = reason.strip()
    if not said or len(said) > LONGEST_REASON or not is_storable(said):
        raise LeadsRefused(reason="reason", most=LONGEST_REASON)
    wanted = asked_since(leads, own.leads, today)
    for which in _which(own.number):
        own_leads.give(session, which, wanted, reason=said, person=person.id, at=author.now)
    author.note(session, Act.LEADS_SET, f"contract:{own.number}", leads=list(names(wanted)))


def reset(session: Session, author: Author, person: Person, own: Own, *, today: date, book: Book) -> None:
    """Let the leads of the house speak again, from today on; what they would have told before is not owed."""
    for which in _which(own.number):
        wanted = asked_since(house_leads(book, today, which[0]), own.leads, today)
        own_leads.give(session, which, wanted, reason="", person=person.id, at=author.now)
    author.note(session, Act.LEADS_RESET, f"contract:{own.number}")


def _which(number: str) -> tuple[Which, ...]:
    return tuple((kind, number) for kind in ENDS)


def given_to(
    session: Session, lines: Iterable[ContractRow], *, book: Book, today: date
) -> Mapping[str, Given]:
    """Those of some contracts whose end has leads of its own."""
    house = names(house_leads(book, today))
    found = own_leads.given(session, ENDS[0], {line.contract_number for line in lines})
    return {number: given for number, given in found.items() if names(given.leads) != house}
