"""After a failed repeat a full contract is decided, whatever bridges left, to the day that is stated."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.deciding.office import BOOK, REASON, TODAY, Office
from tests.store.rows import record
from tests.web.conftest import Visit
from tests.web.reading import shown, text_of
from tests.web.register import NOW, STALLED, USED_UP, a_contract, a_school, day, fill
from tracker.domain.deadlines import deadlines_of
from tracker.domain.decision_records import DecisionRecord, GuardKind
from tracker.domain.decisions import Block, DecisionStatus, Deed
from tracker.domain.register import TenderRow
from tracker.domain.vocabulary import ContractKind, DeadlineKind, Language, RouteId, Service, TenderStatus
from tracker.render.catalogs import load_catalogs
from tracker.services import evaluating, foreseeing
from tracker.services.deciding import Wanted
from tracker.store import facts
from tracker.store.engine import reading
from tracker.store.registry import data_version
from tracker.store.scope import EVERYTHING

WORDS = load_catalogs()[Language.EN]
USED, SERVED, LAPSED = "990740009501", "990740009502", "990740009503"
GROUND = RouteId.AFTER_FAILURE
FULL = Wanted(route=GROUND, reason=REASON)


def repeat(school: str, number: str) -> TenderRow:
    """A repeat that nobody bid for, over yesterday: two working days to decide."""
    return TenderRow(
        number, school, TenderStatus.UNSUCCESSFUL, published_on=day("2026-12-15"), ended_on=day("2027-01-14"),
        repeats_tender_number="T-0",
    )  # fmt: skip


@pytest.fixture
def failed(office: Office) -> Office:
    """A school whose bridge is used up, one that is served until 31 January, and one that lapsed."""
    bridge = ("2026-11-01", "2026-12-31")
    fill(
        office.engine,
        a_school(USED, "U"), a_contract("K-50", USED, "2026-01-01", "2026-10-31"), repeat(USED, "T-50"),
        a_contract("K-50-1", USED, *bridge, kind=ContractKind.INTERIM),
        a_school(SERVED, "V"), a_contract("K-51", SERVED, "2026-02-01", "2027-01-31"), repeat(SERVED, "T-51"),
        a_school(LAPSED, "W"), a_contract("K-52", LAPSED, "2026-01-01", "2026-12-31"), repeat(LAPSED, "T-52"),
    )  # fmt: skip
    return office


def drafted(office: Office, school: str, wanted: Wanted = FULL) -> DecisionRecord:
    """A full contract for a school, with every condition confirmed."""
    (row,) = office.draft("aigul", school, wanted=wanted)
    assert row.number is not None, row.code
    office.confirm("aigul", row.number)
    return office.found(row.number)


def browser(visit: Visit, office: Office, name: str) -> TestClient:
    return visit(office.engine, Language.EN, person=office.person(name))


@pytest.mark.parametrize(
    ("school", "first", "price"),
    [(USED, "2027-01-15", 533535), (SERVED, "2027-02-01", 423500), (LAPSED, "2027-01-15", 444613)],
)
def test_it_is_decided_to_the_end_of_the_year_whatever_bridges_left(
    failed: Office, school: str, first: str, price: int
) -> None:
    found = drafted(failed, school)
    assert (found.start_on, found.end_on) == (day(first), date(2027, 12, 31))
    assert found.frozen.guard == ()
    assert found.is_against_advice is (found.frozen.recommended is not None)
    assert found.lines[0].price == price
    failed.decide("asel", found.number, Deed.APPROVE)
    assert failed.found(found.number).status is DecisionStatus.APPROVED


def test_the_drafter_states_its_last_day_and_no_page_calls_it_a_bridge(failed: Office, visit: Visit) -> None:
    officer, path = browser(visit, failed, "aigul"), f"/suggestions/{SERVED}"
    for before in (path, f"/purchases/{SERVED}"):
        assert f"{path}?service=channel&amp;route={GROUND}" in officer.get(before).text
    page = officer.get(f"{path}?route={GROUND}").text
    assert re.search(r'name="until" type="date"[^>]* value="2027-12-31"', page)
    sent = {"route": GROUND, "reason": REASON, "confirmed": "all", "shown": shown(page)}
    for wrong in ("2027-01-31", "2067-01-31", "soon"):
        refused = officer.post(path, data={**sent, "until": wrong})
        assert refused.status_code == 409
        assert WORDS.say("decision_refused.until") in text_of(refused.text)
        assert f'value="{wrong}"' in refused.text
    made = officer.post(path, data={**sent, "until": "30.06.2027"})
    said = text_of(made.text)
    assert failed.found(1).end_on == date(2027, 6, 30)
    assert "30.06.2027" in said
    assert WORDS.say("decision.ends_earlier") not in said
    assert "at most" not in said


def test_whoever_approves_is_told_what_moved_of_it_and_is_barred_where_service_is_bought(
    failed: Office, visit: Visit
) -> None:
    found, reviewer = drafted(failed, LAPSED), browser(visit, failed, "asel")

    def told() -> str:
        return text_of(reviewer.get(f"/decisions/{found.number}").text)

    for code in ("advice", "days", "guard", "not_needed", "unforeseen"):
        assert WORDS.say(f"decision.moved.{code}") not in told()
    again = TenderRow("T-53", LAPSED, TenderStatus.PLANNED, planned_on=day("2027-01-18"))
    record(failed.engine, again, at=NOW)
    assert WORDS.say("decision.moved.advice") not in told()
    record(failed.engine, replace(again, status=TenderStatus.ACTIVE, published_on=TODAY), at=NOW)
    assert WORDS.say("decision.moved.advice") in told()
    record(failed.engine, a_contract("K-53", LAPSED, "2027-02-01", "2027-12-31"), at=NOW)
    assert WORDS.say("decision.moved.days") in told()
    record(failed.engine, a_contract("K-53", LAPSED, "2027-01-01", "2027-12-31"), at=NOW)
    assert WORDS.say("decision.barred") in told()


def test_once_it_is_approved_its_page_names_the_last_day_to_invite(failed: Office, visit: Visit) -> None:
    found, reviewer = drafted(failed, LAPSED), browser(visit, failed, "asel")
    last = WORDS.say("signed.latest", on="19.01.2027")  # two working days after Friday
    assert last not in text_of(reviewer.get(f"/decisions/{found.number}").text)
    failed.decide("asel", found.number, Deed.APPROVE)
    assert text_of(reviewer.get(f"/decisions/{found.number}").text).count(last) == 1


def test_the_invitation_names_what_failed_also_where_its_repeat_is_planned(failed: Office) -> None:
    planned = TenderRow("T-54", USED, TenderStatus.PLANNED, planned_on=day("2027-02-01"))
    record(failed.engine, planned, at=NOW)
    (line,) = drafted(failed, USED).lines
    assert line.tender is not None
    assert (line.tender.number, line.tender.has_failed) == ("T-50", True)


def test_a_jump_of_its_price_is_weighed_as_of_any_other(failed: Office, visit: Visit) -> None:
    found, officer = drafted(failed, LAPSED), browser(visit, failed, "aigul")
    page = f"/decisions/{found.number}"
    sent = {"revision": str(found.revision), "price": "900000", "why": REASON}
    assert officer.post(f"{page}/price", data=sent).status_code == 200
    (jump,) = failed.found(found.number).frozen.guard
    assert jump.kind is GuardKind.PRICE_JUMP


def test_where_no_purchase_failed_and_nothing_is_lost_it_is_not_drafted(office: Office) -> None:
    (row,) = office.draft("aigul", "990740000001", wanted=FULL)
    assert row.code in (Block.NOT_NEEDED, Block.NO_ROUTE)


def test_the_deadline_of_the_decision_ends_with_its_approval_and_not_before(both: list[Engine]) -> None:
    for engine in both:
        fill(engine, a_school(LAPSED, "W"), a_contract("K-52", LAPSED, "2026-01-01", "2026-12-31"))
        fill(engine, repeat(LAPSED, "T-52"))
        office, late = Office(engine), day("2027-01-19")
        with reading(engine, seeing=EVERYTHING) as session:
            before = data_version(session)
        assert to_decide(office, late) == [day("2027-01-18")]
        number = drafted(office, LAPSED).number
        assert to_decide(office, late) == [day("2027-01-18")]
        office.decide("asel", number, Deed.APPROVE)
        assert to_decide(office, late) == []
        assert to_decide(office, day("2027-01-14")) == [day("2027-01-18")]  # as that day knew it
        assert to_decide(office, late, before) == [day("2027-01-18")]
        office.undo("asel", number)
        assert to_decide(office, late) == [day("2027-01-18")]


def test_what_is_kept_of_deadlines_knows_of_an_approval_and_of_its_undoing_at_once(failed: Office) -> None:
    def asked() -> bool:
        with reading(failed.engine, seeing=EVERYTHING) as session:
            agenda = foreseeing.agenda(session, EVERYTHING, on=TODAY, known=None, book=BOOK)
        dues = (due for group in agenda.groups for _, due in group)
        return any(due.kind is DeadlineKind.DECISION and due.subject.number == "T-52" for due in dues)

    number = drafted(failed, LAPSED).number
    assert asked()
    failed.decide("asel", number, Deed.APPROVE)
    assert not asked()
    failed.undo("asel", number)
    assert asked()


@pytest.mark.parametrize("school", [STALLED, USED_UP])
def test_where_no_purchase_has_failed_nobody_drafts_a_full_contract(office: Office, school: str) -> None:
    (row,) = office.draft("aigul", school, wanted=replace(FULL, until=day("2029-06-30")))
    assert (row.number, row.code) == (None, Block.NO_ROUTE)


def to_decide(office: Office, on: date, known_seq: int | None = None) -> list[date | None]:
    """By when the single source is to be decided on for the school."""
    with reading(office.engine, seeing=EVERYTHING) as session:
        shared = evaluating.bench(session, BOOK, on=on)
        (need,) = facts.load_facts(
            session, EVERYTHING, known_seq=known_seq, needs=[(LAPSED, Service.CHANNEL)]
        )
        dues = deadlines_of(need, on, policy=shared.policy, calendar=shared.calendar, history=shared.history)
    return [due.due_on for due in dues if due.kind is DeadlineKind.DECISION]
