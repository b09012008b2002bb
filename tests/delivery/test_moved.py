"""REM-4: a day that moves is told anew as corrected, with the old day; three moves make one message."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.delivery.conftest import LETTERS, Service
from tests.store.rows import record
from tests.web.register import COVERED, ENDING, NOW, a_contract
from tracker.domain.roles import Role
from tracker.domain.vocabulary import ContractStatus, Language
from tracker.store import digests
from tracker.store.engine import reading, transaction
from tracker.store.people_tables import PERSON

FIRST_END = "2027-02-14"


def ends_on(service: Service, day: str, *, number: str = "K-1", start: str = "2027-01-01") -> None:
    """The contract of the covered school ends on a day, as recorded now."""
    record(service.engine, a_contract(number, COVERED, start, day), at=service.now)


def told(service: Service) -> Service:
    """Somebody was told of the end of a contract."""
    service.add("r", Role.REVIEWER, "59")
    ends_on(service, FIRST_END)
    assert service.round() == 1
    service.mail.got.clear()
    return service


def lines(service: Service, kind: str = "cover_end") -> list[tuple[str | None, str | None]]:
    """Due days of the covered school as told, newest digest first, each with the day told before."""
    with reading(service.engine) as session:
        kept = digests.of_person(session, 1, most=50)
    return [
        (line["due_on"], line["was_due_on"])
        for digest in kept
        for line in digest.body["lines"]
        if (line["school_id"], line["kind"]) == (COVERED, kind)
    ]


@pytest.mark.parametrize(
    ("end", "on"),
    [("2027-02-01", "2027-01-18"), ("2027-01-16", "2027-01-18"), ("2027-03-31", "2027-03-01")],
    ids=["earlier", "earlier than today", "later"],
)
def test_the_new_day_is_told_with_the_word_and_the_old_one_beside_it(
    service: Service, end: str, on: str
) -> None:
    told(service)
    service.now += timedelta(hours=1)
    ends_on(service, end)
    service.on(on).round()
    assert lines(service)[0] == (end, FIRST_END)
    voice = LETTERS[Language.RU].voice
    before = voice.formats.full(date.fromisoformat(FIRST_END))
    assert voice.words.say("letter.corrected", before=before) in service.mail.got[-1].text
    service.on("2027-03-24").round()
    assert all(before is None for _, before in lines(service)[:-2])  # said once


@pytest.mark.parametrize("language", Language)
def test_the_word_is_there_in_each_language(service: Service, language: Language) -> None:
    told(service)
    with transaction(service.engine) as session:
        session.execute(PERSON.update().values(language=language))
    ends_on(service, "2027-02-01")
    service.on("2027-01-18").round()
    word = {Language.KK: "Түзетілді", Language.RU: "Исправлено", Language.EN: "Corrected"}[language]
    assert service.mail.got[-1].text.count(word) == service.mail.got[-1].html.count(word) >= 1


def test_three_changes_in_a_minute_make_one_message_of_the_last(service: Service) -> None:
    told(service)
    service.on("2027-01-18")
    for end in ("2027-02-20", "2027-01-31", "2027-02-10"):
        ends_on(service, end)
        service.round()
        service.now += timedelta(seconds=20)
    service.round()
    assert len(service.mail.got) == 1
    service.on("2027-01-19").round()
    said = [each for letter in service.mail.got for each in letter.text.splitlines()]
    assert len(service.mail.got) == 2
    assert not any("31 января" in line and COVERED in line for line in said)
    assert lines(service)[0] == ("2027-02-10", "2027-02-20")


def test_three_changes_before_anybody_was_sent_anything_leave_the_last_alone(service: Service) -> None:
    told(service)
    service.now = NOW + timedelta(days=3, hours=10)  # at night of the 18th letters wait for the morning
    for end in ("2027-02-20", "2027-01-30", "2027-02-10"):
        ends_on(service, end)
        service.owe()
        service.now += timedelta(seconds=20)
    assert service.deliver() == 0
    service.on("2027-01-19").round()
    said = "".join(letter.text for letter in service.mail.got)
    assert "10 февраля 2027" in said
    assert "20 февраля 2027" not in said
    assert "30 января 2027" not in said


def test_what_comes_after_a_contract_or_a_confirmation_corrects_nothing(service: Service) -> None:
    told(service)
    ends_on(service, "2027-03-20", number="K-2", start="2027-02-15")
    service.on("2027-02-18").round()
    assert lines(service)[0] == ("2027-03-20", None)
    assert all(before is None for _, before in lines(service, "facts_to_confirm"))


def test_a_day_that_comes_back_is_told_anew_as_corrected_and_once(service: Service) -> None:
    told(service)
    ends_on(service, "2027-03-10")
    service.on("2027-01-18").round()
    ends_on(service, FIRST_END)
    service.on("2027-01-19").round()
    assert lines(service) == [(FIRST_END, "2027-03-10"), ("2027-03-10", FIRST_END), (FIRST_END, None)]
    service.on("2027-01-20").round()
    assert len(lines(service)) == 3
    for day in ("2027-01-29", "2027-02-05", "2027-02-12"):
        service.on(day).round()
    assert [due for due, _ in lines(service)].count(FIRST_END) >= 4
    assert ENDING in "".join(letter.text for letter in service.mail.got)


def test_a_school_whose_renewal_is_cancelled_is_told_of_again_and_further_up(service: Service) -> None:
    told(service)
    head = service.add("h", Role.HEAD, "59")
    service.on("2027-02-12").round()
    new = a_contract("K-20", COVERED, "2027-02-15", "2027-12-31")
    record(service.engine, new, at=service.now)
    service.on("2027-02-16").round()
    before = len(lines(service))
    service.on("2027-02-17")
    record(service.engine, replace(new, status=ContractStatus.CANCELLED), at=service.now)
    service.round()
    assert lines(service)[0] == (FIRST_END, None)
    assert len(lines(service)) == before + 1
    letter = service.mail.got[-1]
    assert letter.to == "r@example.kz"
    assert LETTERS[Language.RU].voice.words.say("letter.anew") in letter.text
    service.mail.got.clear()
    for day in ("2027-02-18", "2027-02-19", "2027-02-22"):
        service.on(day).round()
    with reading(service.engine) as session:
        kept = digests.of_person(session, head, most=1)[0]
    assert kept.on == date(2027, 2, 22)
    assert FIRST_END in {line["due_on"] for line in kept.body["lines"] if line["school_id"] == COVERED}
