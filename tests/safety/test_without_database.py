"""A server whose database is gone still says so, in words and by the rules, to whoever asks."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.web.conftest import Visit
from tests.web.reading import text_of
from tracker.domain.vocabulary import Language
from tracker.store.engine import sqlite_path

TOKEN = f"Bearer trk_{'0' * 12}_{'a' * 43}"
WORDS = {
    Language.KK: "Сұрау орындалмады",
    Language.RU: "Запрос не выполнен",
    Language.EN: "not carried out",
}


def take_away(engine: Engine) -> None:
    """Rename the file, as a careless hand does, and let go of it."""
    path = sqlite_path(engine)
    assert path is not None
    path.rename(path.with_name("elsewhere.db"))
    engine.dispose()


@pytest.fixture(params=["cookie", "token"])
def client(filled: Engine, visit: Visit, request: pytest.FixtureRequest) -> TestClient:
    """Somebody who was let in before, of a server that has lost its database."""
    opened = visit(filled, Language.EN, raises=False)
    if request.param == "token":
        opened.headers["authorization"] = TOKEN
    take_away(filled)
    return opened


@pytest.mark.parametrize("path", ["/policy", "/", "/queue", "/sign-in", "/account", "/people"])
def test_a_page_says_that_the_database_is_gone(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 503
    assert WORDS[Language.EN] in text_of(answer.text)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("language", Language)
def test_it_is_told_in_the_language_of_the_browser(filled: Engine, visit: Visit, language: Language) -> None:
    opened = visit(filled, language, raises=False)
    take_away(filled)
    assert WORDS[language] in text_of(opened.get("/policy").text)


def test_a_form_is_refused_with_the_same_words(client: TestClient) -> None:
    answer = client.post("/sign-in", data={"email": "a@example.kz", "password": "x"})
    assert answer.status_code == 503
    assert WORDS[Language.EN] in text_of(answer.text)


def test_a_program_gets_a_problem_document(client: TestClient) -> None:
    answer = client.get("/api/v1/regions")
    assert answer.status_code == 503
    assert answer.json()["type"] == "urn:tracker:error.database"
    assert answer.json()["reason"] == "missing"


def test_what_does_not_exist_is_still_not_found(client: TestClient) -> None:
    assert client.get("/no-such-page").status_code == 404


def test_the_server_is_alive_and_says_why_it_is_not_ready(client: TestClient) -> None:
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "unready", "reasons": ["schema_missing"]}
