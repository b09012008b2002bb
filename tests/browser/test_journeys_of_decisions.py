"""The journeys of those who decide, to their counts of clicks (experience §4: R1, R2, O2)."""

from __future__ import annotations

import zipfile
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.conftest import Open
from tests.browser.served import Served
from tests.browser.test_journeys_of_cases import Hand
from tests.deciding.office import Office
from tests.feeds.test_enclosed import PDF
from tests.people import a_person
from tests.reminders.test_letters import HOME, LETTERS, a_line, written
from tests.web.register import COVERED, STALLED, a_contract, a_school, day, fill
from tracker.domain.decisions import Agreed
from tracker.domain.register import RegisterRow, TenderRow
from tracker.domain.roles import Role
from tracker.domain.vocabulary import ContractKind, Language, TenderStatus
from tracker.services.deciding import Wanted

DESK = 1366
REVIEWER = a_person(Role.REVIEWER, "59", name="asel")
HEAD = a_person(Role.HEAD, "59", name="bolat")
MANY = 3
CUSTOMER = "970240000118"
STATED = {"head": "Director A. Abenova", "reply_by": "2027-01-22", "reply_to": "a@b.kz", "contact": "A."}


def ending(number: int) -> tuple[RegisterRow, ...]:
    """A school whose contract ends before its tender can serve."""
    school_id = f"10000000{number:04}"
    return (
        a_school(school_id, f"{number}"),
        a_contract(f"K-{number}", school_id, "2026-02-01", "2027-01-31"),
        TenderRow(f"T-{number}", school_id, TenderStatus.ACTIVE, published_on=day("2027-01-11")),
    )


REFUSED, BRIDGED = "200000000001", "200000000002"


def in_the_way(at: Served) -> None:
    """A school whose supplier refused, so that another ground is drafted, and one that a bridge serves."""
    refused = (
        a_school(REFUSED, "refused"),
        a_contract("K-R", REFUSED, "2026-02-01", "2027-01-31"),
        TenderRow("T-R", REFUSED, TenderStatus.ACTIVE, published_on=day("2027-01-11")),
    )
    bridged = (
        a_school(BRIDGED, "bridged"),
        a_contract("K-B", BRIDGED, "2026-01-01", "2026-12-31"),
        a_contract("K-B-1", BRIDGED, "2027-01-01", "2027-01-31", kind=ContractKind.EXTENSION),
        TenderRow("T-B", BRIDGED, TenderStatus.ACTIVE, published_on=day("2027-01-11")),
    )
    fill(at.engine, *refused, *bridged)
    (row,) = Office(at.engine).draft("aigul", REFUSED, wanted=Wanted(Agreed.NO, reason="refused in writing"))
    assert row.number == 1, row.code


def view_of(hand: Hand, query: str, name: str) -> None:
    """Keep a view of the queue, once and for all."""
    hand.page.goto(f"/queue?{query}")
    hand.page.click("nav.switch summary")
    hand.page.fill("#view-name", name)
    hand.page.click("form[action='/queue/views'] button")
    hand.page.wait_for_selector(f"nav.switch a:has-text('{name}')")
    hand.page.goto("/queue")


def state(page: Page) -> None:
    """Write what neither register nor decision says: of a customer once, it is offered ever after."""
    for name, value in STATED.items():
        page.fill(f"input[name={name}]", value)


def decide_the_worst_of_a_letter(hand: Hand, at: Served) -> None:
    """R1: a line of the digest opens its case, that its decision, and after the verdict the next opens."""
    facts = {"kind": "cover_end", "consequence": "service_lost", "stage": None, "due_on": "2027-01-31"}
    letter = written(LETTERS[Language.EN], a_line(**facts, school_id="100000000000"))
    hand.page.set_content(letter.html.replace(HOME, at.home))
    hand.clicks = 0
    hand.click("li a")
    assert "from=queue" in hand.page.url
    assert hand.page.locator(".place a[rel=next]").count() == 1
    hand.click("a.go-decide")
    opened = hand.page.url.partition("?")[0]
    hand.click("button[value=approve]")
    hand.page.wait_for_url(lambda url: "/decisions/" in url and not url.startswith(opened))
    assert hand.clicks == 3


