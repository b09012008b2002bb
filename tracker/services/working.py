"""Work on cases: taking, giving and handing over a school, working on it alone, noting what others must know.

Everything is for a school that the person sees; a school she does not see is not there. What somebody else
did meanwhile is told and never overwritten.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from tracker.domain.acts import Act
from tracker.domain.cases import LONGEST_NOTE, LOOK, numbered, stands_for
from tracker.domain.errors import CaseRefused, CaseTaken, NotAllowed, NotFound, TrackerError
from tracker.domain.people import Person
from tracker.domain.register import SchoolRow
from tracker.domain.roles import MATRIX, Action
from tracker.services.acting import Author
from tracker.store import accounts, case_changes, cases, holds, people, registry
from tracker.store.cases import Holder, Look, Note
from tracker.store.scope import Scope, is_storable


def colleagues(session: Session, schools: Collection[SchoolRow]) -> tuple[Person, ...]:
    """Who may work on at least one of some schools, by name."""
    return accounts.present(session, MATRIX[Action.WORK], schools)


@dataclass(frozen=True, slots=True)
class _Hands:
    """Some schools that a person sees, and who has them in hand.

    They are read once, also for many: writers wait for each other, so what was read still holds. ``own`` are
    those whose cases are hers today: her own, and those for whom she stands in.
    """

    schools: Mapping[str, SchoolRow]
    holders: Mapping[str, Holder]
    own: frozenset[int]

    @classmethod
    def of(cls, session: Session, person: Person, wanted: Collection[str], today: date) -> _Hands:
        """Raises :class:`NotAllowed`."""
        if not person.may(Action.WORK):
            raise NotAllowed
        schools = {row.school_id: row for row in named_schools(session, person, wanted)}
        holders = cases.holders(session, Scope.of_person(person), schools=schools)
        away = holds.absences(session, on=today) if holders else ()
        own, _ = stands_for(person, away)
        return cls(schools, holders, own)

    def holder(self, school_id: str, seen: int | None) -> Holder | None:
        """Who has a school; raises :class:`NotFound`, and :class:`CaseTaken` where that is not ``seen``."""
        if school_id not in self.schools:
            raise NotFound(school_id=school_id)
        holder = self.holders.get(school_id)
        if holder is not None and holder.person != seen:
            raise CaseTaken(reason="held", name=holder.name, at=holder.since)
        if holder is None and seen is not None:
            raise CaseTaken(reason="free")
        return holder


def give(
    session: Session,
    author: Author,
    person: Person,
    school_id: str,
    to: int,
    *,
    seen: int | None,
    today: date,
) -> None:
    """Put a school into somebody's hands: one's own, or those of a colleague who sees it.

    ``seen`` had it when the person looked. Raises :class:`NotFound`, :class:`CaseTaken` where that is
    somebody else by now, :class:`NotAllowed`, and :class:`CaseRefused` for one who is no colleague.
    """
    hands = _Hands.of(session, person, [school_id], today)
    _give(session, author, person, hands, school_id, _colleague(session, to), seen)


def _colleague(session: Session, number: int) -> Person | None:
    """Somebody who may work on schools."""
    found = people.present_person(session, number)
    return found if found is not None and found.may(Action.WORK) else None


def _give(
    session: Session,
    author: Author,
    person: Person,
    hands: _Hands,
    school_id: str,
    to: Person | None,
    seen: int | None,
) -> None:
    holder = hands.holder(school_id, seen)
    is_for_her = to is not None and to.id == person.id
    is_hers = is_for_her if holder is None else holder.person in hands.own
    if not is_hers and not person.may(Action.ASSIGN):
        raise NotAllowed
    if to is None or not Scope.of_person(to).holds(hands.schools[school_id]):
        raise CaseRefused(reason="person")
    if holder is not None and holder.person == to.id:
        return
    case_changes.give(session, school_id, to.id, by=person.id, at=author.now)
    before = None if holder is None else f"person:{holder.person}"
    author.note(session, Act.CASE_GIVEN, f"school:{school_id}", person=to.mark, holder=before)


def release(
    session: Session, author: Author, person: Person, school_id: str, *, seen: int | None, today: date
) -> None:
    """Give a school out of hand; raises what :func:`give` does."""
    hands = _Hands.of(session, person, [school_id], today)
    holder = hands.holder(school_id, seen)
    if holder is None:
        return
    if holder.person not in hands.own and not person.may(Action.ASSIGN):
        raise NotAllowed
    case_changes.release(session, school_id)
    author.note(session, Act.CASE_RELEASED, f"school:{school_id}", holder=f"person:{holder.person}")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one school of many: ``refused`` says why it was left as it was."""

    school_id: str
    school: SchoolRow | None
    refused: TrackerError | None


