"""What papers are made of: the same everywhere, for whom and from which facts of the register."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.deciding.office import BOOK, TODAY, Office
from tests.deciding.test_papers import CUSTOMER, STATED, WORDS, plain
from tests.deciding.test_papers import direct as direct
from tests.deciding.test_papers import officer as officer
from tests.store.rows import record
from tests.web.register import FAILED, NOW, STALLED, a_contract, a_school, fill
from tests.web.test_cost import counted
from tracker.domain.decisions import Agreed, DecisionStatus, Deed
from tracker.domain.dossier import Dossier
from tracker.domain.drafts import Draft, DraftKind, GivenName, checksum, missing
from tracker.domain.vocabulary import ContractStatus, RouteId
from tracker.render.documents import text_of
from tracker.services import contracting, drafting
from tracker.services.contracting import Paper
from tracker.services.deciding import Wanted
from tracker.store import registry
from tracker.store.engine import reading, transaction
from tracker.store.scope import EVERYTHING, Scope


def test_both_databases_give_the_same_papers(both: list[Engine]) -> None:
    found = []
    for engine in both:
        fill(engine)
        office = Office(engine)
        fill(engine, a_contract("К-0", STALLED, "2026-01-01", "2026-12-31", buyer_bin=CUSTOMER))
        number, person = office.drafted("aigul", STALLED).number, office.person("aigul")
        values = {GivenName(name): value for name, value in STATED.items()}
        with transaction(engine, seeing=Scope.of_person(person)) as session:
            for _ in range(2):  # what is stated again is not new
                changed = drafting.give(
                    session, person, number, CUSTOMER, values, at=NOW, book=BOOK,
                )  # fmt: skip
            (dossier,) = drafting.dossiers_of(session, Scope.of_person(person), [number, 999], book=BOOK)
        assert changed == ()
        found.append(dossier.drafts)
    assert found[0] == found[1]
    assert [missing(draft) for draft in found[0]].count(()) == 5


def test_papers_of_twenty_decisions_cost_as_many_questions_as_of_one(office: Office, direct: int) -> None:
    other = office.drafted("aigul", FAILED).number
    with reading(office.engine, seeing=EVERYTHING) as session:
        asked = []
        for numbers in ([direct], [direct, other]):
            with counted(office.engine) as found:
                drafting.dossiers_of(session, EVERYTHING, numbers, book=BOOK)
            asked.append(len(found))
    assert asked[0] == asked[1] <= 8


def test_after_a_failed_purchase_one_supplier_is_invited(direct: int, office: Office) -> None:
    failed = replace(office.found(direct), route=RouteId.AFTER_FAILURE)
    given = {(CUSTOMER, GivenName(name)): value for name, value in STATED.items()}
    dossier = Dossier(failed, given, signed=(), reply_days=None, is_partial=False)
    assert [draft.kind for draft in dossier.drafts] == [
        DraftKind.DECISION, DraftKind.INVITATION, DraftKind.LETTER
    ]  # fmt: skip
    assert dossier.drafts[1].addressee == STATED["addressee_1"]
    assert GivenName.ADDRESSEE_2 not in dossier.asks(CUSTOMER)


def test_whoever_sees_a_part_of_a_decision_gets_her_letters_and_nothing_else(
    direct: int, office: Office
) -> None:
    given = {(CUSTOMER, GivenName(name)): value for name, value in STATED.items()}
    dossier = Dossier(office.found(direct), given, signed=(), reply_days=3, is_partial=True)
    ready = {draft.kind for draft in dossier.drafts if not missing(draft)}
    assert ready == {DraftKind.LETTER}
    rejected = replace(dossier, record=replace(dossier.record, status=DecisionStatus.REJECTED))
    assert rejected.drafts == ()


def test_a_terminated_contract_and_a_failed_purchase_are_called_so(
    office: Office, officer: TestClient
) -> None:
    ended = {"status": ContractStatus.TERMINATED, "terminated_on": date(2026, 9, 30)}
    fill(office.engine, a_contract("K-6", FAILED, "2026-01-01", "2026-12-31", **ended))
    wanted = Wanted(Agreed.NO, RouteId.SINGLE_SOURCE, "закупка не состоялась")
    pages = [officer.get(f"/suggestions/{FAILED}")]
    (row,) = office.draft("aigul", FAILED, wanted=wanted)
    for page in (*pages, officer.get(f"/decisions/{row.number}")):
        said = plain(page.text).replace(" ,", ",")
        assert "K-6, расторгнут, последний день 30.09.2026" in said
        assert "31.12.2026" not in said
    letter = {"paper": f"letter:{FAILED}-channel", "format": "docx"}
    taken = officer.post(f"/decisions/{row.number}/documents", data=letter)
    text = " ".join(" ".join(text_of(taken.content)).split())
    for fact in (
        "соңғы шарты № K-6, мерзімінен бұрын бұзылған, соңғы күні 2026 ж. 30 қыркүйек",
        "последний договор № K-6, расторгнут досрочно, последний день 30 сентября 2026 г.",
        "Государственная закупка № T-6 завершилась без договора. Если договор по повторной закупке",
        "№ T-6 мемлекеттік сатып алу шартсыз аяқталды. Егер қайталама сатып алу",
    ):
        assert fact in text


def papers(office: Office, number: int) -> dict[str, Draft]:
    """The papers of a decision as they are written now."""
    with reading(office.engine, seeing=EVERYTHING) as session:
        dossier = drafting.dossier_of(session, EVERYTHING, number, book=BOOK)
    return {draft.key: draft for draft in dossier.drafts}


def test_what_the_register_lacked_on_the_day_of_the_draft_is_supplied_by_a_correction(
    office: Office, officer: TestClient
) -> None:
    (row,) = office.draft("aigul", STALLED, wanted=Wanted(Agreed.YES, RouteId.EXTENSION, "до итогов"))
    assert row.number is not None, row.code
    here, agreement = f"/decisions/{row.number}/documents", "agreement:K-2"
    lacking = {"buyer_bin", "supplier_bin", "contract_signed_on"}
    before = papers(office, row.number)
    assert lacking < set(missing(before[agreement]))
    page = officer.get(here).text
    (address,) = set(re.findall(r'href="(/corrections\?[^"]+)"', page))
    assert "supplier_bin" in officer.get(html.unescape(address)).text
    assert 'name="buyer_bin"' in page
    said = {"buyer_bin": CUSTOMER, "supplier_bin": "941240000193", "signed_on": date(2026, 1, 12)}
    known = a_contract("K-2", STALLED, "2026-01-01", "2026-12-31", status=ContractStatus.EXPIRED, **said)
    record(office.engine, known, at=NOW)
    after = papers(office, row.number)
    assert not lacking & set(missing(after[agreement]))
    assert (after[agreement].buyer_bin, after[agreement].supplier_bin) == (CUSTOMER, "941240000193")
    assert 'name="buyer_bin"' not in officer.get(here).text
    taken = [key for key, draft in before.items() if not missing(draft)]
    assert [checksum(after[key]) for key in taken] == [checksum(before[key]) for key in taken] != []


def test_what_the_register_said_on_the_day_of_the_draft_stays(direct: int, office: Office) -> None:
    before = papers(office, direct)
    days = ("2026-01-01", "2026-12-31")
    other = a_contract("К-0", STALLED, *days, buyer_bin="941240000193", signed_on=date(2026, 1, 2))
    record(office.engine, other, at=NOW)
    assert papers(office, direct) == before


def test_of_a_school_that_nobody_served_the_customer_is_stated(office: Office, officer: TestClient) -> None:
    fill(office.engine, a_school("990740009404", "Гүл"))
    (row,) = office.draft("aigul", "990740009404", wanted=Wanted(route=RouteId.SINGLE_SOURCE, reason="жаңа"))
    assert row.number is not None, row.code
    here = f"/decisions/{row.number}/documents"
    refused = officer.post(f"{here}/facts", data={**STATED, "buyer_bin": "970240000119"})
    assert refused.status_code == 400
    assert WORDS.say("error.decision_refused.buyer_bin") in plain(refused.text)
    assert 'href="#buyer_bin"' in refused.text
    officer.post(f"{here}/facts", data={**STATED, "buyer_bin": "9702 4000 0116"})
    found = papers(office, row.number)
    assert {draft.buyer_bin for draft in found.values()} == {"970240000116"}
    assert missing(found["request:1"]) == ()
    office.confirm("aigul", row.number)
    office.decide("asel", row.number, Deed.APPROVE)
    person, signed = office.person("aigul"), ("К-5", TODAY, TODAY, date(2027, 3, 14), (Decimal("79000"),))
    with transaction(office.engine, seeing=EVERYTHING) as session:
        contracting.record(
            session, office.author("aigul"), person, row.number, Paper(*signed, "ТОО «Екі»", "941240000193"),
            revision=office.found(row.number).revision, today=TODAY, book=BOOK,
        )  # fmt: skip
        (line,) = registry.contract_rows(session, EVERYTHING, school_id="990740009404")
    assert (line.contract_number, line.buyer_bin) == ("К-5", "970240000116")


@pytest.mark.parametrize("day", ["2027-01-14", "2027-01-19"])
def test_suppliers_are_left_the_days_that_their_request_promises(
    direct: int, officer: TestClient, day: str
) -> None:
    """Three working days after Friday 15 January end on Wednesday 20 January."""
    facts = f"/decisions/{direct}/documents/facts"
    early = officer.post(facts, data={"customer": CUSTOMER, **STATED, "reply_by": day})
    assert early.status_code == 400
    assert WORDS.say("error.decision_refused.reply_by", first="20.01.2027") in plain(early.text)
    kept = officer.post(facts, data={"customer": CUSTOMER, **STATED, "reply_by": "2027-01-20"})
    assert 'value="2027-01-20"' in kept.text
