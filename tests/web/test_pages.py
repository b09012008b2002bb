"""Every page, in three languages, on an empty and a filled database, says what it should and nothing else."""

from __future__ import annotations

import re
from functools import cache

import pytest
from sqlalchemy import Engine

from tests.web.conftest import Visit
from tests.web.reading import links_of, text_of
from tests.web.register import COVERED, FAILED, INTERIM, NEVER, NOW, STALLED, UNKNOWN, USED_UP, a_school
from tracker.domain.register import RegisterKind
from tracker.domain.vocabulary import Language
from tracker.render.catalogs import Words, load_catalogs
from tracker.store import intake, versions
from tracker.store.engine import transaction
from tracker.store.references import DEMO_SOURCE

CATALOGS = load_catalogs()

LISTS = (
    "/",
    "/?region=59",
    "/?region=none",
    "/queue",
    "/queue?state=uncovered",
    "/deadlines",
    "/schools",
    "/policy",
    "/imports",
)
SCHOOLS = tuple(f"/schools/99074000{number:04}" for number in range(1, 12))
OF_TODAY = ("/account", "/schools?state=uncovered")
"""Links that are the same whatever day is asked about."""
DAYS = (
    "/?on=2026-12-01",
    "/queue?on=2023-03-07",
    "/policy?on=2024-12-31",
    f"/schools/{STALLED}?on=2026-12-29",
)


def fragments(words: Words) -> set[str]:
    """The longest plain piece of each sentence of a language."""
    pieces = (re.split(r"\{\w+\}", form) for code in words.codes for form in words.forms(code))
    return {longest for parts in pieces if len(longest := max(parts, key=len).strip()) > 12}


@cache
def foreign(language: Language) -> frozenset[str]:
    """What only the other languages say."""
    others = [fragments(CATALOGS[other]) for other in Language if other is not language]
    own = "\n".join(form for code in CATALOGS[language].codes for form in CATALOGS[language].forms(code))
    return frozenset(piece for pieces in others for piece in pieces if piece not in own)


def shown_codes(text: str) -> set[str]:
    return set(re.findall(r"[a-z_]+(?:\.[a-z0-9_-]+)+", text)) & set(CATALOGS[Language.EN].codes)


@pytest.mark.parametrize("language", Language)
def test_every_page_of_an_empty_register_opens_in_every_language(
    empty: Engine, visit: Visit, language: Language
) -> None:
    client = visit(empty, language)
    for path in LISTS:
        page = client.get(path)
        assert page.status_code == 200, path
        assert_speaks(page.text, language)


@pytest.mark.parametrize("language", Language)
def test_every_page_of_a_filled_register_opens_in_every_language(
    filled: Engine, visit: Visit, language: Language
) -> None:
    client = visit(filled, language)
    for path in LISTS + SCHOOLS + DAYS:
        page = client.get(path)
        assert page.status_code == 200, path
        assert_speaks(page.text, language)


def assert_speaks(html: str, language: Language) -> None:
    text = text_of(html)
    assert f'<html lang="{language}">' in html
    assert shown_codes(text) == set()
    assert [piece for piece in foreign(language) if piece in text] == []
    assert ".." not in text
    assert "None" not in text
    ours = r"(type=\"module\" src=\"/static/(shell|quick)|defer src=\"/static/vendor/htmx)\.js\?v="
    assert re.findall(rf"<script(?! {ours})", html) == []
    assert " style=" not in html
    assert CATALOGS[language].say("page.advice") in text


def test_the_school_page_says_what_is_wrong_and_what_to_do(filled: Engine, visit: Visit) -> None:
    text = text_of(visit(filled, Language.RU).get(f"/schools/{STALLED}").text)
    assert "Нет услуги канала связи с 1 января 2027 г. (15 дней)" in text
    assert "срок превышен на 9 рабочих дней" in text
    assert "15.01.2027 – 14.03.2027" in text
    assert "может применяться" in text
    assert "Закон «О государственных закупках» 2024 года № 106-VIII" in text


