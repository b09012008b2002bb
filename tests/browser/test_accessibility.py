"""axe finds nothing grave on any page, in any language, on an empty and on a filled register (WEB-15)."""

from __future__ import annotations

import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Open
from tests.browser.served import Served
from tests.browser.test_in_a_browser import DESK, OPEN_ALL, PHONE
from tests.people import a_person
from tests.web.register import STALLED
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language

GRAVE = frozenset({"serious", "critical"})
AXE = Axe()
SIGNED_OUT = ("/sign-in", "/no-such-page")
OF_DEPARTMENTS = ("/reminders/leads?contract=K-2",)
ON_A_PHONE = ("/", "/queue", f"/schools/{STALLED}", "/imports", "/account", "/people/new")
"""Pages of every kind: lists that turn into cards, a strip, forms."""


def faults(page: Page, path: str) -> list[str]:
    """What axe finds grave on a page with everything on it unfolded."""
    page.goto(path)
    page.evaluate(OPEN_ALL)
    found = AXE.run(page).response["violations"]
    return [
        f"{path}: {fault['id']} at {node['target']}"
        for fault in found
        if fault["impact"] in GRAVE
        for node in fault["nodes"][:3]
    ]


@pytest.mark.long
@pytest.mark.parametrize("language", Language)
def test_no_page_has_a_grave_fault(open_page: Open, country: Served, language: Language) -> None:
    """In Kazakh every page, in the others every third; ``make nightly`` looks at all in each language."""
    page = open_page("/", width=DESK, language=language)
    paths, place = country.pages(), list(Language).index(language)
    if place and os.environ.get("NIGHTLY") != "true":
        paths = paths[place::3]
    assert [fault for path in paths for fault in faults(page, path)] == []


@pytest.mark.parametrize("turn", range(len(Language)))
def test_no_page_of_an_empty_register_has_a_grave_fault(open_page: Open, nothing: Served, turn: int) -> None:
    """The words of every page are looked at above; here each is in one of the languages, in turn."""
    page = open_page("/", width=DESK, language=tuple(Language)[turn], at=nothing)
    paths = [path for path in nothing.pages() if not path.startswith("/schools/")]
    assert [fault for path in paths[turn :: len(Language)] for fault in faults(page, path)] == []


def test_no_page_has_a_grave_fault_on_a_phone(open_page: Open) -> None:
    page = open_page("/", width=PHONE, height=740, language=Language.RU)
    assert [fault for path in ON_A_PHONE for fault in faults(page, path)] == []


def test_no_page_that_only_departments_open_has_a_grave_fault(open_page: Open) -> None:
    page = open_page("/", width=DESK, language=Language.KK, person=a_person(Role.HEAD, "59"))
    assert [fault for path in OF_DEPARTMENTS for fault in faults(page, path)] == []


@pytest.mark.parametrize("language", Language)
def test_no_page_before_signing_in_has_a_grave_fault(open_page: Open, language: Language) -> None:
    page = open_page("/sign-in", width=DESK, language=language, person=None)
    assert [fault for path in SIGNED_OUT for fault in faults(page, path)] == []


def test_every_page_has_one_heading_of_the_first_level_and_a_title_of_its_own(
    open_page: Open, country: Served
) -> None:
    page = open_page("/", width=DESK, language=Language.RU)
    wrong = []
    for path in country.pages():
        page.goto(path)
        if page.locator("h1").count() != 1 or not page.title().endswith(" – Каналы связи школ"):
            wrong.append((path, page.locator("h1").count(), page.title()))
    assert wrong == []
