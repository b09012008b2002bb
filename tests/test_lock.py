"""The locks name every package by version and hash, and by nothing that only one network has (design §2)."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements-build.lock", "requirements-dev.lock")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

RUNTIME: list[str] = PROJECT["project"]["dependencies"]
POSTGRES: list[str] = PROJECT["project"]["optional-dependencies"]["postgres"]
GROUPS: dict[str, list[str | dict[str, str]]] = PROJECT["dependency-groups"]


def group(name: str) -> Iterator[str]:
    """The requirements of a dependency group, with those it includes."""
    for each in GROUPS[name]:
        if isinstance(each, str):
            yield each
        else:
            yield from group(each["include-group"])


DIRECT = {
    "requirements.lock": RUNTIME,
    "requirements-build.lock": [*group("build")],
    "requirements-dev.lock": [*RUNTIME, *POSTGRES, *group("dev")],
}


def entries(lock: str) -> list[str]:
    """The entries of a lock, each with its continued lines joined and its comments left out."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    lines = re.sub(r"^\s*#.*\n?", "", text, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    return [line for line in lines if line.strip()]


def pins(lock: str) -> Mapping[str, str]:
    """Package name -> exact version."""
    split = (re.match(r"([A-Za-z0-9._-]+)==(\S+)", entry) for entry in entries(lock))
    return {canonicalize_name(found[1]): found[2] for found in split if found}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_entry_is_one_exact_version_with_hashes(lock: str) -> None:
    shape = re.compile(r"[A-Za-z0-9._-]+==[\w.!+]+\s+(;[^\\]+?)?(\s*--hash=sha256:[0-9a-f]{64})+\s*")
    assert [entry for entry in entries(lock) if not shape.fullmatch(entry)] == []
    assert pins(lock)


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14"])
@pytest.mark.parametrize("lock", LOCKS)
def test_no_python_is_given_two_versions_of_a_package(lock: str, python: str) -> None:
    asked = [Requirement(entry.partition("--hash")[0]) for entry in entries(lock)]
    here = {"python_version": python, "python_full_version": f"{python}.0"}
    names = [canonicalize_name(each.name) for each in asked if not each.marker or each.marker.evaluate(here)]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_no_address_and_no_option_of_an_installer(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"://| @ |^\s*-(?!-hash=)", text, flags=re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS)
def test_what_the_project_asks_for_is_locked_at_a_version_it_accepts(lock: str) -> None:
    locked = pins(lock)
    wanted = [Requirement(text) for text in DIRECT[lock]]
    assert wanted
    missing = [
        str(each) for each in wanted if locked.get(canonicalize_name(each.name), "") not in each.specifier
    ]
    assert missing == []


@pytest.mark.parametrize("lock", LOCKS[:2])
def test_developers_run_the_very_versions_that_users_run(lock: str) -> None:
    assert pins(lock).items() <= pins("requirements-dev.lock").items()


def test_the_build_backend_of_the_wheel_is_locked() -> None:
    required = {canonicalize_name(Requirement(each).name) for each in PROJECT["build-system"]["requires"]}
    assert required <= pins("requirements-build.lock").keys()


def test_every_direct_dependency_earns_one_line_in_the_decisions() -> None:
    text = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
    section = text.partition("\n## Dependencies\n")[2].partition("\n## ")[0]
    explained = re.findall(r"^- `([^`]+)`", section, flags=re.MULTILINE)
    asked = {canonicalize_name(Requirement(each).name) for each in DIRECT["requirements-dev.lock"]}
    for_browsers = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert sorted(explained) == sorted(asked | for_browsers.keys())
