"""Deciding over the pages: triage in three clicks, many at once with a row for each, conflicts shown."""

from __future__ import annotations

import re
from html import unescape

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.deciding.office import REASON, Office
from tests.people import ADMIN
from tests.store.rows import record
from tests.web.conftest import Visit
from tests.web.reading import shown, text_of
from tests.web.register import FAILED, INTERIM, NOW, STALLED, USED_UP, a_contract, a_school, day, fill
from tests.web.test_cost import questions
from tracker.domain.decisions import DecisionStatus, Deed
from tracker.domain.register import TenderRow
from tracker.domain.vocabulary import Language, TenderStatus
from tracker.render.catalogs import load_catalogs
from tracker.services.deciding import Wanted
from tracker.web.steps import Step

WORDS = load_catalogs()[Language.EN]
LONG = "9" * 5000
NAMES = ("revision", "shown", "asked")


def browser(visit: Visit, office: Office, name: str) -> TestClient:
    return visit(office.engine, Language.EN, person=office.person(name))


def said_next(reader: TestClient, step: str) -> None:
    """The school's page and the queue tell the same next step."""
    for path in (f"/schools/{STALLED}", "/queue"):
        shown = reader.get(path).text
        assert f"{step[:1].upper()}{step[1:]}" in text_of(shown), path


def fields(page: str) -> dict[str, str]:
    """The hidden fields of the first form that carries a revision, as a browser sends them."""
    values = {name: re.findall(f'name="{name}" value="([^"]*)"', page)[0] for name in NAMES}
    return {name: unescape(value) for name, value in values.items()}


def test_a_draft_is_made_by_one_question_and_sent_with_its_conditions(filled: Engine, visit: Visit) -> None:
    office = Office(filled)
    officer = browser(visit, office, "aigul")
    assert "School Әйтеке" in text_of(officer.get("/suggestions?step=draft").text)
    assert "A ground may apply" in text_of(officer.get("/suggestions?step=draft").text)
    nowhere = text_of(officer.get("/suggestions?step=draft&q=nowhere").text)
    assert "A ground may apply" not in nowhere
    page = officer.get(f"/suggestions/{STALLED}?agreed=no")
    assert WORDS.say("agreed.question") in text_of(page.text)
    conditions = re.findall(r'name="confirmed" value="(\w+)"', page.text)
    route = re.findall(r'name="route" value="([\w.]+)"', page.text)[0]
    asked = {"agreed": "no", "route": route, "confirmed": conditions, "reason": "", "shown": shown(page.text)}
    made = officer.post(f"/suggestions/{STALLED}", data=asked, follow_redirects=False)
    assert made.headers["location"] == "/decisions/1"
    assert office.found(1).is_complete
    made_page = officer.get("/decisions/1").text
    assert WORDS.say("tick.button") not in text_of(made_page), "it is sent already"
    listed = re.findall(r'name="condition" value="(\w+)"', made_page)
    none = [""] * len(listed)
    for kept, answer in ((1, "Not sent for approval: "), (len(listed), WORDS.say("tick.sent"))):
        seen = fields(officer.get("/decisions/1").text)
        ticked = {"condition": listed, "note": none, "paper": none, "confirmed": listed[:kept]}
        saved = text_of(officer.post("/decisions/1/conditions", data={**seen, **ticked}).text)
        assert WORDS.say("tick.saved") in saved
        assert answer in saved
        assert saved.count(WORDS.say("condition_status.to_confirm")) == len(listed) - kept


def test_the_reviewer_approves_in_three_clicks_and_the_next_one_opens(filled: Engine, visit: Visit) -> None:
    office = Office(filled)
    first = office.drafted("aigul", STALLED).number
    second = office.drafted("aigul", FAILED).number
    reviewer = browser(visit, office, "asel")
    listed = reviewer.get("/suggestions").text
    order = re.findall(r'href="(/decisions/(\d+)[^"]*)"', listed)
    assert [int(number) for _, number in order] == [first, second]
    page = reviewer.get(order[0][0].replace("&amp;", "&") + "&region=59").text  # first click
    assert f'value="{WORDS.say("decision.reason.approve")}"' in page
    sent = {**fields(page), "deed": "approve", "reason": WORDS.say("decision.reason.approve")}
    following = reviewer.post(f"/decisions/{first}/verdict", data=sent)  # second and third
    assert following.url.path == f"/decisions/{second}"
    assert following.status_code == 200
    assert dict(following.url.params) == {"step": "approve", "region": "59"}, "the list's filters stay"
    assert office.found(first).status is DecisionStatus.APPROVED
    shown = text_of(following.text)
    assert "more decision" not in shown, "the one that she looks at is no more of them"
    assert WORDS.say("decision_status.waits") in shown
    assert "Undo" not in shown
    there = re.findall(r'href="(/decisions/\d+)">It can be undone', following.text)
    assert there == [f"/decisions/{first}"], "a deed is undone where it was done"
    office.decide("asel", second, Deed.RETURN)
    hers = reviewer.get(there[0]).text  # the next deed takes nothing away
    named = re.findall(r'name="which" value="([^"]+)"', hers)
    undone = reviewer.post("/suggestions/undo", data={"which": named})
    assert undone.url.path == f"/decisions/{first}"
    assert office.found(second).status is DecisionStatus.RETURNED
    assert office.found(first).status is DecisionStatus.PROPOSED


