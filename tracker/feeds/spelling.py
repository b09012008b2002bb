"""What is the same to a reader: case, spaces, quotes, dashes, «ё», Latin letters in Cyrillic words."""

from __future__ import annotations

import re
import unicodedata

_LATIN_TWINS = str.maketrans("aceopxyikhmtb", "асеорхуікһмтв")
_CYRILLIC = re.compile(r"[а-яёәғқңөұүһі]", re.IGNORECASE)
_LATIN = re.compile(r"[a-z]", re.IGNORECASE)
_WORDS = re.compile(r"[^\W_]+")
_INVISIBLE = str.maketrans(dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff"))


def trimmed(text: str) -> str:
    """``text`` with every run of spaces (also no-break and narrow ones) as one space, none at the ends."""
    plain = text if text.isascii() else unicodedata.normalize("NFC", text).translate(_INVISIBLE)
    return " ".join(plain.split())


def is_invisible(text: str) -> bool:
    """Whether ``text`` is only spaces and signs without width."""
    plain = text.strip()
    return not plain or (not plain.isascii() and not plain.translate(_INVISIBLE).strip())


def words(text: str) -> tuple[str, ...]:
    """The words of ``text`` as they are compared: «Бiр көзден» with a Latin i is «бір көзден»."""
    plain = unicodedata.normalize("NFKC", text).translate(_INVISIBLE).casefold().replace("ё", "е")
    return tuple(_in_one_script(word) for word in _WORDS.findall(plain))


def folded(text: str) -> str:
    """``text`` as one comparable line of words."""
    return " ".join(words(text))


def is_mixed(word: str) -> bool:
    """Whether Latin and Cyrillic letters stand in one run of letters, which the eye cannot tell apart."""
    return _CYRILLIC.search(word) is not None and _LATIN.search(word) is not None


def _in_one_script(word: str) -> str:
    return word.translate(_LATIN_TWINS) if is_mixed(word) else word
