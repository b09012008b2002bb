"""A country whose people are told: a real database, a clock that a test sets, receivers that take notes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine

from tests.loops import run
from tests.web.register import NOW, fill
from tracker.clock import LEGAL_ZONE
from tracker.domain.messages import ChannelKind, Delivery, Fate, Letter
from tracker.domain.people import Reach
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.render.catalogs import load_catalogs
from tracker.render.environment import make_voices
from tracker.render.letters import make_letters
from tracker.services import reminding
from tracker.services.delivering import LEASE, Dispatcher, Write
from tracker.services.evaluating import Book
from tracker.services.reminding import Owed, Question
from tracker.services.wording import Writer
from tracker.store import people, ways
from tracker.store.engine import transaction

BOOK = Book.load()
LETTERS = make_letters(
    make_voices(load_catalogs(), zone=LEGAL_ZONE),
    clauses=BOOK.policy.clauses,
    home="https://tracker.example.kz",
)


WRITER = Writer(LETTERS, Language.KK, None)


@dataclass
class Receiver:
    """A peer: it notes every letter and answers as ``says`` decides, after so many seconds."""

    says: Callable[[Letter], Delivery] = lambda _: Delivery(Fate.SENT)
    seconds: float = 0.0
    got: list[Letter] = field(default_factory=list)

    async def send(self, letter: Letter) -> Delivery:
        """Note a letter."""
        self.got.append(letter)
        await asyncio.sleep(self.seconds)
        return self.says(letter)

    async def close(self) -> None:
        """Nothing is kept open."""

    @property
    def keys(self) -> list[str]:
        """The keys of all that came, in the order in which it came."""
        return [letter.key for letter in self.got]


@dataclass
class Service:
    """The service at work, round by round."""

    engine: Engine
    now: datetime = NOW
    mail: Receiver = field(default_factory=Receiver)
    telegram: Receiver = field(default_factory=Receiver)
    by: tuple[ChannelKind, ...] = tuple(ChannelKind)
    last: Question | None = None
    book: Book = field(default_factory=lambda: Book(BOOK.policy))
    """Its own: files of tests may bear the name of an earlier one, and answers are kept by the name."""

    def add(self, name: str, role: Role, *regions: str) -> int:
        """Somebody who is told, since long ago."""
        with transaction(self.engine) as session:
            return people.add_person(
                session,
                email=f"{name}@example.kz",
                name=name,
                role=role,
                reach=Reach(regions=frozenset(regions)),
                at=NOW - timedelta(days=300),
                language=Language.RU,
            )

    def connect(self, person: int, chat: str) -> int:
        """A person's chat."""
        with transaction(self.engine) as session:
            return ways.add(session, person, ChannelKind.TELEGRAM, chat, at=self.now, confirmed=True)

    def owe(self) -> Owed:
        """One look."""
        self.last, owed = reminding.owe(self.engine, now=self.now, book=self.book, by=self.by, last=self.last)
        return owed

    def dispatcher(self, *, lease: timedelta = LEASE, writer: Write = WRITER) -> Dispatcher:
        """Another process that sends."""
        hands = {ChannelKind.MAIL: (self.mail,), ChannelKind.TELEGRAM: (self.telegram,)}
        hands = {kind: each for kind, each in hands.items() if kind in self.by}
        return Dispatcher(self.engine, lambda: self.now, hands, writer, lease)

    def deliver(self) -> int:
        """Send everything that is due."""
        return run(self.dispatcher().run())

    def round(self) -> int:
        """Owe and deliver."""
        self.owe()
        return self.deliver()

    def on(self, day: str) -> Service:
        """Let it be noon of a day."""
        self.now = datetime.combine(date.fromisoformat(day), NOW.timetz())
        return self


@pytest.fixture
def service(engine: Engine) -> Service:
    """The small country on both kinds of database in turn; nobody is there to be told yet."""
    fill(engine)
    return Service(engine)
