"""Files taken from pages: the rows of the screen, one header for their name, a note of who took them."""

from __future__ import annotations

import csv
import io
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from email.message import Message
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.people import a_person
from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.register import COVERED, STALLED, a_contract, a_school, day, fill, small_country
from tracker.domain.acts import Act
from tracker.domain.guarded import unguarded
from tracker.domain.register import RegisterRow, TenderEventRow, TenderRow
from tracker.domain.reports import Figure
from tracker.domain.roles import Action, Role
from tracker.domain.vocabulary import (
    FlagKind,
    Language,
    RefusalReason,
    Service,
    State,
    TenderEventKind,
    TenderStatus,
)
from tracker.render.catalogs import load_catalogs
from tracker.services.exporting import NEED_COLUMNS
from tracker.store import journal
from tracker.store.engine import reading
from tracker.web.attachments import disposition, file_name
from tracker.web.pages.exports import SCHOOL_COLUMNS
from tracker.web.rules import rules_of

LISTED = re.compile(r'<a href="/schools/(\d{12})[?"]')
ROWS = re.compile(r'<th scope="row".*?</th>', re.DOTALL)


def table_of(answer: Any, ending: str) -> list[dict[str, Any]]:
    """The rows of a file."""
    if ending == "csv":
        header, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    else:
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
        header, *rows = sheet.iter_rows(values_only=True)
    names = [title.rpartition("(")[2].removesuffix(")") for title in header]
    return [dict(zip(names, row, strict=True)) for row in rows]


def shown(client: TestClient, path: str, asked: dict[str, str]) -> list[str]:
    """The schools of a list on the screen, row by row over all its pages."""
    found: list[str] = []
    for number in range(1, 100):
        html = client.get(path, params={**asked, "page": str(number)}).text
        rows = [school for row in ROWS.findall(html) for school in LISTED.findall(row)]
        found += rows
        if 'rel="next"' not in html:
            return found
    raise AssertionError("a list without an end")


def questions() -> Iterator[dict[str, str]]:
    """A hundred random choices of filters, the same in every run."""
    dice = random.Random(5)
    choices: dict[str, list[str]] = {
        "region": ["59", "71", "none", ""],
        "district": ["Петропавл", "Тайынша", "none", "Есіл", ""],
        "service": [*Service, ""],
        "state": [*State, ""],
        "flag": [*FlagKind, ""],
        "within": ["30", "60", "90", ""],
        "purchase": ["1", ""],
        "integrated": ["1", ""],
        "q": ["мектебі", "School", "Абай", "% _", ""],
        "on": ["2026-12-31", "2027-01-15", "2027-02-20", ""],
    }
    for _ in range(100):
        names = dice.sample(sorted(choices), k=dice.choice([0, 1, 1, 2, 2, 3]))
        yield {name: value for name in names if (value := str(dice.choice(choices[name])))}


@pytest.fixture
def large(empty: Engine) -> Engine:
    """More schools than a page holds, some with two services."""
    more = [
        a_school(f"9907500{n:05}", f"{n}", services=tuple(Service)[: 2 if n % 9 == 0 else 1])
        for n in range(60)
    ]
    lines = [a_contract(f"L-{n}", f"9907500{n:05}", "2026-02-01", "2027-02-10") for n in range(0, 60, 3)]
    fill(empty, *small_country(), *more, *lines)
    return empty


def test_fil_5_a_file_has_the_rows_of_the_screen_under_a_hundred_filters(large: Engine, visit: Visit) -> None:
    client, full = visit(large, Language.RU), 0
    for place, asked in enumerate(questions()):
        path = "queue" if place % 2 else "schools"
        ending = "xlsx" if place % 5 == 0 else "csv"
        answer = client.post(f"/exports/{path}", params=asked, data={"format": ending})
        assert answer.status_code == 200, asked
        rows = [row["school_id"] for row in table_of(answer, ending)]
        assert rows == shown(client, f"/{path}", asked), (path, asked)
        full += bool(rows)
    assert full >= 40


