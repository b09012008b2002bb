"""A file is looked at first; nothing is written before a person says so."""

from __future__ import annotations

import re

import pytest
from httpx2 import Response
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.register import COVERED, ENDS_MUCH, STALLED
from tracker.domain.register import RegisterKind
from tracker.domain.vocabulary import Language
from tracker.feeds.columns import COLUMNS
from tracker.store import registry
from tracker.store.engine import reading
from tracker.store.scope import EVERYTHING

GOOD = "school_id;name;region\n100000000001;Жаңа мектеп;59\n100000000002;Екінші мектеп;71\n"
SPOILT = GOOD + "100000000003;;59\n100000000004;Төртінші;Нарния\n"


def hand_over(client: TestClient, data: str, kind: str = "schools", name: str = "мектептер.csv") -> str:
    """Upload a file and return the address of its preview."""
    answer = client.post(
        "/imports", data={"kind": kind}, files={"file": (name, data.encode())}, follow_redirects=False
    )
    assert answer.status_code == 303, text_of(answer.text)
    return answer.headers["location"]


def confirm(client: TestClient, address: str, **fields: str) -> Response:
    """Look at the preview and press its button."""
    looked = client.get(address)
    seen = re.findall(r'name="seen" value="(\w+)"', looked.text)
    return client.post(address, data={"seen": seen[0] if seen else "", **fields})


def count_schools(engine: Engine) -> int:
    with reading(engine) as session:
        return len(registry.list_schools(session, EVERYTHING))


def counts(html: str) -> list[int]:
    """Rows read, new, changed, same, rejected."""
    return [
        int(number) for number in re.findall(r'<div class="total-\w+"><dt>[^<]*</dt><dd>(\d+)</dd>', html)
    ]


def test_a_preview_counts_and_writes_nothing(empty: Engine, visit: Visit) -> None:
    client = visit(empty, Language.RU)
    html = client.get(hand_over(client, GOOD)).text
    assert counts(html) == [2, 2, 0, 0, 0]
    assert "Пока ничего не записано" in text_of(html)
    assert "мектептер.csv" in text_of(html)
    assert count_schools(empty) == 0


def test_a_confirmed_file_is_written_and_told(empty: Engine, visit: Visit) -> None:
    client = visit(empty, Language.RU)
    told = text_of(confirm(client, hand_over(client, GOOD)).text)
    assert "Файл мектептер.csv записан. Прочитано: 2, новых: 2" in told
    assert count_schools(empty) == 2
    assert "Жаңа мектеп" in text_of(client.get("/schools").text)


def test_the_same_file_again_changes_nothing(empty: Engine, visit: Visit) -> None:
    client = visit(empty)
    confirm(client, hand_over(client, GOOD))
    assert counts(client.get(hand_over(client, GOOD)).text) == [2, 0, 0, 2, 0]


def test_a_change_is_shown_field_by_field(empty: Engine, visit: Visit) -> None:
    client = visit(empty, Language.RU)
    confirm(client, hand_over(client, GOOD))
    html = client.get(hand_over(client, GOOD.replace("Жаңа мектеп", "Абай мектебі"))).text
    assert counts(html) == [2, 0, 1, 1, 0]
    assert "<del>Жаңа мектеп</del> → <ins>Абай мектебі</ins>" in html
    assert "Наименование" in text_of(html)


def test_every_error_is_listed_at_once_with_row_column_value_and_reason(empty: Engine, visit: Visit) -> None:
    client = visit(empty, Language.RU)
    html = client.get(hand_over(client, SPOILT)).text
    told = text_of(html)
    assert counts(html) == [4, 2, 0, 0, 2]
    assert re.search(r"\n4\n.*name.*Это значение обязательно\.", told, re.DOTALL)
    assert re.search(r"\n5\n.*region.*Нарния.*Такой регион неизвестен\.", told, re.DOTALL)


def test_a_spoilt_file_is_written_only_when_bad_rows_are_skipped_on_purpose(
    empty: Engine, visit: Visit
) -> None:
    client = visit(empty, Language.RU)
    address = hand_over(client, SPOILT)
    refused = confirm(client, address)
    assert refused.status_code == 409
    assert "исправьте ошибки или выберите пропуск строк" in text_of(refused.text)
    assert count_schools(empty) == 0
    assert confirm(client, address, skip_bad_rows="1").status_code == 200
    assert count_schools(empty) == 2


def test_ending_much_of_what_is_known_must_be_confirmed(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.RU)
    address = hand_over(client, ENDS_MUCH, "contracts")
    assert "Внимание: файл завершит или опустошит" in text_of(client.get(address).text)
    refused = confirm(client, address)
    assert refused.status_code == 409
    assert "это нужно подтвердить" in text_of(refused.text)
    assert "tag-covered" in client.get(f"/schools/{COVERED}").text
    assert confirm(client, address, confirmed="1").status_code == 200
    assert "tag-uncovered" in client.get(f"/schools/{COVERED}").text


def test_a_written_file_stands_among_past_imports_and_cannot_be_written_twice(
    empty: Engine, visit: Visit
) -> None:
    client = visit(empty, Language.RU)
    address = hand_over(client, GOOD)
    confirm(client, address)
    assert "Этот файл уже был записан" in text_of(confirm(client, address).text)
    told = text_of(client.get("/imports").text)
    assert "15.01.2027 11:00" in told
    assert "мектептер.csv" in told


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [("x.csv", "", "Файл пуст."), ("x.pdf", "%PDF-1.7", "Это не таблица."), ("", "a", "Файл не выбран.")],
)
def test_a_file_that_cannot_be_read_is_refused_at_once(
    empty: Engine, visit: Visit, name: str, data: str, said: str
) -> None:
    files = {"file": (name, data.encode())} if name else {"other": ("x", b"")}
    answer = visit(empty, Language.RU).post("/imports", data={"kind": "schools"}, files=files)
    assert answer.status_code == 400
    assert said in text_of(answer.text)


def test_an_unknown_kind_is_refused(empty: Engine, visit: Visit) -> None:
    answer = visit(empty, Language.RU).post(
        "/imports", data={"kind": "teachers"}, files={"file": ("x", b"a")}
    )
    assert answer.status_code == 400
    assert "teachers" in text_of(answer.text)


def test_a_hostile_name_is_only_shown(empty: Engine, visit: Visit) -> None:
    client = visit(empty)
    html = client.get(hand_over(client, GOOD, name="../../<script>x</script>.csv")).text
    assert "<script>" not in html


def test_the_columns_of_every_kind_are_told_in_three_languages(empty: Engine, visit: Visit) -> None:
    html = visit(empty).get("/imports").text
    for kind in RegisterKind:
        for column in COLUMNS[kind]:
            for title in (column.name, *column.titles):
                assert title in html


def test_a_stage_reaches_the_page_of_its_school(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.RU)
    confirm(client, hand_over(client, "tender_number;event;on\nT-2;appeal;2027-01-14\n", "tender-events"))
    assert "этап «обжалование», срок 19.01.2027" in text_of(client.get(f"/schools/{STALLED}").text)
