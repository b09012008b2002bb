"""What only a browser can tell: that pages fit, load nothing foreign, and work without script."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Open
from tests.web.register import FAILED, INTERIM, STALLED, SUSPENDED, USED_UP
from tracker.domain.vocabulary import Language

PHONE, DESK = 360, 1366
DESK_HEIGHT = 768

PATHS = (
    "/",
    "/?region=59",
    "/queue?state=uncovered",
    "/schools",
    f"/schools/{STALLED}",
    f"/schools/{USED_UP}?on=2027-01-20",
    "/policy",
    "/imports",
    "/no-such-page",
)
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
BOTTOM = "document.querySelector('[data-decide]').getBoundingClientRect().bottom"


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("path", PATHS)
def test_no_page_scrolls_sideways_on_a_phone(open_page: Open, path: str, language: Language) -> None:
    page = open_page(path, width=PHONE, height=740, language=language)
    assert page.evaluate(TOO_WIDE) <= 0
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate(TOO_WIDE) <= 0


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("school", [STALLED, USED_UP, INTERIM, FAILED, SUSPENDED])
def test_everything_to_decide_by_is_seen_without_scrolling(
    open_page: Open, school: str, language: Language
) -> None:
    page = open_page(f"/schools/{school}", width=DESK, height=DESK_HEIGHT, language=language)
    assert page.evaluate(BOTTOM) <= DESK_HEIGHT


def test_nothing_breaks_the_page_rules_and_nothing_foreign_is_loaded(open_page: Open, home: str) -> None:
    page = open_page("/policy", width=DESK)
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    for path in PATHS[:-1]:
        page.goto(path)
    assert said == []
    assert [url for url in asked if not url.startswith(home)] == []


def test_a_reviewer_gets_from_the_board_to_the_answer_without_script(open_page: Open) -> None:
    page = open_page("/", width=DESK, language=Language.RU, script=False)
    page.click("dl.totals .total-uncovered a")
    page.click(f"a[href^='/schools/{STALLED}']")
    assert "Что сделать:" in page.inner_text(".verdict")
    page.click("nav.languages a[hreflang=kk]")
    assert "Не істеу керек:" in page.inner_text(".verdict")


def test_a_file_is_imported_without_script(open_page: Open) -> None:
    page = open_page("/imports", width=PHONE, language=Language.RU, script=False)
    rows = "school_id;name;region\n100000000001;Жаңа мектеп;59\n"
    page.set_input_files("#file", {"name": "new.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    page.click("form.upload button")
    assert "Пока ничего не записано" in page.inner_text("main")
    page.click("form.upload button")
    assert "Файл new.csv записан" in page.inner_text("main")


def test_targets_on_a_phone_are_large_enough_for_a_thumb(open_page: Open) -> None:
    page = open_page("/queue", width=PHONE, language=Language.RU)
    small = page.evaluate(
        "[...document.querySelectorAll('.menu a, .languages a, button, select')]"
        ".filter(one => one.offsetHeight && one.offsetHeight < 43).map(one => one.textContent.trim())"
    )
    assert small == []