def give_many(
    session: Session,
    author: Author,
    person: Person,
    schools: Iterable[str],
    to: int,
    *,
    seen: dict[str, int],
    today: date,
) -> tuple[Outcome, ...]:
    """Put many schools into somebody's hands; each for itself, none stops the others.

    Raises :class:`NotAllowed` for who may do so with no school at all.
    """
    wanted = tuple(dict.fromkeys(schools))
    hands, colleague = _Hands.of(session, person, wanted, today), _colleague(session, to)

    def tried(school_id: str) -> TrackerError | None:
        try:
            _give(session, author, person, hands, school_id, colleague, seen.get(school_id))
        except (CaseRefused, CaseTaken, NotAllowed, NotFound) as refused:
            return refused
        return None

    return tuple(Outcome(each, hands.schools.get(each), tried(each)) for each in wanted)


def named_schools(session: Session, person: Person, schools: Iterable[str]) -> tuple[SchoolRow, ...]:
    """Those of some schools that a person sees, by name."""
    return registry.list_schools(session, Scope.of_person(person), named=frozenset(schools))


def looking(session: Session, scope: Scope, school_id: str, author: Author) -> Look | None:
    """Who works on a school at this moment."""
    _, looks = cases.hands(session, scope, schools=[school_id])
    found = looks.get(school_id)
    return found if found is not None and found.until > author.now else None


def look(session: Session, author: Author, person: Person, school_id: str, *, over: int | None) -> None:
    """Work on a school, and on no other, so that others are told for a while.

    Raises :class:`NotFound`, and :class:`CaseTaken` while somebody else works on it, unless she (``over``)
    was seen to and it is taken over knowingly.
    """
    if not person.may(Action.WORK):
        raise NotAllowed
    scope = Scope.of_person(person)
    registry.get_school(session, scope, school_id)
    present = looking(session, scope, school_id, author)
    is_hers = present is not None and present.person == person.id
    if present is not None and not is_hers and present.person != over:
        raise CaseTaken(reason="looked", name=present.name, at=present.since)
    since = present.since if present is not None and is_hers else author.now
    case_changes.look(session, school_id, person.id, since=since, until=author.now + LOOK)
    if present is not None and not is_hers:
        before = f"person:{present.person}"
        author.note(session, Act.CASE_TAKEN_OVER, f"school:{school_id}", holder=before)


@dataclass(frozen=True, slots=True)
class Task:
    """That a note is to be done by somebody until a day; ``key`` is of the form that asks for it, once."""

    to: int
    due_on: date
    key: str


def write_note(
    session: Session,
    author: Author,
    person: Person,
    school_id: str,
    text: str,
    *,
    is_pinned: bool = False,
    task: Task | None = None,
) -> int:
    """Note something of a school; those named in it (``@aigul``), and who is to do it, are told.

    Raises :class:`NotAllowed`, :class:`NotFound` and :class:`CaseRefused`.
    """
    if not person.may(Action.WORK):
        raise NotAllowed
    school = registry.get_school(session, Scope.of_person(person), school_id)
    said = text.strip()
    if not said or len(said) > LONGEST_NOTE or not is_storable(said):
        raise CaseRefused(reason="text", most=LONGEST_NOTE)
    able = colleagues(session, [school])
    if task is not None and task.to not in {each.id for each in able}:
        raise CaseRefused(reason="person")
    kept, named = numbered(said, able)
    mentioned = named if task is None else tuple(dict.fromkeys((task.to, *named)))
    due_on, key = (None, None) if task is None else (task.due_on, task.key)
    number = case_changes.add_note(
        session, school_id, person.id, kept,
        is_pinned=is_pinned, mentioned=mentioned, at=author.now, due_on=due_on, task_key=key,
    )  # fmt: skip
    told = [f"person:{each}" for each in mentioned] or None
    by = {} if due_on is None else {"due_on": due_on.isoformat()}
    subject = f"school:{school_id}"
    author.note(session, Act.NOTE_ADDED, subject, number=number, pinned=is_pinned, person=told, **by)
    return number


def pin(session: Session, author: Author, person: Person, number: int, *, is_pinned: bool) -> Note:
    """Let a note warn above everything, or no longer. Raises :class:`NotFound`."""
    if not person.may(Action.WORK):
        raise NotAllowed
    found = cases.note_of(session, Scope.of_person(person), person.id, number)
    if found is None:
        raise NotFound
    if found.is_pinned != is_pinned:
        case_changes.pin(session, number, is_pinned=is_pinned)
        subject = f"school:{found.school_id}"
        author.note(session, Act.NOTE_PINNED, subject, number=number, pinned=is_pinned)
    return found


def see(session: Session, author: Author, person: Person, school_id: str) -> None:
    """The person has seen what notes on a school tell her; that is hers alone and no entry of the journal."""
    case_changes.see(session, person.id, school_id, at=author.now)
