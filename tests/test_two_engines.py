"""SQLite and PostgreSQL give the same bytes: assessments, exports and answers (COR-16, law L15)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from tests.databases import PostgresServer, shown
from tests.office import KINDS, Office, csv_of, kind_of
from tests.store.rows import record
from tests.web.conftest import Visit
from tests.web.conftest import visit as visit  # the fixture
from tests.web.register import COVERED, NOW, STALLED, day, small_country
from tests.world_register import register_of, worlds_around
from tracker.domain.register import RegisterKind
from tracker.services.exporting import ExportKind
from tracker.store import registry
from tracker.store.engine import make_engine, reading
from tracker.store.scope import EVERYTHING, Scope

Pair = tuple[Office, Office]
WORLDS = 60


@pytest.fixture
def pair(sqlite_url: str, postgres: PostgresServer, request: pytest.FixtureRequest) -> Iterator[Pair]:
    """Two offices that do the same, each with its own kind of database."""
    url = postgres.create(template=request.getfixturevalue("migrated_postgres"))
    one, other = (Office(make_engine(address)) for address in (sqlite_url, shown(url)))
    yield one, other
    for office in (one, other):
        office.engine.dispose()
    postgres.drop(url)


@pytest.fixture
def worlds(pair: Pair) -> Pair:
    """The same invented worlds, recorded in another order."""
    rows = list(register_of(worlds_around(day("2026-12-01"), day("2027-02-28"), WORLDS)))
    for office in pair:
        record(office.engine, *rows)
        Random(3).shuffle(rows)
    return pair


def test_random_worlds_are_assessed_alike_on_every_day(worlds: Pair) -> None:
    one, other = worlds
    for on in (day("2026-11-01") + timedelta(days=9 * step) for step in range(18)):
        assert one.json(on) == other.json(on)
    for code in ("59", "71"):
        assert one.json(one.today, scope=Scope.of(code)) == other.json(one.today, scope=Scope.of(code))


def test_what_is_kept_and_flagged_from_day_to_day_is_alike(worlds: Pair) -> None:
    one, other = worlds
    for on in ("2026-12-20", "2027-01-01", "2027-01-02", "2027-01-15", "2027-03-01"):
        assert one.evaluate(today=day(on)) == other.evaluate(today=day(on))
        assert one.stored() == other.stored()
        assert one.flags() == other.flags()


@pytest.mark.parametrize("kind", ExportKind)
def test_exports_are_the_same_bytes(worlds: Pair, kind: ExportKind) -> None:
    one, other = worlds
    assert one.export(kind, "csv") == other.export(kind, "csv")


def story(office: Office) -> Iterator[datetime]:
    """Imports and corrections at their moments."""
    country = small_country()
    for step, kind in enumerate(KINDS):
        office.now = NOW - timedelta(days=3) + timedelta(hours=step)
        office.take_in(kind, csv_of(kind, [row for row in country if kind_of(row) is kind]))
        yield office.now
    contract = "contract_number;school_id;start_on;end_on\n"
    for step, data in enumerate((
        f"{contract}K-1;{COVERED};2027-01-01;2027-01-03\n",
        f"{contract}I-1;{STALLED};2027-01-14;2027-03-13\n",
        f"{contract}K-1;{COVERED};2027-01-01;2027-12-31\n",
    )):  # fmt: skip
        office.now = NOW - timedelta(days=1) + timedelta(minutes=step)
        office.take_in(RegisterKind.CONTRACTS, data)
        yield office.now


def test_every_moment_of_a_story_is_known_alike(pair: Pair) -> None:
    one, other = pair
    moments = list(story(one))
    assert moments == list(story(other))
    for moment in moments:
        for on in (date(2026, 12, 31), date(2027, 1, 15)):
            assert one.json(on, known=moment) == other.json(on, known=moment)
    assert one.facts() == other.facts()


def test_the_api_answers_with_the_same_bytes(pair: Pair, visit: Visit) -> None:
    for office in pair:
        list(story(office))
    one, other = (visit(office.engine) for office in pair)
    known = (NOW - timedelta(days=2)).astimezone(UTC).isoformat()
    for path in (
        "needs", "suggestions", "flags", "deadlines", "regions", "imports", f"schools/{STALLED}",
        "tenders/T-2", "contracts/K-1", "deadlines?region=71", "needs?q=әйтеке", "needs?q=АЙТЕКЕ",
        "needs?region=59&state=uncovered", "needs?q=%25",
        f"needs?known={known}",
    ):  # fmt: skip
        said = [client.get(f"/api/v1/{path}") for client in (one, other)]
        assert said[0].status_code == 200
        assert said[0].content == said[1].content, path


@pytest.mark.parametrize("text", ["мектеп", "МЕКТЕП", "әбұ", "аб", "_", "\\", "№ 1", "59", "  ", "ЁЛКА"])
def test_a_search_finds_the_same_schools_in_the_same_order(worlds: Pair, text: str) -> None:
    found = []
    for office in worlds:
        names = ("Әбұ мектебі", "Елка «Ёлка»", "Жоба_1\\2", "Ұстаз", "Ясная", "Ілияс", "№ 12", "№ 2")
        rows = "".join(f"Q-{n};{name}\n" for n, name in enumerate(names))
        office.take_in(RegisterKind.SCHOOLS, "school_id;name\n" + rows)
        with reading(office.engine) as session:
            found.append([s.school_id for s in registry.search_schools(session, EVERYTHING, text)])
    assert found[0] == found[1]
