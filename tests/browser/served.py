"""A real server on this machine, the people who may open it, and every page that it has."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import uvicorn
from fastapi import FastAPI
from sqlalchemy import Engine

from tests.people import ADMIN, a_person, sign_in
from tests.web.register import FAILED, INTERIM, NEVER, NOW, STALLED, USED_UP
from tracker.clock import FixedClock, legal_day
from tracker.domain.people import Person
from tracker.domain.register import RegisterKind
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Service
from tracker.services import deciding
from tracker.services.acting import Author
from tracker.services.deciding import Wanted
from tracker.services.evaluating import Book
from tracker.services.proposing import standing_for
from tracker.settings import Settings
from tracker.store import asks, links, people, uploads
from tracker.store.credentials import set_password
from tracker.store.engine import transaction
from tracker.store.scope import EVERYTHING
from tracker.web.app import create_app
from tracker.web.rules import rules_of

NOT_FOR_PEOPLE = ("/api/", "/openapi.json", "/healthz", "/readyz", "/metrics", "/calendar/", "/sign-in/")
"""What programs read, and the ways to another provider, which are no pages of ours."""

SECRET = "words-that-only-this-server-of-the-tests-has-seen"
SPOILT = (
    "school_id;name;region\n100000000001;Жаңа мектеп;59\n100000000003;;59\n100000000004;Төртінші;Нарния\n"
)
MORE = {
    "/": ("/?region=59", "/?on=2026-12-01"),
    "/cliff": ("/cliff?begun=any&per=contract", "/cliff?start=passed&region=59"),
    "/losses": ("/losses?region=59&per=school", "/losses?region=59&district=none"),
    "/months": ("/months?region=59",),
    "/queue": ("/queue?state=uncovered", "/queue?q=nothing"),
    "/schools": ("/schools?region=59",),
    "/corrections": (
        f"/corrections?kind=contracts&school_id={STALLED}&number=K-2",
        f"/corrections?kind=schools&school_id={STALLED}",
    ),
    "/history": (f"/history?school_id={STALLED}&on=2027-01-10", "/history?region=59&on=2027-01-10"),
    "/purchases/{school_id:path}": (
        f"/purchases/{STALLED}?trouble=no_bids&then=repeat",
        f"/purchases/{INTERIM}?trouble=suspended",
        f"/purchases/{NEVER}",
    ),
    "/schools/{school_id:path}": (
        *(f"/schools/{each}" for each in (INTERIM, NEVER)),
        f"/schools/{USED_UP}?on=2027-01-20",
    ),
}
"""Addresses at which a page shows something else."""


NOT_THERE = ("/no-such-page", "/corrections")
"""Pages that are not found: one is none, one is nothing without what is to be corrected."""

REVIEWER = a_person(Role.REVIEWER, "59", name="drafter")
"""Who drafted the decision that pages show."""


@dataclass
class Served:
    """A server over a database."""

    home: str
    engine: Engine
    app: FastAPI
    cookies: dict[str, str] = field(default_factory=dict)
    decided: tuple[int, ...] = ()

    def cookie(self, person: Person) -> str:
        """The cookie with which this person is signed in."""
        if person.email not in self.cookies:
            self.cookies[person.email] = sign_in(self.engine, person)
        return self.cookies[person.email]

    def pages(self) -> tuple[str, ...]:
        """An address of every page that an administrator may open; a new blank in a path needs an example."""
        examples = self.examples()
        found: list[str] = []
        for path, method, action in rules_of(self.app):
            is_hers = action is None or ADMIN.may(action)
            if method == "GET" and is_hers and not path.startswith(NOT_FOR_PEOPLE):
                found += [filled_with(examples, path), *MORE.get(path, ())]
        return (*dict.fromkeys(found), "/no-such-page")

    def examples(self) -> dict[str, str]:
        """Something for every blank in a path."""
        self.cookie(ADMIN)
        with transaction(self.engine) as session:
            number = people.number_of(session, ADMIN.email)
            assert number is not None
            set_password(session, number, "a hash")
            kind, spoilt = RegisterKind.SCHOOLS, SPOILT.encode()
            token = uploads.keep(session, kind, spoilt, filename="new.csv", at=NOW, person_id=number)
            secret = links.make_link(session, number, links.Purpose.INVITATION, at=NOW)
            key, _ = asks.add_ask(session, STALLED, Service.CHANNEL, actor=f"person:{number}", at=NOW)
        return {
            "school_id": STALLED, "token": token, "number": str(number), "secret": secret, "key": key,
            "decision": self._decision(), "tender": "T-2", "contract": "K-3-1",
        }  # fmt: skip

    def _decision(self) -> str:
        """The number of the draft that stands for a school without a tender."""
        self.cookie(REVIEWER)
        with transaction(self.engine, seeing=EVERYTHING) as session:
            number = people.number_of(session, REVIEWER.email)
            assert number is not None
            person, key = replace(REVIEWER, id=number), (FAILED, Service.CHANNEL)
            author, wanted, book = Author(person.mark, NOW), Wanted(reason="асықпай"), Book.load()
            deciding.draft(session, author, person, [key], wanted, book=book, on=legal_day(NOW))
            standing = standing_for(session, EVERYTHING).get(key)
            return str(standing.number) if standing else "1"  # a register that is empty has none


def filled_with(examples: Mapping[str, str], path: str) -> str:
    """A path with an example in each of its blanks."""
    named = path.replace("{number}", "{decision}") if path.startswith("/decisions/") else path
    named = named.replace("{number:path}", "{tender}" if "tenders" in path else "{contract}")
    return re.sub(r"\{(\w+)(:path)?\}", lambda blank: examples[blank[1]], named)


@contextmanager
def served(engine: Engine) -> Iterator[Served]:
    """Serve while the block lasts; the clock stands still."""
    app = create_app(Settings(secret=SECRET), FixedClock(NOW), engine)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield Served(f"http://127.0.0.1:{listener.getsockname()[1]}", engine, app)
        server.should_exit = True
        thread.join()
