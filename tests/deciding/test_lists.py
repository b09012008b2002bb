"""No decision that waits for somebody is lost from the lists, whatever happens to its need meanwhile."""

from __future__ import annotations

from tests.deciding.office import BOOK, REASON, TODAY, Office
from tests.deciding.test_pages import browser, fields, said_next
from tests.store.rows import record
from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.register import NOW, STALLED, a_school
from tracker.domain.decisions import Deed
from tracker.domain.vocabulary import Language, Service
from tracker.render.catalogs import load_catalogs
from tracker.services.evaluating import evaluate
from tracker.store.engine import transaction

WORDS = load_catalogs()[Language.EN]


def test_the_report_that_a_signed_contract_owes_is_told_beside_the_next_draft(
    office: Office, visit: Visit
) -> None:
    number = office.drafted("aigul", STALLED).number
    office.decide("asel", number, Deed.APPROVE)
    officer = browser(visit, office, "aigul")
    paper = {
        "contract_number": "К-2-1", "signed_on": "2027-01-15", "start_on": "2027-01-15",
        "end_on": "2027-01-25", "amount": "14000", "why": REASON, "supplier_bin": "941240000193",
        "supplier_name": "ТОО «Екі»",
    }  # fmt: skip
    officer.post(
        f"/decisions/{number}/contract", data={**fields(officer.get(f"/decisions/{number}").text), **paper}
    )
    after = office.drafted("bolat", STALLED).number
    said_next(officer, "publish the report on the interim contract by")
    for path in (f"/schools/{STALLED}", "/queue"):
        page = officer.get(path).text
        assert f'href="/decisions/{number}' in page
        assert f'href="/decisions/{after}' in page
    assert f"/decisions/{number}" in officer.get("/suggestions?step=report").text


def test_a_decision_whose_need_is_gone_stays_in_its_list_and_is_approved_by_nobody(
    office: Office, visit: Visit
) -> None:
    number = office.drafted("aigul", STALLED).number
    record(office.engine, a_school(STALLED, "Әйтеке", services=(Service.CCTV,)), at=NOW)
    with transaction(office.engine) as session:
        evaluate(session, today=TODAY, book=BOOK)
    reviewer = browser(visit, office, "asel")
    listed = reviewer.get("/suggestions?step=approve").text
    assert f'href="/decisions/{number}' in listed
    assert f'value="{number}:' not in listed
    assert f"/decisions/{number}" in reviewer.get("/suggestions?step=approve&region=59").text
    for elsewhere in ("region=71", "service=alarm", "q=nowhere"):
        assert f"/decisions/{number}" not in reviewer.get(f"/suggestions?step=approve&{elsewhere}").text
    page = reviewer.get(f"/decisions/{number}").text
    assert WORDS.say("decision.moved.not_needed") in text_of(page)
    assert WORDS.say("decision.barred") in text_of(page)
    assert 'value="approve"' not in page
    sent = {**fields(page), "deed": "approve", "despite": REASON}
    refused = reviewer.post(f"/decisions/{number}/verdict", data=sent)
    assert refused.status_code == 409
    assert WORDS.say("decision_refused.not_needed") in text_of(refused.text)
