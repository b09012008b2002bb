"""A page asks the database as many questions for two hundred schools as for ten (reliability LOD-8)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event

from tests.web.conftest import Visit
from tests.web.register import a_contract, a_school, fill
from tracker.domain.register import ContractRow, SchoolRow

PAGES = (
    "/", "/?region=59", "/queue", "/queue?mine=1&supplier=x&holder=me&sort=holder", "/schools/S-1?from=queue",
    "/what-if/S-1", "/deadlines", "/schools", "/schools/S-1", "/policy", "/imports",
    "/cliff", "/cliff?region=59&begun=any&per=contract", "/losses", "/losses?region=59&per=school",
    "/schools?q=мектеп", "/months", "/months?region=59", "/purchases/S-1",
)  # fmt: skip


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that the database was asked."""
    asked: list[str] = []

    def note(_1: object, _2: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def questions(engine: Engine, visit: Visit, path: str) -> int:
    """How many statements a fresh server needs for a page."""
    client = visit(engine)
    with counted(engine) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_costs_the_same_for_few_and_for_many_schools(empty: Engine, visit: Visit, path: str) -> None:
    fill(empty, *(row for number in range(10) for row in _school(number)))
    few = questions(empty, visit, path)
    fill(empty, *(row for number in range(10, 200) for row in _school(number)))
    assert questions(empty, visit, path) == few <= 30


def _school(number: int) -> tuple[SchoolRow, ContractRow]:
    school_id = f"S-{number}"
    line = a_contract(f"K-{number}", school_id, "2026-01-01", "2026-12-31" if number % 2 else "2027-12-31")
    return a_school(school_id, f"{number}"), line
