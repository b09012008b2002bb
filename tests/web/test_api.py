"""Programs read the same findings over HTTP: same items, same filters, problem documents for refusals."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.office import Office
from tests.store.rows import record
from tests.web.conftest import Visit
from tests.web.register import COVERED, ENDING, NEVER, NOW, RECORDED_AT, STALLED, day
from tests.world_register import register_of, worlds_around
from tracker.domain.register import RegisterKind
from tracker.domain.vocabulary import FlagKind, Language, State
from tracker.services.exporting import ExportKind


@pytest.fixture
def api(filled: Engine, visit: Visit) -> TestClient:
    """A program that asks in English about the small country."""
    return visit(filled, Language.EN)


@pytest.fixture
def office(filled: Engine) -> Office:
    """Whoever works with the same database."""
    return Office(filled)


def ask(api: TestClient, path: str, **asked: str) -> Any:  # whatever JSON the address gives
    answer = api.get(f"/api/v1/{path}", params=asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


def ids(found: Any, name: str = "needs") -> list[str]:
    return [item["school_id"] for item in found[name]]


def test_the_needs_are_the_items_that_the_command_line_prints(api: TestClient, office: Office) -> None:
    for on in ("2026-12-31", "2027-01-15", "2027-03-15"):
        printed = json.loads(office.json(day(on)))
        served = ask(api, "needs", on=on)
        assert served["needs"] == printed["needs"]
        assert (served["on"], served["known"], served["policy"]) == (on, None, printed["policy"])
        assert (served["total"], served["page"], served["pages"]) == (11, 1, 1)


def test_without_a_day_it_is_today(api: TestClient) -> None:
    assert ask(api, "needs")["on"] == "2027-01-15"
    assert ask(api, "needs") == ask(api, "needs", on="15.01.2027")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"region": "71"}, 2),
        ({"region": "none"}, 1),
        ({"district": "Тайынша"}, 1),
        ({"district": "none"}, 2),
        ({"service": "channel"}, 11),
        ({"service": "alarm"}, 0),
        ({"state": "uncovered", "region": "59"}, 3),
        ({"flag": "tender_stalled"}, 1),
        ({"flag": "overlap"}, 1),
        ({"q": "әйтеке"}, 1),
        ({"q": "аитеке"}, 1),
        ({"q": COVERED}, 1),
        ({"q": "%"}, 0),
        ({"within": "30"}, 2),
    ],
    ids=str,
)
def test_the_filters_of_the_pages_hold_here_as_well(
    api: TestClient, asked: dict[str, str], expected: int
) -> None:
    found = ask(api, "needs", **asked)
    assert found["total"] == len(found["needs"]) == expected
    everything = {need["school_id"]: need for need in ask(api, "needs")["needs"]}
    assert found["needs"] == [everything[school_id] for school_id in ids(found)]


def test_states_and_flags_part_the_needs(api: TestClient) -> None:
    everything = ids(ask(api, "needs"))
    by_state = [school for state in State for school in ids(ask(api, "needs", state=state))]
    assert sorted(by_state) == everything
    flags = ask(api, "flags")["flags"]
    for kind in FlagKind:
        found = sorted(item["school_id"] for item in flags if item["kind"] == kind)
        assert found == ids(ask(api, "needs", flag=kind))


def test_long_lists_come_page_by_page(filled: Engine, visit: Visit) -> None:
    chosen = worlds_around(day("2026-12-01"), day("2027-02-28"), 120)
    record(filled, *register_of(chosen, past=False), at=NOW)
    api = visit(filled)
    pages = [ask(api, "needs", size="50", page=str(number)) for number in (1, 2, 3)]
    assert [(page["page"], page["pages"], page["total"]) for page in pages] == [
        (1, 3, 131), (2, 3, 131), (3, 3, 131),
    ]  # fmt: skip
    together = [school for page in pages for school in ids(page)]
    assert together == ids(ask(api, "needs", size="200"))
    assert len(set(together)) == 131


def test_suggestions_come_worst_first_and_refusals_are_none(api: TestClient) -> None:
    found = ask(api, "suggestions")["suggestions"]
    assert STALLED in {item["school_id"] for item in found}
    assert {item["answer"]["type"] for item in found} == {"suggestion"}
    assert NEVER not in {item["school_id"] for item in found}
    without = [item["days_without"] or 0 for item in found]
    assert without == sorted(without, reverse=True)


def test_a_school_has_its_facts_its_needs_and_the_record_of_its_flags(api: TestClient) -> None:
    found = ask(api, f"schools/{STALLED}")
    assert found["school"]["name_kk"] == "«Әйтеке» мектебі"
    assert [need["state"] for need in found["needs"]] == ["uncovered"]
    assert [row["contract_number"] for row in found["contracts"]] == ["K-2"]
    assert [row["tender_number"] for row in found["tenders"]] == ["T-2"]
    assert [(row["event"], row["on"]) for row in found["events"]] == [("evaluation", "2026-12-25")]
    assert {(flag["kind"], flag["closed_on"]) for flag in found["flag_history"]} == {
        ("no_service", None), ("tender_stalled", None),
    }  # fmt: skip


def test_a_tender_and_a_contract_are_found_by_number(api: TestClient) -> None:
    tender = ask(api, "tenders/T-2")
    assert tender["standing"]["days_over"] == 9
    assert [line["school_id"] for line in tender["lines"]] == [STALLED]
    assert [event["note"] for event in tender["events"]] == ["хаттама"]
    contract = ask(api, "contracts/K-3-1")
    assert [(line["kind"], line["extends_contract_number"]) for line in contract["lines"]] == [
        ("extension", "K-3")
    ]


def test_a_number_may_hold_any_sign(api: TestClient, office: Office) -> None:
    number = "№ 7/б «x» 100%?#"
    data = f'contract_number,school_id,start_on\n"{number}",{COVERED},2027-01-01\n'
    office.take_in(RegisterKind.CONTRACTS, data)
    answer = api.get("/api/v1/contracts/%E2%84%96%207/%D0%B1%20%C2%ABx%C2%BB%20100%25%3F%23")
    assert answer.json()["contract_number"] == number


def test_the_regions_together_are_the_country(api: TestClient) -> None:
    found = ask(api, "regions")
    assert len(found["regions"]) == 20
    states = ("covered", "interim", "uncovered", "unknown", "not_required")
    everything = [*found["regions"], found["not_stated"]]
    counted = {state: sum(region[state] for region in everything) for state in states}
    assert counted == {state: ask(api, "needs", state=state)["total"] for state in states}
    (north,) = (region for region in found["regions"] if region["region"] == "59")
    assert north["names"]["kk"] == "Солтүстік Қазақстан облысы"


def test_imports_are_listed_newest_first_with_their_counts(api: TestClient, office: Office) -> None:
    for name in ("Бірінші", "Екінші"):
        office.take_in(RegisterKind.SCHOOLS, f"school_id;name\n{COVERED};{name}\n")
    found = ask(api, "imports")
    first = found["imports"][0]
    assert (first["kind"], first["actor"], first["changed"], first["read"]) == ("schools", "officer", 1, 1)
    assert [item["seq"] for item in found["imports"]] == [2, 1]
    assert ask(api, "imports", known="2027-01-14")["imports"] == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("needs?on=31.02.2027", 400),
        ("needs?known=yesterday", 400),
        ("needs?state=red", 400),
        ("needs?flag=%00", 400),
        ("needs?region=Нарния", 400),
        ("needs?size=7", 400),
        ("needs?page=-1", 400),
        ("needs?page=1e3", 400),
        ("needs?lang=fr", 400),
        ("needs?on=2099-01-01", 400),
        ("schools/nobody", 404),
        ("schools/%00", 404),
        ("tenders/T-404", 404),
        ("contracts/K%2F404", 404),
        ("nothing", 404),
    ],
)
def test_a_refusal_is_a_problem_document_in_the_readers_language(
    filled: Engine, visit: Visit, path: str, status: int
) -> None:
    titles = set()
    for language in Language:
        answer = visit(filled, language).get(f"/api/v1/{path}")
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert re.fullmatch(r"urn:tracker:error\.\w+", problem["type"])
        assert problem["status"] == status
        titles.add(problem["title"])
    assert len(titles) == 3


@pytest.mark.parametrize("on", ["1996-01-01", "2070-12-31"])
def test_the_first_and_the_last_day_that_may_be_asked_are_answered(api: TestClient, on: str) -> None:
    assert ask(api, "needs", on=on)["total"] == 11
    assert ask(api, "regions", on=on)["on"] == on


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_written_here(api: TestClient, method: str) -> None:
    answer = api.request(method, "/api/v1/needs")
    assert answer.status_code == 405
    assert answer.json()["type"] == "urn:tracker:error.method"


def test_the_addresses_describe_themselves(api: TestClient) -> None:
    paths = api.get("/openapi.json").json()["paths"]
    assert {f"/api/v1/{name}" for name in ("needs", "regions", "suggestions", "flags", "deadlines")} <= set(
        paths
    )


PATHS = (
    "needs", "suggestions", "flags", "deadlines", "regions", f"schools/{COVERED}", f"schools/{ENDING}",
    "tenders/T-2", "contracts/K-1", "imports",
)  # fmt: skip


def test_what_was_answered_before_a_correction_is_answered_again_byte_for_byte(
    filled: Engine, visit: Visit, office: Office
) -> None:
    api, moment = visit(filled), RECORDED_AT.isoformat()
    asked = {"on": "2027-01-15", "known": moment}
    before = {path: api.get(f"/api/v1/{path}", params=asked).content for path in PATHS}
    contract = "contract_number;school_id;start_on;end_on\n"
    office.take_in(RegisterKind.CONTRACTS, f"{contract}K-1;{COVERED};2027-01-01;2027-01-02\n")
    office.take_in(RegisterKind.SCHOOLS, f"school_id;name;region;closed_on\n{ENDING};Х;;2027-01-10\n")
    office.take_in(RegisterKind.TENDERS, f"tender_number;school_id;status\nT-2;{STALLED};cancelled\n")
    assert {path: api.get(f"/api/v1/{path}", params=asked).content for path in PATHS} == before
    now = {path: api.get(f"/api/v1/{path}", params={"on": "2027-01-15"}).content for path in PATHS}
    assert [path for path in PATHS if json.loads(now[path]) == json.loads(before[path])] == []


def test_a_plus_sign_in_an_address_may_have_become_a_space(api: TestClient) -> None:
    for moment in ("2027-01-14T11:00:00+05:00", "2027-01-14T11:00:00%2B05:00", "2027-01-14T06:00:00Z"):
        found = api.get(f"/api/v1/needs?known={moment}").json()
        assert found["total"] == 11
    assert api.get("/api/v1/needs?known=2027-01-14T10:59:59+05:00").json()["total"] == 0


@pytest.fixture
def worlds(empty: Engine) -> Office:
    """A hundred invented worlds."""
    record(empty, *register_of(worlds_around(day("2026-12-15"), day("2027-02-15"), 100)))
    return Office(empty)


def test_everyone_is_told_of_the_same_uncovered_schools(worlds: Office, visit: Visit) -> None:
    worlds.evaluate()
    today = json.loads(worlds.json(NOW.date()))["needs"]
    uncovered = sorted(need["school_id"] for need in today if need["state"] == "uncovered")
    assert 10 < len(uncovered) < 90
    client = visit(worlds.engine)
    assert ids(ask(client, "needs", state="uncovered", size="200")) == uncovered
    table = csv.DictReader(io.StringIO(worlds.export(ExportKind.NEEDS, "csv").decode("utf-8-sig")))
    assert sorted(row["school_id"] for row in table if row["state"] == "uncovered") == uncovered
    assert sorted(kept.school_id for kept in worlds.stored() if kept.state == "uncovered") == uncovered
    no_service = [flag.school_id for flag in worlds.flags() if flag.kind is FlagKind.NO_SERVICE]
    assert sorted(no_service) == uncovered
    page = client.get("/queue", params={"state": "uncovered", "size": "200"}).text
    assert sorted(set(re.findall(r'href="/schools/(W-\d+)', page))) == uncovered
