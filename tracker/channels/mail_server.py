"""The mail server as ``TRACKER_SMTP_URL`` names it (interfaces §2)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from tracker.channels.mail_address import receiver
from tracker.domain.errors import SettingsRefused

NAME = "TRACKER_SMTP_URL"


class Encryption(StrEnum):
    """How the way to the server is hidden from other eyes: from the first byte, after STARTTLS, or not."""

    FIRST = "first"
    REQUIRED = "required"
    NONE = "none"


_PORTS = {Encryption.FIRST: 465, Encryption.REQUIRED: 587, Encryption.NONE: 25}
_VISIBLE = re.compile(r"[!-~]+")
_HOST = re.compile(r"[a-z0-9]([a-z0-9._-]{0,251}[a-z0-9])?|[0-9a-f:]+")


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over, in whose name, and how that is proved; ``our_name`` is for EHLO."""

    host: str
    port: int
    sender: str
    our_name: str
    encryption: Encryption
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def from_url(cls, url: str, *, base_url: str) -> MailServer:
        """Read ``smtp://user:pass@host:port?starttls=required|none&from=…`` or ``smtps://…``.

        Without ``starttls`` it is required, but not of this very machine. Without ``from`` the sender is the
        user, if that is an address, else ``tracker`` at the host of ``base_url``. Raises
        :class:`SettingsRefused`, which tells nothing of the value.
        """
        parts, port = _split(url)
        said = _said(parts)
        encryption = _encryption(parts, said.get("starttls"))
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        if bool(user) != bool(password) or not (user + password).isprintable():
            raise _refused()
        ours = urlsplit(base_url).hostname or ""
        return cls(
            host=parts.hostname or "",
            port=port or _PORTS[encryption],
            sender=_sender(said.get("from"), user, ours),
            our_name=_our_name(ours),
            encryption=encryption,
            user=user,
            password=password,
        )


def _split(url: str) -> tuple[SplitResult, int | None]:
    """The parts of an address that holds a server and nothing besides."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _refused() from error
    is_whole = _VISIBLE.fullmatch(url) and _HOST.fullmatch(parts.hostname or "") and port != 0
    if not is_whole or parts.scheme not in ("smtp", "smtps") or parts.path not in ("", "/") or "#" in url:
        raise _refused()
    return parts, port


def _said(parts: SplitResult) -> dict[str, str]:
    try:
        pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError as error:
        raise _refused() from error
    said = dict(pairs)
    if len(said) != len(pairs) or not said.keys() <= {"starttls", "from"}:
        raise _refused()
    return said


def _encryption(parts: SplitResult, starttls: str | None) -> Encryption:
    if parts.scheme == "smtps":
        if starttls is not None:
            raise _refused()
        return Encryption.FIRST
    if starttls is None:
        return Encryption.NONE if _is_here(parts.hostname or "") else Encryption.REQUIRED
    if starttls not in (Encryption.REQUIRED, Encryption.NONE):
        raise _refused()
    return Encryption(starttls)


def _sender(said: str | None, user: str, ours: str) -> str:
    if said is not None:
        sender = receiver(said)
        if sender is None or not sender.isascii():
            raise _refused()
        return sender
    address = receiver(user)
    if address is not None and address.isascii():
        return address
    return f"tracker@{'localhost' if _is_literal(ours) else ours}"


def _our_name(host: str) -> str:
    """Our host as a mail server knows it (RFC 5321 §4.1.3)."""
    if not _is_literal(host):
        return host
    return f"[IPv6:{host}]" if ":" in host else f"[{host}]"


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_here(host: str) -> bool:
    return host == "localhost" or (_is_literal(host) and ip_address(host).is_loopback)


def _refused() -> SettingsRefused:
    return SettingsRefused(name=NAME, reason="value")
