"""Each date of a school's page stands there with the steps that add up to it."""

from __future__ import annotations

from sqlalchemy import Engine

from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.register import ENDING, INTERIM, STALLED, USED_UP, a_contract, a_school, day, fill
from tracker.domain.register import TenderRow
from tracker.domain.vocabulary import Language, TenderStatus


def test_the_latest_safe_start_tells_its_stages_and_the_working_days_left_or_missed(
    filled: Engine, visit: Visit
) -> None:
    client = visit(filled, Language.EN)
    said = " ".join(text_of(client.get(f"/schools/{ENDING}?on=2026-12-14").text).split())
    assert "Latest safe start 29 December 2026 10 working days left" in said
    assert "20 working days from 30.12.2026, the last on 29.01.2027; service from 30.01.2027." in said
    walked = (
        "preliminary discussion 3 + acceptance of bids 5 + review of bids 3 + appeal 3 + contract signing 6"
    )
    assert f"({walked})" in said
    late = " ".join(text_of(client.get(f"/schools/{ENDING}").text).split())
    assert "Latest safe start 29 December 2026 10 working days ago" in late


def test_a_stage_tells_how_many_working_days_it_lasts_already(filled: Engine, visit: Visit) -> None:
    said = text_of(visit(filled, Language.EN).get(f"/schools/{STALLED}").text)
    assert "since 25.12.2026, 12 working days in this stage" in said  # three of its term, nine over


def test_the_window_of_an_answer_is_told_with_what_bounds_it(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.EN)
    stalled, interim, used_up = (
        " ".join(text_of(client.get(f"/schools/{school}").text).split())
        for school in (STALLED, INTERIM, USED_UP)
    )
    assert "15.01.2027: there is no service on it. The cap is 2 months from 15.01.2027" in stalled
    assert (
        "is 01.02.2027, the day after the last day of service. The chain of such contracts began" in interim
    )
    assert "The cap is 2 months from 01.01.2027: the last day is 28.02.2027." in interim
    assert "The cap is 2 months from 01.11.2026: the last day is 31.12.2026." in used_up


def test_what_cuts_a_window_before_the_cap_is_named(empty: Engine, visit: Visit) -> None:
    fill(
        empty,
        a_school("S-1", "one"),
        a_contract("K-1", "S-1", "2026-01-01", "2026-12-31"),
        a_contract("K-2", "S-1", "2027-02-01", "2027-12-31"),
        a_school("S-2", "two", needed_until=day("2027-02-15")),
        a_contract("K-3", "S-2", "2026-01-01", "2026-12-31"),
        *(TenderRow(f"T-{n}", f"S-{n}", TenderStatus.ACTIVE, published_on=day("2027-01-11")) for n in (1, 2)),
    )
    client = visit(empty, Language.EN)
    next_one, needed = (text_of(client.get(f"/schools/S-{n}").text) for n in (1, 2))
    assert (
        "From 01.02.2027 on there is service by another contract, so the last day is 31.01.2027." in next_one
    )
    assert "After 15.02.2027 the service is not needed." in needed
