"""A person sees what she was told and will be told, and answers for it, within her scope alone."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, Table, func, select
from starlette.testclient import TestClient

from tests.people import ADMIN, a_person
from tests.reminders.telling import COLLEAGUE, ELSEWHERE, HEAD, OFFICER, tell
from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.register import ENDING, NOW, STALLED, UNKNOWN
from tracker.domain.acts import Act
from tracker.domain.errors import WayRefused
from tracker.domain.messages import ChannelKind
from tracker.domain.people import Person
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.render.catalogs import load_catalogs
from tracker.services import connecting
from tracker.services.acting import Author
from tracker.services.sealing import Seal
from tracker.store import people, ways
from tracker.store.engine import reading, transaction
from tracker.store.reminder_tables import HOLD, MESSAGE, REMINDER, SUBSTITUTE, WAY
from tracker.store.tables import Base

SAY = load_catalogs()[Language.RU].say
TAKEN_UP = {"hold": "acknowledged", "reason": "Договор на подписи"}


@pytest.fixture
def told(filled: Engine) -> Engine:
    """The small country after a round of reminders."""
    assert tell(filled).digests >= 3
    return filled


@pytest.fixture
def officer(told: Engine, visit: Visit) -> TestClient:
    """The officer's browser, in Russian."""
    return visit(told, Language.RU, person=OFFICER)


def rows(engine: Engine, table: Table) -> int:
    """How many rows a table has."""
    with reading(engine) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def acts(engine: Engine) -> list[str]:
    """What the journal tells."""
    journal = Base.metadata.tables["journal"]
    with reading(engine) as session:
        return list(session.scalars(select(journal.c.action)))


def number_of(engine: Engine, person: Person) -> int:
    """A person's number."""
    with reading(engine) as session:
        found = people.number_of(session, person.email)
    assert found is not None
    return found


def forms(client: TestClient, school_id: str) -> list[dict[str, str]]:
    """The small forms of a school's lines on the page of deadlines."""
    page = client.get("/deadlines", params={"later": "1"}).text
    found = re.findall(r'<form class="filters hold" action="/deadlines/hold".*?</form>', page, re.DOTALL)
    fields = [dict(re.findall(r"name=\"(\w+)\" value=[\"'](.*?)[\"']>", form)) for form in found]
    return [each for each in fields if each["school_id"] == school_id]


def form_of(client: TestClient, school_id: str, kind: str) -> dict[str, str]:
    """The form of one deadline; without the token, which the client sends by itself."""
    [found] = [each for each in forms(client, school_id) if each["kind"] == kind]
    return {name: value for name, value in found.items() if name != "csrf"}


def part(page: str, heading: str) -> str:
    """What stands in a section of the page."""
    [found] = re.findall(rf'aria-labelledby="{heading}">(.*?)</section>', page, re.DOTALL)
    return text_of(found)


def test_she_reads_what_she_was_told_and_how_each_message_fares(told: Engine, officer: TestClient) -> None:
    past = part(officer.get("/reminders").text, "past")
    assert "Школа «Әйтеке»" in past
    assert SAY("course.waiting", at="15.01.2027 11:00") in past
    with transaction(told) as session:
        session.execute(
            MESSAGE.update().values(attempts=2, answer="451 later <b>", dead_at=NOW, code="refused")
        )
    past = part(officer.get("/reminders").text, "past")
    assert SAY("course.dead", at="15.01.2027 11:00") in past
    assert SAY("reminders.answer", answer="451 later <b>") in past
    assert SAY("fault.refused") in past


def test_what_will_be_told_is_what_is_told_when_its_day_comes(officer: TestClient) -> None:
    ahead = part(officer.get("/reminders").text, "ahead")
    assert "Школа «Үміт»" in ahead
    assert SAY("reminders.ahead.lead", until="15.04.2027") in ahead


def test_looking_ahead_writes_nothing(told: Engine, officer: TestClient) -> None:
    before = rows(told, REMINDER), rows(told, MESSAGE)
    assert officer.get("/reminders").status_code == 200
    assert (rows(told, REMINDER), rows(told, MESSAGE)) == before


