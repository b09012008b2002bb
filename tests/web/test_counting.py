"""The board counts schools, each once, and every number is the length of the list that it opens."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.web.conftest import Visit
from tests.web.reading import days_of, links_of, numbers_of, text_of
from tests.web.register import NOW, a_contract, a_school, day, fill
from tracker.domain.register import RegisterRow, TenderRow
from tracker.domain.vocabulary import ContractKind, Language, Service, State, TenderStatus
from tracker.domain.workdays import Override
from tracker.services import decreeing
from tracker.services.evaluating import Book
from tracker.store.engine import transaction
from tracker.store.scope import EVERYTHING

BOTH = (Service.CHANNEL, Service.CCTV)
LAST_YEAR, THIS_YEAR = ("2026-01-01", "2026-12-31"), ("2027-01-01", "2027-12-31")


def two_services() -> tuple[RegisterRow, ...]:
    """Four schools with two services each, both served, one, none, and one whose end is not known."""
    ids = ("S-1", "S-2", "S-3", "S-4")
    cctv = {"service": Service.CCTV}
    return (
        *(a_school(school_id, school_id, services=BOTH) for school_id in ids),
        a_contract("K-1", "S-1", *THIS_YEAR),
        a_contract("K-2", "S-1", *THIS_YEAR, **cctv),
        a_contract("K-3", "S-2", *LAST_YEAR),
        a_contract("K-4", "S-2", "2027-01-01", "2027-01-31", kind=ContractKind.INTERIM, **cctv),
        a_contract("K-5", "S-3", *LAST_YEAR),
        a_contract("K-6", "S-3", *LAST_YEAR, **cctv),
        a_contract("K-7", "S-4", "2026-01-01", None),
        a_contract("K-8", "S-4", *THIS_YEAR, **cctv),
        *(
            TenderRow("T-1", school_id, TenderStatus.ACTIVE, service=service, published_on=day("2026-10-01"))
            for school_id in ("S-2", "S-3")
            for service in BOTH
        ),
    )


@pytest.fixture
def doubled(empty: Engine) -> Engine:
    """The four schools."""
    fill(empty, *two_services())
    return empty


def totals(html: str) -> Mapping[str, int]:
    """The numbers on top of the board by the class of their box."""
    boxes = re.findall(r'class="total-(\w+)">.*?<dd>\s*(?:<[^>]*>)?(\d+)', html, flags=re.DOTALL)
    return {name: int(number) for name, number in boxes if name in tuple(State)}


def test_a_school_with_two_services_counts_once_in_its_worse_state(doubled: Engine, visit: Visit) -> None:
    html = visit(doubled, Language.RU).get("/").text
    assert totals(html) == {"covered": 1, "interim": 0, "uncovered": 2, "unknown": 1, "not_required": 0}
    text = text_of(html)
    assert "2 школы без услуги" in text
    assert "у 2 школ закупка затянулась" in text
    assert "50,0 %" in text


def lists_behind(client: TestClient, path: str) -> int:
    """How many numbers of a page open lists, each of which is as long as its number says."""
    numbers = numbers_of(client.get(path).text)
    for number, address in numbers:
        page = client.get(address).text
        if address.startswith("/losses"):
            assert days_of(page) == number, address
            continue
        if address.startswith("/reports/lost"):
            assert sum(map(int, re.findall(r"<td[^>]*>(\d+)</td></tr>", page))) == number, address
            continue
        rows = [one for _, one in links_of(page) if one.startswith("/schools/")]
        assert len(rows) == len(set(rows)) == page.count('<th scope="row"') == number, address
    return len(numbers)


def unlinked(html: str) -> list[str]:
    """The cells of tables that hold a number, not nought, that opens nothing."""
    return re.findall(r"<td[^>]*>(?:<[a-z]+[^>]*>)*\s*([1-9][\d\s]*)<", re.sub(r"<a .*?</a>", "", html))


@pytest.mark.parametrize("path", ["/", "/?region=59"])
@pytest.mark.parametrize(("country", "least"), [("filled", 16), ("doubled", 9)])
def test_every_number_of_the_board_is_the_length_of_its_list(
    request: pytest.FixtureRequest, visit: Visit, country: str, least: int, path: str
) -> None:
    assert lists_behind(visit(request.getfixturevalue(country), Language.RU), path) >= least


@pytest.mark.parametrize(
    "path", ["/months", "/months?region=59", "/history", "/history?on=2026-12-20&region=59"]
)
@pytest.mark.parametrize("country", ["filled", "doubled"])
def test_every_number_of_a_past_day_is_the_length_of_its_list(
    request: pytest.FixtureRequest, visit: Visit, country: str, path: str
) -> None:
    """Also the school days that were lost in a month, as known now and as known then."""
    client = visit(request.getfixturevalue(country), Language.RU)
    assert lists_behind(client, path) >= 3
    assert unlinked(client.get(path).text) == []


def test_days_lost_as_known_then_are_counted_by_the_working_days_known_then(
    doubled: Engine, visit: Visit
) -> None:
    """A decree of the fifteenth that frees the fifth changes what is known now of the month, and not then."""
    client, path = visit(doubled, Language.RU), "/months?on=2027-01-14"
    before = client.get(path).text
    decree = Override(day("2027-01-05"), working=False, decree="№ 1")
    with transaction(doubled, seeing=EVERYTHING) as session:
        decreeing.decree(session, decree, actor="test", now=NOW, today=NOW.date(), book=Book.load())
    for each in (path, "/?on=2027-01-14"):
        assert lists_behind(visit(doubled, Language.RU), each) >= 3
    told = [number for number, address in numbers_of(client.get(path).text) if "on=2027-01-14" in address]
    first = [number for number, address in numbers_of(before) if "on=2027-01-14" in address]
    assert set(first) < set(told)  # the old number stands beside the new one


def test_every_figure_of_a_report_that_counts_schools_opens_them(filled: Engine, visit: Visit) -> None:
    assert lists_behind(visit(filled, Language.RU), "/reports?region=59") >= 8


@pytest.mark.parametrize("country", ["filled", "doubled"])
def test_every_number_of_operations_is_the_length_of_its_list(
    request: pytest.FixtureRequest, visit: Visit, country: str
) -> None:
    client = visit(request.getfixturevalue(country), Language.RU)
    numbers = numbers_of(client.get("/operations").text)
    assert {address.partition("?")[0] for _, address in numbers} >= {"/schools", "/queue"}
    for number, address in numbers:
        page = client.get(address).text
        if address.startswith("/journal"):
            assert str(number) in text_of(page), address
        else:
            assert page.count('<th scope="row"') == number, address


def test_the_list_says_how_each_service_of_a_school_stands(doubled: Engine, visit: Visit) -> None:
    text = text_of(visit(doubled, Language.RU).get("/schools").text)
    assert "4 школы" in text
    assert "Канал связи, Нет услуги:" in text
    assert "Видеонаблюдение, Услуга до подведения итогов:" in text


def test_the_queue_names_schools_and_says_that_a_row_is_a_service(doubled: Engine, visit: Visit) -> None:
    client = visit(doubled, Language.RU)
    html = client.get("/queue").text
    text = text_of(html)
    rows = html.count('<th scope="row"')
    assert "3 школы требуют внимания." in text
    assert f"Ниже {rows} строк: по одной на услугу." in text
    assert "по одной на услугу" not in text_of(client.get("/queue?service=cctv").text)


def test_a_region_without_schools_has_no_row(doubled: Engine, visit: Visit) -> None:
    html = visit(doubled, Language.RU).get("/").text
    assert re.findall(r'<th scope="row"><a href="/\?region=(\w+)"', html) == ["59"]


def test_no_line_breaks_between_the_number_sign_and_the_number(empty: Engine, visit: Visit) -> None:
    fill(empty, a_school("S-1", "1", name_ru="Школа № 1"), a_school("S-2", "2", name_ru="Школа №2 имени № 3"))
    html = visit(empty, Language.RU).get("/schools").text
    assert "Школа №\u00a01<" in html
    assert "Школа №\u00a02 имени №\u00a03<" in html
