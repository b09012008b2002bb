"""Sums in words, in Kazakh and in Russian, as papers state them beside the digits."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

from babel import Locale

FILE = Path(__file__).with_suffix(".toml")
TENGE = "KZT"
HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class Numerals:
    """The numerals of one language; each list begins with the smallest number that it has a word for."""

    language: str
    zero: str
    major: str
    minor: str
    ones: Sequence[str]
    first: Sequence[str]
    teens: Sequence[str]
    tens: Sequence[str]
    hundreds: Sequence[str]
    scales: Sequence[dict[str, str]]

    @property
    def limit(self) -> int:
        """The first whole number without words."""
        limit: int = 1000 ** (len(self.scales) + 1)
        return limit

    def whole(self, number: int) -> str:
        """A whole number from 0 on in words; one of :attr:`limit` or more in digits."""
        if not 0 <= number < self.limit:
            return str(number)
        return " ".join(self._words(number)) or self.zero

    def sum(self, amount: Decimal, currency: str) -> str:
        """An amount in words with its hundredths in digits: ``бес мың теңге 00 тиын``."""
        if not 0 <= amount < self.limit:
            return f"{amount} {currency}"
        exact = amount.quantize(HUNDREDTH, ROUND_HALF_UP)
        whole, rest = int(exact), int((exact % 1) * 100)
        if currency != TENGE:
            return f"{self.whole(whole)} {currency} {rest:02}/100"
        return f"{self.whole(whole)} {self.major} {rest:02} {self.minor}"

    def _words(self, number: int) -> Iterator[str]:
        for power in range(len(self.scales), -1, -1):
            three = number // 1000**power % 1000
            if three:
                yield from self._three(three, self.first if power == 1 else self.ones)
            if three and power:
                yield self.scales[power - 1][Locale(self.language).plural_form(three)]

    def _three(self, three: int, ones: Sequence[str]) -> Iterator[str]:
        hundreds, rest = divmod(three, 100)
        tens, units = divmod(rest, 10)
        if hundreds:
            yield self.hundreds[hundreds - 1]
        if tens == 1:
            yield self.teens[units]
            return
        if tens:
            yield self.tens[tens - 2]
        if units:
            yield ones[units - 1]


@cache
def numerals(language: str) -> Numerals:
    """The numerals of ``kk`` or ``ru``; raises ``KeyError`` for others."""
    return Numerals(language, **tomllib.loads(FILE.read_text(encoding="utf-8"))[language])
