"""REM-6 through the store: what was taken up or put off keeps silent, ends by itself, and falls when it gets
worse; the flag stays all the while, and each next rank is told in its turn."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.delivery.conftest import WRITER, Service
from tests.loops import run
from tests.people import ADMIN
from tests.store.rows import record
from tests.web.register import COVERED, ENDING, NOW, a_contract, day
from tracker.domain.deadlines import Deadline
from tracker.domain.holds import HoldKind
from tracker.domain.people import Reach
from tracker.domain.roles import Role
from tracker.domain.vocabulary import DeadlineKind, FlagKind
from tracker.domain.vocabulary import Service as Need
from tracker.domain.withdrawing import Why
from tracker.services import agreeing, evaluating, holding
from tracker.services.acting import Author
from tracker.services.holding import Target, Wanted
from tracker.store import accounts, digests, holds, people
from tracker.store.engine import reading, transaction
from tracker.store.reminder_tables import HOLD, REMINDER
from tracker.store.scope import EVERYTHING

TARGET = Target(COVERED, Need.CHANNEL, DeadlineKind.COVER_END, (COVERED, Need.CHANNEL))


@pytest.fixture
def told(service: Service) -> Service:
    """A reviewer was told that the service of a school ends on 14 February; a head stands above her."""
    service.add("r", Role.REVIEWER, "59")
    service.add("h", Role.HEAD, "59")
    record(service.engine, a_contract("K-1", COVERED, "2027-01-01", "2027-02-14"), at=NOW)
    service.round()
    return service


def hold(service: Service, kind: HoldKind, back_on: str) -> Deadline:
    """The reviewer takes the end up or puts it off until a day."""
    with transaction(service.engine, seeing=EVERYTHING) as session:
        account = accounts.account_of(session, 1)
        assert account is not None
        today = service.now.date()
        due = holding.find(session, EVERYTHING, TARGET, on=today, book=service.book)
        holding.hold(
            session, Author(account.person.mark, service.now), account.person, TARGET,
            Wanted(kind, "a reason", day(back_on)), today=today, book=service.book,
        )  # fmt: skip
    return due


def leads(service: Service, person: int) -> list[tuple[str, str]]:
    """What a person was told of the end of this school's service: leads with their days."""
    wanted = REMINDER.c.key.startswith(f"cover_end:{COVERED}/")
    query = select(REMINDER).where(wanted, REMINDER.c.person_id == person).order_by(REMINDER.c.id)
    with reading(service.engine) as session:
        return [(row.key.rpartition(":")[2], row.told_on.isoformat()) for row in session.execute(query)]


def flags(service: Service) -> set[FlagKind]:
    """The flags of the school today."""
    with reading(service.engine, seeing=EVERYTHING) as session:
        shot = evaluating.snapshot(session, EVERYTHING, on=service.now.date(), known=None, book=service.book)
    [need] = [need for need in shot.needs if need.school.school_id == COVERED]
    return set(need.assessment.kinds)


def live(service: Service, *days: str) -> None:
    """A round at noon of each day."""
    for each in days:
        service.on(each).round()


def test_without_an_answer_the_next_rank_is_told_after_three_working_days(told: Service) -> None:
    live(told, "2027-01-18", "2027-01-19", "2027-01-20", "2027-01-21")
    assert leads(told, 2) == [("up-2027-01-15", "2027-01-20")]
    assert leads(told, 1) == [("30d", "2027-01-15")]


def test_an_acknowledgement_stops_repeats_and_escalation_ends_by_itself_and_leaves_the_flag(
    told: Service,
) -> None:
    hold(told, HoldKind.ACKNOWLEDGED, "2027-02-03")
    live(told, "2027-01-20", "2027-01-29", "2027-02-02")
    assert (leads(told, 1), leads(told, 2)) == ([("30d", "2027-01-15")], [])
    assert FlagKind.ENDING_SOON in flags(told)
    live(told, "2027-02-03", "2027-02-04", "2027-02-08")
    assert {("back-2027-02-03", "2027-02-03"), ("14d", "2027-02-03")} <= set(leads(told, 1))
    assert leads(told, 2) == [("up-2027-02-03", "2027-02-08")]


def test_a_snooze_speaks_for_its_person_alone(told: Service) -> None:
    hold(told, HoldKind.SNOOZED, "2027-01-22")
    live(told, "2027-01-18", "2027-01-20", "2027-01-21")
    assert leads(told, 1) == [("30d", "2027-01-15")]
    assert leads(told, 2) == [("up-2027-01-15", "2027-01-20")]
    live(told, "2027-01-22")
    assert leads(told, 1)[-1] == ("back-2027-01-22", "2027-01-22")


@pytest.mark.parametrize("kind", HoldKind)
def test_what_gets_worse_speaks_at_once_before_its_hold_ends(told: Service, kind: HoldKind) -> None:
    hold(told, kind, "2027-02-10")
    live(told, "2027-01-18")
    told.now += timedelta(hours=1)
    record(told.engine, a_contract("K-1", COVERED, "2027-01-01", "2027-02-07"), at=told.now)
    live(told, "2027-01-19")
    worse = [lead for lead, on in leads(told, 1) if on == "2027-01-19"]
    assert "worse-2027-01-15" in worse
    later = len(leads(told, 1))
    live(told, "2027-01-20", "2027-01-21")
    assert len(leads(told, 1)) == later  # once


