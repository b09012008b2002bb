"""An office with a fresh database, on both kinds in turn, empty or with the small country."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.office import Office
from tests.web.register import fill


@pytest.fixture
def office(engine: Engine) -> Office:
    """Nothing is known yet."""
    return Office(engine)


@pytest.fixture
def busy(engine: Engine) -> Office:
    """The small country is known and judged."""
    fill(engine)
    return Office(engine)
