"""Letters to whoever asked schools: which of them answered what, and where the answers wait."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.domain.asking import Channel
from tracker.domain.messages import ChannelKind, Letter
from tracker.domain.register import SchoolRow
from tracker.domain.vocabulary import Service
from tracker.render.letters import MOST_LINES, Letters, cut
from tracker.render.told import one_line

Answer = tuple[SchoolRow, Service, Channel]


def answered(
    by: Letters, waiting: Sequence[Answer], *, key: str, to: str, channel: ChannelKind, secret: str = ""
) -> Letter | None:
    """One letter about all answers that wait; None where none does."""
    if not waiting:
        return None
    words, shown = by.voice.words, waiting[: MOST_LINES[channel]]
    url, more = f"{by.home}/asks", len(waiting) - len(shown)
    lines = [{"school_id": row.school_id, "service": service, "answer": said} for row, service, said in shown]
    facts = {"type": "answered", "lines": lines, "more": more, "url": url}
    subject = cut(by.voice.formats.count("letter.answered.subject", len(waiting)))
    told = [
        words.say(
            "letter.answered.line",
            school=one_line(by.voice.name_of(row)),
            service=words.say(f"service.{service}"),
            answer=words.say(f"ask.channel.{said}"),
        )
        for row, service, said in shown
    ]
    letter = Letter(key, to, by.language, subject, "", facts=facts, secret=secret)
    return by.bodies(letter, "mail/answered", channel, said=told, more=more, url=url)
