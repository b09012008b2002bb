"""What is wrong with the service, in a sentence: what, since when, and what it means to its reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

from tracker.render.catalogs import Words
from tracker.render.formats import Formats

PLACES = ("at", "to", "on", "number", "free", "total", "kind", "job", "edition")
"""What sentences may speak of; a page must not fail over what was not seen."""


def said(words: Words, formats: Formats, code: str, seen: Mapping[str, object]) -> str:
    """The sentence of a condition; ``seen`` is what was seen of it, days also as ISO texts."""
    speak: Mapping[str, Callable[[object], str]] = {
        "at": lambda value: formats.moment(_moment(value)),
        "to": lambda value: formats.moment(_moment(value)),
        "on": lambda value: formats.short(_day(value)),
        "number": lambda value: formats.number(int(str(value))),
        "free": lambda value: formats.number(int(str(value))),
        "total": lambda value: formats.number(int(str(value))),
        "kind": lambda value: words.say(f"import_kind.{value}"),
        "job": lambda value: words.say(f"job.{value}"),
    }
    places = {name: speak.get(name, str)(value) for name, value in seen.items()}
    return words.say(f"alarm.{code}", **{**dict.fromkeys(PLACES, "–"), **places})


def _moment(value: object) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))
