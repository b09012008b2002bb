"""A letter as a mail (RFC 5322): headers in which nothing of the facts can begin another one (CHN-8)."""

from __future__ import annotations

from datetime import datetime
from email.header import Header
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from urllib.parse import quote

from tracker.channels.texts import one_line, sendable
from tracker.domain.messages import Letter, identity

LONGEST_SUBJECT = 200
"""Signs of a subject that are sent (house)."""

LONGEST_KEY = 500
"""Octets of a key that are sent as they are; of a longer one its reference (a line holds 998)."""

_AS_THEY_ARE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in "%?")


class _OnOneLine(UnstructuredHeader, BaseHeader):
    """A header that programs read: never folded, never encoded."""

    def fold(self, *, policy: Policy) -> str:
        """The header as it is."""
        return f"{self.name}: {self}{policy.linesep}"


class _Encoded(UnstructuredHeader, BaseHeader):
    """Text for people, encoded whole: the standard policy loses the space where it breaks a word off."""

    def fold(self, *, policy: Policy) -> str:
        """The header in encoded words of whole signs (RFC 2047)."""
        written = Header(str(self), "utf-8", header_name=self.name).encode(linesep=policy.linesep)
        return f"{self.name}: {written}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("subject", _Encoded)
_HEADERS.map_to_type("x-reminder-key", _OnOneLine)
_POLICY = SMTP.clone(cte_type="7bit", header_factory=_HEADERS)


def mail_of(
    letter: Letter, *, sender: str, receiver: str, host: str, at: datetime, secret: str = ""
) -> bytes:
    """The mail with text and HTML, in seven bits besides an address that needs more.

    Every copy of a letter has the same Message-ID, so that a mailbox can fold them (RFC 7352). It is made
    with the ``secret``: a report that names it (``tracker bounce``) is about a letter that we did send.
    """
    mail = EmailMessage(_POLICY.clone(utf8=not receiver.isascii()))
    mail["From"] = sender
    mail["To"] = receiver
    mail["Subject"] = one_line(_encoded_apart(letter.subject), LONGEST_SUBJECT)
    mail["Date"] = at
    mail["Message-ID"] = f"<{identity(letter.key, secret)}@{host}>"
    mail["X-Reminder-Key"] = _key(letter)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(sendable(letter.text), cte="base64")
    if letter.html:
        mail.add_alternative(sendable(letter.html), subtype="html", cte="base64")
    mail["Content-Language"] = letter.language
    return mail.as_bytes()


def _encoded_apart(subject: str) -> str:
    """What looks like an encoded word is text, and is not to be decoded by anybody."""
    return subject.replace("=?", "= ?")


def _key(letter: Letter) -> str:
    key = quote(letter.key, safe=_AS_THEY_ARE, errors="replace")
    return key if len(key) <= LONGEST_KEY else letter.reference
