"""What is pinned to a school, as a digest tells it when it is sent (experience row 51)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy.orm import Session

from tracker.domain.cases import named, numbers_in
from tracker.domain.people import Person
from tracker.store import accounts, cases
from tracker.store.cases import Note
from tracker.store.digests import Body
from tracker.store.scope import Scope

MOST = 3
"""Notes of a school that a letter tells, the newest first; its page has all."""

LONGEST = 300
"""Signs of a note in a letter."""


def with_pinned(session: Session, reader: Person, body: Body) -> Body:
    """A digest with what is pinned to each school that its reader sees, at the first line about it."""
    schools = {line["school_id"] for line in body["lines"]}
    notes = cases.notes(session, Scope.of_person(reader), reader.id, schools=schools, is_pinned=True)
    if not notes:
        return body
    names = _names(session, [note for pinned in notes.values() for note in pinned[:MOST]])
    left = {school_id: [_said(note, names) for note in pinned[:MOST]] for school_id, pinned in notes.items()}
    lines = [{**line, "pinned": left.pop(line["school_id"], [])} for line in body["lines"]]
    return {**body, "lines": lines}


def _said(note: Note, names: Mapping[int, str]) -> str:
    told = f"{names[note.person]}: {named(note.text, names.__getitem__)}"
    return told if len(told) <= LONGEST else f"{told[:LONGEST].rstrip()}…"


def _names(session: Session, notes: Collection[Note]) -> Mapping[int, str]:
    """Who wrote them and who is named in them; of the erased nothing is left."""
    numbers = {note.person for note in notes}.union(*(numbers_in(note.text) for note in notes))
    known = {number: accounts.account_of(session, number) for number in sorted(numbers)}
    return {number: (account.person.name if account else "") or "–" for number, account in known.items()}
