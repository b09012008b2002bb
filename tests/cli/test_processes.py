"""What only real processes show: many at once, the server, the civil day, the demo."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_settings import HOME, READY
from tests.commands import PATIENCE_SECONDS, Commands, Said
from tests.office import csv_of
from tests.people import ADMIN, sign_in
from tests.web.register import COVERED, a_school
from tracker.domain.register import RegisterKind
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.render.catalogs import load_catalogs
from tracker.services.demo_people import OWN_SCHOOLS
from tracker.store import people, registry
from tracker.store.engine import make_engine, reading
from tracker.store.flags import open_flags
from tracker.store.people_tables import PERSON
from tracker.store.registry import Recording
from tracker.store.scope import EVERYTHING

pytestmark = pytest.mark.xdist_group("processes")
WORDS = load_catalogs()[Language.EN]


def at_once(tracker: Commands, commands: list[tuple[str, ...]]) -> list[Said]:
    """Start all these processes at the same moment and wait for them."""
    with ThreadPoolExecutor(len(commands)) as pool:
        return list(pool.map(lambda words: tracker.process(*words), commands))


def test_different_files_at_once_are_all_taken_in(tracker: Commands) -> None:
    tracker.good("migrate")
    names = [
        tracker.file(f"{n}.csv", csv_of(RegisterKind.SCHOOLS, [a_school(f"S-{n}", f"{n}")])) for n in range(3)
    ]
    reports = at_once(tracker, [("import", "schools", name) for name in names])
    assert [said.status for said in reports] == [0] * 3, reports
    assert tracker.good("evaluate", "--format", "json").json["counts"]["needs"] == 3
    tracker.good("verify")


@pytest.fixture
def machine_zone() -> Iterator[Callable[[str], None]]:
    """Sets the zone of this machine until the test is over."""
    with pytest.MonkeyPatch.context() as patch:

        def turn(zone: str) -> None:
            patch.setenv("TZ", zone)
            time.tzset()

        yield turn
    time.tzset()


@pytest.mark.parametrize("zone", ["UTC", "Asia/Almaty", "America/New_York"])
def test_the_legal_day_begins_at_nineteen_hours_utc_wherever_the_machine_stands(
    tracker: Commands, zone: str, machine_zone: Callable[[str], None]
) -> None:
    machine_zone(zone)
    tracker.good("migrate")
    for moment, day in (
        ("2024-02-28T17:59:59Z", "2024-02-28"),  # at UTC+6
        ("2024-02-28T18:00:00Z", "2024-02-29"),
        ("2024-02-29T18:59:59Z", "2024-02-29"),  # the clocks were put back at this midnight
        ("2024-02-29T19:00:00Z", "2024-03-01"),
        ("2024-03-01T18:59:59Z", "2024-03-01"),
        ("2024-03-01T19:00:00Z", "2024-03-02"),
        ("2027-01-15T18:59:59Z", "2027-01-15"),
        ("2027-01-15T19:00:00Z", "2027-01-16"),
    ):
        tracker.at(moment)
        assert tracker.good("evaluate", "--format", "json").json["on"] == day


@contextmanager
def serving(tracker: Commands, *words: str, **changes: str | None) -> Iterator[tuple[int, str]]:
    """A server as people start it: its port, and all it said up to its last word."""
    process = tracker.start(*words, "--port", "0", **changes)
    assert process.stdout is not None
    told = ""
    try:
        while WORDS.say("cli.serving.people") not in told and process.poll() is None:
            told += process.stdout.readline().decode()
        yield int(re.findall(r"http://127.0.0.1:(\d+)", told)[0]), told
    finally:
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=30)
        print(complaints.decode())  # shown beside a failure
    assert b"Traceback" not in complaints
    assert process.returncode == 0


def signed_in(url: str) -> dict[str, str]:
    """What a browser sends whose administrator has signed in."""
    engine = make_engine(url)
    cookie = sign_in(engine, ADMIN)
    engine.dispose()
    return {"cookie": f"tracker={cookie}"}


def answer(port: int, path: str, headers: dict[str, str]) -> Any:  # whatever JSON the address gives
    status, text = asked(port, path, headers)
    assert status == 200, text
    return json.loads(text)


def asked(port: int, path: str, headers: dict[str, str]) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    connection.request("GET", path, headers=headers)
    found = connection.getresponse()
    text = found.read().decode()
    connection.close()
    return found.status, text


@pytest.mark.parametrize("options", [(), ("--no-scheduler",), ("--workers", "2", "--no-scheduler")])
def test_the_server_prints_the_address_at_which_it_answers(
    tracker: Commands, options: tuple[str, ...]
) -> None:
    tracker.fill()
    sitting = signed_in(f"sqlite:///{tracker.database}")
    with serving(tracker, "serve", *options) as (port, said):
        needs = answer(port, "/api/v1/needs?on=2027-01-15", sitting)
        assert asked(port, "/", {})[0] == 303
    assert WORDS.say("cli.serving.loopback") in said
    assert needs["needs"] == tracker.good("evaluate", "--on", "2027-01-15", "--format", "json").json["needs"]


def test_the_server_says_which_address_links_carry_where_it_is_another(tracker: Commands) -> None:
    tracker.good("migrate")
    with serving(tracker, "serve", "--no-scheduler") as (port, said):
        here = f"http://127.0.0.1:{port}"
        assert asked(port, "/healthz", {})[0] == 200
    assert WORDS.say("cli.serving.links", url="http://127.0.0.1:8000", here=here) in said


def test_production_names_the_address_that_people_open_also_behind_a_proxy_of_this_machine(
    tracker: Commands,
) -> None:
    tracker.good("migrate")
    with serving(tracker, "serve", "--no-scheduler", **READY) as (port, said):
        assert asked(port, "/healthz", {})[0] == 200
        assert WORDS.say("cli.serving.network", url=HOME) in said
    assert WORDS.say("cli.serving.loopback") not in said


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody else listens on."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


@pytest.mark.parametrize(
    ("host", "reason"),
    [("127.0.0.1", "taken"), ("192.0.2.1", "foreign"), ("no-such-name.invalid", "foreign")],
)
def test_where_the_server_cannot_listen_it_says_why(
    tracker: Commands, language: Language, taken: int, host: str, reason: str
) -> None:
    tracker.good("migrate")
    words = load_catalogs()[language]
    said = tracker("serve", "--host", host, "--port", str(taken), TRACKER_LANGUAGE=language.value, **READY)
    assert said.status == 3
    assert words.say("error.address_taken") in said.err
    assert words.say(f"error.address_taken.{reason}") in said.err


def test_the_server_judges_by_itself_what_has_come_due(tracker: Commands) -> None:
    tracker.fill()
    tracker.at("2027-02-03T06:00:00Z")
    assert tracker("doctor").status == 1
    with serving(tracker, "serve"):
        give_up = time.monotonic() + 30
        while tracker("doctor").status and time.monotonic() < give_up:
            time.sleep(0.2)
    tracker.good("doctor")
    tracker.good("verify")


def test_a_reader_who_goes_away_is_no_error(tracker: Commands) -> None:
    tracker.fill()
    process = tracker.start("evaluate", "--format", "json")
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    _, complaints = process.communicate(timeout=60)
    assert complaints == b""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Commands:
    """A folder in which the demo was loaded, beside a database of somebody's own."""
    commands = Commands(tmp_path_factory.mktemp("demo"))
    commands.good("migrate")
    commands.good("import", "schools", commands.file("s.csv", f"school_id;name\n{COVERED};Менікі\n"))
    commands.file("own-before", commands.database.read_bytes())
    said = commands.process("demo", "--no-serve", TRACKER_DATABASE_URL="sqlite:///tracker.db")
    assert said.status == 0, said
    assert "demo.db" in said.out
    assert WORDS.say("cli.demo.elsewhere") in said.out
    return commands


