"""A school is asked by a link: one answer, for some days, and nothing changes until somebody accepts it."""

from __future__ import annotations

import html
import re
from urllib.parse import unquote

import pytest
from sqlalchemy import Engine, update
from starlette.testclient import TestClient

from tests.deciding.office import Office
from tests.people import a_person
from tests.web.conftest import HOME, Visit
from tests.web.register import COVERED, FAILED, NEVER, NOW, OVERLAP, STALLED, UNKNOWN
from tests.web.test_cost import counted
from tracker.domain.acts import NOBODY, Act
from tracker.domain.asking import LASTS
from tracker.domain.people import Reach
from tracker.domain.register import ContractRow
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.render.catalogs import load_words
from tracker.services import enrolling
from tracker.services.acting import Author
from tracker.services.enrolling import Described
from tracker.store import accounts, journal, people, registry
from tracker.store.engine import reading, transaction
from tracker.store.report_tables import SCHOOL_ASK
from tracker.store.scope import EVERYTHING

HEAD = a_person(Role.HEAD, "59")
ABROAD = a_person(Role.HEAD, "71", name="abroad")
KK = load_words(Language.KK)
YES = {"channel": "yes", "contract_number": "М-77", "start_on": "2027-01-05", "end_on": "2027-12-31"}


def link_for(client: TestClient, school_id: str) -> str:
    """The path of a new link to a school."""
    page = client.post("/asks", data={"school_id": school_id})
    assert page.status_code == 200, page.text
    (path,) = re.findall(r"(/answer/[\w-]{43})", page.text)
    return str(path)


def answered(phone: TestClient, path: str, said: dict[str, str]) -> int:
    """A school opens the link and answers; the status of the last page."""
    page = phone.get(path)
    assert page.status_code == 200
    token = re.findall(r'name="csrf" value="(\w+)"', page.text)[0]
    return phone.post(path, data={"csrf": token, **said}).status_code


def accepting(client: TestClient, school_id: str = "") -> dict[str, str]:
    """The form by which the answer that waits first is accepted."""
    page = client.get("/asks", params={"school_id": school_id} if school_id else None).text
    number, seen = re.findall(
        r'name="number" value="(\d+)".*?name="deed" value="accept">\s*<input[^>]* name="seen" value="(\w+)"',
        page,
        re.DOTALL,
    )[0]
    return {"number": number, "deed": "accept", "seen": seen}


def contracts(engine: Engine, school_id: str) -> list[ContractRow]:
    with reading(engine, seeing=EVERYTHING) as session:
        return list(registry.contract_rows(session, EVERYTHING, school_id=school_id))


def test_an_answer_changes_nothing_until_it_is_accepted(filled: Engine, visit: Visit) -> None:
    head, phone = visit(filled, person=HEAD), visit(filled, Language.KK, person=None)
    before = contracts(filled, STALLED)
    path = link_for(head, STALLED)
    form = phone.get(path).text
    assert KK.say("ask.q.channel.channel") in form
    assert 'value="K-2"' in form
    assert answered(phone, path, YES) == 200
    assert contracts(filled, STALLED) == before
    shown = head.get("/asks").text
    assert "М-77" in shown
    assert KK.say("ask.new") in shown
    sent = accepting(head)
    assert head.post("/asks/settle", data=sent, follow_redirects=False).status_code == 303
    (added,) = set(contracts(filled, STALLED)) - set(before)
    assert (added.contract_number, str(added.end_on)) == ("М-77", "2027-12-31")
    assert head.post("/asks/settle", data=sent).status_code == 409
    with reading(filled) as session:
        told = {entry.action: entry for entry in journal.entries(session)}
    assert told[Act.SCHOOL_ANSWERED].actor == NOBODY
    assert told[Act.SCHOOL_ANSWERED].details["address"]
    journal_page = visit(filled, Language.KK, person=a_person(Role.AUDITOR)).get("/journal").text
    assert f"{KK.say('deed.settled')}: {KK.say('ask.settled.accepted')}" in journal_page
    assert told[Act.SCHOOL_ASKED].actor == told[Act.ANSWER_SETTLED].actor != NOBODY


