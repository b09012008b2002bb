"""Taking back what one did: the deed that the page names and no other, a bulk for the whole of its time."""

from __future__ import annotations

import re

from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.deciding.office import Office
from tests.deciding.test_pages import WORDS, browser
from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.register import FAILED, STALLED, a_contract, a_school, day, fill
from tracker.domain.decisions import DecisionStatus, Deed
from tracker.domain.register import TenderRow
from tracker.domain.vocabulary import TenderStatus

THIRD = "990740009303"
PROPOSED, APPROVED = DecisionStatus.PROPOSED, DecisionStatus.APPROVED


def approved(office: Office, reviewer: TestClient) -> tuple[list[int], str]:
    """Two decisions that were approved at once, and the page that tells so."""
    tender = TenderRow("T-91", THIRD, TenderStatus.ACTIVE, published_on=day("2027-01-11"))
    last = a_contract("K-91", THIRD, "2026-02-01", "2027-01-31")
    fill(office.engine, a_school(THIRD, "third"), last, tender)
    numbers = [office.drafted("aigul", school).number for school in (STALLED, THIRD)]
    chosen = [f"{number}:{office.found(number).revision}" for number in numbers]
    return numbers, reviewer.post("/suggestions/approvals", data={"decision": chosen, "reason": "x"}).text


def named(page: str) -> list[str]:
    """The deeds that a page offers to take back."""
    return re.findall(r'name="which" value="([^"]+)"', page)


def test_undo_takes_back_what_its_page_names_whatever_was_done_since(filled: Engine, visit: Visit) -> None:
    office = Office(filled)
    reviewer = browser(visit, office, "asel")
    bulk, page = approved(office, reviewer)
    (seen,) = named(page)
    later = office.drafted("aigul", FAILED).number
    office.decide("asel", later, Deed.RETURN)
    newest, kept = named(reviewer.get("/suggestions").text)
    assert (newest, kept) == (f"{later}:{office.found(later).revision}", seen), "the bulk has its whole time"
    assert reviewer.post("/suggestions/undo", data={"which": seen}).url.path == "/suggestions"
    assert [office.found(number).status for number in (*bulk, later)] == [
        PROPOSED, PROPOSED, DecisionStatus.RETURNED,
    ]  # fmt: skip
    for gone in (seen, f"{bulk[0]}:1", "", "x"):
        refused = reviewer.post("/suggestions/undo", data={"which": gone})
        assert refused.status_code == 409
        assert WORDS.say("decision_refused.undo") in text_of(refused.text)
    assert office.found(later).status is DecisionStatus.RETURNED


def test_what_was_changed_since_is_left_out_of_a_bulk_by_name(filled: Engine, visit: Visit) -> None:
    office = Office(filled)
    reviewer = browser(visit, office, "asel")
    (moved, other), page = approved(office, reviewer)
    office.decide("bolat", moved, Deed.RETURN)
    office.confirm("asel", office.drafted("asel", FAILED).number)  # her newest deed takes nothing away
    shown = reviewer.get("/suggestions").text
    assert named(page)[0] in named(shown)
    assert f"{WORDS.say('undo.left')} № {moved}" in " ".join(text_of(shown).split())
    told = reviewer.post("/suggestions/undo", data={"which": named(page)}).text
    told = " ".join(text_of(told).split())
    assert f"№ {moved} {WORDS.say('decision_refused.undo')}" in told
    assert f"{WORDS.say('result.done.undo')} № {other}" in told
    assert (office.found(moved).status, office.found(other).status) == (DecisionStatus.RETURNED, PROPOSED)
