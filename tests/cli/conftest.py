"""Folders in which commands are run: an empty one, or one with the small country in its database."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands import Commands
from tracker.domain.vocabulary import Language


@pytest.fixture
def tracker(tmp_path: Path) -> Commands:
    """An empty folder."""
    return Commands(tmp_path)


@pytest.fixture(scope="session")
def country(tmp_path_factory: pytest.TempPathFactory) -> Commands:
    """A folder with a database of the small country, to be copied."""
    commands = Commands(tmp_path_factory.mktemp("country"))
    commands.fill()
    return commands


@pytest.fixture
def filled(country: Commands, tmp_path: Path) -> Commands:
    """A folder with a database of the small country."""
    return country.copied(tmp_path)


@pytest.fixture(params=Language)
def language(request: pytest.FixtureRequest) -> Language:
    """Each language in turn."""
    found: Language = request.param
    return found
