"""Where one lands after deciding, and what the result of drafting for many names."""

from __future__ import annotations

import re

from sqlalchemy import Engine

from tests.deciding.office import Office
from tests.deciding.test_pages import WORDS, browser, fields
from tests.web.conftest import Visit
from tests.web.reading import shown, text_of
from tests.web.register import STALLED, USED_UP, a_contract, a_school, day, fill
from tracker.domain.decisions import Deed
from tracker.domain.register import TenderRow
from tracker.domain.vocabulary import TenderStatus


def test_what_was_left_unticked_is_named_as_set_aside_by_whoever_chose(filled: Engine, visit: Visit) -> None:
    office = Office(filled)
    near = ("100000000001", "100000000002")
    bought = [
        TenderRow(f"T-{school}", school, TenderStatus.ACTIVE, published_on=day("2027-01-11"))
        for school in near
    ]
    rows = [a_contract(f"K-{school}", school, "2026-02-01", "2027-01-31") for school in near]
    fill(filled, *(a_school(school, school) for school in near), *rows, *bought)
    officer = browser(visit, office, "aigul")
    chosen = [f"channel {school}" for school in (STALLED, *near)]
    page = officer.post("/suggestions", data={"need": chosen, "asked": ""}).text
    offered = re.findall(r'name="offered" value="([^"]+)"', page)
    assert sorted(offered) == sorted(chosen)
    sent = {"need": [chosen[1]], "offered": offered, "confirmed": "all"}
    again = officer.post("/suggestions/drafts", data=sent).text  # without what was shown: looked at once more
    assert re.findall(r'name="need" value="([^"]+)"', again) == [chosen[1]]
    assert set(re.findall(r'name="offered" value="([^"]+)"', again)) == set(offered)
    made = text_of(officer.post("/suggestions/drafts", data={**sent, "shown": shown(page)}).text)
    assert made.count(WORDS.say("result.aside", who=office.person("aigul").name)) == 2
    assert "School Әйтеке" in made
    assert f"School {near[1]}" in made


def test_the_result_offers_to_take_back_only_what_was_done_to_its_rows(filled: Engine, visit: Visit) -> None:
    office = Office(filled)
    office.draft("aigul", STALLED)
    officer = browser(visit, office, "aigul")
    page = officer.post("/suggestions", data={"need": [f"channel {USED_UP}"], "asked": ""})
    sent = {"need": [f"channel {USED_UP}"], "shown": shown(page.text)}
    made = officer.post("/suggestions/drafts", data=sent).text
    assert WORDS.say("decision_refused.cap_used_up") in text_of(made)
    assert 'name="which"' not in made
    assert 'name="which"' in officer.get("/suggestions").text, "where her deeds stand it can be taken back"


def test_after_the_last_of_her_filters_whoever_approves_sees_what_else_awaits_approval(
    filled: Engine, visit: Visit
) -> None:
    office = Office(filled)
    number = office.drafted("aigul", STALLED).number
    reviewer = browser(visit, office, "asel")
    seen = {**fields(reviewer.get(f"/decisions/{number}?step=draft").text), "deed": "approve", "reason": "x"}
    after = reviewer.post(f"/decisions/{number}/verdict", data=seen)
    assert (after.url.path, dict(after.url.params)) == ("/suggestions", {"step": "approve"})
    assert f'name="which" value="{number}:' in after.text, "what she did can be undone from there"


def test_the_school_says_that_its_approved_decision_stands_and_asks_to_confirm_nothing(
    filled: Engine, visit: Visit
) -> None:
    office = Office(filled)
    officer = browser(visit, office, "aigul")
    number = office.drafted("aigul", STALLED).number
    assert WORDS.say("answer.stands") not in officer.get(f"/schools/{STALLED}").text
    office.decide("asel", number, Deed.APPROVE)
    block = officer.get(f"/schools/{STALLED}").text.partition(WORDS.say("school.answer"))[2]
    block = block.partition("</div>")[0]
    assert f'{WORDS.say("answer.stands")} <a href="/decisions/{number}' in block
    assert WORDS.say("answer.to_confirm") not in block
    assert WORDS.say("condition_status.to_confirm") not in block


def test_consent_of_the_supplier_is_asked_for_only_where_a_ground_rests_on_it(
    filled: Engine, visit: Visit
) -> None:
    officer = browser(visit, Office(filled), "aigul")
    gone, question = "100000000003", WORDS.say("agreed.question")
    created = a_school(gone, gone, bin="270140000015")  # this year: for it no ground asks whether he refused
    fill(filled, created, a_contract("K-gone", gone, "2025-10-01", "2026-10-23"))
    assert question not in text_of(officer.get(f"/suggestions/{gone}").text)
    assert question in text_of(officer.get(f"/suggestions/{gone}?route=interim.extension").text)
    near = "100000000004"
    bought = TenderRow(f"T-{near}", near, TenderStatus.ACTIVE, published_on=day("2027-01-11"))
    fill(filled, a_school(near, near), a_contract("K-near", near, "2026-02-01", "2027-01-31"), bought)
    assert question in text_of(officer.get(f"/suggestions/{near}").text)
    late = "100000000005"
    fill(filled, a_school(late, late), a_contract("K-late", late, "2025-10-01", "2026-10-23"))
    assert question in text_of(officer.get(f"/suggestions/{late}").text)  # in January his refusal is a ground
