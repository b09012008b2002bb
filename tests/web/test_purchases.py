"""A purchase is moved on by one answer, and stops with a plan: it is recorded, told and reckoned."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html import unescape

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.people import a_person, sign_in
from tests.store.rows import record
from tests.web.conftest import Visit
from tests.web.register import FAILED, INTERIM, NOW, STALLED, SUSPENDED, UNKNOWN, USED_UP, fill
from tracker.domain.acts import Act
from tracker.domain.progress import FAILURE
from tracker.domain.register import RegisterKind, TenderEventRow, TenderRow
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language, TenderEventKind, TenderStatus
from tracker.render.catalogs import load_words
from tracker.services import importing
from tracker.services.evaluating import Book
from tracker.store import journal, registry
from tracker.store.engine import reading
from tracker.store.scope import EVERYTHING

RU = load_words(Language.RU)
OFFICER = a_person(Role.OFFICER, "59", name="officer")
HEAD = a_person(Role.HEAD, "59", name="head")
TODAY = "2027-01-15"


def form_of(client: TestClient, school: str, asked: str = "") -> dict[str, str]:
    """The form of a purchase as its page offers it."""
    page = client.get(f"/purchases/{school}{asked}")
    assert page.status_code == 200, page.text
    form, *_ = re.findall(r'<form class="form[^>]*action="/purchases".*?</form>', page.text, re.S)
    fields = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*?value="([^"]*)"', form))
    return fields | {"tell": "".join(re.findall(r"<textarea[^>]*>([^<]*)<", form))}


def answer(client: TestClient, school: str, asked: str = "", /, **changed: str) -> str:
    """Answer as the page proposes, but for what is changed; the page that follows."""
    sent = client.post("/purchases", data=form_of(client, school, asked) | changed, follow_redirects=False)
    assert sent.status_code == 303, sent.text
    return client.get(sent.headers["location"]).text


def lines(engine: Engine, school: str) -> dict[str, TenderRow]:
    """The purchases of a school as they are known now, by number."""
    with reading(engine, seeing=EVERYTHING) as session:
        rows = registry.tender_rows(session, EVERYTHING, school_id=school)
    return {row.tender_number: row for row in rows}


def events(engine: Engine, number: str) -> list[str]:
    """The dated events of a purchase."""
    with reading(engine, seeing=EVERYTHING) as session:
        rows = registry.event_rows(session, EVERYTHING, number=number)
    return [f"{row.on} {row.event}" for row in rows]


def steps(engine: Engine) -> list[str]:
    """What the journal tells of recorded steps."""
    with reading(engine, seeing=EVERYTHING) as session:
        return [entry.details["step"] for entry in journal.entries(session, action=Act.PURCHASE_STEP)]


def heading(page: str) -> str:
    """The title of a page."""
    return str(re.findall(r"<h1>([^<]*)", page)[0])


def test_an_event_that_a_file_brought_by_mistake_is_taken_back_with_a_reason(
    filled: Engine, visit: Visit
) -> None:
    wrong = TenderEventRow("T-2", TenderEventKind.UNSUCCESSFUL, date(2027, 1, 13))
    fill(filled, wrong)
    client = visit(filled, Language.RU, person=OFFICER)
    page = client.get(f"/purchases/{STALLED}").text
    assert heading(page) != RU.say("purchase.ask.results")
    seen = re.findall(r'name="seen" value="([^"]*)"', page)[0]
    form = {"deed": "unsay", "school_id": STALLED, "purchase": "T-2", "seen": seen}
    form |= {"event": "unsuccessful 2027-01-13"}
    refused = client.post("/purchases", data=form | {"reason": " "})
    assert (refused.status_code, len(events(filled, "T-2"))) == (400, 2)
    assert RU.say("correction.refused.reason") in refused.text
    back = client.post("/purchases", data=form | {"reason": "файл другой закупки"})
    assert heading(back.text) == RU.say("purchase.ask.results"), "it goes on where it stood"
    assert RU.say("purchase.taken_back") in back.text
    assert events(filled, "T-2") == ["2026-12-25 evaluation"]
    with reading(filled, seeing=EVERYTHING) as session:
        (told,) = journal.entries(session, action=Act.CORRECTION)
    assert told.details["reason"] == "файл другой закупки"
    assert told.details["changes"] == ["event: unsuccessful 2027-01-13 → –"]
    assert client.post("/purchases", data=form | {"reason": "x"}).status_code == 409


def test_a_recorded_step_moves_the_purchase_its_deadline_and_its_forecast(
    filled: Engine, visit: Visit
) -> None:
    client = visit(filled, Language.RU, person=OFFICER)
    overdue = RU.say("deadline_act.stage_due", stage=RU.say("stage.evaluation"))
    (form,) = re.findall(
        r'action="/deadlines/hold".*?</form>', client.get(f"/purchases/{STALLED}").text, re.S
    )
    not_yet = re.findall(r'name="(\w+)" value="([^"]*)"', form)
    held = client.post("/deadlines/hold", data={name: unescape(value) for name, value in not_yet})
    assert RU.say("purchase.not_yet") in held.text
    assert overdue in held.text
    page = answer(client, STALLED)
    assert heading(page) == RU.say("purchase.ask.complaints_over")
    assert "20 января 2027" in page
    assert RU.say("purchase.done") in page
    assert events(filled, "T-2") == ["2026-12-25 evaluation", f"{TODAY} appeal"]
    assert steps(filled) == ["results"]
    week = client.get("/deadlines").text
    assert overdue not in week
    assert RU.say("purchase.not_yet") not in week
    mistake = re.findall(r'name="seen" value="([^"]*)"', client.get(f"/purchases/{STALLED}").text)[0]
    form = {"deed": "back", "school_id": STALLED, "purchase": "T-2", "seen": mistake}
    back = client.post("/purchases", data=form)
    assert heading(back.text) == RU.say("purchase.ask.results")
    assert events(filled, "T-2") == ["2026-12-25 evaluation"]
    assert steps(filled) == ["taken_back", "results"]
    assert overdue in client.get("/deadlines").text
    stale = [client.post("/purchases", data=form | {"seen": seen}).status_code for seen in ("x", mistake)]
    assert stale == [409, 409]
    fresh = form_of(client, STALLED)["seen"]
    assert client.post("/purchases", data=form | {"seen": fresh}).status_code == 404
    page = answer(client, USED_UP, day=TODAY)
    assert lines(filled, USED_UP)["T-11"].bids_close_on == date(2027, 1, 15)
    assert heading(page) == RU.say("purchase.ask.results")


def test_what_cannot_be_is_told_all_at_once_and_nothing_is_written(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.RU, person=OFFICER)
    form = form_of(client, STALLED)
    refused = client.post("/purchases", data=form | {"day": "2027-01-16", "number": "T-77"})
    assert refused.status_code == 400
    assert RU.say("purchase.wrong.future", day="15.01.2027") in refused.text
    assert RU.say("purchase.wrong.other", number="T-2") in refused.text
    assert 'value="2027-01-16"' in refused.text
    assert 'value="T-77"' in refused.text
    for day, code, known in (("2026-12-24", "before", "25.12.2026"), ("31 февраля", "day", "")):
        refused = client.post("/purchases", data=form | {"day": day})
        assert RU.say(f"purchase.wrong.{code}", day=known) in refused.text
        assert f'value="{day}"' in refused.text
    stale = client.post("/purchases", data=form | {"seen": "x"})
    assert (stale.status_code, RU.say("purchase.meanwhile") in stale.text) == (409, True)
    assert steps(filled) == []
    assert client.get(f"/purchases/{UNKNOWN}").status_code == 404
    assert client.post("/purchases", data=form | {"school_id": UNKNOWN}).status_code == 404


@pytest.mark.parametrize(("trouble", "other"), [("one_admitted", "no_bids"), ("cancelled", "none_admitted")])
def test_a_failure_says_what_may_follow_and_is_recorded_with_its_repeat(
    filled: Engine, visit: Visit, trouble: str, other: str
) -> None:
    sign_in(filled, HEAD)
    client = visit(filled, Language.RU, person=OFFICER)
    for each in (other, trouble):
        asked = f"?trouble={each}&then=repeat"
        shown = client.get(f"/purchases/{STALLED}{asked}").text
        assert ('class="assumed"' in shown) is (each == "cancelled")
        assert "ст. 15 п. 4, 6" in shown
        assert RU.say("answer.to_confirm") in shown
    page = answer(client, STALLED, asked, deed="stop")
    assert heading(page) == RU.say("purchase.ask.announced")
    now = lines(filled, STALLED)
    assert dict(now["T-2"].extra)[FAILURE] == trouble
    assert str(now["T-2"].ended_on) == TODAY
    assert (now["T-2-2"].status, now["T-2-2"].repeats_tender_number) == (TenderStatus.PLANNED, "T-2")
    assert now["T-2-2"].amount == now["T-2"].amount
    assert steps(filled) == [trouble]
    waiting = visit(filled, Language.RU, person=HEAD).get("/queue").text
    assert RU.say(f"purchase.trouble.{trouble}") in waiting


def test_a_later_file_that_says_otherwise_shows_the_difference(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.RU, person=OFFICER)
    answer(client, INTERIM, "?trouble=cancelled", deed="stop")
    file = f"tender_number;school_id;status\nT-3;{INTERIM};active\n".encode()
    with reading(filled, seeing=EVERYTHING) as session:
        found = importing.preview(
            session, EVERYTHING, RegisterKind.TENDERS, file, filename="t.csv", book=Book.load(), on=NOW.date()
        )
    assert [(each.old, each.new) for each in found.changes[0].fields] == [("cancelled", "active")]


def test_a_plan_that_cannot_be_is_told_and_may_be_reckoned_again(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.RU, person=OFFICER)
    form = form_of(client, STALLED, "?trouble=no_bids&then=repeat")
    wrong = {"day": "2026-12-24", "planned_on": "2027-01-14", "number": "T-2", "deed": "stop"}
    refused = client.post("/purchases", data=form | wrong)
    assert refused.status_code == 400
    for code, day, number in (
        ("before", "25.12.2026", ""),
        ("past", "15.01.2027", ""),
        ("known", "", "T-2"),
    ):
        assert RU.say(f"purchase.wrong.{code}", day=day, number=number) in refused.text
    taken = client.post("/purchases", data=form | {"number": "T-11", "deed": "stop"}).text
    assert RU.say("purchase.wrong.taken", number="T-11") in taken
    sooner = client.post("/purchases", data=form | {"deed": "look"})
    later = client.post("/purchases", data=form | {"deed": "look", "planned_on": "2027-02-15"})
    assert [page.status_code for page in (sooner, later)] == [200, 200]
    fits, short = RU.say("purchase.fits", until="14.03.2027"), "до начала услуги останется"
    assert (fits in sooner.text, short in later.text) == (True, True)
    planned_for_bids = client.get(f"/purchases/{STALLED}?trouble=suspended").text
    assert RU.say("purchase.ways") not in planned_for_bids
    assert steps(filled) == []


def test_how_a_purchase_failed_is_told_to_who_confirms_a_condition_about_it(
    filled: Engine, visit: Visit
) -> None:
    client = visit(filled, Language.RU, person=OFFICER)
    asked = {"route": "after_failure.single_source", "agreed": "no"}
    failed = lines(filled, FAILED)["T-6"]

    def told(trouble: str, page: str) -> tuple[bool, bool]:
        how = RU.say(f"purchase.trouble.{trouble}")
        recorded = RU.say("condition.no_bids.recorded", number="T-6", how=how)
        return recorded in page, RU.say("condition.no_bids.otherwise") in page

    record(filled, replace(failed, extra=((FAILURE, "one_admitted"),)), at=NOW)
    draft = client.get(f"/suggestions/{FAILED}", params=asked).text
    assert told("one_admitted", draft) == (True, True)
    assert 'name="confirmed" value="no_bids"' in draft
    record(filled, replace(failed, extra=((FAILURE, "no_bids"),)), at=NOW)
    made = client.post(f"/suggestions/{FAILED}", data=asked | {"reason": "?"}).text
    assert told("no_bids", made) == (True, False)
    assert 'name="confirmed" value="no_bids">' in made


def test_what_a_file_told_as_failed_is_followed_by_a_plan(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.RU, person=OFFICER)
    page = answer(client, FAILED, "?then=repeat", deed="stop", tell="")
    assert heading(page) == RU.say("purchase.ask.announced")
    planned = lines(filled, FAILED)["T-6-2"]
    assert (str(planned.planned_on), planned.repeats_tender_number) == ("2027-01-18", "T-6")
    assert lines(filled, FAILED)["T-6"].ended_on == date(2026, 12, 28)
    assert steps(filled) == ["planned"]


def test_a_suspended_purchase_is_asked_for_until_it_goes_on(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.RU, person=a_person(Role.OFFICER, "71", name="other"))
    resumed = answer(client, SUSPENDED, day="2027-01-14")
    assert heading(resumed) == RU.say("purchase.ask.bids_closed")
    form = form_of(client, SUSPENDED, "?trouble=suspended") | {"deed": "stop"}
    same_day = client.post("/purchases", data=form | {"day": "2027-01-14"}).text
    assert RU.say("purchase.wrong.resumed", day="14.01.2027") in same_day
    again = answer(client, SUSPENDED, "?trouble=suspended", deed="stop")
    assert heading(again) == RU.say("purchase.ask.resumed")
    assert events(filled, "T-8")[-2:] == ["2027-01-14 resumed", f"{TODAY} suspended"]


def test_an_announcement_is_recorded_under_its_number_planned_or_not(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.RU, person=OFFICER)
    failed = client.get(f"/purchases/{FAILED}").text
    assert heading(failed) == RU.say("purchase.ask.announced.repeat")
    assert "ст. 15 п. 4, 6" in failed
    assert heading(client.get(f"/purchases/{FAILED}?then=repeat").text) == RU.say("purchase.plan")
    form = form_of(client, FAILED) | {"number": "T-8"}
    assert RU.say("purchase.wrong.taken", number="T-8") in client.post("/purchases", data=form).text
    form |= {"number": " 600-2\n"}
    assert [client.post("/purchases", data=form, follow_redirects=False).status_code for _ in "ab"] == [
        303,
        409,
    ]
    repeat = lines(filled, FAILED)["600-2"]
    assert (repeat.repeats_tender_number, str(repeat.published_on)) == ("T-6", TODAY)
    answer(client, INTERIM, "?trouble=no_bids&then=change", deed="stop", number="3-2")
    assert lines(filled, INTERIM)["3-2"].repeats_tender_number is None
    form = form_of(client, INTERIM) | {"number": "300-9"}
    asked = client.post("/purchases", data=form)
    assert (asked.status_code, RU.say("purchase.renamed") in asked.text) == (400, True)
    assert client.post("/purchases", data=form | {"is_renamed": "1"}, follow_redirects=False).is_redirect
    now = lines(filled, INTERIM)
    assert (now["3-2"].status, now["300-9"].status) == (TenderStatus.WITHDRAWN, TenderStatus.ACTIVE)
    assert heading(client.get(f"/purchases/{INTERIM}").text) == RU.say("purchase.ask.bids_until")


def test_a_signed_contract_is_recorded_for_every_school_and_ends_the_purchase(
    filled: Engine, visit: Visit
) -> None:
    held = TenderRow("T-50", USED_UP, TenderStatus.ACTIVE, results_on=date(2026, 12, 28))
    held = replace(held, published_on=date(2026, 12, 1))
    record(filled, replace(held, school_id=FAILED), held, at=NOW)
    client = visit(filled, Language.RU, person=OFFICER)
    assert heading(client.get(f"/purchases/{USED_UP}?number=T-50").text) == RU.say("purchase.ask.signed")
    form = form_of(client, USED_UP, "?number=T-50") | {"contract": "", "end_on": "2027-01-01"}
    refused = client.post("/purchases", data=form).text
    assert RU.say("purchase.wrong.number") in refused
    assert RU.say("purchase.wrong.before", day="18.01.2027") in refused
    page = answer(client, USED_UP, "?number=T-50", contract="K-50", end_on="2027-12-31", start_on=TODAY)
    assert RU.say("purchase.done") in page
    with reading(filled, seeing=EVERYTHING) as session:
        rows = registry.contract_rows(session, EVERYTHING, number="K-50")
    assert {(row.school_id, row.tender_number, str(row.signed_on)) for row in rows} == {
        (USED_UP, "T-50", TODAY),
        (FAILED, "T-50", TODAY),
    }


def test_who_does_not_see_every_school_of_a_purchase_or_may_only_read_records_nothing(
    filled: Engine, visit: Visit
) -> None:
    record(filled, replace(lines(filled, STALLED)["T-2"], school_id=UNKNOWN), at=NOW)
    client = visit(filled, Language.RU, person=OFFICER)
    page = client.get(f"/purchases/{STALLED}").text
    assert RU.say("purchase.shared") in page
    form = {"deed": "record", "school_id": STALLED, "purchase": "T-2", "number": "T-2", "day": TODAY}
    seen = form_of(visit(filled, Language.RU), STALLED)["seen"]
    wrong = {**form, "deed": "unsay", "event": "evaluation 2026-12-25", "reason": "x", "seen": seen}
    assert client.post("/purchases", data=wrong).status_code in (404, 409)
    assert "evaluation" in " ".join(events(filled, "T-2"))
    assert client.post("/purchases", data=form | {"seen": seen}).status_code in (400, 409)
    foreign = replace(lines(filled, INTERIM)["T-3"], school_id=UNKNOWN)
    record(filled, foreign, at=NOW)
    assert RU.say("purchase.own_only") in client.get(f"/purchases/{INTERIM}").text
    answer(client, INTERIM)
    assert lines(filled, INTERIM)["T-3"].bids_close_on is not None
    assert lines(filled, UNKNOWN)["T-3"] == foreign
    auditor = visit(filled, Language.RU, person=a_person(Role.AUDITOR, name="auditor"))
    assert RU.say("purchase.read_only") in auditor.get(f"/purchases/{INTERIM}").text
    assert auditor.post("/purchases", data=form).status_code == 403
    assert steps(filled) == ["bids_closed"]
