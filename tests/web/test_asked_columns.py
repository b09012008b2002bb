"""A column that the register does not know is asked about once; the next file of the region is understood."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.people import a_person
from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.test_import_pages import confirm, hand_over
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.store import registry
from tracker.store.engine import reading
from tracker.store.scope import EVERYTHING

HEAD, COLLEAGUE = (a_person(Role.HEAD, "59", name=name) for name in ("first", "second"))
OF_OTHERS = a_person(Role.HEAD, "71", name="other")
FILE = "school_id;name;region;Кол-во видеокамер;Смена\n100000000001;Жаңа мектеп;{};12;2\n"
MINE = FILE.format("59")
TOLD = {"title": ["Кол-во видеокамер", "Смена"], "meaning": ["cameras", "leave"]}
ASKED = "2 столбца незнакомы: что в них?"


@pytest.fixture
def client(empty: Engine, visit: Visit) -> TestClient:
    return visit(empty, Language.RU, person=HEAD)


def test_what_a_column_is_said_to_be_holds_for_this_file_and_the_next(
    client: TestClient, empty: Engine, visit: Visit
) -> None:
    address = hand_over(client, MINE)
    assert ASKED in text_of(client.get(address).text)
    shown = client.post(f"{address}/columns", data=TOLD).text
    assert ASKED not in text_of(shown)
    assert "Неизвестные столбцы" not in text_of(shown)
    confirm(client, address)
    with reading(empty, seeing=EVERYTHING) as session:
        [school] = registry.list_schools(session, EVERYTHING)
    assert (school.cameras, school.extra) == (12, ())
    colleague = visit(empty, Language.RU, person=COLLEAGUE)
    next_file = hand_over(colleague, MINE.replace(";12;", ";14;").replace("Смена", " СМЕНА "))
    html = colleague.get(next_file).text
    assert ASKED not in text_of(html)
    assert "<del>12</del> → <ins>14</ins>" in html
    assert "Столбцы, о которых уже сказано" in text_of(html)  # an answer can be mended where it shows


def test_nobody_of_another_region_is_answered_for(client: TestClient, empty: Engine, visit: Visit) -> None:
    client.post(f"{hand_over(client, MINE)}/columns", data=TOLD)
    other = visit(empty, Language.RU, person=OF_OTHERS)
    assert ASKED in text_of(other.get(hand_over(other, FILE.format("71"))).text)


def test_a_title_that_is_nearly_known_is_proposed_and_an_answer_is_mended(client: TestClient) -> None:
    address = hand_over(client, "school_id;name;region;Код района;Районы\n1;А;59;7;Есіль\n")
    options = re.findall(r'<option value="(\w+)" selected>', client.get(address).text)
    assert options == ["keep", "district"]
    for meaning in ("leave", "address"):
        told = {"title": ["Районы"], "meaning": [meaning]}
        assert f'value="{meaning}" selected' in client.post(f"{address}/columns", data=told).text


def test_what_no_column_can_be_is_refused_and_a_title_that_the_file_has_not_is_not_kept(
    client: TestClient,
) -> None:
    address = hand_over(client, MINE)
    wrong = {"title": ["Смена"], "meaning": ["teachers"]}
    assert client.post(f"{address}/columns", data=wrong).status_code == 400
    client.post(f"{address}/columns", data={"title": ["Адрес", "name"], "meaning": ["leave", "leave"]})
    assert ASKED in text_of(client.get(address).text)


def test_a_column_that_the_file_has_already_is_not_named_twice(client: TestClient) -> None:
    address = hand_over(client, "school_id;name;Школа\n1;А;Б\n")
    html = client.post(f"{address}/columns", data={"title": ["Школа"], "meaning": ["name"]}).text
    assert "Неизвестные столбцы" in text_of(html)
    assert "total-rejected" in html
    assert 'name="skip_bad_rows"' not in html


def test_over_columns_that_somebody_explained_meanwhile_nothing_is_written(client: TestClient) -> None:
    address = hand_over(client, MINE)
    seen = re.findall(r'name="seen" value="(\w+)"', client.get(address).text)[0]
    client.post(f"{address}/columns", data=TOLD)
    assert client.post(address, data={"seen": seen}).status_code == 409
