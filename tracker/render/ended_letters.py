"""What takes the place of a message in a chat when what it told of is over, was taken up or put off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from tracker.domain.holds import HoldKind
from tracker.domain.messages import Button, ChannelKind, Letter
from tracker.render.letters import MOST_LINES, OPEN, Letters
from tracker.render.told import Told


def ended(by: Letters, letter: Letter, lines: Sequence[tuple[Told, bool]], on: date) -> Letter | None:
    """Which of these lines are over as things stand on a day; None where none is. What is left is opened."""
    done, words = sum(is_over for _, is_over in lines), by.voice.words
    if not done:
        return None
    subject, buttons = words.say("letter.ended.subject"), tuple[Button, ...]()
    if done < len(lines):
        subject = words.say("letter.ended.subject.part", done=f"{done}", all=f"{len(lines)}")
        buttons = (_open(by, f"{by.home}/deadlines"),)
    shown = lines[: MOST_LINES[ChannelKind.TELEGRAM]]
    more = len(lines) - len(shown)
    named = replace(letter, subject=subject, buttons=buttons)
    return by.bodies(named, "mail/ended", ChannelKind.TELEGRAM, lines=shown, more=more, on=on)


def held(by: Letters, letter: Letter, line: Told, kind: HoldKind, back_on: date, on: date) -> Letter:
    """That the one deadline of a message is silent until a day; it can be opened and nothing else."""
    subject = by.voice.words.say(f"letter.held.{kind}", until=by.voice.formats.short(back_on))
    named = replace(letter, subject=subject, buttons=(_open(by, by.page_of(line)),))
    return by.bodies(named, "mail/held", ChannelKind.TELEGRAM, line=line, on=on)


def _open(by: Letters, url: str) -> Button:
    return Button(OPEN, by.voice.words.say("letter.button.open"), url)
