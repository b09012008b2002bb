"""Ten thousand requests of people of twenty regions at once on one worker are not mixed up (CON-10)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from httpx2 import ASGITransport, AsyncClient
from sqlalchemy import Engine

from tests.office import Office
from tests.people import a_person, sign_in
from tests.regions.doors import decision_on
from tests.web.register import NOW
from tracker.clock import FixedClock
from tracker.domain.register import RegisterKind
from tracker.domain.roles import Role
from tracker.feeds.regions import REGIONS
from tracker.settings import Settings
from tracker.store.engine import make_engine
from tracker.web.app import create_app

REQUESTS = 10_000
HOME = "http://127.0.0.1:8000"
CODES = [region.code for region in REGIONS]
PAGES = {
    "/api/v1/needs": 30, "/api/v1/flags": 30, "/api/v1/needs?on=2027-03-01": 30,
    "/schools": 1, "/queue": 1, "/": 1,
}  # fmt: skip
"""What is asked over and over, and how often beside the others."""
DEAR = (
    "/suggestions", "/api/v1/suggestions", "/cliff", "/losses", "/months", "/reports", "/reports/stages",
    "/reports/quality", "/history", "/api/v1/history?on=2027-01-10", "/deadlines", "/asks",
    "/purchases/1000000000{code}", "/decisions/{decision}",
)  # fmt: skip
"""Each person asks these once, somewhere among the others: they judge a whole region or look back."""

UNNAMED = frozenset({"/", *DEAR})
"""Pages on which one's own school need not stand."""

MARK = re.compile(r"(?:CANARY-|1000000000)(\d\d)")


@pytest.fixture
def country(sqlite_url: str) -> Iterator[Engine]:
    """A school without service in each of twenty regions, named after its region, and a draft for it."""
    engine = make_engine(sqlite_url)
    rows = [f"1000000000{code};CANARY-{code};{code};CANARY-{code};2026-01-01" for code in CODES]
    Office(engine).take_in(
        RegisterKind.SCHOOLS, "\n".join(["school_id;name;region;district;needed_from", *rows])
    )
    for number, code in enumerate(CODES, start=1):
        head = a_person(Role.HEAD, code, name=f"head-{code}")
        assert decision_on(engine, f"1000000000{code}", head, f"CANARY-{code}") == number
    yield engine
    engine.dispose()


async def ask(client: AsyncClient, code: str, cookie: str, pages: list[str]) -> list[str]:
    """Ask one page after the other; what of the answers is of another region, or was not answered."""
    wrong = []
    headers = {"cookie": f"tracker={cookie}", "accept-language": "en"}
    for page in pages:
        answer = await client.get(page, headers=headers)
        if answer.status_code != 200 or set(MARK.findall(answer.text)) - {code}:
            wrong.append(f"{code} {page} {answer.status_code}")
        elif page not in UNNAMED and code not in MARK.findall(answer.text):
            wrong.append(f"{code} {page} without her own")
    return wrong


async def crowd(engine: Engine) -> list[str]:
    """Twenty people ask at once, each in an order of her own."""
    app = create_app(Settings(), FixedClock(NOW), engine)
    heads = {code: sign_in(engine, a_person(Role.HEAD, code, name=f"head-{code}")) for code in CODES}
    dice = Random(20)
    async with AsyncClient(transport=ASGITransport(app), base_url=HOME) as client:
        each = REQUESTS // len(CODES) - len(DEAR)
        orders = {
            code: [
                *dice.choices(tuple(PAGES), tuple(PAGES.values()), k=each),
                *(page.format(code=code, decision=decision) for page in DEAR),
            ]
            for decision, code in enumerate(CODES, start=1)
        }
        for order in orders.values():
            dice.shuffle(order)
        asking = [ask(client, code, heads[code], orders[code]) for code in CODES]
        return [wrong for found in await asyncio.gather(*asking) for wrong in found]


@pytest.mark.long
def test_thousands_of_requests_of_twenty_regions_at_once_are_never_mixed(country: Engine) -> None:
    assert len(CODES) == 20
    with ThreadPoolExecutor(max_workers=1) as aside:  # a browser of other tests may keep this thread's loop
        assert aside.submit(asyncio.run, crowd(country)).result() == []
