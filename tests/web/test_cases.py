"""Work on cases: taken, given, looked at by one at a time, noted, gone through one after another."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.people import a_person, sign_in
from tests.safety.routes import NOTES, dump
from tests.web.conftest import Visit
from tests.web.reading import links_of, shown, text_of
from tests.web.register import FAILED, INTERIM, NOW, STALLED, USED_UP, fill
from tracker.domain.errors import CaseTaken
from tracker.domain.people import Person
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.render.catalogs import load_catalogs
from tracker.services import erasing, working
from tracker.services.acting import Author
from tracker.store import accounts, case_changes, cases, holds, people, views
from tracker.store.engine import reading, transaction
from tracker.store.scope import EVERYTHING, Scope

SAY = load_catalogs()[Language.RU].say
AIGUL, BOLAT = a_person(Role.REVIEWER, "59", name="aigul"), a_person(Role.HEAD, "59", name="bolat")


@pytest.fixture
def aigul(filled: Engine, visit: Visit) -> TestClient:
    """A reviewer of the region."""
    return visit(filled, Language.RU, person=AIGUL)


@pytest.fixture
def bolat(filled: Engine, visit: Visit) -> TestClient:
    """The head of the same region."""
    return visit(filled, Language.RU, person=BOLAT)


def number(engine: Engine, person: Person) -> int:
    """The number of somebody's account."""
    with reading(engine) as session:
        return people.number_of(session, person.email) or 0


def known(engine: Engine, person: Person) -> Person:
    """Somebody as her account says."""
    with transaction(engine) as session:
        account = accounts.account_of(session, people.number_of(session, person.email) or 0)
    assert account is not None
    return account.person


def work(client: TestClient, deed: str, school_id: str = STALLED, **more: object) -> tuple[int, str]:
    """Do one thing with a case; the status, and the page that it leads to as its reader sees it."""
    answer = client.post("/cases", data={"school_id": school_id, "deed": deed, **more})
    return answer.status_code, text_of(answer.text)


def schools_in(client: TestClient, path: str) -> list[str]:
    """The schools that a page of the queue names, in its order."""
    found = (address.partition("?")[0] for _, address in links_of(client.get(path).text))
    return list(dict.fromkeys(each.rsplit("/", 1)[1] for each in found if each.startswith("/schools/")))


def test_what_one_takes_is_hers_and_her_name_stands_in_the_queue(
    aigul: TestClient, bolat: TestClient
) -> None:
    assert schools_in(aigul, "/queue?mine=1") == []
    assert SAY("queue.empty.mine") in text_of(aigul.get("/queue?mine=1").text)
    assert work(aigul, "give")[0] == 200
    assert schools_in(aigul, "/queue?mine=1") == [STALLED]
    assert schools_in(bolat, "/queue?mine=1") == []
    assert "Aigul" in text_of(bolat.get("/queue").text)


def test_the_schools_of_an_officer_are_her_cases(filled: Engine, visit: Visit) -> None:
    officer = Person(0, "officer@example.org", "Officer", Role.OFFICER)
    client = visit(filled, Language.RU, person=officer)
    assert schools_in(client, "/queue?mine=1") == [STALLED]


def test_what_another_took_meanwhile_is_told_and_not_overwritten(
    aigul: TestClient, bolat: TestClient
) -> None:
    assert work(bolat, "give")[0] == 200
    status, said = work(aigul, "give")
    assert (status, "Bolat" in said) == (409, True)
    assert schools_in(bolat, "/queue?mine=1") == [STALLED]


def test_a_case_is_handed_over_and_given_out_of_hand(
    filled: Engine, aigul: TestClient, bolat: TestClient
) -> None:
    hers = number(filled, AIGUL)
    work(aigul, "give")
    work(aigul, "give", to=number(filled, BOLAT), seen=hers)
    assert schools_in(bolat, "/queue?mine=1") == [STALLED]
    assert work(bolat, "release", seen=number(filled, BOLAT))[0] == 200
    assert schools_in(bolat, "/queue?mine=1") == []


def test_a_case_is_given_only_to_who_sees_the_school(filled: Engine, visit: Visit, bolat: TestClient) -> None:
    far = a_person(Role.REVIEWER, "71", name="far")
    sign_in(filled, far)
    status, said = work(bolat, "give", to=number(filled, far))
    assert (status, SAY("error.case_refused.person") in said) == (400, True)


def test_auditors_change_nothing(filled: Engine, visit: Visit) -> None:
    auditor = visit(filled, Language.RU, person=a_person(Role.AUDITOR))
    assert work(auditor, "give")[0] == 403
    assert 'action="/cases"' not in auditor.get(f"/schools/{STALLED}?from=queue").text


