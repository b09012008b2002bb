"""Who is answered and under which browser rules, until people can sign in.

Only this machine is answered (a foreign ``Host`` may be a rebound name), writes must come from our own pages,
and a page may load nothing from anywhere else.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
