"""Mail about mail: what a server reports of a letter of ours that was taken before (RFC 3464, 5965, 6533).

Nothing of a report is believed here. It is only read, within bounds of its size, parts and blank lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.message import Message
from enum import StrEnum
from typing import Any, TypeAlias
from urllib.parse import unquote

from tracker.channels.mail_address import receiver
from tracker.channels.texts import kept
from tracker.domain.errors import ReportRefused

LARGEST = 512 * 1024
"""Octets of a report that are read: it says what happened before it repeats the letter."""

MOST = {b"content-type:": 60, b"\n--": 500, b"\n\n": 2_000, b"\n\r\n": 2_000, b";": 10_000}
"""How often these may stand in a report: each may begin another part of it."""

MOST_RECEIVERS = 20
LONGEST_VALUE = 2_000
_OF_DELIVERY = ("message/delivery-status", "message/global-delivery-status")
_OF_COMPLAINT = ("message/feedback-report",)
_RETURNED = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_SAYS_NOTHING = re.compile(r"[245]\.0\.0")

Mail: TypeAlias = "Message[Any, Any]"
"""A mail whose headers are as they came: to read them by all the rules is what a bomb would aim at."""


class Fared(StrEnum):
    """What became of a letter: it came to its receiver, waits on the way, is lost, or she wants none."""

    CAME = "came"
    WAITS = "waits"
    LOST = "lost"
    COMPLAINED = "complained"


_ACTIONS = {"failed": Fared.LOST, "delayed": Fared.WAITS}


@dataclass(frozen=True, slots=True)
class Word:
    """What a report says of one receiver; ``status`` is a code of RFC 3463, such as ``5.1.1``."""

    fared: Fared
    addresses: frozenset[str]
    status: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A report about one letter: ``identity`` stands before the @ of its Message-ID, ``to`` whom it names."""

    identity: str
    key: str
    to: frozenset[str]
    words: tuple[Word, ...]

    @property
    def addresses(self) -> frozenset[str]:
        """Every receiver that it names."""
        return self.to.union(*(word.addresses for word in self.words))

    def of(self, address: str) -> Word | None:
        """What it says of a receiver: where hers leads on to another, what befell the letter there."""
        named = [word for word in self.words if address in word.addresses]
        if not named and len(self.words) == 1 and self.to == {address}:
            return self.words[0]
        return named[0] if named else None


def read_report(data: bytes) -> Report:
    """Read a report; raises :class:`ReportRefused` for any other mail."""
    data = data[:LARGEST]
    text = data.lower()
    if any(text.count(sign) > most for sign, most in MOST.items()):
        raise ReportRefused(reason="form")
    try:
        return _read(message_from_bytes(data))
    except (LookupError, ValueError, RecursionError) as error:
        raise ReportRefused(reason="form") from error


def _read(mail: Mail) -> Report:
    parts = mail.get_payload() if mail.get_content_type() == "multipart/report" else []
    letter = _headers(_inner(_part(parts, _RETURNED)))
    to = _addresses(letter.get("to", ""))
    kind = str(mail.get_param("report-type", "")).lower()
    if kind == "delivery-status":
        words = tuple(_words(_part(parts, _OF_DELIVERY)))
    elif kind == "feedback-report":
        said = _headers(_inner(_part(parts, _OF_COMPLAINT)))
        words = (Word(Fared.COMPLAINED, to, answer=kept(said.get("feedback-type", ""))),)
    else:
        raise ValueError(kind)
    number = letter.get("message-id", "").strip().removeprefix("<").partition("@")[0]
    return Report(number, unquote(letter.get("x-reminder-key", "").strip()), to, words)


def _part(parts: Any, kinds: tuple[str, ...]) -> Mail:
    """The one part of these kinds; raises :class:`ValueError`."""
    [found] = [each for each in parts if isinstance(each, Message) and each.get_content_type() in kinds]
    return found


def _inner(part: Mail) -> Mail:
    """The mail, or the headers of one, that a part holds."""
    if part.is_multipart():
        return part.get_payload(0)  # type: ignore[return-value]  # what is_multipart() has just said
    return message_from_bytes(bytes(part.get_payload(decode=True)))


def _words(report: Mail) -> Iterator[Word]:
    """What stands of each receiver, after what stands of the whole."""
    blocks = list(report.get_payload())
    if len(blocks) == 1:  # the parser knows the older of the two kinds only
        blocks += [message_from_string(each) for each in re.split(r"\n\s*\n", str(blocks[0].get_payload()))]
    for block in blocks[1 : 1 + MOST_RECEIVERS]:
        said = _headers(block)
        if action := said.get("action", "").strip().lower():
            yield _word(action, said)


def _word(action: str, said: Mapping[str, str]) -> Word:
    answer = said.get("diagnostic-code", "").partition(";")[2] or said.get("diagnostic-code", "")
    status = _code(said.get("status", ""))
    if not status or _SAYS_NOTHING.fullmatch(status):
        status = _code(answer) or status
    whom = _addresses(said.get("final-recipient", "")) | _addresses(said.get("original-recipient", ""))
    return Word(_ACTIONS.get(action, Fared.CAME), whom, status, kept(answer) or status)


def _code(text: str) -> str:
    found = _STATUS.search(text)
    return found[1] if found else ""


def _headers(part: Mail) -> Mapping[str, str]:
    """Headers by their small names, each the first of its name, cut and in one line."""
    found: dict[str, str] = {}
    for name, value in part.raw_items():
        text = str(value)[:LONGEST_VALUE].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        found.setdefault(name.lower(), " ".join(text.split()))
    return found


def _addresses(text: str) -> frozenset[str]:
    """The address of ``rfc822; a@b.kz``, ``<a@b.kz>`` or ``a@b.kz`` as letters go to it; none of many."""
    plain = text.rpartition(";")[2].strip().removeprefix("<").removesuffix(">")
    sent = receiver(plain)
    return frozenset() if sent is None else frozenset({sent.lower()})
