"""Making a task of a case: somebody is to do something about a school by a day, told once."""

from __future__ import annotations

import re
import secrets
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from tracker.domain.errors import CaseRefused
from tracker.domain.people import Person
from tracker.domain.roles import Action
from tracker.services import working
from tracker.services.acting import Author
from tracker.services.working import Task
from tracker.store import case_changes, cases
from tracker.store.scope import Scope

KEY = re.compile(r"[A-Za-z0-9_-]{22}")
"""What a key looks like that a form was given."""


def new_key() -> str:
    """The key of one form: however often it is sent, it makes one task."""
    return secrets.token_urlsafe(16)


def make(
    session: Session, author: Author, person: Person, school_id: str, text: str, task: Task, *, today: date
) -> bool:
    """Note the task, and put a school that nobody has into the hands of who is to do it; whether it is new.

    Into another's hands only by who may assign. Raises what :func:`working.write_note` does, and
    :class:`CaseRefused` for a day that is past and a key of no form.
    """
    if not KEY.fullmatch(task.key):
        raise CaseRefused(reason="key")
    own = replace(task, key=f"{person.id} {school_id} {task.key}")  # a key says nothing of others' tasks
    if case_changes.is_made(session, own.key):
        return False
    if task.due_on < today:
        raise CaseRefused(reason="day")
    working.write_note(session, author, person, school_id, text, task=own)
    is_free = school_id not in cases.holders(session, Scope.of_person(person), schools=[school_id])
    if is_free and (task.to == person.id or person.may(Action.ASSIGN)):
        working.give(session, author, person, school_id, task.to, seen=None, today=today)
    return True