def test_a_link_works_once_expires_and_ends_where_a_newer_one_is_made(filled: Engine, visit: Visit) -> None:
    head, phone = visit(filled, person=HEAD), visit(filled, Language.KK, person=None)
    older, path = link_for(head, STALLED), link_for(head, STALLED)
    late = link_for(head, COVERED)
    with transaction(filled, seeing=EVERYTHING) as session:
        mine = SCHOOL_ASK.c.school_id == COVERED
        session.execute(update(SCHOOL_ASK).where(mine).values(asked_at=NOW - LASTS, expires_at=NOW))
    assert answered(phone, path, {"channel": "no"}) == 200
    for dead, why in (
        (older, "ended"),
        (path, "answered"),
        (late, "ended"),
        ("/answer/" + "x" * 43, "ended"),
    ):
        page = phone.get(dead)
        assert page.status_code == 404
        assert KK.say("ask.thanks" if why == "answered" else "error.link_dead") in page.text
        assert KK.say(f"error.link_dead.{why}") in page.text


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({}, "channel"),
        ({"channel": "perhaps"}, "channel"),
        ({**YES, "end_on": "2026-01-01"}, "days"),
        ({**YES, "start_on": ""}, "days"),
        ({**YES, "start_on": "кеше"}, "days"),
        ({"channel": "no", "remark": "x" * 201}, "text"),
    ],
    ids=str,
)
def test_what_is_wrong_in_an_answer_is_said_and_the_link_still_works(
    filled: Engine, visit: Visit, said: dict[str, str], code: str
) -> None:
    phone = visit(filled, Language.KK, person=None)
    path = link_for(visit(filled, person=HEAD), STALLED)
    token = re.findall(r'name="csrf" value="(\w+)"', phone.get(path).text)[0]
    answer = phone.post(path, data={"csrf": token, **said})
    assert answer.status_code == 400
    assert KK.say(f"ask.refused.{code}") in answer.text
    assert answered(phone, path, {"channel": "not_sure"}) == 200


def test_still_true_confirms_and_an_answer_laid_aside_changes_nothing(filled: Engine, visit: Visit) -> None:
    head, phone = visit(filled, person=HEAD), visit(filled, Language.KK, person=None)
    for school_id, deed in ((COVERED, "accept"), (STALLED, "reject")):
        assert answered(phone, link_for(head, school_id), {"channel": "yes"}) == 200
        head.post("/asks/settle", data=accepting(head) | {"deed": deed})
    with reading(filled, seeing=EVERYTHING) as session:
        confirmed = {one.school_id: one.confirmed_on for one in registry.list_schools(session, EVERYTHING)}
    assert confirmed[COVERED] == NOW.date()
    assert confirmed[STALLED] != NOW.date()


def test_the_known_contract_sent_back_unchanged_confirms_the_school(filled: Engine, visit: Visit) -> None:
    head, phone = visit(filled, person=HEAD), visit(filled, Language.KK, person=None)
    path, before = link_for(head, COVERED), contracts(filled, COVERED)
    shown = phone.get(path).text
    said = {
        name: re.findall(rf'id="{name}" name="{name}" [^>]*value="([^"]*)"', shown)[0]
        for name in ("contract_number", "start_on", "end_on")
    }
    assert answered(phone, path, {"channel": "yes", **said}) == 200
    assert KK.say("ask.same") in head.get("/asks").text
    assert head.post("/asks/settle", data=accepting(head), follow_redirects=False).status_code == 303
    with reading(filled, seeing=EVERYTHING) as session:
        assert registry.get_school(session, EVERYTHING, COVERED).confirmed_on == NOW.date()
    assert contracts(filled, COVERED) == before


def test_an_accepted_answer_says_so_with_its_contract_and_the_draft_it_made_needless(
    filled: Engine, visit: Visit
) -> None:
    head, phone = visit(filled, Language.KK, person=HEAD), visit(filled, Language.KK, person=None)
    number = Office(filled).drafted("asel", STALLED).number
    answered(phone, link_for(head, STALLED), YES)
    done = head.post("/asks/settle", data={**accepting(head), "school_id": STALLED})
    assert str(done.url).endswith(f"/asks?school_id={STALLED}&accepted=1")
    said = done.text.partition("notice-done")[2].partition("</div>")[0]
    assert KK.say("ask.accepted") in said
    assert f'href="/schools/{STALLED}"' in said
    assert 'href="/contracts/%D0%9C-77"' in said
    assert KK.say("ask.accepted.decision", number=number) in said
    assert f'href="/decisions/{number}"' in said
    assert "notice-done" not in visit(filled, person=ABROAD).get("/asks?accepted=1").text
    answered(phone, link_for(head, FAILED), {"channel": "no"})
    assert "notice-done" not in head.get("/asks?accepted=2").text
    noted = head.post("/asks/settle", data=accepting(head)).text
    assert KK.say("ask.accepted") in noted
    assert KK.say("ask.accepted.contract") not in noted


