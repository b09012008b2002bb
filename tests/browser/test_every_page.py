"""What holds of every page in every language, all of it asked at one visit of a browser (WEB-15)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.conftest import blank_page
from tests.browser.served import NOT_THERE, Served
from tests.browser.sights import Sight, sights
from tests.browser.test_in_a_browser import DESK, DESK_HEIGHT, NARROW, PHONE
from tracker.domain.vocabulary import Language
from tracker.render.catalogs import load_catalogs

GRAVE = frozenset({"serious", "critical"})
AXE = Axe()
OF_WORDS = ("cat.language", "cat.text-alternatives", "cat.name-role-value", "cat.forms")
"""Kinds of faults that a page may have in one language and not in another."""

TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
OPEN_ALL = "document.querySelectorAll('details').forEach(one => one.open = true)"
LEFT = "net::ERR_ABORTED"
"""What becomes of a request whose page was left before it was answered."""

REFUSAL = "the server responded with a status of 4"
"""What a browser says beside a page that tells of a refusal."""

pytestmark = pytest.mark.long


@dataclass
class Walk:
    """What a browser saw of all pages in one language; each fault begins with the path of its page."""

    home: str
    language: Language
    grave: list[str] = field(default_factory=list)
    wide: list[str] = field(default_factory=list)
    untitled: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    refused: set[str] = field(default_factory=lambda: {*NOT_THERE})

    def listen(self, page: Page) -> None:
        """Hear what pages complain of and what they ask for."""
        page.on("console", lambda heard: self._hear(heard.type, page.url, heard.text))
        page.on("pageerror", lambda error: self._hear("error", page.url, str(error)))
        page.on("requestfailed", lambda asked: self._fail(asked.failure or "", asked.url))
        page.on("request", lambda asked: self._ask(asked.url))

    def _hear(self, kind: str, url: str, text: str) -> None:
        path = url.removeprefix(self.home)
        is_told = REFUSAL in text and path in self.refused
        if kind in ("error", "warning") and not is_told:
            self.said.append(f"{path}: {text}")

    def _fail(self, why: str, url: str) -> None:
        if LEFT not in why:
            self.failed.append(f"{url}: {why}")

    def _ask(self, url: str) -> None:
        if not url.startswith(f"{self.home}/"):
            self.foreign.append(url)

    def visit(self, page: Page, path: str) -> None:
        """See one page that an administrator opens."""
        page.set_viewport_size({"width": PHONE, "height": 740})
        page.goto(path)
        self.look(page, path, () if self._is_whole() else OF_WORDS)

    def see(self, page: Page, sight: Sight) -> None:
        """See what somebody else is shown."""
        self.refused.add(sight.action or sight.path)
        page.set_viewport_size({"width": PHONE, "height": 740})
        sight.show(page)
        self.look(page, sight.name, ())

    def look(self, page: Page, path: str, kinds: tuple[str, ...]) -> None:
        """See the page that is open on a phone and on a desk, closed and with everything on it unfolded."""
        page.evaluate("document.fonts.ready")
        if any(widths(page)):
            self.wide.append(path)
        page.set_viewport_size({"width": DESK, "height": DESK_HEIGHT})
        self.grave += faults(page, path, kinds)
        name = load_catalogs()[self.language].say("app.name")
        if page.locator("h1").count() != 1 or not page.title().endswith(f" – {name}"):
            self.untitled.append(f"{path}: {page.title()}")

    def _is_whole(self) -> bool:
        """Colours and structure are those of Kazakh; ``make nightly`` asks everything of each language."""
        return self.language is Language.KK or os.environ.get("NIGHTLY") == "true"


def widths(page: Page) -> Iterator[int]:
    """By how much a page is wider than the screen: as it comes, and unfolded on two phones."""
    yield page.evaluate(TOO_WIDE)
    page.evaluate(OPEN_ALL)
    yield page.evaluate(TOO_WIDE)
    page.set_viewport_size({"width": NARROW, "height": 740})
    yield page.evaluate(TOO_WIDE)


def faults(page: Page, path: str, kinds: tuple[str, ...] = ()) -> list[str]:
    """What axe finds grave on the page that is open, of all kinds of faults or of some."""
    page.evaluate(OPEN_ALL)
    found = AXE.run(page, options={"runOnly": list(kinds)} if kinds else None).response["violations"]
    return [
        f"{path}: {fault['id']} at {node['target']}"
        for fault in found
        if fault["impact"] in GRAVE
        for node in fault["nodes"][:3]
    ]


@pytest.fixture(
    scope="module",
    params=[pytest.param(each, marks=pytest.mark.xdist_group(f"pages in {each}")) for each in Language],
)
def walk(browser: Browser, country: Served, request: pytest.FixtureRequest) -> Walk:
    """A walk through all pages."""
    made = Walk(country.home, request.param)
    with blank_page(browser, country, width=DESK, language=request.param) as page:
        made.listen(page)
        for path in country.pages():
            made.visit(page, path)
    for person, seen in groupby(others(country, request.param), key=lambda sight: sight.person):
        with blank_page(browser, country, width=DESK, language=request.param, person=person) as page:
            made.listen(page)
            for sight in seen:
                made.see(page, sight)
    return made


def others(country: Served, language: Language) -> list[Sight]:
    """What others are shown: by day every third, each in one language in turn; by night each in all."""
    turn, turns = list(Language).index(language), len(Language)
    every = list(sights(country))
    chosen = every if os.environ.get("NIGHTLY") == "true" else every[turn * turns :: turns * turns]
    return sorted(chosen, key=lambda sight: sight.person.email if sight.person else "")


def test_no_page_has_a_grave_fault(walk: Walk) -> None:
    assert walk.grave == []


def test_no_page_scrolls_sideways_on_a_phone(walk: Walk) -> None:
    assert walk.wide == []


def test_every_page_has_one_heading_of_the_first_level_and_a_title_of_its_own(walk: Walk) -> None:
    assert walk.untitled == []


def test_nothing_breaks_the_page_rules_and_nothing_foreign_is_loaded(walk: Walk) -> None:
    assert (walk.said, walk.failed, walk.foreign) == ([], [], [])
