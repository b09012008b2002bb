"""How a fact came in is told from the source and the reason of its recording."""

from __future__ import annotations

import pytest

from tracker.domain.origins import How, Origin, origin_of


@pytest.mark.parametrize(
    ("source", "reason", "origin"),
    [
        ("мектептер.csv", "import schools", Origin(How.FILE, "мектептер.csv")),
        ("correction.csv", "import contracts", Origin(How.FILE, "correction.csv")),
        ("correction.csv", "год набран с ошибкой", Origin(How.HAND, "", "год набран с ошибкой")),
        ("correction.csv", "answer of the school, 12", Origin(How.ANSWER, "12")),
        ("step.csv", "results", Origin(How.STEP)),
        ("step.csv", "taken_back", Origin(How.TAKEN_BACK)),
        ("still true", "still true", Origin(How.CONFIRMED)),
        ("decision 3", "decision 3", Origin(How.DECISION, "3")),
        ("demo", "demo", Origin(How.DEMO)),
    ],
)
def test_the_deed_behind_a_fact_is_told_and_only_reasons_of_people_are_shown(
    source: str, reason: str, origin: Origin
) -> None:
    assert origin_of(source, reason) == origin