def test_the_demo_never_touches_a_database_that_holds_something_else(demo: Commands) -> None:
    assert demo.database.read_bytes() == (demo.folder / "own-before").read_bytes()
    assert (demo.folder / "demo.db").exists()


def test_the_demo_is_whole_and_judged(demo: Commands) -> None:
    demo.good("doctor", TRACKER_DATABASE_URL="sqlite:///demo.db")
    found = demo.good("evaluate", "--on", "2023-03-07", "--format", "json",
                      TRACKER_DATABASE_URL="sqlite:///demo.db").json  # fmt: skip
    assert len({need["school_id"] for need in found["needs"]}) >= 6936


def test_the_demo_is_loaded_once(demo: Commands) -> None:
    before = recordings(demo.folder / "demo.db")
    said = demo.good("demo", "--no-serve", TRACKER_DATABASE_URL=None)
    assert WORDS.say("cli.demo.kept", url="sqlite:///demo.db") in said.out
    assert WORDS.say("cli.demo.elsewhere") not in said.out
    assert recordings(demo.folder / "demo.db") == before


def recordings(database: Path) -> tuple[Recording, ...]:
    """Everything that was ever taken in."""
    engine = make_engine(f"sqlite:///{database}")
    with reading(engine) as session:
        found = registry.recordings(session)
    engine.dispose()
    return found


def test_the_demo_gives_a_ready_sign_in_for_each_role_with_new_passwords_every_time(demo: Commands) -> None:
    def sign_ins() -> dict[str, str]:
        said = demo.good("demo", "--no-serve", TRACKER_DATABASE_URL=None).plain
        return dict(re.findall(r"demo-(\w+)@example\.org (\S{12}) ", said))

    first, again = sign_ins(), sign_ins()
    assert set(first) == set(again) == set(Role)
    assert len({*first.values(), *again.values()}) == 2 * len(Role)


def test_a_demo_that_finds_its_port_taken_leaves_the_sign_ins_of_the_one_that_runs(demo: Commands) -> None:
    before = (demo.folder / "demo.db").read_bytes()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = demo("demo", "--port", str(taken.getsockname()[1]), TRACKER_DATABASE_URL=None)
    assert said.status == 3
    assert "@example.org" not in said.out
    assert (demo.folder / "demo.db").read_bytes() == before


def test_the_officer_of_the_demo_has_something_to_do(demo: Commands) -> None:
    demo.good("demo", "--no-serve", TRACKER_DATABASE_URL=None)
    engine = make_engine(f"sqlite:///{demo.folder / 'demo.db'}")
    with reading(engine, seeing=EVERYTHING) as session:
        reaches = people.reaches_of(session, PERSON.c.email == "demo-officer@example.org")
        (own,) = (reach.schools for reach in reaches.values())
        flagged = {flag.school_id for flag in open_flags(session, EVERYTHING)}
    engine.dispose()
    assert len(own & flagged) == len(own) == OWN_SCHOOLS


def test_the_demo_prints_the_address_at_which_it_answers(demo: Commands) -> None:
    sitting = signed_in(f"sqlite:///{demo.folder / 'demo.db'}")
    with serving(demo, "demo", TRACKER_DATABASE_URL=None) as (port, _):
        regions = answer(port, "/api/v1/regions?on=2023-03-07", sitting)["regions"]
    states = ("covered", "interim", "uncovered", "unknown")
    assert sum(region[state] for region in regions for state in states) == 6936
