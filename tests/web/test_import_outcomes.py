"""What became of a file is said as it is: written, nothing to write, no good rows, written before."""

from __future__ import annotations

import re

import pytest
from httpx2 import Response
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.web.conftest import Visit
from tests.web.reading import links_of, text_of
from tests.web.register import COVERED
from tracker.domain.vocabulary import Language

SKIP = "Пропустить строки с ошибками"
WRITE = "Записать"
NEW = "school_id;name;Смена\nS-77;Новая школа;2\n"


def hand_over(client: TestClient, text: str, kind: str = "schools") -> str:
    """The address of the preview."""
    answer = client.post(
        "/imports", data={"kind": kind}, files={"file": ("file.csv", text.encode())}, follow_redirects=False
    )
    assert answer.status_code == 303, text_of(answer.text)
    return answer.headers["location"]


def confirm(client: TestClient, address: str, seen: str) -> Response:
    """Write the file as the preview showed it."""
    return client.post(address, data={"seen": seen}, follow_redirects=True)


def seen_at(client: TestClient, address: str) -> str:
    """What the preview says that it shows."""
    found = re.search(r'name="seen" value="(\w+)"', client.get(address).text)
    assert found is not None
    return found[1]


@pytest.fixture
def client(filled: Engine, visit: Visit) -> TestClient:
    return visit(filled, Language.RU)


def test_a_file_without_a_good_row_offers_neither_to_skip_nor_to_write(client: TestClient) -> None:
    address = hand_over(client, "tender_number;event;on\nT-2;appeal;2027-01-12\n")
    text = text_of(client.get(address).text)
    assert SKIP not in text
    assert "Хороших строк нет" in text
    assert "По столбцам это файл «События закупок»" in text
    refused = client.post(address, data={"skip_bad_rows": "1"})
    assert refused.status_code == 409
    assert "Хороших строк нет" in text_of(refused.text)


def test_a_file_that_says_nothing_new_has_nothing_to_write(client: TestClient) -> None:
    address = hand_over(client, "school_id;name\n" + f"{COVERED};School Абай\n")
    text = text_of(client.get(address).text)
    assert "Записывать нечего" in text
    done = confirm(client, address, seen_at(client, address))
    assert "В файле file.csv нового нет" in text_of(done.text)


def test_a_file_that_is_confirmed_twice_leads_to_what_was_written(client: TestClient) -> None:
    address = hand_over(client, NEW)
    assert "будут сохранены, показаны на странице школы" in text_of(client.get(address).text)
    seen = seen_at(client, address)
    assert "Файл file.csv записан" in text_of(confirm(client, address, seen).text)
    for again in (confirm(client, address, seen), client.get(address, follow_redirects=True)):
        assert again.status_code == 200
        assert "Этот файл уже был записан" in text_of(again.text)
    assert "Смена\n2" in text_of(client.get("/schools/S-77").text)


def test_a_file_that_never_waited_leads_back_to_the_imports(client: TestClient) -> None:
    for answer in (client.get("/imports/unknown"), confirm(client, "/imports/unknown", "x")):
        assert answer.status_code == 404, text_of(answer.text)
        assert ("Вернуться к загрузке файлов", "/imports") in links_of(answer.text)


def test_a_file_that_cannot_be_read_leads_back_to_the_imports(client: TestClient) -> None:
    answer = client.post("/imports", data={"kind": "schools"}, files={"file": ("a.pdf", b"%PDF-1.7")})
    assert answer.status_code == 400
    assert ("Вернуться к загрузке файлов", "/imports") in links_of(answer.text)
