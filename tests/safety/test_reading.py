"""Whoever reads changes nothing: at every address that is read, and at one of each kind of link (WEB-1)."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qsl, urlsplit

from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.browser.served import Served, filled_with
from tests.people import ADMIN
from tests.safety.routes import HEAD, NOTES, acts_noted, dump
from tests.web.conftest import HOME, Visit
from tests.web.reading import links_of
from tests.web.register import NOW, STALLED
from tracker.domain.acts import Act
from tracker.store import calendar_feeds
from tracker.store.engine import transaction
from tracker.web.rules import doors_of

ELSEWHERE = (
    "/readyz", "/sign-in", "/sign-in/code", "/sign-in/provider", "/sign-in/provider/answer",
    "/account/second-factor",
)  # fmt: skip
"""What shows no page to those who are signed in with one step; and nothing ticks here, as /readyz says."""

ASKED = {"/corrections": f"?kind=schools&school_id={STALLED}", "/reminders/leads": "?contract=K-3-1"}
"""Pages that are nothing without a question."""


def addresses(engine: Engine, client: TestClient) -> dict[str, str]:
    """A real address of every route that is read, by its path."""
    served = Served(HOME, engine, client.app)  # type: ignore[arg-type]  # the app is ours
    examples = served.examples()
    with transaction(engine) as session:
        feed, _ = calendar_feeds.add_feed(session, int(examples["number"]), region=None, at=NOW)
    routes = [door.path for door in doors_of(served.app) if "GET" in door.methods]
    own = {route: examples | ({"secret": feed} if route.startswith("/calendar/") else {}) for route in routes}
    return {route: filled_with(own[route], route) + ASKED.get(route, "") for route in routes}


def kinds_of(client: TestClient, address: str) -> set[str]:
    """The route to which an address leads, and the names that its query says."""
    parts = urlsplit(address)
    doors = doors_of(client.app)  # type: ignore[arg-type]  # the app is ours
    route = next((door.path for door in doors if door.leads("GET", parts.path)), parts.path)
    return {route, *(name for name, _ in parse_qsl(parts.query, keep_blank_values=True))}


def read(client: TestClient, addresses: Iterable[str], seen: set[str]) -> dict[str, int]:
    """Read each address, then each link on the way that is of a kind not seen; the statuses."""
    waiting, told = list(addresses), {}
    for address in waiting:  # it grows
        answer = client.get(address)
        told[address] = answer.status_code
        if answer.headers.get("content-type", "").startswith("text/html"):
            for link in (link.partition("#")[0] for _, link in links_of(answer.text)):
                if link.startswith("/") and not (kinds := kinds_of(client, link)) <= seen:
                    seen |= kinds
                    waiting.append(link)
    return told


def test_web_1_reading_every_page_changes_nothing(filled: Engine, visit: Visit) -> None:
    clients = [visit(filled, person=person) for person in (ADMIN, HEAD)]
    routes = addresses(filled, clients[0])
    seen = {kind for address in routes.values() for kind in kinds_of(clients[0], address)}
    before, noted = dump(filled, without=NOTES), set(acts_noted(filled))
    found: set[str] = set()
    for client in clients:
        client.follow_redirects = False
        told = read(client, routes.values(), seen)
        assert [each for each, status in told.items() if status >= 500 and each != "/readyz"] == []
        found |= {address for address, status in told.items() if status == 200}
    assert {route for route, address in routes.items() if address not in found} == set(ELSEWHERE)
    assert dump(filled, without=NOTES) == before
    assert set(acts_noted(filled)) - noted <= {Act.REFUSED}
