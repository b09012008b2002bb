"""Which letters the bytes of a text file are (interfaces §4, reliability §2.5).

Byte-order mark, strict UTF-8, else KZ-1048, which reads Windows-1251 as well. PT-154 and others are told
apart by what cannot stand in a register, and refused: a wrong guess would turn «мәдениет» into «мғдениет».
"""

from __future__ import annotations

import codecs
import re

from tracker.domain.errors import FileRefused

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_OTHER_BYTES = re.compile(rb"[\x80-\xff]")
_LETTERS = "а-яА-ЯёЁәғқңөұүһіӘҒҚҢӨҰҮҺІ"
_FOREIGN = re.compile(rf"[^\x09\x0a\x0d\x20-\x7e{_LETTERS}«»„“”‘’–—…№°§•€™©®\xa0\xad·]")
_LONELY_G = re.compile(r"(?<![аеёиоыіэұүөәюя])[ғҒ](?![аеёиоыіэұүөәюяАЕЁИОЫІЭҰҮӨӘЮЯ])", re.IGNORECASE)
_CAPITALS = re.compile(rf"(?<![{_LETTERS}])[А-ЯЁӘҒҚҢӨҰҮҺІ]{{2,}}(?![{_LETTERS}])")
_TURNED_CASE = re.compile(r"(?<![а-яёА-ЯЁ])[а-яё][А-ЯЁ]{2,}(?![а-яё])")
_RUSSIAN_WORD = re.compile(r"[а-яёА-ЯЁ]{3,}")


def decode(data: bytes) -> str:
    """The text of a file; raises :class:`FileRefused` (``encoding_unclear``, …) rather than guess."""
    text = _decode(data)
    if "\0" in text:
        raise FileRefused(reason="binary")
    return text


def _decode(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strictly(data[len(mark) :], encoding)
    if b"\0" in data:
        raise FileRefused(reason="binary")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _single_byte(data)


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as broken:
        raise FileRefused(reason="encoding_broken", encoding=encoding) from broken


def _single_byte(data: bytes) -> str:
    text = data.decode("kz1048", errors="replace")
    if _FOREIGN.search(text) or _case_is_turned(text):
        raise _unclear(data, text)
    rival = data.decode("ptcp154")
    if rival != text and not _FOREIGN.search(rival) and _may_be_pt154(text):
        raise _unclear(data, text)
    return text


def _may_be_pt154(text: str) -> bool:
    """Whether some «ғ» has no vowel beside it: then the byte was meant as «ә» of PT-154.

    Words in capitals («БҒМ») prove nothing. Without one «ғ» between vowels there is no proof either way.
    """
    plain = _CAPITALS.sub(" ", text)
    return _LONELY_G.search(plain) is not None or not re.search("[ғҒ]", plain)


def _case_is_turned(text: str) -> bool:
    """Whether words look like «яПЕДМЪЪ»: KOI8-R read as if it were Windows-1251."""
    turned = len(_TURNED_CASE.findall(text))
    return turned > 0 and turned * 5 > len(_RUSSIAN_WORD.findall(text))


def _unclear(data: bytes, text: str) -> FileRefused:
    """The question with a preview: the first line that could be read in two ways."""
    lines = data.splitlines()
    line = next((line for line in lines if _OTHER_BYTES.search(line)), b"")[:60]
    return FileRefused(
        reason="encoding_unclear",
        kz1048=line.decode("kz1048", errors="replace"),
        pt154=line.decode("ptcp154", errors="replace"),
    )
