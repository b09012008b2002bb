"""R5 by hand: from the board to officers who are asked to begin, in six clicks and without script."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.served import Served
from tests.people import a_person, sign_in
from tests.web.register import a_contract, a_school, fill
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.render.catalogs import load_words

WORDS = load_words(Language.KK)


def test_what_will_fail_is_asked_for_in_six_clicks(open_page: Open, fresh: Served) -> None:
    schools = [a_school(f"S-{n}", f"{n}") for n in range(1, 4)]
    ends = ("2027-01-25", "2027-01-28", "2027-11-30")
    lines = [a_contract(f"K-{n}", f"S-{n}", "2026-01-01", end) for n, end in enumerate(ends, start=1)]
    fill(fresh.engine, *schools, *lines)
    sign_in(fresh.engine, a_person(Role.OFFICER, "59", name="officer"))
    reviewer = a_person(Role.REVIEWER, "59", name="reviewer")
    page = open_page("/", width=1366, at=fresh, person=reviewer, script=False)
    clicks = 0

    def click(what: str, role: str = "link") -> Page:
        nonlocal clicks
        clicks += 1
        page.get_by_role(role, name=what, exact=True).first.click()  # type: ignore[arg-type]  # two roles only
        return page

    click(WORDS.say("menu.cliff"))
    page.locator(".cliff-starts .total-uncovered a").click()
    clicks += 1
    expect(page.locator("table.falling tbody tr")).to_have_count(2)
    page.locator("input[name=all]").check()
    clicks += 1
    click(WORDS.say("cliff.ask"), "button")
    expect(page.locator("h1")).to_have_text(WORDS.say("cliff.preview.title"))
    click(WORDS.count("cliff.confirm", 2), "button")
    expect(page.locator("h1")).to_have_text(WORDS.say("cliff.done.title"))
    assert page.locator("tbody tr", has_text=WORDS.say("cliff.fate.asked.done")).count() == 2
    assert clicks <= 6