def test_the_school_page_shows_everything_the_verdict_rests_on(filled: Engine, visit: Visit) -> None:
    text = text_of(visit(filled, Language.RU).get(f"/schools/{STALLED}").text)
    for fact in (
        "K-2",
        "T-2",
        "25.12.2026",
        "30 декабря 2026 г.",
        "ТОО «Байланыс»",
        "хаттама",
        "officer@example.org",
    ):
        assert fact in text
    assert "14.01.2027 11:00" in text  # when the facts were recorded


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    ("actor", "code", "places"),
    [("cli:root", "origin.by_command", {}), ("person:7", "origin.by_person", {"number": "7"})],
)
def test_the_school_page_says_in_words_where_a_fact_comes_from(
    empty: Engine, visit: Visit, language: Language, actor: str, code: str, places: dict[str, str]
) -> None:
    with transaction(empty) as session:
        seq = versions.open_recording(session, at=NOW, actor=actor, source="мектептер.csv", reason="import")
        intake.record(session, RegisterKind.SCHOOLS, [a_school("S-1", "1")], seq)
    words = CATALOGS[language]
    said = f"{words.say('origin.file', detail='мектептер.csv')}, {words.say(code, **places)}"
    told = text_of(visit(empty, language).get("/schools/S-1").text)
    assert f"15.01.2027 11:00: {said}" in told
    assert actor not in told


def test_a_refusal_says_why_and_what_instead(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.RU)
    assert "предельный срок до подведения итогов уже использован" in text_of(
        client.get(f"/schools/{USED_UP}").text
    )
    assert "сначала объявить закупку" in text_of(client.get(f"/schools/{NEVER}").text)


def test_an_open_ended_contract_is_never_shown_as_covered(filled: Engine, visit: Visit) -> None:
    html = visit(filled, Language.RU).get(f"/schools/{UNKNOWN}").text
    assert "tag-unknown" in html
    assert "tag-covered" not in html


def test_the_queue_puts_the_worst_off_first_and_names_one_step_for_each(filled: Engine, visit: Visit) -> None:
    html = visit(filled, Language.RU).get("/queue").text
    opened = (address.partition("?")[0] for _, address in links_of(html))
    named = (address.rsplit("/", 1)[1] for address in opened if address.startswith("/schools/"))
    schools = list(dict.fromkeys(named))  # a step that is done on its school's page leads there too
    assert schools[0] == NEVER
    assert schools.index(STALLED) < schools.index(INTERIM)
    assert COVERED not in schools
    assert html.count('data-label="Что сделать"') == len(schools)


def test_an_empty_queue_says_so_and_names_the_next_day(filled: Engine, visit: Visit) -> None:
    text = text_of(visit(filled, Language.RU).get("/queue?q=Абай").text)
    assert "Очередь пуста" in text
    assert re.search(r"Следующее изменение ожидается \d+ \w+ 2027 г\.", text)


def test_the_first_line_of_the_board_counts_what_calls_for_action(filled: Engine, visit: Visit) -> None:
    text = text_of(visit(filled, Language.RU).get("/").text)
    assert "5 школ без услуги, 2 потеряют её за 30 дней, у 1 школы закупка затянулась." in text


def test_the_board_keeps_the_control_centre_beside_the_contracts(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.RU)
    assert "его доля считается от всех школ и с договором не смешивается" in text_of(client.get("/").text)
    integrated = client.get("/schools?integrated=1").text
    assert [one for _, one in links_of(integrated) if one.startswith("/schools/")] == [f"/schools/{COVERED}"]


