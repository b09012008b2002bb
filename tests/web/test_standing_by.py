"""Who comes first on a day does not wait until the country is judged: the server did it beforehand."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier

import pytest
from sqlalchemy import Engine, create_engine
from starlette.testclient import TestClient

from tests.people import a_person
from tests.web.conftest import HOME, Visit
from tests.web.register import NOW, a_contract, a_school, fill
from tests.web.test_cost import counted
from tracker.clock import FixedClock
from tracker.domain.roles import Role
from tracker.services.book import Book
from tracker.settings import Settings
from tracker.web import background
from tracker.web.app import create_app

MANY = 8


def test_the_first_board_of_a_server_asks_no_more_than_the_second(engine: Engine, visit: Visit) -> None:
    fill(engine)
    client = visit(engine, person=a_person(Role.MINISTRY))
    background.ready(client.app.state.house)  # type: ignore[attr-defined]  # an app of ours
    asked = [questions(engine, client) for _ in range(2)]
    assert asked[0] == asked[1]
    fill(engine, a_school("NEW", "new"), a_contract("K-NEW", "NEW", "2026-01-01", "2026-12-31"))
    assert questions(engine, client) > asked[0]
    fill(engine, a_contract("K-NEW", "NEW", "2026-01-01", "2026-12-30"))
    background.ready(client.app.state.house)  # type: ignore[attr-defined]  # as above
    assert questions(engine, client) == asked[0]


def questions(engine: Engine, client: TestClient) -> int:
    """How many statements the board costs."""
    with counted(engine) as asked:
        assert client.get("/").status_code == 200
    return len(asked)


def test_a_server_judges_the_country_by_itself_as_soon_as_it_lives(engine: Engine) -> None:
    fill(engine)
    with counted(engine) as asked, TestClient(create_app(Settings(), FixedClock(NOW), engine), base_url=HOME):
        give_up = time.monotonic() + 10
        while not any("contract_line" in statement for statement in asked):
            assert time.monotonic() < give_up
            time.sleep(0.01)


def test_a_server_without_a_database_says_so_and_lives(caplog: pytest.LogCaptureFixture) -> None:
    nowhere = create_engine("sqlite:////nowhere/at/all.db")
    background.ready(create_app(Settings(), FixedClock(NOW), nowhere).state.house)
    assert "the board is not ready beforehand" in caplog.text


@dataclass(frozen=True)
class Answer:
    """Something worth keeping."""

    needs: tuple[str, ...] = ()


def test_what_many_ask_at_once_is_worked_out_once() -> None:
    book, together = Book.load(), Barrier(MANY)
    made: list[int] = []

    def make() -> Answer:
        made.append(1)
        time.sleep(0.05)
        return Answer()

    def ask(_: int) -> tuple[Answer, Answer]:
        together.wait()
        return book.remember(Answer, ("same",), make), book.renew(Answer, ("same",), 1, lambda _: make())

    with ThreadPoolExecutor(MANY) as threads:
        answers = list(threads.map(ask, range(MANY)))
    assert len(made) == 2
    assert len({id(each) for answer in answers for each in answer}) == 2


def test_who_fails_leaves_the_question_to_the_next() -> None:
    book = Book.load()
    with pytest.raises(ZeroDivisionError):
        book.remember(Answer, ("same",), lambda: Answer((str(1 // 0),)))
    assert book.remember(Answer, ("same",), Answer) == Answer()
