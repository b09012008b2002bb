"""REM-13 and REM-5: what is deleted or moved away takes its unsent reminders along, with a reason, or they go
another way; REM-8: poison stays alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.delivery.conftest import Service
from tests.people import ADMIN
from tests.store.rows import record
from tests.web.register import (
    ENDING,
    INTERIM,
    NEEDED_FROM,
    NOW,
    STALLED,
    a_contract,
    a_school,
    day,
    small_country,
)
from tracker.clock import legal_day
from tracker.domain.agreement import Outcome
from tracker.domain.days import ONE_DAY
from tracker.domain.holds import HoldKind
from tracker.domain.messages import ChannelKind
from tracker.domain.people import Reach
from tracker.domain.register import ContractRow, SchoolRow, TenderRow
from tracker.domain.roles import Role
from tracker.domain.vocabulary import ContractStatus, DeadlineKind, Language, TenderStatus
from tracker.domain.vocabulary import Service as Need
from tracker.domain.withdrawing import Why
from tracker.render.catalogs import load_catalogs
from tracker.services import agreeing, conditions, holding, laying_aside
from tracker.services.acting import Author
from tracker.services.holding import Target, Wanted
from tracker.store import accounts, holds, laid_aside, people, ways
from tracker.store.engine import reading, transaction
from tracker.store.reminder_tables import DIGEST, MESSAGE, REMINDER
from tracker.store.scope import EVERYTHING


def school_closed(service: Service) -> None:
    """A school is no more."""
    school = next(row for row in small_country() if isinstance(row, SchoolRow) and row.school_id == ENDING)
    record(service.engine, replace(school, closed_on=day("2027-01-14")), at=service.now)


def contract_cancelled(service: Service) -> None:
    """A contract never came about."""
    line = next(row for row in small_country() if isinstance(row, ContractRow) and row.school_id == ENDING)
    record(service.engine, replace(line, status=ContractStatus.CANCELLED), at=service.now)


def tender_withdrawn(service: Service) -> None:
    """A tender is withdrawn."""
    tender = next(row for row in small_country() if isinstance(row, TenderRow) and row.school_id == STALLED)
    ended = replace(tender, status=TenderStatus.WITHDRAWN, ended_on=day("2027-01-14"))
    record(service.engine, ended, at=service.now)


def person_gone(service: Service) -> None:
    """The only one who answers is disabled."""
    with transaction(service.engine) as session:
        accounts.change(session, 1, {"disabled_at": service.now})


@pytest.mark.parametrize(
    ("gone", "about", "why", "named"),
    [
        (school_closed, f"cover_end:{ENDING}/", Why.DONE, ENDING),
        (tender_withdrawn, "stage_due:T-2/", Why.DONE, "T-2"),
        (person_gone, "", Why.PEOPLE, ENDING),
    ],
)
def test_rem_13_what_is_deleted_before_anything_was_sent_takes_its_reminders_along_with_a_reason(
    service: Service, gone: Callable[[Service], None], about: str, why: Why, named: str
) -> None:
    service.add("r", Role.REVIEWER, "59")
    service.owe()
    with reading(service.engine) as session:
        (body,) = session.scalars(select(DIGEST.c.body))
    assert named in body
    service.now += timedelta(hours=1)
    gone(service)
    service.owe()
    with reading(service.engine) as session:
        rows = session.execute(select(REMINDER).where(REMINDER.c.key.startswith(about))).all()
        whys = {(row.withdrawn_at is not None, row.withdrawn_why) for row in rows}
        codes = set(session.scalars(select(MESSAGE.c.code).where(MESSAGE.c.voided_at.is_not(None))))
    assert whys == {(True, why)}
    assert codes == ({"withdrawn"} if why is Why.PEOPLE else set())
    sent = service.deliver()
    assert sent == (0 if why is Why.PEOPLE else 1)
    letter = "".join(each.text for each in service.mail.got)
    assert (STALLED in letter) == (why is not Why.PEOPLE)
    assert named not in letter
    with reading(service.engine) as session:
        found = agreeing.of_all(session, ADMIN, legal_day(NOW), legal_day(NOW))
    assert found.agrees
    assert not found.counts.get(Outcome.HELD)


def test_rem_13_a_contract_that_is_cancelled_takes_its_end_along_and_its_school_is_told_as_never_served(
    service: Service,
) -> None:
    service.add("r", Role.REVIEWER, "59")
    service.owe()
    contract_cancelled(service)
    service.owe()
    with reading(service.engine) as session:
        rows = session.execute(select(REMINDER).where(REMINDER.c.key.startswith(f"cover_end:{ENDING}/")))
        told = {row.due_on: row.withdrawn_why for row in rows}
    assert told == {day("2027-01-31"): Why.MOVED, NEEDED_FROM - ONE_DAY: None}
    assert service.deliver() == 2
    usual, urgent = (letter.text for letter in service.mail.got)
    assert ENDING not in usual
    assert "Начало потребности: договора на неё не записано" in urgent.partition("Үміт")[2]


def test_rem_13_what_was_on_its_way_to_a_chat_that_is_taken_away_goes_another_way(service: Service) -> None:
    person = service.add("r", Role.REVIEWER, "59")
    way = service.connect(person, "77")
    service.owe()
    service.connect(person, "88")
    with transaction(service.engine) as session:
        session.execute(update(MESSAGE).where(MESSAGE.c.channel == ChannelKind.MAIL).values(dead_at=NOW))
        ways.change(session, way, removed_at=service.now)
    service.deliver()
    service.deliver()
    with reading(service.engine) as session:
        chat = session.execute(select(MESSAGE).where(MESSAGE.c.way_id == way)).one()
    assert (chat.voided_at is not None, chat.code) == (True, "way_removed")
    [letter] = service.telegram.got
    assert (letter.to, letter.key.rpartition(":telegram")[0]) == ("88", f"digest:{person}:2027-01-15:1")
    assert service.mail.got == []


def test_rem_13_a_chat_that_is_taken_away_leaves_its_digest_to_the_next_in_line_if_nothing_else_is_left(
    service: Service,
) -> None:
    person = service.add("r", Role.REVIEWER, "59")
    service.add("h", Role.HEAD, "59")
    way = service.connect(person, "77")
    service.owe()
    with transaction(service.engine) as session:
        mail = (MESSAGE.c.channel == ChannelKind.MAIL) & (MESSAGE.c.person_id == person)
        session.execute(update(MESSAGE).where(mail).values(dead_at=NOW))
        ways.change(session, way, removed_at=service.now)
    service.deliver()
    service.deliver()
    assert any(each.key.startswith("dead_letter:") and each.to == "h@example.kz" for each in service.mail.got)


def test_a_substitute_reads_of_the_schools_that_she_sees_and_for_whom_she_reads(service: Service) -> None:
    officer = service.add("r", Role.REVIEWER, "59")
    colleague = service.add("c", Role.HEAD, "59")
    with transaction(service.engine) as session:
        holds.add_substitute(session, officer, colleague, day("2027-01-01"), day("2027-12-31"), at=NOW)
    service.owe()
    record(service.engine, a_school(ENDING, "Үміт", region="71"), at=service.now)
    service.deliver()
    [letter] = service.mail.got
    assert letter.to == "c@example.kz"
    assert "Вы читаете это вместо: r" in letter.text
    assert ENDING not in letter.text + letter.html


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_a_letter_leaves_out_because_its_reader_has_just_lost_a_school_is_told_to_whom_it_is_owed(
    service: Service,
) -> None:
    officer, colleague = service.add("r", Role.REVIEWER, "59"), service.add("s", Role.REVIEWER, "59")
    with transaction(service.engine) as session:
        holds.add_substitute(session, officer, colleague, day("2027-01-01"), day("2027-12-31"), at=NOW)
    service.owe()
    with transaction(service.engine) as session:
        session.connection().exec_driver_sql(f"DELETE FROM person_reach WHERE person_id = {colleague}")
        people.write_reach(session, colleague, Reach(districts=frozenset({("59", "Тайынша")})))
    service.deliver()
    [cut] = [each for each in service.mail.got if each.to == "s@example.kz"]
    assert (ENDING in cut.text, INTERIM in cut.text) == (False, True)
    service.round()
    [rest] = [each for each in service.mail.got if each.to == "r@example.kz"]
    assert (ENDING in rest.text, INTERIM in rest.text) == (True, False)
    with reading(service.engine) as session:
        assert agreeing.of_all(session, ADMIN, legal_day(NOW), legal_day(NOW)).agrees


def test_what_a_substitute_may_not_read_any_more_goes_to_the_person_herself(service: Service) -> None:
    officer, colleague = (service.add(name, Role.REVIEWER, "59", "71") for name in ("r", "c"))
    with transaction(service.engine) as session:
        holds.add_substitute(session, officer, colleague, day("2027-01-01"), day("2027-12-31"), at=NOW)
    service.owe()
    with transaction(service.engine) as session:
        accounts.change(session, colleague, {"role": Role.OFFICER})
        session.connection().exec_driver_sql(f"DELETE FROM person_reach WHERE person_id = {colleague}")
    service.now += timedelta(minutes=1)
    service.round()
    assert {letter.to for letter in service.mail.got} == {"r@example.kz"}
    with reading(service.engine) as session:
        found = agreeing.of_all(session, ADMIN, legal_day(NOW), legal_day(NOW))
    assert found.agrees


@pytest.mark.parametrize(
    ("poison", "schools", "database"),
    [
        ({"school": None}, 500, "sqlite"),
        ({"school": None}, 500, "postgresql"),
        ({"region": "no such region"}, 3, "sqlite"),
        ({"region": ["75"]}, 3, "sqlite"),
        ({"kind": "no such kind"}, 3, "sqlite"),
    ],
)
def test_rem_8_of_five_hundred_schools_one_that_cannot_be_read_spoils_one_line_alone(
    service: Service, poison: dict[str, Any], schools: int
) -> None:
    service.add("r", Role.REVIEWER, "75")
    service.add("h", Role.HEAD, "75")
    one = f"P{schools // 2:03}"
    rows: list[SchoolRow | ContractRow] = []
    for number in range(schools):
        rows += [
            a_school(f"P{number:03}", f"{number}", region="75"),
            a_contract(f"KP{number:03}", f"P{number:03}", "2026-02-01", "2027-01-22"),
        ]
    record(service.engine, *rows, at=NOW)
    service.owe()
    spoil(service, one, poison)
    service.deliver()
    letter, lost = (
        next(each for each in service.mail.got if each.key.startswith(kind)) for kind in ("digest:1:", "dead")
    )
    assert f"schools/{one}" not in letter.text
    assert (one in letter.text) is (schools < 60), "its other deadline is told where there is room"
    said = load_catalogs()[Language.RU].count("letter.lost.aside", 1, name="r")
    assert (lost.to, said in lost.text) == ("h@example.kz", True)
    with reading(service.engine) as session:
        found = agreeing.of_all(session, ADMIN, legal_day(NOW), legal_day(NOW))
    spoilt = [each for each in found.entries if each.outcome is Outcome.UNREADABLE]
    assert [each.key.split("/")[0] for each in spoilt] == [f"cover_end:{one}"]
    assert found.counts[Outcome.DELIVERED] == len(found.entries) - 1
    alarm = {"number": 1, "at": service.now}
    assert undelivered(service) == alarm
    service.round()
    assert len([each for each in service.mail.got if each.key.startswith("dead")]) == 1
    if "kind" not in poison:
        record(service.engine, a_contract(f"K{one}", one, "2026-02-01", "2027-06-22"), at=NOW)
        service.owe()
        alarm = {"number": 0}
    assert undelivered(service) == alarm
    service.now += laying_aside.LONGEST + timedelta(minutes=1)
    assert undelivered(service) == {"number": 0}


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("poison", "heads"),
    [({"school": None}, {"h"}), ({"region": ["59"]}, {"h", "k"}), ({"region": ...}, {"h", "k"})],
)
def test_rem_8_what_cannot_be_put_into_words_is_told_to_its_own_head_and_undoes_nothing_else(
    service: Service, poison: dict[str, Any], heads: set[str]
) -> None:
    person = service.add("r", Role.REVIEWER, "59", "71")
    service.add("h", Role.HEAD, "59")
    service.add("k", Role.HEAD, "71")
    service.owe()
    spoil(service, ENDING, poison)
    record(service.engine, a_school(INTERIM, "Болашақ", region="43"), at=service.now)
    service.deliver()
    lost = {each.to.partition("@")[0] for each in service.mail.got if each.key.startswith("dead")}
    assert lost == heads
    with transaction(service.engine) as session:
        rows = session.execute(select(REMINDER.c.key, REMINDER.c.withdrawn_at)).all()
        left_out = [at is not None for key, at in rows if f":{INTERIM}/" in key]
        assert left_out, "told to whom it belongs now"
        assert all(left_out)
        aside = laid_aside.since(session, NOW)
        account = accounts.account_of(session, person)
    assert [key.partition("/")[0] for each in aside for key in each.keys] == [f"cover_end:{ENDING}"]
    assert undelivered(service) == {"number": 1, "at": service.now}
    target = Target(ENDING, Need.CHANNEL, DeadlineKind.COVER_END, (ENDING, Need.CHANNEL))
    wanted = Wanted(HoldKind.ACKNOWLEDGED, "a reason")
    with transaction(service.engine, seeing=EVERYTHING) as session:
        assert account is not None
        by, today = Author(account.person.mark, service.now), legal_day(service.now)
        holding.hold(session, by, account.person, target, wanted, today=today, book=service.book)
    assert undelivered(service) == {"number": 0}, "somebody knows of it"


def spoil(service: Service, school_id: str, poison: Mapping[str, object]) -> None:
    """The end of a school's contract cannot be read as it is kept."""
    with transaction(service.engine) as session:
        number, body = session.execute(
            select(DIGEST.c.id, DIGEST.c.body).where(DIGEST.c.person_id == 1)
        ).one()
        said = json.loads(body)
        [line] = [
            each for each in said["lines"] if each["school_id"] == school_id and each["kind"] == "cover_end"
        ]
        line |= poison
        said["lines"][said["lines"].index(line)] = {key: one for key, one in line.items() if one is not ...}
        session.execute(update(DIGEST).where(DIGEST.c.id == number).values(body=json.dumps(said)))


def undelivered(service: Service) -> Mapping[str, object]:
    """What the condition saw of messages that reached nobody."""
    with reading(service.engine) as session:
        return conditions.messages(session, service.now)[1].seen
