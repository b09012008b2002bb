"""The form in which people state what papers need: what stands in each field, and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tracker.domain.dossier import ADDRESSEES, Dossier
from tracker.domain.drafts import GivenName

Said = tuple[str, Mapping[GivenName, str]]
"""What a refused form said, and of which customer."""


class Source(StrEnum):
    """Why a field holds what nobody has stated yet: it waits for a person to confirm it."""

    OFFERED = "offered"
    DIRECTORY = "directory"


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands in a field."""

    value: str
    source: Source | None = None


def entries(
    dossier: Dossier, proposed: Sequence[str], said: Said | None
) -> Mapping[str, Mapping[GivenName, Entry]]:
    """The fields of each customer: what was just said, else stated, else offered, else proposed."""
    return {
        customer: {name: _entry(dossier, customer, name, proposed, said) for name in dossier.asks(customer)}
        for customer in dossier.customers
    }


def _entry(
    dossier: Dossier, customer: str, name: GivenName, proposed: Sequence[str], said: Said | None
) -> Entry:
    if said and said[0] == customer:
        return Entry(said[1].get(name, ""))
    if told := dossier.told(customer, name):
        return Entry(told)
    if offered := dossier.offered(customer, name):
        return Entry(offered, Source.OFFERED)
    if name in ADDRESSEES and not any(dossier.told(customer, each) for each in ADDRESSEES):
        place = ADDRESSEES.index(name)
        return Entry(proposed[place], Source.DIRECTORY) if place < len(proposed) else Entry("")
    return Entry("")