def test_a_head_looks_at_her_people_and_at_nobody_of_another_region(told: Engine, visit: Visit) -> None:
    head = visit(told, Language.RU, person=HEAD)
    hers = head.get("/reminders", params={"person": number_of(told, OFFICER)})
    assert hers.status_code == 200
    assert "Школа «Әйтеке»" in part(hers.text, "past")
    assert "/reminders/ways/" not in hers.text
    assert "canary@example.kz" not in head.get("/reminders").text
    for stranger in (number_of(told, ELSEWHERE), 999999):
        assert head.get("/reminders", params={"person": stranger}).status_code == 404
    mine = visit(told, Language.RU, person=OFFICER)
    assert mine.get("/reminders", params={"person": number_of(told, HEAD)}).status_code == 404
    assert mine.get("/reminders", params={"person": "x"}).status_code == 400


def test_a_school_that_is_seen_no_more_is_not_shown_among_what_was_told(told: Engine, visit: Visit) -> None:
    number, table = number_of(told, OFFICER), Base.metadata.tables["person_reach"]
    client = visit(told, Language.RU, person=OFFICER)
    assert "Әйтеке" in client.get("/reminders").text
    with transaction(told) as session:
        session.execute(table.delete().where(table.c.person_id == number, table.c.school_id == STALLED))
    assert "Әйтеке" not in client.get("/reminders").text


def test_a_deadline_is_taken_up_with_a_reason_and_stays_red(told: Engine, officer: TestClient) -> None:
    asked = form_of(officer, STALLED, "stage_due")
    answer = officer.post("/deadlines/hold", data={**asked, **TAKEN_UP})
    page = text_of(answer.text)
    assert SAY("hold.is.acknowledged", until="14.02.2027", reason="Договор на подписи") in page
    assert len(forms(officer, STALLED)) > 1
    assert Act.ACKNOWLEDGED in acts(told)
    assert rows(told, HOLD) == 1


def test_a_snooze_ends_before_what_follows_begins(told: Engine, officer: TestClient) -> None:
    asked = form_of(officer, ENDING, "cover_end") | {"hold": "snoozed", "reason": "Жду письмо"}
    refused = officer.post("/deadlines/hold", data={**asked, "back_on": "2027-02-01"})
    assert refused.status_code == 400
    assert SAY("error.hold_refused.day", latest="31.01.2027") in text_of(refused.text)
    for typed in ('value="Жду письмо"', 'value="2027-02-01"', 'href="/deadlines?later=1"'):
        assert typed in refused.text
    kept = officer.post("/deadlines/hold", data={**asked, "back_on": "2027-01-31"})
    assert SAY("hold.is.snoozed", until="31.01.2027", reason="Жду письмо") in text_of(kept.text)
    officer.post("/deadlines/hold", data=asked)
    with reading(told) as session:
        days = list(session.scalars(select(HOLD.c.back_on).order_by(HOLD.c.id)))
    assert days == [date(2027, 1, 31), date(2027, 1, 22)]
    assert acts(told).count(Act.SNOOZED) == 2


def test_what_has_begun_cannot_be_put_off(officer: TestClient) -> None:
    asked = form_of(officer, STALLED, "cover_end") | {"hold": "snoozed", "reason": "Позже"}
    answer = officer.post("/deadlines/hold", data=asked)
    assert answer.status_code == 400
    assert SAY("error.hold_refused.too_late") in text_of(answer.text)
    assert 'value="Позже"' in answer.text
    assert 'value="snoozed"' not in answer.text, "what cannot succeed is not offered"


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501, "a\0b"])
def test_a_reason_is_needed(told: Engine, officer: TestClient, reason: str) -> None:
    asked = form_of(officer, STALLED, "stage_due") | {**TAKEN_UP, "reason": reason}
    assert officer.post("/deadlines/hold", data=asked).status_code == 400
    assert rows(told, HOLD) == 0


