"""Letters about a way that takes nothing any more: to the person herself by another, and to who is next."""

from __future__ import annotations

from tracker.domain.messages import ChannelKind, Letter, reason_in
from tracker.render.letters import Letters
from tracker.render.told import one_line


def bad_way(
    by: Letters,
    *,
    key: str,
    to: str,
    channel: ChannelKind,
    name: str,
    bad: ChannelKind,
    answer: str,
    is_own: bool = False,
    secret: str = "",
) -> Letter:
    """To say that nothing goes to ``name`` by the ``bad`` channel from now on, and what its peer said.

    ``is_own`` where she reads it herself.
    """
    who, said, url = one_line(name), one_line(answer), f"{by.home}/reminders"
    facts = {"type": "bad_way", "channel": bad.value, "answer": said, "url": url}
    code = "letter.bad_way.subject.own" if is_own else "letter.bad_way.subject"
    subject = by.voice.words.say(code, name=who)
    letter = Letter(key, to, by.language, subject, "", facts=facts, secret=secret)
    values = {
        "name": who,
        "bad": bad,
        "answer": said,
        "fault": reason_in(said),
        "ways": url,
        "is_own": is_own,
    }
    return by.bodies(letter, "mail/bad_way", channel, **values)
