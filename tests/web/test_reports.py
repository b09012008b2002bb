"""Reports that go upward: the numbers of the board, with all that explains them, and the same again later."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, timedelta
from html import unescape
from urllib.parse import unquote

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.people import a_person
from tests.store.rows import record
from tests.web.conftest import Visit
from tests.web.register import COVERED, NOW, STALLED, a_contract, a_school
from tests.web.test_cost import questions
from tracker.domain.reports import Figure, ReportKind
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.feeds.regions import REGIONS
from tracker.render.catalogs import load_words
from tracker.render.formats import Formats
from tracker.render.report_files import report_xlsx, tell
from tracker.services.evaluating import Book, snapshot
from tracker.services.printing_reports import Wanted, make
from tracker.store import reports
from tracker.store.engine import reading, transaction
from tracker.store.scope import EVERYTHING
from tracker.web.tallies import tally

REVIEWER = a_person(Role.REVIEWER, "59")
LATER = NOW + timedelta(hours=1)


def printed(client: TestClient, kind: str = "weekly", ending: str = "csv", **more: str) -> bytes:
    """A report as it is handed out."""
    answer = client.post("/reports/print", data={"kind": kind, "format": ending, **more})
    assert answer.status_code == 200, answer.text
    return answer.content


def again(client: TestClient, number: int, ending: str = "csv") -> bytes:
    """A report that was printed before."""
    answer = client.post("/reports/again", data={"number": str(number), "format": ending})
    assert answer.status_code == 200, answer.text
    return answer.content


def table(data: bytes) -> list[list[str]]:
    """The rows of a CSV."""
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def test_the_totals_of_a_report_are_those_of_the_board(filled: Engine) -> None:
    book = Book.load()
    with reading(filled, seeing=EVERYTHING) as session:
        for on in (NOW.date(), NOW.date() - timedelta(days=16), NOW.date() + timedelta(days=40)):
            made = make(session, EVERYTHING, Wanted(ReportKind.WEEKLY, None, on, None), now=NOW, book=book)
            board = tally(snapshot(session, EVERYTHING, on=on, known=None, book=book).needs)
            found = made.total.figures
            assert found[Figure.SCHOOLS] == board.schools
            assert found[Figure.REQUIRED] == board.required
            assert {state: found[Figure(state.value)] for state in board.states} == board.states
            assert {days: found[Figure(f"losing_{days}")] for days in board.losing} == board.losing
            assert (found[Figure.STALLED], found[Figure.IN_PURCHASE]) == (board.stalled, board.in_purchase)
            assert found[Figure.INTEGRATED] == board.integrated
            for figure in Figure:
                assert found[figure] == sum(place.figures[figure] for place in made.places)


@pytest.mark.parametrize("language", Language)
def test_every_file_states_what_it_tells_and_of_when(
    filled: Engine, visit: Visit, language: Language
) -> None:
    client, words = visit(filled, language, person=REVIEWER), load_words(language)
    sheet = table(printed(client, region="59"))
    book = load_workbook(io.BytesIO(printed(client, ending="xlsx", region="59")))
    figures, about = book.worksheets
    explained = "\n".join(str(cell) for row in about.values for cell in row if cell)
    for figure in Figure:
        definition = words.say(f"report.about.{figure}")
        assert definition in explained
        assert any(definition in title for title in sheet[0])
    for said in ("15.01.2027", words.say("region.59"), Book.load().policy.fingerprint):
        assert said in explained
        assert said in sheet[-1]
    assert str(figures["A1"].value).startswith(words.say("filter.district"))
    assert figures.max_row == len(sheet)
    assert printed(client, ending="pdf", region="59").startswith(b"%PDF-")


def test_last_weeks_report_printed_again_is_the_same_file(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.RU)
    files = {ending: printed(client, "quarterly", ending) for ending in ("csv", "xlsx", "pdf")}
    record(filled, a_contract("K-2-2", STALLED, "2027-01-01", "2027-12-31"), at=LATER)
    assert printed(client, "quarterly") != files["csv"]
    kazakh = visit(filled, Language.KK)
    for number, (ending, file) in enumerate(files.items(), start=1):
        assert again(kazakh, number, ending) == file
        assert again(client, number, "csv") == files["csv"]


def test_a_report_that_cannot_be_told_as_it_was_is_not_told_otherwise(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.RU, person=REVIEWER)
    printed(client)
    moved = a_school(COVERED, "Абай", region="71")
    record(filled, moved, at=LATER)
    answer = client.post("/reports/again", data={"number": "1", "format": "csv"})
    assert answer.status_code == 409
    assert load_words(Language.RU).say("error.report_differs") in answer.text


def test_a_report_of_who_sees_one_region_bears_its_name(filled: Engine, visit: Visit) -> None:
    words, client = load_words(Language.RU), visit(filled, Language.RU, person=REVIEWER)
    taken = client.post("/reports/print", data={"kind": "weekly", "format": "xlsx"})
    named = unquote(taken.headers["content-disposition"].partition("UTF-8''")[2])
    assert named == "Еженедельный отчёт о каналах связи Северо-Казахстанская область, 2027-01-15.xlsx"
    listed = client.get("/reports").text.partition('id="printed"')[2]
    assert f'data-label="{words.say("report.ending")}">XLSX</td>' in listed
    assert words.say("report.everywhere") not in printed(client, "weekly", "csv").decode("utf-8-sig")
    caption = re.findall(r"<caption>(.*?)</caption>", client.get("/reports").text)[0]
    assert words.say("report.everywhere") not in caption
    assert words.say("region.59") in caption


def test_nobody_prints_the_reports_of_others_save_who_sees_everything(filled: Engine, visit: Visit) -> None:
    printed(visit(filled, Language.RU))
    foreign = visit(filled, Language.RU, person=REVIEWER).post("/reports/again", data={"number": "1"})
    nothing = visit(filled, Language.RU, person=REVIEWER).post("/reports/again", data={"number": "77"})
    assert (foreign.status_code, nothing.status_code) == (404, 404)
    auditor = replace(REVIEWER, role=Role.AUDITOR, email="auditor@example.kz")
    assert again(visit(filled, Language.RU, person=auditor), 1)


def test_last_weeks_report_is_printed_again_by_whoever_came_after(filled: Engine, visit: Visit) -> None:
    officer = replace(a_person(Role.OFFICER, "59"), email="before@example.kz", name="Бұрынғы маман")
    file = printed(visit(filled, Language.RU, person=officer))
    for role in (Role.REVIEWER, Role.OFFICER):
        after = visit(filled, Language.KK, person=replace(REVIEWER, role=role, email=f"{role}@example.kz"))
        assert "Бұрынғы маман" in after.get("/reports").text.partition('id="printed"')[2]
        assert again(after, 1) == file
    elsewhere = visit(filled, Language.KK, person=a_person(Role.REVIEWER, "71", name="abai"))
    assert "Бұрынғы маман" not in elsewhere.get("/reports").text
    assert elsewhere.post("/reports/again", data={"number": "1", "format": "csv"}).status_code == 404


def test_what_an_officer_printed_of_her_own_schools_is_read_by_who_sees_them(
    filled: Engine, visit: Visit
) -> None:
    officer = replace(a_person(Role.OFFICER), email="officer@example.org")
    file = printed(visit(filled, Language.RU, person=officer))
    assert len(table(file)) > 1
    record(filled, a_school(STALLED, "Әйтеке", officer_email="next@example.org"), at=LATER)
    following = replace(a_person(Role.OFFICER), email="next@example.org", name="Келесі маман")
    for person in (following, REVIEWER, replace(REVIEWER, role=Role.AUDITOR, email="auditor@example.kz")):
        assert again(visit(filled, Language.RU, person=person), 1) == file
    left = visit(filled, Language.RU, person=officer)  # what is hers no more she is not told again
    assert left.post("/reports/again", data={"number": "1", "format": "csv"}).status_code == 409


def test_days_without_service_are_counted_within_the_period(filled: Engine) -> None:
    with reading(filled, seeing=EVERYTHING) as session:
        wanted = Wanted(ReportKind.WEEKLY, "59", NOW.date(), None)
        made = make(session, EVERYTHING, wanted, now=NOW, book=Book.load())
    assert (made.period.start.isoformat(), made.period.last.isoformat()) == ("2027-01-09", "2027-01-15")
    # three schools of the region are without service on each of the five working days of the week
    assert made.total.figures[Figure.UNCOVERED] == 3
    assert made.total.figures[Figure.DAYS_LOST] == 15


PAGES = (
    "/reports", "/reports/quality", "/reports/stages", "/history", "/history?school_id=S-1", "/asks",
    "/reports/lost",
    "/corrections?kind=contracts&school_id=S-1&number=K-1", "/api/v1/history",
)  # fmt: skip


def test_no_page_asks_the_database_more_for_many_schools(empty: Engine, visit: Visit) -> None:
    counts = []
    for first, last in ((0, 5), (5, 60)):
        rows = [
            row
            for number in range(first, last)
            for row in (
                a_school(f"S-{number}", f"{number}"),
                a_contract(f"K-{number}", f"S-{number}", "2026-01-01", "2026-12-31"),
            )
        ]
        record(empty, *rows, at=NOW - timedelta(days=1))
        counts.append({path: questions(empty, visit, path) for path in PAGES})
    few, many = counts
    assert many == few
    assert max(count for path, count in few.items() if not path.startswith("/history")) <= 30
    assert max(few.values()) <= 45  # a day in both senses is judged twice


@pytest.mark.parametrize(("kind", "before"), [("weekly", "2027-01-08"), ("quarterly", "2026-12-31")])
def test_every_figure_of_the_page_opens_the_list_that_it_counts(
    filled: Engine, visit: Visit, kind: str, before: str
) -> None:
    client = visit(filled, Language.RU, person=REVIEWER)
    page = client.get(f"/reports?region=59&kind={kind}").text
    told = re.findall(r'data-label="Число"[^>]*><strong><a href="([^"]+)">([\d\s]+)</a>', page)
    assert {"/reports/lost", "/schools"} == {address.partition("?")[0] for address, _ in told}
    assert any("required=1" in address for address, _ in told)
    assert any(f"on={before}" in address for address, _ in told)  # the day before the period
    header, *_, total = table(printed(client, kind, region="59"))
    for address, number in told:
        listed = client.get(unescape(address)).text
        if address.startswith("/reports/lost"):
            found = re.findall(r"<td[^>]*>(\d+)</td></tr>", listed)
            assert sum(map(int, found)) == int(number)
            assert (
                next(value for name, value in zip(header, total, strict=True) if "days_lost" in name)
                == number
            )
        else:
            assert listed.count('<th scope="row"') == int(number), address
    assert not re.findall(r'data-label="Число"[^>]*><strong>[1-9]', page)


def test_each_printed_page_of_a_workbook_says_as_known_when(filled: Engine) -> None:
    with reading(filled, seeing=EVERYTHING) as session:
        wanted = Wanted(ReportKind.QUARTERLY, None, NOW.date(), None)
        made = make(session, EVERYTHING, wanted, now=NOW, book=Book.load())
    for words in map(load_words, Language):
        longest = max((each.code for each in REGIONS), key=lambda code: len(words.say(f"region.{code}")))
        told = tell(replace(made, region=longest, places=()), words, Formats(words, UTC))
        head = load_workbook(io.BytesIO(report_xlsx(told, about="x"))).worksheets[0].oddHeader.left.text
        (known,) = (value for column, value in told.asked if column.name == "known")
        assert f"{words.say('report.known')}: {known} · " in head
        assert words.say("report.days", first="01.01.2027", last="15.01.2027") in head


def test_a_report_of_any_week_is_found_among_those_that_were_printed(filled: Engine, visit: Visit) -> None:
    client, other = visit(filled, Language.RU), visit(filled, Language.RU, person=REVIEWER)
    printed(client, region="71")
    printed(other)
    with transaction(filled) as session:
        last = reports.printed(session, EVERYTHING, 2, "")
        for _ in range(reports.LISTED if last else 0):
            reports.keep(session, last, EVERYTHING)  # type: ignore[arg-type]  # it was looked for

    def listed(query: str) -> list[int]:
        return [int(number) for number in re.findall(r'name="number" value="(\d+)"', client.get(query).text)]

    first = client.get("/reports").text
    assert listed("/reports") == list(range(reports.LISTED + 2, 2, -1))
    (following,) = re.findall(r'rel="next" href="([^"]+)"', first)
    assert listed(unescape(following)) == [2, 1]
    assert listed("/reports?region=71") == listed("/reports?mine=1") == [1]
    assert not listed("/reports?kind=quarterly")
    assert listed("/reports?page=99") == [2, 1]
    for wrong in ("kind=daily", "mine=2"):
        assert client.get(f"/reports?{wrong}").status_code == 400
