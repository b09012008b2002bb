"""The invented country is loaded once, whole, and only where nothing of anybody's own lies."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.office import Office
from tests.people import ADMIN, sign_in
from tests.store.rows import MOMENT
from tests.web.register import COVERED, a_school
from tracker.domain.acts import Act
from tracker.domain.errors import DatabaseNotReady
from tracker.domain.register import RegisterKind, SchoolRow
from tracker.services import demonstrating
from tracker.store import intake, journal, references, registry, versions
from tracker.store.engine import make_engine, reading, transaction
from tracker.store.scope import EVERYTHING


def load(office: Office) -> bool:
    with transaction(office.engine) as session:
        return demonstrating.load(session, book=office.book, now=office.now, today=office.today)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # on SQLite the command line is tried
def test_the_whole_country_is_loaded_and_judged_once(office: Office) -> None:
    assert load(office)
    assert not load(office)
    with reading(office.engine) as session:
        assert registry.is_demo(session)
        assert len(registry.list_schools(session, EVERYTHING)) == 6936
        (entry,) = journal.entries(session)
    assert (entry.action, entry.actor, entry.at) == (Act.DEMO, demonstrating.ACTOR, office.now)
    assert entry.details["schools"] == 6936
    run = office.evaluate()
    assert (run.assessed, run.written) == (0, 0)


def test_an_empty_database_is_welcome_migrated_or_not(engine: Engine, empty_database_url: str) -> None:
    assert demonstrating.is_welcome(engine)
    new = make_engine(empty_database_url)
    assert demonstrating.is_welcome(new)
    new.dispose()


def test_a_database_that_holds_the_demo_already_is_welcome(office: Office) -> None:
    with transaction(office.engine) as session:
        seq = versions.open_recording(
            session, at=MOMENT, actor="demo", source=references.DEMO_SOURCE, reason="demo"
        )
        intake.record(session, RegisterKind.SCHOOLS, [SchoolRow("S-1", "Ойдан шығарылған")], seq)
    assert demonstrating.is_welcome(office.engine)


def test_a_database_with_facts_of_somebodys_own_is_left_alone(office: Office) -> None:
    office.take_all_in([a_school(COVERED, "Абай")])
    before = office.facts()
    assert not demonstrating.is_welcome(office.engine)
    assert not load(office)
    assert office.facts() == before


def test_a_database_with_people_of_its_own_is_left_alone(office: Office) -> None:
    """Even before the first file: the accounts of the demo would let anybody in."""
    sign_in(office.engine, ADMIN)
    assert not demonstrating.is_welcome(office.engine)


def test_an_unreachable_database_is_told(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("folder")
    engine = make_engine(f"sqlite:///{folder}")
    with pytest.raises(DatabaseNotReady):
        demonstrating.is_welcome(engine)
    engine.dispose()
