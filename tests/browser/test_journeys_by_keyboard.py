"""What departments do is done with Tab, Space and Enter: many at once, a decision, what if, the cliff."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, opened
from tests.browser.served import Served, served
from tests.browser.test_journeys_of_cases import STILL
from tests.people import a_person, sign_in
from tests.regions.doors import decision_on
from tests.web.register import ENDING, STALLED, fill
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.render.catalogs import load_words

WORDS = load_words(Language.KK)
DESK = 1366
HEAD, OTHER = (a_person(Role.HEAD, "59", name=name) for name in ("dana", "ermek"))
MOST = 80


@pytest.fixture(scope="module")
def country(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A small country of these tests' own, which they change."""
    with opened(migrated_sqlite, tmp_path_factory.mktemp("by-keyboard")) as engine:
        fill(engine)
        sign_in(engine, a_person(Role.OFFICER, "59", name="officer"))
        with served(engine) as server:
            yield server


class Keys:
    """Somebody without a mouse, past the header."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.wait_for_selector("body.js-enabled")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")

    def reach(self, what: str, step: str = "Tab") -> None:
        """Go on with Tab, or back, until one is there."""
        for _ in range(MOST):
            self.page.keyboard.press(step)
            if self.page.evaluate("what => document.activeElement.matches(what)", what):
                return
        raise AssertionError(what)

    def press(self, what: str, key: str = "Enter") -> None:
        """Go there and press a key."""
        self.reach(what)
        self.page.keyboard.press(key)


def test_many_of_the_queue_are_given_to_a_colleague(open_page: Open) -> None:
    page = open_page("/queue", width=DESK, person=HEAD)
    keys = Keys(page)
    keys.press("input[data-all]", "Space")
    keys.press("td.pick input", "Space")
    expect(page.locator(".chosen output")).to_have_text(f"{WORDS.say('queue.chosen')} 5")
    keys.reach(".orders a", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".orders a[aria-current]")).to_have_count(1)
    page.wait_for_url("**/queue?sort=holder")
    expect(page.locator(".chosen output")).to_have_text(f"{WORDS.say('queue.chosen')} 5")
    keys.press(".chosen button:not([formaction])")
    expect(page.locator("main .lead")).to_have_text(WORDS.count("assign.chosen", 5))
    keys = Keys(page)
    keys.reach("select#to")
    page.keyboard.press("ArrowDown")
    keys.press("button[type=submit]")
    expect(page.locator("main .lead")).to_contain_text(WORDS.count("assign.done", 5))


def test_a_decision_is_confirmed_point_by_point_and_approved(open_page: Open, country: Served) -> None:
    number = decision_on(country.engine, STALLED, a_person(Role.REVIEWER, "59", name="drafter"), "шұғыл")
    page = open_page(f"/decisions/{number}", width=DESK, person=HEAD)
    keys = Keys(page)
    for _ in range(page.locator("input[name=confirmed]").count()):
        keys.press("input[name=confirmed]", "Space")
    keys.press(".confirming button[type=submit]")
    page.wait_for_selector(STILL)
    expect(page.locator("input[name=confirmed]:not(:checked)")).to_have_count(0)
    assert page.evaluate("document.activeElement.tagName") == "H2"  # of what is told: its button is gone
    page = open_page(f"/decisions/{number}", width=DESK, person=OTHER)
    Keys(page).press("button[value=approve]")
    expect(page.locator("main")).to_contain_text(f"№ {number}")
    assert page.url.endswith("/suggestions?step=approve")


def test_what_if_answers_as_a_day_is_typed(open_page: Open) -> None:
    page = open_page(f"/what-if/{ENDING}", width=DESK, person=HEAD)
    lost = page.locator("td[data-found]")
    before = lost.inner_text()
    keys = Keys(page)
    keys.reach("#cover_until")
    page.keyboard.type("12312027")
    expect(lost).not_to_have_text(before)
    assert page.evaluate("document.activeElement.id") == "cover_until"
    expect(page.locator("#said")).to_have_text(lost.inner_text())


def test_a_note_is_kept_where_one_is_and_not_lost_with_the_connection(open_page: Open) -> None:
    page = open_page(f"/schools/{ENDING}", width=DESK, person=HEAD)
    keys = Keys(page)
    keys.press("details:has(#note-text) > summary")
    keys.reach("#note-text")
    page.keyboard.type("Хат келді")
    page.context.set_offline(True)
    keys.press("[action='/cases/notes'] button")
    expect(page.locator("#told")).to_have_text(WORDS.say("page.unsent"))
    assert page.input_value("#note-text") == "Хат келді"
    page.context.set_offline(False)
    page.wait_for_timeout(1000)  # the button takes a second press within a second for the first
    page.keyboard.press("Enter")
    expect(page.locator("#notes li")).to_contain_text("Хат келді")
    assert page.evaluate("document.activeElement.id") == "notes"


def test_officers_are_asked_to_begin(open_page: Open) -> None:
    page = open_page("/cliff", width=DESK, person=HEAD)
    keys = Keys(page)
    keys.press("input[name=all]", "Space")
    keys.press(".ask-bar button")
    expect(page.locator("h1")).to_have_text(WORDS.say("cliff.preview.title"))
    keys = Keys(page)
    keys.press("main form button")
    expect(page.locator("h1")).to_have_text(WORDS.say("cliff.done.title"))
