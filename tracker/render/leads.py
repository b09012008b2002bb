"""Leads in words: why somebody is told on this very day."""

from __future__ import annotations

from tracker.domain.leads import lead_named
from tracker.domain.vocabulary import LeadUnit
from tracker.render.catalogs import Words
from tracker.render.formats import Formats

COUNTED = {LeadUnit.DAYS: "lead.days", LeadUnit.WORKING_DAYS: "lead.working_days"}
OTHERS = ("up", "back", "worse", "anew")
"""What is told for another reason than that a due day comes nearer; a day stands after it."""


def lead_in_words(words: Words, formats: Formats, name: str) -> str:
    """A lead by the name that keys bear: ``60d``, ``5w``, ``120d-unless-begun``, or ``up-…``, ``back-…``,
    ``worse-…``, ``anew-…`` with a day.

    Raises :class:`ValueError` for any other.
    """
    reason = name.partition("-")[0]
    if reason in OTHERS:
        return words.say(f"lead.{reason}")
    lead = lead_named(name)
    told = formats.count(COUNTED[lead.unit], lead.count) if lead.count else words.say("lead.on_the_day")
    return f"{told} {words.say('lead.unless_begun')}" if lead.unless_begun else told