def test_a_stale_page_shows_who_did_what_and_writes_nothing_over(filled: Engine, visit: Visit) -> None:
    office = Office(filled)
    number = office.drafted("aigul", STALLED).number
    reviewer = browser(visit, office, "bolat")
    seen = fields(reviewer.get(f"/decisions/{number}").text)
    office.decide("asel", number, Deed.RETURN)
    answer = reviewer.post(f"/decisions/{number}/verdict", data={**seen, "deed": "approve", "reason": "x"})
    assert answer.status_code == 409
    assert office.found(number).last_event.person in text_of(answer.text)
    assert WORDS.say("error.decision_stale") in text_of(answer.text)
    assert office.found(number).status is DecisionStatus.RETURNED


def test_before_more_is_drafted_than_an_archive_holds_papers_for_the_preview_says_so(
    filled: Engine, visit: Visit
) -> None:
    schools = [f"1000000{number:05}" for number in range(67)]
    near = [a_contract(f"K-{school}", school, "2026-02-01", "2027-01-31") for school in schools]
    bought = [
        TenderRow(f"T-{school}", school, TenderStatus.ACTIVE, published_on=day("2027-01-11"))
        for school in schools
    ]
    fill(filled, *(a_school(school, school) for school in schools), *near, *bought)
    officer = browser(visit, Office(filled), "aigul")
    told = WORDS.say("preview.archive", most=400)
    for count, is_told in ((66, False), (67, True)):
        chosen = [f"channel {school}" for school in schools[:count]]
        page = officer.post("/suggestions", data={"need": chosen, "asked": "step=draft"})
        assert (told in text_of(page.text)) is is_told


def test_many_are_looked_at_first_then_drafted_approved_and_undone_with_a_row_for_each(
    filled: Engine, visit: Visit
) -> None:
    office = Office(filled)
    officer = browser(visit, office, "aigul")
    chosen = [f"channel {school}" for school in (STALLED, FAILED, INTERIM, USED_UP)]
    page = officer.post("/suggestions", data={"need": chosen, "asked": "step=draft"})
    said = text_of(page.text)
    assert WORDS.say("decision_refused.cap_used_up") in said
    assert WORDS.say("decision_refused.needs_reason") in said
    assert WORDS.say("preview.single.title") in said
    assert office.draft("asel", USED_UP)[0].number is None  # nothing was written by looking
    confirmed = re.findall(r'name="confirmed" value="(\w+)"', page.text)
    assert 'name="asked" value="step=draft"' in page.text
    sent = {"need": chosen, "confirmed": confirmed, "shown": shown(page.text)}
    made = officer.post("/suggestions/drafts", data=sent)
    assert text_of(made.text).count(WORDS.say("result.done.draft")) == 1
    number = int(re.findall(r"/decisions/(\d+)", made.text)[0])
    reviewer = browser(visit, office, "asel")
    listed = reviewer.get("/suggestions?step=approve").text
    assert f'name="decision" value="{number}:' in listed
    warned = office.drafted("aigul", FAILED).number  # no purchase is under way
    listed = reviewer.get("/suggestions?step=approve").text
    assert f'name="decision" value="{number}:' in listed
    assert f'name="decision" value="{warned}:' not in listed
    assert WORDS.say("caution.guard") in text_of(listed)
    revision = office.found(number).revision
    by_hand = f"{warned}:{office.found(warned).revision}"
    wanted = {"decision": [f"{number}:{revision}", by_hand, "999:1"], "reason": "мерекеге дейін", "asked": ""}
    answer = reviewer.post("/suggestions/approvals", data=wanted).text
    assert WORDS.say("result.done.approve") in text_of(answer)
    assert WORDS.say("decision_refused.unknown") in text_of(answer)
    assert WORDS.say("decision_refused.cautioned") in text_of(answer)
    assert office.found(warned).status is DecisionStatus.PROPOSED
    assert office.found(number).status is DecisionStatus.APPROVED
    many = reviewer.post("/suggestions/approvals", data={"decision": ["1:1"] * 501, "reason": "x"})
    assert many.status_code == 400
    assert WORDS.say("error.decision_refused.many", most=500) in text_of(many.text)
    reviewer.post("/suggestions/undo", data={"which": re.findall(r'name="which" value="([^"]+)"', answer)})
    assert office.found(number).status is DecisionStatus.PROPOSED


