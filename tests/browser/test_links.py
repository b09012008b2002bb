"""A link in a real browser: what it says of where a form comes from is what the guard must understand."""

from __future__ import annotations

import re

from tests.browser.conftest import Open
from tests.browser.served import Served
from tests.people import a_person
from tests.web.register import NOW
from tracker.domain.roles import Role
from tracker.services import enrolling
from tracker.services.acting import Author
from tracker.store import people
from tracker.store.engine import transaction

HEAD = a_person(Role.HEAD, "59", name="invited")
PASSWORD = "төрт түлік қыста да тоқ"


def test_who_is_invited_chooses_a_language_and_a_password_and_signs_in(
    fresh: Served, open_page: Open
) -> None:
    page = open_page(invitation(fresh), width=1366, person=None, at=fresh)
    page.click(".languages button[lang=ru]")
    page.wait_for_selector("html[lang=ru]", state="attached")
    assert HEAD.email in page.inner_text("main")
    page.fill("input[name=password]", PASSWORD)
    page.fill("input[name=again]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(re.compile("/sign-in"))
    page.fill("input[name=email]", HEAD.email)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{fresh.home}/")
    assert page.is_visible("details.person > summary")


def test_the_page_of_a_link_tells_nobody_which_link_it_was(fresh: Served, open_page: Open) -> None:
    page = open_page(invitation(fresh), width=360, person=None, at=fresh)
    with page.expect_request(re.compile("/sign-in")) as asked:
        page.evaluate("location.assign('/sign-in')")
    assert asked.value.header_value("referer") == f"{fresh.home}/"


def invitation(server: Served) -> str:
    """The path of a link for somebody who was just added."""
    with transaction(server.engine) as session:
        number = people.add_person(
            session, email=HEAD.email, name=HEAD.name, role=HEAD.role, reach=HEAD.reach, at=NOW
        )
        secret = enrolling.make_link(session, Author("test", NOW), number).secret
    return f"/welcome/{secret}"
