"""RGN-2, RGN-7, RGN-8, RGN-9 and the crawl: nothing of B shows in what A is told, however it is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from sqlalchemy import Engine, delete, select, update

from tests.people import a_person
from tests.regions.asked import ELSEWHERE, EXPORTS, FILTERED, LISTS, QUESTIONS, TAKEN, UNPROVEN, WORKER_OF_B
from tests.regions.country import (
    CONTRACT_B,
    SCHOOL_A,
    SCHOOL_B,
    TENDER_B,
    A,
    B,
    move,
    of_a,
    school_b,
    settle,
)
from tests.regions.crowd import CROWD, HEAD_A, STRANGERS, Town, Visitor, leaks, said_in
from tests.regions.doors import FILE_A, OF_A, OF_B, TARGETS, decision_on, number_of
from tests.regions.test_matrix import PASSING, ROUTES
from tests.regions.work import remind, settle_b
from tracker.domain.people import Reach
from tracker.domain.register import TenderRow
from tracker.domain.roles import Role
from tracker.domain.vocabulary import TenderStatus
from tracker.store import people
from tracker.store.engine import make_engine, reading, transaction
from tracker.store.people_tables import PERSON, SIGNED_IN
from tracker.store.report_tables import PRINTED_REACH, PRINTED_REPORT

HEAD = Visitor("head of A", HEAD_A)
ADMIN = next(who for who in CROWD if who.name == "admin")
LIMIT, VARIANTS = 200, 3
"""Pages that a crawl visits at most, and how many addresses of one path."""


@pytest.fixture
def town(country: Engine) -> Town:
    """A server over both regions, on each database as the application opens it."""
    return Town(country)


def everything_told(town: Town) -> dict[str, str]:
    """All that the head of A is told by pages, lists, searches, filters, counts and files."""
    said = {}
    for path in LISTS:
        for question in QUESTIONS if path in FILTERED else ELSEWHERE:
            address = f"{path}{'&' if '?' in path else '?'}{question}"
            answer = town.ask(HEAD, "GET", address)
            assert leaks(answer, question) == [], address
            said[address] = PASSING.sub("", said_in(answer))
    for path in EXPORTS:
        for question in ("", f"region={B}", "q=CANARY"):
            for sent in TAKEN.get(path, ({"format": "csv"},)):
                answer = town.ask(HEAD, "POST", f"{path}?{question}", data=sent)
                said[f"{path}?{question} {sent}"] = PASSING.sub("", said_in(answer))
    forget_what_she_did(town)
    return said


def forget_what_she_did(town: Town) -> None:
    """What she printed herself and where she signed in would stand on her own pages the next time."""
    with transaction(town.engine) as session:
        hers = people.number_of(session, HEAD_A.email)
        is_hers = PRINTED_REPORT.c.printed_by == f"person:{hers}"
        printed = select(PRINTED_REPORT.c.id).where(is_hers)
        session.execute(delete(PRINTED_REACH).where(PRINTED_REACH.c.report_id.in_(printed)))
        session.execute(delete(PRINTED_REPORT).where(is_hers))
        session.execute(delete(SIGNED_IN).where(SIGNED_IN.c.person_id == hers))


def test_every_answer_is_the_same_whether_the_other_region_exists_or_not(sqlite_url: str) -> None:
    """RGN-2. Only the lengths of finished tenders are those of the whole country, and here are none."""
    engine = make_engine(sqlite_url)
    settle(engine, *of_a(), source="file-of-a")
    assert decision_on(engine, SCHOOL_A, TARGETS[OF_A], "asked for") == 1
    for person in (TARGETS[OF_B], HEAD_A):
        number_of(engine, person)
    remind(engine)
    forget_what_she_did(Town(engine))
    alone = everything_told(Town(engine))
    settle_b(engine)
    with reading(engine) as session:
        assert people.number_of(session, "canary-worker@example.kz") == WORKER_OF_B
    decision_on(engine, SCHOOL_B, TARGETS[OF_B], "CANARY-reason")
    both = everything_told(Town(engine))
    engine.dispose()
    changed = [asked for asked, said in both.items() if said != alone[asked]]
    for asked in changed[:1]:  # the first is enough to read
        assert both[asked].splitlines() == alone[asked].splitlines(), asked
    assert changed == []


def test_no_page_of_a_head_is_left_out_and_most_of_them_answer(town: Town) -> None:
    """A list of refusals would be the same with and without the other region too."""
    decision_on(town.engine, SCHOOL_A, TARGETS[OF_A], "asked for")
    refused = {path for path in LISTS if town.ask(HEAD, "GET", path).status_code != 200}
    assert refused == {UNPROVEN}
    assert {"/suggestions", "/cliff", "/losses", "/months", "/reports", "/reports/stages", "/reports/quality",
            "/history", "/asks", "/api/v1/history", "/decisions/1"} <= set(LISTS)  # fmt: skip
    assert {"/exports/documents", "/exports/stages", "/reports/again"} <= set(EXPORTS)


def spellings(path: str, first: str, name: str) -> tuple[str, ...]:
    """Other ways to write an address that some server, proxy or framework takes for the same."""
    twisted = (
        f"/{path}",
        f"{first}//{name}",
        f"{first}/./{name}",
        f"{first}/x/../{name}",
        f"{first}/%2e%2e{first}/{name}",
        f"{first}/%2e/{name}",
        f"{first}/{name.replace('2', '%32')}",
        f"{first.upper()}/{name}",
        f"{first}/{name.lower()}",
        f"{first}/*",
        f"{first}/{SCHOOL_A},{name}",
        f"{first}/{SCHOOL_A}/../{name}",
        f"{first}/{SCHOOL_A}%2f..%2f{name}",
    )
    endings = ("/", ";a=b", "%00", "%20", "?", ".json", ".csv", "#x", "?_method=DELETE", f"?region={A}")
    return (*twisted, *(path + ending for ending in endings), f"{path}?known=2027-01-14T12:00:00Z")


@pytest.mark.parametrize(
    "path",
    [f"/schools/{SCHOOL_B}", f"/api/v1/schools/{SCHOOL_B}", f"/api/v1/tenders/{TENDER_B}",
     f"/api/v1/contracts/{CONTRACT_B}"],
)  # fmt: skip
def test_no_spelling_of_an_address_gets_around_the_scope(town: Town, path: str) -> None:
    """RGN-7: the answer may differ, the decision does not."""
    first, _, name = path.rpartition("/")
    for spelling in spellings(path, first, name):
        for method in ("GET", "HEAD", "OPTIONS"):
            answer = town.ask(HEAD, method, spelling)
            assert leaks(answer, spelling, path) == [], spelling
            assert answer.status_code != 200, spelling
    headers = {
        "x-http-method-override": "GET",
        "x-original-url": f"/schools/{SCHOOL_A}",
        "x-rewrite-url": "/",
    }
    for name, value in headers.items():
        answer = town.ask(HEAD, "GET", path, headers={name: value})
        assert answer.status_code == 404
        assert leaks(answer, path) == []


def test_a_forged_host_is_not_another_way_in(town: Town) -> None:
    for host in (f"a/?x={SCHOOL_B}", "127.0.0.1:8000/..", "example.org"):
        answer = town.ask(HEAD, "GET", f"/schools/{SCHOOL_B}", headers={"host": host})
        assert answer.status_code in (400, 404)
        assert leaks(answer, host, f"/schools/{SCHOOL_B}") == []


def test_no_answer_with_data_is_kept_and_none_is_given_to_another(town: Town) -> None:
    """RGN-8: nothing to keep, nothing to compare with, and two who ask in turn are told each their own."""
    for path in (*sorted({*LISTS} - {UNPROVEN}), f"/schools/{SCHOOL_B}"):
        told = town.ask(ADMIN, "GET", path)
        assert told.headers["cache-control"] == "no-store", path
        assert "etag" not in told.headers, path
        assert "last-modified" not in told.headers, path
        swapped = {
            "if-none-match": "*",
            "if-modified-since": "Fri, 15 Jan 2027 06:00:00 GMT",
            "range": "bytes=0-9",
        }
        again = town.ask(HEAD, "GET", path, headers=swapped)
        assert again.status_code in (200, 404), path
        assert leaks(again, path) == [], path
        assert said_in(town.ask(ADMIN, "GET", path)).count("CANARY") == said_in(told).count("CANARY"), path


def set_reach(engine: Engine, email: str, reach: Reach) -> None:
    """Give somebody another reach while she is signed in."""
    with transaction(engine) as session:
        number = people.number_of(session, email)
        assert number is not None
        people.write_reach(session, number, reach)


def statuses(town: Town, who: Visitor) -> dict[str, int]:
    """What somebody is answered for each school, by the same session as before."""
    return {school: town.ask(who, "GET", f"/schools/{school}").status_code for school in (SCHOOL_A, SCHOOL_B)}


def test_a_person_who_moves_sees_her_new_region_from_the_next_request_on(town: Town) -> None:
    """RGN-9 and AUT-11, within one session."""
    assert statuses(town, HEAD) == {SCHOOL_A: 200, SCHOOL_B: 404}
    set_reach(town.engine, HEAD_A.email, Reach(frozenset({B})))
    assert statuses(town, HEAD) == {SCHOOL_A: 404, SCHOOL_B: 200}
    set_reach(town.engine, HEAD_A.email, Reach())
    assert statuses(town, HEAD) == {SCHOOL_A: 404, SCHOOL_B: 404}


def test_a_role_that_is_taken_away_closes_its_pages_at_once(town: Town) -> None:
    ministry = Visitor("ministry", a_person(Role.MINISTRY, name="was-ministry"))
    assert statuses(town, ministry) == {SCHOOL_A: 200, SCHOOL_B: 200}
    with transaction(town.engine) as session:
        mine = PERSON.c.email == "was-ministry@example.kz"
        session.execute(update(PERSON).where(mine).values(role=Role.REVIEWER))
    assert statuses(town, ministry) == {SCHOOL_A: 404, SCHOOL_B: 404}


def test_a_file_that_waits_is_looked_at_again_when_it_is_confirmed(town: Town) -> None:
    """AUT-11: what was handed over with rights is not written without them."""
    files = {"file": ("a.csv", FILE_A)}
    sent = town.ask(HEAD, "POST", "/imports", data={"kind": "schools"}, files=files)
    place = sent.headers["location"]
    assert "Name" in town.ask(HEAD, "GET", place).text
    set_reach(town.engine, HEAD_A.email, Reach(frozenset({B})))
    refused = town.ask(HEAD, "POST", place)
    assert refused.status_code == 409
    assert "Алма" not in refused.text


def test_a_school_that_moves_is_seen_with_its_history_where_it_is_today(town: Town) -> None:
    """RGN-9: access follows today's region, the history goes along, and nothing is left behind."""
    head_b = Visitor("head of B", a_person(Role.HEAD, B, name="canary-head"))
    assert statuses(town, HEAD)[SCHOOL_B] == 404
    move(town.engine, school_b(), A)
    for known in ("", "?known=2027-01-14T08:00:00Z"):
        for path in (f"/schools/{SCHOOL_B}", f"/api/v1/schools/{SCHOOL_B}"):
            assert "CANARY-supplier" in town.ask(HEAD, "GET", path + known).text
            assert town.ask(head_b, "GET", path + known).status_code == 404
    assert (
        "CANARY" in town.ask(HEAD, "GET", "/api/v1/needs?q=CANARY").text
        or SCHOOL_B in town.ask(HEAD, "GET", "/api/v1/needs").text
    )
    assert SCHOOL_B not in town.ask(head_b, "GET", "/api/v1/needs").text


