"""The server and the country that the tests of pages have."""

from __future__ import annotations

import zoneinfo

import pytest

from tests.accounts.conftest import busy_place
from tests.web.conftest import empty, filled, filled_sqlite, visit

__all__ = ["busy_place", "empty", "filled", "filled_sqlite", "visit"]


@pytest.fixture(autouse=True)
def zones_of_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The edition of the time zones is that of our lock, whatever this machine has."""
    monkeypatch.setattr(zoneinfo, "TZPATH", ())
