"""A letter as messages of Telegram: plain text in parts that it takes, with buttons (CHN-14)."""

from __future__ import annotations

import unicodedata
from itertools import accumulate

from tracker.channels.texts import sendable
from tracker.domain.messages import Button, Letter

LONGEST_PART = 4096
"""Units of UTF-16 in one message (Bot API, sendMessage)."""

LONGEST_DATA = 64
"""Octets that a button carries (Bot API, InlineKeyboardButton)."""

SHORT = 8
"""Signs of a reference by which a person knows a second copy: the Bot API cannot (reliability §3 rule 4)."""

_JOINERS = frozenset("\u200d\ufe0e\ufe0f\u20e3")


def text_of(letter: Letter) -> str:
    """Subject, text and a short reference."""
    return "\n\n".join(filter(None, (sendable(letter.subject), sendable(letter.text), mark_of(letter))))


def mark_of(letter: Letter) -> str:
    """The short reference of a letter, as Telegram finds it again."""
    return f"#{letter.reference[:SHORT]}"


def parts(text: str, longest: int = LONGEST_PART) -> list[str]:
    """The text in pieces that together are the text, cut between lines, else words, else signs."""
    cut: list[str] = []
    while text:
        end = _end(text, longest)
        cut.append(text[:end])
        text = text[end:]
    return [part for part in cut if part.strip()]


def _end(text: str, longest: int) -> int:
    """How many signs of the text make the first piece."""
    units = accumulate(1 + (ord(sign) > 0xFFFF) for sign in text[: longest + 1])
    fitting = sum(count <= longest for count in units)
    if fitting >= len(text):
        return len(text)
    for between in ("\n", " "):
        found = text.rfind(between, fitting // 2, fitting)
        if found >= 0:
            return found + 1
    end = fitting
    while end > fitting // 2 and _belong_together(text[end - 1], text[end]):
        end -= 1
    return end


def _belong_together(sign: str, following: str) -> bool:
    """Whether two signs are drawn as one: letters with marks, joined pictures, skins and flags."""
    is_skin = "\U0001f3fb" <= following <= "\U0001f3ff"
    are_flags = all("\U0001f1e6" <= each <= "\U0001f1ff" for each in (sign, following))
    is_mark = bool(unicodedata.combining(following)) or following in _JOINERS
    return is_mark or is_skin or are_flags or sign == "\u200d"


def keyboard(letter: Letter) -> list[list[dict[str, str]]]:
    """The buttons, one to a row; raises ValueError for an action too long to be carried."""
    return [[_button(button, letter.reference)] for button in letter.buttons]


def _button(button: Button, reference: str) -> dict[str, str]:
    words = sendable(button.words)
    if button.url:
        return {"text": words, "url": button.url}
    data = f"{button.action}:{reference}"
    if len(data.encode()) > LONGEST_DATA:
        raise ValueError(button.action)
    return {"text": words, "callback_data": data}
