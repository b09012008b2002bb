"""Telephone numbers as colleagues write them, kept in one spelling (E.164: ``+77152461234``).

An office has one number for many: the extension of a person stands behind it as in an address that is dialled
(RFC 3966: ``+77152461234;ext=123``).
"""

from __future__ import annotations

import re

from tracker.domain.errors import PersonRefused

COUNTRY = "+7"
NATIONAL = 10
"""Digits of a number within Kazakhstan: three of the network or four of the town, and the subscriber's."""

_BETWEEN = re.compile(r"[\s().\u2010-\u2015-]+")
_ABROAD = re.compile(r"\+[1-9][0-9]{7,14}")
_AT_HOME = re.compile(r"(?:\+7|7|8)?([67][0-9]{9})")
_TOWN = re.compile(r"71|72[1-69]")
"""How four-digit codes of towns begin; Almaty (727) and mobile networks have three."""


EXTENSION = ";ext="
"""What stands between a number and its extension."""

_INNER = re.compile(r"(?i)[\s,;]*(?:вн(?:утр)?|доб|ішкі|ext|;ext=)[.:]?\s*([0-9]{1,6})\s*$")
"""The extension as people write it: вн. 123, доб. 123, ішкі 123, ext. 123."""


def read_telephone(text: str) -> str:
    """A number in one spelling, whether it begins with +7, 8 or neither; empty where none is stated.

    Of another country it is written with + and its code. Raises :class:`PersonRefused`.
    """
    inner = _INNER.search(text)
    if inner:
        number = read_telephone(text[: inner.start()])
        if not number or EXTENSION in number:
            raise PersonRefused(reason="telephone")
        return f"{number}{EXTENSION}{inner[1]}"
    plain = _BETWEEN.sub("", text)
    if not plain:
        return ""
    at_home = _AT_HOME.fullmatch(plain)
    if at_home:
        return COUNTRY + at_home[1]
    if plain.startswith(COUNTRY) or not _ABROAD.fullmatch(plain):
        raise PersonRefused(reason="telephone")
    return plain


def spelled(number: str, inner: str = "вн.") -> str:
    """A number as it is read out: ``+7 7152 46 12 34``, ``+7 701 234 56 78``; one of elsewhere as it is.

    ``inner`` is the word before an extension.
    """
    number, _, extension = number.partition(EXTENSION)
    if extension:
        return f"{spelled(number)}, {inner} {extension}"
    if not number.startswith(COUNTRY) or len(number) != len(COUNTRY) + NATIONAL:
        return number
    rest = number.removeprefix(COUNTRY)
    code = 4 if _TOWN.match(rest) else 3
    middle = (rest[code:-4],) if len(rest[code:-4]) else ()
    return " ".join((COUNTRY, rest[:code], *middle, rest[-4:-2], rest[-2:]))
