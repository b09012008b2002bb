"""What the API promises to programs: parameters, answers, refusals are described; nothing else is taken."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.web.conftest import Visit
from tests.web.register import STALLED
from tracker.domain.vocabulary import Language
from tracker.web import api_queries
from tracker.web.filters import HORIZONS, SIZES

FILTERS = {
    "on", "known", "lang", "page", "size", "region", "district", "service", "state", "flag", "within",
    "purchase", "integrated", "q",
}  # fmt: skip

Described = dict[str, Any]


@pytest.fixture
def api(filled: Engine, visit: Visit) -> TestClient:
    """A program that asks in English about the small country."""
    return visit(filled, Language.EN)


@pytest.fixture
def described(api: TestClient) -> Described:
    """What the server says of its API."""
    found: Described = api.get("/openapi.json").json()
    return found


def operations(described: Described) -> dict[str, Described]:
    return {path: methods["get"] for path, methods in described["paths"].items()}


def test_every_filter_is_described_with_its_form(described: Described) -> None:
    needs = operations(described)["/api/v1/needs"]["parameters"]
    assert {each["name"] for each in needs} == FILTERS
    for parameter in needs:
        schema = parameter["schema"]
        formed = {"enum", "const", "format", "pattern", "maximum", "anyOf", "$ref"} & schema.keys()
        assert formed, parameter
        assert parameter["description"], parameter
        assert not parameter["required"]
        assert "null" not in str(schema)


def test_every_answer_and_every_refusal_is_described(described: Described) -> None:
    schemas = described["components"]["schemas"]
    assert "HTTPValidationError" not in schemas
    for path, operation in operations(described).items():
        answers = operation["responses"]
        refusals = {"400", "401", "403", "503"} | ({"404"} if "{" in path else set())
        assert answers.keys() == {"200"} | refusals
        answer = answers["200"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        assert schemas[answer]["additionalProperties"] is False
        assert sorted(schemas[answer]["required"]) == sorted(schemas[answer]["properties"])
        for status in refusals:
            assert answers[status]["content"].keys() == {"application/problem+json"}


def test_programs_come_with_a_token_and_people_with_their_session(described: Described) -> None:
    assert described["components"]["securitySchemes"] == {
        "token": {"type": "http", "scheme": "bearer"},
        "session": {"type": "apiKey", "in": "cookie", "name": "tracker"},
    }
    assert described["security"] == [{"token": []}, {"session": []}]


def test_only_whoever_may_ask_is_told_how(filled: Engine, visit: Visit) -> None:
    answer = visit(filled, person=None).get("/openapi.json")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("query", "code", "name"),
    [
        ("regoin=59", "parameter_not_known", "regoin"),
        ("Region=59", "parameter_not_known", "Region"),
        ("region=", "filter_not_known", "region"),
        ("district=", "filter_not_known", "district"),
        ("district=%1C", "filter_not_known", "district"),
        ("q=%20%09", "filter_not_known", "q"),
        ("q=" + "x" * 501, "filter_not_known", "q"),
        ("page=", "filter_not_known", "page"),
        ("page=1_0", "filter_not_known", "page"),
        ("page=%2B1", "filter_not_known", "page"),
        ("page=%201", "filter_not_known", "page"),
        ("page=01", "filter_not_known", "page"),
        ("page=1.0", "filter_not_known", "page"),
        ("page=٣", "filter_not_known", "page"),
        ("size=50.0", "filter_not_known", "size"),
        ("within=31", "filter_not_known", "within"),
        ("purchase=true", "filter_not_known", "purchase"),
        ("integrated=0", "filter_not_known", "integrated"),
    ],
)
def test_what_might_widen_a_list_unseen_is_refused_by_name(
    api: TestClient, query: str, code: str, name: str
) -> None:
    answer = api.get(f"/api/v1/needs?{query}")
    assert answer.status_code == 400, answer.text
    assert (answer.json()["type"], answer.json()["name"]) == (f"urn:tracker:error.{code}", name)


@pytest.mark.parametrize("path", ["regions", "imports", f"schools/{STALLED}", "tenders/T-2", "contracts/K-2"])
def test_a_filter_that_a_list_does_not_have_is_refused_as_well(api: TestClient, path: str) -> None:
    answer = api.get(f"/api/v1/{path}?state=uncovered")
    assert (answer.status_code, answer.json()["name"]) == (400, "state")


@pytest.mark.parametrize(
    "query", ["region=59&region=71", "region=59&region=59", "x=1&x=2", "on=2027-01-15&on=2027-01-15"]
)
def test_a_parameter_given_twice_is_refused(api: TestClient, query: str) -> None:
    answer = api.get(f"/api/v1/needs?{query}")
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:tracker:error.parameter_repeated")


@pytest.mark.parametrize(
    "query",
    [
        "on=20270115", "on=2027-W02-5", "on=0", "on=%202027-01-15", "on=2027-1-5", "on=", "on=29.02.2027",
        "known=2027-01-14T11:00:00", "known=2027-01-14 11:00:00Z", "known=2027-01-14t11:00:00z",
        "known=20270114T110000Z", "known=1800000000", "known=2027-01-14T11:00Z", "known=2071-01-01",
    ],
)  # fmt: skip
def test_a_day_and_a_moment_have_one_form_each(api: TestClient, query: str) -> None:
    answer = api.get(f"/api/v1/needs?{query}")
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:tracker:error.day_not_readable")


@pytest.mark.parametrize("path", ["/api/v1/needs", "/queue", "/static/app.css"])
def test_head_is_answered_like_get_without_the_body(api: TestClient, path: str) -> None:
    whole, head = api.get(path), api.head(path)
    assert (head.status_code, head.content) == (whole.status_code, b"")
    for name in ("content-type", "content-length", "cache-control"):
        assert head.headers[name] == whole.headers[name]


def test_a_method_that_an_address_does_not_have_is_refused_with_those_it_has(api: TestClient) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE", "TRACE"):
        answer = api.request(method, "/api/v1/needs")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


def test_an_address_says_which_methods_it_has(api: TestClient) -> None:
    answer = api.options("/api/v1/needs")
    assert (answer.status_code, answer.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    assert answer.content == b""


def test_the_lists_of_numbers_are_those_of_the_pages() -> None:
    assert get_args(get_args(api_queries.Size)[0]) == SIZES
    assert get_args(get_args(api_queries.Horizon)[0]) == HORIZONS