def test_fil_5_the_totals_of_the_screen_are_those_of_the_file(large: Engine, visit: Visit) -> None:
    client = visit(large, Language.EN)
    rows = table_of(client.post("/exports/schools", params={"region": "59"}), "csv")
    assert f"{len(rows)} schools" in text_of(client.get("/schools?region=59").text)
    states = [row["state"] for row in rows]
    words = load_catalogs()[Language.EN]
    assert set(states) <= {words.say(f"state.{state}") for state in State}
    for state in State:
        listed = shown(client, "/schools", {"region": "59", "state": state})
        assert len(listed) == states.count(words.say(f"state.{state}"))


def test_fil_5_the_button_on_a_list_asks_for_the_same_filters(filled: Engine, visit: Visit) -> None:
    html = visit(filled).get("/queue?region=59&state=uncovered&on=2027-02-01").text
    assert 'action="/exports/queue?region=59&amp;state=uncovered&amp;on=2027-02-01"' in html


def test_fil_5_a_report_that_is_handed_out_says_the_figures_of_the_page(large: Engine, visit: Visit) -> None:
    """The page of stages and its file are compared in tests/web/test_quality.py."""
    client = visit(large, Language.EN)
    for asked in ({}, {"region": "59"}, {"region": "71"}):
        page = client.get("/reports", params=asked).text
        shown = re.findall(r"<td[^>]*><strong>(?:<a [^>]*>)?([\d\s]+)<", page)
        answer = client.post("/reports/print", data={"kind": "weekly", "format": "csv", **asked})
        header, *_, total = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
        names = [title.partition(")")[0].rpartition("(")[2] for title in header]
        said = dict(zip(names, total, strict=True))
        assert [int("".join(each.split())) for each in shown] == [int(said[figure]) for figure in Figure]


WICKED = (
    "=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", " =1", "＝1+1", "＋1", "－1", "＠x", '"=1"',
    "'=1", ";=1", ",=1", "x;=1+1", "x,+1", 'x;"=1"', "x; @y", "x;\t=1", "x;", "\x00=1", "x;\x00=1",
    '=HYPERLINK("http://evil.example")', "=cmd|' /C calc'!A0", "=IMPORTXML(1)", "DDE(1)", "\u00a0=1",
    "\u200b=1", "=1\n=2", "a\n=2", "%0A=1", "=A1:A9", "|=1", "+7 (701) 000", "-5", "−5",
)  # fmt: skip
OBEYED = tuple("=+-@\t\r\n\x00＝＋－＠")


@pytest.fixture
def wicked(empty: Engine) -> Engine:
    """Schools whose every text a spreadsheet would obey."""
    fill(
        empty,
        *(
            replace(a_school(f"9907700{n:05}", "x", name_kk=text, name_ru=text, district=text), name=text)
            for n, text in enumerate(WICKED)
        ),
        *(
            TenderRow(text, f"9907700{n:05}", TenderStatus.ACTIVE, published_on=day("2027-01-04"))
            for n, text in enumerate(WICKED)
        ),
        *(row for n, text in enumerate(WICKED) for row in over(f"{text} ", f"9907700{n:05}")),
    )
    return empty


def over(number: str, school_id: str) -> Iterator[RegisterRow]:
    """A tender that is over, whose stages are counted."""
    complete, ended_on = TenderStatus.COMPLETE, day("2026-10-20")
    yield TenderRow(number, school_id, complete, published_on=day("2026-09-01"), ended_on=ended_on)
    kind = TenderEventKind
    days = {kind.BIDS: "2026-09-02", kind.EVALUATION: "2026-09-21", kind.COMPLETE: "2026-10-20"}
    yield from (TenderEventRow(number, event, day(on)) for event, on in days.items())


TABLES: dict[str, dict[str, str]] = {
    "/exports/queue": {}, "/exports/schools": {}, "/exports/stages": {}, "/journal/export": {},
    "/reports/print": {"kind": "weekly", "region": "59"}, "/reports/again": {"number": "1"},
}  # fmt: skip
"""Addresses that hand out tables, and what is sent to them."""

