"""Facts corrected after the draft are told to whoever approves; one price is measured by one contract."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import update
from starlette.testclient import TestClient

from tests.deciding.office import REASON, Office
from tests.store.rows import record
from tests.web.conftest import Visit
from tests.web.reading import shown, text_of
from tests.web.register import ENDING, NOW, STALLED, a_contract, day, fill
from tracker.domain.decisions import DecisionStatus
from tracker.domain.register import TenderRow
from tracker.domain.vocabulary import ContractKind, ContractStatus, Language, TenderStatus
from tracker.render.catalogs import load_catalogs
from tracker.store.engine import transaction
from tracker.store.scope import EVERYTHING
from tracker.store.tables import TENDER_LINE

WORDS = load_catalogs()[Language.EN]
LIST = "/suggestions?step=approve"


def browser(visit: Visit, office: Office, name: str) -> TestClient:
    return visit(office.engine, Language.EN, person=office.person(name))


def extended(office: Office) -> int:
    """A complete draft that extends a contract which ends on 31 January, with nothing against it."""
    fill(office.engine, TenderRow("T-10", ENDING, TenderStatus.ACTIVE, published_on=day("2027-01-11")))
    found = office.drafted("aigul", ENDING)
    assert (found.start_on, found.frozen.guard) == (day("2027-02-01"), ())
    return found.number


def offered(reviewer: TestClient, number: int) -> bool:
    """Whether the list lets it be approved among many."""
    return f'name="decision" value="{number}:' in reviewer.get(LIST).text


def test_an_end_that_is_corrected_after_the_draft_is_told_and_is_no_matter_for_a_bulk(
    office: Office, visit: Visit
) -> None:
    number, reviewer = extended(office), browser(visit, office, "asel")
    assert offered(reviewer, number)
    for end_on, days in (
        ("2027-01-25", {"start": "26.01.2027", "end": "25.03.2027"}),
        ("2027-02-03", {"start": "04.02.2027", "end": "03.04.2027"}),
    ):
        record(office.engine, a_contract("K-10", ENDING, "2026-02-01", end_on), at=NOW)
        said = text_of(reviewer.get(f"/decisions/{number}").text)
        assert WORDS.say("decision.moved.days") in said
        assert WORDS.say("decision.moved.days.today", **days) in said
    assert not offered(reviewer, number)
    listed = text_of(reviewer.get(LIST).text)
    assert WORDS.say("caution.days") in listed
    assert WORDS.say("caution.single") in listed
    sent = {"decision": f"{number}:{office.found(number).revision}", "reason": REASON}
    refused = text_of(reviewer.post("/suggestions/approvals", data=sent).text)
    assert WORDS.say("decision_refused.cautioned") in refused
    assert office.found(number).status is DecisionStatus.PROPOSED


def test_what_an_auditor_would_see_since_the_draft_is_shown_and_is_no_matter_for_a_bulk(
    office: Office, visit: Visit
) -> None:
    number, reviewer = extended(office), browser(visit, office, "asel")
    assert WORDS.say("guard.title.today") not in text_of(reviewer.get(f"/decisions/{number}").text)
    shorter = a_contract("K-10", ENDING, "2026-02-01", "2026-12-31")
    bridge = a_contract("K-10-1", ENDING, "2027-01-01", "2027-01-31", kind=ContractKind.INTERIM)
    record(office.engine, shorter, bridge, at=NOW)
    assert not offered(reviewer, number)
    assert WORDS.say("caution.guard") in text_of(reviewer.get(LIST).text)
    said = text_of(reviewer.get(f"/decisions/{number}").text)
    assert WORDS.say("decision.moved.guard") in said
    assert WORDS.say("guard.title.today") in said
    assert "K-10-1" in said


def test_a_decision_of_which_the_rules_say_nothing_today_is_not_shown_as_fine(
    office: Office, visit: Visit
) -> None:
    number, reviewer = office.drafted("aigul", STALLED).number, browser(visit, office, "asel")
    spoil(office)
    assert not offered(reviewer, number)
    assert WORDS.say("decision.moved.unjudged") in text_of(reviewer.get(f"/decisions/{number}").text)
    sent = {"decision": f"{number}:{office.found(number).revision}", "reason": REASON}
    refused = text_of(reviewer.post("/suggestions/approvals", data=sent).text)
    assert WORDS.say("decision_refused.cautioned") in refused


def spoil(office: Office) -> None:
    """Let the purchase of a school stand in a stage since a day that no calendar knows."""
    with transaction(office.engine, seeing=EVERYTHING) as session:
        of_school = TENDER_LINE.c.school_id == STALLED
        session.execute(update(TENDER_LINE).where(of_school).values(stage_entered_on=date(1900, 1, 1)))


def test_one_need_that_cannot_be_judged_stops_no_other_draft_and_is_named(
    office: Office, visit: Visit
) -> None:
    fill(office.engine, TenderRow("T-10", ENDING, TenderStatus.ACTIVE, published_on=day("2027-01-11")))
    spoil(office)
    officer, needs = browser(visit, office, "aigul"), [f"channel {school}" for school in (STALLED, ENDING)]
    page = officer.post("/suggestions", data={"need": needs}).text
    assert WORDS.say("preview.unjudged.title") in text_of(page)
    sent = {"need": needs, "agreed": needs[1], "shown": shown(page)}
    made = officer.post("/suggestions/drafts", data=sent).text
    assert text_of(made).count(WORDS.say("decision_refused.unjudged")) == 1
    assert [line.school_id for line in office.found(1).lines] == [ENDING]
    alone = officer.get(f"/suggestions/{STALLED}")
    assert alone.status_code == 200
    assert WORDS.say("decision_refused.unjudged") in text_of(alone.text)


def test_the_what_if_and_the_draft_price_the_same_days_by_the_same_contract(
    office: Office, visit: Visit
) -> None:
    cancelled = a_contract(
        "K-2-9", STALLED, "2026-06-01", "2027-01-10", amount=Decimal(9_000_000),
        status=ContractStatus.CANCELLED,
    )  # fmt: skip
    record(office.engine, cancelled, at=NOW)
    draft = office.drafted("aigul", STALLED)
    asked = {"interim_from": f"{draft.start_on}", "interim_until": f"{draft.end_on}"}
    supposed = browser(visit, office, "aigul").get(f"/what-if/{STALLED}", params=asked).text
    assert draft.lines[0].price == 77000  # two of the twelve months of K-2
    assert "77,000.00" in text_of(supposed)
    assert "K-2-9" not in text_of(supposed)
