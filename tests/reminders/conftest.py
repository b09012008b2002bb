"""What the tests of reminders share with those of the pages: a small country and a browser."""

from tests.web.conftest import empty, filled, filled_sqlite, visit

__all__ = ["empty", "filled", "filled_sqlite", "visit"]
