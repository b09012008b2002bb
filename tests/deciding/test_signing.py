"""Signing over the pages: each school at its own price, and a mistyped contract put right."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from sqlalchemy import Engine

from tests.deciding.office import REASON, Office
from tests.deciding.test_pages import WORDS, browser, fields
from tests.store.rows import record
from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.register import NOW, STALLED, a_contract, a_school, fill
from tracker.domain.decisions import DecisionStatus, Deed
from tracker.domain.vocabulary import RouteId
from tracker.services.deciding import Wanted
from tracker.store import registry
from tracker.store.engine import reading
from tracker.store.scope import EVERYTHING

HERE, THERE = "990740009101", "990740009202"
"""Two schools of one contract."""


def test_each_school_of_a_contract_has_its_own_price_and_only_a_jump_of_its_own_is_asked_about(
    filled: Engine, visit: Visit
) -> None:
    office, days = Office(filled), ("2026-01-01", "2026-12-31")
    shared = {HERE: Decimal(600000), THERE: Decimal(1200000)}
    fill(filled, *(a_school(school, school) for school in shared))
    fill(filled, *(a_contract("K-90", school, *days, amount=cost) for school, cost in shared.items()))
    wanted = Wanted(route=RouteId.SINGLE_SOURCE, reason=REASON)
    ((number,),) = ({row.number for row in office.draft("aigul", *shared, wanted=wanted)},)
    assert number is not None
    officer, here = browser(visit, office, "aigul"), f"/decisions/{number}"
    page = officer.get(here).text
    assert offered(page, "price") == ["100000", "200000"]  # two of the twelve months of each
    office.confirm("aigul", number)
    seen = fields(officer.get(here).text)
    wrong = officer.post(f"{here}/price", data={**seen, "price": ["100000", "x"], "why": "so"}).text
    assert 'id="price-2-error"' in wrong
    assert 'href="#price-2"' in wrong
    assert offered(wrong, "price") == ["100000", "x"]
    officer.post(f"{here}/price", data={**seen, "price": ["100 000", "210 000"], "why": ""})
    assert [line.price for line in office.found(number).lines] == [Decimal(100000), Decimal(210000)]
    office.decide("asel", number, Deed.APPROVE)
    page = officer.get(here).text
    assert offered(page, "amount") == ["100000", "210000"]
    paper = {
        **fields(page), "contract_number": "К-90-1", "signed_on": "2027-01-15", "start_on": "2027-01-15",
        "end_on": "2027-03-14", "supplier_bin": "941240000193", "supplier_name": "ТОО «Екі»",
    }  # fmt: skip
    refused = officer.post(f"{here}/contract", data={**paper, "amount": ["210000", "210000"]}).text
    said = WORDS.say("decision_refused.jump", percent="110")
    assert f"{HERE}: {said}" in text_of(refused), "what the other school costs is a jump for this one"
    officer.post(f"{here}/contract", data={**paper, "amount": ["", "210000"]})
    opened = re.search(r'id="recorded".*?href="(/contracts/[^"]*)"', officer.get(here).text, re.DOTALL)
    assert opened
    assert HERE in text_of(officer.get(opened[1]).text)
    with reading(filled, seeing=EVERYTHING) as session:
        lines = registry.contract_rows(session, EVERYTHING, number="К-90-1")
    assert {line.school_id: line.amount for line in lines} == {HERE: Decimal(100000), THERE: Decimal(210000)}


PAPER = {
    "contract_number": "К-2-1", "signed_on": "2027-01-15", "start_on": "2027-01-15",
    "supplier_bin": "941240000193", "supplier_name": "ТОО «Екі»", "amount": "77000",
}  # fmt: skip


def to_sign(office: Office) -> int:
    """An approved decision for the school whose tender stalls."""
    number = office.drafted("aigul", STALLED).number
    office.decide("asel", number, Deed.APPROVE)
    return number


def test_a_contract_stays_recorded_where_a_colleague_drafted_for_its_gap_meanwhile(
    filled: Engine, visit: Visit
) -> None:
    office = Office(filled)
    officer, here = browser(visit, office, "aigul"), f"/decisions/{to_sign(office)}"
    sent = {**fields(officer.get(here).text), **PAPER, "end_on": "2027-01-25", "why": "бағасы келісілген"}
    (which,) = re.findall(r'name="which" value="([^"]*)"', officer.post(f"{here}/contract", data=sent).text)
    (later,) = office.draft("bolat", STALLED)
    page = officer.get(here).text
    assert 'name="which"' not in page
    assert WORDS.say("undo.kept.superseded") in text_of(page)
    refused = officer.post("/suggestions/undo", data={"which": which})
    assert refused.status_code == 409
    assert f"№ {later.number} is open" in text_of(refused.text)
    assert office.found(int(here.split("/")[2])).status is DecisionStatus.RECORDED


def test_the_approved_sum_for_fewer_days_is_a_jump_too(filled: Engine, visit: Visit) -> None:
    office = Office(filled)
    officer, here = browser(visit, office, "aigul"), f"/decisions/{to_sign(office)}"
    sent = {**fields(officer.get(here).text), **PAPER, "end_on": "2027-01-24"}
    refused = officer.post(f"{here}/contract", data=sent)
    assert WORDS.say("decision_refused.jump", percent="520") in text_of(refused.text)
    officer.post(f"{here}/contract", data={**sent, "why": "желі жаңа салынды"})
    assert office.found(int(here.split("/")[2])).status is DecisionStatus.RECORDED


def test_a_mistyped_contract_is_taken_back_and_recorded_right_under_the_same_number(
    filled: Engine, visit: Visit
) -> None:
    office = Office(filled)
    number = office.drafted("aigul", STALLED).number
    office.decide("asel", number, Deed.APPROVE)
    officer, here = browser(visit, office, "aigul"), f"/decisions/{number}"
    paper = {**PAPER, "why": "бағасы келісілген"}
    for end_on in ("2027-01-20", "2027-03-14"):
        assert STALLED in officer.get("/queue?flag=no_service").text
        sent = {**fields(officer.get(here).text), **paper, "end_on": end_on}
        page = officer.post(f"{here}/contract", data=sent).text
        assert WORDS.say("undo.one.record", which=number) in text_of(page)
        assert STALLED not in officer.get("/queue?flag=no_service").text
        if end_on == "2027-01-20":
            which = re.findall(r'name="which" value="([^"]*)"', page)[0]
            back = officer.post("/suggestions/undo", data={"which": which}).text
            assert offered(back, "contract_number") == [""], "it is to be signed again"
            assert "report on the interim contract" not in officer.get(f"/schools/{STALLED}").text
    with reading(filled, seeing=EVERYTHING) as session:
        (line,) = registry.contract_rows(session, EVERYTHING, number="К-2-1")
    assert (f"{line.end_on}", line.status) == ("2027-03-14", "active")
    deeds = [event.deed for event in office.found(number).events][-3:]
    assert deeds == [Deed.RECORD, Deed.UNDO, Deed.RECORD], "the history keeps both"
    which = re.findall(r'name="which" value="([^"]*)"', officer.get(here).text)[0]
    record(filled, replace(line, amount=Decimal(1)), at=NOW)
    page = officer.get(here).text
    assert 'name="which"' not in page, "what cannot be undone is not offered"
    assert WORDS.say("undo.kept.line_changed") in text_of(page)
    refused = officer.post("/suggestions/undo", data={"which": which})
    assert refused.status_code == 409
    assert WORDS.say("error.decision_refused.line_changed") in text_of(refused.text)
    assert office.found(number).status is DecisionStatus.RECORDED


def offered(page: str, name: str) -> list[str]:
    """What fields of one name hold, as they stand on the page."""
    boxes = re.findall(rf'<input[^>]*name="{name}"[^>]*>', page)
    return [value for box in boxes for value in re.findall('value="([^"]*)"', box)]
