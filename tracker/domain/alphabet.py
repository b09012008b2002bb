"""The letters of names: their order, what is the same to a reader, and what finds a name.

Order is that of the 42-letter Kazakh alphabet, after digits and Latin letters. Databases order Ә Ғ Қ Ң Ө Ұ Ү
Һ І after Я; a key made here is ordered rightly by plain code points everywhere.
"""

from __future__ import annotations

import re
import unicodedata

ALPHABET = "аәбвгғдеёжзийкқлмнңоөпрстуұүфһхцчшщъыіьэюя"
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


INVISIBLE = str.maketrans(dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff"))
"""Signs without width, for ``str.translate`` to take away."""

_LATIN_TWINS = str.maketrans("aceopxyikhmtb", "асеорхуікһмтв")
_CYRILLIC = re.compile(r"[а-яёәғқңөұүһі]", re.IGNORECASE)
_LATIN = re.compile(r"[a-z]", re.IGNORECASE)
_WORDS = re.compile(r"[^\W_]+")


def words(text: str) -> tuple[str, ...]:
    """The words of ``text`` as they are compared: «Бiр көзден» with a Latin i is «бір көзден».

    Case, spaces, quotes, dashes and «ё» do not count; every Kazakh letter is itself.
    """
    plain = unicodedata.normalize("NFKC", text).translate(INVISIBLE).casefold().replace("ё", "е")
    return tuple(_in_one_script(word) for word in _WORDS.findall(plain))


def is_mixed(word: str) -> bool:
    """Whether Latin and Cyrillic letters stand in one run of letters, which the eye cannot tell apart."""
    return _CYRILLIC.search(word) is not None and _LATIN.search(word) is not None


def _in_one_script(word: str) -> str:
    return word.translate(_LATIN_TWINS) if is_mixed(word) else word


_LOOKALIKES = str.maketrans("әғқңөұүһіэй", "агкноуухиеи", "ъь")
_NUMBER_SIGN = str.maketrans("№", " ")
# Accents go; quotes and apostrophes that Unicode counts among the letters part words like all the others.
_LOOSE_SIGNS = str.maketrans(
    dict.fromkeys(range(0x300, 0x370)) | dict.fromkeys([*range(0x2B9, 0x2D0), 0x2EE, 0xA78B, 0xA78C], " ")
)


def search_key(text: str) -> str:
    """The words of ``text`` for searching, as one line: «Школа–гимназия №15» is ``школа гимназия 15``.

    Further than :func:`words`: Kazakh letters are their Russian look-alikes («Казак» finds «Қазақ»), й is и,
    э is е; ъ, ь, accents and the sign № do not count.
    """
    plain = unicodedata.normalize("NFKC", text.translate(_NUMBER_SIGN)).casefold().translate(_LOOSE_SIGNS)
    folded = (word.translate(_LOOKALIKES) for word in words(plain))
    return " ".join(word for word in folded if word)


def search_terms(text: str) -> tuple[str, ...]:
    """What the key of a name must hold, each once: what ``text`` joins by signs only must stand together.

    Words may come in any order; «S-3» and «школа-гимназия» may not come apart.
    """
    keys = (search_key(part) for part in text.split())
    return tuple(dict.fromkeys(key for key in keys if key))


ANY_LETTER = "_"
"""Stands for any one letter in what :func:`from_latin` gives, as in the LIKE of SQL."""

_SOUNDS = dict(zip("abcdefghijklmnopqrstuvwz", "абцдефгхижклмнопкрстувуз", strict=True))
_SOUNDS |= dict(zip("äáöóüúūýéñńŋğǵşçı", "ааооууууенннггшчы", strict=True))
_SOUNDS |= {"shch": "щ", "sch": "щ", "sh": "ш", "ch": "ч", "zh": "ж", "kh": "х", "gh": "г", "ts": "ц"}
_SOUNDS |= {"ya": "я", "yu": "ю", "yo": "е", "ye": "е", "ia": "ия", "x": "кс", "y": ANY_LETTER}
_SOUND = re.compile("|".join(sorted(_SOUNDS, key=len, reverse=True)))


def from_latin(term: str) -> str:
    """A search term from Latin letters into Cyrillic ones: ``zhol`` is жол, ``nurly`` is нурл and any letter.

    The letter y is written for ы, й and і alike. A term without Latin letters stays as it is.
    """
    return _SOUND.sub(lambda sound: _SOUNDS[sound[0]], term)