@pytest.mark.parametrize("asked", ["казак", "қАЗАҚ", "Қажымұқан", "КАЖЫМУКАН", NEVER[-4:]])
def test_a_school_is_found_in_kazakh_and_in_russian(filled: Engine, visit: Visit, asked: str) -> None:
    found = visit(filled).get("/schools", params={"q": asked}).text
    listed = [one for _, one in links_of(found) if one.startswith("/schools/")]
    assert (f"/schools/{NEVER}" in listed) is (asked.casefold() not in ("казак", "қазақ"))


def test_a_number_that_names_one_school_opens_it(filled: Engine, visit: Visit) -> None:
    answer = visit(filled).get("/schools", params={"q": STALLED}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/schools/{STALLED}")


def test_schools_are_listed_by_the_kazakh_alphabet(filled: Engine, visit: Visit) -> None:
    html = visit(filled).get("/schools").text
    names = [text for text, address in links_of(html) if address.startswith("/schools/")]
    order = [
        "Абай",
        "Әйтеке",
        "Ғани",
        "Карл",
        "Қажымұқан",
        "Орал",
        "Өскен",
        "Үміт",
        "Һарам",
        "Ілбішін",
        "Яблоня",
    ]
    assert [name.split("«")[1].split("»")[0] for name in names] == order


def test_any_day_can_be_asked_about_and_every_link_keeps_it(filled: Engine, visit: Visit) -> None:
    html = visit(filled, Language.RU).get(f"/schools/{STALLED}?on=2026-12-31").text
    assert "Услуга канала связи оказывается по 31 декабря 2026 г." in text_of(html)
    assert "Показан день: 31 декабря 2026 г." in text_of(html)
    inner = [address for _, address in links_of(html) if address.startswith("/") and "lang=" not in address]
    assert [
        address
        for address in inner
        if "on=2026-12-31" not in address and address not in (f"/schools/{STALLED}?", *OF_TODAY)
    ] == []


def test_what_was_not_yet_known_is_not_shown(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.RU)
    text = text_of(client.get("/?known=2027-01-13").text)
    assert "В учёте пока нет ни одной школы" in text
    assert "По сведениям, известным на 13.01.2027 23:59" in text
    assert client.get(f"/schools/{STALLED}?known=2027-01-13").status_code == 404
    assert client.get(f"/schools/{STALLED}?known=2027-01-14T11:00:00%2B05:00").status_code == 200


def test_the_policy_page_shows_both_laws_each_on_its_day(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.RU)
    old, new = (client.get(f"/policy?on={on}").text for on in ("2024-12-31", "2025-01-01"))
    first = [re.search(r'<article class="route in-force" id="([^"]+)"', html) for html in (old, new)]
    assert [found and found[1] for found in first] == ["law-434-v/39.3", "law-106-viii/18.2.12"]
    assert "не проверено" in text_of(new)
    assert "принято" in text_of(new)


def test_demo_is_written_on_every_page_of_the_demo_and_on_no_other(filled: Engine, visit: Visit) -> None:
    client = visit(filled)
    assert not [path for path in LISTS if "DEMO" in text_of(client.get(path).text)]
    with transaction(filled) as session:
        versions.open_recording(session, at=NOW, actor="demo", source=DEMO_SOURCE, reason="demo")
    assert [path for path in LISTS if "DEMO" in text_of(client.get(path).text)] == list(LISTS)


def test_a_failed_tender_is_told_with_its_day(filled: Engine, visit: Visit) -> None:
    text = text_of(visit(filled, Language.RU).get(f"/schools/{FAILED}").text)
    assert "закупка не состоялась (28.12.2026)" in text


def test_the_strip_says_in_text_what_it_draws(filled: Engine, visit: Visit) -> None:
    for path in SCHOOLS:
        html = visit(filled).get(path).text
        bars = re.findall(r'<rect[^>]*data-kind="(\w+)" data-first="([\d-]+)" data-last="([\d-]+)"', html)
        told = re.findall(r'<li data-kind="(\w+)" data-first="([\d-]+)" data-last="([\d-]+)"', html)
        assert bars
        assert sorted(bars) == sorted(told)
