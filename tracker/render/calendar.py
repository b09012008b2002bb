"""What is due as an iCalendar file (RFC 5545): days without an hour, the same bytes until something changes.

Nothing of a text can end its line: control characters become spaces before it is escaped. There are no
alarms and nobody is invited: programs that read this ask nobody and mail nobody.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import quote
from uuid import UUID, uuid5

from tracker.domain.days import next_day
from tracker.domain.deadlines import OF_THE_NEED
from tracker.domain.diary import Entry
from tracker.domain.vocabulary import DeadlineKind, Service
from tracker.render.deadline_json import OF_TENDERS
from tracker.render.environment import Voice
from tracker.render.formats import school_name, together
from tracker.render.letter_json import answered_at

OURS = UUID("6d5f7f0c-52e5-4b0e-9d57-0c1b7a1d2f43")
"""The name space of our UIDs, drawn once; another one would show every entry twice."""

LONGEST_LINE = 75
"""Octets of a line without its break (RFC 5545 §3.1)."""

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
ESCAPES = str.maketrans({"\\": r"\\", ";": r"\;", ",": r"\,"})


@dataclass(frozen=True, slots=True)
class Almanac:
    """One calendar of one person: its entries, the region it is cut to, and where its pages are.

    ``home`` is the address of the service without a path.
    """

    entries: Sequence[Entry]
    region: str | None
    home: str

    def write(self, voice: Voice) -> bytes:
        """The file in the words of one language."""
        lines = [*self._head(voice), *self._days(voice), ("END", "VCALENDAR")]
        return b"".join(folded(f"{name}:{value}") for name, value in lines)

    def _head(self, voice: Voice) -> Iterator[tuple[str, str]]:
        name = voice.words.say("calendar.name")
        if self.region is not None:
            name = f"{name}: {voice.words.say(f'region.{self.region}')}"
        yield "BEGIN", "VCALENDAR"
        yield "VERSION", "2.0"
        yield "PRODID", f"-//school-channel-tracker//{voice.words.language.value.upper()}"
        yield "NAME", escaped(name)
        yield "X-WR-CALNAME", escaped(name)
        yield "REFRESH-INTERVAL;VALUE=DURATION", "PT1H"
        yield "X-PUBLISHED-TTL", "PT1H"
        yield from _zone()

    def _days(self, voice: Voice) -> Iterator[tuple[str, str]]:
        for entry in self.entries:
            yield from _event(entry, voice, self._page_of(entry))

    def _page_of(self, entry: Entry) -> str:
        """Where it is answered, as letters say; of what is no more there is nothing to answer."""
        school = entry.place.school_id
        if entry.is_gone:
            return f"{self.home}/schools/{quote(school, safe='')}"
        return answered_at(self.home, entry.kind, school, entry.services[0], entry.identity[0])


def _zone() -> Iterator[tuple[str, str]]:
    """The zone of the legal day, which no entry needs: a file without any component is not valid (§3.6)."""
    yield "BEGIN", "VTIMEZONE"
    yield "TZID", "Asia/Almaty"
    yield "BEGIN", "STANDARD"
    yield "DTSTART", "20240301T000000"
    yield "TZOFFSETFROM", "+0600"
    yield "TZOFFSETTO", "+0500"
    yield "END", "STANDARD"
    yield "END", "VTIMEZONE"


def _event(entry: Entry, voice: Voice, url: str) -> Iterator[tuple[str, str]]:
    yield "BEGIN", "VEVENT"
    yield "UID", uid(entry.kind, entry.identity)
    yield "SEQUENCE", str(entry.sequence)
    yield "DTSTAMP", moment(entry.changed_at)
    yield "LAST-MODIFIED", moment(entry.changed_at)
    yield "DTSTART;VALUE=DATE", day(entry.due_on)
    yield "DTEND;VALUE=DATE", day(next_day(entry.due_on))
    yield "SUMMARY", escaped(_summary(entry, voice))
    yield "DESCRIPTION", "\\n".join(escaped(line) for line in (*_description(entry, voice), url))
    yield "URL", url
    yield "STATUS", "CANCELLED" if entry.is_gone else "CONFIRMED"
    yield "TRANSP", "TRANSPARENT"
    yield "END", "VEVENT"


def _summary(entry: Entry, voice: Voice) -> str:
    """What to do and where: ``Publish the tender: School № 5``."""
    words = voice.words
    stage = words.say(f"stage.{entry.identity[1]}") if entry.kind is DeadlineKind.STAGE else ""
    act = words.say(f"deadline_act.{entry.kind}", stage=stage)
    school = together(school_name(entry.place.names, words.language))
    more = voice.formats.count("deadlines.more", entry.others) if entry.others else ""
    return words.say("calendar.summary", act=act, school=" ".join(filter(None, (school, more))))


def _description(entry: Entry, voice: Voice) -> Iterator[str]:
    words = voice.words
    if entry.is_gone:
        yield words.say("calendar.gone")
    yield words.say(f"deadline.{entry.kind}")
    region = words.say(f"region.{entry.place.region or 'none'}")
    yield ", ".join(filter(None, (region, entry.place.district)))
    if entry.services != (Service.CHANNEL,):
        yield ", ".join(words.say(f"service.{service}") for service in entry.services)
    if entry.kind not in OF_THE_NEED:
        of = "tender" if entry.kind in OF_TENDERS else "contract"
        yield words.say(f"calendar.{of}", number=entry.identity[0])


def uid(kind: DeadlineKind, identity: Iterable[str]) -> str:
    """The name of a deadline for ever, whatever its day, for whomever and wherever it is shown."""
    return str(uuid5(OURS, json.dumps([kind.value, *identity], ensure_ascii=False)))


def day(on: date) -> str:
    """``20270131``."""
    return f"{on:%Y%m%d}"


def moment(at: datetime) -> str:
    """``20270131T235959Z``."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    """A text as the value of a property: one line, whatever stands in it (§3.3.11)."""
    return CONTROL.sub(" ", text).strip().translate(ESCAPES)


def folded(line: str) -> bytes:
    """A line in pieces of at most 75 octets, cut between characters, with its break (§3.1)."""
    data, begin, room = line.encode(), 0, LONGEST_LINE
    pieces: list[bytes] = []
    while len(data) - begin > room:
        end = begin + room
        while data[end] & 0xC0 == 0x80:  # the middle of a character
            end -= 1
        pieces.append(data[begin:end])
        begin, room = end, LONGEST_LINE - 1
    return b"\r\n ".join([*pieces, data[begin:]]) + b"\r\n"
