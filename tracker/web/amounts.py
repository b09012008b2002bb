"""Amounts of money as people type them: with spaces between thousands, with a comma or a point.

A comma before three digits parts thousands in one language and tiyn in none: what may mean two sums, one a
thousand times the other, is asked again, unless tiyn follow, as pages in English write them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from tracker.domain.errors import DecisionRefused
from tracker.services.pricing import HIGHEST

PLAIN = re.compile(r"[0-9]+(?:[.,][0-9]{1,2})?")
GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]{2}")


def read_amounts(texts: Sequence[str], *, needed: bool = False) -> tuple[Decimal | None, ...]:
    """Amounts as people write them, line by line; raises :class:`DecisionRefused`, which names the line."""
    return tuple(_amount(text, at, needed=needed) for at, text in enumerate(texts))


def _amount(text: str, at: int, *, needed: bool) -> Decimal | None:
    plain = "".join(text.split())
    if not plain and not needed:
        return None
    if GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    elif not PLAIN.fullmatch(plain):
        raise DecisionRefused(reason="price", line=at)
    amount = Decimal(plain.replace(",", "."))
    if not 0 < amount < HIGHEST:
        raise DecisionRefused(reason="price", line=at)
    return amount
