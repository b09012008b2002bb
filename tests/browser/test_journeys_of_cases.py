"""The journeys of a reviewer and an officer to their counts of clicks (experience §4: R1, R3, R4, O3)."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.accounts.conftest import PASSWORD, QUICK
from tests.browser.conftest import Open
from tests.browser.served import Served
from tests.people import a_person, sign_in
from tests.web.register import FAILED, STALLED, USED_UP, fill
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language

DESK = 1366
COPIED = "navigator.clipboard.readText()"
STILL = "body:not(.htmx-request)"


class Hand:
    """Does what a person does with a page, and counts: a click, a tap or Enter is one."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0

    def click(self, what: str) -> None:
        """Click something, and wait for what htmx puts in place of the page."""
        self.page.click(what)
        self.page.wait_for_selector(STILL)
        self.clicks += 1

    def type(self, text: str) -> None:
        """Type into where one is; typing is not counted, Enter is."""
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")
        self.clicks += 1


def test_r1_the_queue_is_seen_at_once_and_its_worst_case_is_one_click_away(open_page: Open) -> None:
    reviewer = a_person(Role.REVIEWER, "59", name="of-cases")
    page = open_page("/queue", width=DESK, language=Language.RU, script=False, person=reviewer)
    hand = Hand(page)
    first = hand.page.locator("table.queue tbody tr").first
    assert "Предложить на 15.01.2027 – 14.03.2027" in first.inner_text()
    hand.click("table.queue tbody tr:first-child th a")
    assert hand.page.inner_text(".place").split("\n") == ["Очередь", "дело 1 из 6", "Следующий"]
    assert "Что сделать:" in hand.page.inner_text(".verdict")
    assert hand.clicks == 1
    hand.click(".place a[rel=next]")
    assert f"/schools/{FAILED}" in hand.page.url


def test_r3_why_a_school_is_red_and_who_has_it_is_copied_with_two_clicks(open_page: Open) -> None:
    reviewer = a_person(Role.REVIEWER, "59", name="of-cases")
    page = open_page("/", width=DESK, language=Language.RU, person=reviewer)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    hand = Hand(page)
    page.keyboard.press("/")
    hand.type("әйт")
    page.wait_for_selector("[data-decide]")
    said = page.inner_text("[data-decide]")
    assert "срок превышен на 9 рабочих дней" in said
    assert "officer@example.org" in page.inner_text(".contacts")
    hand.click("a[data-copy=reply-kk]")
    page.wait_for_selector("text=Скопировано")
    assert page.evaluate(COPIED).startswith("«Әйтеке» мектебі (15.01.2027).")
    assert hand.clicks == 2


def test_r3_the_text_is_there_to_be_selected_where_no_script_runs(open_page: Open) -> None:
    page = open_page(f"/schools/{STALLED}", width=DESK, language=Language.KK, script=False)
    page.click("a[href='#reply-ru']")
    assert page.url.endswith("#reply-ru")
    assert page.locator("#reply-ru").inner_text().startswith("Школа «Әйтеке»")


def test_o3_the_week_is_seen_without_a_click_and_each_line_leads_to_its_school(
    open_page: Open, country: Served
) -> None:
    officer = a_person(Role.OFFICER, "59", name="of-the-week")
    sign_in(country.engine, officer, password_hash=QUICK.hash(PASSWORD))
    page = open_page("/sign-in", width=DESK, language=Language.RU, person=None)
    page.fill("#email", officer.email)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/deadlines")
    hand = Hand(page)
    assert hand.page.locator(f"main a[href^='/schools/{STALLED}']").count() > 0
    hand.click(f"main a[href^='/schools/{STALLED}'] >> nth=0")
    assert hand.page.url.partition("?")[0].endswith(f"/schools/{STALLED}")
    assert hand.clicks == 1


def test_who_opens_a_case_from_the_queue_is_seen_to_work_on_it_and_many_are_chosen_at_once(
    open_page: Open, fresh: Served
) -> None:
    fill(fresh.engine)
    first, second = (a_person(Role.HEAD, "59", name=name) for name in ("aigul", "bolat"))
    page = open_page("/queue", width=DESK, language=Language.RU, person=first, at=fresh)
    with page.expect_response("**/cases"):
        page.click(f"a[href^='/schools/{USED_UP}']")
    other = open_page("/queue", width=DESK, language=Language.RU, person=second, at=fresh)
    assert "Aigul занимается этой школой" in other.inner_text("table.queue")
    other.check(".chosen [data-all]")
    other.click(".chosen button:not([formaction])")
    assert "Выбрано 6 школ." in other.inner_text("main")


def test_r4_a_report_is_had_with_three_clicks_and_each_figure_opens_its_list(open_page: Open) -> None:
    reviewer = a_person(Role.REVIEWER, "59", name="of-cases")
    page = open_page("/", width=DESK, language=Language.RU, script=False, person=reviewer)
    hand = Hand(page)
    hand.click("nav a[href='/reports']")
    assert page.inner_text(".figures").count("Школы") > 1
    with page.expect_download() as taken:
        hand.click("section[aria-labelledby=kind-weekly] button[value=xlsx]")
    assert taken.value.suggested_filename.endswith(".xlsx")
    assert hand.clicks <= 3
    page.click(".figures a[href^='/reports/lost']")
    assert page.locator("main tbody tr").count() > 0
