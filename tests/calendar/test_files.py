"""CHN-21, CHN-22: whatever a register says, the file is a good calendar with nothing in it but entries."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from random import Random

import icalendar
import pytest

from tests.calendar import strict
from tests.markup import PAYLOADS
from tracker.domain.deadlines import OF_THE_NEED
from tracker.domain.diary import KEPT, Entry, Place, Sight, entries
from tracker.domain.vocabulary import DeadlineKind, Language, Service, Stage
from tracker.render.calendar import Almanac, folded
from tracker.web.house import speech

VOICES, _ = speech()
HOME = "https://tracker.example.kz"
TODAY = date(2027, 1, 15)
CHANGED = datetime(2027, 1, 14, 6, 0, 0, 123456, tzinfo=UTC)
PROPERTIES = [
    "UID", "SEQUENCE", "DTSTAMP", "LAST-MODIFIED", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "URL",
    "STATUS", "TRANSP",
]  # fmt: skip
"""All that an entry has, in its order."""

PIECES = (
    "\r", "\n", "\r\n", "\r\n ", "\u2028", "\u2029", "\x85", "\x0b", "\x00", "\x7f", "\t", " ", "\\", "\\n",
    "\\N", ";", ",", ":", '"', "BEGIN:VEVENT", "END:VEVENT", "\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\n",
    "\nATTACH:https://x.kz", "\r\nORGANIZER:mailto:a@x.kz", "\rATTENDEE:mailto:b@x.kz", "BEGIN:VALARM", "№ 5",
    "№5", "Ә" * 40, "қ", "😀", "e\u0301", "\u200f", "a" * 74, "a" * 76, "{x}", "%s", "мектеп", "\u00a0",
    *PAYLOADS,
)  # fmt: skip
"""What texts of a register are put together from, besides any sign that there is."""


def a_text(dice: Random) -> str:
    """Up to four pieces, of which some are signs of anywhere in Unicode."""
    some = (chr(dice.choice((dice.randrange(0xD800), dice.randrange(0xE000, 0x110000)))) for _ in range(4))
    return "".join(dice.choice((dice.choice(PIECES), sign)) for sign in islice(some, dice.randrange(5)))


def a_random_sight(dice: Random) -> Sight:
    """A deadline as it may be seen of some need."""
    school, service = dice.choice(("9/1", "9,2;x", "мектеп 3")), dice.choice(list(Service))
    kind, number = dice.choice(list(DeadlineKind)), dice.choice(("T-1", "T\r\nBEGIN:VEVENT", "Т,;\\2"))
    identity: tuple[str, ...] = (school, service) if kind in OF_THE_NEED else (number,)
    if kind is DeadlineKind.STAGE:
        identity = (number, dice.choice(list(Stage)))
    names = (dice.choice((None, a_text(dice))), dice.choice((None, a_text(dice))), f"Ш{a_text(dice)}")
    return Sight(
        kind=kind,
        identity=identity,
        place=Place(school, names, dice.choice((None, "59", "71")), dice.choice((None, a_text(dice)))),
        service=service,
        due_on=dice.choice((None, *(date(1996, 1, 1) + timedelta(dice.randrange(27_000)) for _ in range(4)))),
        gone_on=dice.choice((None, TODAY - timedelta(dice.randrange(70)))),
        changes=dice.randrange(40),
        changed_at=CHANGED,
    )


@pytest.mark.parametrize("language", Language)
def test_chn_21_every_state_is_a_file_that_two_readers_read_alike(language: Language) -> None:
    told = 0
    for number in range(334):  # in three languages a thousand
        dice = Random(f"{language} {number}")
        found = entries([a_random_sight(dice) for _ in range(dice.randrange(5))], today=TODAY)
        read_by_both(found, language, dice.choice((None, "59")))
        told += len(found)
    assert told > 334


def read_by_both(found: Sequence[Entry], language: Language, region: str | None) -> None:
    """Write a calendar and ask both readers whether it says what it should, and nothing else."""
    data = Almanac(found, region, HOME).write(VOICES[language])
    events = strict.read(data).of("VEVENT")
    others = icalendar.Calendar.from_ical(data).walk("VEVENT")
    assert len(events) == len(others) == len(found)
    for entry, event, other in zip(found, events, others, strict=True):
        assert event.names == PROPERTIES
        assert set(other) == set(PROPERTIES)
        assert other.errors == []
        assert event["DTSTART"] == f"{entry.due_on:%Y%m%d}" == f"{other.decoded('dtstart'):%Y%m%d}"
        assert event["STATUS"] == ("CANCELLED" if entry.is_gone else "CONFIRMED") == other["STATUS"]
        assert event["UID"] == other["UID"]
        assert int(event["SEQUENCE"]) == entry.sequence == other["SEQUENCE"]
        assert bare(_name(entry, language)) in bare(event["SUMMARY"])
        if "\\" not in event["SUMMARY"]:  # the other reader takes an escaped backslash before N for a break
            assert event["SUMMARY"] == other["SUMMARY"]


def bare(text: str) -> str:
    """The signs of a text that are neither space nor control."""
    return "".join(sign for sign in text if unicodedata.category(sign) not in ("Cc", "Zs", "Zl", "Zp"))


def _name(entry: Entry, language: Language) -> str:
    kazakh, russian, given_one = entry.place.names
    return {Language.KK: kazakh, Language.RU: russian, Language.EN: None}[language] or given_one


def a_sight(**more: object) -> Sight:
    """The end of the cover of a school, unless said otherwise."""
    values: dict[str, object] = {
        "kind": DeadlineKind.COVER_END,
        "identity": ("1", "channel"),
        "place": Place("1", (None, None, "School 1"), "59", "Есіл"),
        "service": Service.CHANNEL,
        "due_on": date(2027, 1, 31),
        "gone_on": None,
        "changes": 0,
        "changed_at": CHANGED,
    }
    return Sight(**{**values, **more})  # type: ignore[arg-type]  # each test names what it means


HOSTILE = (
    "x\r\nBEGIN:VEVENT\r\nATTACH:https://x.example\r\nORGANIZER:mailto:a@x.example\rATTENDEE:b\nEND:VEVENT"
)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("part", ["name", "district", "number", "school"])
def test_chn_22_no_text_adds_a_component_or_a_property(part: str, language: Language) -> None:
    names = (HOSTILE,) * 3 if part == "name" else ("a", "b", "c")
    school = HOSTILE if part == "school" else "1"
    place = Place(school, names, "59", HOSTILE if part == "district" else None)
    sight = a_sight(place=place)
    if part == "number":
        sight = a_sight(kind=DeadlineKind.REPORT, identity=(HOSTILE,), place=place)
    calendar = strict.read(Almanac(entries([sight], today=TODAY), None, HOME).write(VOICES[language]))
    [event] = calendar.of("VEVENT")
    assert event.names == PROPERTIES
    assert [each.name for each in calendar.parts] == ["VTIMEZONE", "VEVENT"]


def test_nobody_is_invited_and_nothing_rings() -> None:
    data = Almanac(entries([a_sight()], today=TODAY), None, HOME).write(VOICES[Language.EN])
    for word in (b"ATTENDEE", b"ORGANIZER", b"VALARM", b"METHOD", b"ATTACH"):
        assert word not in data


@pytest.mark.parametrize(
    ("language", "name", "summary"),
    [
        (
            Language.KK,
            "Мектеп арналарының мерзімдері",
            "«bids» кезеңін аяқтау: Орал",
        ),
        (
            Language.RU,
            "Сроки по каналам школ",
            "Завершить этап «bids»: Уральск",
        ),
        (Language.EN, "Deadlines of school channels", "Finish the stage “bids”: School"),
    ],
)
def test_the_file_speaks_the_language_of_its_person(language: Language, name: str, summary: str) -> None:
    place = Place("1", ("Орал", "Уральск", "School"), "59", "Есіл")
    seen = [a_sight(kind=DeadlineKind.STAGE, identity=("T-1", "bids"), place=place)]
    calendar = strict.read(Almanac(entries(seen, today=TODAY), "59", HOME).write(VOICES[language]))
    [event] = calendar.of("VEVENT")
    words = VOICES[language].words
    assert calendar["NAME"] == calendar["X-WR-CALNAME"] == f"{name}: {words.say('region.59')}"
    assert event["SUMMARY"] == summary.replace("bids", words.say("stage.bids"))
    assert "T-1" in event["DESCRIPTION"]
    assert event["URL"] == f"{HOME}/purchases/1?number=T-1"


def test_a_tender_of_many_schools_is_one_entry_that_counts_them() -> None:
    seen = [
        a_sight(
            kind=DeadlineKind.STAGE, identity=("T-1", "bids"), service=service,
            place=Place(school, (None, None, f"School {school}"), "59", None),
        )
        for school in ("3", "1", "2") for service in (Service.CHANNEL, Service.CCTV)
    ]  # fmt: skip
    [entry] = entries(seen, today=TODAY)
    assert (entry.place.school_id, set(entry.services), entry.others) == (
        "1",
        {Service.CHANNEL, Service.CCTV},
        4,
    )
    [event] = strict.read(Almanac([entry], None, HOME).write(VOICES[Language.EN])).of("VEVENT")
    assert event["SUMMARY"].endswith("School 1 and 4 more needs of schools")


def test_of_a_tender_that_only_some_schools_left_the_entry_stays_and_its_sequence_rises() -> None:
    def seen(*gone: date | None) -> list[Sight]:
        return [
            a_sight(
                kind=DeadlineKind.STAGE, identity=("T-1", "bids"), gone_on=day,
                changes=sum(each is not None for each in gone),
                place=Place(f"{number}", (None, None, "School"), "59", None),
            )
            for number, day in enumerate(gone)
        ]  # fmt: skip

    states = [seen(None, None), seen(TODAY, None), seen(TODAY, TODAY)]
    told = [entries(state, today=TODAY)[0] for state in states]
    assert [(each.is_gone, each.sequence, each.others) for each in told] == [
        (False, 0, 1), (False, 1, 0), (True, 2, 1),
    ]  # fmt: skip
    [over] = strict.read(Almanac([told[2]], None, HOME).write(VOICES[Language.EN])).of("VEVENT")
    assert over["URL"] == f"{HOME}/schools/0"


def test_what_is_gone_is_cancelled_for_sixty_days_and_then_left_out() -> None:
    gone = [a_sight(gone_on=TODAY)]
    assert [entry.is_gone for entry in entries(gone, today=TODAY + KEPT)] == [True]
    assert entries(gone, today=TODAY + KEPT + timedelta(days=1)) == ()


def test_a_day_that_is_not_known_is_no_entry_and_an_empty_calendar_is_still_a_good_one() -> None:
    found = entries([a_sight(due_on=None)], today=TODAY)
    assert found == ()
    assert strict.read(Almanac(found, None, HOME).write(VOICES[Language.KK])).of("VEVENT") == []


@pytest.mark.parametrize("sign", ["a", "қ", "€", "😀"])
def test_lines_are_folded_between_characters_and_as_late_as_they_may(sign: str) -> None:
    for length in (*range(60, 80), 200):
        line = "X:" + sign * length
        pieces = folded(line)[:-2].split(b"\r\n ")
        assert b"".join(pieces).decode() == line
        assert all(piece.decode() for piece in pieces)
        assert max(len(pieces[0]), *(len(piece) + 1 for piece in pieces[1:]), 0) <= 75
        assert all(len(piece) > 75 - 5 for piece in pieces[:-1])


@pytest.mark.parametrize(
    "data",
    [
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\nEND:VCALENDAR\n",
        b"BEGIN:VCALENDAR\r\nNAME:a,b\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nNAME:a\rb\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nNAME:" + b"a" * 75 + b"\r\nEND:VCALENDAR\r\n",
    ],
    ids=["empty", "no CR", "a comma", "a lone CR", "a long line"],
)
def test_the_strict_reader_is_strict(data: bytes) -> None:
    with pytest.raises(strict.Fault):
        strict.read(data)
