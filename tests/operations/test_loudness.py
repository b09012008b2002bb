"""What is wrong with the service is told on every page, to machines and to operators (OBS-1, OBS-2, OBS-3).

Each condition has its own code in ``/readyz``, its own number in ``/metrics`` and its own sentence in the
banner, and goes by itself when what it tells of is over.
"""

from __future__ import annotations

import shutil
import time
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import Engine, select
from starlette.testclient import TestClient

from tests.operations.mail_away import a_message, end_of, refused_mail, taken_mail
from tests.operations.test_operations import BOOK, TODAY, samples, tick
from tests.people import ADMIN, a_person, sign_in
from tests.web.conftest import HOME, Visit
from tests.web.reading import text_of
from tests.web.register import NOW
from tracker.clock import FixedClock
from tracker.domain.acts import Act
from tracker.domain.messages import ChannelKind, Fault
from tracker.domain.people import NOWHERE
from tracker.domain.roles import Role
from tracker.domain.timekeeping import Jump, Look
from tracker.domain.vocabulary import Language
from tracker.render.catalogs import load_catalogs
from tracker.scheduler import Tick
from tracker.services import conditions, keeping_time, operating
from tracker.services.operating import CODES
from tracker.settings import Settings
from tracker.store import accounts, jobs, journal, outbox, people, ways
from tracker.store.engine import reading, transaction
from tracker.store.jobs import Job
from tracker.store.outbox import Note
from tracker.store.reminder_tables import MESSAGE
from tracker.web import background
from tracker.web.app import create_app

EN = load_catalogs()[Language.EN]
NEARLY_FULL = SimpleNamespace(total=2**40, used=2**40 - 2**30, free=2**30)
ROOMY = SimpleNamespace(total=2**40, used=2**39, free=2**39)


@dataclass
class MovedClock:
    """A clock that a test moves."""

    moment: datetime = NOW

    def now(self) -> datetime:
        return self.moment


def late(engine: Engine) -> Callable[[], None]:
    """Nobody listens where the mail server was: each try puts the letter off, the last one for long."""
    a_message(engine)
    refused_mail(engine, minutes_ago=(16, 14, 9, 4))
    with reading(engine) as session:
        tried = session.execute(select(MESSAGE.c.not_before, MESSAGE.c.attempts, MESSAGE.c.code)).one()
    assert (tried.not_before > NOW, tried.attempts >= 2, tried.code) == (True, True, Fault.UNREACHABLE)
    return lambda: taken_mail(engine)


def dead(engine: Engine) -> Callable[[], None]:
    a_message(engine)
    end_of(engine, dead=True)

    def another_way() -> None:
        with transaction(engine) as session:
            person = people.number_of(session, "a@example.kz") or 0
            outbox.put(session, [Note("k2", person, ChannelKind.MAIL, "test", 0, NOW)], at=NOW)
        end_of(engine, dead=False)

    return another_way


def ran(engine: Engine, job: Job) -> Callable[[], None]:
    def run() -> None:
        with transaction(engine) as session:
            jobs.record(session, job, began_at=NOW, ended_at=NOW, day=TODAY)

    return run


def missed(engine: Engine) -> Callable[[], None]:
    at = NOW - timedelta(seconds=121)
    with transaction(engine) as session:
        jobs.record(session, Job.TICK, began_at=at, ended_at=at)
    return ran(engine, Job.TICK)


def jumped(engine: Engine) -> Callable[[], None]:
    with transaction(engine) as session:
        keeping_time.open_jump(session, Jump(timedelta(days=1), Look(NOW, timedelta())))

    def confirmed() -> None:
        with transaction(engine) as session:
            assert keeping_time.confirm(session, now=NOW)

    return confirmed


def old_file(engine: Engine) -> Callable[[], None]:
    def came(days: int) -> None:
        with transaction(engine) as session:
            at = NOW - timedelta(days=days)
            journal.append(session, at=at, actor="x", action=Act.IMPORT, subject="schools", detail={})

    came(31)
    return lambda: came(1)


def failed(engine: Engine, job: Job = Job.UPKEEP) -> Callable[[], None]:
    with transaction(engine) as session:
        jobs.fail(session, job, began_at=NOW, ended_at=NOW, error="ValueError")
    return ran(engine, job)


def stale(engine: Engine) -> Callable[[], None]:
    return failed(engine, Job.EVALUATION)


