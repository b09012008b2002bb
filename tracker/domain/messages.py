"""What is sent to people, what became of it, and when to try again (reliability §3, rules 3 to 6).

A message is known by its key for ever. Everything by which a receiver may know a second copy again, such as
the Message-ID of a mail, comes from the key and from nothing else.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from tracker.domain.vocabulary import Language


class ChannelKind(StrEnum):
    """The ways in which people are reached; ``other`` is any service that Apprise knows."""

    MAIL = "mail"
    TELEGRAM = "telegram"
    WEBHOOK = "webhook"
    OTHER = "other"


class Fate(StrEnum):
    """What became of one try: the peer took it, may take it later, or will never take it there."""

    SENT = "sent"
    LATER = "later"
    NEVER = "never"


class Fault(StrEnum):
    """Why a try came to nothing: the codes of a :class:`Delivery`."""

    ADDRESS = "address"
    """What the receiver is called is nothing that the channel sends to."""
    ANSWER = "answer"
    """The peer does not answer as its kind does."""
    BLOCKED = "blocked"
    """The receiver wants nothing from us there."""
    BUSY = "busy"
    """The peer asks to come again later."""
    GONE = "gone"
    """The receiver is not there, or no longer."""
    INNER = "inner"
    """The name leads to an address that is not of the public network."""
    LETTERS = "letters"
    """The server cannot send to an address with letters of other alphabets."""
    NOT_INSTALLED = "not_installed"
    """The program was installed without what this channel needs."""
    REDIRECTED = "redirected"
    """The peer sends us elsewhere, where we do not go."""
    REFUSED = "refused"
    """The peer does not take the letter."""
    RETURNED = "returned"
    """The peer took the letter, and it came back."""
    SIGN_IN = "sign_in"
    """The peer does not take our name and password, or our token."""
    SIGNATURE = "signature"
    """The secret that the channel signs with is none."""
    TLS = "tls"
    """There is no connection that nobody else can read."""
    UNKNOWN = "unknown"
    """Whether the peer took the letter is not known."""
    UNREACHABLE = "unreachable"
    """Nobody answers there."""


UNREADABLE, WAY_REMOVED = "unreadable", "way_removed"
"""Why a message did not arrive that no peer was asked about: our own words fail, or its way is gone."""

REASONS = frozenset({*(fault.value for fault in Fault), UNREADABLE, WAY_REMOVED})
"""Codes of which a person is told what they mean; a peer may have said nothing at all."""


def reason_in(text: str | None) -> str:
    """The code that a text is, where it is one of :data:`REASONS`; else empty."""
    return text if text in REASONS and text else ""


@dataclass(frozen=True, slots=True)
class Button:
    """Something a receiver can do at once: ``action`` is a code, ``words`` what stands on the button."""

    action: str
    words: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to one receiver, in her language, ready to go out by any channel.

    ``to`` is what the channel calls her: an address, the number of a chat, a URL. ``facts`` is what a program
    is told instead of words; it holds only what JSON can. ``secret`` is what the channel proves itself with.
    ``left_out`` are keys of reminders that it was to tell and does not, with why (codes). ``replaces`` is the
    number of an earlier message to her that it takes the place of, where its channel can do so.
    ``unreadable`` are the keys of what it was to tell and cannot be put into words.
    """

    key: str
    to: str
    language: Language
    subject: str
    text: str
    html: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    buttons: tuple[Button, ...] = ()
    secret: str = field(default="", repr=False)
    left_out: Mapping[str, str] = field(default_factory=dict)
    replaces: str = ""
    unreadable: frozenset[str] = frozenset()

    @property
    def reference(self) -> str:
        """The key in 26 signs that fit everywhere."""
        return reference(self.key)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a try came to: our code, the peer's words, how long it asks to wait, where it moved to.

    ``left_out`` and ``unreadable`` are what the letter did not tell (see :class:`Letter`).
    """

    fate: Fate
    code: str = ""
    answer: str = ""
    wait: timedelta | None = None
    moved_to: str | None = None
    left_out: Mapping[str, str] = field(default_factory=dict)
    unreadable: frozenset[str] = frozenset()


NUMBERED = "message "
"""How the answer of a peer begins that gave a message a number by which it can be changed later."""

HELD = "held"
"""The code of a try that was none: the letter waits for its hour, or for its turn at its peer."""

PEER_AWAY = (Fault.UNREACHABLE, Fault.TLS, Fault.SIGN_IN)
"""Nothing was handed over, whatever the letter: any other would have fared alike."""

PROBE = timedelta(minutes=5)
"""How often one letter sees whether a peer is back that takes none."""

LONGEST_ANSWER = 300
"""Signs of a peer's answer that are kept."""

PLAN = tuple(
    timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 300, 480, 600, 600, 600, 600, 600, 600)
)
"""How long to wait after each try that failed for now: together over 75 hours (RFC 5321 §4.5.4.1)."""

SPREAD = 0.2
"""By how much of itself a wait grows at most, so that what failed together does not come back together."""


def reference(key: str) -> str:
    """A short name of a key: the same for the same key, in capital letters and digits."""
    return b32encode(hashlib.sha256(key.encode()).digest()[:16]).decode().rstrip("=")


def identity(key: str, secret: str) -> str:
    """A short name of a key that nobody else can make: who names it has seen what was sent under it.

    Without a secret it is the :func:`reference`.
    """
    if not secret:
        return reference(key)
    seal = hmac.digest(secret.encode(), b"identity:" + key.encode(), "sha256")
    return b32encode(seal[:16]).decode().rstrip("=")


def next_try(key: str, attempts: int, now: datetime, wait: timedelta | None = None) -> datetime | None:
    """When to try again after so many tries, not before the peer asks; None when they are used up."""
    if attempts > len(PLAN):
        return None
    planned = PLAN[attempts - 1]
    return now + max(planned * (1 + SPREAD * _share(key, attempts)), wait or timedelta())


def _share(key: str, attempts: int) -> float:
    """A number from 0 up to 1 that is always the same for the same try."""
    digest = hashlib.sha256(f"{attempts}:{key}".encode()).digest()
    return int.from_bytes(digest[:4]) / 2**32
