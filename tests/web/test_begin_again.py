"""A slip in the day by which officers are to begin: what cannot be meant is refused, the rest is mended."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select
from starlette.testclient import TestClient

from tests.people import a_person, sign_in
from tests.store.rows import record
from tests.web.conftest import HOME, Visit
from tests.web.reading import text_of
from tests.web.register import NOW, a_school
from tests.web.test_cliff import falling as falling  # the fixture
from tests.web.test_cliff import hidden
from tracker.domain.acts import Act
from tracker.domain.days import LEGAL_ZONE
from tracker.domain.messages import ChannelKind, Letter
from tracker.domain.register import TenderRow
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language, TenderStatus
from tracker.render.catalogs import load_catalogs, load_words
from tracker.render.environment import make_voices
from tracker.render.letters import make_letters
from tracker.services.wording import Writer
from tracker.settings import Settings
from tracker.store import outbox
from tracker.store.engine import reading, transaction
from tracker.store.scope import EVERYTHING
from tracker.store.tables import JOURNAL
from tracker.web.app import create_app
from tracker.web.visitors import csrf_token

SAY = load_words(Language.RU).say
SLIP, MEANT = "2027-10-22", "2027-02-22"
PICK = ["channel:S-4"]
"""Its cover ends on 2027-10-31."""


@dataclass
class Watch:
    """A clock that is set on by hand."""

    moment: datetime = NOW

    def now(self) -> datetime:
        """The moment it shows."""
        return self.moment


@dataclass
class Desk:
    """A reviewer of the region at a server that sends mail, and what her officers get of it."""

    engine: Engine
    client: TestClient
    watch: Watch = field(default_factory=Watch)

    def ask(self, begin_by: str, pick: list[str] = PICK, **more: str) -> tuple[str, str]:
        """What she is shown first, and what once she has said yes; some minutes go by."""
        self.watch.moment += timedelta(minutes=5)
        form = {"pick": pick, "begin_by": begin_by, **more}
        shown = self.client.post("/cliff/ask", data=form).text
        done = self.client.post("/cliff/ask", data={**form, **hidden(shown), "pick": pick}).text
        return text_of(shown), text_of(done)

    def letters(self, language: Language = Language.RU) -> list[Letter]:
        """What goes out now."""
        voices = make_voices(load_catalogs(), zone=LEGAL_ZONE)
        writer = Writer(make_letters(voices, clauses={}, home="https://channel.example"), language, None)
        went, minute = [], timedelta(minutes=1)
        now = self.watch.moment + minute
        with transaction(self.engine, seeing=EVERYTHING) as session:
            while found := outbox.claim(session, ChannelKind.MAIL, "test", now=now, lease=minute):
                letter = writer(session, found)
                assert letter is not None
                went.append(letter)
                outbox.sent(session, found.id, "test", at=now, answer="250")
        return went

    def standing(self) -> str:
        """The list of what was not begun."""
        return text_of(self.client.get("/cliff?month=2027-10").text)


@pytest.fixture
def desk(falling: Engine) -> Iterator[Desk]:
    watch = Watch()
    app = create_app(Settings(smtp_url="smtp://127.0.0.1:9"), watch, falling)
    cookie = sign_in(falling, a_person(Role.REVIEWER, "59", name="reviewer"))
    headers = {
        "accept-language": "ru", "sec-fetch-site": "same-origin", "x-csrf-token": csrf_token(cookie),
    }  # fmt: skip
    with TestClient(app, base_url=HOME, headers=headers, cookies={"tracker": cookie}) as client:
        yield Desk(falling, client, watch)


def test_a_day_after_the_end_of_service_is_refused_for_each_end_it_is_too_late_for(desk: Desk) -> None:
    refused = desk.client.post("/cliff/ask", data={"pick": PICK, "begin_by": "2062-12-01"})
    assert refused.status_code == 400
    assert SAY("error.begin_refused.late") in text_of(refused.text)
    assert 'value="channel:S-4" checked' in refused.text
    assert 'value="2062-12-01"' in refused.text
    assert 'min="2027-01-16"' in refused.text
    shown, _ = desk.ask(SLIP, ["channel:S-3", *PICK])
    assert SAY("cliff.fate.late", last="20.04.2027") in shown
    assert SAY("cliff.after_safe") in shown
    assert desk.standing().count(SAY("cliff.asked", by="22.10.2027")) == 1


def test_a_day_is_changed_and_whoever_was_asked_is_told_once(desk: Desk) -> None:
    desk.ask(SLIP)
    assert [letter.to for letter in desk.letters()] == ["officer@example.kz"]
    again = desk.client.post("/cliff/ask", data={"pick": PICK, "begin_by": MEANT}).text
    assert SAY("cliff.fate.already", by="22.10.2027") in text_of(again)
    offer = again.partition(f'aria-label="{SAY("cliff.move")}"')[2].partition("</form>")[0]
    assert 'name="intent" value="move"' in offer
    assert hidden(offer) | {"csrf": "", "asked": ""} == {
        "pick": PICK[0], "begin_by": MEANT, "csrf": "", "asked": "",
    }  # fmt: skip
    same = desk.client.post("/cliff/ask", data={"pick": PICK, "begin_by": SLIP}).text
    assert f'aria-label="{SAY("cliff.move")}"' not in same
    shown, done = desk.ask(MEANT, intent="move")
    told = SAY("cliff.fate.moved", by="22.02.2027", before="22.10.2027")
    assert told in shown
    assert told in done
    [letter] = desk.letters()
    assert letter.subject == "Начать 1 закупку до 22.02.2027"
    assert "День изменён. Вас просят начать эти закупки не позднее 22 февраля 2027" in letter.text
    assert "прежде названный день – 22.10.2027" in letter.html
    assert SAY("cliff.asked", by="22.02.2027") in desk.standing()
    assert SAY("cliff.asked", by="22.10.2027") not in desk.standing()
    refused = desk.client.post(
        "/cliff/ask", data={"pick": ["channel:S-3"], "begin_by": MEANT, "intent": "move"}
    )
    assert SAY("error.begin_refused.not_asked") in text_of(refused.text)
    unknown = desk.client.post("/cliff/ask", data={"pick": PICK, "begin_by": MEANT, "intent": "drop"})
    assert unknown.status_code == 400


def test_what_is_taken_back_before_the_letter_goes_leaves_nothing_to_tell(desk: Desk) -> None:
    desk.ask("2027-01-22", ["channel:S-1", *PICK])
    shown, done = desk.ask("", intent="take_back")
    assert SAY("cliff.nobody_knew") in shown
    assert SAY("cliff.fate.taken_back.done", before="22.01.2027") in done
    [letter] = desk.letters()
    assert "Школа «1»" in letter.text
    assert "Школа «4»" not in letter.text
    desk.ask("2027-01-22")
    desk.ask("", intent="take_back")
    assert desk.letters() == []
    assert SAY("cliff.not_asked") in desk.standing()


@pytest.mark.parametrize("language", Language)
def test_what_is_taken_back_is_told_in_the_language_of_its_reader_and_asked_anew(
    desk: Desk, language: Language
) -> None:
    desk.ask(SLIP)
    desk.letters()
    desk.ask("", intent="take_back")
    [letter] = desk.letters(language)
    words = load_words(language)
    assert letter.subject == words.count("letter.begin_back.subject", 1)
    assert words.say("letter.begin_back.text") in letter.text
    assert "22.10.2027" in letter.html
    desk.ask(SLIP)
    assert [letter.subject for letter in desk.letters()] == ["Начать 1 закупку до 22.10.2027"]
    with reading(desk.engine, seeing=EVERYTHING) as session:
        acts = session.scalars(select(JOURNAL.c.action).where(JOURNAL.c.subject == "school:S-4"))
        assert list(acts) == [Act.BEGIN_ASKED, Act.BEGIN_TAKEN_BACK, Act.BEGIN_ASKED]


def test_who_answers_now_is_asked_by_the_new_day_and_who_was_asked_no_more(desk: Desk) -> None:
    colleague = a_person(Role.REVIEWER, "59", name="colleague")
    sign_in(desk.engine, colleague)
    record(desk.engine, a_school("S-4", "4"), at=NOW)
    desk.ask(SLIP)
    assert [letter.to for letter in desk.letters()] == [colleague.email]
    named = a_school("S-4", "4", officer_email="officer@example.kz")
    record(desk.engine, named, at=NOW + timedelta(minutes=2))
    shown, _ = desk.ask(MEANT, intent="move")
    assert SAY("cliff.released") in shown
    went = {letter.to: letter.text for letter in desk.letters()}
    assert set(went) == {colleague.email, "officer@example.kz"}
    assert SAY("letter.begin_back.text") in went[colleague.email]
    assert "22.10.2027" not in went["officer@example.kz"]


def test_whoever_was_asked_to_begin_reads_it_in_her_week_until_it_has_begun(desk: Desk, visit: Visit) -> None:
    officer = visit(desk.engine, Language.RU, person=a_person(Role.OFFICER, name="officer"))

    def week(**asked: str) -> str:
        return text_of(officer.get("/deadlines", params={"later": "1", **asked}).text)

    request = SAY("cliff.asked", by="22.02.2027")
    assert request not in week()
    desk.ask(MEANT, ["channel:S-3", *PICK])
    assert week().count(request) == 2
    assert request not in week(on="2027-01-16")
    desk.ask(MEANT, ["channel:S-3"], intent="take_back")
    assert week().count(request) == 1
    record(desk.engine, TenderRow("T-9", "S-4", TenderStatus.PLANNED), at=NOW)
    assert request not in week()


def test_a_slip_in_the_day_is_mended_where_it_is_seen_and_going_back_keeps_the_ticks(desk: Desk) -> None:
    asked = {"asked": "start=later", "pick": ["channel:S-1", *PICK], "begin_by": SLIP}
    shown = desk.client.post("/cliff/ask", data=asked).text
    mend = shown.partition(f'aria-label="{SAY("cliff.mend")}"')[2].partition("</form>")[0]
    assert re.search(rf'type="date" name="begin_by" required value="{SLIP}"', mend)
    assert re.findall(r'name="pick" value="([^"]+)"', mend) == asked["pick"]
    assert 'name="seen"' not in mend
    back = desk.client.post("/cliff/ask", data={**asked, "back": "1"})
    assert back.status_code == 200
    assert f'value="{PICK[0]}" checked' in back.text
    assert f'value="{SLIP}"' in back.text
    assert "channel:S-1" not in back.text
    assert desk.letters() == []
