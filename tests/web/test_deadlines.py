"""What is due is told to people by the week and to programs one by one, and both are told the same."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.register import COVERED, ENDING, INTERIM, STALLED, SUSPENDED
from tracker.domain.vocabulary import DeadlineKind, Language, Timing


@pytest.fixture
def api(filled: Engine, visit: Visit) -> TestClient:
    """A program that asks in English about the small country."""
    return visit(filled, Language.EN)


def dues(api: TestClient, **asked: str) -> list[dict[str, Any]]:
    """What the API says is due."""
    answer = api.get("/api/v1/deadlines", params={"size": "200", **asked})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["deadlines"]
    return found


def test_what_is_due_stands_with_the_soonest_first_and_unknown_days_last(api: TestClient) -> None:
    days = [each["due_on"] or "9999" for each in dues(api)]
    assert len(days) > 10
    assert days == sorted(days)


def test_a_stage_over_its_term_is_late_with_its_clause_and_what_follows(api: TestClient) -> None:
    [stage] = [each for each in dues(api, q=STALLED) if each["kind"] == DeadlineKind.STAGE]
    [need] = api.get("/api/v1/needs", params={"q": STALLED}).json()["needs"]
    assert stage["due_on"] == need["tender"]["due_on"]
    assert stage["tender_number"] == need["tender"]["tender_number"]
    assert (stage["timing"], stage["working_days_left"]) == ("late", -need["tender"]["days_over"])
    assert (stage["consequence"], stage["contract_number"]) == ("tender_stalled", None)
    assert stage["basis"]["clauses"] == ["stage.open_tender.evaluation"]


def test_the_end_of_cover_is_the_day_that_the_need_tells(api: TestClient) -> None:
    ends = {each["school_id"]: each["due_on"] for each in dues(api) if each["kind"] == DeadlineKind.COVER_END}
    needs = api.get("/api/v1/needs", params={"size": "200"}).json()["needs"]
    covered = {need["school_id"]: need["covered_until"] for need in needs if need["state"] == "covered"}
    assert covered
    assert all(ends.get(school, until) == until for school, until in covered.items())


def test_a_suspended_tender_is_due_on_a_day_that_is_not_known(api: TestClient) -> None:
    stages = [each for each in dues(api, q=SUSPENDED) if each["kind"] == DeadlineKind.STAGE]
    assert [(each["due_on"], each["timing"], each["working_days_left"]) for each in stages] == [
        (None, "unknown", None)
    ]


def test_the_day_that_is_asked_about_decides_what_is_late(api: TestClient) -> None:
    for on in ("2026-12-01", "2027-01-15", "2027-03-01"):
        asked = date.fromisoformat(on)
        for each in dues(api, on=on):
            due_on = each["due_on"] and date.fromisoformat(each["due_on"])
            expected = (
                Timing.UNKNOWN
                if due_on is None
                else Timing.LATE
                if due_on < asked
                else Timing.TODAY
                if due_on == asked
                else Timing.AHEAD
            )
            assert each["timing"] == expected


def test_the_filters_are_those_of_the_needs(api: TestClient) -> None:
    everything = dues(api)
    for asked in ({"region": "59"}, {"state": "covered"}, {"flag": "tender_stalled"}, {"q": ENDING}):
        needs = api.get("/api/v1/needs", params={"size": "200", **asked}).json()["needs"]
        schools = {need["school_id"] for need in needs}
        assert dues(api, **asked) == [each for each in everything if each["school_id"] in schools]


def test_the_page_shows_each_thing_to_do_once_with_its_day(api: TestClient) -> None:
    page = text_of(api.get("/deadlines?size=200").text)
    for each in dues(api):
        tokens = [each["tender_number"] or each["contract_number"] or ""]
        assert all(token in page for token in tokens)
    assert "working days ago" in page
    assert "Day not known" in page


def test_the_numbers_on_top_are_those_of_the_groups(api: TestClient) -> None:
    html = api.get("/deadlines?size=200").text
    groups = re.findall(r'id="group-(\w+)".*?<tbody>(.*?)</tbody>', html, re.DOTALL)
    rows = {group: body.count("<tr>") for group, body in groups}
    top = re.search(r"(\d+) late\. (\d+) today\. (\d+) within", text_of(html))
    assert top is not None
    assert [int(number) for number in top.groups()] == [
        rows.get(name, 0) for name in ("late", "today", "week")
    ]
    assert list(rows) == [name for name in ("late", "today", "week", "later", "unknown") if name in rows]


def test_of_what_is_late_the_worst_stands_first(api: TestClient) -> None:
    late = api.get("/deadlines?size=200").text.partition('id="group-week"')[0]
    places = [
        late.index(words) for words in ("Service is lost", "A gap in service opens", "The facts count as")
    ]
    assert places == sorted(places)


def test_an_interim_that_ends_is_in_the_week_in_which_it_ends(api: TestClient) -> None:
    [end] = [each for each in dues(api, q=INTERIM) if each["kind"] == DeadlineKind.INTERIM_END]
    eve = api.get(f"/deadlines?q={INTERIM}&on={end['due_on']}").text
    assert 'id="group-today"' in eve


@pytest.mark.parametrize("language", Language)
def test_nothing_due_says_so(filled: Engine, visit: Visit, language: Language) -> None:
    page = visit(filled, language).get(f"/deadlines?q={COVERED}&on=2020-01-01")
    assert page.status_code == 200
    assert 'class="empty"' in page.text


def test_a_misspelt_filter_is_refused_here_too(api: TestClient) -> None:
    assert api.get("/api/v1/deadlines?sate=covered").status_code == 400
    assert api.get("/deadlines?sate=covered").status_code == 400
