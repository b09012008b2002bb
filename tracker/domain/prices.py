"""What a contract costs by the month, and what another would cost at its price."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from tracker.domain.days import Span, add_months, next_day

TIYN = Decimal("0.01")
WHOLE = Decimal(1)
MONTH_PART = Decimal("0.01")


def months_in(first: date, last: date) -> Decimal:
    """Months from a first to a last day, both counted: whole ones, and the days left as a part of one.

    1 January to 28 February are two; 15 January to 28 February one and fourteen of the next 28 days.
    """
    stop, whole = next_day(last), 0
    while add_months(first, whole + 1) <= stop:
        whole += 1
    begun, ends = add_months(first, whole), add_months(first, whole + 1)
    return whole + Decimal((stop - begun).days) / Decimal((ends - begun).days)


@dataclass(frozen=True, slots=True)
class Price:
    """The price of a contract that ran, or runs, from a first to a last day."""

    contract_number: str
    amount: Decimal
    currency: str
    first: date
    last: date

    @property
    def monthly(self) -> Decimal:
        """The price of one month of it."""
        return (self.amount / months_in(self.first, self.last)).quantize(TIYN, ROUND_HALF_UP)

    def of(self, span: Span) -> Decimal:
        """What service on some days would cost at this price, month by month, to whole tenge."""
        months = months_in(span.start, span.last)
        return (self.amount * months / months_in(self.first, self.last)).quantize(WHOLE, ROUND_HALF_UP)


def months_shown(span: Span) -> Decimal:
    """Months of a span as people are told them: with two digits at most."""
    return months_in(span.start, span.last).quantize(MONTH_PART, ROUND_HALF_UP).normalize() + 0
