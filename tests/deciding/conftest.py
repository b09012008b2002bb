"""The small country with its people."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.deciding.office import Office
from tests.web.conftest import empty as empty
from tests.web.conftest import filled as filled
from tests.web.conftest import filled_sqlite as filled_sqlite
from tests.web.conftest import visit as visit


@pytest.fixture
def office(filled: Engine) -> Office:
    """The department of region 59 at work."""
    return Office(filled)
