"""Addresses that people give us to call: of the public network, and not only in looks (CHN-16, CHN-17)."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""What addresses a name has at a port; raises OSError or UnicodeError where it has none."""

LONGEST = 2_000
"""Signs of an address that people give us."""

PORTS = frozenset({443, 8443})

_URL = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<host>\[[0-9a-f:.]{2,45}\]|[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?"
    r"(?P<target>[/?](?:[\w.~:/?\[\]@!$&'()*+,;=-]|%[0-9a-f]{2})*)?",
    re.ASCII | re.IGNORECASE,
)
_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_PUBLIC_V6 = ip_network("2000::/3")
_NAT64 = ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Target:
    """Where to call: a name or a literal address, a port, and the path with its query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def netloc(self) -> str:
        """The host as a request names it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == {"https": 443, "http": 80}[self.scheme] else f"{host}:{self.port}"


def target(
    url: str, *, schemes: frozenset[str] = frozenset({"https"}), ports: frozenset[int] | None = PORTS
) -> Target | None:
    """Where a URL leads, None if we do not call there whatever the name means; ``ports`` None takes any.

    One reading of the text decides, and the call is made of its parts: no second reader sees another host.
    """
    found = _URL.fullmatch(url) if len(url) <= LONGEST else None
    if found is None:
        return None
    scheme, host = found["scheme"].lower(), _host(found["host"].lower())
    port = int(found["port"] or {"https": 443, "http": 80}[scheme])
    if host is None or scheme not in schemes or port > 65_535 or (ports is not None and port not in ports):
        return None
    path = found["target"] or "/"
    return Target(scheme, host, port, path if path.startswith("/") else f"/{path}")


def _host(said: str) -> str | None:
    """A name with a dot and a last label of letters, or an address written in the one usual way."""
    literal = said[1:-1] if said.startswith("[") else said
    if _NAME.fullmatch(literal):
        return literal
    try:
        address = ip_address(literal)
    except ValueError:
        return None
    return str(address) if (address.version == 6) == said.startswith("[") else None


async def resolved(host: str, port: int) -> Sequence[str]:
    """The addresses that this machine finds for a name, in its own order."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def is_public(address: Address) -> bool:
    """Whether an address is of the public network, and whatever address it carries inside too.

    ``is_global`` alone lets multicast, NAT64, 6to4 and Teredo through (reliability §2.6).
    """
    return all(_is_public_itself(each) for each in _meant(address))


def _is_public_itself(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address not in _PUBLIC_V6:
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _meant(address: Address) -> Iterator[Address]:
    """Where packets to an address end: for one that carries others, those."""
    if isinstance(address, IPv4Address):
        yield address
    elif address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    elif address in _NAT64:
        yield IPv4Address(int(address) & 0xFFFFFFFF)
    elif address.sixtofour is not None:
        yield address.sixtofour
    elif address.teredo is not None:
        yield from address.teredo
    else:
        yield address
