"""Whoever made what is to be approved is offered no approval, neither on its page nor in the list."""

from __future__ import annotations

from tests.deciding.office import REASON, Office
from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.register import FAILED, STALLED
from tracker.domain.decisions import Deed
from tracker.domain.vocabulary import Language
from tracker.render.catalogs import load_catalogs
from tracker.services import deciding
from tracker.store import decisions
from tracker.store.engine import reading
from tracker.store.scope import EVERYTHING

WORDS = load_catalogs()[Language.EN]


def test_whoever_set_the_price_or_sent_it_again_waits_for_another_like_the_drafter(
    office: Office, visit: Visit
) -> None:
    priced, again = (office.drafted("aigul", school).number for school in (STALLED, FAILED))
    office.decide("bolat", again, Deed.RETURN)
    office.decide("asel", again, Deed.SEND_AGAIN)
    reviewer = visit(office.engine, Language.EN, person=office.person("asel"))
    asked = {"price": "80000", "why": REASON, "revision": str(office.found(priced).revision)}
    assert reviewer.post(f"/decisions/{priced}/price", data=asked).status_code == 200
    with reading(office.engine, seeing=EVERYTHING) as session:
        listed = {head.number: head.hands for head in decisions.list_heads(session, EVERYTHING)}
    assert listed == {number: deciding.hands(office.found(number)) for number in (priced, again)}
    page = reviewer.get("/suggestions?step=approve").text
    assert 'name="decision"' not in page
    waiting = {number: text_of(reviewer.get(f"/decisions/{number}").text) for number in (priced, again)}
    assert not [number for number, said in waiting.items() if WORDS.count("decision.left", 1) in said]
    other = visit(office.engine, Language.EN, person=office.person("bolat"))
    assert WORDS.count("decision.left", 1) in text_of(other.get(f"/decisions/{priced}").text)


def test_a_step_that_is_none_is_refused_on_the_page_of_a_decision(office: Office, visit: Visit) -> None:
    number = office.drafted("aigul", STALLED).number
    officer = visit(office.engine, Language.EN, person=office.person("aigul"))
    assert officer.get(f"/decisions/{number}?step=zzz").status_code == 400
    assert officer.get(f"/decisions/{number}?step=approve").status_code == 200
