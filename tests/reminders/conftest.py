"""The small country with a server over it, and the service at work in it."""

from tests.delivery.conftest import service
from tests.web.conftest import empty, filled, filled_sqlite, visit

__all__ = ["empty", "filled", "filled_sqlite", "service", "visit"]
