"""Whoever is refused keeps her menu, and is told what of her address was not understood."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.people import a_person, sign_in
from tests.web.conftest import HOME, Visit
from tests.web.reading import links_of, text_of
from tests.web.register import NOW, STALLED
from tests.web.test_cost import counted
from tracker.clock import FixedClock
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.render.catalogs import load_catalogs
from tracker.settings import Settings
from tracker.store import versions
from tracker.store.engine import transaction
from tracker.store.references import DEMO_SOURCE
from tracker.web.app import create_app

CATALOGS = load_catalogs()
HEAD = a_person(Role.HEAD, "59")
AUDITOR = a_person(Role.AUDITOR)

MISSPELT = (
    "/?regoin=59",
    "/?state=uncovered",
    "/queue?sate=uncovered",
    "/queue?on=2027-01-15&stat=uncovered",
    "/schools?flags=stale",
    f"/schools/{STALLED}?onn=2027-01-15",
    "/policy?day=2024-12-31",
    "/imports?don=1",
)


@pytest.fixture
def demo(filled: Engine) -> Engine:
    """The small country, marked as invented."""
    with transaction(filled) as session:
        versions.open_recording(session, at=NOW, actor="demo", source=DEMO_SOURCE, reason="demo")
    return filled


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    ("path", "status"),
    [("/no-such-page", 404), ("/schools/123", 404), ("/operations", 403), ("/queue?state=fine", 400),
     ("/?on=yesterday", 400), ("/queue?on=2027-02-01&lang=xx", 400)],
)  # fmt: skip
def test_a_refusal_keeps_the_menu_the_search_and_the_mark_of_the_demo(
    demo: Engine, visit: Visit, language: Language, path: str, status: int
) -> None:
    answer = visit(demo, language, person=HEAD).get(path)
    words = CATALOGS[language]
    assert answer.status_code == status
    assert f'<html lang="{language}">' in answer.text
    assert 'role="search"' in answer.text
    assert {"/queue", "/schools"} <= {address.partition("?")[0] for _, address in links_of(answer.text)}
    told = text_of(answer.text)
    assert words.say("page.demo") in told
    assert words.say("error.title") in told


def test_the_links_of_a_refusal_keep_the_day_only_where_there_is_one(demo: Engine, visit: Visit) -> None:
    client = visit(demo, person=HEAD)
    kept = {address for _, address in links_of(client.get("/schools/123?on=2027-02-01").text)}
    assert "/queue?on=2027-02-01" in kept
    plain = {address for _, address in links_of(client.get("/schools/123?on=yesterday").text)}
    assert "/queue" in plain


def test_a_stranger_who_is_refused_learns_nothing_of_the_register(demo: Engine, visit: Visit) -> None:
    client = visit(demo, Language.EN)
    client.cookies.clear()
    told = client.get("/no-such-page")
    assert told.status_code == 404
    assert 'role="search"' not in told.text
    assert "DEMO" not in text_of(told.text)


def test_a_refusal_costs_a_handful_of_questions(demo: Engine, visit: Visit) -> None:
    client = visit(demo, person=HEAD)
    with counted(demo) as asked:
        assert client.get("/no-such-page").status_code == 404
    assert len(asked) <= 12, asked


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("path", MISSPELT)
def test_a_misspelt_filter_shows_no_wider_list(
    filled: Engine, visit: Visit, language: Language, path: str
) -> None:
    answer = visit(filled, language).get(path)
    assert answer.status_code == 400
    told = text_of(answer.text)
    words = CATALOGS[language]
    assert words.say("error.parameter_not_known") in told
    name = path.replace("on=2027-01-15&", "").partition("?")[2].partition("=")[0]
    assert name in told.split()
    assert (words.say("error.without_filters"), path.partition("?")[0]) in links_of(answer.text)


@pytest.mark.parametrize("path", ["/queue?state=covered&state=uncovered", "/?on=2027-01-15&on=2027-01-16"])
def test_a_filter_given_twice_is_refused(filled: Engine, visit: Visit, path: str) -> None:
    answer = visit(filled, Language.RU).get(path)
    assert answer.status_code == 400
    assert CATALOGS[Language.RU].say("error.parameter_repeated") in text_of(answer.text)


def test_the_journal_and_the_files_of_lists_know_their_filters_too(filled: Engine, visit: Visit) -> None:
    client = visit(filled, person=AUDITOR)
    assert client.get("/journal?actr=person:1").status_code == 400
    assert client.post("/journal/export?actr=x", data={"format": "csv"}).status_code == 400
    assert client.post("/exports/queue?sate=covered", data={"format": "csv"}).status_code == 400
    assert client.get("/journal?actor=person:1&from=2027-01-01&page=1").status_code == 200


def test_a_page_of_people_knows_its_filters_too(filled: Engine, visit: Visit) -> None:
    client = visit(filled)
    assert client.get("/people?qq=aigul").status_code == 400
    assert client.get("/people?q=aigul&page=1").status_code == 200


def test_an_empty_field_of_a_form_is_still_no_filter(filled: Engine, visit: Visit) -> None:
    asked = "region=&district=&state=&flag=&service=&within=&q="
    assert visit(filled).get(f"/queue?{asked}").status_code == 200


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    ("secret", "cause", "other"), [("", "server", "password"), ("x9" * 20, "password", "server")]
)
def test_without_a_second_factor_the_one_true_cause_is_told(
    empty: Engine, language: Language, secret: str, cause: str, other: str
) -> None:
    app = create_app(Settings(secret=secret), FixedClock(NOW), empty)
    with TestClient(app, base_url=HOME, headers={"accept-language": language}) as client:
        client.cookies.set("tracker", sign_in(empty, AUDITOR))
        answer = client.get("/account/second-factor")
    told, words = text_of(answer.text), CATALOGS[language]
    assert answer.status_code == 409
    assert words.say(f"error.secret_missing.{cause}") in told
    assert words.say(f"error.secret_missing.{other}") not in told
