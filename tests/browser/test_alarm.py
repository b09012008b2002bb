"""RED is seen without colour, without script, on the smallest phone, on paper, without a server (WEB-15)."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.browser.conftest import Open
from tests.browser.served import Served, served
from tests.browser.test_in_a_browser import DESK, NARROW
from tests.people import ADMIN
from tests.web.register import COVERED, STALLED, fill
from tracker.domain.vocabulary import Language
from tracker.store.engine import make_engine
from tracker.web.deps import COOKIE

SHAPE = "[...document.querySelectorAll('main svg.mark-{0}')].map(one => one.innerHTML.trim())[0]"
STATES = ("covered", "interim", "uncovered", "unknown", "not_required")
LIT = "getComputedStyle(document.querySelector('{0}')).color"


def test_red_stands_at_the_top_of_the_smallest_phone_without_script(open_page: Open) -> None:
    page = open_page("/policy", width=NARROW, height=568, language=Language.RU, script=False)
    alarm = page.locator(".alarm")
    assert alarm.inner_text().strip() == "Сегодня без услуги: 5"
    box = alarm.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= NARROW
    assert box["y"] + box["height"] <= 568


def test_every_state_has_a_shape_and_a_word_of_its_own(open_page: Open) -> None:
    page = open_page("/", width=DESK, language=Language.RU)
    shapes = [page.evaluate(SHAPE.format(state)) for state in STATES]
    assert None not in shapes
    assert len(set(shapes)) == len(STATES)
    words = page.locator("dl.totals dt").all_inner_texts()
    assert {"Нет услуги", "Услуга есть", "Срок неизвестен"} <= {word.strip() for word in words}


def test_red_is_seen_where_a_person_has_chosen_colours_of_her_own(open_page: Open) -> None:
    page = open_page(f"/schools/{STALLED}", width=NARROW, language=Language.RU)
    page.emulate_media(forced_colors="active")
    assert "Нет услуги" in page.inner_text(".verdict .tag")
    assert page.is_visible(".verdict .tag svg")
    assert page.is_visible(".alarm svg")


def test_the_icon_of_the_browser_tells_red_by_its_shape_too(open_page: Open, nothing: Served) -> None:
    red = open_page("/policy", width=DESK)
    calm = open_page("/policy", width=DESK, at=nothing)
    drawn = [_icon(page) for page in (red, calm)]
    assert all(drawn)
    shapes = [re.sub(r"(fill|stroke)=\"#\w+\"", "", icon) for icon in drawn]
    assert shapes[0] != shapes[1]


def _icon(page: Page) -> str:
    address = page.get_attribute("link[rel=icon]", "href")
    assert address is not None
    return page.request.get(address).text()


def test_red_is_seen_on_paper_and_what_cannot_be_pressed_there_is_not(open_page: Open) -> None:
    page = open_page(f"/schools/{STALLED}", width=794, language=Language.RU)
    page.emulate_media(media="print")
    assert page.is_visible(".verdict .tag-uncovered")
    assert "Сегодня без услуги: 5" in page.inner_text(".alarm")
    assert "Страница составлена 15.01.2027 11:00." in page.inner_text("footer")
    for hidden in (".find", ".languages", ".person", ".govuk-service-navigation", ".day"):
        assert not page.is_visible(hidden), hidden
    for unfolded in (".intervals li >> nth=0", ".reply"):
        assert page.is_visible(unfolded), unfolded
    assert page.pdf().startswith(b"%PDF")


def test_a_page_asks_no_program_and_stays_with_its_time_when_the_server_is_gone(
    browser: Browser, migrated_sqlite: Path, tmp_path: Path
) -> None:
    shutil.copyfile(migrated_sqlite, tmp_path / "tracker.db")
    engine = make_engine(f"sqlite:///{tmp_path / 'tracker.db'}")
    fill(engine)
    asked: list[str] = []
    with served(engine) as server:
        context = browser.new_context(base_url=server.home)
        given = {"tracker": server.cookie(ADMIN), COOKIE: "ru"}
        context.add_cookies(
            [{"name": name, "value": value, "url": server.home} for name, value in given.items()]
        )
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto("/")
    assert [url for url in asked if "/api/" in url] == []
    assert "5 школ без услуги" in page.inner_text("main")
    assert "Сегодня без услуги: 5" in page.inner_text(".alarm")
    assert "Страница составлена 15.01.2027 11:00." in page.inner_text("footer")
    context.close()
    engine.dispose()


def test_green_is_not_told_as_red(open_page: Open) -> None:
    page = open_page(f"/schools/{COVERED}", width=DESK, language=Language.RU)
    assert page.locator(".verdict-uncovered").count() == 0
    assert page.inner_text(".verdict .tag").strip() == "Услуга есть"
