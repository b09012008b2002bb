"""Lengths of stages add up to their table; what is wrong with the facts is counted, named and mended."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from dataclasses import replace
from html import unescape

from sqlalchemy import Engine

from tests.people import a_person
from tests.store.rows import record
from tests.web.conftest import Visit
from tests.web.register import COVERED, FAILED, NOW, STALLED, UNKNOWN, a_contract, a_school, day
from tracker.domain.acts import Act
from tracker.domain.register import TenderEventRow, TenderRow
from tracker.domain.roles import Role
from tracker.domain.stage_metrics import nearest_rank
from tracker.domain.vocabulary import Language, Service, TenderEventKind, TenderStatus
from tracker.render.catalogs import load_words
from tracker.store import journal, registry
from tracker.store.engine import reading
from tracker.store.scope import EVERYTHING

HEAD = a_person(Role.HEAD, "59")
RU = load_words(Language.RU)


def finished(number: str, school_id: str, evaluation: str, appeal: str, ended: str) -> list[object]:
    """A tender that is over, with the days on which its stages began."""
    complete, published = TenderStatus.COMPLETE, day("2026-09-01")
    kind = TenderEventKind
    days = {kind.BIDS: "2026-09-02", kind.EVALUATION: evaluation, kind.APPEAL: appeal, kind.COMPLETE: ended}
    return [
        TenderRow(number, school_id, complete, published_on=published, ended_on=day(ended)),
        *(TenderEventRow(number, event, day(on)) for event, on in days.items()),
    ]


def test_the_page_of_stages_agrees_with_the_table_that_it_hands_out(filled: Engine, visit: Visit) -> None:
    rows = [
        *finished("T-91", STALLED, "2026-09-21", "2026-10-05", "2026-10-20"),
        *finished("T-92", FAILED, "2026-09-22", "2026-09-25", "2026-10-02"),
        *finished("T-93", UNKNOWN, "2026-10-12", "2026-11-02", "2026-11-20"),
    ]
    record(filled, *rows, at=NOW)  # type: ignore[arg-type]  # rows of two kinds
    client = visit(filled, Language.RU)
    data = client.post("/exports/stages", data={"format": "csv"}).content.decode("utf-8-sig")
    lengths = defaultdict(list)
    for line in csv.DictReader(io.StringIO(data)):
        said = {title.rpartition("(")[2].rstrip(")"): value for title, value in line.items()}
        lengths[said["region"], said["stage"]].append(int(said["working_days"]))
    page = client.get("/reports/stages?by=region").text
    shown = {
        (group, stage): (int(late), int(median), int(tenders))
        for group, stage, late, median, tenders in re.findall(
            r'<th scope="row"[^>]*>(.+?)</th>\s*<td[^>]*>(.+?)</td>\s*<td[^>]*><strong>(\d+)</strong></td>'
            r"\s*<td[^>]*>(\d+)</td>\s*<td[^>]*><a[^>]*>(\d+)</a></td>",
            page,
        )
    }
    assert shown == {
        key: (nearest_rank(days, 90), nearest_rank(days, 50), len(days)) for key, days in lengths.items()
    }
    assert len(shown) >= 6
    opened = re.findall(r'<a href="(/reports/stages\?[^"]*stage=[^"]*)">(\d+)</a>', page)
    for address, number in opened[:2]:
        assert client.get(unescape(address)).text.count('<th scope="row"') == int(number)
    one = client.get("/reports/stages?by=region&region=71").text
    assert RU.say("region.71") + "</th>" in one
    assert RU.say("region.59") + "</th>" not in one
    for wrong in ("by=none", "stage=none", "stage=appeal&group=none-such", "half=none"):
        assert client.get(f"/reports/stages?{wrong}").status_code == 400
    own = visit(filled, Language.RU, person=HEAD)
    assert RU.say("region.71") not in own.get("/reports/stages?by=region").text
    assert "T-93" not in own.post("/exports/stages", data={"format": "csv"}).text


def test_a_shared_tender_counts_once_and_the_file_of_a_region_holds_its_page(
    filled: Engine, visit: Visit
) -> None:
    shared = finished("T-94", STALLED, "2026-09-21", "2026-10-05", "2026-10-20")
    also = replace(shared[0], school_id=UNKNOWN)  # type: ignore[type-var]  # the line of its tender
    alone = finished("T-95", FAILED, "2026-09-22", "2026-09-25", "2026-10-02")
    record(filled, *shared, also, *alone, at=NOW)  # type: ignore[arg-type]  # rows of two kinds
    client = visit(filled, Language.RU)
    page = client.get("/reports/stages?by=method").text
    assert set(re.findall(r'stage=\w+">(\d+)</a>', page)) == {"2"}
    (opened, *_) = re.findall(r'<a href="(/reports/stages\?[^"]*stage=[^"]*)">2</a>', page)
    listed = client.get(unescape(opened)).text
    assert listed.count('<th scope="row"') == 2
    assert f"{RU.say('region.59')}, {RU.say('region.71')}</td>" in listed
    of_region = client.get("/reports/stages?by=method&region=71").text
    (address,) = re.findall(r'action="(/exports/stages[^"]*)"', of_region)
    data = client.post(unescape(address), data={"format": "csv"}).content.decode("utf-8-sig")
    numbers = {line[0]: line[1] for line in csv.reader(io.StringIO(data))}
    assert (numbers.get("T-94"), numbers.get("T-95"), len(numbers)) == (RU.say("region.71"), None, 2)
    with reading(filled, seeing=EVERYTHING) as session:
        (entry,) = journal.entries(session, action=Act.EXPORT)
    assert entry.details["filters"] == "region=71"
    assert client.post("/exports/stages?region=none-such", data={"format": "csv"}).status_code == 400


def test_the_slowest_stage_and_its_trend_follow_from_the_table(filled: Engine, visit: Visit) -> None:
    early = ("2026-04-01", "2026-04-10", "2026-05-01")
    rows = [
        TenderRow("T-90", STALLED, TenderStatus.COMPLETE, published_on=day(early[0]), ended_on=day(early[2])),
        TenderEventRow("T-90", TenderEventKind.BIDS, day("2026-04-02")),
        TenderEventRow("T-90", TenderEventKind.EVALUATION, day(early[1])),
        TenderEventRow("T-90", TenderEventKind.COMPLETE, day(early[2])),
        *finished("T-91", STALLED, "2026-09-21", "2026-10-05", "2026-10-20"),
        *finished("T-92", FAILED, "2026-09-22", "2026-09-25", "2026-10-02"),
    ]
    record(filled, *rows, at=NOW)  # type: ignore[arg-type]  # rows of two kinds
    client = visit(filled, Language.RU)
    data = client.post("/exports/stages", data={"format": "csv"}).content.decode("utf-8-sig")
    told: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for line in csv.DictReader(io.StringIO(data)):
        said = {title.rpartition("(")[2].rstrip(")"): value for title, value in line.items()}
        told[said["stage"]].append((said["ended_on"], int(said["working_days"])))
    late = {stage: nearest_rank([days for _, days in each], 90) for stage, each in told.items()}
    worst = max(late, key=late.__getitem__)
    of_worst = {
        is_late: nearest_rank([days for ended, days in told[worst] if (ended >= "2026-07-16") is is_late], 50)
        for is_late in (False, True)
    }
    page = client.get("/reports/stages?by=method").text
    lead = unescape(re.findall(r'<p class="lead">(.*?)</p>', page, re.DOTALL)[0]).replace("\n", " ")
    assert lead.startswith(
        RU.say("stages.worst", stage=worst, late=late[worst], median="~").partition("~")[0]
    )
    code = "longer" if of_worst[True] > of_worst[False] else "shorter"
    assert RU.say(f"stages.{code}", lately=of_worst[True], before=of_worst[False]) in lead
    opened = re.findall(r'<a href="(/reports/stages\?[^"]*half=[^"]*)">(\d+)</a>', page)
    assert len(opened) >= 5
    for address, number in opened:
        assert client.get(unescape(address)).text.count('<th scope="row"') == int(number)


def test_every_count_is_the_length_of_its_list(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.RU)
    counts = dict(re.findall(r'kind=(\w+)"[^>]*><strong>(\d+)</strong>', client.get("/reports/quality").text))
    assert {"missing_end", "missing_contract", "overlapping", "stale", "missing_owner"} <= counts.keys()
    for kind, number in counts.items():
        page = client.get(f"/reports/quality?kind={kind}").text
        assert page.count('<th scope="row" data-label') == int(number), kind
    one = client.get("/reports/quality?kind=missing_place").text
    assert '<h2 id="list" data-found>2 школы без региона или района</h2>' in one, re.findall("<h2.*", one)


def test_a_tender_that_runs_before_its_day_is_listed_with_its_owner_and_form(
    filled: Engine, visit: Visit
) -> None:
    early = TenderRow("T-99", STALLED, TenderStatus.ACTIVE, published_on=day("2027-02-25"))
    record(filled, early, a_school(STALLED, "Әйтеке", officer_email="o@example.kz"), at=NOW)
    client = visit(filled, Language.RU)
    page = client.get("/reports/quality?kind=ahead_tender").text
    assert page.count('<th scope="row" data-label') == 1
    assert all(said in page for said in ("T-99", "25.02.2027", "o@example.kz"))
    (link,) = re.findall(r'href="(/corrections\?[^"]+)"', page)
    assert 'name="value_published_on"' in client.get(unescape(link)).text


def test_whoever_says_that_all_is_still_true_does_it_by_one_click(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.RU, person=HEAD)
    listed = "/reports/quality?kind=stale&region=59&page=1&on=2027-01-15"
    page = client.get(listed).text
    assert "Өскен" in page
    asked = unescape(re.findall(r'name="asked" value="([^"]+)"', page)[0])
    sent = {"school_id": FAILED, "asked": asked + "&next=https://example.kz"}
    answer = client.post("/reports/quality/confirm", data=sent, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, listed)
    assert "Өскен" not in client.get(listed).text
    with reading(filled, seeing=EVERYTHING) as session:
        assert registry.get_school(session, EVERYTHING, FAILED).confirmed_on == NOW.date()
        (entry,) = journal.entries(session, action=Act.FACTS_CONFIRMED)
    assert entry.subject == f"school:{FAILED}"
    for school_id in (UNKNOWN, "nobody"):
        assert client.post("/reports/quality/confirm", data={"school_id": school_id}).status_code == 404


def test_still_true_is_said_where_one_is_told_to_confirm(filled: Engine, visit: Visit) -> None:
    record(filled, a_school(COVERED, "Абай", confirmed_on=day("2026-06-01")), at=NOW)

    def button(page: str) -> dict[str, str]:
        forms = re.findall(r'<form[^>]*action="/reports/quality/confirm".*?</form>', page, re.DOTALL)
        said = (dict(re.findall(r'name="(\w+)" value="([^"]*)"', unescape(form))) for form in forms)
        return next((each for each in said if each["school_id"] == COVERED), {})

    client, case = visit(filled, Language.RU, person=HEAD), f"/schools/{COVERED}?from=queue&region=59"
    queue = "/queue?region=59&page=1"
    assert not button(client.get(case + "&on=2027-01-14").text)
    auditor = replace(HEAD, role=Role.AUDITOR, email="auditor@example.kz")
    assert not button(visit(filled, Language.RU, person=auditor).get(case).text)
    shown = {page: button(client.get(page).text) for page in (case, queue)}
    for page, sent in shown.items():
        answer = client.post("/reports/quality/confirm", data=sent, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, page)
        assert not button(client.get(page).text)
    sent = {"school_id": COVERED, "back": "https://example.kz"}
    assert client.post("/reports/quality/confirm", data=sent).status_code == 400


def test_each_trouble_names_its_owner_and_leads_to_its_form(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.RU, person=HEAD)
    record(filled, a_school(STALLED, "Әйтеке", district=None, officer_email="o@example.kz"), at=NOW)
    page = client.get("/reports/quality?kind=missing_place").text
    assert "o@example.kz" in page
    (link,) = re.findall(r'href="(/corrections\?[^"]+)"', page)
    assert client.get(link.replace("&amp;", "&")).status_code == 200


def test_each_kind_leads_to_where_it_can_be_mended(filled: Engine, visit: Visit) -> None:
    code = "130240026235"
    guarded = a_school(code, "Абылай", services=(Service.GUARD,), confirmed_on=None)
    foreign = a_contract("K-77", STALLED, "2026-02-01", "2026-12-31", service=Service.CCTV)
    record(filled, guarded, foreign, at=NOW)
    client = visit(filled, Language.RU)

    def listed(kind: str) -> str:
        page = client.get(f"/reports/quality?kind={kind}").text
        return next((row for row in page.split("<tr>") if code in row or "K-77" in row), "")

    for kind, file, form in (
        ("doubtful_code", True, "value_closed_on"),
        ("missing_contract", True, ""),
        ("unasked_service", False, "value_services"),
    ):
        row = listed(kind)
        assert ('href="/imports"' in row) is file, kind
        links = re.findall(r'href="(/corrections[^"]+)"', row)
        assert len(links) == bool(form), kind
        assert all(f'name="{form}"' in client.get(unescape(link)).text for link in links), kind
    (service,) = re.findall(r'name="service" value="(\w+)"', listed("never_confirmed"))
    assert client.post("/asks", data={"school_id": code, "service": service}).status_code == 200
    record(filled, replace(guarded, closed_on=NOW.date()), at=NOW)
    assert not any(map(listed, ("doubtful_code", "missing_contract", "never_confirmed")))
