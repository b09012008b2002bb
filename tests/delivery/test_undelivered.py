"""What no letter has brought to anybody is told to whoever is next, or not at all where it is so no more
(REM-4, REM-13); of several who look at once one writes (REM-14); REM-5: needs without anybody are counted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from tests.delivery.conftest import Service
from tests.store.rows import record
from tests.web.register import COVERED, NOW, a_contract, day
from tracker.clock import legal_day
from tracker.domain.messages import ChannelKind, Delivery, Fate, Letter
from tracker.domain.roles import Role
from tracker.services import reminding
from tracker.services.reminding import Outlook, Owed
from tracker.store import accounts, holds, jobs
from tracker.store.engine import reading, transaction
from tracker.store.jobs import Job
from tracker.store.leases import database_time
from tracker.store.reminder_tables import DIGEST, MESSAGE, WATCHED
from tracker.store.scope import EVERYTHING


def looked(service: Service) -> Outlook:
    """What somebody finds who is paused before it is written."""
    with reading(service.engine, seeing=EVERYTHING) as session:
        asked = reminding.question(
            session, on=legal_day(service.now), book=service.book, by=frozenset(ChannelKind)
        )
        return reminding.look(session, asked, book=service.book)


def kept(service: Service, outlook: Outlook) -> Owed:
    """What it writes when it goes on."""
    return reminding.keep(
        service.engine, outlook, now=service.now, book=service.book, by=frozenset(ChannelKind)
    )[1]


def refuses(service: Service, *, to: str = "") -> None:
    """From now on nobody's mail is taken, or not that of one."""
    later = Delivery(Fate.LATER, "refused", wait=timedelta(minutes=1))

    def says(letter: Letter) -> Delivery:
        return later if to in letter.to else Delivery(Fate.SENT)

    service.mail.says = says


def takes(service: Service) -> None:
    """The mail server is back."""
    service.mail.says = lambda _: Delivery(Fate.SENT)
    service.mail.got.clear()


def test_who_was_paused_between_looking_and_writing_writes_nothing_of_what_another_wrote(
    service: Service,
) -> None:
    service.add("r", Role.REVIEWER, "59")
    paused = looked(service)
    assert service.owe().digests == 1
    service.now += timedelta(minutes=3)
    assert kept(service, paused) == Owed()
    with reading(service.engine) as session:
        assert session.scalar(select(func.count()).select_from(DIGEST)) == 1
    assert service.deliver() == 1


def test_of_two_who_watch_with_nobody_to_tell_one_writes_what_it_saw(service: Service) -> None:
    paused = looked(service)
    service.owe()
    record(service.engine, a_contract("K-1", COVERED, "2027-01-01", "2027-02-14"), at=service.now)
    again = looked(service)
    service.owe()
    assert (kept(service, paused), kept(service, again)) == (Owed(), Owed())
    with reading(service.engine) as session:
        assert session.scalar(select(func.max(WATCHED.c.sequence))) == 1


def in_place(service: Service) -> int:
    """An officer's colleague, who reads in her place, and whose mail is not taken."""
    officer, colleague = (service.add(name, Role.REVIEWER, "59", "71") for name in ("r", "c"))
    with transaction(service.engine) as session:
        holds.add_substitute(session, officer, colleague, day("2027-01-01"), day("2027-12-31"), at=NOW)
    refuses(service, to="c@")
    service.round()
    assert {letter.to for letter in service.mail.got} == {"c@example.kz"}
    takes(service)
    return colleague


def leaves(service: Service, person: int) -> None:
    """Somebody is there no more."""
    with transaction(service.engine) as session:
        accounts.change(session, person, {"disabled_at": service.now})


@pytest.mark.parametrize("first", ["looking", "sending"])
def test_what_was_tried_for_a_substitute_in_vain_is_told_to_whom_it_was_owed_when_she_leaves(
    service: Service, first: str
) -> None:
    leaves(service, in_place(service))
    service.now += timedelta(minutes=5)
    if first == "sending":
        assert service.deliver() == 0
    service.round()
    assert [letter.to for letter in service.mail.got] == ["r@example.kz"]
    service.last = None
    assert service.round() == 0


def test_a_letter_that_is_being_sent_is_taken_back_as_soon_as_that_failed(service: Service) -> None:
    colleague = in_place(service)
    with transaction(service.engine) as session:
        until = database_time(session) + timedelta(minutes=1)
        session.execute(update(MESSAGE).values(leased_by="another", leased_until=until))
    leaves(service, colleague)
    assert (service.owe().withdrawn, service.last) == (0, None)
    with transaction(service.engine) as session:
        session.execute(update(MESSAGE).values(leased_by=None, leased_until=None))
    assert service.owe().withdrawn > 0
    assert service.last is not None
    service.deliver()
    assert [letter.to for letter in service.mail.got] == ["r@example.kz"]


def test_a_day_that_moves_after_a_try_in_vain_is_told_alone(service: Service) -> None:
    service.add("r", Role.REVIEWER, "59")
    record(service.engine, a_contract("K-1", COVERED, "2027-01-01", "2027-02-14"), at=NOW)
    refuses(service)
    service.round()
    service.now += timedelta(hours=1)
    record(service.engine, a_contract("K-1", COVERED, "2027-01-01", "2027-02-01"), at=service.now)
    takes(service)
    service.round()
    service.on("2027-01-18").round()
    said = "".join(letter.text for letter in service.mail.got)
    assert "1 февраля 2027" in said
    assert "14 февраля 2027" not in said


def test_rem_5_needs_of_which_nobody_can_be_told_are_counted_by_region(service: Service) -> None:
    def untold() -> dict[str, int]:
        found = service.owe().untold
        assert found is not None
        return dict(found)

    before = untold()
    assert before["59"] > 0
    service.add("r", Role.REVIEWER, "59")
    assert "59" not in untold()
    assert service.owe().untold is None  # nothing is new
    with transaction(service.engine) as session:
        assert reminding.untold(session) == {}
        jobs.record(session, Job.REMINDERS, began_at=NOW, ended_at=NOW, untold=before)
        assert reminding.untold(session) == before
