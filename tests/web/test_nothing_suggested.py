"""Where nothing is suggested the page says why, and never calls safe what is lost or not known."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.people import a_person
from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.register import COVERED, ENDING, UNKNOWN, a_contract, a_school, day, fill
from tracker.domain.register import TenderRow
from tracker.domain.roles import Role
from tracker.domain.vocabulary import ContractStatus, Language, TenderStatus

SAFE = ("No gap is in sight", "no school day is lost")


@pytest.mark.parametrize(
    ("school_id", "said"),
    [
        (ENDING, "From 01.02.2027 there is no service, and no purchase is under way"),
        (UNKNOWN, "Until when there is service is not known, so nothing is suggested"),
    ],
)
def test_a_school_that_loses_or_may_lose_is_not_called_safe(
    filled: Engine, visit: Visit, school_id: str, said: str
) -> None:
    page = text_of(visit(filled, Language.EN).get(f"/schools/{school_id}").text)
    assert said in page
    assert not any(safe in page for safe in SAFE)


def test_only_where_service_is_known_to_last_nothing_is_needed(filled: Engine, visit: Visit) -> None:
    page = text_of(visit(filled, Language.EN).get(f"/schools/{COVERED}").text)
    assert SAFE[0] in page


def test_a_last_day_that_the_purchase_names_is_not_called_a_term(empty: Engine, visit: Visit) -> None:
    fill(
        empty,
        a_school("S-1", "one"),
        a_contract("K-1", "S-1", "2026-02-01", "2027-01-31"),
        TenderRow(
            "T-1", "S-1", TenderStatus.ACTIVE, published_on=day("2027-01-04"), bids_close_on=day("2027-01-28")
        ),
    )
    page = text_of(visit(empty, Language.EN).get("/schools/S-1").text)
    assert "the purchase itself names its last day: 28.01.2027" in page
    assert "working days: the last day is 28.01.2027" not in page


def test_a_signed_contract_that_is_not_in_force_is_told_and_leads_there(empty: Engine, visit: Visit) -> None:
    fill(
        empty,
        a_school("S-1", "one"),
        a_contract("K-1", "S-1", "2026-02-01", "2027-01-31"),
        a_contract(
            "K-2", "S-1", "2027-02-01", "2028-01-31", status=ContractStatus.PENDING, tender_number="T"
        ),
        TenderRow("T", "S-1", TenderStatus.COMPLETE, ended_on=day("2027-01-11")),
    )
    client = visit(empty, Language.EN)
    where = "/corrections?kind=contracts&amp;school_id=S-1&amp;number=K-2&amp;service=channel"
    for page in (client.get(f"/{place}/S-1").text for place in ("schools", "purchases")):
        told = text_of(page)
        assert "K-2 (01.02.2027 – 31.01.2028) is signed and waits to enter into force" in told
        assert f'href="{where}"' in page
    school = text_of(client.get("/schools/S-1").text)
    assert "The signed contract № K-2 is not counted in" in school
    assert not any(said in school for said in ("Check its stage", "Latest safe start", *SAFE))
    read_only = visit(empty, Language.EN, person=a_person(Role.AUDITOR)).get("/schools/S-1").text
    assert "waits to enter into force" in read_only
    assert where not in read_only
