"""A command that serves no page does not load the web face, and says what it saw in words."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.commands import Commands
from tests.web.register import COVERED


def test_commands_without_pages_do_not_load_the_web_face() -> None:
    code = "import sys, tracker.cli; sys.exit(sum(name in sys.modules for name in ('fastapi', 'uvicorn')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


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


def test_a_law_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    commands = Commands(tmp_path)
    said = commands("doctor", TRACKER_POLICY_DIR=str(tmp_path / "law"))
    assert said.status != 0
    assert str(tmp_path / "law") in said.err