@pytest.mark.parametrize("channel", ["no", "not_sure"])
def test_an_accepted_no_warns_above_the_case_and_makes_up_no_fact(
    filled: Engine, visit: Visit, channel: str
) -> None:
    head, phone = visit(filled, Language.KK, person=HEAD), visit(filled, Language.KK, person=None)
    before = contracts(filled, STALLED)
    assert answered(phone, link_for(head, STALLED), {"channel": channel}) == 200
    head.post("/asks/settle", data=accepting(head))
    answer = KK.say(f"ask.channel.{channel}")
    assert f"«{answer}»" in re.findall(r'<p class="case-warns">.*', head.get(f"/schools/{STALLED}").text)[0]
    assert answer in head.get("/asks").text
    assert contracts(filled, STALLED) == before


def test_nobody_asks_or_settles_for_a_school_of_another_region(filled: Engine, visit: Visit) -> None:
    head, phone = visit(filled, person=HEAD), visit(filled, Language.KK, person=None)
    foreign = visit(filled, person=ABROAD)
    for school_id in (UNKNOWN, NEVER, "nobody"):
        assert head.post("/asks", data={"school_id": school_id}).status_code == 404
    answered(phone, link_for(head, STALLED), YES)
    assert "М-77" not in foreign.get("/asks").text
    for number in ("1", "77"):
        assert foreign.post("/asks/settle", data={"number": number, "deed": "accept"}).status_code == 404


def test_an_open_question_is_taken_back_and_its_link_is_dead(filled: Engine, visit: Visit) -> None:
    head, phone = visit(filled, person=HEAD), visit(filled, Language.KK, person=None)
    path = link_for(head, STALLED)
    shown = head.get("/asks").text
    assert KK.say("ask.take_back") in shown
    (number,) = re.findall(r'name="number" value="(\d+)"', shown)
    sent = {"number": number, "deed": "take_back"}
    assert visit(filled, person=ABROAD).post("/asks/settle", data=sent).status_code == 404
    assert head.post("/asks/settle", data=sent, follow_redirects=False).status_code == 303
    assert phone.get(path).status_code == 404
    assert head.post("/asks/settle", data=sent).status_code == 409
    with reading(filled) as session:
        (told,) = journal.entries(session, action=Act.ASK_TAKEN_BACK)
    assert told.subject == f"school:{STALLED}"


def test_a_link_is_dead_once_whoever_made_it_may_not_ask_the_school_any_more(
    filled: Engine, visit: Visit
) -> None:
    head, phone = visit(filled, person=HEAD), visit(filled, Language.KK, person=None)
    author = Author("cli:root", NOW)
    with reading(filled) as session:
        number = people.number_of(session, HEAD.email) or 0
    kept, path = link_for(head, COVERED), link_for(head, STALLED)
    one_school = Described("x", Role.HEAD, Reach(schools=frozenset({COVERED})))
    with transaction(filled) as session:
        enrolling.change(session, author, number, one_school)
    assert [phone.get(each).status_code for each in (kept, path)] == [200, 404]
    with transaction(filled) as session:
        accounts.change(session, number, {"role": Role.AUDITOR})
    assert phone.get(kept).status_code == 404
    with transaction(filled) as session:
        accounts.change(session, number, {"role": Role.HEAD})
        enrolling.disable(session, author, number)
        enrolling.enable(session, author, number)
    assert phone.get(kept).status_code == 404


def test_the_list_reads_the_schools_that_were_asked_and_no_others(filled: Engine, visit: Visit) -> None:
    client = visit(filled)
    link_for(client, STALLED)
    with counted(filled) as asked:
        assert client.get("/asks").text.count('<th scope="row"') == 1
    schools = [one for one in asked if "FROM school " in one and "school.name_kk" in one]
    assert schools
    assert all(" IN (" in one.partition("WHERE")[2] for one in schools), schools