def test_a_shared_tender_shows_ones_own_lines_and_its_events(town: Town) -> None:
    settle(town.engine, TenderRow(TENDER_B, SCHOOL_A, TenderStatus.ACTIVE, title="own"), source="s", hours=3)
    told = town.ask(HEAD, "GET", f"/api/v1/tenders/{TENDER_B}").json()
    assert [(line["school_id"], line["title"]) for line in told["lines"]] == [(SCHOOL_A, "own")]
    assert [event["note"] for event in told["events"]] == ["CANARY-note"]
    assert SCHOOL_B not in town.ask(HEAD, "GET", f"/schools/{SCHOOL_A}").text


def links(html: str, here: str) -> Iterator[str]:
    """The addresses of our own pages that a page leads to."""
    for found in re.findall(r'(?:href|action|src)="([^"]+)"', html):
        place = urlsplit(urljoin(f"http://here{here}", unescape(found)))
        if place.netloc == "here" and not place.path.startswith("/static/"):
            yield place.path + (f"?{place.query}" if place.query else "")


def crawl(town: Town, who: Visitor) -> dict[str, list[str]]:
    """Every page that can be reached by links, with the canaries found on it."""
    left = ["/"]
    seen: dict[str, list[str]] = {}
    paths: dict[str, int] = {}
    while left and len(seen) < LIMIT:
        here = left.pop(0)
        path = here.partition("?")[0]
        if here in seen or paths.get(path, 0) >= VARIANTS:
            continue
        paths[path] = paths.get(path, 0) + 1
        answer = town.ask(who, "GET", here)
        seen[here] = leaks(answer, here)
        left += links(answer.text, here)
    return seen


@pytest.mark.parametrize("who", [STRANGERS[0], STRANGERS[1], STRANGERS[5]], ids=lambda who: who.name)
def test_no_link_leads_to_another_region(country: Engine, who: Visitor) -> None:
    found = crawl(Town(country), who)
    assert {place: canaries for place, canaries in found.items() if canaries} == {}


def test_a_crawl_finds_no_page_that_the_routes_do_not_name(country: Engine) -> None:
    patterns = [re.compile(re.sub(r"\{\w+(:path)?\}", ".+", path) + r"(\?.*)?") for path, _, _ in ROUTES]
    found = crawl(Town(country), ADMIN)
    assert len(found) > 20
    assert [place for place in found if not any(one.fullmatch(place) for one in patterns)] == []