def test_who_stands_in_has_the_cases_of_who_is_away(
    filled: Engine, aigul: TestClient, bolat: TestClient
) -> None:
    work(aigul, "give")
    today, (hers, his) = NOW.date(), (number(filled, each) for each in (AIGUL, BOLAT))
    with transaction(filled) as session:
        holds.add_substitute(session, hers, his, today, today, at=NOW)
    assert schools_in(bolat, "/queue?mine=1") == [STALLED]
    said = text_of(bolat.get("/queue").text)
    assert SAY("case.standin", name="Bolat", until="15.01.2027") in said


def test_whoever_comes_second_is_told_who_works_on_it_and_takes_over_knowingly(
    filled: Engine, aigul: TestClient, bolat: TestClient
) -> None:
    told = SAY("case.looked", name="Bolat", at="15.01.2027 11:00")
    assert work(bolat, "look")[0] == 200
    assert told in text_of(aigul.get(f"/schools/{STALLED}").text)
    assert told in text_of(aigul.get("/queue").text)
    assert work(aigul, "look")[0] == 409
    assert work(aigul, "look", seen=number(filled, BOLAT))[0] == 200
    assert "Aigul" in text_of(bolat.get(f"/schools/{STALLED}").text)


def test_who_opens_the_next_case_leaves_the_one_before(aigul: TestClient, bolat: TestClient) -> None:
    work(bolat, "look")
    work(bolat, "look", FAILED)
    assert work(aigul, "look")[0] == 200


def test_many_are_given_with_a_preview_and_a_result_for_each(
    filled: Engine, aigul: TestClient, bolat: TestClient
) -> None:
    chosen = {"need": [f"channel {each}" for each in (STALLED, FAILED, USED_UP)]}
    preview = bolat.post("/queue/assign", data=chosen).text
    given = re.findall(r'name="case" value="([^"]+)"', preview)
    assert sorted(given) == sorted(f"0 {each}" for each in (STALLED, FAILED, USED_UP))
    work(aigul, "give", FAILED)
    result = bolat.post("/queue/assign", data={"case": given, "to": number(filled, BOLAT)})
    said = text_of(result.text)
    assert said.splitlines().count(SAY("assign.given")) == 2
    assert SAY("error.case_taken") in said
    assert set(schools_in(bolat, "/queue?mine=1")) == {STALLED, USED_UP}
    assert bolat.post("/queue/assign", data={"case": given}).status_code == 400


def test_a_note_waits_for_whom_it_speaks_to_and_a_pinned_one_warns_everybody(
    aigul: TestClient, bolat: TestClient
) -> None:
    note = {"school_id": STALLED, "text": "@aigul жеткізуші бас тартты", "is_pinned": "1"}
    assert bolat.post("/cases/notes", data=note).status_code == 200
    for path in ("/queue", f"/schools/{STALLED}"):
        assert "Bolat: @Aigul жеткізуші бас тартты" in text_of(aigul.get(path).text)
    assert SAY("note.for_you") in text_of(aigul.get(f"/schools/{STALLED}").text)
    work(aigul, "see")
    assert SAY("note.for_you") not in text_of(aigul.get(f"/schools/{STALLED}").text)
    assert SAY("note.pinned") in text_of(bolat.get("/queue").text)
    aigul.post("/cases/notes/pin", data={"number": "1", "is_pinned": "0"})
    assert SAY("note.pinned") not in text_of(bolat.get("/queue").text)


def test_a_note_to_nobody_is_refused_and_says_so(bolat: TestClient) -> None:
    answer = bolat.post("/cases/notes", data={"school_id": STALLED, "text": "@nobody көр"})
    assert answer.status_code == 400
    assert SAY("error.case_refused.mention", name="nobody") in text_of(answer.text)


def test_a_view_is_kept_under_a_name_and_its_address_shows_the_same_to_a_colleague(
    aigul: TestClient, bolat: TestClient
) -> None:
    kept = aigul.post("/queue/views", data={"name": "Тайынша", "query": "district=Тайынша&page=7"})
    address = next(each for words, each in links_of(kept.text) if words == "Тайынша")
    assert schools_in(aigul, address) == schools_in(bolat, address) == [INTERIM]
    assert "Тайынша" not in [words for words, _ in links_of(bolat.get("/queue").text)]
    aigul.post("/queue/views/forget", data={"number": "1"})
    assert "Тайынша" not in [words for words, _ in links_of(aigul.get("/queue").text)]
    assert aigul.post("/queue/views", data={"name": " ", "query": ""}).status_code == 400


