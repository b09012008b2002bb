"""Everything is reached and done with the keyboard alone, and one sees where one is."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open
from tests.browser.test_in_a_browser import DESK
from tests.web.register import STALLED
from tracker.domain.vocabulary import Language

CONTROLS = """() => [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
  .filter(one => one.checkVisibility({visibilityProperty: true}) && !one.disabled)
  .map((one, place) => (one.dataset.place = place, place))"""
FOCUSED = "document.activeElement.dataset.place ?? null"
SEEN = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect(), style = getComputedStyle(one);
  const isOutlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  return (isOutlined || style.boxShadow !== 'none') && box.bottom > 0 && box.top < innerHeight;
}"""
PAGES = (
    "/", "/queue?region=59", f"/schools/{STALLED}", f"/purchases/{STALLED}", "/cliff", "/imports", "/people",
    "/account",
)  # fmt: skip
ACTIVE_ID = "document.activeElement.id"


def stops(page: Page, most: int) -> tuple[list[int], list[int]]:
    """The controls that Tab stops at, in order, and those of them at which one does not see where one is."""
    visited: list[int] = []
    unseen: list[int] = []
    for _ in range(most * 2 + 5):
        page.keyboard.press("Tab")
        place = page.evaluate(FOCUSED)
        if place is None:
            break
        if not page.evaluate(SEEN):
            unseen.append(int(place))
        if int(place) not in visited:
            visited.append(int(place))
    return visited, unseen


@pytest.mark.parametrize("path", PAGES)
def test_tab_stops_at_every_control_in_the_order_of_the_page(open_page: Open, path: str) -> None:
    page = open_page(path, width=DESK, language=Language.RU)
    page.wait_for_load_state("load")
    controls = page.evaluate(CONTROLS)
    visited, unseen = stops(page, len(controls))
    grouped = page.evaluate(
        "[...document.querySelectorAll('input[type=radio]:not(:checked)')].map(one => +one.dataset.place)"
    )
    assert visited == [place for place in controls if place not in grouped]  # arrows lead through a group
    assert unseen == []


def test_the_first_stop_leads_past_the_header(open_page: Open) -> None:
    page = open_page("/queue", width=DESK, language=Language.RU)
    page.keyboard.press("Tab")
    assert page.inner_text(":focus") == "К основному содержанию"
    box = page.locator(":focus").bounding_box()
    assert box is not None
    assert box["width"] > 100
    page.keyboard.press("Enter")
    assert page.evaluate(ACTIVE_ID) == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_a_slash_leads_to_the_search_but_not_while_one_types(open_page: Open) -> None:
    page = open_page("/policy", width=DESK, language=Language.RU)
    page.wait_for_function("document.body.classList.contains('js-enabled')")
    page.keyboard.press("/")
    assert page.evaluate(ACTIVE_ID) == "find"
    page.keyboard.type("1/2")
    assert page.input_value("#find") == "1/2"
    page.fill("#find", STALLED)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/schools/{STALLED}*")


def test_the_menu_of_the_person_opens_and_closes(open_page: Open) -> None:
    page = open_page("/policy", width=DESK, language=Language.RU)
    page.wait_for_function("document.body.classList.contains('js-enabled')")
    page.focus("details.person > summary")
    page.keyboard.press("Enter")
    assert page.is_visible("form[action='/sign-out'] button")
    page.keyboard.press("Escape")
    assert not page.is_visible("form[action='/sign-out'] button")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_the_language_is_changed_with_the_keyboard(open_page: Open) -> None:
    page = open_page("/queue?region=59", width=DESK, language=Language.RU, person=None)
    page.focus(".languages button[lang=en]")
    page.keyboard.press("Enter")
    page.wait_for_selector("html[lang=en]", state="attached")
