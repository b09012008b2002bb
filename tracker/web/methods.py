"""Methods that every address knows without saying so: HEAD, and OPTIONS by which one asks for the others."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Heads:
    """Answers HEAD like GET, without the body (RFC 9110 §9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET"}, receive, send_without_body)


def allowed(headers: Mapping[str, str]) -> dict[str, str]:
    """The methods of an address, as a refused one is told (RFC 9110 §15.5.6), with those of this module."""
    named = Headers(headers).get("allow")
    if named is None:
        return {}
    return {"allow": f"{named}, HEAD, OPTIONS" if "GET" in named else f"{named}, OPTIONS"}


def options(headers: Mapping[str, str]) -> Response:
    """The answer to OPTIONS: which methods there are."""
    return Response(status_code=204, headers=allowed(headers))