def test_one_goes_from_case_to_case_and_sees_how_many_are_left(aigul: TestClient) -> None:
    line = schools_in(aigul, "/queue?state=uncovered")
    assert line == [STALLED, FAILED, USED_UP]
    page = aigul.get(f"/schools/{FAILED}?from=queue&state=uncovered").text
    assert SAY("place.case", number=2, count=3) in text_of(page)
    ways = dict(links_of(page))
    assert ways[SAY("place.previous")] == f"/schools/{STALLED}?from=queue&state=uncovered"
    assert ways[SAY("place.next")] == f"/schools/{USED_UP}?from=queue&state=uncovered"
    gone = aigul.get(f"/schools/{INTERIM}?from=queue&state=uncovered").text
    assert dict(links_of(gone))[SAY("place.next")] == f"/schools/{STALLED}?from=queue&state=uncovered"
    assert aigul.get(f"/schools/{FAILED}?state=uncovered").status_code == 400


def test_what_is_drafted_for_a_need_is_one_click_away_from_its_case(bolat: TestClient) -> None:
    page = bolat.get(f"/schools/{STALLED}?from=queue").text
    draft = next(each for words, each in links_of(page) if words == SAY("case.draft"))
    assert bolat.get(draft).status_code == 200
    chosen = {"need": f"channel {STALLED}"}
    chosen |= {"shown": shown(bolat.post("/suggestions", data=chosen).text)}
    assert bolat.post("/suggestions/drafts", data=chosen).status_code == 200
    for path in ("/queue", f"/schools/{STALLED}?from=queue"):
        decision = next(each for _, each in links_of(bolat.get(path).text) if "/decisions/" in each)
        assert bolat.get(decision).status_code == 200


def test_every_figure_of_a_school_says_what_it_is_made_of(aigul: TestClient) -> None:
    said = text_of(aigul.get(f"/schools/{STALLED}").text)
    assert "Без услуги 15 дней: с 01.01.2027 по 15.01.2027, оба дня включительно." in said
    assert "К 15.01.2027 превышен на 9 рабочих дней." in said
    assert "Перерыв 14 дней: 15.01.2027 – 28.01.2027, оба дня включительно. Из них 10 учебных дней." in said


def test_the_answer_stands_on_the_page_in_both_languages(aigul: TestClient) -> None:
    page = aigul.get(f"/schools/{STALLED}").text
    assert 'id="reply-kk" lang="kk">«Әйтеке» мектебі (15.01.2027).' in page
    assert 'id="reply-ru" lang="ru">Школа «Әйтеке» (15.01.2027).' in page


def test_who_has_it_stands_on_the_page_and_in_the_answer_with_her_telephone(
    filled: Engine, aigul: TestClient, bolat: TestClient
) -> None:
    with transaction(filled) as session:
        accounts.change(session, number(filled, AIGUL), {"telephone": "+77152461234;ext=105"})
    work(aigul, "give")
    page = bolat.get(f"/schools/{STALLED}").text
    assert 'href="tel:+77152461234;ext=105">+7 7152 46 12 34, вн. 105</a>' in page.replace("\u00a0", " ")
    answer = page.partition('id="reply-ru"')[2].partition("</p>")[0]
    assert "Дело ведёт: Aigul, тел. +7\u00a07152\u00a046\u00a012\u00a034,\u00a0вн.\u00a0105." in answer
    assert "Дело ведёт" not in bolat.get(f"/schools/{STALLED}?on=2027-01-14").text


def test_the_answer_and_the_file_of_the_queue_know_the_decision_that_stands(bolat: TestClient) -> None:
    def told() -> tuple[str, str]:
        page = bolat.get(f"/schools/{STALLED}").text
        rows = bolat.post("/exports/queue", data={"format": "csv"}).content.decode("utf-8-sig").splitlines()
        row = next(each for each in rows if STALLED in each)
        return page.partition('id="reply-ru"')[2].partition("</p>")[0], row

    proposing = SAY("next_step.decision.proposed", number=1)
    assert not any(proposing[1:] in each for each in told())
    chosen = {"need": f"channel {STALLED}"}
    chosen |= {"shown": shown(bolat.post("/suggestions", data=chosen).text)}
    assert bolat.post("/suggestions/drafts", data=chosen).status_code == 200
    assert all(proposing[1:] in each for each in told())
    kazakh = bolat.get(f"/schools/{STALLED}").text.partition('id="reply-kk"')[2].partition("</p>")[0]
    assert load_catalogs()[Language.KK].say("next_step.decision.proposed", number=1) in kazakh
    past = bolat.post("/exports/queue?on=2027-01-14", data={"format": "csv"}).content.decode("utf-8-sig")
    assert proposing[1:] not in past


