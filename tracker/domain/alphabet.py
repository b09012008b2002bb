"""The order of names: the 42-letter Kazakh alphabet, after digits and Latin letters.

Databases order Ә Ғ Қ Ң Ө Ұ Ү Һ І after Я; a key made here is ordered rightly by plain code points everywhere.
"""

from __future__ import annotations

import re
import unicodedata

ALPHABET = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя"
"""The Kazakh alphabet, which holds the Russian one in its own order."""

_PLACES = {letter: chr(0x400 + place) for place, letter in enumerate(ALPHABET)}
_TOKENS = re.compile(r"\d+|[^\W\d_]+")
_NUMBER_WIDTH = 12


def sort_key(text: str) -> str:
    """A key whose code-point order is the Kazakh alphabetical order of ``text``.

    Case, quotes and signs do not count; numbers stand in their own order (№ 2 before № 12).
    """
    folded = unicodedata.normalize("NFC", text).casefold()
    return " ".join(_token_key(token) for token in _TOKENS.findall(folded))


def _token_key(token: str) -> str:
    if token.isdigit():
        return token.zfill(_NUMBER_WIDTH)
    return "".join(_PLACES.get(letter, letter) for letter in token)


_LOOKALIKES = str.maketrans("әғқңөұүһіё", "агкноуухие")


def folded(text: str) -> str:
    """``text`` for searching: no case, Kazakh letters as Russian look-alikes, so «Казак» finds «Қазақ»."""
    plain = unicodedata.normalize("NFC", text).casefold().translate(_LOOKALIKES)
    return " ".join(plain.split())
