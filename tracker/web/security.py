"""Who is answered and under which browser rules, until people can sign in.

Only this machine is answered (a foreign ``Host`` may be a rebound name), writes must come from our own pages,
and a page may load nothing from anywhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv6Address, ip_address

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tracker.settings import Network
from tracker.web.house import house_of

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
READING = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_PAGES = frozenset({"same-origin", "none"})
STATIC = "/static/"

PAGE_RULES = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
    "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
"""Sent with every answer."""

Refuse = Callable[[Scope, int, str], Response]
"""Makes the page that refuses a request: from the scope, the status and the code of the words."""


class Guard:
    """Answers loopback hosts only, refuses writes from foreign pages, adds :data:`PAGE_RULES`."""

    def __init__(self, app: ASGIApp, refuse: Refuse) -> None:
        self.app = app
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse, one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_rules(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_rules(MutableHeaders(scope=message), scope["path"])
            await send(message)

        headers = Headers(scope=scope)
        if not is_loopback(headers):
            await self.refuse(scope, 400, "error.host")(scope, receive, send_with_rules)
        elif scope["method"] not in READING and not is_own_page(headers):
            await self.refuse(scope, 403, "error.foreign_page")(scope, receive, send_with_rules)
        else:
            await self.app(scope, receive, send_with_rules)


def add_rules(headers: MutableHeaders, path: str) -> None:
    """Put the page rules on an answer; nothing but static files may be kept by the browser."""
    headers.update(PAGE_RULES)
    if not path.startswith(STATIC):
        headers.setdefault("cache-control", "no-store")


def is_loopback(headers: Headers) -> bool:
    """Whether exactly one ``Host`` was sent and it names this machine."""
    hosts = headers.getlist("host")
    return len(hosts) == 1 and _without_port(hosts[0]) in LOOPBACK


def is_own_page(headers: Headers) -> bool:
    """Whether the browser says that one of our own pages sends this, or nobody but the person did."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in OWN_PAGES
    return headers.get("origin") == f"http://{headers.get('host')}"


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).lower()


def client_address(request: Request) -> str:
    """The address of whoever asks: the nearest hop that is not one of ``TRACKER_TRUSTED_PROXIES`` (AUT-17).

    ``X-Forwarded-For`` is read from its right end, as far as trusted proxies have written it; no other header
    counts. Empty where the server was not told an address.
    """
    if request.client is None:
        return ""
    told = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    hops = (request.client.host, *(hop.strip() for hop in reversed(told)))
    return nearest_stranger(hops, house_of(request).settings.trusted_proxies)


def nearest_stranger(hops: Iterable[str], trusted: Sequence[Network]) -> str:
    """The first of the hops, nearest first, that is not trusted, else the last that can be read."""
    found = ""
    for hop in hops:
        address = _address(hop)
        if address is None:
            return found or hop
        found = address
        if not any(ip_address(address) in network for network in trusted):
            return found
    return found


def _address(hop: str) -> str | None:
    """An address in one writing only, without a port; None for what is none."""
    bare = hop.removeprefix("[").partition("]")[0]
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)
