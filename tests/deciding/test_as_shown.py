"""Nothing is decided upon facts that its page did not show, nor against what today's facts bar."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from tests.deciding.office import REASON, Office
from tests.deciding.test_pages import WORDS, browser, fields
from tests.deciding.test_rechecking import extended
from tests.people import a_person
from tests.store.rows import record
from tests.web.conftest import Visit
from tests.web.reading import shown, text_of
from tests.web.register import (
    COVERED,
    ENDING,
    NOW,
    STALLED,
    a_contract,
    a_school,
    day,
    fill,
)
from tracker.domain.decisions import DecisionStatus, Deed
from tracker.domain.register import ContractRow, TenderRow
from tracker.domain.roles import Role
from tracker.domain.vocabulary import ContractKind, Language, TenderStatus

MOVED = WORDS.say("moved.title")
ENDS_LATER = a_contract("K-10", ENDING, "2026-02-01", "2027-02-03")


def verdict(reader: TestClient, number: int, page: str, **said: str) -> str:
    """Approve as a page says it; what is answered, as a person reads it."""
    sent = {**fields(page), "deed": "approve", **said}
    answer = reader.post(f"/decisions/{number}/verdict", data=sent)
    assert answer.status_code in (200, 409)
    return answer.text


def plain(page: str) -> str:
    """What a person reads of a page, in one line."""
    return " ".join(text_of(page).split())


def test_an_approval_after_a_correction_shows_what_changed_and_waits_for_a_reason(
    office: Office, visit: Visit
) -> None:
    number, reviewer = extended(office), browser(visit, office, "asel")
    here = f"/decisions/{number}"
    opened = reviewer.get(here).text
    record(office.engine, a_contract("K-1", COVERED, "2027-01-01", "2027-11-30"), at=NOW)
    assert fields(reviewer.get(here).text) == fields(opened), "what others learn changes nothing here"
    record(office.engine, ENDS_LATER, at=NOW)
    again = verdict(reviewer, number, opened, reason="typed before")
    said = plain(again)
    assert MOVED in said
    assert "31.01.2027 → 03.02.2027" in said
    assert 'value="typed before"' in again
    for deed in ("return", "reject"):
        assert MOVED in text_of(verdict(reviewer, number, opened, deed=deed, reason="x"))
    assert WORDS.say("decision_refused.despite") in text_of(verdict(reviewer, number, again, reason="x"))
    assert office.found(number).status is DecisionStatus.PROPOSED
    verdict(reviewer, number, again, despite="the supplier signs from 1 February")
    assert office.found(number).status is DecisionStatus.APPROVED
    assert office.found(number).verdict_reason == "the supplier signs from 1 February"


def test_a_form_that_does_not_say_what_it_showed_or_is_of_another_day_writes_nothing(
    office: Office, visit: Visit
) -> None:
    number, reviewer = extended(office), browser(visit, office, "asel")
    page = reviewer.get(f"/decisions/{number}").text
    yesterday = shown(page).replace("2027-01-15", f"{day('2027-01-15') - timedelta(days=1)}")
    for seen in ("", "x", "2027-01-15", "2027-01-15 x", yesterday):
        assert WORDS.say("moved.day") in text_of(verdict(reviewer, number, page, reason="x", shown=seen))
    assert office.found(number).status is DecisionStatus.PROPOSED


def test_a_draft_rests_on_the_days_that_its_page_proposed(office: Office, visit: Visit) -> None:
    officer = browser(visit, office, "aigul")
    page = officer.get(f"/suggestions/{STALLED}?agreed=no").text
    conditions = re.findall(r'name="confirmed" value="(\w+)"', page)
    route = re.findall(r'name="route" value="([\w.]+)"', page)[0]
    sent = {"agreed": "no", "route": route, "confirmed": conditions, "reason": "typed", "shown": shown(page)}
    record(office.engine, a_contract("K-2", STALLED, "2026-01-01", "2026-12-20"), at=NOW)
    answer = officer.post(f"/suggestions/{STALLED}", data=sent)
    assert answer.status_code == 409
    assert "31.12.2026 → 20.12.2026" in plain(answer.text)
    assert 'value="typed"' in answer.text
    assert len(re.findall('name="confirmed" value="[^"]*" checked', answer.text)) == len(conditions)
    made = officer.post(
        f"/suggestions/{STALLED}", data={**sent, "shown": shown(answer.text)}, follow_redirects=False
    )
    assert made.headers["location"] == "/decisions/1"


def test_of_many_what_moved_since_the_preview_is_left_out_with_its_reason(
    office: Office, visit: Visit
) -> None:
    third = "990740009303"
    fill(office.engine, a_school(third, "third"), a_contract("K-91", third, "2026-01-01", "2026-12-31"))
    fill(office.engine, TenderRow("T-91", third, TenderStatus.ACTIVE, published_on=day("2027-01-11")))
    officer, needs = browser(visit, office, "aigul"), [f"channel {STALLED}", f"channel {third}"]
    preview = officer.post("/suggestions", data={"need": needs}).text
    unseen = officer.post("/suggestions/drafts", data={"need": needs}).text
    assert 'action="/suggestions/drafts"' in unseen, "without a preview it is shown first"
    record(office.engine, a_contract("K-91", third, "2026-01-01", "2026-12-20"), at=NOW)
    made = officer.post("/suggestions/drafts", data={"need": needs, "shown": shown(preview)}).text
    assert text_of(made).count(WORDS.say("decision_refused.moved")) == 1
    assert set(re.findall(r"/decisions/(\d+)", made)) == {"1"}
    assert [line.school_id for line in office.found(1).lines] == [STALLED]


def test_a_signed_contract_is_recorded_upon_the_facts_that_its_form_stood_beside(
    office: Office, visit: Visit
) -> None:
    number = office.drafted("aigul", STALLED).number
    office.decide("asel", number, Deed.APPROVE)
    officer, here = browser(visit, office, "aigul"), f"/decisions/{number}"
    paper = {
        "contract_number": "К-2-1", "signed_on": "2027-01-15", "start_on": "2027-01-15",
        "end_on": "2027-03-14", "amount": "77000",
        "supplier_bin": "941240000193", "supplier_name": "ТОО «Екі»",
    }  # fmt: skip
    opened = officer.get(here).text
    record(office.engine, a_contract("K-2", STALLED, "2026-01-01", "2026-12-20"), at=NOW)
    again = officer.post(f"{here}/contract", data={**fields(opened), **paper})
    assert (again.status_code, office.found(number).status) == (409, DecisionStatus.APPROVED)
    assert MOVED in text_of(again.text)
    assert 'value="К-2-1"' in again.text
    officer.post(f"{here}/contract", data={**fields(again.text), **paper})
    assert office.found(number).status is DecisionStatus.RECORDED


BRIDGE = ContractKind.INTERIM


@pytest.mark.parametrize(
    ("learnt", "code"),
    [
        ([a_contract("K-10-9", ENDING, "2027-02-01", "2027-12-31")], "not_needed"),
        (
            [
                a_contract("K-10", ENDING, "2026-02-01", "2026-11-30"),
                a_contract("K-10-1", ENDING, "2026-12-01", "2027-01-31", kind=BRIDGE),
            ],
            "cap_used_up",
        ),
        (
            [
                a_contract("K-10", ENDING, "2026-02-01", "2026-12-31"),
                a_contract("K-10-1", ENDING, "2027-01-01", "2027-01-31", kind=BRIDGE),
            ],
            "stopped",
        ),
    ],
    ids=["served already", "cap used up", "beyond the cap of its chain"],
)
def test_what_nobody_could_draft_today_nobody_approves_today(
    office: Office, visit: Visit, learnt: list[ContractRow], code: str
) -> None:
    number, reviewer = extended(office), browser(visit, office, "asel")
    record(office.engine, *learnt, at=NOW)
    page = reviewer.get(f"/decisions/{number}").text
    assert 'value="approve"' not in page
    assert WORDS.say("decision.barred") in text_of(page)
    refused = verdict(reviewer, number, page, reason=REASON, despite="all the same")
    assert WORDS.say(f"decision_refused.{code}") in text_of(refused)
    assert office.found(number).status is DecisionStatus.PROPOSED
    verdict(reviewer, number, page, deed="reject", reason=REASON)
    assert office.found(number).status is DecisionStatus.REJECTED


def test_the_author_of_a_needless_draft_is_told_to_take_it_back_and_confirms_nothing(
    office: Office, visit: Visit
) -> None:
    fill(office.engine, TenderRow("T-10", ENDING, TenderStatus.ACTIVE, published_on=day("2027-01-11")))
    number = office.draft("aigul", ENDING)[0].number or 0
    record(office.engine, a_contract("K-10-9", ENDING, "2027-02-01", "2027-12-31"), at=NOW)
    who = (office.person("aigul"), office.person("asel"), a_person(Role.AUDITOR))
    told = [visit(office.engine, Language.EN, person=one).get(f"/decisions/{number}").text for one in who]
    for page, end in zip(told, (".own", "", ".others"), strict=True):
        assert WORDS.say(f"decision.barred{end}") in text_of(page)
        assert WORDS.say("decision.missing.why") not in text_of(page)
    assert 'value="withdraw"' in told[0]


def test_a_condition_that_is_confirmed_no_longer_says_that_it_must_be(office: Office, visit: Visit) -> None:
    fill(office.engine, TenderRow("T-10", ENDING, TenderStatus.ACTIVE, published_on=day("2027-01-11")))
    number, officer = office.draft("aigul", ENDING)[0].number or 0, browser(visit, office, "aigul")
    asked = [WORDS.say(f"condition.{one}.to_confirm") for one in office.found(number).missing]
    before = text_of(officer.get(f"/decisions/{number}").text)
    office.confirm("aigul", number)
    after = text_of(officer.get(f"/decisions/{number}").text)
    assert asked
    assert [one in before for one in asked] == [True] * len(asked)
    assert [one in after for one in asked] == [False] * len(asked)
    school = officer.get(f"/schools/{ENDING}").text
    assert text_of(school).count(WORDS.say("answer.confirmed_in")) == 2
    assert f'/decisions/{number}"' in school.split(WORDS.say("answer.confirmed_in"))[-1][:80]


def test_a_purchase_that_ended_since_the_draft_asks_whoever_approves_why(
    office: Office, visit: Visit
) -> None:
    number, reviewer = extended(office), browser(visit, office, "asel")
    gone = TenderRow("T-10", ENDING, TenderStatus.CANCELLED, published_on=day("2027-01-11"),
                     ended_on=day("2027-01-14"))  # fmt: skip
    record(office.engine, gone, at=NOW)
    page = reviewer.get(f"/decisions/{number}").text
    assert "/policy#warn.interim_without_tender" in page, "the rule is named"
    assert WORDS.say("decision_refused.despite") in text_of(verdict(reviewer, number, page, despite=" "))
    verdict(reviewer, number, page, despite="it is announced again on Monday")
    assert office.found(number).status is DecisionStatus.APPROVED
