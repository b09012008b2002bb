"""A file waits for a confirmation under a name that nobody can guess, and not for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.store.rows import MOMENT
from tracker.domain.errors import NotFound
from tracker.domain.people import NOWHERE
from tracker.domain.register import RegisterKind
from tracker.domain.roles import Role
from tracker.services.acting import Author
from tracker.services.erasing import erase
from tracker.store import people, uploads
from tracker.store.engine import reading, transaction
from tracker.store.scope import EVERYTHING

DATA = bytes(range(256)) * 100


def keep(engine: Engine, *, hours: int = 0, person_id: int | None = None) -> str:
    """Keep the file for a person, by default for the first."""
    with transaction(engine) as session:
        at = MOMENT + timedelta(hours=hours)
        return uploads.keep(
            session,
            RegisterKind.TENDER_EVENTS,
            DATA,
            filename="оқиғалар.csv",
            at=at,
            person_id=person_id or person(session, "first"),
        )


def person(session: Session, name: str) -> int:
    """The number of somebody, who is written down first where she is not yet."""
    email = f"{name}@example.kz"
    return people.number_of(session, email) or people.add_person(
        session, email=email, name=name, role=Role.OFFICER, reach=NOWHERE, at=MOMENT
    )


def second(engine: Engine) -> int:
    """Somebody else."""
    with transaction(engine) as session:
        return person(session, "second")


def test_a_file_comes_back_byte_for_byte(engine: Engine) -> None:
    token = keep(engine)
    with reading(engine) as session:
        found = uploads.get(session, token, person_id=1)
    assert found == uploads.Upload(RegisterKind.TENDER_EVENTS, "оқиғалар.csv", DATA)
    assert len(token) >= 32


def test_a_file_that_was_let_go_is_not_found(engine: Engine) -> None:
    token = keep(engine)
    with transaction(engine) as session:
        uploads.forget(session, token, person_id=1)
        uploads.forget(session, token, person_id=1)
    for unknown in (token, "", "\0", "guess"):
        with reading(engine) as session, pytest.raises(NotFound):
            uploads.get(session, unknown, person_id=1)


def test_a_file_that_nobody_confirmed_is_forgotten_after_a_day(engine: Engine) -> None:
    old, young = keep(engine), keep(engine, hours=2)
    keep(engine, hours=25)
    with reading(engine) as session:
        assert uploads.get(session, young, person_id=1).data == DATA
        with pytest.raises(NotFound):
            uploads.get(session, old, person_id=1)


def test_a_file_of_somebody_else_is_like_no_file(engine: Engine) -> None:
    token, other = keep(engine), second(engine)
    with reading(engine) as session, pytest.raises(NotFound):
        uploads.get(session, token, person_id=other)
    with transaction(engine) as session:
        uploads.forget(session, token, person_id=other)
        uploads.forget_all(session, person_id=other)
    with reading(engine) as session:
        assert uploads.get(session, token, person_id=1).data == DATA


def test_the_waiting_files_of_somebody_who_is_erased_are_gone(engine: Engine) -> None:
    token = keep(engine)
    with transaction(engine, seeing=EVERYTHING) as session:
        erase(session, Author("command", MOMENT), 1)
    with reading(engine) as session, pytest.raises(NotFound):
        uploads.get(session, token, person_id=1)