def test_r2_a_batch_is_drafted_approved_by_another_and_downloaded_with_eight_clicks(
    open_page: Open, fresh: Served
) -> None:
    fill(fresh.engine, *(row for number in range(MANY) for row in ending(number)))
    in_the_way(fresh)
    hand = Hand(open_page("/queue", width=DESK, language=Language.EN, person=REVIEWER, at=fresh))
    view_of(hand, "ends_by=2027-01-31", "ends 31.01")
    hand.click("nav.switch a:has-text('ends 31.01')")
    hand.click("input[data-all]")
    hand.click("#chosen button[formaction='/suggestions']")
    assert hand.page.locator("input[name=need]:checked").count() == MANY
    apart = {part: hand.page.inner_text(f"section[aria-labelledby={part}]") for part in ("single", "blocked")}
    assert "An open decision stands for this school. Direct contract" in apart["blocked"]
    assert "bridge" in apart["single"].casefold(), "a second bridge is decided by itself"
    hand.click("input[name=confirmed][value=all]")
    hand.click("main form.confirming button[type=submit]")
    assert hand.page.locator("table tbody tr").count() == MANY
    other = Hand(open_page("/suggestions", width=DESK, language=Language.EN, person=HEAD, at=fresh))
    other.click("#chosen button")  # of the whole list, where nothing is ticked
    assert other.page.locator("input[name=decision]:checked").count() == MANY
    other.click("main form.confirming button[type=submit]")
    with other.page.expect_download() as archive:
        other.click("form[action='/exports/documents'] button")
    assert archive.value.suggested_filename.endswith(".zip")
    assert hand.clicks + other.clicks == 8
    other.page.click("form[action='/suggestions/undo'] button")
    assert other.page.locator("input[name=decision]").count() == MANY
    decide_the_worst_of_a_letter(other, fresh)


def test_o2_from_the_flag_to_a_complete_set_of_papers_then_r1_to_its_approval(
    open_page: Open, fresh: Served, tmp_path: Path
) -> None:
    days = ("2027-01-01", "2027-12-31")
    near = (a_contract(f"K-{name}", COVERED, *days, supplier_name=name) for name in ("One", "Two", "Three"))
    last = a_contract("K-2", STALLED, "2026-01-01", "2026-12-31", buyer_bin=CUSTOMER)
    fill(fresh.engine)
    fill(fresh.engine, a_school(STALLED, "Әйтеке", bin=CUSTOMER), last, *near)
    refusal = tmp_path / "refusal.pdf"
    refusal.write_bytes(PDF)
    page = open_page("/suggestions?step=draft", width=DESK, language=Language.EN, person=REVIEWER, at=fresh)
    hand = Hand(page)
    hand.click(f"a[href^='/suggestions/{STALLED}']")
    hand.click("a[href*='agreed=no']")
    hand.click("input[name=confirmed][value=all]")
    hand.click("main form button[type=submit]")
    page.wait_for_url("**/decisions/1")
    page.evaluate("document.querySelectorAll('.confirming details').forEach(each => each.open = true)")
    page.set_input_files("#file-supplier_refused", refusal)
    hand.clicks += 2  # "Note and paper" and the file
    hand.click("form.confirming button[type=submit]")
    page.get_by_text("refusal.pdf").first.wait_for()
    hand.click("a[href$='/documents']")
    page.wait_for_selector("input[name=addressee_3]")
    assert [page.input_value(f"input[name=addressee_{n}]") for n in (1, 2, 3)] == ["One", "Three", "Two"]
    state(page)
    hand.click("form.stating button[type=submit]")
    with page.expect_download() as archive:
        hand.click("form.download button[value=zip] >> nth=0")
    with zipfile.ZipFile(archive.value.path()) as papers:
        names = papers.namelist()
    assert sum("Request" in name for name in names) == 6  # three, to edit and to read
    assert [name for name in names if name.endswith("refusal.pdf")] != []
    assert hand.clicks <= 10
    other = Hand(open_page("/suggestions", width=DESK, language=Language.EN, person=HEAD, at=fresh))
    other.click("main table th a")
    assert other.page.locator("button[value=approve]").bounding_box()["y"] < 768  # type: ignore[index]  # it is shown
    other.click("button[value=approve]")
    assert other.page.inner_text("main").count("№ 1") >= 1
    assert other.clicks <= 3
