"""The search box, the lists behind it and the API find names with any quotes and dashes."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.web.conftest import Visit
from tests.web.reading import links_of
from tests.web.register import a_school, fill

NURLY, GYMNASIUM = "980140000011", "980140000012"
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


@pytest.mark.parametrize(("asked", "school_id"), ASKED.items())
def test_lists_and_api_find_a_name_with_any_signs(
    named: Engine, visit: Visit, asked: str, school_id: str
) -> None:
    client = visit(named)
    for page in ("/schools", "/queue"):
        html = client.get(page, params={"q": asked}).text
        opened = (one.partition("?")[0] for _, one in links_of(html))
        listed = {one for one in opened if one.startswith("/schools/")}
        assert listed == {f"/schools/{school_id}"}, page
    answer = client.get("/api/v1/needs", params={"q": asked}).json()
    assert {need["school_id"] for need in answer["needs"]} == {school_id}


def test_the_search_box_leads_to_the_list(named: Engine, visit: Visit) -> None:
    html = visit(named).get("/").text
    assert 'action="/schools"' in html
    assert 'name="q"' in html
