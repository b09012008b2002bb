"""Whatever is not possible is said in the reader's language, with what to do, and with its exit status."""

from __future__ import annotations

import os
import re
import socket
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from io import BytesIO
from pathlib import Path
from random import Random

import pytest

from tests.commands import PATIENCE_SECONDS, Commands, Said
from tests.feeds.files import sheet_of, workbook
from tests.web.register import COVERED, STALLED
from tracker.domain.vocabulary import Language
from tracker.law import loader
from tracker.render.catalogs import load_catalogs

CATALOGS = load_catalogs()
FOUND, REFUSED, NOT_NOW = 1, 2, 3
READING = (
    ("evaluate",),
    ("evaluate", "--on", "2027-01-15"),
    ("verify",),
    ("export", "schools", "out.csv"),
    ("import", "schools", "schools.csv"),
    ("import", "schools", "schools.csv", "--dry-run"),
    ("calendar", "list"),
    ("calendar", "set", "2027-01-20", "--off", "--decree", "x"),
    ("serve", "--port", "0"),
)


def tells(said: Said, language: Language, *codes: str) -> bool:
    """Whether the sentences of these codes are said in the language, and no code is said instead."""
    words = CATALOGS[language]
    return all(words.say(code) in said.plain for code in codes) and not any(
        code in said.plain for code in codes
    )


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_without_a_database_every_command_says_how_to_make_one(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    tracker = Commands(tmp_path)
    tracker.file("schools.csv", "school_id;name\nS-1;А\n")
    for language in Language:
        said = tracker(*command, TRACKER_LANGUAGE=language.value)
        assert said.status == NOT_NOW
        assert tells(said, language, "error.database", "error.database.missing")
        assert "tracker migrate" in said.err
    assert not tracker.database.exists()
    assert not (tmp_path / "out.csv").exists()


def damaged(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + Random(1).randbytes(60_000))


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


def old(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")


@pytest.mark.parametrize("spoil", [damaged, newer, old])
def test_a_database_that_cannot_be_used_is_told_and_left_as_it_is(
    filled: Commands, language: Language, spoil: Callable[[Path], None]
) -> None:
    spoil(filled.database)
    before = filled.database.read_bytes()
    for command in READING:
        said = filled(*command, TRACKER_LANGUAGE=language.value)
        assert said.status == NOT_NOW, command
        assert tells(said, language, "error.database", f"error.database.{spoil.__name__}")
    said = filled("doctor", TRACKER_LANGUAGE=language.value)
    assert said.status == FOUND
    assert tells(said, language, f"error.database.{spoil.__name__}")
    assert filled.database.read_bytes() == before


def test_doctor_and_verify_are_content_with_a_good_database(filled: Commands, language: Language) -> None:
    for command in ("verify", "doctor"):
        said = filled(command, TRACKER_LANGUAGE=language.value)
        assert said.status == 0, said
        assert CATALOGS[language].say("cli.check.bad") not in said.out
    assert all(check["good"] for check in filled.good("doctor", "--format", "json").json)


def test_doctor_names_a_mail_server_that_is_not_there(filled: Commands, language: Language) -> None:
    with socket.socket() as silent, ThreadPoolExecutor(1) as aside:  # a browser may keep this thread's loop
        silent.bind(("127.0.0.1", 0))
        url = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        changes = {"TRACKER_LANGUAGE": language.value, "TRACKER_SMTP_URL": url}
        said = aside.submit(filled, "doctor", **changes).result()
    assert said.status == FOUND, said
    words = CATALOGS[language]
    assert f"{words.say('check.mail')}: {words.say('error.mail.unreachable')}" in said.out


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        (f"UPDATE assessment SET state = 'covered' WHERE school_id = '{STALLED}'", "assessments"),
        ("DROP TRIGGER journal_no_update; UPDATE journal SET actor = 'x' WHERE seq = 1", "journal"),
    ],
    ids=["assessment", "journal"],
)
def test_a_planted_difference_is_found_and_named(
    filled: Commands, language: Language, statement: str, check: str
) -> None:
    with closing(sqlite3.connect(filled.database)) as connection:
        connection.executescript(statement)
    said = filled("verify", TRACKER_LANGUAGE=language.value)
    assert said.status == FOUND
    words = CATALOGS[language]
    bad = [line for line in said.out.splitlines() if line.startswith(words.say("cli.check.bad"))]
    assert len(bad) == 1
    assert words.say(f"check.{check}") in bad[0]
    found = {each["code"]: each for each in filled("verify", "--format", "json").json}
    assert not found[check]["good"]
    assert found["assessments"]["detail"] in ("", f"1: {STALLED}/channel")


