"""One contract may have leads of its own: seen before they are kept, within reach, in the journal, undone."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import Engine, select
from starlette.testclient import TestClient

from tests.people import a_person
from tests.reminders.telling import COLLEAGUE, HEAD, OFFICER, tell
from tests.store.rows import record
from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.register import COVERED, ENDING, NOW, UNKNOWN, a_contract
from tracker.clock import legal_day
from tracker.domain.acts import Act
from tracker.domain.days import BEGINNING
from tracker.domain.errors import LeadsRefused
from tracker.domain.leads import asked_since, lead_named, read_leads
from tracker.domain.messages import ChannelKind
from tracker.domain.roles import Role
from tracker.domain.vocabulary import DeadlineKind, Language
from tracker.render.catalogs import load_catalogs
from tracker.services import reminding
from tracker.services.evaluating import Book
from tracker.store import own_leads
from tracker.store.engine import reading
from tracker.store.reminder_tables import OWN_LEADS, REMINDER
from tracker.store.tables import Base

SAY = load_catalogs()[Language.RU].say
PAGE = "/reminders/leads"
WANTED = {"contract": "K-10", "plain": "10, 5", "unless": "15", "reason": "Поставщик просит раньше"}
TODAY = legal_day(NOW)


@pytest.fixture
def officer(filled: Engine, visit: Visit) -> TestClient:
    """The officer's browser, in Russian; her people are there to be told."""
    for person in (OFFICER, COLLEAGUE, HEAD):
        visit(filled, person=person)
    return visit(filled, Language.RU, person=OFFICER)


def kept(engine: Engine) -> dict[str, list[str]]:
    """The names of the leads of each kind."""
    with reading(engine) as session:
        return {kind: [lead.name for lead in leads] for (kind, _), leads in own_leads.leads(session).items()}


def rows_of(page: str) -> list[str]:
    """The rows of the table of who would be told what."""
    [table] = re.findall(r'<table class="cards">.*?</table>', page, re.DOTALL)
    return [text_of(row) for row in re.findall(r"<tr>.*?</tr>", table, re.DOTALL)][1:]


def test_what_leads_would_tell_is_shown_before_they_are_kept_and_nothing_is_written(
    filled: Engine, officer: TestClient
) -> None:
    page = officer.post(PAGE, data={**WANTED, "deed": "try"})
    assert page.status_code == 200
    assert SAY("leads.keep") in page.text
    tried = rows_of(page.text)
    assert any("Saule" in row and "21 января 2027" in row and "русский" not in row for row in tried), tried
    assert any("26 января 2027" in row for row in tried)
    assert any(SAY("lead.up") in row and ("Marat" in row or "Dana" in row) for row in tried)
    assert kept(filled) == {}
    assert SAY("leads.keep") not in officer.get(PAGE, params={"contract": "K-10"}).text


def test_leads_that_are_kept_are_what_people_are_told_by_and_stand_on_the_page_and_in_the_journal(
    filled: Engine, officer: TestClient
) -> None:
    page = officer.post(PAGE, data={**WANTED, "deed": "keep"}).text
    assert SAY("leads.because", reason=WANTED["reason"]) in text_of(page)
    assert SAY("leads.kept") in text_of(page)
    names = ["15d-unless-begun", "10d", "5d"]
    assert kept(filled) == {DeadlineKind.COVER_END: names, DeadlineKind.INTERIM_END: names}
    school = officer.get(f"/schools/{ENDING}").text
    assert "за 10 дней; за 5 дней" in text_of(school)
    journal = Base.metadata.tables["journal"]
    with reading(filled) as session:
        [entry] = session.execute(select(journal).where(journal.c.action == Act.LEADS_SET)).all()
    assert entry.subject == "contract:K-10"
    assert "10d" in str(entry.detail)
    for day in ("2027-01-21", "2027-01-26"):
        now = NOW.replace(day=int(day[-2:]))
        reminding.owe(filled, now=now, book=Book.load(), by=tuple(ChannelKind))
    with reading(filled) as session:
        ends = select(REMINDER.c.key, REMINDER.c.told_on).where(REMINDER.c.key.like(f"cover_end:{ENDING}/%"))
        told = [(key.rpartition(":")[2], on) for key, on in session.execute(ends)]
    own = [(lead, on) for lead, on in told if not lead.startswith("up-")]
    assert sorted(set(own)) == [("10d", date(2027, 1, 21)), ("5d", date(2027, 1, 26))]


