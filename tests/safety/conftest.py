"""The servers and databases of the page tests, for what must hold against whoever means harm."""

from tests.web.conftest import empty, filled, filled_sqlite, visit

__all__ = ["empty", "filled", "filled_sqlite", "visit"]
