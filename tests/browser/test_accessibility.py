"""axe finds nothing grave either on an empty register, on a phone or before signing in (WEB-15)."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open
from tests.browser.served import Served
from tests.browser.test_every_page import faults
from tests.browser.test_in_a_browser import DESK, PHONE
from tests.people import a_person
from tests.web.register import STALLED
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language

SIGNED_OUT = ("/sign-in", "/no-such-page")
OF_DEPARTMENTS = ("/reminders/leads?contract=K-2",)
ON_A_PHONE = ("/", "/queue", f"/schools/{STALLED}", "/imports", "/account", "/people/new")
"""Pages of every kind: lists that turn into cards, a strip, forms."""


def faulty(page: Page, paths: Iterable[str]) -> list[str]:
    """What axe finds grave on these pages, one after the other."""
    found = []
    for path in paths:
        page.goto(path)
        found += faults(page, path)
    return found


@pytest.mark.parametrize("turn", range(len(Language)))
def test_no_page_of_an_empty_register_has_a_grave_fault(open_page: Open, nothing: Served, turn: int) -> None:
    """The words of every page are looked at elsewhere; here each is in one of the languages, in turn."""
    page = open_page("/", width=DESK, language=tuple(Language)[turn], at=nothing)
    paths = [path for path in nothing.pages() if not path.startswith("/schools/")]
    assert faulty(page, paths[turn :: len(Language)]) == []


def test_no_page_has_a_grave_fault_on_a_phone(open_page: Open) -> None:
    page = open_page("/", width=PHONE, height=740, language=Language.RU)
    assert faulty(page, ON_A_PHONE) == []


def test_no_page_that_only_departments_open_has_a_grave_fault(open_page: Open) -> None:
    page = open_page("/", width=DESK, language=Language.KK, person=a_person(Role.HEAD, "59"))
    assert faulty(page, OF_DEPARTMENTS) == []


@pytest.mark.parametrize("language", Language)
def test_no_page_before_signing_in_has_a_grave_fault(open_page: Open, language: Language) -> None:
    page = open_page("/sign-in", width=DESK, language=language, person=None)
    assert faulty(page, SIGNED_OUT) == []
