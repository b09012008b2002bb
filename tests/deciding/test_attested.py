"""An auditor reads in the chained journal what was decided and is told where a reason is not the same."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from tests.deciding.office import BOOK, REASON, TODAY, Office
from tests.people import a_person
from tests.web.conftest import Visit
from tests.web.reading import text_of
from tests.web.register import FAILED, STALLED
from tracker.domain.acts import Act
from tracker.domain.decisions import DecisionStatus, Deed
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.render.catalogs import load_catalogs
from tracker.services import checking, contracting, pricing
from tracker.services.attesting import differing, digest
from tracker.services.contracting import Paper
from tracker.store import journal
from tracker.store.engine import reading, transaction
from tracker.store.journal import Entry
from tracker.store.scope import EVERYTHING

CATALOGS = load_catalogs()
WHY = "басқа баға жоқ"
WHY_IS = CATALOGS[Language.EN].say("journal.why")


@pytest.fixture
def decided(office: Office) -> int:
    """A decision drafted, confirmed, priced, approved and signed."""
    number, person = office.drafted("aigul", STALLED).number, office.person("aigul")
    with transaction(office.engine, seeing=EVERYTHING) as session:
        pricing.set_prices(
            session, office.author("aigul"), person, number, (Decimal(200000),),
            revision=office.found(number).revision, reason=WHY, book=BOOK,
        )  # fmt: skip
    office.decide("asel", number, Deed.APPROVE)
    with transaction(office.engine, seeing=EVERYTHING) as session:
        paper = Paper(
            "К-2-1", TODAY, TODAY, date(2027, 3, 14), (Decimal(79000),), "ТОО «Екі»", "941240000193"
        )
        contracting.record(
            session, office.author("aigul"), person, number, paper,
            revision=office.found(number).revision, today=TODAY, book=BOOK,
        )  # fmt: skip
    return number


def told(office: Office, act: Act = Act.DECISION) -> list[Entry]:
    """What the journal says of decisions, the oldest first."""
    with reading(office.engine, seeing=EVERYTHING) as session:
        return list(reversed(journal.entries(session, action=act)))


def alter(office: Office, statement: str) -> tuple[int, ...]:
    """The decisions that differ once somebody with a database tool has changed a row."""
    with office.engine.begin() as connection:
        assert connection.execute(text(statement)).rowcount == 1
    with reading(office.engine, seeing=EVERYTHING) as session:
        return differing(session)


def test_each_deed_stands_with_what_it_said_and_the_digest_of_why(office: Office, decided: int) -> None:
    draft, tick, price, approved, signed = (entry.details for entry in told(office))
    asked = [one.id.value for one in office.found(decided).asked]
    assert (draft["deed"], draft["reason_sha256"]) == ("draft", digest(REASON))
    assert tick["conditions"] == asked
    assert (price["price"], price["why_sha256"]) == (["200000"], digest(f"{REASON}; {WHY}"))
    assert (approved["stands"], approved["reason_sha256"]) == ("approved", digest(REASON))
    assert {name: signed[name] for name in ("contract", "signed_on", "start_on", "until", "supplier")} == {
        "contract": "К-2-1", "signed_on": "2027-01-15", "start_on": "2027-01-15", "until": "2027-03-14",
        "supplier": "941240000193",
    }  # fmt: skip
    assert not any(REASON in entry.detail or WHY in entry.detail for entry in told(office))


@pytest.mark.parametrize("language", Language)
def test_an_auditor_reads_it_in_words(office: Office, decided: int, visit: Visit, language: Language) -> None:
    auditor = a_person(Role.AUDITOR)
    page = text_of(visit(office.engine, language, person=auditor).get("/journal?act=decision").text)
    words = CATALOGS[language]
    asked = words.say(f"condition.{office.found(decided).asked[0].id}")
    for label, value in (
        ("deed.contract", "К-2-1"),
        ("deed.signed_on", "15.01.2027"),
        ("deed.until", "14.03.2027"),
        ("deed.supplier", "941240000193"),
        ("deed.price", "200000"),
        ("deed.conditions", asked),
        ("deed.reason_sha256", digest(REASON)),
    ):
        assert f"{words.say(label)}: {value}" in page


def test_an_auditor_reads_why_as_long_as_it_is_what_the_chain_attests(
    office: Office, decided: int, visit: Visit
) -> None:
    auditor = visit(office.engine, Language.EN, person=a_person(Role.AUDITOR))
    page = auditor.get("/journal?act=decision").text
    assert text_of(page).count(f"{WHY_IS}: {REASON}") == 2
    assert f'href="/decisions/{decided}"' in page
    assert digest("") not in page
    alter(
        office,
        f"UPDATE decision_event SET reason = 'x' WHERE decision_number = {decided} AND deed = 'approve'",
    )
    page = text_of(auditor.get("/journal?act=decision").text)
    assert page.count(f"{WHY_IS}: {REASON}") == 1
    assert page.count(digest(REASON)) == 2


def test_verify_says_which_decision_differs(office: Office, decided: int) -> None:
    other = office.drafted("aigul", FAILED).number
    office.decide("asel", other, Deed.REJECT)
    office.undo("asel", other)
    with reading(office.engine, seeing=EVERYTHING) as session:
        assert differing(session) == ()
    of = f"decision_number = {decided}"
    assert alter(office, f"UPDATE decision_event SET reason = '' WHERE {of} AND deed = 'approve'") == (
        decided,
    )
    assert alter(office, f"UPDATE decision SET verdict_reason = 'x' WHERE number = {other}") == (
        decided,
        other,
    )
    back = f"UPDATE decision_event SET reason = '{REASON}' WHERE {of} AND deed = 'approve'"
    assert alter(office, back) == (other,)
    assert alter(office, f"UPDATE decision SET reason = 'x' WHERE number = {decided}") == (decided, other)
    with reading(office.engine, seeing=EVERYTHING) as session:
        (check,) = (
            each for each in checking.verify(session, today=TODAY, book=BOOK) if each.code == "decisions"
        )
    assert (check.is_good, check.detail) == (False, f"2: № {decided}, № {other}")


def test_whoever_tries_to_decide_on_her_own_draft_stands_in_the_journal(office: Office, visit: Visit) -> None:
    numbers = [office.drafted("asel", school).number for school in (STALLED, FAILED)]
    reviewer = visit(office.engine, Language.EN, person=office.person("asel"))
    first = office.found(numbers[0])
    for deed in ("approve", "reject"):
        said = {"deed": deed, "reason": "x", "revision": "0"}  # an old page is no excuse
        assert reviewer.post(f"/decisions/{first.number}/verdict", data=said).status_code == 409
    wanted = [f"{number}:{office.found(number).revision}" for number in numbers]
    reviewer.post("/suggestions/approvals", data={"decision": wanted, "reason": "x"})
    noted = [(entry.actor, entry.subject, entry.details) for entry in told(office, Act.REFUSED)]
    mark = office.person("asel").mark
    assert [(actor, subject, said["reason"]) for actor, subject, said in noted] == [
        (mark, f"decision:{numbers[0]}", "own"),
        (mark, f"decision:{numbers[0]}", "own"),
        (mark, "decisions", "own"),
    ]
    assert [said["deed"] for _, _, said in noted] == ["approve", "reject", "approve"]
    assert noted[2][2]["numbers"] == numbers
    assert all(said["address"] for _, _, said in noted)
    assert office.found(numbers[0]).status is DecisionStatus.PROPOSED
    page = visit(office.engine, Language.KK, person=a_person(Role.AUDITOR)).get("/journal?act=refused").text
    assert CATALOGS[Language.KK].say("refused.own") in text_of(page)
