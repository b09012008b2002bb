"""One tender or contract by its number: what it says, who said it when, whom it serves, what followed."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import Engine

from tests.people import a_person
from tests.store.rows import record
from tests.web.conftest import Visit
from tests.web.reading import links_of, numbers_of, text_of
from tests.web.register import FAILED, INTERIM, NOW, STALLED, SUSPENDED, a_contract, a_school, day
from tests.web.test_cost import questions
from tracker.domain.register import TenderRow
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language, TenderStatus
from tracker.render.catalogs import load_words

SAY = load_words(Language.RU).say
HEAD = a_person(Role.HEAD, "59", name="numbers")
LATER = NOW - timedelta(minutes=5)
ODD = "К/2027-7 №1"
ODD_PATH = "/contracts/%D0%9A/2027-7%20%E2%84%961"


def rows_of(html: str, part: str) -> list[str]:
    """The rows of the table under a heading, as their reader reads them."""
    table = html.partition(f'id="{part}"')[2].partition("</table>")[0]
    return [" ".join(text_of(row).split()) for row in table.partition("<tbody>")[2].split("</tr>")[:-1]]


def test_a_tender_tells_its_stages_with_due_days_and_clauses(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.RU)
    page = client.get("/tenders/T-2").text
    (stage,) = rows_of(page, "stages")
    assert SAY("stage.evaluation") in stage
    assert "25.12.2026" in stage
    told = client.get("/api/v1/tenders/T-2").json()["standing"]
    assert day(told["due_on"]).strftime("%d.%m.%Y") in stage
    likely = f"{day(told['forecast']['likely']).day} "  # over its term: nobody knows its end
    assert SAY("school.forecast.not_before", on=likely).rstrip() in text_of(page)
    clause = re.findall(r'href="/policy#(stage[^"]+)"', page)
    assert client.get("/policy").text.count(f'id="{clause[0]}"') == 1
    past = client.get("/tenders/T-8?on=2027-01-05").text
    assert SAY("school.suspended", since="23.12.2026") in text_of(past)


def test_each_fact_names_who_brought_it_in_and_when_it_was_confirmed_last(
    filled: Engine, visit: Visit
) -> None:
    changed = TenderRow("T-3", INTERIM, TenderStatus.ACTIVE, published_on=day("2027-01-12"))
    record(filled, changed, at=LATER)
    client = visit(filled, Language.RU)
    facts = rows_of(client.get("/tenders/T-3").text, "facts")
    (published,) = (row for row in facts if "12.01.2027" in row)
    assert "15.01.2027 10:55" in published  # of the correction
    (status,) = (row for row in facts if SAY("tender_status.active") in row)
    assert "14.01.2027 11:00" in status  # unchanged since the first file
    assert status.endswith("14.01.2027")
    then = client.get("/tenders/T-3?known=2027-01-14T12:00:00%2B05:00").text
    assert "12.01.2027" not in text_of(then)
    confirmed = client.post("/reports/quality/confirm", data={"school_id": INTERIM, "asked": "kind=stale"})
    assert confirmed.status_code == 200
    rows = rows_of(client.get("/contracts/K-3-1").text, "facts")
    assert rows
    assert all(row.endswith("15.01.2027") for row in rows)  # with the school


def test_what_a_number_came_from_and_led_to_is_one_link_away(filled: Engine, visit: Visit) -> None:
    bought = a_contract(ODD, STALLED, "2027-02-01", "2027-12-31", tender_number="T-2")
    repeat = TenderRow("T-6-2", FAILED, TenderStatus.PLANNED, repeats_tender_number="T-6")
    record(filled, bought, repeat, at=LATER)
    client = visit(filled, Language.RU)
    for path, wanted in {
        "/tenders/T-2": ODD_PATH,
        ODD_PATH: "/tenders/T-2",
        "/tenders/T-6": "/tenders/T-6-2",
        "/tenders/T-6-2": "/tenders/T-6",
        "/contracts/K-3": "/contracts/K-3-1",
        "/contracts/K-3-1": "/contracts/K-3",
        f"/schools/{STALLED}": ODD_PATH,
    }.items():
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert wanted in {address for _, address in links_of(answer.text)}, path
    assert '"/tenders/T-5"' not in client.get("/tenders/T-6").text  # nobody entered it


def test_every_link_of_either_page_leads_somewhere(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.RU, person=HEAD)
    for path, school in {"/tenders/T-2": STALLED, "/contracts/K-3-1": INTERIM}.items():
        main = client.get(path).text.partition("<main")[2].partition("</main>")[0]
        own = {unescape(address) for _, address in links_of(main)}
        assert f"/schools/{school}" in own
        assert any(address.startswith("/corrections") for address in own)
        for address in own:
            assert client.get(address).status_code == 200, address


def test_lists_name_every_number_once_and_find_it(filled: Engine, visit: Visit) -> None:
    record(filled, a_contract("K-1", STALLED, "2027-02-01", "2027-12-31"), at=LATER)
    client = visit(filled, Language.RU)
    for path, count in {
        "/tenders": 5,
        "/contracts": 13,
        "/contracts?q=k-3": 2,
        "/tenders?region=71": 1,
    }.items():
        assert client.get(path).text.count('<th scope="row"') == count, path
    for number, address in numbers_of(client.get("/contracts?q=K-1").text):
        assert len(rows_of(client.get(address.partition("#")[0]).text, "schools")) == number


@pytest.mark.parametrize("path", ["/tenders/T-8", "/contracts/K-8", "/tenders/none", "/contracts/none"])
def test_a_number_of_another_region_is_none(filled: Engine, visit: Visit, path: str) -> None:
    client = visit(filled, Language.RU, person=HEAD)
    assert client.get(path).status_code == 404
    kind, _, number = path[1:].partition("/")
    listed = text_of(client.get(f"/{kind}").text).split("\n")
    assert number not in listed
    assert SUSPENDED not in listed


def test_a_shared_number_shows_each_reader_her_own_lines(filled: Engine, visit: Visit) -> None:
    record(filled, TenderRow("T-8", FAILED, TenderStatus.ACTIVE, published_on=day("2026-12-21")), at=LATER)
    record(filled, a_contract("K-8", FAILED, "2027-02-01", "2027-12-31"), at=LATER)
    own, whole = visit(filled, Language.RU, person=HEAD), visit(filled, Language.RU)
    for path in ("/tenders/T-8", "/contracts/K-8"):
        page = own.get(path).text
        assert len(rows_of(page, "schools")) == 1
        assert "Орал" not in page
        assert len(rows_of(whole.get(path).text, "schools")) == 2


def test_a_number_costs_the_same_for_many_schools(empty: Engine, visit: Visit) -> None:
    counts = []
    for first, last in ((0, 5), (5, 60)):
        rows = [
            row
            for number in range(first, last)
            for row in (
                a_school(f"S-{number}", f"{number}"),
                a_contract("K-1", f"S-{number}", "2026-01-01", "2026-12-31"),
                TenderRow("T-1", f"S-{number}", TenderStatus.ACTIVE, published_on=day("2026-12-01")),
            )
        ]
        record(empty, *rows, at=NOW - timedelta(days=1))
        paths = ("/tenders/T-1", "/contracts/K-1", "/tenders", "/contracts")
        counts.append({path: questions(empty, visit, path) for path in paths})
    assert counts[0] == counts[1]
    assert max(counts[0].values()) <= 30
