"""The journeys of those who decide, to their counts of clicks (experience §4: R1, R2, O2)."""

from __future__ import annotations

from tests.browser.conftest import Open
from tests.browser.served import Served
from tests.browser.test_journeys_of_cases import Hand
from tests.people import a_person
from tests.web.register import STALLED, a_contract, a_school, day, fill
from tracker.domain.register import RegisterRow, TenderRow
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language, TenderStatus

DESK = 1366
REVIEWER = a_person(Role.REVIEWER, "59", name="asel")
HEAD = a_person(Role.HEAD, "59", name="bolat")
MANY = 3


def ending(number: int) -> tuple[RegisterRow, ...]:
    """A school whose contract ends before its tender can serve."""
    school_id = f"10000000{number:04}"
    return (
        a_school(school_id, f"{number}"),
        a_contract(f"K-{number}", school_id, "2026-02-01", "2027-01-31"),
        TenderRow(f"T-{number}", school_id, TenderStatus.ACTIVE, published_on=day("2027-01-11")),
    )


def test_r2_a_batch_is_drafted_approved_by_another_and_downloaded_with_eight_clicks(
    open_page: Open, fresh: Served
) -> None:
    fill(fresh.engine, *(row for number in range(MANY) for row in ending(number)))
    hand = Hand(open_page("/queue", width=DESK, language=Language.EN, person=REVIEWER, at=fresh))
    hand.click("nav a[href='/suggestions']")
    hand.click("input[data-all]")
    hand.click("#chosen button")
    hand.click("input[name=confirmed][value=all]")
    hand.click("main form button[type=submit]")
    assert hand.page.locator("table tbody tr").count() == MANY
    other = Hand(open_page("/suggestions", width=DESK, language=Language.EN, person=HEAD, at=fresh))
    other.click("input[data-all]")
    other.click("#chosen button")
    with other.page.expect_download() as archive:
        other.click("form[action='/exports/documents'] button")
    assert archive.value.suggested_filename.endswith(".zip")
    assert hand.clicks + other.clicks == 8
    other.page.click("form[action='/suggestions/undo'] button")
    assert other.page.locator("input[name=decision]").count() == MANY


def test_o2_from_the_flag_to_a_draft_that_waits_for_approval_then_r1_to_its_approval(
    open_page: Open, fresh: Served
) -> None:
    fill(fresh.engine)
    page = open_page("/suggestions?step=draft", width=DESK, language=Language.EN, person=REVIEWER, at=fresh)
    hand = Hand(page)
    hand.click(f"a[href^='/suggestions/{STALLED}']")
    hand.click("a[href*='agreed=no']")
    for box in range(page.locator("input[name=confirmed]").count()):
        hand.click(f"input[name=confirmed] >> nth={box}")
    hand.click("main form button[type=submit]")
    assert page.url.endswith("/decisions/1")
    assert hand.clicks <= 10
    other = Hand(open_page("/suggestions", width=DESK, language=Language.EN, person=HEAD, at=fresh))
    other.click("main table th a")
    assert other.page.locator("button[value=approve]").bounding_box()["y"] < 768  # type: ignore[index]  # it is shown
    other.click("button[value=approve]")
    assert other.page.inner_text("main").count("№ 1") >= 1
    assert other.clicks <= 3
