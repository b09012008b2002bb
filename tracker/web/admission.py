"""Turns away whoever may not use a route, or sends too much, before a byte of it is read (LOD-5)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tracker.domain.asked import read_number
from tracker.domain.errors import TrackerError
from tracker.web.forms import FORM_ROOM
from tracker.web.rules import READING, Door

TOO_LARGE = 413

Refused = Callable[[Request, Exception], Response]
"""Makes the answer to a refused request."""


class Admission:
    """Asks the rule of a route before the route itself does, which reads forms first; counts the body."""

    def __init__(self, app: ASGIApp, doors: Sequence[Door], refused: Refused, too_large: Refused) -> None:
        self.app = app
        self.doors = doors
        self.refused = refused
        self.too_large = too_large

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request in, or answer it."""
        if scope["type"] != "http" or scope["method"] in READING:
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        door = next((door for door in self.doors if door.leads(request.method, request.url.path)), None)
        room = (door.room if door else None) or FORM_ROOM
        answer = await run_in_threadpool(self._fault, request, door, room)
        await (answer or self.app)(scope, _counted(receive, room), send)

    def _fault(self, request: Request, door: Door | None, room: int) -> Response | None:
        """The answer to whoever is not let in."""
        try:
            if door is not None:
                door.rule.admit(request)
        except TrackerError as error:
            return self.refused(request, error)
        length = request.headers.get("content-length", "0")
        if read_number(length, most=room) is None:
            return self.too_large(request, HTTPException(TOO_LARGE))
        return None


def _counted(receive: Receive, room: int) -> Receive:
    """The same body; reading it raises ``HTTPException`` once it is longer than ``room``."""
    seen = 0

    async def receive_and_count() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > room:
            raise HTTPException(TOO_LARGE)
        return message

    return receive_and_count
