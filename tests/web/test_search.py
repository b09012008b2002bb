"""The search box, the lists behind it and the API find names with any quotes and dashes."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import Engine

from tests.web.conftest import Visit
from tests.web.reading import links_of
from tests.web.register import a_contract, a_school, day, fill
from tracker.domain.register import TenderRow
from tracker.domain.vocabulary import TenderStatus

NURLY, GYMNASIUM = "980140000011", "980140000012"
SHARED = "990140000099"
"""A BIN that two schools bear."""

ASKED = {
    '"Нұрлы жол"': NURLY,
    "“Нұрлы жол”": NURLY,
    "'нурлы жол'": NURLY,
    "Nurly zhol": NURLY,
    "Школа–гимназия №77": GYMNASIUM,
    "школа-гимназия № 77": GYMNASIUM,
    "shkola 77": GYMNASIUM,
}


@pytest.fixture
def named(empty: Engine) -> Engine:
    """Two schools whose names hold quotes, a dash and a number, and a third."""
    schools = [
        a_school(NURLY, "Nurly", name_kk="«Нұрлы жол» мектебі", name_ru=None),
        a_school(GYMNASIUM, "Gymnasium", name_kk=None, name_ru="Школа-гимназия № 77"),
        a_school("980140000013", "Other"),
    ]
    fill(empty, *schools)
    return empty


def listed(html: str) -> list[str]:
    """The schools that a list opens."""
    opened = (one.partition("?")[0] for _, one in links_of(html))
    schools = (one.rpartition("/")[2] for one in opened if one.startswith("/schools/"))
    return list(dict.fromkeys(schools))


@pytest.mark.parametrize(("asked", "school_id"), ASKED.items())
def test_lists_and_api_find_a_name_with_any_signs(
    named: Engine, visit: Visit, asked: str, school_id: str
) -> None:
    client = visit(named)
    for page in ("/schools", "/queue"):
        html = client.get(page, params={"q": asked}).text
        assert listed(html) == [school_id], page
    answer = client.get("/api/v1/needs", params={"q": asked}).json()
    assert {need["school_id"] for need in answer["needs"]} == {school_id}


def test_the_search_box_opens_the_one_school_that_it_finds_and_lists_several(
    named: Engine, visit: Visit
) -> None:
    """R3: three letters, a contract or an announcement of one school, and Enter."""
    twins = (a_school("990140000021", "West", bin=SHARED), a_school("990140000022", "East", bin=SHARED))
    tender = TenderRow("T-77", GYMNASIUM, TenderStatus.ACTIVE, published_on=day("2027-01-11"))
    fill(named, *twins, a_contract("K-77", NURLY, "2027-01-01", "2027-12-31"), tender)
    client = visit(named)
    (form,) = re.findall('<form class="find" action="/schools".*?</form>', client.get("/").text, re.DOTALL)
    assert all(field in form for field in ('name="q"', 'name="find" value="1"'))
    for asked, school_id in {"гимназ": GYMNASIUM, "K-77": NURLY, "T-77": GYMNASIUM, NURLY: NURLY}.items():
        answer = client.get("/schools", params={"q": asked, "find": "1"}, follow_redirects=False)
        assert (answer.status_code, answer.headers.get("location")) == (303, f"/schools/{school_id}"), asked
    assert listed(client.get("/schools", params={"q": "гимназ"}, follow_redirects=False).text) == [GYMNASIUM]
    for asked in (SHARED, "мектебі"):
        answer = client.get("/schools", params={"q": asked, "find": "1"}, follow_redirects=False)
        assert {one.school_id for one in twins} <= set(listed(answer.text)), asked


def test_what_begins_as_was_typed_stands_first_on_the_page_and_in_the_file(
    named: Engine, visit: Visit
) -> None:
    late = a_school("990140000023", "Я", name_kk="Ясауи орта мектебі")
    fill(named, late, a_school("990140000024", "Алматы ясауи"))
    client = visit(named)
    assert listed(client.get("/schools?q=ясау").text) == [late.school_id, "990140000024"]
    file = client.post("/exports/schools?q=ясау", data={"format": "csv"}).text
    assert file.index(late.school_id) < file.index("990140000024")
