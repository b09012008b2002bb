"""``--help`` and the answer to a misspelt command are in the reader's language, without a word of English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer import rich_utils

from tests.commands import Commands
from tracker import commands
from tracker.cli import app
from tracker.domain.vocabulary import Language
from tracker.render.catalogs import load_words

PAGES = Path(commands.__file__).parent.glob("*.py")
NAMES = {"tracker", "CSV", "XLSX", "TRACKER_ENV", "trk_", "csv", "xlsx", "pdf"}
"""What is called so in every language."""


def tree(command: Any, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command, with the words by which it is called."""
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from tree(inner, *path, name)


COMMANDS = dict(tree(typer.main.get_command(app)))


def codes() -> Iterator[str]:
    """The code of every command and of every parameter, in the words of English."""
    words = load_words(Language.EN, commands.FAMILY)
    for path, command in COMMANDS.items():
        code = ".".join(["help", *path])
        yield code
        for name in ("help", *(parameter.name for parameter in command.params)):
            yield commands.code_of_parameter(words, code, name)


def test_every_command_and_everything_it_takes_is_explained(language: Language) -> None:
    words = load_words(language, commands.FAMILY)
    assert len(COMMANDS) > 20
    assert [code for code in codes() if not words.knows(code)] == []


def test_nothing_is_explained_that_no_command_takes() -> None:
    words = load_words(Language.EN, commands.FAMILY)
    frame = ("help.usage", "help.title.", "help.default", "help.required", "help.place.", "help.wrong.")
    assert {code for code in words.codes if not code.startswith(frame)} == set(codes())


def test_code_explains_no_command_by_a_sentence_of_its_own() -> None:
    assert [page.name for page in PAGES if re.search(r"\bhelp=", page.read_text("utf-8"))] == []


def latin(page: str) -> set[str]:
    """Words in Latin letters that are neither names of options nor values nor names of commands."""
    bare = re.sub(r"<[^>]*>|--[a-z-]+|: [a-z0-9.]+\]", " ", page)
    called = {word for path in COMMANDS for name in path for word in name.split("-")}
    return set(re.findall(r"[A-Za-z_]{2,}", bare)) - NAMES - called


@pytest.mark.parametrize("given", [Language.KK, Language.RU])
def test_no_page_of_help_holds_a_word_of_english(
    tracker: Commands, monkeypatch: pytest.MonkeyPatch, given: Language
) -> None:
    monkeypatch.setattr(rich_utils, "MAX_WIDTH", 300)  # no word is broken in two
    for path in COMMANDS:
        page = tracker.good(*path, "--help", TRACKER_LANGUAGE=given.value).out
        assert load_words(given, commands.FAMILY).say("help.usage") in page
        assert latin(page) == set(), path


def test_help_asks_for_no_setting_that_is_right(tracker: Commands) -> None:
    """Of all languages that are none it speaks the usual one."""
    usual = load_words(Language.KK, commands.FAMILY).say("help.import")
    for wrong in ("xx", "", "en_GB.UTF-8"):
        assert usual in tracker.good("import", "--help", TRACKER_LANGUAGE=wrong, TRACKER_ENV="no").plain
    assert not tracker.database.exists()


def test_a_command_alone_shows_its_help(tracker: Commands, language: Language) -> None:
    words = load_words(language, commands.FAMILY)
    for path in ((), ("user",), ("--",)):
        said = tracker(*path, TRACKER_LANGUAGE=language.value)
        assert said.status == 2
        assert words.say("help.title.commands") in said.out


MISSPELT = [
    ("evalute", "command", "evaluate"),
    ("user ad", "command", "add"),
    ("import schools s.csv --dry", "option", "--dry-run"),
    ("--nothing", "option", "--nothing"),
    ("evaluate --on", "value", "--on"),
    ("evaluate --all=yes", "value", "--all"),
    ("import schools", "missing", "{file}"),
    ("calendar set 2027-01-01 --off", "missing", "--decree"),
    ("import needs s.csv", "unfit", "<schools|contracts|tenders|tender-events>"),
    ("serve --port 99999", "unfit", "--port {int} 0–65535"),
    ("migrate now please", "extra", "now please"),
]


@pytest.mark.parametrize(("call", "wrong", "named"), MISSPELT, ids=[call for call, _, _ in MISSPELT])
def test_a_misspelt_command_is_told_what_is_wrong_and_where_to_read_on(
    tracker: Commands, call: str, wrong: str, named: str, language: Language
) -> None:
    words = load_words(language, commands.FAMILY)
    said = tracker(*call.split(), TRACKER_LANGUAGE=language.value)
    assert said.status == 2
    assert said.out == ""
    first, usage, explained = said.err.splitlines()
    assert all(part in first for part in words.say(f"help.wrong.{wrong}", given="|").split("|"))
    assert named.format(file=words.say("help.place.file"), int=words.say("help.place.int")) in first
    assert usage.startswith(words.say("help.usage"))
    assert explained.endswith("--help")
    assert language is Language.EN or latin(first + usage) <= set(re.findall(r"\w+", call))
    assert not tracker.database.exists()


def test_what_was_misspelt_gives_the_terminal_no_orders(tracker: Commands) -> None:
    assert "\x1b" not in tracker("\x1b[31mred").err
    assert "\x1b" not in tracker("migrate", "\x1b[31mred").err
    assert "\x1b" not in tracker("migrate", "--\x1b[31mred").err


def test_no_word_of_an_explanation_is_cut_off_beside_what_it_explains(
    tracker: Commands, monkeypatch: pytest.MonkeyPatch, language: Language
) -> None:
    monkeypatch.setattr(rich_utils, "MAX_WIDTH", 80)
    for path in (("serve",), ("user", "add"), ("export",)):  # those with the widest names and values
        assert "…" not in tracker.good(*path, "--help", TRACKER_LANGUAGE=language.value).out