PAPERS = ("/exports/documents", "/decisions/{number}/documents", "/decisions/{number}/enclosures")
"""What they hand out has no cells (tests/render/test_papers.py, FIL-3)."""


def test_no_address_that_hands_out_a_file_is_left_out(filled: Engine, visit: Visit) -> None:
    rules = rules_of(visit(filled).app)  # type: ignore[arg-type]  # the app is ours
    handing = {path for path, method, action in rules if method == "POST" and action is Action.EXPORT}
    assert handing | {"/journal/export"} == {*TABLES, *PAPERS}


@pytest.mark.parametrize("path", TABLES)
def test_fil_1_no_cell_of_a_file_from_a_page_is_obeyed(wicked: Engine, visit: Visit, path: str) -> None:
    client = visit(wicked)
    client.post("/reports/print", data=TABLES["/reports/print"])
    answer = client.post(path, data={**TABLES[path], "format": "csv"})
    assert answer.status_code == 200
    text = answer.content.decode("utf-8-sig")
    for parted_by in (",", ";", "\t"):  # as the reader's system has it
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=parted_by)
        cells = [cell for row in rows for cell in row]
        assert len(cells) > (15 if parted_by == "," else 1)
        assert not [cell for cell in cells if cell.lstrip(' \u00a0\u200b"').startswith(OBEYED)]
    data = client.post(path, data={**TABLES[path], "format": "xlsx"}).content
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    written = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in written} <= {"s", "n", "d"}
    assert not [cell for cell in written if cell.hyperlink]


def test_fil_1_both_formats_hold_the_original_texts(wicked: Engine, visit: Visit) -> None:
    client = visit(wicked)
    rows = table_of(client.post("/exports/schools", data={"format": "csv"}), "csv")
    assert {row["school_id"]: unguarded(row["name"]) for row in rows} == {
        f"9907700{n:05}": text for n, text in enumerate(WICKED)
    }
    book = table_of(client.post("/exports/schools", data={"format": "xlsx"}), "xlsx")
    plain = {row["school_id"]: row["name"] for row in book}
    kept = re.compile(r"[^\r\0]*")  # the other two stand escaped in a workbook
    assert all(plain[f"9907700{n:05}"] == text for n, text in enumerate(WICKED) if kept.fullmatch(text))


def test_fil_1_numbers_stay_numbers(filled: Engine, visit: Visit) -> None:
    rows = table_of(visit(filled).post("/exports/queue", data={"format": "xlsx"}), "xlsx")
    assert {type(row["days_without"]) for row in rows if row["days_without"] is not None} == {int}
    assert all(isinstance(row["uncovered_since"], datetime) for row in rows if row["uncovered_since"])


def test_a_file_holds_the_schools_of_ones_own_regions_only(filled: Engine, visit: Visit) -> None:
    client = visit(filled, person=a_person(Role.HEAD, "71"))
    for path in ("queue", "schools"):
        rows = table_of(client.post(f"/exports/{path}", data={"format": "csv"}), "csv")
        assert {row["region"] for row in rows} == {load_catalogs()[Language.KK].say("region.71")}
        assert table_of(client.post(f"/exports/{path}?region=59"), "csv") == []


def test_whoever_takes_a_file_is_noted_with_what_she_took(filled: Engine, visit: Visit) -> None:
    client = visit(filled, person=a_person(Role.MINISTRY))
    client.post("/exports/queue?region=59&q=secret-name", data={"format": "xlsx"})
    with reading(filled) as session:
        (entry,) = journal.entries(session, action=Act.EXPORT)
    assert entry.actor.startswith("person:")
    assert (entry.subject, entry.details["rows"], entry.details["format"]) == ("queue", 0, "xlsx")
    assert entry.details["filters"] == "region=59"
    assert entry.details["address"]
    assert "secret-name" not in str(entry)


@pytest.mark.parametrize("asked", ["pdf", "../csv", "CSV", "xlsx\r\nx: y"])
def test_a_format_that_does_not_exist_is_refused(filled: Engine, visit: Visit, asked: str) -> None:
    assert visit(filled).post("/exports/queue", data={"format": asked}).status_code == 400