def test_what_gets_better_stays_silent(told: Service) -> None:
    hold(told, HoldKind.ACKNOWLEDGED, "2027-02-10")
    told.now += timedelta(hours=1)
    record(told.engine, a_contract("K-1", COVERED, "2027-01-01", "2027-02-20"), at=told.now)
    live(told, "2027-01-18", "2027-01-21", "2027-02-05")
    assert leads(told, 1) == [("30d", "2027-01-15")]


def test_a_substitute_reads_what_escalates_and_the_absent_reads_nothing(told: Service) -> None:
    deputy = told.add("d", Role.HEAD, "59")
    with transaction(told.engine) as session:
        holds.add_substitute(session, 2, deputy, day("2027-01-16"), day("2027-01-31"), at=told.now)
    told.mail.got.clear()
    live(told, "2027-01-18", "2027-01-20")
    assert "h@example.kz" not in {letter.to for letter in told.mail.got}
    assert any(letter.to == "d@example.kz" and COVERED in letter.text for letter in told.mail.got)
    assert leads(told, 2) == [("up-2027-01-15", "2027-01-20")]


@pytest.mark.parametrize("kind", HoldKind)
def test_rem_6_what_was_taken_up_while_its_letter_waited_is_not_sent_but_told_when_that_ends(
    service: Service, kind: HoldKind
) -> None:
    service.add("r", Role.REVIEWER, "59")
    record(service.engine, a_contract("K-1", COVERED, "2027-01-01", "2027-02-14"), at=NOW)
    service.owe()
    hold(service, kind, "2027-01-22")
    writer = replace(WRITER, book=service.book)
    run(service.dispatcher(writer=writer).run())
    [letter] = service.mail.got
    its_end = f"/schools/{COVERED}?from=queue"
    assert (ENDING in letter.text, its_end in letter.text) == (True, False)
    service.owe()
    assert reasons(service) == {Why.NOT_ASKED}
    service.on("2027-01-22").owe()
    run(service.dispatcher(writer=writer).run())
    assert its_end in service.mail.got[-1].text


def reasons(service: Service) -> set[Why | None]:
    """Why the end of this school's service was not told today, as the page of the day gives it."""
    with reading(service.engine) as session:
        found = agreeing.of_all(session, ADMIN, service.now.date(), service.now.date())
    assert found.agrees
    return {each.why for each in found.entries if each.key.startswith(f"cover_end:{COVERED}")}


def test_rem_6_where_all_of_a_waiting_letter_was_taken_up_nobody_else_is_said_to_answer_for_it(
    service: Service,
) -> None:
    own, since = Reach(schools=frozenset({COVERED})), NOW - timedelta(days=300)
    with transaction(service.engine) as session:
        people.add_person(session, email="r@example.kz", name="Ә", role=Role.OFFICER, reach=own, at=since)
    record(service.engine, a_contract("K-1", COVERED, "2027-01-01", "2027-02-14"), at=NOW)
    service.owe()
    with transaction(service.engine, seeing=EVERYTHING) as session:
        account = accounts.account_of(session, 1)
        assert account is not None
        for line in digests.of_person(session, 1, most=1)[0].body["lines"]:
            holding.hold_line(
                session, Author(account.person.mark, NOW), account.person, line, HoldKind.ACKNOWLEDGED,
                reason="x", today=NOW.date(), book=service.book,
            )  # fmt: skip
    run(service.dispatcher(writer=replace(WRITER, book=service.book)).run())
    service.owe()
    assert (service.mail.got, reasons(service)) == ([], {Why.NOT_ASKED})


def test_rem_6_of_two_holds_the_later_one_speaks_also_when_it_is_over_as_the_letter_goes(
    service: Service,
) -> None:
    service.add("r", Role.REVIEWER, "59")
    record(service.engine, a_contract("K-1", COVERED, "2027-01-01", "2027-02-14"), at=NOW)
    service.owe()
    for until in ("2027-01-30", "2027-01-18"):
        hold(service, HoldKind.ACKNOWLEDGED, until)
    run(service.on("2027-01-19").dispatcher(writer=replace(WRITER, book=service.book)).run())
    [letter] = service.mail.got
    assert f"/schools/{COVERED}?from=queue" in letter.text


@pytest.mark.parametrize("fault", ["row", "need"])
def test_flt_26_what_cannot_be_read_or_judged_of_what_was_taken_up_spoils_no_letter(
    service: Service, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.add("r", Role.REVIEWER, "59")
    record(service.engine, a_contract("K-1", COVERED, "2027-01-01", "2027-02-14"), at=NOW)
    service.owe()
    hold(service, HoldKind.ACKNOWLEDGED, "2027-01-22")
    if fault == "row":  # another deadline of the country: nothing of it is asked for
        another = {"identity": '["another", "channel"]', "seen": "{"}
        with transaction(service.engine) as session:
            session.execute(update(HOLD).values(another))
    else:
        monkeypatch.setattr(holding, "deadlines_of", unjudged)
    run(service.dispatcher(writer=replace(WRITER, book=service.book)).run())
    [letter] = service.mail.got
    assert f"/schools/{COVERED}?from=queue" in letter.text


def unjudged(*_: object, **__: object) -> tuple[Deadline, ...]:
    """The rules fail over a need."""
    raise ZeroDivisionError