def unproved(engine: Engine) -> Callable[[], None]:
    """Proofs of life are asked for since yesterday, and today's was not sent yet."""
    an_admin(engine)
    with transaction(engine) as session:
        since = (NOW - timedelta(days=1)).isoformat()
        jobs.record(session, Job.CANARY, began_at=NOW, ended_at=NOW, day=TODAY, since=since)
        person = people.number_of(session, "boss@example.kz") or 0
        outbox.put(
            session,
            [Note(f"canary:{TODAY}", person, ChannelKind.MAIL, "test", 0, NOW)],
            at=NOW - timedelta(minutes=11),
        )
    return lambda: end_of(engine, dead=False)


def unheard(engine: Engine) -> Callable[[], None]:
    """Delivery was stopped and forgotten."""
    with transaction(engine) as session:
        at = NOW - conditions.AWAY - timedelta(seconds=1)
        operating.leave(session, Job.DELIVERY, now=at, is_dead=False, away=conditions.AWAY)
    return ran(engine, Job.DELIVERY)


def untold(engine: Engine) -> Callable[[], None]:
    """In a region reminders are owed and nobody is there in any rank."""
    with transaction(engine) as session:
        jobs.record(session, Job.REMINDERS, began_at=NOW, ended_at=NOW, untold={"71": 2, "": 1})
    return ran(engine, Job.REMINDERS)


def without_way(engine: Engine) -> Callable[[], None]:
    """Two people were owed what no letter could bring to them."""
    with transaction(engine) as session:
        jobs.record(session, Job.REMINDERS, began_at=NOW, ended_at=NOW, no_way=2)
    return ran(engine, Job.REMINDERS)


def refused(engine: Engine) -> Callable[[], None]:
    """The mail server does not take our password, so a message waits."""
    a_message(engine)
    with transaction(engine) as session:
        session.execute(MESSAGE.update().values(code=Fault.SIGN_IN, not_before=NOW))
    return lambda: end_of(engine, dead=False)


WRONG = {
    "messages": late, "undelivered": dead, "tick": missed, "clock": jumped, "file": old_file, "job": failed,
    "evaluation": stale, "canary": unproved, "delivery": unheard,
    "untold": untold, "refused": refused, "no_way": without_way,
}  # fmt: skip


def told(engine: Engine, visit: Visit, language: Language = Language.EN) -> tuple[bool, list[str], bool]:
    """Whether the banner, ``/readyz`` and ``/metrics`` tell of anything: all that they tell."""
    client = visit(engine, language)
    client.app.state.house.lookout.look()  # type: ignore[attr-defined]  # an app of ours
    page = client.get("/policy").text
    reasons = client.get("/readyz").json()["reasons"]
    counted = any(value for (name, _), value in samples(client).items() if name == "tracker_condition_bad")
    return "notice-alarm" in page, reasons, counted


@pytest.fixture(autouse=True)
def roomy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk with room, whatever this machine's is."""
    monkeypatch.setattr(shutil, "disk_usage", lambda path: ROOMY)


@pytest.mark.parametrize("code", WRONG)
def test_obs_2_each_condition_is_told_everywhere_and_goes_by_itself(
    empty: Engine, visit: Visit, code: str
) -> None:
    tick(empty)
    assert told(empty, visit) == (False, [], False)
    mend = WRONG[code](empty)
    banner, reasons, counted = told(empty, visit)
    assert (banner, counted) == (True, True)
    assert CODES[code] in reasons
    mend()
    assert told(empty, visit) == (False, [], False)


