"""A sum is read as its writer means it, or asked again; never a thousand times less."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tracker.domain.errors import DecisionRefused
from tracker.web.amounts import read_amounts


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("80000", "80000"), ("80 000", "80000"), ("80 000,5", "80000.5"), ("80\u00a0000.50", "80000.50"),
        ("80,000.50", "80000.50"), ("1,234,567.00", "1234567"), ("0,01", "0.01"),
    ],
)  # fmt: skip
def test_a_sum_is_read_as_pages_of_any_language_write_it(text: str, amount: str) -> None:
    assert read_amounts([text]) == (Decimal(amount),)


@pytest.mark.parametrize(
    "text", ["80,000", "80.000", "80,000,000", "0.001", "8,00.50", "1e3", "0", "-5", "x", "NaN", "٨٠", ","]
)
def test_what_may_mean_another_sum_is_asked_again_with_its_line(text: str) -> None:
    with pytest.raises(DecisionRefused) as refused:
        read_amounts(["1", text])
    assert refused.value.details == {"reason": "price", "line": 1}


def test_a_blank_is_no_sum_where_none_is_needed() -> None:
    assert read_amounts(["", " "]) == (None, None)
    with pytest.raises(DecisionRefused):
        read_amounts([""], needed=True)
