"""Leads that a single contract is given in place of those of the house: written, compared and counted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from tracker.domain.days import BEGINNING
from tracker.domain.errors import LeadsRefused
from tracker.domain.reminders import Lead
from tracker.domain.vocabulary import LeadUnit

LONGEST = 730
"""Days before an end beyond which nobody is reminded of it (house)."""

MOST = 12
"""Leads of one contract (house)."""

_NAME = re.compile(r"([0-9]{1,4})([dw])(-unless-begun)?")
_UNITS = {"d": LeadUnit.DAYS, "w": LeadUnit.WORKING_DAYS}


def lead_named(name: str, since: date = BEGINNING) -> Lead:
    """The lead of a name such as ``60d`` or ``120d-unless-begun``; raises :class:`ValueError`."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise ValueError(name)
    return Lead(int(found[1]), _UNITS[found[2]], found[3] is not None, since)


def read_leads(plain: str, unless_begun: str) -> tuple[Lead, ...]:
    """Days before an end as a person writes them: numbers between commas, semicolons or spaces.

    ``unless_begun`` are told only where no purchase is under way. Raises :class:`LeadsRefused`.
    """
    found = [
        *(Lead(days, LeadUnit.DAYS, unless_begun=True) for days in _days(unless_begun)),
        *(Lead(days, LeadUnit.DAYS) for days in _days(plain)),
    ]
    if not any(not lead.unless_begun for lead in found) or len(found) > MOST:
        raise LeadsRefused(reason="count", most=MOST)
    return tuple(found)


def _days(text: str) -> list[int]:
    words = re.split(r"[\s,;]+", text.strip())
    if not all(
        word.isascii() and word.isdigit() and len(word) <= len(str(LONGEST)) for word in words if word
    ):
        raise LeadsRefused(reason="days", longest=LONGEST)
    days = {int(word) for word in words if word}
    if any(day > LONGEST for day in days):
        raise LeadsRefused(reason="days", longest=LONGEST)
    return sorted(days, reverse=True)


def asked_since(wanted: Iterable[Lead], before: Iterable[Lead], today: date) -> tuple[Lead, ...]:
    """The wanted leads, those that were not asked for before only from today on.

    So what a new lead would have told on a day gone by is not owed late.
    """
    known: Mapping[str, date] = {lead.name: lead.since for lead in before}
    return tuple(replace(lead, since=known.get(lead.name, today)) for lead in wanted)


def names(leads: Iterable[Lead]) -> tuple[str, ...]:
    """What leads are called, whatever they are asked for since."""
    return tuple(lead.name for lead in leads)
