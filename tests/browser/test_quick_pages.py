"""With script a page is put in the place of another, and nothing of what a browser does by itself is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.browser.conftest import Open
from tests.people import a_person
from tests.web.register import COVERED, STALLED
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.render.catalogs import load_words

WORDS = load_words(Language.KK)
DESK = 1366
SAME = "window.isSame === true"
FOCUSED = "document.activeElement.tagName"
FOREIGN = "https://foreign.example/harm.js"
LIST, SCHOOL = "/queue?region=59", f"main a[href^='/schools/{STALLED}']"


@pytest.fixture
def page(open_page: Open) -> Page:
    """A page of the queue that would know if another document came."""
    page = open_page(LIST, width=DESK, person=a_person(Role.AUDITOR))
    page.evaluate("window.isSame = true")
    return page


def test_a_link_puts_the_page_in_place_and_the_way_back_is_the_browsers(page: Page) -> None:
    page.mouse.wheel(0, 200)
    page.evaluate("document.querySelector('link[rel=icon]').href = '/old'")
    page.click(SCHOOL)
    expect(page).to_have_title(f"«Әйтеке» мектебі – {WORDS.say('app.name')}")
    assert f"/schools/{STALLED}" in page.url
    assert (page.evaluate(FOCUSED), page.evaluate("scrollY")) == ("H1", 0)
    assert "icon-red" in (page.get_attribute("link[rel=icon]", "href") or "")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "find"
    page.go_back()
    expect(page.locator("h1")).to_have_text(WORDS.say("queue.title"))
    assert page.url.endswith(LIST)
    assert page.evaluate(SAME)
    with page.context.expect_page() as other:
        page.click(SCHOOL, modifiers=["ControlOrMeta"])
    other.value.wait_for_url(f"**/schools/{STALLED}*")
    assert page.url.endswith(LIST)


def test_the_list_follows_what_is_typed_and_the_words_stay_under_the_hand(page: Page) -> None:
    page.locator("#filter-q").press_sequentially("Әйтеке")
    expect(page.locator("table.queue tbody tr")).to_have_count(1)
    page.keyboard.type(" жоқ")
    expect(page.locator("main .empty, table.queue tbody tr").first).not_to_contain_text("Әйтеке")
    assert page.input_value("#filter-q") == "Әйтеке жоқ"
    assert page.evaluate("document.activeElement.id") == "filter-q"
    expect(page.locator("#said")).to_contain_text(WORDS.say("schools.empty"))
    page.go_back()
    assert "/queue" not in page.url


def test_a_lost_connection_is_told_and_the_page_stays(page: Page) -> None:
    page.context.set_offline(True)
    page.click(SCHOOL)
    expect(page.locator("#told")).to_have_text(WORDS.say("page.unread"))
    page.context.set_offline(False)
    page.click(SCHOOL)
    expect(page.locator("h1")).to_contain_text("Әйтеке")
    expect(page.locator("#told")).to_be_empty()


def test_a_refusal_is_shown_and_the_end_of_a_session_leads_to_the_sign_in(page: Page) -> None:
    page.evaluate("document.querySelector('main a').href = '/schools/999'")
    page.click("main a >> nth=0")
    expect(page.locator("main .lead")).to_have_text(WORDS.say("error.not_found"))
    page.context.clear_cookies(name="tracker")
    page.click(".govuk-service-navigation a[href='/deadlines']")
    page.wait_for_url("**/sign-in?next=%2Fdeadlines")
    assert page.evaluate("window.isSame") is None


def test_web_2_attributes_of_htmx_and_scripts_do_nothing_where_somebody_else_wrote_them(page: Page) -> None:
    """Were a text ever taken for markup, it could still start nothing: only our script says what asks."""
    harm = (
        '<b id="harm" hx-get="/operations" hx-trigger="load" hx-on:click="window.ran = 1">x</b>'
        '<div data-hx-get="/operations" data-hx-trigger="load"></div>'
        '<a id="lure" href="/policy" hx-vals="js:{x: window.ran = 1}" hx-target="h1">y</a>'
        '<p hx-swap-oob="innerHTML:h1">harm</p><hx-partial hx-target="h1">harm</hx-partial>'
        f'<script>window.ran = 1</script><script src="{FOREIGN}"></script>'
    )
    asked: list[str] = []

    def spoil(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("</main>", f"{harm}</main>"))

    def hear(request: Request) -> None:
        asked.append(request.url)

    page.route(FOREIGN, lambda route: route.fulfill(content_type="text/javascript", body="window.ran = 1"))
    page.route("**/schools/*", spoil)
    page.click(SCHOOL)
    page.wait_for_selector("#harm")
    assert page.evaluate(SAME)  # it was put in place, where a document of its own has a policy of its own
    page.on("request", hear)
    page.click("#harm")
    page.evaluate("new Promise(done => setTimeout(done, 50))")
    assert asked == []
    assert page.evaluate("window.ran") is None
    assert "harm" not in page.inner_text("h1")
    page.click("#lure")
    page.wait_for_url("**/policy")
    assert page.evaluate("window.isSame") is None  # as a link of any page: the browser's own matter
    assert page.evaluate("window.ran") is None


def test_another_language_is_another_document(open_page: Open) -> None:
    page = open_page(f"/schools/{COVERED}", width=DESK, language=Language.RU)
    page.evaluate("document.querySelector('main a').href = '/policy?lang=en'")
    page.click("main a >> nth=0")
    page.wait_for_selector("html[lang=en]", state="attached")
