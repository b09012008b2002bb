"""What an entry of the journal tells besides who and when: its details in the words of one language.

Codes are told in the words that pages use for them. What has no words is shown as it was written, and what is
empty is left out: the journal as a file has every entry to the letter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from tracker.render.catalogs import Words
from tracker.render.formats import Formats
from tracker.render.leads import lead_in_words

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "role": ("role",),
    "before": ("role",),
    "region": ("region",),
    "regions": ("region",),
    "scope": ("token_scope",),
    "purpose": ("deed.purpose",),
    "by": ("deed.by",),
    "codes": ("deed.codes",),
    "state": ("state",),
    "flag": ("flag",),
    "service": ("service",),
    "act": ("act",),
    "deadline": ("deadline",),
    "channel": ("channel",),
    "stated": ("papers.given",),
    "fared": ("fared",),
    "deed": ("decision_deed",),
    "of": ("decision_deed",),
    "route": ("route",),
    "conditions": ("condition",),
    "lifted": ("condition",),
    "stands": ("decision_status",),
    "settled": ("ask.settled",),
    "step": ("purchase.step", "stage"),
    "report": ("report.kind",),
    "keys": ("service",),
}
"""Where the words of a detail's values are; every other value is told as it is."""

LABELS = ("deed", "filter", "journal", "state", "board")
"""Where the name of a detail, or of a filter within it, has its words."""

MARKED = ("token", "feed", "way", "contract", "decision", "message", "school")
"""What the journal marks by its kind and a number or prefix, such as ``feed:7``."""


ARROW = " → "
"""Between both values of a field that was corrected."""

NO_TITLES: Mapping[str, str] = {}


@dataclass(frozen=True)
class Deeds:
    """Tells entries in one language; ``names`` are those of the people whom marks mean."""

    words: Words
    formats: Formats

    def details(
        self,
        details: Mapping[str, object],
        names: Mapping[str, str | None],
        titles: Mapping[str, str] = NO_TITLES,
    ) -> tuple[tuple[str, str], ...]:
        """Each detail that says something, by its name in words; ``titles`` name corrected columns."""
        if changes := details.get("changes"):
            details = {**details, "changes": [self._change(str(each), titles) for each in _listed(changes)]}
        told = ((self._label(name), self._told(name, value, names)) for name, value in details.items())
        return tuple((label, words) for label, words in told if words)

    def subject(self, subject: str) -> str | None:
        """What was acted on, in words; None for what has none, such as the address of a page."""
        return self._marked(subject) or self._known(("deed.subject",), subject)

    def _marked(self, text: str) -> str | None:
        kind, _, mark = text.partition(":")
        return self.words.say(f"deed.subject.{kind}", mark=mark) if kind in MARKED and mark else None

    def who(self, mark: str, names: Mapping[str, str | None]) -> str | None:
        """The person whom a mark means; None where it means nobody we know."""
        if mark not in names:
            return None
        return names[mark] or self.words.say("journal.erased", number=mark.partition(":")[2])

    def _change(self, text: str, titles: Mapping[str, str]) -> str:
        """A corrected column by its title, and its values: ``end_on: 2027-12-05 → 2026-12-05``."""
        column, colon, values = text.partition(": ")
        told = (self.formats.readable(value) for value in values.split(ARROW))
        return titles.get(column, column) + colon + ARROW.join(told)

    def _key(self, text: str) -> str:
        """What names a row, with a service in words."""
        return " / ".join(self._word("keys", part) or part for part in text.split(" / "))

    def _lead(self, text: str) -> str:
        try:
            return lead_in_words(self.words, self.formats, text)
        except ValueError:
            return text

    def _label(self, name: str) -> str:
        return self._known(LABELS, name) or name

    def _told(self, name: str, value: object, names: Mapping[str, str | None]) -> str:
        if value is None or value == "":
            return ""
        if isinstance(value, bool):
            return self.words.say("person.yes" if value else "person.no")
        if isinstance(value, int):
            return self.formats.number(value)
        if isinstance(value, list | tuple):
            return ", ".join(self._told(name, each, names) for each in value)
        text = str(value)
        if name in ("filters", "board"):
            asked = parse_qsl(text)
            return ", ".join(f"{self._label(one)} – {self._told(one, given, names)}" for one, given in asked)
        if name in ("keys", "leads"):
            return self._key(text) if name == "keys" else self._lead(text)
        told = self.who(text, names) or self._marked(text) or self._word(name, text)
        return told or self.formats.readable(text)

    def _word(self, name: str, text: str) -> str | None:
        """The words of a code, or of several that are joined by a plus sign."""
        families = FAMILIES.get(name, ())
        found = [self._known(families, part) for part in text.split("+")]
        return " + ".join(filter(None, found)) if all(found) else None

    def _known(self, families: tuple[str, ...], name: str) -> str | None:
        codes = (f"{family}.{name}" for family in families)
        return next((self.words.say(code) for code in codes if self.words.knows(code)), None)


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else [value]
