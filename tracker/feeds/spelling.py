"""What is the same in a cell: spaces, signs without width, words (:mod:`tracker.domain.alphabet`)."""

from __future__ import annotations

import unicodedata

from tracker.domain.alphabet import INVISIBLE
from tracker.domain.alphabet import is_mixed as is_mixed
from tracker.domain.alphabet import words as words


def trimmed(text: str) -> str:
    """``text`` with every run of spaces (also no-break and narrow ones) as one space, none at the ends."""
    plain = text if text.isascii() else unicodedata.normalize("NFC", text).translate(INVISIBLE)
    return " ".join(plain.split())


def is_invisible(text: str) -> bool:
    """Whether ``text`` is only spaces and signs without width."""
    plain = text.strip()
    return not plain or (not plain.isascii() and not plain.translate(INVISIBLE).strip())


def folded(text: str) -> str:
    """A title or a word of a file as one comparable line: unlike in a search, № and Kazakh letters count."""
    return " ".join(words(text))
