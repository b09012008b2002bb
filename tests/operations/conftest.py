"""The server and the country that the tests of pages have."""

from __future__ import annotations

from tests.accounts.conftest import busy_place
from tests.web.conftest import empty, filled, filled_sqlite, visit

__all__ = ["busy_place", "empty", "filled", "filled_sqlite", "visit"]