def test_the_signed_contract_closes_the_flag_and_the_decision_is_closed_with_a_note(
    filled: Engine, visit: Visit
) -> None:
    office = Office(filled)
    number = office.drafted("aigul", STALLED).number
    officer = browser(visit, office, "aigul")
    said_next(officer, f"confirm the conditions of draft decision No. {number}")
    office.decide("asel", number, Deed.APPROVE)
    said_next(officer, f"record the signed contract of decision No. {number}")
    page = officer.get(f"/decisions/{number}").text
    paper = {
        "contract_number": "К-2-1", "signed_on": "2027-01-15", "start_on": "2027-01-15",
        "end_on": "15.04.2027", "amount": "80 000,50",
        "supplier_bin": "941240000193", "supplier_name": "ТОО «Екі»",
    }  # fmt: skip
    refused = officer.post(f"/decisions/{number}/contract", data={**fields(page), **paper})
    assert refused.status_code == 409
    assert "14.03.2027" in text_of(refused.text)
    early = {**fields(page), **paper, "start_on": "2027-01-01", "end_on": "2027-02-28"}
    told = officer.post(f"/decisions/{number}/contract", data=early).text
    assert 'id="start_on-error"' in told
    said = WORDS.say("decision_refused.not_within", first="15.01.2027", latest="14.03.2027")
    assert text_of(told).count(said) == 2  # above the page and beside its field
    sent = {**fields(page), **paper, "end_on": "2027-03-14"}
    recorded = officer.post(f"/decisions/{number}/contract", data=sent)
    assert "К-2-1" in text_of(recorded.text)
    assert STALLED not in officer.get("/queue?flag=no_service").text
    said_next(officer, "publish the report on the interim contract by")
    closed = {**fields(recorded.text), "deed": "close", "reason": "есеп № 7, 18.01.2027"}
    after = officer.post(f"/decisions/{number}", data=closed)
    assert (after.status_code, after.url.path) == (200, f"/decisions/{number}")
    told = text_of(after.text)
    reviewer, officer_name = office.person("asel").name, office.person("aigul").name
    assert f"{reviewer} – approved. Reason: {REASON}." in told, "each deed has its own person and reason"
    assert f"{officer_name} – signed contract recorded. К-2-1." in told
    assert f"{officer_name} – closed. есеп № 7, 18.01.2027." in told
    assert office.found(number).status is DecisionStatus.CLOSED
    assert "Publish the report" not in officer.get(f"/schools/{STALLED}").text


def test_every_page_of_deciding_stands_in_each_language(filled: Engine, visit: Visit) -> None:
    office = Office(filled)
    number = office.drafted("aigul", STALLED).number
    reviewer = browser(visit, office, "asel")
    steps = [f"/suggestions?step={step}" for step in Step]
    schools = [f"/suggestions/{school}?agreed=no" for school in (STALLED, FAILED, INTERIM, USED_UP)]
    for path in (*steps, *schools, f"/suggestions/{FAILED}?service=channel", f"/decisions/{number}?page=1"):
        for language in Language:
            answer = reviewer.get(f"{path}&lang={language}")
            assert answer.status_code == 200, path
            assert f'lang="{language}"' in answer.text


def test_wrong_fields_and_foreign_or_unknown_numbers_are_refused_alike(filled: Engine, visit: Visit) -> None:
    office = Office(filled)
    number = office.drafted("aigul", STALLED).number
    stranger = browser(visit, office, "dana")
    for path in (
        f"/decisions/{number}",
        "/decisions/999",
        "/decisions/-1",
        "/decisions/x",
        "/decisions/9" * 9,
    ):
        assert stranger.get(path).status_code == 404, path
    assert stranger.get(f"/suggestions/{STALLED}").status_code == 404
    officer = browser(visit, office, "aigul")
    for path, data in (
        ("/suggestions/drafts", {"need": ["nothing x"]}),
        (f"/decisions/{number}", {"deed": "jump"}),
        (f"/decisions/{number}/conditions", {"confirmed": ["unheard"]}),
        (f"/suggestions/{STALLED}", {"agreed": "maybe"}),
        (f"/decisions/{number}", {"deed": "withdraw", "revision": LONG}),
    ):
        assert officer.post(path, data=data).status_code == 400, path