NAMES = {
    "Кезек 2027-01-15.csv": "Кезек 2027-01-15.csv",
    'a"b.csv': "a b.csv",
    "a\r\nSet-Cookie: x=1.csv": "a Set-Cookie x=1.csv",
    "a;filename=evil.exe": "a;filename=evil.exe",
    "../../etc/passwd": "etc passwd",
    "№ 1 «Ө» мектеп.xlsx": "№ 1 «Ө» мектеп.xlsx",
    "a\u2028b\u202ecsv.exe": "a b csv.exe",
    "\ud800": "file",
    " . ": "file",
    "%0d%0a": "%0d%0a",
    "x" * 500: "x" * 120,
}


@pytest.mark.parametrize(("given", "kept"), NAMES.items(), ids=repr)
def test_fil_2_a_name_is_one_header_whatever_it_holds(given: str, kept: str) -> None:
    name = file_name(given)
    assert name == kept
    value = disposition(name)
    assert value.isascii()
    assert value.isprintable()
    told = Message()
    told["content-disposition"] = value
    assert told.get_content_disposition() == "attachment"
    assert unquote(value.partition("filename*=UTF-8''")[2]) == name
    assert re.fullmatch(r'attachment; filename="[A-Za-z0-9._ -]*"; filename\*=UTF-8\'\'[\w.%~-]*', value)


@pytest.mark.parametrize("language", Language)
def test_fil_2_a_list_is_saved_under_its_title_in_the_readers_language(
    filled: Engine, visit: Visit, language: Language
) -> None:
    answer = visit(filled, language).post("/exports/queue?on=2027-02-01", data={"format": "xlsx"})
    assert len(answer.headers.get_list("content-disposition")) == 1
    title = unquote(answer.headers["content-disposition"].partition("''")[2])
    assert title == f"{load_catalogs()[language].say('menu.queue')} 2027-02-01.xlsx"


def test_the_day_of_a_file_is_the_day_that_was_asked(filled: Engine, visit: Visit) -> None:
    for on, state in (("2027-03-01", "covered"), ("2028-01-01", "uncovered")):
        rows = table_of(visit(filled).post(f"/exports/schools?on={on}"), "csv")
        told = load_catalogs()[Language.KK].say(f"state.{state}")
        assert {row["school_id"]: row["state"] for row in rows}[COVERED] == told


@pytest.mark.parametrize("language", Language)
def test_a_list_is_told_in_the_readers_language_and_is_no_register(
    filled: Engine, visit: Visit, language: Language
) -> None:
    client, words = visit(filled, language), load_catalogs()[language]
    answer = client.post("/exports/queue", data={"format": "csv"})
    first = answer.content.decode("utf-8-sig").splitlines()[0]
    assert f"{words.say('sheet.school_id')} (school_id)" in first
    row = next(row for row in table_of(answer, "csv") if row["school_id"] == STALLED)
    assert row["state"] == words.say("state.uncovered")
    assert words.say("flag.tender_stalled") in row["flags"].split("; ")
    assert row["stage"] == words.say("stage.evaluation")
    assert row["answer"] == words.say("sheet.answer.suggestion")
    assert not re.search(r"[a-z]+_[a-z]+", row["next_step"])
    for path in ("queue", "schools"):
        for ending in ("csv", "xlsx"):
            taken = client.post(f"/exports/{path}", data={"format": ending}).content
            file = {"file": (f"list.{ending}", taken)}
            refused = client.post("/imports", data={"kind": "schools"}, files=file)
            assert words.say("error.file_refused.needs_export") in text_of(refused.text)


@pytest.mark.parametrize("language", Language)
def test_every_column_and_answer_of_a_list_has_words(language: Language) -> None:
    codes = [f"sheet.{name}" for name in {*NEED_COLUMNS, *SCHOOL_COLUMNS}]
    codes += [f"sheet.answer.{reason}" for reason in RefusalReason]
    assert [code for code in codes if not load_catalogs()[language].knows(code)] == []
