"""Whoever sees a part of a decision reads it, and changes nothing of it: no move, no fact, no count."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.deciding.office import BOOK, REASON, Office
from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.register import a_contract, a_school, fill
from tracker.domain.decisions import DecisionStatus
from tracker.domain.drafts import DraftKind, checksum
from tracker.domain.vocabulary import Language, RouteId
from tracker.render.catalogs import load_catalogs
from tracker.services import drafting
from tracker.services.deciding import Wanted
from tracker.store.engine import reading
from tracker.store.givens import list_given
from tracker.store.scope import EVERYTHING

WORDS = load_catalogs()[Language.EN]
CUSTOMER = "970240000118"
DIRECT = Wanted(route=RouteId.SINGLE_SOURCE, reason=REASON)
HERE, THERE = "990740009101", "990740009202"
"""Two schools of one contract, of the first region and of the second."""


@pytest.fixture
def shared(office: Office) -> int:
    """A complete draft over schools of two regions, made by somebody who sees both."""
    named = (a_school(HERE, "Алма"), a_school(THERE, "Бақыт", region="71", district="Есіл"))
    days = ("2026-01-01", "2026-12-31")
    lines = (a_contract("K-90", school, *days, buyer_bin=CUSTOMER) for school in (HERE, THERE))
    fill(office.engine, *named, *lines)
    rows = office.draft("erlan", HERE, THERE, wanted=DIRECT)
    (number,) = {row.number for row in rows}
    assert number is not None, rows
    office.confirm("erlan", number)
    return number


def browser(visit: Visit, office: Office, name: str) -> TestClient:
    return visit(office.engine, Language.EN, person=office.person(name))


def test_it_is_shown_without_buttons_and_says_who_decides(office: Office, shared: int, visit: Visit) -> None:
    page = browser(visit, office, "asel").get(f"/decisions/{shared}")
    assert page.status_code == 200
    assert WORDS.say("decision.partial") in text_of(page.text)
    assert 'name="deed"' not in page.text
    assert 'name="confirmed"' not in page.text
    assert "/price" not in page.text
    whole = browser(visit, office, "farida").get(f"/decisions/{shared}").text
    assert WORDS.say("decision.partial") not in text_of(whole)
    assert 'value="approve"' in whole


def test_it_waits_for_the_approval_of_those_who_see_all_of_it(
    office: Office, shared: int, visit: Visit
) -> None:
    chosen = f'name="decision" value="{shared}:{office.found(shared).revision}"'
    told = {
        name: browser(visit, office, name).get("/suggestions?step=approve").text
        for name in ("asel", "dana", "farida")
    }
    assert [name for name in ("asel", "dana") if chosen in told[name]] == []
    short = WORDS.say("decision.partial.short")
    assert {name for name, page in told.items() if short in text_of(page)} == {"asel", "dana"}
    waiting = WORDS.count("decision.left", 1)
    said = browser(visit, office, "asel").get(f"/decisions/{shared}").text
    assert waiting not in text_of(said)
    data = {"decision": f"{shared}:{office.found(shared).revision}", "reason": "x"}
    answer = browser(visit, office, "asel").post("/suggestions/approvals", data=data)
    assert WORDS.say("decision_refused.unknown") in text_of(answer.text)
    assert office.found(shared).status is DecisionStatus.PROPOSED


def test_its_facts_are_stated_by_those_who_see_all_of_it(office: Office, shared: int, visit: Visit) -> None:
    here = f"/decisions/{shared}/documents"
    stated = {"customer": CUSTOMER, "buyer_kk": "Бөлім", "head": "Директор"}
    for name in ("asel", "dana"):
        client = browser(visit, office, name)
        assert client.post(f"{here}/facts", data=stated).status_code == 404
        page = client.get(here).text
        assert WORDS.say("papers.state.partial") in text_of(page)
        assert 'name="head"' not in page
    assert given(office.engine, shared) == {}
    assert browser(visit, office, "farida").post(f"{here}/facts", data=stated).status_code == 200
    assert given(office.engine, shared)["head"] == "Директор"


def test_a_paper_about_schools_that_one_does_not_see_is_never_called_false(
    office: Office, shared: int, visit: Visit
) -> None:
    with reading(office.engine, seeing=EVERYTHING) as session:
        drafts = drafting.dossier_of(session, EVERYTHING, shared, book=BOOK).drafts
    codes = {draft.kind: checksum(draft) for draft in drafts}
    said = {}
    for name in ("asel", "farida"):
        asked = {"number": str(shared), "code": codes[DraftKind.DECISION]}
        page = browser(visit, office, name).get("/documents/check", params=asked).text
        said[name] = text_of(page)
        assert "notice-stop" not in page
    assert WORDS.say("papers.check.partial", number=shared) in said["asel"]
    assert "The same as the record" not in said["asel"]
    assert "The same as the record" in said["farida"]


def given(engine: Engine, number: int) -> dict[str, str]:
    """What is stated of a decision."""
    with reading(engine, seeing=EVERYTHING) as session:
        return {each.name: each.value for each in list_given(session, EVERYTHING, [number], [])}


def test_what_another_region_stated_of_a_customer_is_proposed_and_stands_in_no_paper(
    office: Office, shared: int, visit: Visit
) -> None:
    stated = {"customer": CUSTOMER, "buyer_kk": "Бөлім", "head": "Директор"}
    browser(visit, office, "farida").post(f"/decisions/{shared}/documents/facts", data=stated)
    alone = "990740009303"
    days = ("2026-01-01", "2026-12-31")
    fill(office.engine, a_school(alone, "Гүл"), a_contract("K-93", alone, *days, buyer_bin=CUSTOMER))
    (row,) = office.draft("asel", alone, wanted=DIRECT)
    page = browser(visit, office, "asel").get(f"/decisions/{row.number}/documents").text
    assert re.search(r'name="head"[^>]*value="Директор"|value="Директор"[^>]*name="head"', page)
    assert WORDS.say("papers.offered") in text_of(page)
    assert row.number is not None
    assert given(office.engine, row.number) == {}