def test_a_number_of_thousands_of_digits_is_refused_like_any_other(filled: Engine, visit: Visit) -> None:
    reviewer = browser(visit, Office(filled), "asel")
    for said in (LONG, f"{LONG}:1", f"1:{LONG}", "٣:1", "2147483648:1", "1:-1"):
        data = {"decision": said, "reason": "x"}
        assert reviewer.post("/suggestions/approvals", data=data).status_code == 400, said[:20]
    for path in (
        f"/decisions/{LONG}",
        f"/decisions/{LONG}/documents",
        f"/documents/check?number={LONG}&code=x",
    ):
        assert reviewer.get(path).status_code in (400, 404), path[:30]
    assert reviewer.get(f"/reminders?person={LONG}").status_code == 400
    assert reviewer.post("/exports/documents", data={"numbers": LONG}).status_code == 409


def test_a_reason_that_ends_with_a_full_stop_has_one(filled: Engine, visit: Visit) -> None:
    office = Office(filled)
    wanted = Wanted(reason="До новой связи.")
    ((number,),) = [(row.number,) for row in office.draft("aigul", STALLED, wanted=wanted)]
    said = text_of(browser(visit, office, "asel").get(f"/decisions/{number}").text)
    assert "До новой связи." in said
    assert "связи.." not in said


def test_whoever_only_reads_sees_the_decision_and_no_buttons(filled: Engine, visit: Visit) -> None:
    number = Office(filled).drafted("aigul", STALLED).number
    page = visit(filled, Language.EN, person=ADMIN).get(f"/decisions/{number}").text
    assert 'name="deed"' not in page
    assert 'name="confirmed"' not in page


def test_lists_and_decisions_cost_as_many_questions_for_one_as_for_two(filled: Engine, visit: Visit) -> None:
    office = Office(filled)
    first = office.drafted("aigul", STALLED).number
    paths = ("/suggestions?step=draft", "/suggestions?step=approve", f"/decisions/{first}")
    few = [questions(filled, visit, path) for path in paths]
    office.drafted("aigul", FAILED)
    assert [questions(filled, visit, path) for path in paths] == few
    assert max(few) <= 30


def test_what_is_chosen_in_the_queue_is_looked_at_as_drafts(filled: Engine, visit: Visit) -> None:
    reviewer = browser(visit, Office(filled), "asel")
    queue = reviewer.get("/queue").text
    assert 'formaction="/suggestions"' in queue
    for path, asked, back in (
        ("/suggestions", "region=59", "/queue?region=59"),
        ("/suggestions/approvals", "step=approve", "/suggestions?step=approve"),
    ):
        nothing = reviewer.post(path, data={"asked": asked})
        assert nothing.status_code == 400
        assert WORDS.say("error.decision_refused.none") in text_of(nothing.text)
        assert f'href="{back}"' in nothing.text
    chosen = re.findall(r'name="need" value="([^"]+)"', queue)
    page = reviewer.post("/suggestions", data={"need": chosen, "asked": "region=59&mine=1"})
    assert page.status_code == 200
    assert 'href="/suggestions?region=59"' in page.text


def test_whoever_approves_is_told_that_the_facts_have_moved(filled: Engine, visit: Visit) -> None:
    office = Office(filled)
    number = office.drafted("aigul", STALLED).number
    moved = WORDS.say("decision.moved.not_needed")
    assert moved not in text_of(browser(visit, office, "asel").get(f"/decisions/{number}").text)
    record(filled, a_contract("K-2027", STALLED, "2027-01-15", "2027-12-31"), at=NOW)
    assert moved in text_of(browser(visit, office, "asel").get(f"/decisions/{number}").text)


@pytest.mark.parametrize("deed", ["return", "reject"])
def test_what_is_sent_back_without_a_reason_says_so_beside_its_field(
    filled: Engine, visit: Visit, deed: str
) -> None:
    office = Office(filled)
    reviewer = browser(visit, office, "asel")
    here = f"/decisions/{office.drafted('aigul', STALLED).number}"
    sent = {**fields(reviewer.get(here).text), "deed": deed, "reason": " "}
    page = reviewer.post(f"{here}/verdict", data=sent).text
    assert 'href="#instead"' in page
    assert 'id="instead-error"' in page
    assert 'id="reason-error"' not in page
