"""Where nothing is suggested the page says why, and never calls safe what is lost or not known."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.register import COVERED, ENDING, UNKNOWN, a_contract, a_school, day, fill
from tracker.domain.register import TenderRow
from tracker.domain.vocabulary import Language, TenderStatus

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
