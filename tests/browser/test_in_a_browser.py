"""What only a browser can tell: that pages fit, bring their typeface, and work without script."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Open
from tests.browser.served import Served
from tests.people import a_person
from tests.web.register import FAILED, INTERIM, STALLED, SUSPENDED, USED_UP, fill
from tests.web.test_counting import two_services
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.render.catalogs import load_words

NARROW, PHONE, DESK = 320, 360, 1366
DESK_HEIGHT = 768

BOTTOM = "document.querySelector('[data-decide]').getBoundingClientRect().bottom"


@pytest.mark.parametrize("language", Language)
def test_everything_to_decide_by_is_seen_without_scrolling(open_page: Open, language: Language) -> None:
    page = open_page("/", width=DESK, height=DESK_HEIGHT, language=language)
    bottoms = {}
    for school in (STALLED, USED_UP, INTERIM, FAILED, SUSPENDED):
        page.goto(f"/schools/{school}")
        bottoms[school] = page.evaluate(BOTTOM)
    assert max(bottoms.values()) <= DESK_HEIGHT, bottoms


def test_of_two_services_the_worse_is_seen_first_and_the_other_is_a_click_away(
    open_page: Open, fresh: Served
) -> None:
    fill(fresh.engine, *two_services())
    page = open_page("/schools/S-2", at=fresh, width=DESK, height=DESK_HEIGHT, language=Language.RU)
    assert "verdict-uncovered" in (page.locator(".verdict").first.get_attribute("class") or "")
    assert page.evaluate(BOTTOM) <= DESK_HEIGHT
    other = page.locator(".doing a[href='#need-cctv']")
    told = page.locator(".doing a[href='#need-cctv'] + .tag").inner_text()
    assert load_words(Language.RU).say("state.interim") in told
    other.click()
    box = page.locator("[data-decide]").nth(1).bounding_box()
    assert box is not None
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= DESK_HEIGHT


def test_words_stand_in_the_typeface_that_came_with_the_build(open_page: Open) -> None:
    page = open_page("/", width=DESK, language=Language.KK)
    page.evaluate("document.fonts.ready")
    loaded = page.evaluate("[...document.fonts].filter(one => one.status === 'loaded').length")
    assert loaded >= 2
    assert page.evaluate("document.fonts.check('15px Golos', 'Қызмет жоқ 5')")


def test_a_reviewer_gets_from_the_board_to_the_answer_without_script(open_page: Open) -> None:
    reviewer = a_person(Role.REVIEWER, "59")
    page = open_page("/", width=DESK, language=Language.RU, script=False, person=reviewer)
    page.click("dl.totals .total-uncovered a")
    page.click(f"a[href^='/schools/{STALLED}']")
    assert "Что сделать:" in page.inner_text(".verdict")
    page.click(".languages button[lang=kk]")
    page.wait_for_selector("html[lang=kk]", state="attached")
    assert "Не істеу керек:" in page.inner_text(".verdict")


def test_a_file_is_imported_without_script(open_page: Open, fresh: Served) -> None:
    head = a_person(Role.HEAD, "10")
    page = open_page("/imports", width=PHONE, language=Language.RU, script=False, person=head, at=fresh)
    rows = "school_id;name;region\n100000000001;Жаңа мектеп;10\n"
    page.set_input_files("#file", {"name": "new.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    page.click("form.upload button")
    page.wait_for_selector("main >> text=Пока ничего не записано")
    page.click("form.upload button")
    page.wait_for_selector("main >> text=Файл new.csv записан")


def test_what_ends_each_month_fits_a_telephone_with_what_is_late_already(open_page: Open) -> None:
    page = open_page("/cliff", width=PHONE, language=Language.RU)
    assert page.locator(".ends td").count() >= 6
    rights = "[...document.querySelectorAll('.ends td')].map(one => one.getBoundingClientRect().right)"
    assert max(page.evaluate(rights)) <= PHONE


def test_every_section_and_the_way_out_are_there_without_script(open_page: Open) -> None:
    page = open_page("/policy", width=PHONE, language=Language.RU, script=False)
    shown = [one.inner_text() for one in page.locator(".govuk-service-navigation a:visible").all()]
    assert {"Регионы", "Очередь", "Школы", "Загрузка файлов", "Закон и правила"} <= set(shown)
    page.click("details.person > summary")
    assert page.is_visible("form[action='/sign-out'] button")


def test_sections_follow_the_role(open_page: Open) -> None:
    auditor = open_page("/", width=DESK, language=Language.RU, person=a_person(Role.AUDITOR))
    shown = auditor.inner_text(".govuk-service-navigation nav")
    assert "Журнал" in shown
    assert "Загрузка файлов" not in shown
    assert "Люди" not in shown
    assert "Люди" in open_page("/", width=DESK, language=Language.RU).inner_text(
        ".govuk-service-navigation nav"
    )


def test_targets_on_a_phone_are_large_enough_for_a_thumb(open_page: Open) -> None:
    page = open_page("/queue", width=PHONE, language=Language.RU)
    page.click(".govuk-service-navigation__toggle")
    small = page.evaluate(
        "[...document.querySelectorAll('.govuk-service-navigation__list a, button, select, summary')]"
        ".filter(one => one.offsetHeight && one.offsetHeight < 43).map(one => one.textContent.trim())"
    )
    assert small == []