def test_a_server_that_does_not_answer_is_told(tmp_path: Path, language: Language) -> None:
    tracker = Commands(tmp_path)
    url = "postgresql+psycopg://nobody@127.0.0.1:1/tracker"
    said = tracker("evaluate", TRACKER_DATABASE_URL=url, TRACKER_LANGUAGE=language.value)
    assert said.status == NOT_NOW
    assert tells(said, language, "error.database", "error.database.unreachable")


def test_an_export_that_cannot_be_written_is_told_and_leaves_nothing_behind(
    filled: Commands, language: Language
) -> None:
    (filled.folder / "folder.csv").mkdir()
    filled.file("plain", "")
    before = sorted(path.name for path in filled.folder.iterdir())
    for target in ("nowhere/out.csv", "folder.csv", "plain/out.csv", "a" * 300 + ".csv"):
        said = filled("export", "schools", target, TRACKER_LANGUAGE=language.value)
        assert said.status == NOT_NOW, target
        assert tells(said, language, "error.path_not_writable")
    assert sorted(path.name for path in filled.folder.iterdir()) == before


def test_an_export_needs_an_ending_that_says_what_it_is(filled: Commands, language: Language) -> None:
    said = filled("export", "schools", "out.pdf", TRACKER_LANGUAGE=language.value)
    assert said.status == REFUSED
    assert tells(said, language, "error.ending_not_known")
    assert CATALOGS[language].say("error.file_refused") not in said.plain


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("evaluate", "--on", "31.02.2027"), "error.day_not_readable"),
        (("evaluate", "--on", "1.2.27"), "error.day_not_readable"),
        (("evaluate", "--on", "3027-01-01"), "error.day_not_readable"),
        (("evaluate", "--known", "yesterday"), "error.day_not_readable"),
        (("evaluate", "--region", "Нарния"), "error.filter_not_known"),
        (("export", "needs", "n.csv", "--region", "99"), "error.filter_not_known"),
        (("import", "schools", "schools.csv", "--known", "2030-01-01"), "error.moment_refused"),
        (("calendar", "set", "soon", "--off", "--decree", "x"), "error.day_not_readable"),
        (("import", "schools", "nowhere.csv"), "error.file_refused.unreadable"),
        (("import", "schools", "."), "error.file_refused.unreadable"),
        (("serve", "--host", "0.0.0.0"), "error.settings.production_only"),
        (("serve", "--host", "::"), "error.settings.production_only"),
        (("serve", "--host", "example.org"), "error.settings.production_only"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else value,
)
def test_a_bad_request_is_refused_with_words(
    filled: Commands, language: Language, words: tuple[str, ...], code: str
) -> None:
    before = filled.database.read_bytes()
    said = filled(*words, TRACKER_LANGUAGE=language.value)
    assert said.status == REFUSED
    assert said.out == ""
    assert tells(said, language, code)
    assert filled.database.read_bytes() == before


def archive(**parts: str) -> bytes:
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
    return data.getvalue()