def test_obs_2_what_lies_outside_of_the_database_is_a_condition_too(
    empty: Engine, visit: Visit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tick(empty)
    (tmp_path / "tzdata.zi").write_text("# version 2019c\n")
    with monkeypatch.context() as broken:
        broken.setattr(shutil, "disk_usage", lambda path: NEARLY_FULL)
        broken.setattr(zoneinfo, "TZPATH", (str(tmp_path),))
        assert told(empty, visit) == (True, ["room_short", "zones_old"], True)
    assert told(empty, visit) == (False, [], False)


def test_a_message_of_somebody_who_has_left_is_nobodys_to_mend(empty: Engine, visit: Visit) -> None:
    tick(empty)
    dead(empty)
    assert told(empty, visit)[1] == ["messages_dead"]
    with transaction(empty) as session:
        accounts.change(session, people.number_of(session, "a@example.kz") or 0, {"disabled_at": NOW})
    assert told(empty, visit)[1] == []


def test_rem_5_where_nobody_is_left_to_be_told_those_who_can_invite_somebody_see_where(
    filled: Engine, visit: Visit
) -> None:
    beat, client = Tick(filled, BOOK, FixedClock(NOW)), visit(filled, Language.EN)
    for person, regions in (
        (None, {"59", "71", "none"}), (a_person(Role.REVIEWER, "59"), {"71", "none"}),
        (a_person(Role.MINISTRY), set()),
    ):  # fmt: skip
        if person is not None:
            sign_in(filled, person)
        beat()
        found = samples(client).items()
        untold = {labels[0][1]: value for (name, labels), value in found if name == "tracker_untold_needs"}
        assert set(untold) == regions
        assert ("nobody_to_tell" in client.get("/readyz").json()["reasons"]) == bool(regions)
        page = text_of(client.get("/people").text)
        assert all(f"{EN.say(f'region.{each}')}: {number:.0f}" in page for each, number in untold.items())
        assert (EN.say("people.untold") in page) == bool(regions)


READERS = (ADMIN, *(a_person(role, "59") for role in Role if role is not Role.ADMIN), None)


@pytest.mark.parametrize("language", Language)
def test_obs_1_every_reader_is_told_what_it_means_to_her(
    empty: Engine, visit: Visit, language: Language
) -> None:
    missed(empty)
    words = load_catalogs()[language]
    client = visit(empty, language, person=None)
    client.app.state.house.lookout.look()  # type: ignore[attr-defined]  # an app of ours
    for person in READERS:
        client.cookies.clear()
        if person is not None:
            client.cookies.set("tracker", sign_in(empty, person))
        for path in ("/sign-in", "/no-such-page") if person is None else ("/account", "/no-such-page"):
            page = client.get(path).text
            assert page.count("notice-alarm") == 1, (person, path)
            said = text_of(page)
            assert words.say("alarms.title") in said
            assert words.say("alarm.tick", at="15.01.2027 10:57") in said
            before_list = page.split("notice-alarm")[1].split("<ul>")[0]
            assert ('href="/operations"' in before_list) == (person is ADMIN)


def test_only_operators_are_told_what_only_they_can_mend(empty: Engine, visit: Visit) -> None:
    failed(empty)
    for person in (ADMIN, a_person(Role.MINISTRY)):
        client = visit(empty, person=person)
        client.app.state.house.lookout.look()  # type: ignore[attr-defined]  # as above
        assert ("notice-alarm" in client.get("/account").text) == (person is ADMIN)


def test_obs_1_a_heartbeat_gets_old_in_memory_so_a_wedged_scheduler_shows_in_two_minutes(
    empty: Engine,
) -> None:
    clock = MovedClock()
    tick(empty)
    app = create_app(Settings(), clock, empty)
    app.state.house.lookout.look()
    client = TestClient(app, base_url=HOME)
    for seconds in (120, 121):
        clock.moment = NOW + timedelta(seconds=seconds)
        assert ("notice-alarm" in client.get("/sign-in").text) == (seconds > 120)


def test_obs_1_every_server_looks_by_itself_while_it_lives(
    empty: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "SECONDS", 0.01)
    with TestClient(create_app(Settings(), FixedClock(NOW), empty), base_url=HOME) as client:
        missed(empty)
        give_up = time.monotonic() + 10
        while "notice-alarm" not in client.get("/sign-in").text:
            assert time.monotonic() < give_up


def test_a_heartbeat_of_the_future_is_not_one_of_now(empty: Engine) -> None:
    with transaction(empty) as session:
        at = NOW + timedelta(days=3650)
        jobs.record(session, Job.TICK, began_at=at, ended_at=at)
    assert "tick_late" in operating.shortcomings(empty, now=NOW, today=TODAY)


def an_admin(engine: Engine) -> None:
    """Somebody who runs the service and reads mail and Telegram."""
    with transaction(engine) as session:
        person = people.add_person(
            session, email="boss@example.kz", name="Ә", role=Role.ADMIN, reach=NOWHERE, at=NOW
        )
        ways.add(session, person, ChannelKind.TELEGRAM, "77", at=NOW, confirmed=True)


def test_flt_16_who_says_that_the_clock_is_right_is_in_the_journal_and_the_banner_goes_at_once(
    empty: Engine, visit: Visit
) -> None:
    jumped(empty)
    client = visit(empty, Language.EN)
    client.app.state.house.lookout.look()  # type: ignore[attr-defined]  # as above
    page = client.get("/operations").text
    assert "notice-alarm" in page
    assert 'action="/operations/clock"' in page
    assert visit(empty, person=a_person(Role.MINISTRY)).post("/operations/clock").status_code == 403
    for _ in range(2):
        after = client.post("/operations/clock").text
        assert "notice-alarm" not in after
        assert 'action="/operations/clock"' not in after
    with reading(empty) as session:
        (entry,) = journal.entries(session, action=Act.CLOCK_CONFIRMED)
    assert entry.actor.startswith("person:")
    assert entry.at == NOW
    assert entry.details["address"]
