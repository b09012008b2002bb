"""The directory of suppliers: who serves how many schools by known contracts, at what price (experience O2).

It tells whom a price may be asked of, and never who is to be chosen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tracker.domain.alphabet import words
from tracker.domain.prices import Price
from tracker.domain.vocabulary import SERVING, ContractStatus

REQUESTS = 3
"""So many potential suppliers are asked for a price (Rules, para 512)."""


@dataclass(frozen=True, slots=True)
class SupplierLine:
    """What one contract line says of its supplier."""

    bin: str | None
    name: str | None
    contract_number: str
    school_id: str
    status: ContractStatus
    start_on: date
    end_on: date | None
    terminated_on: date | None
    amount: Decimal | None
    currency: str

    @property
    def price(self) -> Price | None:
        """Its price for the days that were agreed, where amount and both days are stated."""
        if not self.amount or self.amount < 0 or self.end_on is None or self.end_on < self.start_on:
            return None
        return Price(self.contract_number, self.amount, self.currency, self.start_on, self.end_on)

    def serves_on(self, day: date) -> bool:
        """Whether it serves a school on a day."""
        return self.status in SERVING and self.start_on <= day and (self.last is None or day <= self.last)

    @property
    def last(self) -> date | None:
        """Its last day; None where nobody stated any."""
        return self.terminated_on or self.end_on


@dataclass(frozen=True, slots=True)
class Supplier:
    """A supplier by its newest line: how many schools it serves, and the price that it was last paid."""

    bin: str | None
    name: str
    schools: int
    last: Price | None

    def is_party(self, bin: str | None, name: str | None) -> bool:
        """Whether these are its number or, where one of the two has none, its name."""
        if self.bin and bin:
            return self.bin == bin
        return bool(name) and _plain(self.name) == _plain(name or "")


def supplying(lines: Iterable[SupplierLine], *, on: date) -> tuple[SupplierLine, ...]:
    """Of the lines of one need those that serve it on a day; where none does, the one that did last."""
    begun = [line for line in lines if line.status in SERVING and line.start_on <= on]
    serving = tuple(line for line in begun if line.serves_on(on))
    last = max(begun, key=lambda line: (line.last or line.start_on, line.contract_number), default=None)
    return serving or ((last,) if last else ())


def directory(lines: Iterable[SupplierLine], *, on: date) -> tuple[Supplier, ...]:
    """The suppliers that lines name, whoever serves most schools first, then by name."""
    parties: dict[str, list[SupplierLine]] = defaultdict(list)
    for line in lines:
        if line.name:
            parties[line.bin or _plain(line.name)].append(line)
    found = (_supplier(of_party, on) for of_party in parties.values())
    return tuple(sorted(found, key=lambda each: (-each.schools, _plain(each.name), each.bin or "")))


def to_be_asked(suppliers: Iterable[Supplier]) -> tuple[str, ...]:
    """The names that are proposed for the requests: a person confirms or changes each."""
    return tuple(each.name for each in suppliers)[:REQUESTS]


def _supplier(lines: list[SupplierLine], on: date) -> Supplier:
    by_age = sorted(lines, key=lambda line: (line.start_on, line.contract_number), reverse=True)
    served = {line.school_id for line in lines if line.serves_on(on)}
    price = next((line.price for line in by_age if line.price), None)
    return Supplier(by_age[0].bin, by_age[0].name or "", len(served), price)


def _plain(name: str) -> str:
    """A name as it is compared: however it is spaced, quoted and capitalized."""
    return "".join(words(name))
