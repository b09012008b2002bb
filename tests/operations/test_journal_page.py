"""Auditors find in the journal who did what, when, from where and why, and see whether it is whole."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from tests.people import a_person, sign_in
from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.register import NOW
from tracker.domain.acts import Act
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.render.catalogs import load_catalogs
from tracker.services import witnessing
from tracker.store import journal, journal_search
from tracker.store.engine import reading, transaction
from tracker.store.journal_search import Wanted

AUDITOR = a_person(Role.AUDITOR, name="aigul")
ADDRESS = "10.1.2.3"


def write(
    engine: Engine, act: Act, subject: str, actor: str = "person:1", days: int = 0, **detail: object
) -> None:
    with transaction(engine) as session:
        journal.append(
            session,
            at=NOW + timedelta(days=days),
            actor=actor,
            action=act,
            subject=subject,
            detail={"address": ADDRESS, **detail},
        )


@pytest.fixture
def told(empty: Engine) -> Engine:
    """A journal with one entry of each of four kinds."""
    sign_in(empty, AUDITOR)
    write(empty, Act.SIGN_IN, "person:1", by="password")
    write(empty, Act.IMPORT, "contracts", file="Шарттар «2027».csv", days=1)
    write(empty, Act.ROLE_CHANGED, "person:1", actor="cli:root", reason="жаңа бұйрық", days=2)
    write(empty, Act.EXPORT, "queue", actor="person:999", address="192.0.2.9", days=3)
    return empty


def subjects(engine: Engine, wanted: Wanted) -> list[str]:
    with reading(engine) as session:
        found = journal_search.look_up(session, wanted, limit=10)
        assert journal_search.count(session, wanted) == len(found)
    return [entry.subject for entry in found]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), ["b", "a", "c"]),
        (Wanted(actor="person:1"), ["a", "c"]),
        (Wanted(actor="1"), ["a", "c"]),
        (Wanted(actor="AIGUL@example.kz"), ["a", "c"]),
        (Wanted(actor="Aig"), ["a", "c"]),
        (Wanted(actor="cli:root"), ["b"]),
        (Wanted(actor="nobody"), []),
        (Wanted(act=Act.IMPORT), ["c"]),
        (Wanted(subject="a"), ["a"]),
        (Wanted(address=ADDRESS), ["a", "c"]),
        (Wanted(address="10.1.2"), []),
        (Wanted(text="Шарттар «2"), ["c"]),
        (Wanted(text='"'), []),
        (Wanted(text="%"), []),
        (Wanted(text="\0"), []),
        (Wanted(since=NOW + timedelta(days=1)), ["b", "a"]),
        (Wanted(until=NOW + timedelta(days=1)), ["c"]),
        (Wanted(actor="person:1", act=Act.SIGN_IN), ["a"]),
    ],
)
def test_entries_are_found_by_who_what_where_when_and_text_on_both_databases(
    engine: Engine, wanted: Wanted, found: Sequence[str]
) -> None:
    sign_in(engine, AUDITOR)
    write(engine, Act.IMPORT, "c", file="Шарттар «2027».csv")
    write(engine, Act.SIGN_IN, "a", days=1)
    write(engine, Act.ROLE_CHANGED, "b", actor="cli:root", address="10.1.2.30", days=2)
    assert subjects(engine, wanted) == list(found)


def test_the_page_says_who_what_when_where_and_why_in_words(told: Engine, visit: Visit) -> None:
    said = text_of(visit(told, Language.RU, person=AUDITOR).get("/journal").text)
    for words in ("Aigul", "Роль или доступ изменены", "командная строка: root", ADDRESS, "жаңа бұйрық"):
        assert words in said
    assert "16.01.2027 11:00" in said
    assert "Шарттар «2027».csv" in said
    assert "4 записи" in said


@pytest.mark.parametrize(
    ("query", "entries"),
    [("act=import", 1), ("from=2027-01-16&to=2027-01-17", 2), ("actor=Aigul", 2), ("address=192.0.2.9", 1)],
)
def test_the_filters_of_the_page_narrow_it(told: Engine, visit: Visit, query: str, entries: int) -> None:
    html = visit(told, person=AUDITOR).get(f"/journal?{query}").text
    assert html.count("<time ") == entries


def test_a_filter_that_does_not_exist_is_refused(told: Engine, visit: Visit) -> None:
    client = visit(told, person=AUDITOR)
    assert client.get("/journal?act=nonsense").status_code == 400
    assert client.get("/journal?from=yesterday").status_code == 400


@pytest.mark.parametrize("language", Language)
def test_whoever_asks_for_an_act_that_does_not_exist_is_told_those_that_do(
    told: Engine, visit: Visit, language: Language
) -> None:
    client, label = visit(told, language, person=AUDITOR), load_catalogs()[language].say("detail.allowed")
    for answer in (client.get("/journal?act=nonsense"), client.post("/journal/export?act=nonsense")):
        assert answer.status_code == 400
        assert f"{label}\n{', '.join(Act)}" in text_of(answer.text)


def test_a_long_journal_comes_in_pages(empty: Engine, visit: Visit) -> None:
    sign_in(empty, AUDITOR)
    for number in range(70):
        write(empty, Act.EXPORT, f"list {number}")
    client = visit(empty, person=AUDITOR)
    first, second = (client.get(f"/journal?page={page}").text for page in (1, 2))
    assert (first.count("<time "), second.count("<time ")) == (50, 20)
    assert "list 69" in first
    assert "list 0" in second


@pytest.mark.parametrize("role", [Role.OFFICER, Role.REVIEWER, Role.HEAD, Role.MINISTRY])
def test_only_auditors_and_admins_open_it(told: Engine, visit: Visit, role: Role) -> None:
    client = visit(told, person=a_person(role, "59"))
    assert client.get("/journal").status_code == 403
    assert client.post("/journal/export").status_code == 403


def test_nothing_on_the_page_changes_or_removes_an_entry(told: Engine, visit: Visit) -> None:
    client = visit(told, person=AUDITOR)
    for method in ("PUT", "PATCH", "DELETE"):
        assert client.request(method, "/journal").status_code == 405
    assert (
        client.get("/journal").text.count('method="post"')
        == client.get("/policy").text.count('method="post"') + 1
    )


def exported(client: TestClient, ending: str, query: str = "") -> bytes:
    answer = client.post(f"/journal/export{query}", data={"format": ending})
    assert answer.status_code == 200
    assert f".{ending}" in answer.headers["content-disposition"]
    return answer.content


def test_what_is_found_is_handed_out_without_names_and_noted(told: Engine, visit: Visit) -> None:
    client = visit(told, person=AUDITOR)
    rows = list(csv.DictReader(io.StringIO(exported(client, "csv", "?act=import").decode("utf-8-sig"))))
    assert [(row["seq"], row["actor"], row["address"]) for row in rows] == [("2", "person:1", ADDRESS)]
    assert "Aigul" not in str(rows)
    book = openpyxl.load_workbook(io.BytesIO(exported(client, "xlsx")))
    assert book["Журнал"].max_row == 1 + 5
    with reading(told) as session:
        noted = journal.entries(session, action=Act.EXPORT, limit=2)
    assert [entry.details["rows"] for entry in noted] == [5, 1]
    assert {entry.details["address"] for entry in noted} == {"testclient"}


def test_the_page_says_up_to_where_the_chain_was_checked(told: Engine, visit: Visit) -> None:
    client = visit(told, Language.RU, person=AUDITOR)
    assert "ещё не проверялась" in text_of(client.get("/journal").text)
    assert witnessing.check_chain(told, now=NOW).broken_at is None
    write(told, Act.SIGN_OUT, "person:1")
    said = text_of(client.get("/journal").text)
    assert "Цепочка цела до записи 4, проверено 15.01.2027 11:00. С тех пор добавлена ещё 1 запись." in said


def unlocked(engine: Engine, statement: str) -> None:
    """What someone with the database in hand can do."""
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER IF EXISTS journal_no_update"))
        connection.execute(text("DROP TRIGGER IF EXISTS journal_no_delete"))
        connection.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET actor = 'person:2' WHERE seq = 2",
        "UPDATE journal SET detail = replace(detail, '10.1.2.3', '10.9.9.9') WHERE seq = 2",
        "DELETE FROM journal WHERE seq = 2",
    ],
)
def test_a_changed_entry_is_seen_on_the_page_at_once(told: Engine, visit: Visit, statement: str) -> None:
    witnessing.check_chain(told, now=NOW)
    unlocked(told, statement)
    said = text_of(visit(told, Language.RU, person=AUDITOR).get("/journal").text)
    assert "Цепочка журнала разорвана на записи" in said
    assert witnessing.check_chain(told, now=NOW).broken_at == 2


def test_a_journal_that_was_cut_short_is_noticed_also_when_it_has_grown_again(told: Engine) -> None:
    witnessing.check_chain(told, now=NOW)
    unlocked(told, "DELETE FROM journal WHERE seq = 4")
    with reading(told) as session:
        assert journal.verify_chain(session) is None
        assert witnessing.chain_of(session).broken_at == 4
    write(told, Act.EXPORT, "another")
    assert witnessing.check_chain(told, now=NOW).broken_at == 4
    assert witnessing.check_chain(told, now=NOW).broken_at == 4
