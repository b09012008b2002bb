"""Two people who change the same fact: one is in time, the other is told and overwrites nothing (CON-5).

Registers change by files. Whoever confirms a file has seen what it changes; where that is no more so, she is
shown it anew. A thousand pairs, half of them on each database.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine

from tests.accounts.conftest import Browser, Place, token_on
from tests.office import Office
from tests.operations.places import confirm, hand_over, seen_on
from tests.web.reading import text_of
from tests.web.register import NOW
from tracker.clock import legal_day
from tracker.domain.errors import ChangedMeanwhile
from tracker.domain.register import RegisterKind
from tracker.domain.roles import Role
from tracker.services import importing
from tracker.services.evaluating import Book
from tracker.store import registry
from tracker.store.engine import make_engine, reading, transaction
from tracker.store.scope import EVERYTHING

PAIRS = 500
BOOK = Book.load()
SCHOOL = "school_id;name;region;needed_from\n100000000001;Мектеп;59;2026-01-01\n"


def contract(supplier: str) -> str:
    """A file that names the supplier of the one contract."""
    header = "contract_number;school_id;start_on;end_on;supplier_name"
    return f"{header}\nK-1;100000000001;2026-01-01;2027-12-31;{supplier}\n"


def supplier_of(engine: Engine) -> str:
    with reading(engine, seeing=EVERYTHING) as session:
        (row,) = registry.contract_rows(session, EVERYTHING)
    return row.supplier_name or ""


def write(engine: Engine, data: bytes, seen: str, together: Barrier) -> bool:
    """Confirm a file at the same moment as somebody else; whether it was written."""
    together.wait(60)
    try:
        with transaction(engine, seeing=EVERYTHING) as session:
            importing.apply(
                session,
                EVERYTHING,
                RegisterKind.CONTRACTS,
                data,
                filename="k.csv",
                book=BOOK,
                actor="person:1",
                now=NOW,
                today=legal_day(NOW),
                confirmed=True,
                seen=seen,
            )
    except ChangedMeanwhile:
        return False
    return True


@pytest.mark.long
def test_of_two_who_change_one_contract_exactly_one_is_in_time(engine: Engine) -> None:
    office = Office(engine)
    office.take_in(RegisterKind.SCHOOLS, SCHOOL)
    office.take_in(RegisterKind.CONTRACTS, contract("before"))
    together = Barrier(2)
    with ThreadPoolExecutor(2) as people:
        for pair in range(PAIRS):
            names = [f"{who} {pair}" for who in ("Asel", "Botagoz")]
            files = [contract(name).encode() for name in names]
            seen = [office.preview(RegisterKind.CONTRACTS, data).seen for data in files]
            tasks = [people.submit(write, engine, *each, together) for each in zip(files, seen, strict=True)]
            written = [task.result() for task in tasks]
            assert sorted(written) == [False, True], pair
            assert supplier_of(engine) == names[written.index(True)]


@pytest.fixture
def two(sqlite_url: str) -> tuple[Place, Browser, Browser]:
    """Two people before a register that holds one contract."""
    place = Place(make_engine(sqlite_url))
    browsers = []
    for name in ("asel", "botagoz"):
        person = place.add(Role.HEAD, name=name)
        browsers.append(place.browser())
        browsers[-1].sign_in(person.email)
    confirm(browsers[0], hand_over(browsers[0], SCHOOL))
    confirm(browsers[0], hand_over(browsers[0], contract("before"), "contracts"))
    return place, browsers[0], browsers[1]


def test_on_the_pages_the_second_is_shown_what_has_changed_and_may_confirm_anew(
    two: tuple[Place, Browser, Browser],
) -> None:
    place, asel, botagoz = two
    hers, other = (hand_over(who, contract(name), "contracts") for who, name in ((asel, "A"), (botagoz, "B")))
    looked = botagoz.get(other).text
    assert confirm(asel, hers) == 303
    late = botagoz.post(other, {"seen": seen_on(looked)}, token=token_on(looked))
    assert late.status_code == 409
    assert "Somebody else has changed these facts" in text_of(late.text)
    assert "<del>A</del> → <ins>B</ins>" in late.text
    assert supplier_of(place.engine) == "A"
    assert confirm(botagoz, other) == 303
    assert supplier_of(place.engine) == "B"
    place.engine.dispose()


@pytest.mark.parametrize("spoil", [lambda _: "", lambda seen: seen[::-1]], ids=["nothing", "made up"])
def test_who_has_not_looked_writes_nothing(
    two: tuple[Place, Browser, Browser], spoil: Callable[[str], str]
) -> None:
    place, asel, _ = two
    address = hand_over(asel, contract("unseen"), "contracts")
    html = asel.get(address).text
    answer = asel.post(address, {"seen": spoil(seen_on(html))}, token=token_on(html))
    assert answer.status_code == 409
    assert supplier_of(place.engine) == "before"
    place.engine.dispose()
