"""Approving many: the page before it says what will be approved, and what is left out with its reason."""

from __future__ import annotations

import re

from sqlalchemy import Engine

from tests.deciding.office import Office
from tests.deciding.test_pages import WORDS, browser
from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.register import FAILED, STALLED
from tracker.domain.decisions import DecisionStatus, Deed


def test_what_will_be_approved_is_shown_before_and_what_is_left_out_with_its_reason(
    filled: Engine, visit: Visit
) -> None:
    office = Office(filled)
    free, cautioned = (office.drafted("aigul", school).number for school in (STALLED, FAILED))
    reviewer = browser(visit, office, "asel")
    assert 'action="/suggestions/approving"' in reviewer.get("/suggestions?step=approve").text
    seen = f"{free}:{office.found(free).revision}"
    for chosen in ([], [seen, f"{cautioned}:{office.found(cautioned).revision}"]):
        page = reviewer.post(
            "/suggestions/approving", data={"decision": chosen, "asked": "step=approve"}
        ).text
        assert re.findall('name="decision" value="([^"]+)" checked', page) == [seen]
        assert WORDS.say("caution.guard") in text_of(page.partition('id="left"')[2])
    assert office.found(free).status is DecisionStatus.PROPOSED, "nothing is written by looking"
    office.decide("bolat", free, Deed.APPROVE)
    page = reviewer.post("/suggestions/approving", data={"decision": [seen, "999:1"]}).text
    assert text_of(page).count(WORDS.say("decision_refused.stale")) == 2
    assert 'action="/suggestions/approvals"' not in page
