"""Letters that ask an officer to begin purchases by a day: which schools, when their service ends."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from tracker.domain.messages import ChannelKind, Letter
from tracker.domain.vocabulary import Language
from tracker.render.formats import school_name, together
from tracker.render.letters import MOST_LINES, Letters, cut
from tracker.render.told import one_line


def begin(
    by: Letters,
    said: Mapping[str, Any],
    *,
    key: str,
    to: str,
    channel: ChannelKind,
    seen: Collection[str],
    secret: str = "",
) -> Letter | None:
    """One letter about all that is to be begun of the schools that are ``seen``; None where none is."""
    lines = [line for line in said["lines"] if line["school_id"] in seen]
    if not lines:
        return None
    words, formats, url = by.voice.words, by.voice.formats, f"{by.home}/cliff"
    begin_by = date.fromisoformat(said["begin_by"])
    shown = lines[: MOST_LINES[channel]]
    facts = {"type": "begin", "begin_by": said["begin_by"], "lines": shown, "url": url}
    subject = cut(one_line(formats.count("letter.begin.subject", len(lines), by=formats.short(begin_by))))
    letter = Letter(key, to, by.language, subject, "", facts=facts, secret=secret)
    told = [
        words.say(
            "letter.begin.line",
            school=one_line(_name(line, by.language)),
            service=words.say(f"service.{line['service']}"),
            ends=formats.short(date.fromisoformat(line["ends_on"])),
            safe=formats.short(date.fromisoformat(line["safe_start"])),
        )
        for line in shown
    ]
    more = len(lines) - len(shown)
    return by.bodies(
        letter, "mail/begin", channel, said=told, more=more, url=url, begin_by=formats.full(begin_by)
    )


def _name(line: Mapping[str, Any], language: Language) -> str:
    named = line["school"]
    return together(school_name((named["name_kk"], named["name_ru"], named["name"]), language))
