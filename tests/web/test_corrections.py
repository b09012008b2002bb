"""Correcting a fact by hand: once, with a reason, and never over what somebody else has corrected (BIT-9)."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from httpx2 import Response
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.people import a_person
from tests.web.conftest import Visit
from tests.web.reading import shown, text_of
from tests.web.register import COVERED, INTERIM, STALLED, UNKNOWN
from tracker.domain.acts import Act
from tracker.domain.register import ContractRow, SchoolRow, TenderRow
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.render.catalogs import load_words
from tracker.store import journal, registry
from tracker.store.engine import reading
from tracker.store.scope import EVERYTHING

HEAD, OFFICER = a_person(Role.HEAD, "59"), a_person(Role.REVIEWER, "59", name="aigul")
LINE = {"kind": "contracts", "school_id": STALLED, "number": "K-2", "service": "channel"}


def form_of(client: TestClient, which: dict[str, str]) -> dict[str, str]:
    """The form as the page offers it."""
    page = client.get(f"/corrections?{urlencode(which)}")
    assert page.status_code == 200, page.text
    found = dict(re.findall(r'name="(value_\w+|seen)"[^>]*? value="([^"]*)"', page.text))
    chosen = re.findall(r'<select[^>]*name="(value_\w+)".*?<option value="([^"]*)" selected', page.text, re.S)
    return {**which, **found, **dict(chosen)}


def written(client: TestClient, form: dict[str, str]) -> Response:
    """The correction after a look at what it would change."""
    ahead = client.post("/corrections", data=form)
    assert ahead.status_code == 200
    return client.post("/corrections", data={**form, "shown": shown(ahead.text)}, follow_redirects=False)


def line(engine: Engine, school_id: str = STALLED, number: str = "K-2") -> ContractRow:
    """A contract line as it is known now."""
    with reading(engine, seeing=EVERYTHING) as session:
        return registry.contract_rows(session, EVERYTHING, school_id=school_id, number=number)[0]


def entries(engine: Engine, act: Act) -> tuple[journal.Entry, ...]:
    """What the journal tells of an act."""
    with reading(engine, seeing=EVERYTHING) as session:
        return journal.entries(session, action=act)


def test_a_correction_is_written_with_both_values_and_the_reason(filled: Engine, visit: Visit) -> None:
    client, before = visit(filled, Language.RU, person=HEAD), line(filled)
    form = form_of(client, LINE) | {"value_end_on": "2027-02-28", "reason": "опечатка в дате"}
    ahead = client.post("/corrections", data=form | {"deed": "try"})
    assert ahead.status_code == 200
    assert 'name="shown"' in client.post("/corrections", data=form).text, "without a look it is shown first"
    assert line(filled) == before, "nothing is written before it was shown"
    said = " ".join(text_of(ahead.text).split())
    assert "31.12.2026 → 28.02.2027" in said
    form |= {"shown": shown(ahead.text)}
    other = client.post("/corrections", data=form | {"value_end_on": "2028-08-31"})
    assert "31.08.2028" in text_of(other.text), "what was not shown is shown first"
    assert line(filled) == before
    answer = client.post("/corrections", data=form, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/schools/{STALLED}?done=corrected")
    after = line(filled)
    assert after.end_on is not None
    assert after.end_on.isoformat() == "2027-02-28"
    assert replace(after, end_on=before.end_on) == before
    (entry,) = entries(filled, Act.CORRECTION)
    assert entry.details["reason"] == "опечатка в дате"
    assert entry.details["changes"] == ["end_on: 2026-12-31 → 2027-02-28"]
    page = text_of(client.get(answer.headers["location"]).text)
    assert "Исправление записано." in page
    (state,) = re.findall(r'class="sentence">(.*?)</p>', client.get(f"/schools/{STALLED}").text)
    assert " ".join(text_of(state).split()) in said, "the school stands as it was shown"


def test_of_two_who_correct_the_same_contract_one_is_told_and_both_are_in_the_journal(
    filled: Engine, visit: Visit
) -> None:
    first, second = visit(filled, Language.RU, person=HEAD), visit(filled, Language.RU, person=OFFICER)
    hers, theirs = form_of(first, LINE), form_of(second, LINE)
    hers |= {"value_end_on": "2027-03-31", "reason": "по договору"}
    theirs |= {"value_end_on": "2027-04-30", "reason": "по дополнению"}
    assert written(first, hers).status_code == 303
    refused = second.post("/corrections", data=theirs)
    assert refused.status_code == 409
    assert load_words(Language.RU).say("correction.meanwhile") in refused.text
    assert "31.03.2027" in refused.text
    assert "30.04.2027" in refused.text
    assert str(line(filled).end_on) == "2027-03-31"
    (done,), (late,) = entries(filled, Act.CORRECTION), entries(filled, Act.CORRECTION_REFUSED)
    assert done.actor != late.actor
    assert "end_on: 2027-04-30" in late.details["changes"]
    retold = dict(re.findall(r'name="(seen)" value="(\w+)"', refused.text))
    assert written(second, theirs | retold).status_code == 303
    assert str(line(filled).end_on) == "2027-04-30"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"reason": ""}, "correction.refused.reason"),
        ({"reason": "x"}, "correction.refused.same"),
        ({"reason": "x", "value_end_on": "2025-01-01"}, ""),
        ({"reason": "x", "value_end_on": "31 февраля"}, ""),
        ({"reason": "x", "value_start_on": ""}, ""),
    ],
    ids=["without a reason", "without a change", "ends before it begins", "no day", "no first day"],
)
def test_what_is_wrong_is_told_beside_its_field_and_nothing_is_written(
    filled: Engine, visit: Visit, changed: dict[str, str], code: str
) -> None:
    client, before = visit(filled, Language.RU, person=HEAD), line(filled)
    answer = client.post("/corrections", data=form_of(client, LINE) | changed)
    assert answer.status_code == 400
    assert (load_words(Language.RU).say(code) if code else "govuk-error-message") in answer.text
    assert line(filled) == before


def test_tenders_and_schools_are_corrected_in_the_same_way(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.KK, person=HEAD)
    tender = {"kind": "tenders", "school_id": INTERIM, "number": "T-3", "service": "channel"}
    school = {"kind": "schools", "school_id": COVERED}
    for which, value in ((tender, {"value_bids_close_on": "2027-01-29"}), (school, {"value_cameras": "14"})):
        form = form_of(client, which) | value | {"reason": "тексерілді"}
        assert written(client, form).status_code == 303
    with reading(filled, seeing=EVERYTHING) as session:
        found: TenderRow = registry.tender_rows(session, EVERYTHING, number="T-3")[0]
        told: SchoolRow = registry.get_school(session, EVERYTHING, COVERED)
    assert str(found.bids_close_on) == "2027-01-29"
    assert (told.cameras, str(told.integrated_on), told.services) == (14, "2024-05-06", ("channel",))


@pytest.mark.parametrize("language", Language)
def test_what_a_correction_changes_is_told_in_the_words_of_its_form(
    filled: Engine, visit: Visit, language: Language
) -> None:
    words, client = load_words(language), visit(filled, language, person=HEAD)
    form = form_of(client, LINE) | {"value_status": "pending", "value_method": "open_tender", "reason": "!"}
    told = " ".join(text_of(client.post("/corrections", data=form | {"deed": "try"}).text).split())
    old, new = (words.say(f"contract_status.{code}") for code in ("expired", "pending"))
    assert f"{old} → {new}" in told
    assert f"– → {words.say('method.open_tender')}" in told
    met = client.post("/corrections", data=form | {"seen": "x"}).text
    theirs, yours = words.say("correction.theirs"), words.say("correction.yours")
    assert f"{theirs}: <strong>{old}</strong>; {yours}: <strong>{new}</strong>" in met


def test_a_fact_of_another_region_is_like_one_that_does_not_exist(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.RU, person=HEAD)
    for which in ({"school_id": UNKNOWN, "number": "K-4"}, {"school_id": "nobody", "number": "K-4"}):
        asked = {**LINE, **which}
        assert client.get(f"/corrections?{urlencode(asked)}").status_code == 404
        form = {**asked, "seen": "x", "reason": "x", "value_end_on": "2027-01-01"}
        assert client.post("/corrections", data=form).status_code == 404


def test_what_is_refused_again_and_again_names_nobody_and_is_told_once_a_minute(
    filled: Engine, visit: Visit
) -> None:
    client = visit(filled, Language.RU, person=HEAD)
    late = form_of(client, LINE) | {"seen": "x", "reason": "r" * 500, "value_end_on": "2027-04-30"}
    late |= {"value_supplier_name": "Жанар Бекова", "value_status": "Жанар", "value_unknown": "Жанар" * 999}
    assert [client.post("/corrections", data=late).status_code for _ in range(3)] == [409] * 3
    (told,) = entries(filled, Act.CORRECTION_REFUSED)
    assert sorted(told.details["changes"]) == ["end_on: 2027-04-30", "status", "supplier_name"]
    assert told.details["times"] == 1
    assert len(told.details["reason"]) == 200
    assert "Жанар" not in told.detail
    with client:
        pass
    (rest,) = entries(filled, Act.REFUSED)
    assert (rest.subject, rest.details["times"]) == ("POST /corrections", 2)
