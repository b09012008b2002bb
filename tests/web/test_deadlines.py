"""What is due is told to people by the week and to programs one by one, and both are told the same."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.deciding.office import Office
from tests.people import ADMIN, a_person
from tests.store.rows import record
from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.register import (
    COVERED,
    ENDING,
    FAILED,
    INTERIM,
    NEVER,
    NOW,
    OVERLAP,
    STALLED,
    SUSPENDED,
    a_contract,
)
from tracker.domain.roles import Role
from tracker.domain.vocabulary import DeadlineKind, Language, Timing
from tracker.render.catalogs import load_catalogs


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


def part(html: str, group: str) -> str:
    """The words of one part of the page."""
    found = re.search(rf'id="group-{group}".*?<tbody>(.*?)</tbody>', html, re.DOTALL)
    return text_of(found[1]) if found else ""


def test_the_page_shows_each_thing_to_do_once_with_its_day(api: TestClient) -> None:
    page = text_of(api.get("/deadlines?size=200&later=1").text)
    for each in dues(api):
        tokens = [each["tender_number"] or each["contract_number"] or ""]
        assert all(token in page for token in tokens)
        assert each["due_on"] is None or f"{date.fromisoformat(each['due_on']):%d.%m.%Y}" in page
    assert "working days ago" in page
    assert "Day not known" in page


def test_each_number_opens_the_page_of_its_purchase_or_contract(api: TestClient) -> None:
    page = api.get("/deadlines?size=200&later=1").text
    opened = {
        f"/{word}s/{each[f'{word}_number']}"
        for each in dues(api)
        for word in ("tender", "contract")
        if each[f"{word}_number"]
    }
    assert {address.split("/")[1] for address in opened} == {"tenders", "contracts"}
    assert opened <= set(re.findall(r'href="(/(?:tenders|contracts)/[^"?]+)', page))
    assert all(api.get(address).status_code == 200 for address in opened)


@pytest.mark.parametrize("asked", [{}, {"region": "59"}, {"on": "2027-03-01"}])
def test_programs_are_told_the_same_as_people_each_thing_once(api: TestClient, asked: dict[str, str]) -> None:
    page = api.get("/deadlines", params={"later": "1", "size": "200", **asked}).text
    told = re.findall(r'data-label="Due">(.*?) <small>(.*?)(?:,.*?)?</small></td>', page)
    shown = Counter((day.strip(), kind.strip()) for day, kind in told)
    things = {
        (each["due_on"], each["kind"], each["tender_number"] or (each["school_id"], each["service"]))
        for each in dues(api, **asked)
    }
    say = load_catalogs()[Language.EN].say

    def written(day: str | None) -> str:
        return say("timing.unknown") if day is None else date.fromisoformat(day).strftime("%d.%m.%Y")

    assert shown == Counter((written(day), say(f"deadline.{kind}")) for day, kind, _ in things)
    assert shown.total() > 5


def test_the_numbers_on_top_are_those_of_the_groups(api: TestClient) -> None:
    html = api.get("/deadlines?size=200&later=1").text
    groups = re.findall(r'id="group-(\w+)".*?<tbody>(.*?)</tbody>', html, re.DOTALL)
    rows = {group: body.count("<tr>") for group, body in groups}
    top = re.search(
        r"(\d+) late\. (\d+) today\. (\d+) within [a-z ]+\. (\d+) later\. (\d+) on a", text_of(html)
    )
    assert top is not None
    names = ("late", "today", "week", "later", "unknown")
    assert [int(number) for number in top.groups()] == [rows.get(name, 0) for name in names]
    assert list(rows) == [name for name in names if name in rows]


def test_what_is_due_after_sixty_days_is_counted_and_shown_when_asked_for(api: TestClient) -> None:
    short = api.get("/deadlines?size=200").text
    whole = api.get("/deadlines?size=200&later=1").text
    last = date(2027, 1, 15) + timedelta(days=60)
    told = re.search(r"(\d+) more after 16\.03\.2027\.\s+Show all", text_of(short))
    assert told is not None
    assert f"{last:%d.%m.%Y}" == "16.03.2027"
    assert whole.count('<th scope="row"') - short.count('<th scope="row"') == int(told[1]) > 0
    assert (
        'href="/deadlines?size=200&amp;later=1"' in short or 'href="/deadlines?later=1&amp;size=200"' in short
    )
    assert "more after" not in text_of(whole)


def test_of_what_is_late_the_worst_stands_first(api: TestClient) -> None:
    late = part(api.get("/deadlines?size=200").text, "late")
    told = ("No service since", "gap in service", "facts have been stale")
    places = [late.lower().index(words.lower()) for words in told]
    assert places == sorted(places)


def test_what_was_lost_is_told_as_a_fact_with_its_day(api: TestClient) -> None:
    late = part(api.get(f"/deadlines?q={FAILED}").text, "late")
    assert "No service since 01.01.2027" in late
    assert "Service is lost" not in late


def test_a_school_that_never_had_a_contract_is_late_with_its_next_step(api: TestClient) -> None:
    html = api.get("/deadlines?size=200").text
    first = html.partition('id="group-late"')[2].partition("</tr>")[2].partition("</tr>")[0]
    assert f'href="/schools/{NEVER}"' in first
    [step] = re.findall(r'data-label="Next step">(?:<a [^>]*>)?([^<]+)<', api.get(f"/queue?q={NEVER}").text)
    assert step in first


def test_every_school_without_service_stands_among_the_late(api: TestClient) -> None:
    late = api.get("/deadlines?size=200").text.partition('id="group-late"')[2].partition("</table>")[0]
    needs = api.get("/api/v1/needs", params={"size": "200", "state": "uncovered"}).json()["needs"]
    assert len(needs) > 3
    assert all(f'href="/schools/{need["school_id"]}"' in late for need in needs)


def test_what_to_do_is_an_act_and_for_a_late_loss_what_the_queue_proposes(api: TestClient) -> None:
    page = text_of(api.get("/deadlines?size=200&later=1").text)
    for act in ("Publish the tender", "Finish the stage “", "Decide on single source", "Confirm the facts"):
        assert act in page
    [step] = re.findall(r'data-label="Next step">(?:<a [^>]*>)?([^<]+)<', api.get(f"/queue?q={STALLED}").text)
    assert step.startswith("Propose for")
    assert step in part(api.get(f"/deadlines?q={STALLED}").text, "late")


def test_what_was_drafted_is_asked_for_no_more_and_the_draft_is_named(
    filled: Engine, api: TestClient
) -> None:
    number = Office(filled).drafted("asel", STALLED).number
    say = load_catalogs()[Language.EN].say
    page = api.get(f"/deadlines?q={STALLED}").text
    late = part(page, "late")
    assert say("next_step.decision.proposed", number=number)[1:] in late
    assert "Propose for" not in late
    assert say("case.decision", number=number, status=say("decision_status.proposed")) in late
    assert f'href="/decisions/{number}"' in page
    assert "Propose for" in part(api.get(f"/deadlines?q={STALLED}&on=2027-01-14").text, "late")


def test_where_an_end_is_not_stated_that_contract_is_named(filled: Engine, visit: Visit) -> None:
    record(filled, a_contract("K-9-3", OVERLAP, "2027-11-01", None), at=NOW)
    program = visit(filled, Language.EN)
    [end] = [each for each in dues(program, q=OVERLAP) if each["kind"] == DeadlineKind.COVER_END]
    assert (end["contract_number"], end["consequence"]) == ("K-9-3", "term_unknown")
    page = text_of(program.get(f"/deadlines?q={OVERLAP}&later=1").text)
    assert "Record the last day of the contract K-9-3" in " ".join(page.split())


@pytest.mark.parametrize(
    ("language", "name"),
    [(Language.KK, "Мерзімдерім"), (Language.RU, "Мои сроки"), (Language.EN, "My deadlines")],
)
def test_the_page_has_one_name(filled: Engine, visit: Visit, language: Language, name: str) -> None:
    html = visit(filled, language).get("/deadlines").text
    assert f"<h1>{name}</h1>" in html
    assert name in html.partition("<title>")[2].partition("</title>")[0]
    assert text_of(html.partition("<body")[2]).split("\n").count(name) >= 2  # the menu and the heading


def test_of_the_regions_those_that_one_sees_are_offered(filled: Engine, visit: Visit) -> None:
    for person, codes in ((ADMIN, ["59", "71", "none"]), (a_person(Role.REVIEWER, "71"), ["71"])):
        for path in ("/deadlines", "/queue", "/schools"):
            html = visit(filled, Language.EN, person=person).get(path).text
            field = html.partition('id="filter-region"')[2].partition("</select>")[0]
            assert re.findall(r'value="(\w+)"', field) == codes, path


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
