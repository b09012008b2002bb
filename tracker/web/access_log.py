"""One line in the log for every request: who asked for what, and how it was answered."""

from __future__ import annotations

import logging
from time import perf_counter

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tracker.logs import about
from tracker.web.security import client_address
from tracker.web.visitors import Visitor

log = logging.getLogger(__name__)

MILLISECONDS = 1000


class AccessLog:
    """Logs each request once it is answered; one whose answer never began is told as status 500."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request and tell of it."""
        if scope["type"] != "http" or not log.isEnabledFor(logging.INFO):
            await self.app(scope, receive, send)
            return
        status, began = 500, perf_counter()

        async def send_and_see(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_and_see)
        finally:
            _tell(scope, status, perf_counter() - began)


def _tell(scope: Scope, status: int, seconds: float) -> None:
    request = Request(scope)
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    person = visitor.person if visitor else None
    log.info(
        "request",
        extra=about(
            method=scope["method"],
            route=route_of(scope),
            status=status,
            ms=round(seconds * MILLISECONDS),
            address=client_address(request),
            person=person.mark if person else None,
        ),
    )


def route_of(scope: Scope) -> str | None:
    """The pattern of the route that was asked for; None outside every route.

    The address itself is never told: links of invitations and calendars are secrets.
    """
    return getattr(scope.get("route"), "path", None)
