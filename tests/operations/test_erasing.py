"""A person's data can be erased; the journal still tells what she did, and its chain stays whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, inspect, select, text
from sqlalchemy.orm import Session

from tests.accounts.conftest import PASSWORD, QUICK
from tests.people import ADMIN, a_person, sign_in
from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.register import NOW
from tracker.domain.acts import Act
from tracker.domain.errors import LastAdmin, NotFound
from tracker.domain.messages import ChannelKind, Delivery, Fate, Fault
from tracker.domain.people import Person
from tracker.domain.register import RegisterKind
from tracker.domain.reports import ReportKind
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language, Service
from tracker.services import erasing, rerouting
from tracker.services.acting import Author
from tracker.store import (
    accounts,
    asks,
    attempts,
    case_changes,
    folding,
    journal,
    links,
    outbox,
    people,
    reports,
    tokens,
    uploads,
    views,
    ways,
)
from tracker.store.attempts import Knocker
from tracker.store.engine import reading, transaction
from tracker.store.links import Purpose
from tracker.store.outbox import Note
from tracker.store.reminder_tables import MESSAGE
from tracker.store.reports import Edition, Printed
from tracker.store.scope import EVERYTHING

LEAVER = a_person(Role.OFFICER, "59", name="zhanar.bekova")
AUTHOR = Author("cli:root", NOW, "10.0.0.1")
TRACES = (
    "zhanar",
    "bekova",
    "198.51.100.77",
    "unusual-browser",
    "a-secret-hash",
    "subject-of-a-provider",
    "2345678",
)


def number_of(engine: Engine, person: Person) -> int:
    with reading(engine) as session:
        found = people.number_of(session, person.email)
    assert found is not None
    return found


@pytest.fixture
def leaving(engine: Engine) -> Engine:
    """Somebody with everything that an account can have, and an admin beside her."""
    sign_in(engine, ADMIN)
    sign_in(engine, LEAVER)
    number = number_of(engine, LEAVER)
    with transaction(engine, seeing=EVERYTHING) as session:
        accounts.change(
            session,
            number,
            {
                "password_hash": "a-secret-hash",
                "subject": "subject-of-a-provider",
                "second_factor": "a-secret-hash",
                "last_step": 7,
                "language": Language.RU,
                "telephone": "+77012345678",
            },
        )
        people.begin_session(
            session, number, at=NOW, address="198.51.100.77", agent="unusual-browser", known_by="password"
        )
        links.make_link(session, number, Purpose.RESET, at=NOW)
        attempts.succeed(session, Knocker(LEAVER.email, "198.51.100.77"), now=NOW)
        uploads.keep(session, RegisterKind.SCHOOLS, b"x", filename="zhanar.csv", at=NOW, person_id=number)
        journal.append(
            session, at=NOW, actor=f"person:{number}", action=Act.IMPORT, subject="schools", detail={}
        )
        give_ways(session, number, people.number_of(session, ADMIN.email) or 0)
        asks.add_ask(session, "S-1", Service.CHANNEL, actor=f"person:{number}", at=NOW)
        case_changes.add_note(
            session, "S-1", number, f"@{{{number}}}", is_pinned=False, mentioned=[number], at=NOW
        )
        case_changes.give(session, "S-1", number, by=number, at=NOW)
        views.keep(session, number, "zhanar", "region=59", at=NOW)
        keep_report(session, number)
    return engine


def give_ways(session: Session, number: int, admin: int) -> None:
    """Her mailbox refused a letter, which she and an administrator are told of; a chat and a webhook."""
    letter = Note("digest:1", number, ChannelKind.MAIL, "test", 1, NOW)
    outbox.put(session, [letter], at=NOW)
    claimed = outbox.claim(session, ChannelKind.MAIL, "hand", now=NOW, lease=timedelta(minutes=2))
    assert claimed is not None
    answer = f"550 <{LEAVER.email}> is no mailbox"
    outbox.dead(session, claimed.id, "hand", at=NOW, code=Fault.REFUSED, answer=answer)
    rerouting.reroute(
        session,
        claimed,
        Delivery(Fate.NEVER, Fault.REFUSED, answer),
        now=NOW,
        by=frozenset({ChannelKind.MAIL}),
        for_good=True,
    )
    told = {"person": number, "channel": "mail", "answer": answer}
    both = {"person": admin, "channel": "mail", "answer": "", folding.OTHERS: [told]}
    for key, said in (("lost:1", told), ("lost:2", both)):
        lost = Note(key, admin, ChannelKind.MAIL, "dead_letter", 1, NOW, parameters=said)
        outbox.put(session, [lost], at=NOW)
    outbox.put(session, [Note("digest:2", number, ChannelKind.MAIL, "test", 1, NOW)], at=NOW)
    ways.add(session, number, ChannelKind.TELEGRAM, "chat-of-zhanar", at=NOW, confirmed=True)
    ways.add(session, number, ChannelKind.WEBHOOK, "https://bekova.kz", at=NOW, secret="a-secret-hash")


def keep_report(session: Session, number: int) -> None:
    """She printed a report."""
    reports.keep_edition(session, Edition("e", "", ""), at=NOW)
    printed = Printed(
        0, ReportKind.WEEKLY, "59", NOW.date(), NOW, Language.RU, "e", "", f"person:{number}", NOW
    )
    reports.keep(session, printed, EVERYTHING)


def cells(engine: Engine) -> Iterator[str]:
    """Every value of every table, as text."""
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):
                yield from (
                    value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                    for value in row
                )


def test_nothing_in_any_table_tells_who_she_was(leaving: Engine) -> None:
    kept = " ".join(cells(leaving)).lower()
    assert all(trace in kept for trace in TRACES)
    with transaction(leaving, seeing=EVERYTHING) as session:
        erasing.erase(session, AUTHOR, people.number_of(session, LEAVER.email) or 0)
    kept = " ".join(cells(leaving)).lower()
    assert [trace for trace in TRACES if trace in kept] == []
    assert people.hashed(LEAVER.email) not in kept


def test_what_waits_for_her_or_tells_of_her_goes_nowhere_any_more(leaving: Engine) -> None:
    number = number_of(leaving, LEAVER)
    with transaction(leaving, seeing=EVERYTHING) as session:
        erasing.erase(session, AUTHOR, number)
    with reading(leaving, seeing=EVERYTHING) as session:
        assert ways.of_people(session, [number]) == {}
        waiting = select(MESSAGE.c.id).where(MESSAGE.c.person_id == number, outbox.waiting())
        assert session.execute(waiting).all() == []
        assert [one for one in asks.list_asks(session, EVERYTHING, now=NOW) if not one.answered_at] == []
        told = session.execute(select(MESSAGE.c.parameters, MESSAGE.c.answer)).all()
    assert [json.loads(written).get("answer", "") for written, _ in told if "person" in written] == [""] * 3
    assert {answer for _, answer in told} == {None}


def test_her_number_and_her_entries_stay_and_the_chain_is_whole(leaving: Engine) -> None:
    number = number_of(leaving, LEAVER)
    with transaction(leaving, seeing=EVERYTHING) as session:
        erasing.erase(session, AUTHOR, number)
    with reading(leaving) as session:
        assert journal.verify_chain(session) is None
        erased, imported = journal.entries(session, limit=2)
        account = accounts.account_of(session, number)
    assert (erased.actor, erased.action, erased.subject) == ("cli:root", "person_erased", f"person:{number}")
    assert erased.details["address"] == "10.0.0.1"
    assert imported.actor == f"person:{number}"
    assert account is not None
    assert account.state == "erased"


def test_nobody_is_erased_twice_and_the_last_admin_never(leaving: Engine) -> None:
    number = number_of(leaving, LEAVER)
    admin = number_of(leaving, ADMIN)
    with transaction(leaving, seeing=EVERYTHING) as session:
        erasing.erase(session, AUTHOR, number)
        accounts.change(session, admin, {"password_hash": "x"})
    for whom, error in ((number, NotFound), (999, NotFound), (admin, LastAdmin)):
        with pytest.raises(error), transaction(leaving, seeing=EVERYTHING) as session:
            erasing.erase(session, AUTHOR, whom)


def test_her_address_may_be_given_to_a_new_account_which_is_another_person(leaving: Engine) -> None:
    before = number_of(leaving, LEAVER)
    with transaction(leaving, seeing=EVERYTHING) as session:
        erasing.erase(session, AUTHOR, before)
    sign_in(leaving, LEAVER)
    assert number_of(leaving, LEAVER) != before
    with reading(leaving) as session:
        assert tokens.tokens_of(session, number_of(leaving, LEAVER)) == ()


def test_an_admin_erases_on_a_page_that_says_what_goes_and_what_stays(empty: Engine, visit: Visit) -> None:
    sign_in(empty, ADMIN, password_hash=QUICK.hash(PASSWORD))
    client = visit(empty, Language.RU)
    client_of_leaver = visit(empty, person=LEAVER)
    number = number_of(empty, LEAVER)
    said = text_of(client.get(f"/people/{number}/erase").text)
    assert "Навсегда исчезнут" in said
    assert f"стёртый человек {number}" in said
    assert client.post(f"/people/{number}/erase", data={"proof": PASSWORD}).status_code == 200
    assert client.get(f"/people/{number}/erase").status_code == 404
    assert client_of_leaver.get("/queue", follow_redirects=False).status_code == 303
    assert f"стёртый человек {number}" in text_of(client.get("/journal").text)


def test_only_admins_erase(empty: Engine, visit: Visit) -> None:
    visit(empty, person=LEAVER)
    client = visit(empty, person=a_person(Role.AUDITOR))
    assert client.post(f"/people/{number_of(empty, LEAVER)}/erase").status_code == 403
