"""What becomes of a question to a school: what its answer would change, and who did not answer."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine, update
from starlette.testclient import TestClient

from tests.web.conftest import HOME, Visit
from tests.web.register import COVERED, NOW, STALLED, a_contract, a_school, fill
from tests.web.test_asks import ABROAD, HEAD, KK, YES, accepting, answered, contracts, link_for
from tracker.clock import FixedClock
from tracker.domain.asking import LASTS, Channel, SchoolAnswer, Settled
from tracker.domain.days import LEGAL_ZONE
from tracker.domain.facts import NeedFacts
from tracker.domain.findings import Assessment
from tracker.domain.messages import ChannelKind, Letter
from tracker.domain.people import Reach
from tracker.domain.roles import Role
from tracker.domain.vocabulary import ContractStatus, Language, Service
from tracker.render.catalogs import load_catalogs
from tracker.render.environment import make_voices
from tracker.render.letters import make_letters
from tracker.services import enrolling
from tracker.services.acting import Author
from tracker.services.enrolling import Described
from tracker.services.evaluating import Bench, Book
from tracker.services.weighing import weigh
from tracker.services.wording import Writer
from tracker.settings import Settings
from tracker.store import asks, outbox, people, registry
from tracker.store.engine import reading, transaction
from tracker.store.report_tables import SCHOOL_ASK
from tracker.store.scope import EVERYTHING
from tracker.web.app import create_app


def confirmed_on(engine: Engine, school_id: str) -> date | None:
    with reading(engine, seeing=EVERYTHING) as session:
        return registry.get_school(session, EVERYTHING, school_id).confirmed_on


WIPED = {"contract_number": "K-1", "start_on": "2027-01-01", "filled": "contract_number start_on end_on"}


@pytest.mark.parametrize(
    ("school_id", "said", "told"),
    [
        (COVERED, {"start_on": "2027-01-05", "end_on": "2027-06-30", "supplier_name": "Нұр"}, "unnamed"),
        (COVERED, {"filled": "contract_number start_on end_on"}, "unnamed"),
        (STALLED, {}, "unserved"),
    ],
    ids=str,
)
def test_a_yes_that_tells_what_the_register_does_not_confirms_nothing_and_is_kept_as_a_note(
    filled: Engine, visit: Visit, school_id: str, said: dict[str, str], told: str
) -> None:
    head, phone = visit(filled, Language.KK, person=HEAD), visit(filled, Language.KK, person=None)
    before, confirmed = contracts(filled, school_id), confirmed_on(filled, school_id)
    assert answered(phone, link_for(head, school_id), {"channel": "yes", **said}) == 200
    shown = head.get("/asks").text
    assert KK.say(f"ask.would.{told}") in shown
    assert ("30.06.2027" in shown) == ("end_on" in said)
    page = head.post("/asks/settle", data=accepting(head)).text
    assert KK.say("ask.settled.accepted") in page
    assert (contracts(filled, school_id), confirmed_on(filled, school_id)) == (before, confirmed)
    warned = re.findall(r'<p class="case-warns">.*', head.get(f"/schools/{school_id}").text)[0]
    assert KK.say("ask.channel.yes") in warned
    assert all(part in warned for part in ("05.01.2027 – 30.06.2027", "Нұр") if "end_on" in said)


def test_a_last_day_that_the_school_wiped_out_is_shown_and_goes(filled: Engine, visit: Visit) -> None:
    head, phone = visit(filled, Language.KK, person=HEAD), visit(filled, Language.KK, person=None)
    path = link_for(head, COVERED)
    assert 'name="filled" value="contract_number start_on end_on supplier_name"' in phone.get(path).text
    assert answered(phone, path, {"channel": "yes", **WIPED}) == 200
    assert "31.12.2027 → <strong>–</strong>" in head.get("/asks").text
    head.post("/asks/settle", data=accepting(head))
    (line,) = contracts(filled, COVERED)
    assert (line.end_on, line.supplier_name) == (None, "ТОО «Байланыс»")


def test_of_a_contract_that_was_never_concluded_no_school_is_asked_and_none_confirms_it(
    filled: Engine, visit: Visit
) -> None:
    fill(filled, a_contract("K-5", COVERED, "2027-01-02", "2027-12-31", status=ContractStatus.CANCELLED))
    head, phone = visit(filled, Language.KK, person=HEAD), visit(filled, Language.KK, person=None)
    path, confirmed = link_for(head, COVERED), confirmed_on(filled, COVERED)
    assert 'value="K-1"' in phone.get(path).text
    said = {"channel": "yes", "contract_number": "K-5", "start_on": "2027-01-02"}
    assert answered(phone, path, said) == 200
    shown = head.get("/asks").text
    assert KK.say("ask.would.stopped") in shown
    assert 'value="accept"' not in shown
    (seen,) = {weighed_seen(filled)}
    page = head.post("/asks/settle", data={"number": "1", "deed": "accept", "seen": seen})
    assert (page.status_code, KK.say("ask.refused.stopped") in page.text) == (400, True)
    assert confirmed_on(filled, COVERED) == confirmed


def weighed_seen(engine: Engine) -> str:
    """What the page of the head would send of the only answer, were it to offer that."""
    with reading(engine, seeing=EVERYTHING) as session:
        waiting = asks.list_asks(session, EVERYTHING, now=NOW)
        (found,) = weigh(session, EVERYTHING, waiting, book=Book.load(), on=NOW.date()).values()
    return found.seen


def test_an_answer_is_accepted_only_over_the_register_that_was_shown(filled: Engine, visit: Visit) -> None:
    head, phone = visit(filled, Language.KK, person=HEAD), visit(filled, Language.KK, person=None)
    assert (
        answered(phone, link_for(head, COVERED), {"channel": "yes", **WIPED, "end_on": "2027-11-30"}) == 200
    )
    shown, sent = head.get("/asks").text, accepting(head)
    assert "31.12.2027 → <strong>30.11.2027</strong>" in shown
    fill(filled, a_contract("K-1", COVERED, "2027-01-01", "2027-06-30"))
    page = head.post("/asks/settle", data=sent)
    assert (page.status_code, KK.say("ask.refused.meanwhile") in page.text) == (409, True)
    assert "30.06.2027 → <strong>30.11.2027</strong>" in page.text
    assert contracts(filled, COVERED)[0].end_on == date(2027, 6, 30)
    assert head.post("/asks/settle", data=accepting(head)).status_code == 200
    assert contracts(filled, COVERED)[0].end_on == date(2027, 11, 30)


def test_a_new_number_is_called_new_beside_the_known_one_and_the_state_that_follows(
    filled: Engine, visit: Visit
) -> None:
    head, phone = visit(filled, Language.KK, person=HEAD), visit(filled, Language.KK, person=None)
    assert answered(phone, link_for(head, STALLED), YES) == 200
    shown = head.get("/asks").text
    assert KK.say("ask.new") in shown
    assert "K-2: 01.01.2026 – 31.12.2026" in shown
    assert KK.say("flag.overlap") not in shown
    assert KK.say("state.covered") in shown
    fill(filled, a_school(COVERED, "Абай"))  # what is learnt of another school changes nothing here
    assert head.post("/asks/settle", data=accepting(head), follow_redirects=False).status_code == 303
    assert answered(phone, link_for(head, COVERED), YES) == 200
    assert KK.say("flag.overlap") in head.get("/asks").text


def test_the_oldest_answer_that_waits_is_on_the_first_page_and_every_ask_on_some(
    filled: Engine, visit: Visit
) -> None:
    head, phone = visit(filled, Language.KK, person=HEAD), visit(filled, Language.KK, person=None)
    assert answered(phone, link_for(head, STALLED), {"channel": "no"}) == 200
    with transaction(filled, seeing=EVERYTHING) as session:
        for _ in range(asks.LISTED + 1):
            secret, number = asks.add_ask(session, COVERED, Service.CHANNEL, actor="person:1", at=NOW)
            assert asks.take_answer(session, secret, SchoolAnswer(Channel.YES), at=NOW) == number
            asks.settle(session, number, Settled.REJECTED, actor="person:1", at=NOW)
    first, second = (head.get(f"/asks?page={page}").text for page in (1, 2))
    assert [page.count('<th scope="row"') for page in (first, second)] == [asks.LISTED, 2]
    assert f'href="/schools/{STALLED}"' in first
    assert "/asks?page=2" in first
    own = {"number": "1", "deed": "reject", "school_id": STALLED, "page": "1"}
    done = head.post("/asks/settle", data=own, follow_redirects=False)
    assert done.headers["location"] == f"/asks?school_id={STALLED}"


def test_a_school_that_did_not_answer_stays_listed_until_it_is_asked_again(
    filled: Engine, visit: Visit
) -> None:
    head = visit(filled, Language.KK, person=HEAD)
    link_for(head, STALLED)
    link_for(head, COVERED)
    head.post("/asks/settle", data={"number": "2", "deed": "take_back"})
    with transaction(filled, seeing=EVERYTHING) as session:
        mine = SCHOOL_ASK.c.school_id == STALLED
        session.execute(update(SCHOOL_ASK).where(mine).values(asked_at=NOW - LASTS, expires_at=NOW))
    shown = head.get("/asks").text
    assert shown.count('<th scope="row"') == 1
    assert KK.say("ask.expired", until="").strip() in shown
    assert re.findall(rf'name="school_id" value="{STALLED}">\s*<input[^>]*value="channel">\s*<button', shown)
    link_for(head, STALLED)
    assert KK.say("ask.expired", until="").strip() not in head.get("/asks").text


def letters_to(engine: Engine, at: datetime) -> list[Letter | None]:
    """What goes out by mail at a moment; None where nothing is left to tell."""
    voices = make_voices(load_catalogs(), zone=LEGAL_ZONE)
    writer = Writer(make_letters(voices, clauses={}, home="https://channel.example"), Language.KK, None)
    went, minute = [], timedelta(minutes=1)
    with transaction(engine, seeing=EVERYTHING) as session:
        while found := outbox.claim(session, ChannelKind.MAIL, "test", now=at, lease=minute):
            went.append(writer(session, found))
            outbox.sent(session, found.id, "test", at=at, answer="250")
    return went


def test_whoever_asked_reads_once_an_hour_which_schools_answered_and_sees_it_on_her_pages(
    filled: Engine, visit: Visit
) -> None:
    head, hour = visit(filled, Language.KK, person=HEAD), timedelta(hours=1)
    app = create_app(Settings(smtp_url="smtp://127.0.0.1:9"), FixedClock(NOW), filled)
    with TestClient(app, base_url=HOME, headers={"sec-fetch-site": "same-origin"}) as phone:
        for school_id in (STALLED, COVERED):
            assert answered(phone, link_for(head, school_id), {"channel": "no"}) == 200
        head.post("/asks/settle", data={"number": "2", "deed": "reject"})
        assert letters_to(filled, NOW) == []
        (letter,) = letters_to(filled, NOW + hour)
        assert letter is not None
        assert (letter.to, letter.subject) == (HEAD.email, KK.count("letter.answered.subject", 1))
        for body in (letter.text, letter.html):
            assert f"«Әйтеке» мектебі ({KK.say('service.channel')}): {KK.say('ask.channel.no')}" in body
            assert "Абай" not in body
            assert "https://channel.example/asks" in body
    waits = KK.count("ask.waiting", 1)
    places = ("/reports", "/queue", f"/schools/{STALLED}", f"/schools/{COVERED}", "/queue?on=2027-01-14")
    assert [waits in head.get(path).text for path in places] == [True, True, True, False, False]
    assert f'<a href="/asks?school_id={STALLED}">' in head.get(f"/schools/{STALLED}").text
    abroad = visit(filled, Language.KK, person=ABROAD)
    assert [waits in abroad.get(path).text for path in ("/reports", "/queue")] == [False, False]
    head.post("/asks/settle", data={"number": "1", "deed": "reject"})
    assert waits not in head.get("/reports").text


def test_word_of_an_answer_names_no_school_that_its_reader_sees_no_more(filled: Engine, visit: Visit) -> None:
    head = visit(filled, Language.KK, person=HEAD)
    app = create_app(Settings(smtp_url="smtp://127.0.0.1:9"), FixedClock(NOW), filled)
    with TestClient(app, base_url=HOME, headers={"sec-fetch-site": "same-origin"}) as phone:
        assert answered(phone, link_for(head, STALLED), {"channel": "no"}) == 200
    with transaction(filled) as session:
        number = people.number_of(session, HEAD.email) or 0
        one_school = Described("x", Role.HEAD, Reach(schools=frozenset({COVERED})))
        enrolling.change(session, Author("cli:root", NOW), number, one_school)
    assert letters_to(filled, NOW + timedelta(hours=1)) == [None]


def test_an_answer_about_a_school_that_cannot_be_judged_is_laid_aside_and_hides_no_other(
    filled: Engine, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FLT-26: the rules fail over one of two schools that have answered."""
    head, phone = visit(filled, Language.KK, person=HEAD), visit(filled, Language.KK, person=None)
    for school in (COVERED, STALLED):
        assert answered(phone, link_for(head, school), {"channel": "yes"}) == 200
    judge = Bench.judge

    def failing(bench: Bench, need: NeedFacts) -> Assessment:
        if need.school_id == STALLED:
            raise ZeroDivisionError
        return judge(bench, need)

    monkeypatch.setattr(Bench, "judge", failing)
    page = head.get("/asks")
    assert page.status_code == 200
    assert page.text.count(KK.say("ask.would.unjudged")) == 1
    assert page.text.count('name="deed" value="accept"') == 1
    assert page.text.count('name="deed" value="reject"') == 2
