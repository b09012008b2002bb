"""A command that serves no page does not load the web face, and says what it saw in words."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import Commands
from tests.web.register import COVERED, STALLED
from tracker.domain.vocabulary import Language
from tracker.living import loading
from tracker.render.catalogs import load_catalogs


def test_commands_without_pages_load_neither_the_web_face_nor_the_frame_of_help() -> None:
    names = ("fastapi", "uvicorn", "typer.rich_utils")
    code = f"import sys, tracker.cli; sys.exit(sum(name in sys.modules for name in {names}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_while_code_is_loaded_nobody_looks_for_garbage_and_afterwards_again() -> None:
    with loading():
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count()


def test_the_doctor_speaks_to_people_in_words(tmp_path: Path) -> None:
    commands = Commands(tmp_path)
    commands.fill()
    told = commands.good("doctor").out
    assert "sqlite, schema 00" in told
    assert "grounds: 4" in told
    for code in ("synchronous", "busy_timeout", "5:00:00", "sha256"):
        assert code not in told
    assert "synchronous" in commands.good("doctor", "--format", "json").out


def test_the_table_of_findings_names_the_service(tmp_path: Path) -> None:
    commands = Commands(tmp_path)
    commands.fill()
    name = commands.file("s.csv", f"school_id;name;services\n{COVERED};School;channel,cctv\n")
    commands.good("import", "schools", name)
    told = commands.good("evaluate").plain
    assert "Service" in told
    assert "Video" in told  # surveillance, as wide as the terminal lets it be


@pytest.mark.parametrize("language", Language)
def test_a_narrow_terminal_shows_findings_as_cards_that_can_be_read(
    filled: Commands, language: Language
) -> None:
    told = filled.good("evaluate", COLUMNS="80", TRACKER_LANGUAGE=language.value).out
    words = load_catalogs()[language]
    assert "│" not in told
    assert max(map(len, told.splitlines())) <= 80
    (card,) = [each for each in told.split("\n" + " " * 80 + "\n") if STALLED in each]
    for name in ("school_id", "name", "service", "state", "finding", "next_step"):
        assert words.say(f"cli.column.{name}") in card
    assert "│" in filled.good("evaluate", COLUMNS="200").out


def test_a_narrow_terminal_lists_people_whole(filled: Commands) -> None:
    email = "a.very.long.name.of.somebody@education.example.kz"
    filled.good("user", "add", email, "--role", "head", "--region", "59", "--name", "Айгүл Серікқызы")
    told = filled.good("user", "list", COLUMNS="80").out
    role = load_catalogs()[Language.EN].say("role.head")
    for words in (email, "Айгүл Серікқызы", role, "invited", "never"):
        assert words in told


def test_a_law_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    commands = Commands(tmp_path)
    said = commands("doctor", TRACKER_POLICY_DIR=str(tmp_path / "law"))
    assert said.status != 0
    assert str(tmp_path / "law") in said.err
