"""``tracker remind --dry-run`` says who is told what and when, and leaves no trace."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from shutil import copyfile

import pytest
from sqlalchemy import func, select

from tests.commands import Commands
from tests.people import sign_in
from tests.reminders.telling import COLLEAGUE, OFFICER, tell
from tests.web.register import ENDING, STALLED
from tracker.store.engine import make_engine, reading
from tracker.store.reminder_tables import DIGEST, MESSAGE


@pytest.fixture
def commands(filled_sqlite: Path, tmp_path: Path) -> Commands:
    """The command line over the small country with its officer."""
    copyfile(filled_sqlite, tmp_path / "tracker.db")
    url = f"sqlite:///{tmp_path / 'tracker.db'}"
    engine = make_engine(url)
    sign_in(engine, OFFICER)
    engine.dispose()
    return Commands(tmp_path, {"TRACKER_DATABASE_URL": url})


def test_it_says_who_is_told_what_in_which_language_and_writes_nothing(commands: Commands) -> None:
    days = ("--from", "2027-01-15", "--to", "2027-02-15")
    found = commands.good("remind", "--dry-run", *days, "--format", "json").json
    assert (found["from"], found["to"]) == ("2027-01-15", "2027-02-15")
    today = [each for each in found["reminders"] if each["on"] == "2027-01-15"]
    assert {each["school_id"] for each in today} == {STALLED, ENDING}
    assert {(each["person"], each["language"]) for each in found["reminders"]} == {(OFFICER.email, "en")}
    later = [each for each in found["reminders"] if each["on"] > "2027-01-15"]
    assert any(each["school_id"] == ENDING and each["deadline"] == "cover_end" for each in later)
    engine = make_engine(commands.environment["TRACKER_DATABASE_URL"])
    with reading(engine) as session:
        kept = [session.scalar(select(func.count()).select_from(each)) for each in (DIGEST, MESSAGE)]
    assert kept == [0, 0]
    assert tell(engine).digests >= 1
    engine.dispose()
    again = commands.good("remind", "--dry-run", "--person", OFFICER.email, "--format", "json").json
    assert again["reminders"] == []  # told by now


def test_it_is_a_table_for_people_and_csv_for_programs(commands: Commands) -> None:
    table = " ".join(commands.good("remind", "--dry-run", "--to", "2027-02-15").plain.split())
    for words in ("Last day of service", "School Үміт", "14 days before"):
        assert words in table, table
    text = commands.good("remind", "--dry-run", "--format", "csv").out
    assert {row["person"] for row in csv.DictReader(io.StringIO(text))} == {OFFICER.email}
    quiet = commands.good("remind", "--dry-run", "--from", "2027-01-17")
    assert "Nobody is told anything" in quiet.plain


def test_it_is_asked_as_of_a_day_as_known_at_a_moment_and_for_a_region(commands: Commands) -> None:
    def schools(*words: str) -> set[tuple[str, str]]:
        found = commands.good("remind", "--dry-run", *words, "--format", "json").json
        return {(each["on"], each["school_id"]) for each in found["reminders"]}

    assert schools("--region", "59") == schools() != set()
    assert schools("--region", "71") == set()
    assert schools("--known", "2027-01-13") == set()  # nothing was recorded yet
    assert schools("--known", "2027-01-14") == schools()
    assert schools("--on", "2027-01-18") == {("2027-01-18", school) for _, school in schools()}
    for words in (("--region", "XX"), ("--on", "x"), ("--known", "x")):
        assert commands("remind", "--dry-run", *words).status == 2


def test_of_one_person_it_says_what_it_says_of_her_among_all(commands: Commands) -> None:
    engine = make_engine(commands.environment["TRACKER_DATABASE_URL"])
    sign_in(engine, COLLEAGUE)
    engine.dispose()
    days = ("--from", "2027-01-15", "--to", "2027-02-15", "--format", "json")
    everybody = commands.good("remind", "--dry-run", *days).json["reminders"]
    hers = commands.good("remind", "--dry-run", *days, "--person", COLLEAGUE.email).json["reminders"]
    assert hers == [each for each in everybody if each["person"] == COLLEAGUE.email]
    assert len(everybody) > len(hers) > 0


def test_it_sends_nothing_and_names_whom_it_does_not_know(commands: Commands) -> None:
    assert commands("remind").status == 2
    for language, word in (("kk", "жоқ"), ("ru", "нет"), ("en", "no account")):
        words = ("remind", "--dry-run", "--person", "nobody@example.kz")
        said = commands(*words, TRACKER_LANGUAGE=language)
        assert (said.status, said.out) == (2, "")
        assert "nobody@example.kz" in said.err
        assert word in said.err


def test_what_lies_too_far_ahead_or_before_its_first_day_is_refused_in_words_and_not_begun(
    commands: Commands,
) -> None:
    for language, word in (("kk", "қажеттілік"), ("ru", "потребностей"), ("en", "needs")):
        said = commands("remind", "--dry-run", "--to", "2069-01-01", TRACKER_LANGUAGE=language)
        assert (said.status, said.out) == (2, "")
        assert all(each in said.err for each in ("2069-01-01", "2028-02-19", word)), said.err
    said = commands("remind", "--dry-run", "--from", "2027-02-01", "--to", "2027-01-31")
    assert (said.status, "2027-01-31" in said.err) == (2, True)
