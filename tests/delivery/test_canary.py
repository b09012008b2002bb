"""Each day a school that is none enters a gap and its reminder reaches a mailbox by the whole way (OBS-4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text

from tests.channels.mail_servers import sink
from tests.delivery.conftest import BOOK, Service
from tests.loops import run
from tests.web.conftest import Visit, visit
from tests.web.register import NOW
from tracker.domain.days import ONE_DAY
from tracker.domain.errors import SettingsRefused
from tracker.domain.people import NOWHERE
from tracker.domain.roles import Role
from tracker.domain.vocabulary import DeadlineKind
from tracker.outgoing import Outgoing
from tracker.scheduler import Tick
from tracker.services import conditions, evaluating, proving_life
from tracker.services.conditions import Level
from tracker.services.proving_life import CANARY, SCHOOL
from tracker.settings import Settings
from tracker.store import jobs, people, registry
from tracker.store.engine import reading, transaction
from tracker.store.jobs import Job
from tracker.store.scope import EVERYTHING

TO = "canary@example.kz"
LATE = NOW + timedelta(minutes=11)

__all__ = ["visit"]


@dataclass
class Clock:
    """A clock that a test moves."""

    moment: datetime = NOW

    def now(self) -> datetime:
        return self.moment


@dataclass
class Watched:
    """A service that is to prove each day that it lives, by a mail server at an address."""

    service: Service
    url: str = "smtp://127.0.0.1:9"
    to: str = TO
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        settings = Settings(smtp_url=self.url, canary_to=self.to)
        self.outgoing = Outgoing.of(settings, self.service.engine, BOOK, self.clock)
        self.tick = Tick(self.service.engine, BOOK, self.clock, self.outgoing)

    async def round(self) -> int:
        self.tick()
        sent = await self.outgoing.dispatcher.run()
        await self.outgoing.dispatcher.close()
        return sent

    def level(self, now: datetime) -> Level:
        with reading(self.service.engine) as session:
            return conditions.canary(session, jobs.last_runs(session).get(Job.CANARY), now).level


@pytest.fixture
def kept(service: Service) -> Service:
    """The small country with somebody who runs it."""
    with transaction(service.engine) as session:
        people.add_person(session, email="boss@example.kz", name="B", role=Role.ADMIN, reach=NOWHERE, at=NOW)
    return service


def test_obs_4_once_a_day_the_reminder_of_the_gap_is_in_the_mailbox(kept: Service) -> None:
    async def days() -> list[tuple[str, str]]:
        async with sink() as server:
            watched = Watched(kept, server.url)
            for _ in range(2):
                for _ in range(2):
                    await watched.round()
                assert watched.level(watched.clock.moment) is Level.GOOD
                watched.clock.moment += ONE_DAY
            told = [(mail["To"], mail["X-Reminder-Key"]) for mail in server.mails]
            return [each for each in told if not each[1].startswith("alarm:")]  # nobody is there to be told

    assert run(days()) == [(TO, "canary:2027-01-15"), (TO, "canary:2027-01-16")]


def test_obs_4_what_is_not_in_the_mailbox_after_ten_minutes_is_an_alarm_until_it_is(kept: Service) -> None:
    watched = Watched(kept)
    assert watched.level(NOW) is Level.UNKNOWN
    run(watched.round())
    assert watched.level(NOW + timedelta(minutes=10)) is Level.UNKNOWN
    assert watched.level(LATE) is Level.BAD

    async def heal() -> None:
        async with sink() as server:
            again = Watched(kept, server.url, clock=Clock(LATE))
            await again.round()

    run(heal())
    assert watched.level(LATE) is Level.GOOD
    assert watched.level(NOW + ONE_DAY) is Level.BAD


def test_nobody_is_asked_for_a_proof_where_no_mailbox_is_named(kept: Service) -> None:
    run(Watched(kept, to="").round())
    assert Watched(kept).level(LATE) is Level.UNKNOWN
    watched = Watched(kept)
    run(watched.round())
    watched.tick.stop()
    run(Watched(kept, to="").round())
    assert watched.level(LATE) is Level.UNKNOWN


def test_the_school_stands_in_no_table_and_on_no_page(kept: Service, visit: Visit) -> None:
    run(Watched(kept).round())
    with reading(kept.engine, seeing=EVERYTHING) as session:
        schools = [school.school_id for school in registry.list_schools(session, EVERYTHING)]
        kinds = session.execute(text("SELECT count(*) FROM reminder WHERE key LIKE '%canary%'")).scalar_one()
    assert CANARY not in schools
    assert kinds == 0
    for path in ("/", "/schools", "/deadlines", "/queue", "/reminders", "/operations"):
        page = visit(kept.engine).get(path).text.replace("TRACKER_CANARY_TO", "")
        assert SCHOOL.name not in page


def test_what_the_mail_server_never_takes_spoils_nobodys_address_and_is_told_to_no_head(
    kept: Service,
) -> None:
    async def refused() -> None:
        async with sink() as server:
            server.replies[TO] = "550 no such user"
            await Watched(kept, server.url).round()

    run(refused())
    with reading(kept.engine) as session:
        assert session.execute(text("SELECT count(*) FROM way")).scalar_one() == 0
        others = text("SELECT count(*) FROM message WHERE template <> 'alarm'")
        assert session.execute(others).scalar_one() == 1


@pytest.mark.parametrize("on", [date(2027, 1, 15), date(2027, 1, 16), date(2027, 3, 22), date(2028, 2, 29)])
def test_the_rules_see_the_gap_on_working_days_and_days_off_alike(kept: Service, on: date) -> None:
    with reading(kept.engine) as session:
        calendar = evaluating.calendar(session, BOOK)
    digest = proving_life.gap(on, book=BOOK, calendar=calendar)
    found = {line.due.kind: line.due for line in digest.lines}
    assert found[DeadlineKind.COVER_END].due_on == on
    assert found[DeadlineKind.COVER_END].consequence_on == on + ONE_DAY


@pytest.mark.parametrize("text", ["nobody", "a@b, c@d", "a b@c", "<a@b>"])
def test_only_one_mailbox_can_be_named(text: str) -> None:
    with pytest.raises(SettingsRefused):
        Settings.from_env({"TRACKER_CANARY_TO": text})
