"""The rows that a file cannot bring in are saved as a file: with the reasons, to be mended and loaded."""

from __future__ import annotations

import csv
import io
import re

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.test_import_pages import confirm, count_schools, counts, hand_over
from tracker.domain.register import RegisterKind, SchoolRow
from tracker.domain.vocabulary import Language
from tracker.store import registry
from tracker.store.engine import reading
from tracker.store.scope import EVERYTHING

FILE = (
    "school_id;name;region;Смена\n"
    "100000000001;Жаңа мектеп;59;1\n"
    "100000000003;;Нарния;2\n"
    "100000000004;'=1+1;Атлантида;'-3\n"
    "100000000005;Бесінші;59;2;shifted\n"
)
TOLD = ("Строка файла", "Столбец с ошибкой", "Значение с ошибкой", "Что исправить")


@pytest.fixture
def client(empty: Engine, visit: Visit) -> TestClient:
    return visit(empty, Language.RU)


def rejected(client: TestClient, address: str, ending: str) -> bytes:
    """The file of rejected rows, as the preview's form asks for it."""
    assert f'action="{address}/rejected"' in client.get(address).text
    answer = client.post(f"{address}/rejected", data={"format": ending})
    assert answer.status_code == 200, text_of(answer.text)
    assert answer.headers["content-disposition"].endswith(f".{ending}")
    return answer.content


def table_of(data: bytes, ending: str) -> list[list[object]]:
    """The cells as a spreadsheet program reads them."""
    if ending == "csv":
        return [list(row) for row in csv.reader(io.StringIO(data.decode("utf-8-sig")))]
    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    return [list(row) for row in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_rejected_rows_are_saved_with_row_column_value_and_reason_beside_their_cells(
    client: TestClient, empty: Engine, ending: str
) -> None:
    table = table_of(rejected(client, hand_over(client, FILE), ending), ending)
    header, nobody, formula, shifted = table
    assert [str(title).partition(" (")[0] for title in header[:4]] == list(TOLD)
    assert header[4:8] == ["school_id", "name", "region", "Смена"]
    assert list(map(str, nobody[:3])) == ["3", "name, region", "Нарния"]
    assert "Это значение обязательно. Такой регион неизвестен." in str(nobody[3])
    assert formula[5] == ("'=1+1" if ending == "csv" else "=1+1")
    assert list(map(str, shifted[4:])) == ["100000000005", "Бесінші", "59", "2", "shifted"]
    assert count_schools(empty) == 0


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_mended_file_is_loaded_as_any_other_and_what_we_told_in_it_is_no_fact(
    client: TestClient, empty: Engine, ending: str
) -> None:
    address = hand_over(client, FILE)
    data = rejected(client, address, ending)
    assert confirm(client, address, skip_bad_rows="1").status_code == 200
    assert count_schools(empty) == 1
    files = {"file": (f"again.{ending}", data)}
    again = client.post("/imports", data={"kind": "schools"}, files=files)
    assert counts(again.text) == [3, 0, 0, 0, 3]  # unmended it is as wrong as it was
    mended = data.decode("utf-8-sig") if ending == "csv" else as_csv(data)
    mended = mended.replace("100000000003,,Нарния", "100000000003,Үшінші,59").replace("Атлантида", "59")
    mended_at = hand_over(client, mended.replace("2,shifted", "2"))
    assert counts(client.get(mended_at).text) == [3, 3, 0, 0, 0]
    confirm(client, mended_at)
    with reading(empty, seeing=EVERYTHING) as session:
        rows = {row.school_id: row for row in registry.list_schools(session, EVERYTHING)}
    assert rows["100000000004"] == SchoolRow("100000000004", "=1+1", region="59", extra=(("Смена", "-3"),))


def as_csv(data: bytes) -> str:
    """A workbook saved as CSV by a program that guards nothing."""
    text = io.StringIO()
    rows = ([("" if cell is None else cell) for cell in row] for row in table_of(data, "xlsx"))
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def test_a_file_without_a_needed_column_says_so_in_every_row(client: TestClient) -> None:
    address = hand_over(client, "school_id;region\n1;59\n2;71\n")
    _, *rows = table_of(rejected(client, address, "csv"), "csv")
    assert [(row[0], row[1]) for row in rows] == [("2", "name"), ("3", "name")]


def test_good_rows_are_written_with_one_button_that_says_what_it_leaves_out(
    client: TestClient, empty: Engine
) -> None:
    address = hand_over(client, FILE)
    html = client.get(address).text
    assert re.search(r'<button[^>]* name="skip_bad_rows"', html)
    assert text_of(html).count("Пропустить строки с ошибками и записать остальные") == 1
    assert 'type="checkbox"' not in html
    confirm(client, address)
    assert count_schools(empty) == 0
    confirm(client, address, skip_bad_rows="1")
    assert count_schools(empty) == 1


def test_the_journal_tells_who_took_which_rows_away(client: TestClient) -> None:
    rejected(client, hand_over(client, FILE), "csv")
    said = text_of(client.get("/journal").text)
    assert "строки с ошибками" in said
    assert RegisterKind.SCHOOLS not in said.split("строки с ошибками")[1][:40]
