"""Sees every refusal of the server and writes it into the journal, after the visitor has her answer."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tracker.domain.acts import NOBODY, Act
from tracker.domain.errors import DatabaseNotReady
from tracker.store import journal
from tracker.store.engine import IN_PASSING, transaction
from tracker.web.house import House, house_of
from tracker.web.refusals import Refusal, Refusals
from tracker.web.rules import Door
from tracker.web.security import client_address
from tracker.web.visitors import Visitor

NOTED_STATUSES = frozenset({401, 403, 429})
NOTED_CODES = frozenset({"error.host"})
"""Refusals besides those statuses that somebody may have tried on purpose."""

log = logging.getLogger(__name__)


def tell_refusal(request: Request, status: int, code: str) -> None:
    """Say that the request is refused; the witness reads it when the answer is gone."""
    if status in NOTED_STATUSES or code in NOTED_CODES:
        request.state.refusal = code


def settle(app: FastAPI) -> None:
    """Write down what was counted in minutes that have passed; no page waits for it, the next one tries."""
    house: House = app.state.house
    refusals: Refusals = app.state.refusals
    now = house.clock.now()
    told = refusals.settle(now)
    if not _write(house, told, wait_ms=IN_PASSING):
        refusals.give_back(told, now)


class Witness:
    """Stands outside all other guards."""

    def __init__(self, app: ASGIApp, doors: Sequence[Door]) -> None:
        self.app = app
        self.doors = doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass; before a server ends, write down what is still counted."""
        scope.setdefault("state", {})
        await self.app(scope, receive, _last_words(scope, send) if scope["type"] == "lifespan" else send)
        if scope["type"] == "http" and "refusal" in scope["state"]:
            await run_in_threadpool(self._note, Request(scope))

    def _note(self, request: Request) -> None:
        house = house_of(request)
        refusals: Refusals = request.app.state.refusals
        refusal = _refusal(request, self._route(request), request.state.refusal)
        _write(house, refusals.count(refusal, house.clock.now()))

    def _route(self, request: Request) -> str:
        """The route and not the path, which may hold a secret or another's text."""
        path = request.url.path
        return next((door.path for door in self.doors if door.pattern.match(path)), "–")


def _refusal(request: Request, route: str, code: str) -> Refusal:
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    return Refusal(
        actor=visitor.person.mark if visitor and visitor.person else NOBODY,
        address=client_address(request),
        path=f"{request.method} {route}",
        code=code.removeprefix("error."),
        via=visitor.via if visitor else "",
    )


def count_own(request: Request, code: str) -> int:
    """Count a refusal whose entry the page writes itself: how often it came, 0 where nothing is to write.

    Only for pages whose address holds nothing of others. It is written at once and then once a minute.
    """
    house, refusals = house_of(request), request.app.state.refusals
    own = _refusal(request, request.url.path, code)
    told: Mapping[Refusal, int] = dict(refusals.count(own, house.clock.now()))
    _write(house, [(each, times) for each, times in told.items() if each != own])
    return told.get(own, 0)


def _last_words(scope: Scope, send: Send) -> Send:
    """Says that all is shut down only when all is told: a server waits no longer than for that."""

    async def send_when_told(message: Message) -> None:
        if message["type"] == "lifespan.shutdown.complete":
            state = scope["app"].state
            await run_in_threadpool(_write, state.house, state.refusals.settle())
        await send(message)

    return send_when_told


def _write(house: House, told: Sequence[tuple[Refusal, int]], *, wait_ms: int | None = None) -> bool:
    """Whether they are in the journal now."""
    if not told:
        return True
    try:
        with transaction(house.engine, wait_ms=wait_ms) as session:
            for refusal, times in told:
                via = {"via": refusal.via} if refusal.via else {}
                journal.append(
                    session,
                    at=house.clock.now(),
                    actor=refusal.actor or NOBODY,
                    action=Act.REFUSED,
                    subject=refusal.path,
                    detail={"address": refusal.address, "reason": refusal.code, "times": times, **via},
                )
    except DatabaseNotReady as error:
        log.warning("refusals are not in the journal: %s; %s", error, told)
        return False
    return True
