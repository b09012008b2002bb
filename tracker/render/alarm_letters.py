"""Letters to those who run the service: what is wrong with it, by whatever way still works."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tracker.domain.messages import ChannelKind, Letter
from tracker.render import alarms
from tracker.render.letters import Letters


def alarm(
    by: Letters,
    found: Sequence[Mapping[str, Any]],
    *,
    key: str,
    to: str,
    channel: ChannelKind,
    secret: str = "",
) -> Letter:
    """One letter about everything ``found``: of each its ``code`` and what was ``seen``."""
    words, formats, url = by.voice.words, by.voice.formats, f"{by.home}/operations"
    facts = {"type": "alarm", "conditions": list(found), "url": url}
    subject = words.say("letter.alarm.subject")
    letter = Letter(key, to, by.language, subject, "", facts=facts, secret=secret)
    said = [alarms.said(words, formats, each["code"], each["seen"]) for each in found]
    return by.bodies(letter, "mail/alarm", channel, said=said, operations=url)
