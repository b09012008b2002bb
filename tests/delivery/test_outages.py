"""REM-2: after an outage of an hour, a day, ten days and thirty everything owed goes out within ten minutes.

The most urgent letter first and in it the worst first, one letter for each reader and in it one line for each
deadline, however many of its leads went by.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from tests.delivery.conftest import Service
from tests.delivery.test_dispatching import NO_LEASE, claim, queue
from tests.people import ADMIN
from tests.store.rows import record
from tests.web.register import COVERED, NOW, a_contract, a_school, day
from tracker.clock import legal_day
from tracker.domain.agreement import Outcome
from tracker.domain.messages import ChannelKind
from tracker.domain.roles import Role
from tracker.domain.vocabulary import HARM, Consequence
from tracker.outgoing import Outgoing
from tracker.scheduler import Tick
from tracker.services import agreeing
from tracker.store import digests, outbox
from tracker.store.digests import Body
from tracker.store.engine import reading, transaction
from tracker.store.outbox import Note
from tracker.store.reminder_tables import MESSAGE, REMINDER

MINUTE = timedelta(minutes=1)
IN_TIME = 10 * MINUTE

CALM = "990740000075"
"""A school of which nothing worse is to be told than that its facts are old."""

PASSED = {
    "2027-01-15": ("30d",),
    "2027-01-18": ("30d", "14d"),
    "2027-01-25": ("30d", "14d", "7d"),
    "2027-02-15": ("30d", "14d", "7d", "1d", "0d"),
}
"""The leads of an end on 1 February, of which people first hear on 15 January, up to each day."""


@dataclass
class Restarted:
    """A process that begins after the outage: its clock goes on by a minute a round."""

    service: Service

    def now(self) -> datetime:
        """What its clock shows."""
        return self.service.now

    def until_all_is_sent(self) -> timedelta:
        """How long it takes by its clock until nothing is left to be sent."""
        began = self.service.now
        tick = Tick(
            self.service.engine, self.service.book, self, Outgoing(self.service.dispatcher(), ear=None)
        )
        while self.service.now - began <= IN_TIME:
            tick()
            self.service.deliver()
            if not queue(self.service).waiting:
                break
            self.service.now += MINUTE
        return self.service.now - began


def left_behind(service: Service, person: int) -> list[str]:
    """What the process that ended had in hand, and what it was to try again meanwhile."""
    keys = ["in hand", "to be tried again"]
    with transaction(service.engine) as session:
        notes = [Note(key, person, ChannelKind.MAIL, "test", at, NOW) for at, key in enumerate(keys, 7)]
        outbox.put(session, notes, at=NOW)
    assert claim(service, "dead", NO_LEASE) is not None
    with transaction(service.engine) as session:
        later = NOW + timedelta(minutes=50)
        again = MESSAGE.c.key == keys[1]
        session.execute(update(MESSAGE).where(again).values(not_before=later, attempts=5, code="busy"))
    return keys


def places(text: str, lines: list[Body]) -> Iterator[tuple[int, int]]:
    """Where each line stands in the text of a letter, and how often: by its place in the list."""
    for number, line in enumerate(lines, 1):
        [part] = [each for each in text.split("\n\n") if each.startswith(f"{number}. ")]
        yield text.index(part), part.count(f"/{line['school_id']}")


@pytest.mark.parametrize(
    ("away", "back"),
    [
        (timedelta(hours=1), "2027-01-15"), (timedelta(days=1), "2027-01-18"),
        (timedelta(days=10), "2027-01-25"), (timedelta(days=30), "2027-02-15"),
    ],
)  # fmt: skip
def test_rem_2_after_an_outage_everything_owed_goes_out_in_ten_minutes_the_most_urgent_first(
    service: Service, away: timedelta, back: str
) -> None:
    elsewhere, person = service.add("s", Role.REVIEWER, "75"), service.add("r", Role.REVIEWER, "59")
    calm = a_school(CALM, "Жақын", region="75", confirmed_on=day(back) - timedelta(days=90))
    record(service.engine, calm, a_contract("K-75", CALM, "2026-01-01", "2028-12-31"), at=NOW)
    record(service.engine, a_contract("K-1", COVERED, "2027-01-01", "2027-02-01"), at=NOW)
    if back != "2027-01-15":
        service.round()
    behind = left_behind(service, elsewhere)
    service.mail.got.clear()
    service.on(back).now += away % timedelta(days=1)
    assert Restarted(service).until_all_is_sent() <= IN_TIME
    worst_first = [person, elsewhere]
    told = [int(key.split(":")[1]) for key in service.mail.keys if key.startswith("digest:")]
    assert told == worst_first
    assert service.mail.keys[len(told) :] == behind
    assert_it_is_whole(service, person, PASSED[back], is_late=back > "2027-01-18")
    assert Service(service.engine, now=service.now).round() == 0


def assert_it_is_whole(service: Service, person: int, passed: tuple[str, ...], *, is_late: bool) -> None:
    """The newest digest of a person tells all that was owed to her, each deadline once, the worst first."""
    with reading(service.engine) as session:
        lines = digests.of_person(session, person, most=1)[0].body["lines"]
        rows = session.execute(select(REMINDER)).all()
        proof = agreeing.of_all(session, ADMIN, legal_day(NOW), legal_day(service.now))
    assert proof.agrees
    assert not proof.counts.get(Outcome.HELD)
    assert all(row.told_on <= legal_day(service.now) for row in rows)
    order = [(HARM[Consequence(line["consequence"])], date.fromisoformat(line["due_on"])) for line in lines]
    assert order == sorted(order)
    assert max(Counter((line["kind"], *line["identity"]) for line in lines).values()) == 1
    [letter] = [each for each in service.mail.got if each.key.startswith(f"digest:{person}:")]
    found = list(places(letter.text, lines))
    assert found == sorted(found)
    assert {count for _, count in found} == {1}
    leads = {row.key.rpartition(":")[2] for row in rows if row.key.startswith(f"cover_end:{COVERED}/")}
    assert leads == set(passed)
    assert any(line["is_late"] for line in lines) is is_late
