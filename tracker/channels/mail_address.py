"""Addresses of mail: exactly one receiver, or none (CHN-9)."""

from __future__ import annotations

import re
import unicodedata

LONGEST_ADDRESS = 254
"""Octets of an address (RFC 5321 §4.5.3.1.3, less the angle brackets)."""

LONGEST_LOCAL_PART = 64

_LOCAL_PART = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_DOMAIN = re.compile(r"[\w-]+(\.[\w-]+)+")
_SENT_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_WORD = re.compile(r"[^\W\d_]+")


def receiver(text: str) -> str | None:
    """The address as it is sent, its domain in letters that every server knows; None if it is no single one.

    Comments, names, quotes and literal addresses are refused; so are encoded words, signs that only look
    like others, and words that mix two alphabets.
    """
    local, _, domain = text.rpartition("@")
    if not _LOCAL_PART.fullmatch(local) or not _DOMAIN.fullmatch(domain) or "=?" in local:
        return None
    if unicodedata.normalize("NFKC", text) != text or any(_is_mixed(word) for word in _WORD.findall(text)):
        return None
    sent = _sent(domain)
    if sent is None or len(local.encode()) > LONGEST_LOCAL_PART:
        return None
    address = f"{local}@{sent}"
    return address if len(address.encode()) <= LONGEST_ADDRESS else None


def _sent(domain: str) -> str | None:
    try:
        sent = domain.encode("idna").decode().lower()
    except UnicodeError:
        return None
    return sent if _SENT_DOMAIN.fullmatch(sent) else None


def _is_mixed(word: str) -> bool:
    """Whether letters of two alphabets stand in one word: «exаmple» with a Cyrillic а."""
    return len({unicodedata.name(letter, "").partition(" ")[0] for letter in word}) > 1