def test_nobody_takes_up_what_is_not_hers_not_there_or_not_hers_to_answer(
    told: Engine, officer: TestClient, visit: Visit
) -> None:
    asked = form_of(officer, STALLED, "stage_due") | TAKEN_UP
    far = visit(told, Language.RU, person=ELSEWHERE)
    auditor = visit(told, Language.RU, person=a_person(Role.AUDITOR))
    assert far.post("/deadlines/hold", data=asked).status_code == 404
    assert auditor.post("/deadlines/hold", data=asked).status_code == 403
    assert "/deadlines/hold" not in auditor.get("/deadlines").text
    wrong: list[dict[str, Any]] = [
        {"school_id": UNKNOWN}, {"identity": '["T-9", "bids"]'}, {"kind": "report"},
    ]  # fmt: skip
    for change in wrong:
        assert officer.post("/deadlines/hold", data={**asked, **change}).status_code == 404
    for change in ({"identity": "{"}, {"kind": "x"}, {"service": "x"}, {"hold": "x"}, {"back_on": "x"}):
        assert officer.post("/deadlines/hold", data={**asked, **change}).status_code == 400
    assert rows(told, HOLD) == 0


def test_a_substitute_sees_all_that_she_is_to_read(told: Engine, officer: TestClient) -> None:
    days = {"first": "2027-01-18", "last": "2027-01-22"}
    for email in (ELSEWHERE.email, "nobody@example.kz", OFFICER.email):
        refused = officer.post("/reminders/substitutes", data={"email": email, **days})
        assert refused.status_code == 400
        assert SAY("error.substitute_refused.person") in text_of(refused.text)
    with transaction(told) as session:
        person = Base.metadata.tables["person"]
        session.execute(person.update().values(password_hash="a hash"))
    late = officer.post(
        "/reminders/substitutes", data={"email": COLLEAGUE.email, **days, "last": "2027-01-17"}
    )
    assert SAY("error.substitute_refused.days") in text_of(late.text)
    page = officer.post("/reminders/substitutes", data={"email": COLLEAGUE.email, **days}).text
    assert "Dana: 18.01.2027 – 22.01.2027" in text_of(page)
    with reading(told) as session:
        number = session.scalar(select(SUBSTITUTE.c.id))
    assert "Dana" not in text_of(
        officer.post("/reminders/substitutes/end", data={"number": str(number)}).text
    )
    assert {Act.SUBSTITUTE_SET, Act.SUBSTITUTE_ENDED} <= set(acts(told))


def test_nobody_ends_anothers_substitution(told: Engine, visit: Visit) -> None:
    client = visit(told, Language.RU, person=HEAD)
    assert client.post("/reminders/substitutes/end", data={"number": "1"}).status_code == 404


def test_a_test_message_uses_up_no_reminder(told: Engine, officer: TestClient) -> None:
    before, messages = rows(told, REMINDER), rows(told, MESSAGE)
    for _ in range(100):
        assert officer.post("/reminders/ways/test", follow_redirects=False).status_code == 303
    assert rows(told, REMINDER) == before
    assert rows(told, MESSAGE) == messages + 1  # the clock stands still: one a second
    with reading(told) as session:
        [row] = session.execute(select(MESSAGE).where(MESSAGE.c.template == connecting.TEST)).all()
    assert row.key.startswith("test:mail:")
    assert row.digest_id is None


def test_a_chat_is_connected_once_by_its_code(told: Engine) -> None:
    with transaction(told) as session:
        number = people.number_of(session, OFFICER.email)
        assert number is not None
        person, author = people_of(number), Author(f"person:{number}", NOW)
        code = connecting.telegram_code(session, author, person)
        assert connecting.connect_telegram(session, author, code, "4711") == number
        assert connecting.connect_telegram(session, author, code, "666") is None
        again = connecting.telegram_code(session, author, person)
        assert connecting.connect_telegram(session, author, again, "4712") == number
        [way] = ways.of_people(session, [number])[number]
    assert (way.address, way.is_used) == ("4712", True)


def people_of(number: int) -> Person:
    """The officer with her number."""
    return Person(number, OFFICER.email, OFFICER.name, OFFICER.role, reach=OFFICER.reach)


