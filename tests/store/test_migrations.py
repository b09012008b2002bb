"""The schema: one line of revisions, the same as the tables, reached once however many start at once."""

from __future__ import annotations

import hashlib
import multiprocessing
import re
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.engine import make_url

from tracker.domain.errors import DatabaseNotReady
from tracker.paths import bundled
from tracker.store import migrate
from tracker.store.engine import make_engine
from tracker.store.tables import Base

STARTERS = 8
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tracker.store.migrate", "tracker.store.tables"])


def test_revisions_form_one_line_with_unbroken_numbers() -> None:
    scripts = ScriptDirectory.from_config(migrate.config())
    numbers = sorted(script.revision for script in scripts.walk_revisions())
    assert len(scripts.get_heads()) == 1
    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]
    files = sorted(path.name for path in (bundled("alembic") / "versions").glob("*.py"))
    assert [name[:4] for name in files] == numbers
    assert all(re.fullmatch(r"\d{4}_[a-z0-9_]+\.py", name) for name in files)


def test_the_tables_and_the_migrations_say_the_same(engine: Engine) -> None:
    with engine.begin() as connection:
        command.check(migrate.config(connection))


def test_constraints_of_the_tables_stand_in_the_database(engine: Engine) -> None:
    found = inspect(engine)
    for table in Base.metadata.sorted_tables:
        wanted = {str(check.name) for check in table.constraints if str(check.name).startswith("ck_")}
        assert {check["name"] for check in found.get_check_constraints(table.name)} == wanted, table.name


def test_up_and_down_and_up_again(empty_database_url: str) -> None:
    engine = make_engine(empty_database_url)
    assert migrate.upgrade(engine) is True
    with engine.begin() as connection:
        command.downgrade(migrate.config(connection), "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    assert migrate.state(engine) == migrate.MISSING
    assert migrate.upgrade(engine) is True
    assert migrate.upgrade(engine) is False
    assert migrate.state(engine) == migrate.READY
    engine.dispose()


def start(url: str, together: Barrier, said: Queue[tuple[bool, str]]) -> None:
    """What one process does."""
    engine = make_engine(url)
    together.wait(60)
    done = migrate.upgrade(engine)
    said.put((done, migrate.state(engine)))


def start_all(url: str) -> list[tuple[bool, str]]:
    """Eight processes at the same moment, and what each of them did and found."""
    said: Queue[tuple[bool, str]] = PROCESSES.Queue()
    together = PROCESSES.Barrier(STARTERS)
    starters = [PROCESSES.Process(target=start, args=(url, together, said)) for _ in range(STARTERS)]
    for starter in starters:
        starter.start()
    found = [said.get(timeout=60) for _ in starters]
    for starter in starters:
        starter.join(60)
    assert [starter.exitcode for starter in starters] == [0] * STARTERS
    return sorted(found)


ONE_MIGRATED = [(False, "ready")] * (STARTERS - 1) + [(True, "ready")]


def test_of_eight_processes_on_an_empty_database_one_migrates_and_seven_wait(empty_database_url: str) -> None:
    assert start_all(empty_database_url) == ONE_MIGRATED


def test_of_eight_processes_on_an_old_database_one_migrates_and_seven_wait(empty_database_url: str) -> None:
    engine = make_engine(empty_database_url)
    migrate.upgrade(engine)
    with engine.begin() as connection:
        command.downgrade(migrate.config(connection), "0001")
    assert migrate.state(engine) == migrate.OLD
    with pytest.raises(DatabaseNotReady):
        migrate.require_ready(engine)
    engine.dispose()
    assert start_all(empty_database_url) == ONE_MIGRATED


def test_an_older_program_refuses_a_newer_schema_and_writes_nothing(database_url: str) -> None:
    raw = create_engine(database_url)
    with raw.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    raw.dispose()
    before = digest_of(database_url)
    engine = make_engine(database_url)
    assert migrate.state(engine) == migrate.NEWER
    for refuse in (migrate.require_ready, migrate.upgrade):
        with pytest.raises(DatabaseNotReady) as refused:
            refuse(engine)
        assert refused.value.details["reason"] == "newer"
    engine.dispose()
    assert digest_of(database_url) == before


def digest_of(url: str) -> str:
    """Of the file, or of what a PostgreSQL database says of its own shape."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return hashlib.sha256(Path(str(parsed.database)).read_bytes()).hexdigest()
    columns = "SELECT table_name, column_name, data_type FROM information_schema.columns ORDER BY 1, 2"
    engine = create_engine(url)
    with engine.connect() as connection:
        shape = [
            connection.execute(text(query)).all() for query in (columns, "SELECT * FROM alembic_version")
        ]
    engine.dispose()
    return repr(shape)


def test_a_database_that_is_not_there_is_missing_and_stays_away(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'none.db'}")
    assert migrate.state(engine) == migrate.MISSING
    with pytest.raises(DatabaseNotReady):
        migrate.require_ready(engine)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_does_not_exist_is_no_place_for_a_database(tmp_path: Path) -> None:
    with pytest.raises(DatabaseNotReady):
        migrate.upgrade(make_engine(f"sqlite:///{tmp_path / 'nowhere' / 'tracker.db'}"))


def test_a_new_revision_needs_nothing_of_ours(empty_database_url: str, tmp_path: Path) -> None:
    engine = make_engine(empty_database_url)
    if engine.dialect.name == "sqlite":
        Path(str(engine.url.database)).touch()
    with engine.begin() as connection:
        config = migrate.config(connection)
        config.set_main_option("version_locations", str(tmp_path / "versions"))
        config.set_main_option("path_separator", "os")
        command.revision(config, "everything", autogenerate=True, rev_id="0001")
    engine.dispose()
    (written,) = (tmp_path / "versions").glob("*.py")
    source = written.read_text(encoding="utf-8")
    assert "tracker" not in source
    compile(source, written.name, "exec")