def test_a_page_of_many_answers_asks_the_database_as_much_as_one_of_few(filled: Engine, visit: Visit) -> None:
    head, phone = visit(filled, person=HEAD), visit(filled, Language.KK, person=None)
    cost: list[int] = []
    for school_id in (STALLED, COVERED, OVERLAP):
        assert answered(phone, link_for(head, school_id), YES) == 200
        with counted(filled) as asked:
            assert head.get("/asks").text.count('value="accept"') == len(cost) + 1
        cost.append(len(asked))
    assert len(set(cost[1:])) == 1, cost
    assert cost[-1] <= 30


def test_many_schools_are_asked_at_once_and_whoever_has_no_address_is_named_with_the_reason(
    filled: Engine, visit: Visit
) -> None:
    head, phone = visit(filled, Language.KK, person=HEAD), visit(filled, Language.KK, person=None)
    earlier = link_for(head, STALLED)
    chosen = {"need": [f"channel {each}" for each in (STALLED, COVERED, UNKNOWN)], "asked": "state=uncovered"}
    shown = head.post("/asks/many", data=chosen).text
    assert KK.say("ask_many.ends") in shown
    assert "/answer/" not in shown
    assert phone.get(earlier).status_code == 200  # so far it was looked at
    done = head.post("/asks/many", data={**chosen, "sure": "1"}).text
    (link,) = set(re.findall(r"/answer/[\w-]{43}", done))
    (letter,) = re.findall(r'href="mailto:officer%40example.org\?subject=([^"]*)"', done)
    subject, _, body = unquote(html.unescape(letter)).partition("&body=")
    for words in (KK, load_words(Language.RU)):
        assert words.say("ask_many.subject") in subject
        assert words.say("ask_many.body", service=words.say("service.channel")) in body
    assert body.count(f"{HOME}{link}") == body.count("«Әйтеке» мектебі") == 1
    assert 'href="/queue?state=uncovered"' in done
    assert done.count(KK.say("error.case_refused.address")) == 1  # of its own region
    assert KK.say("error.not_found") in done  # of the other
    assert [phone.get(path).status_code for path in (earlier, link)] == [404, 200]
    assert head.post("/asks/many", data={"need": f"x {STALLED}"}).status_code == 400
    assert KK.say("assign.none") in head.post("/asks/many", data={}).text
    queue = head.get("/queue").text
    assert 'formaction="/asks/many"' in queue
    assert ['class="day"' in page for page in (queue, shown, done)] == [
        True,
        False,
        False,
    ]  # no address to ask
    auditor = visit(filled, Language.KK, person=a_person(Role.AUDITOR))
    assert auditor.post("/asks/many", data=chosen).status_code == 403


def test_the_link_of_one_school_comes_with_the_letter_that_hands_it_over(
    filled: Engine, visit: Visit
) -> None:
    head = visit(filled, Language.KK, person=HEAD)
    for school_id, to, told in (
        (STALLED, "officer%40example.org", "officer@example.org"),
        (COVERED, "", KK.say("ask.link.letter.whom")),
    ):
        page = head.post("/asks", data={"school_id": school_id}).text
        ((asked, words),) = re.findall(rf'<a href="mailto:{to}\?([^"]*)">([^<]*)</a>', page)
        body = unquote(html.unescape(asked)).partition("&body=")[2]
        for spoken in (KK, load_words(Language.RU)):
            assert spoken.say("ask_many.body", service=spoken.say("service.channel")) in body
        assert body.endswith(re.findall(r'id="link">([^<]+)<', page)[0])
        assert words == told


def test_the_page_of_a_school_asks_it_and_leads_to_its_own_answers(filled: Engine, visit: Visit) -> None:
    head = visit(filled, person=HEAD)
    link_for(head, COVERED)
    page = head.get(f"/schools/{STALLED}").text
    assert 'action="/asks"' in page
    assert f'href="/asks?school_id={STALLED}"' in page
    assert (
        'action="/asks"' not in visit(filled, person=a_person(Role.AUDITOR)).get(f"/schools/{STALLED}").text
    )
    assert f'href="/schools/{COVERED}"' not in head.get(f"/asks?school_id={STALLED}").text
    assert f'href="/schools/{COVERED}"' in head.get(f"/asks?school_id={COVERED}").text
    assert head.get("/asks?school=1").status_code == 400
