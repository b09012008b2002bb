"""What people of the second region did and said, wherever the program keeps a word of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from tests.regions.country import (
    CONTRACT_B,
    DISTRICT_B,
    SCHOOL_B,
    TELEPHONE_B,
    TENDER_B,
    B,
    of_a,
    of_b,
    settle,
)
from tests.web.register import NOW, RECORDED_AT, day
from tracker.clock import legal_day
from tracker.domain.acts import Act
from tracker.domain.asking import Channel, SchoolAnswer
from tracker.domain.holds import Hold, HoldKind, Seen
from tracker.domain.leads import lead_named
from tracker.domain.messages import ChannelKind
from tracker.domain.people import Reach, TokenScope
from tracker.domain.register import RegisterKind
from tracker.domain.reports import ReportKind
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Consequence, DeadlineKind, Language, Service, Stage
from tracker.services import printing_reports, reminding
from tracker.services.acting import Author
from tracker.services.beginning import BEGIN
from tracker.services.evaluating import Book
from tracker.services.printing_reports import Wanted
from tracker.store import (
    asks,
    begin_requests,
    calendar_feeds,
    case_changes,
    columns_said,
    holds,
    outbox,
    own_leads,
    people,
    posted,
    tokens,
    uploads,
    versions,
    views,
    ways,
)
from tracker.store.begin_requests import BeginRequest
from tracker.store.engine import transaction
from tracker.store.outbox import Note
from tracker.store.people_tables import PERSON
from tracker.store.reminder_tables import MESSAGE
from tracker.store.scope import EVERYTHING, Scope

FILE_B = f"school_id;name;region\n{SCHOOL_B};CANARY-upload;{B}\n".encode()
LONG_AGO = NOW - timedelta(days=300)


def settle_country(engine: Engine) -> None:
    """Both regions, the second recorded after the first."""
    settle(engine, *of_a(), source="file-of-a")
    settle_b(engine)


def settle_b(engine: Engine) -> None:
    """The second region with all that its people did, who were told what is due."""
    settle(engine, *of_b(), source="CANARY-file", hours=1)
    with transaction(engine, seeing=EVERYTHING) as session:
        work_on_b(session)
    remind(engine)
    with transaction(engine, seeing=EVERYTHING) as session:
        tell_b(session)


def tell_b(session: Session) -> None:
    """Somebody is asked to begin; of all that she was told her server said why it does not come."""
    person = people.number_of(session, "canary-worker@example.kz")
    assert person is not None
    outbox.put(session, [asked_to_begin(person, SCHOOL_B)], at=NOW)
    hers = MESSAGE.c.person_id == person
    session.execute(update(MESSAGE).where(hers).values(answer="550 CANARY-mailbox", attempts=1))


def asked_to_begin(person: int, *schools: str) -> Note:
    """The letter that asks somebody to begin the purchases of some schools."""
    lines = [
        {
            "school_id": each,
            "school": dict.fromkeys(("name", "name_kk", "name_ru"), f"told of {each}"),
            "service": Service.CHANNEL.value,
            "ends_on": "2026-12-31",
            "safe_start": "2026-12-01",
        }
        for each in schools
    ]
    asked = {"begin_by": "2027-01-22", "asked_by": f"person:{person}", "lines": lines}
    return Note(f"begin:{person}", person, ChannelKind.MAIL, BEGIN, 1, NOW, parameters=asked)


def remind(engine: Engine, now: datetime = NOW) -> None:
    """Let everybody be told what is due, by mail and by whatever else she has."""
    reminding.owe(engine, now=now, book=Book.load(), by=frozenset(ChannelKind))


def work_on_b(session: Session) -> None:
    """Somebody of the second region has its school in hand, and left a word wherever one is kept."""
    person = worker_of_b(session)
    look_at_b(session, person)
    hold_b(session, person)
    ask_b(session, f"person:{person}")
    print_b(session, f"person:{person}")
    say_more_of_b(session, person)
    come_from_b(session, person)


def worker_of_b(session: Session) -> int:
    """The number of the head of B, beside whom a district and a school have people of their own."""
    reaches = {
        "worker": (Role.HEAD, Reach(frozenset({B}))),
        "district": (Role.REVIEWER, Reach(districts=frozenset({(B, DISTRICT_B)}))),
        "school": (Role.OFFICER, Reach(schools=frozenset({SCHOOL_B}))),
    }
    added = [
        people.add_person(
            session, email=f"canary-{name}@example.kz", name=f"CANARY-{name}", role=role, reach=reach,
            at=LONG_AGO, telephone=TELEPHONE_B,
        )
        for name, (role, reach) in reaches.items()
    ]  # fmt: skip
    return added[0]


def look_at_b(session: Session, person: int) -> None:
    """The school is in her hands, with a note and a task on it."""
    case_changes.give(session, SCHOOL_B, person, by=person, at=NOW)
    case_changes.look(session, SCHOOL_B, person, since=NOW, until=NOW + timedelta(minutes=20))
    case_changes.add_note(
        session, SCHOOL_B, person, "CANARY-case", is_pinned=True, mentioned=[person], at=NOW
    )
    case_changes.add_note(
        session, SCHOOL_B, person, "CANARY-task", is_pinned=False, mentioned=[person], at=NOW,
        due_on=day("2027-01-22"), task_key="CANARY-key-of-a-form",
    )  # fmt: skip
    views.keep(session, person, "CANARY-view", "q=CANARY-query", at=NOW)


def hold_b(session: Session, person: int) -> None:
    """A stage is taken up, an end of cover has leads of its own, and a purchase is asked for."""
    kept = Hold(
        HoldKind.ACKNOWLEDGED, DeadlineKind.STAGE, (TENDER_B, Stage.EVALUATION.value), person, legal_day(NOW),
        day("2027-02-14"), "CANARY-hold", Seen(None, False, Consequence.TENDER_STALLED, None, False),
        SCHOOL_B,
    )  # fmt: skip
    cover = replace(kept, deadline=DeadlineKind.COVER_END, identity=(SCHOOL_B, Service.CHANNEL.value))
    again = replace(cover, kind=HoldKind.SNOOZED, reason="CANARY-snooze")
    for each in (kept, again):
        holds.add_hold(session, each, at=NOW)
    leads, which = (lead_named("30d"),), (DeadlineKind.COVER_END, CONTRACT_B)
    own_leads.give(session, which, leads, reason="CANARY-leads", person=person, at=NOW)
    begun_by = BeginRequest(SCHOOL_B, Service.CHANNEL, day("2026-12-31"), day("2027-01-22"), 1, person, NOW)
    begin_requests.keep_requests(session, [begun_by])


def ask_b(session: Session, actor: str) -> None:
    """The school was asked, has answered, and is asked again: a link that lives."""
    secret, _ = asks.add_ask(session, SCHOOL_B, Service.CHANNEL, actor=actor, at=NOW)
    said = SchoolAnswer(
        Channel.YES, "CANARY-K-9", day("2027-01-01"), day("2027-12-31"), "CANARY-firm", "CANARY-remark"
    )
    asks.take_answer(session, secret, said, at=NOW)
    asks.add_ask(session, SCHOOL_B, Service.CHANNEL, actor=actor, at=NOW)


def print_b(session: Session, actor: str) -> None:
    """Her region has printed reports of its own: on a district, and on one school."""
    wanted, book = Wanted(ReportKind.WEEKLY, B, legal_day(NOW), None), Book.load()
    district = Scope(frozenset(), districts=frozenset({(B, DISTRICT_B)}))
    for scope in (district, Scope(frozenset(), schools=frozenset({SCHOOL_B}))):
        made = printing_reports.make(session, scope, wanted, now=NOW, book=book)
        printing_reports.keep(
            session, Author(actor, NOW), scope, made, language=Language.KK, ending="csv", book=book
        )


def say_more_of_b(session: Session, person: int) -> None:
    """The report on the contract is posted, a file waits, and its strange column has a meaning."""
    seq = versions.open_recording(
        session, at=RECORDED_AT + timedelta(hours=1), actor="CANARY-poster", source="", reason="CANARY-posted"
    )
    posted.record(session, CONTRACT_B, day("2027-01-12"), seq)
    kind = RegisterKind.SCHOOLS
    uploads.keep(session, kind, FILE_B, filename="CANARY-file.csv", at=NOW, person_id=person)
    columns_said.say(session, Scope.of(B), kind, {"CANARY-title-of-column": "address"}, at=NOW)


def come_from_b(session: Session, person: int) -> None:
    """Her session, her token, her calendar and her chat, each with a name of hers."""
    people.begin_session(
        session, person, at=NOW, address="CANARY-address", agent="CANARY-browser", known_by="test"
    )
    tokens.add_token(
        session, person, name="CANARY-program", scope=TokenScope.READ, region=None, at=NOW,
        expires_at=NOW + timedelta(days=1),
    )  # fmt: skip
    calendar_feeds.add_feed(session, person, region=None, at=NOW)
    chat = ways.add(session, person, ChannelKind.TELEGRAM, "CANARY-chat", at=NOW, confirmed=True)
    ways.change(session, chat, answer="CANARY-answer of a chat")
    session.execute(update(PERSON).where(PERSON.c.id == person).values(subject="CANARY-subject"))
    Author(f"person:{person}", NOW, "CANARY-place").note(session, Act.NOTE_ADDED, f"school:{SCHOOL_B}")