def test_what_if_reckons_on_a_copy_and_writes_nothing(filled: Engine, aigul: TestClient) -> None:
    before = dump(filled, without=NOTES)
    asked = {"interim_from": "2027-01-18", "interim_until": "2027-02-28"}
    said = " ".join(text_of(aigul.get(f"/what-if/{STALLED}", params=asked).text).split())
    assert "15.01.2027 – 28.01.2027" in said
    assert "15.01.2027 – 17.01.2027" in said
    assert "53 625,00 ₸" in said.replace("\u00a0", " ")
    for wrong in ({"interim_from": "2027-01-18"}, {"cover_until": "2027-03-01"}, {"announce_on": "soon"}):
        assert aigul.get(f"/what-if/{STALLED}", params=wrong).status_code == 400
    assert dump(filled, without=NOTES) == before


def test_what_was_tried_becomes_one_task_however_often_its_form_is_sent(
    filled: Engine, aigul: TestClient, bolat: TestClient
) -> None:
    asked = {"interim_from": "2027-01-18", "interim_until": "2027-02-28"}
    before = dump(filled, without=NOTES)
    page = aigul.get(f"/what-if/{STALLED}", params=asked).text
    assert "/cases/tasks" not in aigul.get(f"/what-if/{STALLED}").text
    assert dump(filled, without=NOTES) == before  # leaving the page changes nothing
    [key] = re.findall(r'name="key" value="([\w-]{22})"', page)
    [said] = re.findall(r'<textarea[^>]*id="task-text"[^>]*>([^<]+)<', page)
    assert "18.01.2027 – 28.02.2027" in said
    form = {"school_id": STALLED, "to": str(number(filled, BOLAT)), "due_on": "2027-01-22", "text": said}
    for _ in range(2):
        made = aigul.post("/cases/tasks", data={**form, "key": key}, follow_redirects=False)
        assert made.headers["location"] == f"/schools/{STALLED}#notes"
    queue = text_of(bolat.get("/queue").text)
    assert queue.count(SAY("note.due", by="22.01.2027")) == 1
    assert schools_in(bolat, "/queue?mine=1") == [STALLED]
    for wrong in ({"key": "x"}, {"due_on": "2027-01-14"}, {"to": "0"}, {"text": " "}, {"school_id": "none"}):
        refused = aigul.post("/cases/tasks", data={**form, "key": "k" * 22, **wrong})
        assert refused.status_code in (400, 404, 409), wrong
    assert SAY("note.due", by="22.01.2027") in text_of(aigul.get(f"/schools/{STALLED}").text)


@pytest.fixture
def office(engine: Engine) -> Engine:
    """The small country with two colleagues, on each kind of database in turn."""
    fill(engine)
    for person in (AIGUL, BOLAT):
        sign_in(engine, person)
    return engine


def test_of_two_at_the_same_moment_one_takes_it_and_the_other_is_told(office: Engine) -> None:
    together = Barrier(2)

    def take(person: Person) -> str:
        together.wait(30)
        author = Author(person.mark, NOW)
        try:
            with transaction(office, seeing=Scope.of_person(person)) as session:
                working.look(session, author, person, STALLED, over=None)
                working.give(session, author, person, STALLED, person.id, seen=None, today=NOW.date())
        except CaseTaken:
            return "told"
        return "taken"

    both = [known(office, person) for person in (AIGUL, BOLAT)]
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(take, both)) == ["taken", "told"]
    with reading(office, seeing=EVERYTHING) as session:
        held, looks = cases.hands(session, EVERYTHING, schools=[STALLED])
    assert held[STALLED].person == looks[STALLED].person


def test_of_an_erased_person_nothing_is_in_hand_and_her_name_is_in_no_note(office: Engine) -> None:
    person = known(office, AIGUL)
    colleague = known(office, BOLAT)
    with transaction(office, seeing=EVERYTHING) as session:
        case_changes.give(session, STALLED, person.id, by=person.id, at=NOW)
        views.keep(session, person.id, "Aigul's", "mine=1", at=NOW)
        working.write_note(session, Author("x", NOW), colleague, STALLED, "@aigul", is_pinned=False)
        erasing.erase(session, Author("x", NOW), person.id)
    with reading(office, seeing=EVERYTHING) as session:
        assert cases.holders(session, EVERYTHING) == {}
        assert cases.mentions(session, EVERYTHING, person.id) == ()
        assert views.views_of(session, person.id) == ()
        (note,) = cases.notes(session, EVERYTHING, person.id, schools=[STALLED])[STALLED]
    assert note.text == f"@{{{person.id}}}"