FILES = {
    "empty": (b"", "empty"),
    "a page": (b"<html><table><tr><td>1", "not_a_table"),
    "json": (b"[" * 100_000, "not_a_table"),
    "an old workbook": (b"\xd0\xcf\x11\xe0" + bytes(600), "old_excel"),
    "an archive": (archive(letter="x"), "not_a_workbook"),
    "half a workbook": (workbook(sheet_of([["school_id", "name"]]))[:-40], "broken_workbook"),
    "an open quote": ('school_id;name\n1;"А\n'.encode(), "quotes"),
    "another encoding": ("school_id;name\n1;Қазақ".encode("utf-16-le"), "binary"),
    "too large": (b"school_id;name\n" + b"1;2\n" * 6_000_000, "too_large"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_register_is_refused_with_the_reason(
    filled: Commands, language: Language, name: str
) -> None:
    data, reason = FILES[name]
    said = filled("import", "schools", filled.file("file.xlsx", data), TRACKER_LANGUAGE=language.value)
    assert said.status == REFUSED
    assert CATALOGS[language].say("error.file_refused") in said.plain
    sentence = CATALOGS[language].forms(f"error.file_refused.{reason}")[0].split("{")[0].strip()
    assert sentence in said.plain


@pytest.mark.parametrize("name", ["=cmd.csv", "-x.csv", "а б.csv", "con", "a\nb.csv", "x.html", "т" * 120])
def test_a_file_may_be_called_anything(filled: Commands, name: str) -> None:
    given = filled.file(name, f"school_id;name\n{COVERED};School Абай\n")
    said = filled.good("import", "schools", "--format", "json", "--", given)
    assert said.json["same"] == 1


def test_a_name_that_is_no_text_is_shown_all_the_same(filled: Commands) -> None:
    name = os.fsdecode(b"\xff.csv")
    said = filled.good("export", "schools", name)
    assert "11" in said.out
    assert (filled.folder / name).exists()


def test_a_database_that_may_only_be_read_is_read_and_never_written(
    filled: Commands, language: Language
) -> None:
    filled.environment["TRACKER_DATABASE_URL"] = "sqlite:///file:tracker.db?mode=ro&uri=true"
    filled.environment["TRACKER_LANGUAGE"] = language.value
    filled.good("evaluate", "--on", "2027-01-15")
    day = ("calendar", "set", "2027-01-20", "--off", "--decree", "x")
    for command in (("import", "schools", "schools.csv"), day):
        said = filled(*command)
        assert said.status == NOT_NOW
        assert tells(said, language, "error.database", "error.database.read_only")


@pytest.mark.parametrize("command", [("evaluate",), ("--help",), ("--version",), ("calendar", "list")])
def test_an_output_that_has_no_room_is_told_on_the_other_one(
    filled: Commands, language: Language, command: tuple[str, ...]
) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "tracker", *command],
            cwd=filled.folder, env=filled.variables({"TRACKER_LANGUAGE": language.value}),
            stdout=full, stderr=subprocess.PIPE, timeout=PATIENCE_SECONDS, check=False,
        )  # fmt: skip
    assert done.returncode == NOT_NOW
    assert done.stderr.decode() == CATALOGS[language].say("error.output_lost") + "\n"


def test_what_was_refused_is_named_in_the_language_of_the_reader(
    filled: Commands, language: Language
) -> None:
    words = CATALOGS[language]
    place = filled("evaluate", "--region", "Нарния", TRACKER_LANGUAGE=language.value).err
    assert (
        f"{words.say('detail.name')}: {words.say('filter.region')}; {words.say('detail.value')}: Нарния"
        in place
    )
    late = ("--known", "2027-01-16T10:00:00+05:00")
    moment = filled("import", "schools", "schools.csv", *late, TRACKER_LANGUAGE=language.value).err
    assert f"{words.say('detail.moment')}: 16.01.2027 10:00" in moment


def test_every_reason_why_a_law_file_is_broken_has_words() -> None:
    source = "".join(path.read_text("utf-8") for path in Path(loader.__file__).parent.glob("*.py"))
    raised = set(re.findall(r'(?:broken\(|reason=|else )"([a-z_]+)"', source))
    assert {"gap", "overlap", "file_unreadable"} <= raised
    for words in CATALOGS.values():
        assert [reason for reason in raised if not words.knows(f"error.policy_broken.{reason}")] == []


@pytest.mark.parametrize(
    "reason", ["newer", "unreadable", "read_only", "full", "disk", "memory", "unreachable", "refused"]
)
def test_a_database_that_cannot_be_used_is_told_with_what_to_do(language: Language, reason: str) -> None:
    """What is wrong stands before the colon, what to do behind it."""
    wrong, _, to_do = CATALOGS[language].say(f"error.database.{reason}").partition(": ")
    assert wrong
    assert to_do
