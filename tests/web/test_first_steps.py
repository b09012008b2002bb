"""What a newcomer meets: no schools, no such filter, a file in her language, schools parted by a comma."""

from __future__ import annotations

import csv
import io

import pytest
from sqlalchemy import Engine

from tests.people import a_person
from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.register import COVERED, STALLED
from tests.web.test_import_pages import hand_over
from tracker.domain.people import Reach
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language, State
from tracker.render.catalogs import load_catalogs
from tracker.web.filters import REGION_CODES

CATALOGS = load_catalogs()
NAMES = {Language.KK: "«Абай» мектебі", Language.RU: "Школа «Абай»", Language.EN: "School Абай"}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("path", ["/", "/queue", "/schools", "/deadlines"])
def test_where_no_school_is_on_record_every_list_says_so_and_how_to_begin(
    empty: Engine, visit: Visit, path: str, language: Language
) -> None:
    words = CATALOGS[language]
    page = visit(empty, language).get(path).text
    said = text_of(page)
    assert words.say("board.empty") in said
    assert words.say("board.empty.import") in said
    assert 'href="/imports"' in page
    for untrue in ("queue.empty", "schools.empty", "deadlines.empty"):
        assert words.say(untrue) not in said
    reader = visit(empty, language, person=a_person(Role.AUDITOR)).get(path).text
    assert words.say("board.empty") in text_of(reader)
    assert words.say("board.empty.import") not in text_of(reader)


def test_no_count_says_that_all_is_well_where_no_school_is_on_record(empty: Engine, visit: Visit) -> None:
    words, reader = CATALOGS[Language.RU], visit(empty, Language.RU)
    for path in ("/reports", "/reports/quality", "/losses", "/cliff"):
        said = text_of(reader.get(path).text)
        assert words.say("board.empty") in said, path
        assert words.say("quality.nothing") not in said
        assert words.say("cliff.empty") not in said


def test_a_filter_that_finds_nothing_among_schools_says_that_instead(filled: Engine, visit: Visit) -> None:
    said = text_of(visit(filled, Language.EN).get("/schools?region=10").text)
    assert CATALOGS[Language.EN].say("schools.empty") in said
    assert CATALOGS[Language.EN].say("board.empty") not in said


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("subject", ["queue", "schools"])
def test_a_file_names_schools_as_its_page_does_and_keeps_their_identifiers(
    filled: Engine, visit: Visit, subject: str, language: Language
) -> None:
    client = visit(filled, language)
    text = client.post(f"/exports/{subject}", data={"format": "csv"}).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    (number,) = (title for title in rows[0] if title.endswith("(school_id)"))
    (name,) = (title for title in rows[0] if title.endswith("(name)"))
    named = {row[number]: row[name] for row in rows}
    school, shown = {
        "schools": (COVERED, NAMES[language]),
        "queue": (STALLED, NAMES[language].replace("Абай", "Әйтеке")),
    }[subject]
    assert named[school] == shown


@pytest.mark.parametrize(
    ("query", "allowed"),
    [
        ("size=70", ["50", "100", "200"]),
        ("within=31", ["30", "60", "90"]),
        ("state=fine", list(State)),
        ("region=Narnia", sorted(REGION_CODES)),
        ("integrated=0", ["1"]),
        ("lang=de", list(Language)),
    ],
)
def test_a_program_that_asks_for_no_such_value_is_told_those_that_exist(
    filled: Engine, visit: Visit, query: str, allowed: list[str]
) -> None:
    answer = visit(filled, Language.EN).get(f"/api/v1/needs?{query}")
    assert (answer.status_code, answer.json()["allowed"]) == (400, allowed)


@pytest.mark.parametrize("language", Language)
def test_a_file_of_no_such_kind_is_refused_with_the_kinds_there_are(
    empty: Engine, visit: Visit, language: Language
) -> None:
    files = {"file": ("a.csv", b"school_id;name\n1;A\n")}
    answer = visit(empty, language).post("/imports", data={"kind": "people"}, files=files)
    label = CATALOGS[language].say("detail.allowed")
    assert answer.status_code == 400
    assert f"{label}\nschools, contracts, tenders, tender-events" in text_of(answer.text)


def test_a_page_that_is_asked_for_no_such_value_lists_those_that_exist(filled: Engine, visit: Visit) -> None:
    said = text_of(visit(filled, Language.EN).get("/schools?state=fine").text)
    assert f"Possible values\n{', '.join(State)}" in said


@pytest.mark.parametrize("query", ["page=0", "district=", "q="])
def test_where_values_are_many_none_are_listed(filled: Engine, visit: Visit, query: str) -> None:
    answer = visit(filled, Language.EN).get(f"/api/v1/needs?{query}")
    assert answer.status_code == 400
    assert "allowed" not in answer.json()


@pytest.mark.parametrize(
    ("reach", "regions"),
    [
        (Reach(frozenset({"59"})), ["59"]),
        (Reach(frozenset({"10"})), ["10"]),
        (Reach(districts=frozenset({("71", "Есіл")})), ["71"]),
        (Reach(schools=frozenset({COVERED})), ["59"]),
    ],
)
def test_whoever_sees_one_region_is_told_of_no_other(
    filled: Engine, visit: Visit, reach: Reach, regions: list[str]
) -> None:
    head = visit(filled, person=a_person(Role.HEAD, reach=reach))
    found = head.get("/api/v1/regions").json()["regions"]
    assert [region["region"] for region in found] == regions


@pytest.mark.parametrize("language", Language)
def test_schools_parted_by_a_comma_are_told_the_semicolon(
    filled: Engine, visit: Visit, language: Language
) -> None:
    client = visit(filled, language)
    row = f'K-77,"{COVERED}, {STALLED}",2027-02-01,2027-12-31\n'
    page = client.get(hand_over(client, f"contract_number,school_id,start_on,end_on\n{row}", "contracts"))
    assert CATALOGS[language].say("issue.schools_by_comma") in text_of(page.text)
    assert CATALOGS[language].say("issue.school_unknown") not in text_of(page.text)
