"""A server over a small country in which it is watched what is due, and the calendars of its people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from httpx2 import Response
from sqlalchemy import Engine

from tests.accounts.conftest import Place
from tests.calendar import strict
from tests.calendar.strict import Component
from tests.calendar.watch import watch
from tests.web.conftest import filled, filled_sqlite
from tracker.domain.people import Person
from tracker.services import subscribing
from tracker.services.acting import Author
from tracker.store.engine import transaction

__all__ = ["filled", "filled_sqlite"]


@pytest.fixture
def place(filled: Engine) -> Place:
    """A server over the small country, watched since today."""
    made = Place(filled)
    watch(filled, made.clock.now())
    return made


@dataclass
class Subscribed:
    """A calendar program that knows one address."""

    place: Place
    secret: str

    def fetch(self, **headers: str) -> Response:
        """Ask for the file, with no cookies."""
        return self.place.browser().get(f"/calendar/{self.secret}.ics", **headers)

    def read(self) -> Component:
        """The calendar as it stands now."""
        answer = self.fetch()
        assert answer.status_code == 200, answer.text
        return strict.read(answer.content)

    def events(self) -> dict[str, Component]:
        """Its entries by UID."""
        return {event["UID"]: event for event in self.read().of("VEVENT")}


Subscribe = Callable[..., Subscribed]


@pytest.fixture
def subscribe(place: Place) -> Subscribe:
    """Makes a calendar of a person, as her own page does."""

    def make(person: Person, region: str | None = None) -> Subscribed:
        author = Author(person.mark, place.clock.now())
        with transaction(place.engine) as session:
            return Subscribed(place, subscribing.subscribe(session, author, person, region))

    return make