def test_a_way_is_taken_away_by_its_owner_alone(told: Engine, officer: TestClient, visit: Visit) -> None:
    with transaction(told) as session:
        number = people.number_of(session, OFFICER.email)
        assert number is not None
        author = Author(f"person:{number}", NOW)
        code = connecting.telegram_code(session, author, people_of(number))
        connecting.connect_telegram(session, author, code, "4711")
        [way] = ways.of_people(session, [number])[number]
    assert "4711" in officer.get("/reminders").text
    head = visit(told, Language.RU, person=HEAD)
    for action in ("remove", "test"):
        assert head.post(f"/reminders/ways/{action}", data={"number": str(way.id)}).status_code == 404
    officer.post("/reminders/ways/test", data={"number": str(way.id)})
    assert "4711" not in officer.post("/reminders/ways/remove", data={"number": str(way.id)}).text
    assert {Act.WAY_ADDED, Act.WAY_REMOVED} <= set(acts(told))


def test_adding_a_way_asks_for_proof(told: Engine, officer: TestClient) -> None:
    for way, data in (
        ("webhook", {"webhook_url": "https://example.kz/x"}),
        ("other", {"other_url": "slack://a/b"}),
        ("telegram", {}),
    ):
        assert officer.post(f"/reminders/ways/{way}", data=data).status_code == 401
    assert rows(told, WAY) == 0


def test_what_opens_something_is_kept_sealed_and_told_once(told: Engine) -> None:
    person, seal = people_of(number_of(told, OFFICER)), Seal.of("words-of-this-test-alone")
    author = Author(person.mark, NOW)
    assert seal is not None
    with transaction(told) as session:
        secret = connecting.add_webhook(session, author, person, " https://example.kz/hook?a=1 ", seal)
        connecting.add_other(session, author, person, "slack://token/a/b", seal)
        hook, other = connecting.own_ways(session, person)
    assert secret.startswith("whsec_")
    assert (hook.address, seal.open(hook.secret or "")) == ("https://example.kz/hook?a=1", secret)
    assert "token" not in other.address
    assert seal.open(other.address) == "slack://token/a/b"


NO_ADDRESS = (
    "", "http://example.kz/", "https://", "https://a@example.kz/", "ftp://x", "https://a b", "https://[",
    "https://" + "x" * 1000,
)  # fmt: skip


@pytest.mark.parametrize("url", NO_ADDRESS)
def test_an_address_that_is_none_is_refused(told: Engine, url: str) -> None:
    person = people_of(number_of(told, OFFICER))
    with transaction(told) as session, pytest.raises(WayRefused):
        connecting.add_webhook(session, Author(person.mark, NOW), person, url, Seal.of("some words"))
    assert rows(told, WAY) == 0


def test_a_service_that_is_not_called_is_refused_with_those_that_are(told: Engine) -> None:
    person = people_of(number_of(told, OFFICER))
    with transaction(told) as session, pytest.raises(WayRefused) as refused:
        connecting.add_other(session, Author(person.mark, NOW), person, "syslog://x", Seal.of("some words"))
    assert "slack" in str(refused.value.details["services"])


def test_without_a_key_nothing_secret_is_kept(told: Engine) -> None:
    person = people_of(number_of(told, OFFICER))
    with transaction(told) as session, pytest.raises(WayRefused, match="secret"):
        connecting.add_webhook(session, Author(person.mark, NOW), person, "https://example.kz", None)


def test_an_administrator_looks_at_anybody(told: Engine, visit: Visit) -> None:
    client = visit(told, Language.KK, person=ADMIN)
    for person in (OFFICER, HEAD, ELSEWHERE):
        assert client.get("/reminders", params={"person": number_of(told, person)}).status_code == 200


def test_a_person_and_her_administrator_see_which_of_her_ways_is_bad_and_that_none_is_left(
    told: Engine, officer: TestClient, visit: Visit
) -> None:
    assert SAY("way.none_left") not in officer.get("/reminders").text
    number = number_of(told, OFFICER)
    with transaction(told) as session:
        bad = ways.get(
            session, ways.add(session, number, ChannelKind.MAIL, OFFICER.email, at=NOW, confirmed=True)
        )
        assert bad is not None
        ways.failed(session, bad, answer="550 <no> such user", at=NOW, for_good=True)
    page = officer.get("/reminders").text
    assert SAY("way.none_left") in page
    assert SAY("way.state.bad", at="15.01.2027 11:00") in part(page, "ways")
    assert "550 &lt;no&gt; such user" in page
    administrator = visit(told, Language.RU, person=ADMIN)
    assert "550 &lt;no&gt; such user" in administrator.get(f"/people/{number}").text
