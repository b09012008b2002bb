"""What the queue is asked in its address: whose line it is, in which order, and where that is carried on."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote

from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.deciding.office import JUSTIFIED, Office
from tests.people import a_person
from tests.web.conftest import Visit
from tests.web.reading import links_of, text_of
from tests.web.register import (
    ENDING,
    FAILED,
    INTERIM,
    NEVER,
    NOW,
    OVERLAP,
    STALLED,
    SUSPENDED,
    UNKNOWN,
    USED_UP,
    a_contract,
    fill,
)
from tracker.domain.acts import Act
from tracker.domain.roles import Role
from tracker.domain.vocabulary import ContractStatus, Language, Service
from tracker.render.catalogs import load_catalogs
from tracker.store import journal, people
from tracker.store.engine import reading
from tracker.store.scope import EVERYTHING, Scope
from tracker.store.suppliers import needs_supplied

SAY = load_catalogs()[Language.RU].say
AIGUL, BOLAT = a_person(Role.REVIEWER, "59", name="aigul"), a_person(Role.HEAD, "59", name="bolat")


def schools_in(client: TestClient, path: str) -> list[str]:
    """The schools of the rows of the queue, in their order."""
    rows = re.findall(r'<th scope="row"[^>]*>\s*<a href="/schools/(\d+)', client.get(path).text)
    return list(dict.fromkeys(rows))


def in_file(client: TestClient, query: str) -> list[str]:
    """The schools of the file of the same line."""
    data = client.post(f"/exports/queue{query}", data={"format": "csv"}).content.decode("utf-8-sig")
    return list(dict.fromkeys(re.findall(r"^(\d{12})", data, re.MULTILINE)))


def test_the_queue_shows_what_ends_by_a_day_and_keeps_the_day_in_its_links_and_views(
    filled: Engine, visit: Visit
) -> None:
    client = visit(filled)
    client.post("/queue/views", data={"name": "Soon", "query": "ends_by=2027-01-31"})
    found = client.get("/queue?ends_by=31.01.2027").text
    earlier = client.get("/queue?ends_by=2027-01-30").text
    assert f'/schools/{INTERIM}?from=queue&amp;ends_by=2027-01-31"' in found
    assert f"/schools/{INTERIM}" not in earlier
    assert 'href="/queue?ends_by=2027-01-31"' in earlier  # the view
    assert client.get("/queue?ends_by=soon").status_code == 400


def test_a_filter_that_finds_nothing_is_told_as_that_and_not_as_an_empty_queue(
    filled: Engine, visit: Visit
) -> None:
    client = visit(filled, Language.RU)
    for nothing in ("q=Нет+такой", "district=Прежний", "mine=1&state=covered", "supplier=никто"):
        page = client.get(f"/queue?{nothing}").text
        said = text_of(page)
        assert SAY("schools.empty") in said, nothing
        assert SAY("queue.empty") not in said
        assert SAY("queue.no_change") not in said
        assert (SAY("filter.clear"), "/queue") in links_of(page.rpartition('class="empty"')[2])
    assert SAY("queue.empty.filter") in text_of(client.get("/queue?state=covered&q=Абай").text)
    alone = text_of(visit(filled, Language.RU, person=AIGUL).get("/queue?mine=1&size=100&sort=days").text)
    assert SAY("queue.empty.mine") in alone


def test_a_decision_of_today_stands_on_no_page_of_another_day_or_moment(filled: Engine, visit: Visit) -> None:
    (row,) = Office(filled).draft("asel", STALLED, wanted=JUSTIFIED)
    client, way = visit(filled, Language.RU), f"/decisions/{row.number}"
    for path, spot in (("/queue", "<small>"), (f"/schools/{STALLED}", '<a class="quick go-decide"')):
        decided = re.compile(f'{spot}[^>]*href="{way}|{spot}<a href="{way}')
        assert decided.search(client.get(path).text), path
        for other in ("on=2027-01-18", "known=2027-01-15"):
            assert not decided.search(client.get(f"{path}?{other}").text), other


def test_all_of_a_page_is_chosen_by_a_link_where_no_script_runs(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.RU)
    boxes = re.compile('<input type="checkbox" name="need"[^>]*>')
    page = client.get("/queue?state=uncovered&sort=school").text
    assert not any("checked" in box for box in boxes.findall(page))
    (way,) = re.findall('<noscript><a href="([^"]+)">', page)
    assert unescape(way) == "/queue?all=1&page=1&state=uncovered&sort=school"
    chosen = boxes.findall(client.get(unescape(way)).text)
    assert len(chosen) == len(boxes.findall(page)) > 1
    assert all("checked" in box for box in chosen)


def test_districts_are_chosen_among_those_of_the_region_and_one_that_is_gone_stays_to_be_seen(
    filled: Engine, visit: Visit
) -> None:
    client = visit(filled, Language.RU)

    def offered(query: str) -> list[str]:
        (field,) = re.findall(r'<select[^>]*name="district">.*?</select>', client.get(query).text, re.DOTALL)
        return re.findall(r'<option value="([^"]+)"', field)

    assert offered("/queue") == ["Есіл", "Петропавл", "Тайынша", "none"]
    assert offered("/schools?region=59") == ["Петропавл", "Тайынша"]
    assert offered("/deadlines?region=71&district=Прежний") == ["Есіл", "Прежний", "none"]


def test_screen_file_and_way_to_the_next_case_keep_the_order_that_was_asked_for(
    filled: Engine, visit: Visit
) -> None:
    client = visit(filled, Language.RU)
    client.post("/cases", data={"school_id": USED_UP, "deed": "give"})
    worst_first = schools_in(client, "/queue")
    alphabet = [STALLED, INTERIM, OVERLAP, NEVER, SUSPENDED, FAILED, ENDING, USED_UP, UNKNOWN]  # Ә Ғ К Қ … І
    unplaced = [each for each in worst_first if each in (SUSPENDED, NEVER)]
    for sort in ("-since", "days", "ends", "school", "-district", "stage", "holder"):
        shown = schools_in(client, f"/queue?sort={sort}")
        assert in_file(client, f"?sort={sort}") == shown, sort
        assert sorted(shown) == sorted(worst_first)
    by_name = schools_in(client, "/queue?sort=school")
    assert by_name == [each for each in alphabet if each in worst_first]
    assert schools_in(client, "/queue?sort=-school") == by_name[::-1]
    by_place = schools_in(client, "/queue?sort=district")
    assert (by_place[0], by_place[-3:]) == (UNKNOWN, [INTERIM, *unplaced])
    assert schools_in(client, "/queue?sort=-district")[-2:] == unplaced
    assert schools_in(client, "/queue?sort=holder")[0] == USED_UP
    assert set(schools_in(client, "/queue?sort=ends")[:2]) == {INTERIM, ENDING}
    by_name = schools_in(client, "/queue?sort=school&state=uncovered")
    page = client.get(f"/schools/{by_name[1]}?from=queue&sort=school&state=uncovered").text
    ways = dict(links_of(page))
    assert ways[SAY("place.next")] == f"/schools/{by_name[2]}?from=queue&state=uncovered&sort=school"


def test_titles_of_columns_lead_to_their_order_and_back_and_keep_filters_views_and_the_day(
    filled: Engine, visit: Visit
) -> None:
    client = visit(filled, Language.RU)
    page = client.get("/queue?state=uncovered&sort=school&on=2027-01-14").text
    ways = {words.rstrip(" ▲▼"): address for words, address in links_of(page)}
    assert ways[SAY("sort.since")] == "/queue?state=uncovered&sort=since&on=2027-01-14"
    assert ways[SAY("sort.school")] == "/queue?state=uncovered&sort=-school&on=2027-01-14"
    assert ways[SAY("sort.harm")] == "/queue?state=uncovered&on=2027-01-14"
    assert 'aria-sort="ascending"' in page
    assert 'aria-sort="descending"' in client.get("/queue?sort=days").text
    assert SAY("sort.said_back", order=SAY("sort.school")) in text_of(client.get("/queue?sort=-school").text)
    client.post("/queue/views", data={"name": "ABC", "query": "sort=-school&supplier=Байланыс"})
    kept = next(address for words, address in links_of(client.get("/queue").text) if words == "ABC")
    assert kept == f"/queue?supplier={quote('Байланыс')}&sort=-school"
    refused = client.post("/queue/views", data={"name": " ", "query": "sort=days"}).text
    assert '<form class="filters" action="/queue" method="get"' in refused
    for wrong in ("sort=price", "sort=-harm", "holder=x", "holder=-1", "holder=0"):
        said = client.get(f"/queue?{wrong}")
        assert (said.status_code, "sort" in said.text or "holder" in said.text) == (400, True), wrong


def test_the_line_is_cut_to_who_has_a_school_in_hand_a_colleague_nobody_or_the_reader(
    filled: Engine, visit: Visit
) -> None:
    aigul, bolat = (visit(filled, Language.RU, person=each) for each in (AIGUL, BOLAT))
    aigul.post("/cases", data={"school_id": STALLED, "deed": "give"})
    with reading(filled) as session:
        hers = people.number_of(session, AIGUL.email)
    everything = schools_in(bolat, "/queue")
    assert schools_in(aigul, "/queue?holder=me") == schools_in(bolat, f"/queue?holder={hers}") == [STALLED]
    assert schools_in(bolat, "/queue?holder=me") == schools_in(bolat, "/queue?holder=99999") == []
    assert schools_in(bolat, "/queue?holder=nobody") == [each for each in everything if each != STALLED]
    assert in_file(bolat, f"?holder={hers}") == [STALLED]
    assert f'<option value="{hers}" selected>Aigul</option>' in bolat.get(f"/queue?holder={hers}").text
    far = visit(filled, Language.RU, person=a_person(Role.REVIEWER, "71", name="far"))
    page = far.get(f"/queue?holder={hers}").text
    assert "Aigul" not in page
    assert schools_in(far, f"/queue?holder={hers}") == []


def test_the_line_is_cut_to_the_supplier_that_serves_or_served_last(filled: Engine, visit: Visit) -> None:
    other = {"supplier_bin": "050140001234", "supplier_name": "ТОО «Жаңа-Байланыс»"}
    fill(filled, a_contract("K-3-1", INTERIM, "2027-01-01", "2027-01-31", **other))
    client = visit(filled, Language.RU)
    assert schools_in(client, "/queue?supplier=050140001234") == [INTERIM]
    assert schools_in(client, "/queue?supplier=жана+БАЙЛАНЫС") == [INTERIM]
    assert INTERIM in schools_in(client, "/queue?supplier=байланыс")
    assert schools_in(client, "/queue?supplier=%25") == schools_in(client, "/queue?supplier=_") == []
    assert in_file(client, "?supplier=050140001234&sort=days") == [INTERIM]
    with reading(filled) as session:
        taken = next(each for each in journal.entries(session) if each.action == Act.EXPORT)
    assert (taken.details["filters"], taken.details["searched"]) == ("sort=days", True)  # may be a person
    page = client.get(f"/schools/{INTERIM}?from=queue&supplier=050140001234").text
    assert SAY("place.case", number=1, count=1) in text_of(page)


def test_both_databases_name_the_same_needs_of_a_supplier(engine: Engine) -> None:
    fill(engine)
    fill(
        engine,
        a_contract("K-2-9", STALLED, "2025-01-01", "2025-12-31", supplier_name="АО «Ескі»"),
        a_contract("K-6-9", FAILED, "2027-01-01", "2027-12-31", supplier_name="АО «Ескі»",
                   status=ContractStatus.CANCELLED),
        a_contract("K-9-2", OVERLAP, "2027-01-10", "2027-06-30", supplier_name="АО «Екінші»"),
    )  # fmt: skip
    with reading(engine, seeing=EVERYTHING) as session:

        def found(text: str, scope: Scope = EVERYTHING) -> set[str]:
            needs = needs_supplied(session, scope, text, on=NOW.date(), known_seq=None)
            assert {service for _, service in needs} <= {Service.CHANNEL}
            return {school for school, _ in needs}

        assert found("ескі") == set()  # served long ago, or by a contract that never did
        assert found("екінші") == {OVERLAP}
        assert {OVERLAP, STALLED, FAILED} <= found("ТОО «БАЙЛАНЫС»")
        assert found("байланыс", Scope.of("71")) == {SUSPENDED, UNKNOWN}
        for nobody in ("", "  ", "«»", "%", "\0", "x" * 501):
            assert found(nobody) == set()
