"""A fault tells its number and no more; what is not for everybody is not there; logs keep their lines."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from tests.people import ADMIN, a_person
from tests.safety.routes import HEAD, Address, addresses_of, changing
from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.register import STALLED
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.logs import OneLine, about, configuration
from tracker.store.engine import transaction

INNER = re.compile(
    r"Traceback|File \"|\.py\b|sqlite|sqlalchemy|SELECT |FROM \w+ WHERE|no such table|/tracker/|site-packages"
    r"|Exception|KeyError|cookie_hash",
    re.IGNORECASE,
)
NUMBER = re.compile(r"\b[0-9a-f]{8}\b")


@pytest.fixture
def said() -> Iterator[io.StringIO]:
    """What the server logs, as it writes it in production."""
    text_ = io.StringIO()
    handler = logging.StreamHandler(text_)
    handler.setFormatter(OneLine())
    logger = logging.getLogger("tracker")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield text_
    logger.removeHandler(handler)
    logger.setLevel(before)


def events(said: io.StringIO) -> list[dict[str, object]]:
    """Every line, which must be one JSON object of printable signs."""
    lines = said.getvalue().split("\n")
    assert lines.pop() == ""
    assert all(line.isprintable() for line in lines)
    return [json.loads(line) for line in lines]


def break_in_two(client: TestClient) -> None:
    """Take the law away from a server that runs: whatever judges a need fails."""
    app: Any = client.app
    app.state.house = replace(app.state.house, book=None)


@pytest.mark.parametrize("language", Language)
def test_web_10_a_fault_shows_a_number_that_the_log_knows_and_nothing_else(
    filled: Engine, visit: Visit, said: io.StringIO, language: Language
) -> None:
    client = visit(filled, language, raises=False)
    break_in_two(client)
    faults = 0
    for address in addresses_of(client):
        answer = client.request(address.method, address.path)
        told = text_of(answer.text) if "html" in answer.headers.get("content-type", "") else answer.text
        assert not INNER.search(told) or address.path == "/openapi.json", (address, told)
        if answer.status_code == 500:
            faults += 1
            (number,) = NUMBER.findall(told)
            logged = [event for event in events(said) if event.get("number") == number]
            assert len(logged) == 1
            assert "Traceback" in str(logged[0]["raised"])
    assert faults >= 8


def test_web_10_a_broken_database_is_told_without_its_words(filled: Engine, visit: Visit) -> None:
    client = visit(filled, raises=False)
    with transaction(filled) as session:
        for table in ("tender_event", "assessment", "contract_line"):
            session.execute(text(f"DROP TABLE {table}"))
    for path in ("/queue?on=2027-01-17", "/api/v1/needs?on=2027-01-17", f"/schools/{STALLED}"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert not INNER.search(text_of(answer.text))


def test_web_10_programs_get_the_number_in_a_problem_document(filled: Engine, visit: Visit) -> None:
    client = visit(filled, raises=False)
    break_in_two(client)
    problem = client.get("/api/v1/needs?on=2027-01-17").json()
    assert set(problem) == {"type", "title", "status", "number"}
    assert problem["type"] == "urn:tracker:error.fault"


BAD_BODIES = (
    (b'{"a": ', "application/json"),
    (b"\xff\xfe\x00", "application/json"),
    (b"[" * 10_000, "application/json"),
    (b"csrf=%ff%fe&language=%80", "application/x-www-form-urlencoded"),
    (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
    (b"--x", "multipart/form-data"),
    (b"\x00" * 100, "multipart/form-data; boundary=\x00"),
    (b"a=1;b=2&&&===", "application/x-www-form-urlencoded; charset=utf-99"),
    (b"<a/>", "application/xml"),
    (b"x", "no-type-at-all"),
)


PARTING = ("/account/sessions/all", "/sign-out", "/people/1/")
"""Forms that may end the session of whoever sends them: asked last, lest others be asked of nobody."""


def parting(address: Address) -> int:
    """How late a form is sent; the administrator, who is person 1, outlasts the head."""
    return next((1 + late for late, path in enumerate(PARTING) if address.path.startswith(path)), 0)


@pytest.mark.parametrize(("body", "kind"), BAD_BODIES, ids=repr)
def test_web_10_a_body_that_cannot_be_read_is_refused_in_words(
    filled: Engine, visit: Visit, body: bytes, kind: str
) -> None:
    clients = {each.email: visit(filled, Language.EN, person=each) for each in (ADMIN, HEAD)}
    for address in sorted(changing(clients[ADMIN.email]), key=parting):
        headers = [(b"content-type", kind.encode())]
        client = clients[address.sender.email]
        answer = client.request(address.method, address.path, content=body, headers=headers)
        assert answer.status_code < 500, address
        assert address.action is None or address.sender.may(address.action), address
        assert answer.url.path == "/operations" or not INNER.search(text_of(answer.text)), (
            address
        )  # names parts
        assert parting(address) or answer.url.path != "/sign-in" or "sign-in" in address.path, address


@pytest.mark.parametrize(
    "query", ["q=%ff%fe", "on=%00", "region=%c3%28", "q=%ed%a0%80", "page=%f0%9f%92%a9", "%ff=1"]
)
def test_web_10_an_address_that_is_no_text_is_answered(filled: Engine, visit: Visit, query: str) -> None:
    client = visit(filled)
    for path in (
        "/",
        "/queue",
        "/schools",
        "/api/v1/needs",
        f"/schools/{STALLED}",
        "/sign-in",
        "/schools/%ff%fe",
    ):
        assert client.get(f"{path}?{query}").status_code < 500


HIDDEN = (
    "/docs", "/redoc", "/docs/oauth2-redirect", "/.git/config", "/.git/HEAD", "/.env", "/tracker.db",
    "/static/../settings.py", "/static/..%2fsettings.py", "/static/%2e%2e/settings.py", "/static//etc/passwd",
    "/static/vendor/../../app.py", "/static/shell.js.map", "/static/vendor/govuk-frontend.min.js.map",
    "/demo.db", "/static/", "/static", "/debug", "/console", "/admin", "/server-status", "/wp-login.php",
    "/static/.gitignore", "/templates/base.html", "/package.json", "/pyproject.toml",
)  # fmt: skip


def test_web_11_what_is_not_ours_to_show_does_not_exist(filled: Engine, visit: Visit) -> None:
    for person in (a_person(Role.ADMIN), None):
        client = visit(filled, person=person)
        for path in HIDDEN:
            assert client.get(path, follow_redirects=False).status_code in (404, 405), path


def test_web_11_a_method_that_nothing_needs_is_refused(filled: Engine, visit: Visit) -> None:
    client = visit(filled)
    for method in ("TRACE", "TRACK", "CONNECT", "DEBUG", "PROPFIND", "MOVE", "X" * 100):
        for path in ("/", "/queue", "/api/v1/needs", "/static/app.css", "/sign-in"):
            answer = client.request(method, path, headers={"cookie-like": "secret-echo"})
            assert answer.status_code == 405, (method, path)
            assert "secret-echo" not in answer.text


def test_web_11_the_description_of_the_api_is_for_those_who_may_use_it(filled: Engine, visit: Visit) -> None:
    assert visit(filled, person=None).get("/openapi.json", follow_redirects=False).status_code == 401
    assert visit(filled, person=a_person(Role.OFFICER, "59")).get("/openapi.json").status_code == 200


def test_web_11_measurements_are_for_administrators(filled: Engine, visit: Visit) -> None:
    assert visit(filled, person=None).get("/metrics", follow_redirects=False).status_code in (303, 401)
    assert visit(filled, person=a_person(Role.MINISTRY)).get("/metrics").status_code == 403
    assert visit(filled).get("/metrics").status_code == 200


def test_web_11_no_file_that_a_browser_loads_names_its_source_map(filled: Engine, visit: Visit) -> None:
    client = visit(filled)
    html = client.get("/").text
    for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', html):
        assert "sourceMappingURL" not in client.get(address).text


FORGED = 'x\r\n{"level":"critical"}\n\x1b[31mred\x1b[0m\u2028\u2029\x00\x85\x9b\u202etxt\x7f\x08'


def test_web_12_whatever_is_logged_is_one_line_of_json(said: io.StringIO) -> None:
    logger = logging.getLogger("tracker.test")
    logger.warning("bad %s", FORGED, extra=about(path=FORGED, rows=3, nested={FORGED: [FORGED]}))
    try:
        raise ValueError(FORGED)
    except ValueError:
        logger.exception(FORGED)
    first, second = events(said)
    assert first["path"] == FORGED
    assert first["said"] == f"bad {FORGED}"
    assert second["level"] == "error"
    assert FORGED in str(second["raised"])


def test_web_12_requests_are_told_by_their_route_and_never_by_what_they_carry(
    filled: Engine, visit: Visit, said: io.StringIO
) -> None:
    client = visit(filled, raises=False)
    cookie = client.cookies["tracker"]
    carried = "S3cretCanary"
    client.get(f"/schools/{STALLED}", params={"q": carried}, headers={"user-agent": f"{carried}\x1b[1m"})
    client.get(f"/welcome/{carried}")
    client.get(f"/{carried}\u2028%0d%0a", headers={"referer": carried, "x-forwarded-for": carried})
    client.post("/sign-in", data={"email": carried, "password": carried})
    client.get("/queue", headers={"authorization": f"Bearer trk_{carried}_{carried}"})
    told = events(said)
    assert [event["route"] for event in told if event["said"] == "request"][:3] == [
        "/schools/{school_id:path}", "/welcome/{secret}", None,
    ]  # fmt: skip
    assert carried not in said.getvalue()
    assert cookie not in said.getvalue()
    assert str(told[0]["person"]).startswith("person:")


def test_web_12_a_server_logs_nothing_but_such_lines() -> None:
    made = configuration("INFO")
    assert set(made["handlers"]) == {"stderr"}
    assert made["handlers"]["stderr"]["formatter"] == "one_line"
    assert made["root"]["handlers"] == ["stderr"]
    assert not [logger for logger in made["loggers"].values() if "handlers" in logger]
