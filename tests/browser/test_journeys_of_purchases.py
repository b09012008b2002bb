"""The journeys of whoever has a purchase or loads a list, to their clicks (experience §4: O1, O4, O5)."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.served import Served
from tests.people import a_person, sign_in
from tests.web.register import INTERIM, STALLED, fill
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.render.catalogs import load_words

WORDS = load_words(Language.KK)


class Hand:
    """Does what a person does with a page, and counts."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0

    def click(self, what: str) -> None:
        """Click something."""
        self.page.locator(what).first.click()
        self.clicks += 1


def test_o1_and_o5_from_a_reminder_to_done_and_from_a_failure_to_a_plan(
    open_page: Open, fresh: Served
) -> None:
    fill(fresh.engine)
    sign_in(fresh.engine, a_person(Role.HEAD, "59", name="head"))
    officer = a_person(Role.OFFICER, "59", name="officer")
    hand = Hand(open_page("/deadlines", width=1366, at=fresh, person=officer, script=False))
    hand.click(f"main a[href*='/purchases/{STALLED}']")
    title = hand.page.locator("h1")
    expect(title).to_have_text(WORDS.say("purchase.ask.results"))
    hand.click("main form.form button")
    expect(title).to_have_text(WORDS.say("purchase.ask.complaints_over"))
    expect(hand.page.locator(".notice")).to_contain_text(WORDS.say("purchase.done.reminders"))
    assert hand.clicks <= 3

    hand = Hand(open_page(f"/schools/{INTERIM}", width=360, at=fresh, person=officer, script=False))
    hand.click(f"main a[href*='/purchases/{INTERIM}']")
    hand.click("main a[href*='trouble=no_bids']")
    expect(hand.page.locator("main")).to_contain_text(WORDS.say("purchase.nothing_yet"))
    hand.click("main a[href*='then=repeat']")
    expect(hand.page.locator("main")).to_contain_text(WORDS.say("purchase.fits", until="28.02.2027")[:12])
    hand.click("main form.form button[value=stop]")
    expect(hand.page.locator("h1")).to_have_text(WORDS.say("purchase.ask.announced"))
    assert hand.clicks <= 4


def test_o4_a_list_of_the_accountants_is_loaded(open_page: Open, fresh: Served) -> None:
    head = a_person(Role.HEAD, "71", name="loads")
    page = open_page("/imports", width=1366, at=fresh, person=head, script=False)
    rows = "school_id;name;region;Смена\n710000000001;Жаңа мектеп;71;2\n710000000002;;71;1\n"
    page.set_input_files("#file", {"name": "list.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    hand = Hand(page)
    hand.click("main form.upload button")  # a file that is dropped costs no click, to look at it one
    expect(page.locator("main")).to_contain_text(WORDS.say("imports.nothing_yet"))
    page.select_option("#meaning-1", "leave")
    hand.click("#asked button")
    expect(page.locator("#asked")).not_to_have_attribute("open", "")
    with page.expect_download() as saved:
        hand.click("form.download button[value=xlsx]")
    assert saved.value.suggested_filename.endswith(".xlsx")
    hand.click("main button[name=skip_bad_rows]")
    expect(page.locator("main")).to_contain_text(WORDS.say("imports.board"))
    expect(page.locator("main .notice-done")).to_contain_text("list.csv")
    assert hand.clicks == 4
