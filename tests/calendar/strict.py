"""A second reader of iCalendar files, by the grammar of RFC 5545 and nothing else: it forgives nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

LINE = re.compile(
    r'([A-Z0-9-]+)((?:;[A-Z0-9-]+=(?:"[^"\x00-\x1f\x7f]*"|[^";:,\x00-\x1f\x7f]*))*):(.*)', re.DOTALL
)
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
TEXT = re.compile(r"(?:[^\\;,]|\\[\\;,nN])*")
UNESCAPED = {"\\\\": "\\", "\\;": ";", "\\,": ",", "\\n": "\n", "\\N": "\n"}
TEXTS = frozenset({"SUMMARY", "DESCRIPTION", "NAME", "X-WR-CALNAME", "UID", "PRODID"})
WHERE = {"VCALENDAR": {""}, "VEVENT": {"VCALENDAR"}, "VTIMEZONE": {"VCALENDAR"}, "STANDARD": {"VTIMEZONE"}}
FORMS = {
    "DTSTAMP": r"\d{8}T\d{6}Z",
    "LAST-MODIFIED": r"\d{8}T\d{6}Z",
    "SEQUENCE": r"0|[1-9]\d{0,9}",
    "STATUS": "CONFIRMED|CANCELLED",
    "TRANSP": "TRANSPARENT",
    "URL": r"https?://[!-~]+",
    "TZOFFSETFROM": r"[+-]\d{4}",
    "TZOFFSETTO": r"[+-]\d{4}",
    "VERSION": r"2\.0",
}


class Fault(AssertionError):
    """The file breaks a rule of the format."""


@dataclass
class Component:
    """What stands between a BEGIN and its END; values of texts are unescaped."""

    name: str
    properties: list[tuple[str, str, str]] = field(default_factory=list)
    parts: list[Component] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """The names of its properties, as they come."""
        return [name for name, _, _ in self.properties]

    def __getitem__(self, wanted: str) -> str:
        """The value of a property that stands there once."""
        [value] = [value for name, _, value in self.properties if name == wanted]
        return value

    def of(self, name: str) -> list[Component]:
        """Its parts of one name."""
        return [part for part in self.parts if part.name == name]


def read(data: bytes) -> Component:
    """The calendar of a file; raises :class:`Fault`."""
    outer = Component("")
    standing = [outer]
    for name, parameters, value in map(_property, _lines(data)):
        if name == "BEGIN":
            _require(standing[-1].name in WHERE.get(value, ()), f"{value} in {standing[-1].name}")
            standing[-1].parts.append(Component(value))
            standing.append(standing[-1].parts[-1])
        elif name == "END":
            _require(standing.pop().name == value, f"END:{value}")
        else:
            _require(len(standing) > 1, f"{name} outside of everything")
            standing[-1].properties.append((name, parameters, value))
    _require(len(standing) == 1 and len(outer.parts) == 1, "one calendar, closed")
    return _whole(outer.parts[0])


def _lines(data: bytes) -> Iterator[str]:
    """Content lines, put together from lines of at most 75 octets, each whole in UTF-8 by itself."""
    _require(data.endswith(b"\r\n"), "the last line has no break")
    pieces = data[:-2].split(b"\r\n")
    line = ""
    for number, piece in enumerate(pieces):
        _require(len(piece) <= 75, f"{len(piece)} octets in a line")
        text = piece.decode()
        if text.startswith(" "):
            _require(number > 0, "nothing to go on with")
            line += text[1:]
            continue
        if number:
            yield line
        line = text
    yield line


def _property(line: str) -> tuple[str, str, str]:
    found = LINE.fullmatch(line)
    if found is None:
        raise Fault(f"no property: {line!r}")
    name, parameters, value = found.groups()
    _require(CONTROL.search(value) is None, f"control characters: {line!r}")
    if name in TEXTS:
        _require(TEXT.fullmatch(value) is not None, f"not escaped: {line!r}")
        value = re.sub(r"\\.", lambda sign: UNESCAPED[sign[0]], value)
    form = FORMS.get(name) or (r"\d{8}" if parameters == ";VALUE=DATE" else "")
    _require(not form or re.fullmatch(form, value) is not None, f"value of {line!r}")
    return name, parameters, value


def _whole(calendar: Component) -> Component:
    """What must stand in a calendar and its events, and how often (§§3.6, 3.6.1)."""
    _require(len(calendar.parts) > 0, "a calendar without components")
    for component in (calendar, *calendar.parts):
        _require(len(component.names) == len(set(component.names)), f"twice: {component.names}")
    _require({"VERSION", "PRODID"} <= set(calendar.names), "no VERSION or PRODID")
    events = calendar.of("VEVENT")
    for event in events:
        _require({"UID", "DTSTAMP", "DTSTART"} <= set(event.names), f"lacks something: {event.names}")
        _require(event["DTSTART"] < event["DTEND"], "ends before it begins")
        _require(int(event["SEQUENCE"]) < 2**31, "SEQUENCE")
    _require(len({event["UID"] for event in events}) == len(events), "two events of one UID")
    return calendar


def _require(is_so: bool, rule: str) -> None:
    if not is_so:
        raise Fault(rule)
