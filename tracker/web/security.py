"""Who is answered and under which browser rules.

Only our own names are answered (a foreign ``Host`` may be a rebound name), changes must come from our own
pages or carry a token, and a page may load nothing from anywhere else.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tracker.settings import Network, Settings
from tracker.web.house import house_of

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
READING = frozenset({"GET", "HEAD", "OPTIONS"})
METHODS = READING | {"POST", "PUT", "PATCH", "DELETE"}
OWN_PAGES = frozenset({"same-origin", "none"})
YEAR_SECONDS = 365 * 24 * 3600

RULES = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
"""Sent with every answer, beside the content policy."""

HTTPS_ONLY = {"strict-transport-security": f"max-age={2 * YEAR_SECONDS}; includeSubDomains"}
"""Sent besides where people come over an encrypted connection."""

Refuse = Callable[[Scope, int, str], Response]
"""Makes the page that refuses a request: from the scope, the status and the code of the words."""


def content_policy(nonce: str) -> str:
    """What a page may load and who may show it: our own files, scripts with ``nonce``, nobody's frame.

    No script lends its trust to another ('strict-dynamic'): the one that puts pages in place makes the
    scripts of their markup anew, and those must bear the number too.
    """
    script = f"'nonce-{nonce}'" if nonce else "'none'"
    return (
        f"default-src 'none'; style-src 'self'; script-src {script}; font-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    )


def nonce_of(request: Request) -> str:
    """The number used once that scripts of this answer bear."""
    nonce: str | None = getattr(request.state, "nonce", None)
    if nonce is None:
        nonce = request.state.nonce = secrets.token_urlsafe(16)
    return nonce


@dataclass(frozen=True, slots=True)
class Site:
    """The names and origins at which people find us."""

    hosts: frozenset[str]
    origin: str
    is_https: bool

    @classmethod
    def of(cls, settings: Settings) -> Site:
        """The site of ``TRACKER_BASE_URL``; this machine's own names lead to it too."""
        parts = urlsplit(settings.base_url)
        name = without_port(parts.netloc)
        return cls(LOOPBACK | {name}, f"{parts.scheme}://{parts.netloc}".lower(), settings.is_https)

    def is_ours(self, headers: Headers) -> bool:
        """Whether exactly one ``Host`` was sent and it is a name of ours."""
        hosts = headers.getlist("host")
        return len(hosts) == 1 and without_port(hosts[0]) in self.hosts

    def is_own_page(self, headers: Headers) -> bool:
        """Whether the browser says that one of our own pages sends this, or nobody but the person did."""
        site, origins = headers.getlist("sec-fetch-site"), headers.getlist("origin")
        if len(site) > 1 or len(origins) > 1:
            return False
        if origins and origins[0].lower() not in self._origins(headers):
            return False
        return site[0] in OWN_PAGES if site else bool(origins)

    def _origins(self, headers: Headers) -> tuple[str, ...]:
        """Our origin and, on this machine itself, the one that the request names."""
        host = headers.get("host", "").lower()
        return (self.origin, f"http://{host}") if without_port(host) in LOOPBACK else (self.origin,)


class Guard:
    """Answers our own names only, refuses changes from foreign pages, puts the page rules on every answer."""

    def __init__(self, app: ASGIApp, site: Site, refuse: Refuse) -> None:
        self.app = app
        self.site = site
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse, one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)

        async def send_with_rules(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_rules(MutableHeaders(scope=message), request, is_https=self.site.is_https)
            await send(message)

        fault = self._fault(scope, request.headers)
        answer = self.app if fault is None else await run_in_threadpool(self.refuse, scope, *fault)
        await answer(scope, receive, send_with_rules)

    def _fault(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        """The status and the code of what is wrong with a request; None for one to be answered."""
        if not self.site.is_ours(headers):
            return 400, "error.host"
        if not scope["path"].startswith("/"):
            return 400, "error.request"
        if scope["method"] not in METHODS:
            return None  # no route has it, and says which it has
        by_token = headers.get("authorization", "").lower().startswith("bearer ")
        if scope["method"] not in READING and not by_token and not self.site.is_own_page(headers):
            return 403, "error.foreign_page"
        return None


def add_rules(headers: MutableHeaders, request: Request, *, is_https: bool) -> None:
    """Put the rules for browsers on an answer, which they keep only where it says so (static files do)."""
    is_page = headers.get("content-type", "").startswith("text/html")
    headers["content-security-policy"] = content_policy(nonce_of(request) if is_page else "")
    for name, value in RULES.items():
        headers.setdefault(name, value)
    if is_https:
        headers.update(HTTPS_ONLY)
    headers.setdefault("cache-control", "no-store")


def without_port(host: str) -> str:
    """The name in a ``Host``, in small letters."""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() and port.isascii() else host).lower()


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
