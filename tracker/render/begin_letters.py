"""Letters that ask an officer to begin purchases by a day, or take that back: which, and when they end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from tracker.domain.messages import ChannelKind, Letter
from tracker.domain.vocabulary import Language
from tracker.render.formats import school_name, together
from tracker.render.letters import MOST_LINES, Letters, cut
from tracker.render.told import one_line

Line = Mapping[str, Any]


def begin(
    by: Letters, letter: Letter, channel: ChannelKind, lines: Sequence[Line], said: Mapping[str, Any]
) -> Letter:
    """The letter about all that is to be begun by the day that was ``said``."""
    formats, begin_by = by.voice.formats, date.fromisoformat(said["begin_by"])
    text = "letter.begin.text.moved" if all(line.get("before") for line in lines) else "letter.begin.text"
    whole = replace(
        letter,
        subject=cut(one_line(formats.count("letter.begin.subject", len(lines), by=formats.short(begin_by)))),
        facts={"type": "begin", "begin_by": said["begin_by"]},
    )
    return _listing(by, whole, channel, lines, _asked, by.voice.words.say(text, by=formats.long(begin_by)))


def begin_back(by: Letters, letter: Letter, channel: ChannelKind, lines: Sequence[Line]) -> Letter:
    """The letter about all that its reader is asked no more."""
    subject = cut(one_line(by.voice.formats.count("letter.begin_back.subject", len(lines))))
    whole = replace(letter, subject=subject, facts={"type": "begin_back"})
    return _listing(by, whole, channel, lines, _taken_back, by.voice.words.say("letter.begin_back.text"))


def _listing(
    by: Letters,
    letter: Letter,
    channel: ChannelKind,
    lines: Sequence[Line],
    tell: Callable[[Letters, Line], str],
    text: str,
) -> Letter:
    """The letter with as many lines as its way takes, and the address of the list."""
    shown, url = lines[: MOST_LINES[channel]], f"{by.home}/cliff"
    told, more = [tell(by, line) for line in shown], len(lines) - len(shown)
    whole = replace(letter, facts={**letter.facts, "lines": shown, "url": url})
    return by.bodies(whole, "mail/begin", channel, text=text, said=told, more=more, url=url)


def _asked(by: Letters, line: Line) -> str:
    words, formats = by.voice.words, by.voice.formats
    told = words.say(
        "letter.begin.line",
        **_named(by, line),
        safe=formats.short(date.fromisoformat(line["safe_start"])),
    )
    if not line.get("before"):
        return told
    before = formats.short(date.fromisoformat(line["before"]))
    return words.say("letter.begin.line.moved", line=told, before=before)


def _taken_back(by: Letters, line: Line) -> str:
    before = by.voice.formats.short(date.fromisoformat(line["before"]))
    return by.voice.words.say("letter.begin_back.line", **_named(by, line), before=before)


def _named(by: Letters, line: Line) -> dict[str, str]:
    return {
        "school": one_line(_name(line, by.language)),
        "service": by.voice.words.say(f"service.{line['service']}"),
        "ends": by.voice.formats.short(date.fromisoformat(line["ends_on"])),
    }


def _name(line: Line, language: Language) -> str:
    named = line["school"]
    return together(school_name((named["name_kk"], named["name_ru"], named["name"]), language))
