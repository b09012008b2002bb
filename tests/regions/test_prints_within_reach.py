"""Last week's report is printed again by whoever came after its printer, and by nobody who sees less."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Engine, insert, select

from tests.regions.country import settle
from tests.store.rows import MOMENT, day
from tracker.domain.errors import DatabaseNotReady
from tracker.domain.register import SchoolRow
from tracker.domain.reports import ReportKind
from tracker.domain.vocabulary import Language
from tracker.store import report_reach, reports
from tracker.store.engine import reading, transaction
from tracker.store.report_tables import PRINTED_REACH, PRINTED_REPORT
from tracker.store.reports import Edition, Printed
from tracker.store.scope import EVERYTHING, Scope

EDITION = Edition("sha256:1", "policy = 1", "calendar = 1")
REPORT = Printed(
    number=0, kind=ReportKind.WEEKLY, region=None, on=day("2027-01-15"), known=MOMENT, language=Language.KK,
    edition=EDITION.edition, digest="sha256:2", printed_by="person:1", printed_at=MOMENT,
)  # fmt: skip
FIRST, SECOND = ("10", "Алға"), ("10", "Мұғалжар")

READERS = {
    "region": Scope.of("10"),
    "other region": Scope.of("11"),
    "both regions": Scope.of("10", "11"),
    "token": Scope(frozenset({"10", "11"}), within=frozenset({"10"})),
    "token elsewhere": Scope(frozenset({"10", "11"}), within=frozenset({"11"})),
    "district": Scope(frozenset(), frozenset({FIRST})),
    "both districts": Scope(frozenset(), frozenset({FIRST, SECOND})),
    "school": Scope(frozenset(), schools=frozenset({"A"})),
    "officer": Scope(frozenset(), officer="a@example.kz"),
    "nobody": Scope(frozenset()),
}
OF_REGION = {"region", "both regions", "token"}
OF_DISTRICT = {*OF_REGION, "district", "both districts"}

PRINTED = {
    "a region": (READERS["region"], "10", OF_REGION),
    "a region by who sees two": (READERS["both regions"], "10", OF_REGION),
    "a region by who sees the country": (EVERYTHING, "10", OF_REGION),
    "two regions": (READERS["both regions"], None, {"both regions"}),
    "two regions by a token of one": (READERS["token"], None, OF_REGION),
    "the country": (EVERYTHING, None, set()),
    "schools of no region": (EVERYTHING, "none", set()),
    "a district": (READERS["district"], None, OF_DISTRICT),
    "two districts": (READERS["both districts"], "10", {*OF_REGION, "both districts"}),
    "her own schools": (READERS["officer"], None, {*OF_DISTRICT, "school", "officer"}),
    "no school at all": (READERS["nobody"], None, set()),
}
"""What was printed by who sees what, of which region; and who else may print it again."""


def print_all(engine: Engine) -> dict[str, int]:
    """Two schools, and a report of the first person for each case; their numbers."""
    settle(
        engine,
        SchoolRow("A", "Мектеп", region="10", district="Алға", officer_email="A@example.kz"),
        SchoolRow("B", "Басқа", region="11"),
        source="both",
    )
    with transaction(engine, seeing=EVERYTHING) as session:
        reports.keep_edition(session, EDITION, at=MOMENT)
        return {
            name: reports.keep(session, replace(REPORT, region=region), scope)
            for name, (scope, region, _) in PRINTED.items()
        }


def seen_by(who: str, numbers: dict[str, int]) -> list[int]:
    """What somebody is to find, the newest first."""
    return sorted((numbers[name] for name, (_, _, wanted) in PRINTED.items() if who in wanted), reverse=True)


def test_whoever_sees_all_schools_of_a_report_finds_it_by_the_filter(engine: Engine) -> None:
    numbers = print_all(engine)
    with reading(engine, seeing=EVERYTHING) as session:
        for who, scope in READERS.items():
            wanted = seen_by(who, numbers)
            assert [each.number for each in reports.list_printed(session, scope, "person:2")] == wanted, who
            assert len(reports.list_printed(session, scope, "person:1")) == len(PRINTED)
            first = min(numbers.values())
            assert (reports.printed(session, scope, first, "person:2") is None) == (first not in wanted), who
            for number in numbers.values():
                assert (report_reach.kept(session, scope, number) is not None) == (number in wanted), who


def test_the_database_itself_shows_it_to_nobody_else(guarded: Engine) -> None:
    numbers = print_all(guarded)
    for who, scope in READERS.items():
        with reading(guarded, seeing=scope) as session:  # the filter asks for everything
            found = reports.list_printed(session, EVERYTHING, "person:2")
            places = session.scalars(select(PRINTED_REACH.c.report_id).distinct())
            assert [each.number for each in found] == seen_by(who, numbers), who
            assert sorted(places, reverse=True) == seen_by(who, numbers), who


def test_her_own_report_is_written_with_its_places_and_a_foreign_one_stays(guarded: Engine) -> None:
    numbers = print_all(guarded)
    own = replace(READERS["region"], person=2)
    with transaction(guarded, seeing=own) as session:
        connection = session.connection()
        assert connection.execute(PRINTED_REACH.delete()).rowcount == 0
        assert connection.execute(PRINTED_REPORT.delete()).rowcount == 0
        number = reports.keep(session, replace(REPORT, printed_by="person:2"), own)
        assert report_reach.kept(session, own, number) == own
        foreign = {"report_id": numbers["a region"], "region": "10"}
    with pytest.raises(DatabaseNotReady, match="refused"), transaction(guarded, seeing=own) as session:
        session.execute(insert(PRINTED_REACH).values(foreign))
    with reading(guarded, seeing=Scope(frozenset(), person=2)) as session:
        assert [each.number for each in reports.list_printed(session, EVERYTHING, "person:2")] == [number]
