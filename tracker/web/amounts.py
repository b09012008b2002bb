"""Amounts of money as people type them: with spaces between thousands, with a comma or a point."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from tracker.domain.errors import DecisionRefused
from tracker.services.pricing import HIGHEST


def read_amounts(texts: Sequence[str], *, needed: bool = False) -> tuple[Decimal | None, ...]:
    """Amounts as people write them, line by line; raises :class:`DecisionRefused`, which names the line."""
    return tuple(_amount(text, at, needed=needed) for at, text in enumerate(texts))


def _amount(text: str, at: int, *, needed: bool) -> Decimal | None:
    plain = "".join(text.split()).replace(",", ".")
    if not plain and not needed:
        return None
    try:
        amount = Decimal(plain)
    except InvalidOperation as error:
        raise DecisionRefused(reason="price", line=at) from error
    if not amount.is_finite() or not 0 < amount < HIGHEST:
        raise DecisionRefused(reason="price", line=at)
    return amount
