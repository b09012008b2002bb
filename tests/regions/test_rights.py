"""RGN-11: the table of rights in the documentation is the one that the program goes by, read both ways."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.commands import Commands
from tests.people import a_person
from tests.regions.test_matrix import ACTIONS
from tracker.domain.roles import MATRIX, NATIONAL, Action, Role, may
from tracker.domain.vocabulary import Language
from tracker.render.catalogs import load_catalogs
from tracker.render.rights import rights_page, roles_of
from tracker.store.scope import EVERYTHING, Scope

PAGE = Path(__file__).parents[2] / "docs" / "roles.md"
WORDS = load_catalogs()
ENGLISH = WORDS[Language.EN]
ROLES = {ENGLISH.say(f"role.{role}"): role for role in Role}


def rows(number: int) -> list[list[str]]:
    """The rows of a table of the page, without its titles."""
    tables = re.findall(r"(?:^\|.*\|\n)+", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in tables[number].splitlines()[2:]]


def test_the_page_is_what_the_program_says_of_itself() -> None:
    routes = sorted((path, method, action) for (path, method), action in ACTIONS.items())
    assert PAGE.read_text(encoding="utf-8") == rights_page(ENGLISH, sorted(routes, key=lambda rule: rule[:2]))


def test_the_rights_on_the_page_are_those_of_the_table() -> None:
    read = {
        Action(right.split("`")[1]): {role for role, mark in zip(Role, marks, strict=True) if mark == "yes"}
        for right, *marks in rows(0)
    }
    assert read == {action: set(roles) for action, roles in MATRIX.items()}
    assert read.keys() == set(Action)


def test_the_routes_on_the_page_are_those_of_the_program() -> None:
    read = {
        (path.strip("`"), method): (None if "`" not in action else Action(action.strip("`")), roles)
        for path, method, action, roles in rows(1)
    }
    assert {key: action for key, (action, _) in read.items()} == ACTIONS
    for action, roles in read.values():
        named = set() if action is None else {ROLES[role] for role in roles.split(", ")}
        assert named == set(roles_of(action))


def test_what_the_table_does_not_say_is_denied() -> None:
    assert {(role, action) for role in Role for action in Action if may(role, action)} == {
        (role, action) for action, roles in MATRIX.items() for role in roles
    }


@pytest.mark.parametrize("role", Role)
def test_only_national_roles_see_everything_by_their_nature(role: Role) -> None:
    scope = Scope.of_person(a_person(role))
    assert (scope == EVERYTHING) is (role in NATIONAL)


@pytest.mark.parametrize("language", Language)
def test_rights_and_roles_have_words_in_every_language(language: Language) -> None:
    page = rights_page(WORDS[language], [("/", "GET", Action.READ), ("/sign-in", "GET", None)])
    for action in Action:
        assert WORDS[language].say(f"right.{action}") in page
    assert WORDS[language].say("rights.anyone") in page


def test_the_command_prints_the_page_and_the_same_for_programs(tmp_path: Path) -> None:
    commands = Commands(tmp_path)
    assert commands.good("routes", "--format", "markdown").out == PAGE.read_text(encoding="utf-8")
    told = commands.good("routes", "--format", "json").json
    assert {(row["path"], row["method"]) for row in told} == ACTIONS.keys()
    assert (
        next(row for row in told if row["path"] == "/people" and row["method"] == "GET")["roles"] == "admin"
    )
    assert commands.good("routes", "--format", "csv").out.startswith("path,method,action,roles\n")
    assert "рөлдер" in commands.good("routes", TRACKER_LANGUAGE="kk").plain
    assert not commands.database.exists()
