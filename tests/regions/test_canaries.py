"""RGN-1, RGN-6: no text is kept of the second region in which a leak would go unseen."""

from __future__ import annotations

from sqlalchemy import Engine

from tests.regions.canaries import WITHOUT, marked, texts, told_in
from tests.regions.doors import Keys


def test_every_text_of_the_other_region_has_a_canary_or_a_reason_to_need_none(country: Engine) -> None:
    Keys(country).decision_of_b()
    without = {column for column, said in told_in(country).items() if not marked(said)}
    assert without == set(WITHOUT)


def test_a_reason_names_a_column_that_there_is() -> None:
    assert set(WITHOUT) <= {str(column) for column in texts()}
