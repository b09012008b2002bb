"""Turns away whoever may not use a route before a byte of what she sends is read (LOD-5)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tracker.domain.errors import TrackerError
from tracker.web.rules import READING, Door

Refused = Callable[[Request, Exception], Response]
"""Makes the answer to a refused request."""


class Admission:
    """Asks the rule of the route before the route itself does, which reads forms first."""

    def __init__(self, app: ASGIApp, doors: Sequence[Door], refused: Refused) -> None:
        self.app = app
        self.doors = doors
        self.refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request in, or answer it."""
        if scope["type"] == "http" and scope["method"] not in READING:
            request = Request(scope)
            try:
                await run_in_threadpool(self._admit, request)
            except TrackerError as error:
                answer = await run_in_threadpool(self.refused, request, error)
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _admit(self, request: Request) -> None:
        door = next((door for door in self.doors if door.leads(request.method, request.url.path)), None)
        if door is not None:
            door.rule.admit(request)
