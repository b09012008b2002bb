"""What is asked as known at an earlier moment is answered from that knowledge alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine

from tests.store.rows import record
from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.register import COVERED, NOW, STALLED, a_contract, a_school, day
from tracker.domain.register import TenderRow
from tracker.domain.vocabulary import Language, TenderStatus

BEFORE = "known=2027-01-14T12:00:00%2B05:00"


def test_a_search_finds_the_names_of_that_moment(filled: Engine, visit: Visit) -> None:
    renamed = a_school(COVERED, "Жаңаатау", integrated_on=day("2024-05-06"), cameras=12)
    record(filled, renamed, at=NOW - timedelta(hours=1))
    client = visit(filled, Language.RU)
    for asked, name in ((BEFORE, "Абай"), ("", "Жаңаатау")):
        assert f"/schools/{COVERED}" in client.get(f"/schools?q={name}&{asked}").text
    for asked, name in (("", "Абай"), (BEFORE, "Жаңаатау")):
        assert f"/schools/{COVERED}" not in client.get(f"/schools?q={name}&{asked}").text


def test_the_record_of_flags_is_said_to_be_of_now(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.RU)
    then = text_of(client.get(f"/schools/{STALLED}?{BEFORE}").text)
    assert "История отметок ведётся изо дня в день" in then
    assert "История отметок ведётся изо дня в день" not in text_of(client.get(f"/schools/{STALLED}").text)


def test_a_live_tender_that_does_not_speak_for_its_need_has_a_standing(filled: Engine, visit: Visit) -> None:
    second = TenderRow("T-2-2", STALLED, TenderStatus.ACTIVE, published_on=day("2027-01-13"))
    record(filled, second, replace(second, tender_number="T-1", school_id=COVERED), at=NOW)
    client = visit(filled, Language.RU)

    def standing(number: str) -> Any:  # JSON
        return client.get(f"/api/v1/tenders/{number}").json()["standing"]

    need = client.get(f"/api/v1/schools/{STALLED}").json()["needs"][0]
    assert need["tender"]["tender_number"] == "T-2"
    assert standing("T-2") == need["tender"]
    assert standing("T-2-2")["stage"] == standing("T-1")["stage"] == "discussion"
    assert standing("T-2-2?on=2027-01-12")["stage"] == "planned"
    assert client.get(f"/api/v1/tenders/T-2-2?{BEFORE}").status_code == 404


def test_a_tender_that_a_contract_has_ended_for_one_school_is_live_for_the_other(
    filled: Engine, visit: Visit
) -> None:
    one = TenderRow("T-9", STALLED, TenderStatus.ACTIVE, published_on=day("2027-01-11"))
    line = a_contract("K-9-9", COVERED, "2027-01-12", "2027-12-31", tender_number="T-9")
    record(filled, replace(one, school_id=COVERED), line, at=NOW)
    client = visit(filled, Language.RU)
    assert client.get("/api/v1/tenders/T-9").json()["standing"]["status"] == "complete"
    record(filled, one, at=NOW)
    assert client.get("/api/v1/tenders/T-9").json()["standing"]["status"] == "active"