def test_a_new_lead_whose_day_went_by_is_not_told_late_and_one_that_was_asked_for_before_stays(
    filled: Engine, officer: TestClient
) -> None:
    tell(filled)
    officer.post(PAGE, data={**WANTED, "plain": "30, 60, 40", "unless": "", "deed": "keep"})
    with reading(filled) as session:
        leads = own_leads.leads(session)[DeadlineKind.COVER_END, "K-10"]
    assert {lead.name: lead.since for lead in leads} == {"60d": BEGINNING, "40d": TODAY, "30d": BEGINNING}
    reminding.owe(filled, now=NOW.replace(day=18), book=Book.load(), by=tuple(ChannelKind))
    with reading(filled) as session:
        keys = list(session.scalars(select(REMINDER.c.key).where(REMINDER.c.key.like(f"%{ENDING}%40d"))))
    assert keys == []


def test_back_to_the_house_the_page_says_so_and_what_passed_meanwhile_is_not_owed(
    filled: Engine, officer: TestClient
) -> None:
    officer.post(PAGE, data={**WANTED, "deed": "keep"})
    page = officer.post(PAGE, data={"contract": "K-10", "deed": "reset"}).text
    assert SAY("leads.reset") not in page
    assert SAY("leads.undone") in text_of(page)
    assert "за 60 дней; за 30 дней" in text_of(page)
    with reading(filled) as session:
        leads = own_leads.leads(session)[DeadlineKind.COVER_END, "K-10"]
    assert {lead.name for lead in leads if lead.since == TODAY} >= {"60d", "30d"}
    journal = Base.metadata.tables["journal"]
    with reading(filled) as session:
        assert Act.LEADS_RESET in set(session.scalars(select(journal.c.action)))


def test_only_who_sees_every_school_of_a_contract_and_may_do_so_sets_its_leads(
    filled: Engine, officer: TestClient, visit: Visit
) -> None:
    asked = {**WANTED, "deed": "keep"}
    record(filled, a_contract("K-10", UNKNOWN, "2026-02-01", "2027-01-31"), at=NOW)
    assert officer.post(PAGE, data=asked).status_code == 404
    for number in ("K-1", "K-404", ""):
        assert officer.post(PAGE, data={**asked, "contract": number}).status_code == 404
        assert officer.get(PAGE, params={"contract": number}).status_code == 404
    for role in (Role.AUDITOR, Role.MINISTRY, Role.ADMIN):
        client = visit(filled, Language.RU, person=a_person(role))
        assert client.post(PAGE, data=asked).status_code == 403
        assert PAGE not in client.get(f"/schools/{COVERED}").text
    reviewer = visit(filled, Language.KK, person=a_person(Role.REVIEWER, "59"))
    assert reviewer.post(PAGE, data={**asked, "contract": "K-1"}).status_code == 200
    with reading(filled) as session:
        assert set(session.scalars(select(OWN_LEADS.c.number))) == {"K-1"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"plain": "soon"}, "days"), ({"plain": "-1"}, "days"), ({"plain": "731"}, "days"),
        ({"plain": "", "unless": "120"}, "count"), ({"plain": " ".join(map(str, range(13)))}, "count"),
        ({"reason": " "}, "reason"), ({"reason": "x" * 501}, "reason"), ({"plain": "٣"}, "days"),
    ],
)  # fmt: skip
def test_what_is_written_wrongly_is_refused_in_words_and_kept_in_the_form(
    filled: Engine, officer: TestClient, change: dict[str, str], code: str
) -> None:
    page = officer.post(PAGE, data={**WANTED, **change, "deed": "keep"})
    assert page.status_code == 400
    assert SAY(f"error.leads_refused.{code}", longest=730, most=500 if code == "reason" else 12) in text_of(
        page.text
    )
    assert kept(filled) == {}


def test_a_button_that_is_none_is_refused(officer: TestClient) -> None:
    assert officer.post(PAGE, data={**WANTED, "deed": "burn"}).status_code == 400


def test_days_are_read_as_people_write_them_and_names_are_read_back() -> None:
    found = read_leads("90; 45,10\n10", "120")
    assert [lead.name for lead in found] == ["120d-unless-begun", "90d", "45d", "10d"]
    assert tuple(lead_named(lead.name) for lead in found) == found
    assert [lead.since for lead in asked_since(found, found[2:], TODAY)] == [
        TODAY,
        TODAY,
        BEGINNING,
        BEGINNING,
    ]
    for name in ("", "d", "5x", "60d-", "60d-unless", "99999d"):
        with pytest.raises(ValueError, match=f"^{re.escape(name)}$"):
            lead_named(name)
    with pytest.raises(LeadsRefused):
        read_leads("1.5", "")
