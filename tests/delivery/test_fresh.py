"""A letter tells what is so when it goes out, not when it was put together (REM-4, REM-13)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import update

from tests.delivery.conftest import BOOK, LETTERS, Service
from tests.loops import run
from tests.store.rows import record
from tests.web.register import COVERED, ENDING, NOW, STALLED, a_contract, a_school, day, small_country
from tracker.domain.messages import ChannelKind, Delivery, Fate
from tracker.domain.people import Person
from tracker.domain.register import TenderRow
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.services import working
from tracker.services.acting import Author
from tracker.services.wording import Writer
from tracker.store import accounts
from tracker.store.engine import transaction
from tracker.store.reminder_tables import MESSAGE
from tracker.store.scope import EVERYTHING

COUNTING = Writer(LETTERS, Language.KK, None, book=BOOK)
"""Counts the days that are left as the service does."""


def two_schools(service: Service) -> None:
    """The tender of one school is for another one too."""
    [line] = [row for row in small_country() if isinstance(row, TenderRow) and row.school_id == STALLED]
    record(service.engine, replace(line, school_id=ENDING), at=NOW)


def test_a_tender_of_which_the_reader_lost_sight_of_one_school_is_told_with_another(service: Service) -> None:
    two_schools(service)
    service.add("r", Role.REVIEWER, "59")
    service.owe()
    record(service.engine, a_school(STALLED, "Әйтеке", region="71"), at=service.now)
    service.deliver()
    [letter] = service.mail.got
    assert STALLED not in letter.text + letter.html
    [stage] = [part for part in letter.text.split("\n\n") if "(T-2)" in part]
    assert "Үміт" in stage


def test_what_one_way_still_tries_does_not_tell_a_day_that_moved_since_another_told_it(
    service: Service,
) -> None:
    person = service.add("r", Role.REVIEWER, "59")
    service.connect(person, "77")
    record(service.engine, a_contract("K-1", COVERED, "2027-01-01", "2027-02-14"), at=NOW)
    service.telegram.says = lambda _: Delivery(Fate.LATER, "busy", wait=timedelta(minutes=1))
    service.round()
    assert "14 февраля 2027" in service.telegram.got[-1].text
    service.now += timedelta(minutes=30)
    record(service.engine, a_contract("K-1", COVERED, "2027-01-01", "2027-02-01"), at=service.now)
    service.telegram.says = lambda _: Delivery(Fate.SENT)
    service.round()
    assert len(service.telegram.got) > 1
    assert "14 февраля 2027" not in service.telegram.got[-1].text


def test_what_waited_over_days_off_counts_the_days_that_are_left_when_it_is_sent(service: Service) -> None:
    person = service.add("r", Role.REVIEWER, "59")
    service.connect(person, "77")
    service.now = NOW + timedelta(hours=9)  # 20 o'clock of a Friday
    service.owe()
    with transaction(service.engine) as session:
        session.execute(update(MESSAGE).where(MESSAGE.c.channel == ChannelKind.MAIL).values(dead_at=NOW))
    service.on("2027-01-18")
    assert run(service.dispatcher(writer=COUNTING).run()) == 1
    [letter] = service.telegram.got
    voice = LETTERS[Language.RU].voice
    assert voice.words.say("letter.as_of", on=voice.formats.full(day("2027-01-18"))) in letter.text
    ends = [line for line in letter.text.splitlines() if "31 января 2027" in line]
    assert any(voice.formats.count("deadlines.left", 9) in line for line in ends), ends  # 10 on the Friday


def test_what_is_pinned_to_a_school_warns_in_the_letter_whoever_sees_it_as_it_stands_when_it_goes_out(
    service: Service,
) -> None:
    reader, far = service.add("r", Role.REVIEWER, "59"), service.add("far", Role.REVIEWER, "71")
    service.connect(reader, "77")
    service.owe()
    hers = account(service, reader)
    with transaction(service.engine, seeing=EVERYTHING) as session:
        author = Author(hers.mark, service.now)
        for text, is_pinned in (("жеткізуші\nбас тартты", True), ("қарапайым", False), ("ескі", True)):
            number = working.write_note(session, author, hers, STALLED, text, is_pinned=is_pinned)
        working.pin(session, author, hers, number, is_pinned=False)
    service.deliver()
    letters = {letter.to: letter for letter in service.mail.got}
    own, other = letters[hers.email], letters[account(service, far).email]
    warning = f"{LETTERS[Language.RU].voice.words.say('note.pinned')} {hers.name}: жеткізуші бас тартты"
    for text in (own.text, service.telegram.got[-1].text):
        assert text.count(warning) == 1
        assert not any(word in text for word in ("қарапайым", "ескі"))
    assert "жеткізуші бас тартты" in own.html
    assert "жеткізуші" not in other.text + other.html


def account(service: Service, number: int) -> Person:
    """Somebody as her account says."""
    with transaction(service.engine) as session:
        found = accounts.account_of(session, number)
    assert found is not None
    return found.person
