"""The page of what if agrees with the page of the school, and tells what it would be flagged for."""

from __future__ import annotations

import re

from sqlalchemy import Engine

from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.register import COVERED, ENDING, INTERIM, STALLED
from tracker.domain.vocabulary import Language

OVER = "The interim contract is longer than the cap, which ends on "


def row(html: str, name: str) -> tuple[str, str]:
    """A figure as it is, and as it would be."""
    found = re.search(rf"<tr><th[^>]*>{name}</th>(.*?)</tr>", html, re.DOTALL)
    assert found
    now, then = (
        " ".join(text_of(cell).split()) for cell in re.findall(r"<td[^>]*>(.*?)</td>", found[1], re.DOTALL)
    )
    return now, then


def test_the_latest_safe_start_of_the_school_leaves_no_gap_and_one_working_day_later_does(
    filled: Engine, visit: Visit
) -> None:
    client = visit(filled, Language.EN)
    asked = "on=2026-12-14&announce_on="
    school = client.get(f"/schools/{ENDING}?on=2026-12-14").text
    assert "if the purchase begins by 29.12.2026" in text_of(school)
    in_time, late = (client.get(f"/what-if/{ENDING}?{asked}2026-12-{day}").text for day in (29, 30))
    assert row(in_time, "Without service")[1] == "none"
    assert row(late, "Without service")[1].startswith("01.02.2027")


def test_an_interim_beyond_the_cap_is_told_whether_or_not_it_has_begun(filled: Engine, visit: Visit) -> None:
    client = visit(filled, Language.EN)

    def flags(school: str, first: str, last: str) -> tuple[str, str]:
        html = client.get(f"/what-if/{school}?interim_from={first}&interim_until={last}").text
        return row(html, "Flags")

    assert flags(STALLED, "2027-01-15", "2027-03-14")[1].count(OVER) == 0
    now, then = flags(STALLED, "2027-01-15", "2027-03-15")
    assert OVER not in now
    assert "Interim over the cap" in then
    assert f"{OVER}14.03.2027." in then
    assert f"{OVER}28.02.2027." in flags(INTERIM, "2027-02-01", "2027-03-01")[1]  # with the chain before it
    ahead = flags(COVERED, "2028-01-01", "2028-03-01")
    assert ahead == ("–", f"{OVER}29.02.2028.")
