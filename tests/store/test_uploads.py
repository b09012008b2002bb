"""A file waits for a confirmation under a name that nobody can guess, and not for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from tests.store.rows import MOMENT
from tracker.domain.errors import NotFound
from tracker.domain.register import RegisterKind
from tracker.store import uploads
from tracker.store.engine import reading, transaction

DATA = bytes(range(256)) * 100


def keep(engine: Engine, *, hours: int = 0) -> str:
    with transaction(engine) as session:
        at = MOMENT + timedelta(hours=hours)
        return uploads.keep(session, RegisterKind.TENDER_EVENTS, DATA, filename="оқиғалар.csv", at=at)


def test_a_file_comes_back_byte_for_byte(engine: Engine) -> None:
    token = keep(engine)
    with reading(engine) as session:
        found = uploads.get(session, token)
    assert found == uploads.Upload(RegisterKind.TENDER_EVENTS, "оқиғалар.csv", DATA)
    assert len(token) >= 32


def test_a_file_that_was_let_go_is_not_found(engine: Engine) -> None:
    token = keep(engine)
    with transaction(engine) as session:
        uploads.forget(session, token)
        uploads.forget(session, token)
    for unknown in (token, "", "\0", "guess"):
        with reading(engine) as session, pytest.raises(NotFound):
            uploads.get(session, unknown)


def test_a_file_that_nobody_confirmed_is_forgotten_after_a_day(engine: Engine) -> None:
    old, young = keep(engine), keep(engine, hours=2)
    keep(engine, hours=25)
    with reading(engine) as session:
        assert uploads.get(session, young).data == DATA
        with pytest.raises(NotFound):
            uploads.get(session, old)
