"""What takes the place of a message in a chat when something is over that it told of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tracker.domain.messages import Button, ChannelKind, Letter
from tracker.render.letters import MOST_LINES, OPEN, Letters
from tracker.render.told import Told


def ended(
    by: Letters, lines: Sequence[tuple[Told, bool]], on: date, *, key: str, to: str, replaces: str
) -> Letter | None:
    """Which of these lines are over as things stand on a day; None where none is. What is left is opened."""
    done, words = sum(is_over for _, is_over in lines), by.voice.words
    if not done:
        return None
    subject, buttons = words.say("letter.ended.subject"), tuple[Button, ...]()
    if done < len(lines):
        subject = words.say("letter.ended.subject.part", done=f"{done}", all=f"{len(lines)}")
        buttons = (Button(OPEN, words.say("letter.button.open"), f"{by.home}/deadlines"),)
    letter = Letter(key, to, by.language, subject, "", buttons=buttons, replaces=replaces)
    shown = lines[: MOST_LINES[ChannelKind.TELEGRAM]]
    more = len(lines) - len(shown)
    return by.bodies(letter, "mail/ended", ChannelKind.TELEGRAM, lines=shown, more=more, on=on)
