"""Plan and deliveries agree one for one, and a page proves it: what was lost or tampered with shows there."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import Engine, delete, select, update
from starlette.testclient import TestClient

from tests.delivery.conftest import Service
from tests.people import ADMIN, a_person
from tests.reminders.telling import HEAD, OFFICER, tell
from tests.store.rows import record
from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.register import COVERED, NOW, UNKNOWN, a_contract
from tracker.clock import legal_day
from tracker.domain.agreement import Outcome
from tracker.domain.messages import ChannelKind, Delivery, Fate
from tracker.domain.people import Person
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.domain.withdrawing import Why
from tracker.render.catalogs import load_catalogs
from tracker.services import agreeing
from tracker.services.agreeing import Proof
from tracker.store import accounts, laid_aside
from tracker.store.engine import reading, transaction
from tracker.store.outbox import Claimed
from tracker.store.reminder_tables import DIGEST, MESSAGE, REMINDER

SAY = load_catalogs()[Language.RU]
TODAY = legal_day(NOW)


def proof_of(service: Service, viewer: Person = ADMIN) -> Proof:
    """What became of all that was owed since long ago."""
    with reading(service.engine) as session:
        return agreeing.of_all(session, viewer, TODAY, legal_day(service.now))


def test_each_reminder_is_counted_once_and_all_are_accounted_for(service: Service) -> None:
    service.add("r", Role.REVIEWER, "59")
    for day in ("2027-01-15", "2027-01-18", "2027-01-19", "2027-01-26"):
        service.on(day).round()
    found = proof_of(service)
    with reading(service.engine) as session:
        keys = list(session.scalars(select(REMINDER.c.key)))
    assert sorted(entry.key for entry in found.entries) == sorted(keys)
    assert found.agrees
    assert set(found.counts) <= {Outcome.DELIVERED, Outcome.LATE}
    assert sum(sum(each.values()) for each in found.by_region.values()) == len(keys)


@pytest.mark.parametrize("harm", ["message", "reminder", "unsent", "another"])
def test_a_delivery_that_is_lost_in_the_database_shows_as_missing(service: Service, harm: str) -> None:
    service.add("r", Role.REVIEWER, "59")
    service.round()
    whole = proof_of(service)
    assert whole.agrees
    with transaction(service.engine) as session:
        key = session.scalar(select(REMINDER.c.key).order_by(REMINDER.c.id).limit(1))
        if harm == "message":
            session.execute(delete(MESSAGE))
        elif harm == "reminder":
            session.execute(delete(REMINDER).where(REMINDER.c.key == key))
        elif harm == "another":
            session.execute(update(REMINDER).where(REMINDER.c.key == key).values(key=f"{key}x"))
        else:
            session.execute(update(MESSAGE).values(sent_at=None))
    found = proof_of(service)
    lost = {"message": len(whole.entries), "reminder": 1, "unsent": 0, "another": 2}[harm]
    assert found.counts.get(Outcome.MISSING, 0) == lost
    assert found.agrees is (harm == "unsent")
    if harm == "unsent":  # it is on its way again, and does not count as delivered
        assert found.counts == {Outcome.HELD: len(whole.entries)}


def test_what_was_withdrawn_says_why(service: Service) -> None:
    person = service.add("r", Role.REVIEWER, "59")
    record(service.engine, a_contract("K-1", COVERED, "2027-01-01", "2027-02-14"), at=NOW)
    service.owe()
    record(
        service.engine, a_contract("K-1", COVERED, "2027-01-01", "2027-03-01"), at=NOW + timedelta(hours=1)
    )
    service.now += timedelta(hours=2)
    service.owe()
    moved = [each for each in proof_of(service).entries if each.outcome is Outcome.WITHDRAWN]
    assert {each.why for each in moved} == {Why.MOVED}
    assert all(COVERED in each.key for each in moved)
    with transaction(service.engine) as session:
        accounts.change(session, person, {"disabled_at": service.now})
    service.add("h", Role.HEAD, "59")
    service.owe()
    whys = {each.why for each in proof_of(service).entries if each.outcome is Outcome.WITHDRAWN}
    assert whys == {Why.MOVED, Why.PEOPLE}


def test_what_came_late_by_another_way_or_not_at_all_says_so(service: Service) -> None:
    person = service.add("r", Role.REVIEWER, "59")
    service.add("h", Role.HEAD, "59")
    service.mail.says = lambda letter: Delivery(Fate.NEVER, "gone", "550 no such user")
    service.round()
    assert {each.outcome for each in proof_of(service).entries if each.person == person} == {
        Outcome.UNREACHED
    }
    assert ("550 no such user",) in {each.answers for each in proof_of(service).differing}
    service.connect(person, "77")
    service.mail.says = lambda letter: Delivery(Fate.SENT)
    service.on("2027-02-15").round()
    late = [each for each in proof_of(service).entries if each.on and each.on > TODAY]
    assert Outcome.LATE in {each.outcome for each in late}


@pytest.fixture
def told(filled: Engine) -> Engine:
    """The small country after a round whose mails are all taken."""
    tell(filled)
    with transaction(filled) as session:
        session.execute(update(MESSAGE).values(sent_at=NOW, attempts=1))
    return filled


def page(client: TestClient, **asked: str) -> str:
    """The page in words."""
    answer = client.get("/reminders/agreement", params={"first": "2027-01-15", "last": "2027-01-15", **asked})
    assert answer.status_code == 200
    return text_of(answer.text)


def test_a_person_sees_her_own_and_who_looks_after_a_region_what_is_of_it(told: Engine, visit: Visit) -> None:
    officer, head, admin = (visit(told, Language.RU, person=person) for person in (OFFICER, HEAD, ADMIN))
    hers = page(officer)
    with reading(told) as session:
        bodies = [json.loads(each) for each in session.scalars(select(DIGEST.c.body))]
    keys = {key: line for body in bodies for line in body["lines"] for key in line["keys"]}
    number = {key.split(":")[3] for key in keys}
    assert len(number) > 2
    of_region = sum(line["region"] == "59" for line in keys.values())
    assert SAY.count("agreement.agrees", of_region) in page(head)
    assert SAY.count("agreement.agrees", len(keys)) in page(admin)
    assert SAY.say("agreement.none_differ") in hers
    assert SAY.say("region.71") not in page(head)
    assert UNKNOWN not in page(head)
    for client in (officer, admin):
        assert "/reminders/agreement" in client.get("/reminders").text
    assert "/reminders/agreement" in admin.get("/operations").text


def test_a_message_that_somebody_deleted_is_red_on_the_page(told: Engine, visit: Visit) -> None:
    admin, officer = (visit(told, Language.RU, person=person) for person in (ADMIN, OFFICER))
    with transaction(told) as session:
        session.execute(delete(MESSAGE).where(MESSAGE.c.channel == ChannelKind.MAIL))
    for client in (admin, officer):
        said = page(client)
        assert SAY.say("agreement.because.missing") in said
        assert (
            SAY.forms("agreement.agrees")[0].split(":")[0] not in said.split(SAY.say("agreement.counts"))[0]
        )


def test_days_and_people_that_cannot_be_are_refused(told: Engine, visit: Visit) -> None:
    officer = visit(told, Language.RU, person=OFFICER)
    for asked in (
        {"first": "2027-01-16", "last": "2027-01-15"},
        {"first": "2026-01-16", "last": "2027-01-15"},
        {"whose": "all"}, {"whose": "x"}, {"first": "x"}, {"who": "x"},
    ):  # fmt: skip
        assert officer.get("/reminders/agreement", params=asked).status_code == 400
    auditor = visit(told, Language.RU, person=a_person(Role.AUDITOR))
    assert SAY.say("agreement.everybody") in auditor.get("/reminders/agreement").text


def test_a_line_that_no_letter_tells_is_shown_by_its_key_wherever_it_says_it_is(
    told: Engine, visit: Visit
) -> None:
    with transaction(told) as session:
        row = session.execute(select(DIGEST.c.id, DIGEST.c.person_id, DIGEST.c.body).limit(1)).one()
        said = json.loads(row.body)
        said["lines"][0] |= {"region": "no such region", "school": None}
        session.execute(update(DIGEST).where(DIGEST.c.id == row.id).values(body=json.dumps(said)))
        keys = said["lines"][0]["keys"]
        message = Claimed(1, "k", row.person_id, ChannelKind.MAIL, None, row.id, "digest", "{}", 1, 1, NOW)
        assert laid_aside.add(session, message, keys, tries=3, at=NOW)
    shown = page(visit(told, Language.RU, person=ADMIN))
    assert SAY.say("agreement.because.unreadable") in shown
    assert keys[0] in shown
    with transaction(told) as session:
        said["lines"][0] |= {"school": said["lines"][1]["school"]}
        session.execute(update(DIGEST).where(DIGEST.c.id == row.id).values(body=json.dumps(said)))
    hers = visit(told, Language.RU, person=ADMIN).get("/reminders", params={"person": row.person_id})
    assert hers.status_code == 200
