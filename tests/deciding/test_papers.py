"""The papers of a decision: what is missing is said first, and every fact is that of the record."""

from __future__ import annotations

import html
import io
import re
import zipfile
from datetime import date
from decimal import Decimal
from urllib.parse import unquote

import pytest
from starlette.testclient import TestClient

from tests.deciding.office import BOOK, TODAY, Office
from tests.people import a_person
from tests.web.conftest import Visit
from tests.web.register import FAILED, STALLED, a_contract, fill
from tracker.domain.decisions import Deed
from tracker.domain.drafts import DraftKind, checksum, missing
from tracker.domain.roles import Role
from tracker.domain.vocabulary import Language
from tracker.render.catalogs import load_catalogs
from tracker.render.documents import text_of
from tracker.services import contracting, drafting, pricing
from tracker.services.contracting import Paper
from tracker.store import journal
from tracker.store.engine import reading, transaction
from tracker.store.scope import EVERYTHING, Scope

WORDS = load_catalogs()[Language.RU]
CUSTOMER = "970240000118"
STATED = {
    "buyer_kk": "Петропавл қаласының білім бөлімі",
    "buyer_ru": "Отдел образования Петропавловска",
    "head": "Директор А. Әбенова",
    "addressee_1": "ТОО «Бір»",
    "addressee_2": "ТОО «Екі»",
    "addressee_3": "ТОО «Үш»",
    "reply_by": "2027-01-22",
    "reply_to": "Петропавл, Абай к. 3; bilim@example.org",
    "contact": "А. Әбенова, 8 7152 00 00 01",
}


@pytest.fixture
def direct(office: Office) -> int:
    """A decision on a direct contract for a school without service, priced and approved."""
    fill(office.engine, a_contract("К-0", STALLED, "2026-01-01", "2026-12-31", buyer_bin=CUSTOMER))
    draft = office.drafted("aigul", STALLED)
    person = office.person("aigul")
    with transaction(office.engine, seeing=Scope.of_person(person)) as session:
        revision = office.found(draft.number).revision
        author, prices = office.author("aigul"), (Decimal("80000"),)
        pricing.set_prices(
            session,
            author,
            person,
            draft.number,
            prices,
            revision=revision,
            reason="",
            book=BOOK,
        )
    office.decide("asel", draft.number, Deed.APPROVE)
    return draft.number


@pytest.fixture
def officer(office: Office, visit: Visit) -> TestClient:
    """The officer of the region, reading Russian."""
    return visit(office.engine, Language.RU, person=office.person("aigul"))


def plain(page: str) -> str:
    """What a page says."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def state(client: TestClient, number: int) -> None:
    """Give the facts that neither the register nor the decision holds."""
    given = client.post(
        f"/decisions/{number}/documents/facts", data={"customer": CUSTOMER, **STATED}, follow_redirects=False
    )
    assert given.headers["location"] == f"/decisions/{number}/documents"


def test_what_is_missing_is_said_and_given_once_before_anything_is_written(
    direct: int, officer: TestClient, office: Office
) -> None:
    here = f"/decisions/{direct}/documents"
    said = plain(officer.get(here).text)
    assert "Готово 1 из 6 документов" in said
    assert "название заказчика; первый руководитель" in said.replace(" ;", ";")
    refused = officer.post(here, data={"paper": "decision", "format": "pdf"})
    assert refused.status_code == 409
    state(officer, direct)
    said = plain(officer.get(here).text)
    assert "Готово 5 из 6 документов" in said
    assert "номер подписанного договора" in said
    paper = officer.post(here, data={"paper": "decision", "format": "docx"})
    assert "Решение первого руководителя" in unquote(paper.headers["content-disposition"])
    text = "\n".join(text_of(paper.content))
    for fact in (
        STATED["buyer_kk"],
        STATED["buyer_ru"],
        STATED["head"],
        "ЖОБА",
        "80 000,00",
        "сексен мың теңге",
    ):
        assert fact in text.replace("\xa0", " ") or fact == "ЖОБА"
    asked = officer.post(here, data={"paper": "request:2", "format": "docx"}).content
    assert "не позднее 22 января 2027 г. по адресу" in "".join(text_of(asked)).replace("\xa0", " ")
    assert all(STATED[name] in "".join(text_of(asked)) for name in ("addressee_2", "reply_to", "contact"))
    assert officer.post(here, data={"paper": "request:2", "format": "pdf"}).content.startswith(b"%PDF")
    with reading(office.engine, seeing=EVERYTHING) as session:
        newest = journal.entries(session, limit=4)
    assert [entry.action for entry in newest] == ["export", "export", "export", "decision"]
    assert newest[3].details["stated"] == list(STATED)


def test_three_requests_go_to_three_suppliers(direct: int, officer: TestClient) -> None:
    here = f"/decisions/{direct}/documents"
    again = {"customer": CUSTOMER, **STATED, "addressee_3": 'тоо  "бір"'}
    refused = officer.post(f"{here}/facts", data=again)
    assert refused.status_code == 400
    assert WORDS.say("error.decision_refused.addressees") in plain(refused.text)
    kept = html.unescape(refused.text)
    assert [
        name for name in STATED if f'value="{again[name]}"' not in kept
    ] == []  # what was typed is not lost
    late = officer.post(f"{here}/facts", data={"customer": CUSTOMER, **STATED, "reply_by": "ертең"})
    assert (late.status_code, 'value="ертең"' in late.text) == (400, True)
    assert "Готово 1 из 6 документов" in plain(officer.get(here).text)  # nothing of it is kept
    lacks = [WORDS.say(f"papers.missing.{name}") for name in ("addressee", "reply_by", "reply_to", "contact")]
    assert "; ".join(lacks) in plain(officer.get(here).text).replace(" ;", ";")


def test_everything_ready_comes_in_one_archive_with_what_is_missing_beside_it(
    direct: int, officer: TestClient, office: Office
) -> None:
    state(officer, direct)
    dead = office.drafted("aigul", FAILED).number
    office.decide("asel", dead, Deed.REJECT)
    taken = officer.post("/exports/documents", data={"numbers": f"{direct} {dead} 999 no"})
    assert taken.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(taken.content)) as archive:
        names = archive.namelist()
        lacking = archive.read("Не готово.txt").decode("utf-8-sig")
    assert [name for name in names if name.endswith(".docx")] == [
        f"{direct}/001 {direct} Решение первого руководителя.docx",
        f"{direct}/002 {direct} Запрос коммерческого предложения ТОО «Бір».docx",
        f"{direct}/003 {direct} Запрос коммерческого предложения ТОО «Екі».docx",
        f"{direct}/004 {direct} Запрос коммерческого предложения ТОО «Үш».docx",
        f"{direct}/005 {direct} Письмо школе Школа «Әйтеке».docx",
    ]
    assert len([name for name in names if name.endswith(".pdf")]) == 5
    assert lacking == (
        f"№ {direct} Отчёт о закупке из одного источника: номер подписанного договора\r\n"
        f"№ {dead}: Этому решению документы не нужны: оно отозвано или отклонено.\r\n"
    )


def test_the_code_under_a_paper_leads_back_to_its_decision_until_the_record_changes(
    direct: int, officer: TestClient, office: Office
) -> None:
    state(officer, direct)
    with reading(office.engine, seeing=EVERYTHING) as session:
        dossier = drafting.dossier_of(session, EVERYTHING, direct, book=BOOK)
    code = checksum(next(draft for draft in dossier.drafts if draft.kind is DraftKind.DECISION))
    asked = {"number": str(direct), "code": code.lower().replace("-", " ")}
    assert "Совпадает с записью" in officer.get("/documents/check", params=asked).text
    officer.post(
        f"/decisions/{direct}/documents/facts", data={"customer": CUSTOMER, **STATED, "head": "Другой"}
    )
    assert "такого документа нет" in officer.get("/documents/check", params=asked).text
    assert officer.get("/documents/check", params={**asked, "number": "999"}).status_code == 404


def test_the_check_of_a_paper_tells_how_its_decision_stands(
    direct: int, officer: TestClient, office: Office
) -> None:
    state(officer, direct)
    dead = office.drafted("aigul", FAILED).number
    letters, said = {}, {}
    with reading(office.engine, seeing=EVERYTHING) as session:
        for number in (direct, dead):
            drafts = drafting.dossier_of(session, EVERYTHING, number, book=BOOK).drafts
            letters[number] = checksum(next(draft for draft in drafts if draft.kind is DraftKind.LETTER))
    office.decide("asel", dead, Deed.REJECT)
    for number, code in letters.items():
        said[number] = plain(officer.get("/documents/check", params={"number": number, "code": code}).text)
        assert "Совпадает с записью" in said[number]
    unneeded = WORDS.say("papers.none")
    assert WORDS.say("decision_status.approved") in said[direct]
    assert WORDS.say("decision_status.rejected") in said[dead]
    assert (unneeded in said[direct], unneeded in said[dead]) == (False, True)
    mistyped = plain(officer.get("/documents/check", params={"number": dead, "code": letters[direct]}).text)
    assert unneeded in mistyped
    assert WORDS.say("papers.check.again") not in mistyped


def test_after_signing_the_report_says_what_was_signed_and_asks_why(
    direct: int, officer: TestClient, office: Office
) -> None:
    state(officer, direct)
    with reading(office.engine, seeing=EVERYTHING) as session:
        before = drafting.dossier_of(session, EVERYTHING, direct, book=BOOK)
    (sent,) = (draft for draft in before.drafts if draft.kind is DraftKind.LETTER)
    person = office.person("aigul")
    with transaction(office.engine, seeing=Scope.of_person(person)) as session:
        paper = Paper(
            "К-2-1", TODAY, TODAY, date(2027, 3, 14), (Decimal("79000"),), "ТОО «Екі»", "941240000193"
        )
        contracting.record(
            session, office.author("aigul"), person, direct, paper,
            revision=office.found(direct).revision, today=TODAY, book=BOOK,
        )  # fmt: skip
        dossier = drafting.dossier_of(session, EVERYTHING, direct, book=BOOK)
    report = next(draft for draft in dossier.drafts if draft.kind is DraftKind.REPORT)
    assert (report.signed_number, report.supplier, report.amount) == ("К-2-1", "ТОО «Екі»", Decimal("79000"))
    assert missing(report) == ("choice", "price")
    (letter,) = (draft for draft in dossier.drafts if draft.kind is DraftKind.LETTER)
    for draft, is_earlier in ((sent, True), (letter, False)):
        asked = {"number": str(direct), "code": checksum(draft)}
        said = plain(officer.get("/documents/check", params=asked).text)
        assert "Совпадает с записью" in said
        assert (WORDS.say("papers.check.before_signing") in said) is is_earlier


def test_what_holds_of_a_customer_is_proposed_for_its_next_decision(
    direct: int, officer: TestClient, office: Office
) -> None:
    state(officer, direct)
    fill(office.engine, a_contract("K-6", FAILED, "2026-01-01", "2026-12-31", buyer_bin=CUSTOMER))
    later = office.drafted("aigul", FAILED)
    here = f"/decisions/{later.number}/documents"
    with reading(office.engine, seeing=EVERYTHING) as session:
        dossier = drafting.dossier_of(session, EVERYTHING, later.number, book=BOOK)
        (letter,) = (draft for draft in dossier.drafts if draft.kind is DraftKind.LETTER)
    assert {each.head for each in dossier.drafts} == {None}  # no paper says it before a person confirms it
    assert missing(letter) == ()
    page = officer.get(here).text
    assert f'value="{STATED["head"]}"' in page
    assert WORDS.say("papers.offered") in plain(page)
    assert STATED["addressee_1"] not in re.findall(r'name="addressee_1"[^>]*value="([^"]*)"', page)
    confirmed = {name: STATED[name] for name in ("buyer_kk", "buyer_ru", "head", "reply_to", "contact")}
    page = officer.post(f"{here}/facts", data={"customer": CUSTOMER, **confirmed}).text
    assert WORDS.say("papers.offered") not in plain(page)
    with reading(office.engine, seeing=EVERYTHING) as session:
        dossier = drafting.dossier_of(session, EVERYTHING, later.number, book=BOOK)
    assert {each.head for each in dossier.drafts} == {STATED["head"]}


def test_what_was_stated_before_stays_with_who_changed_it(
    direct: int, officer: TestClient, office: Office
) -> None:
    state(officer, direct)
    here = f"/decisions/{direct}/documents"
    assert WORDS.say("papers.before") not in plain(officer.get(here).text)
    for head in ("Другой", ""):
        data = {"customer": CUSTOMER, **STATED, "head": head}
        said = plain(officer.post(f"{here}/facts", data=data).text)
    for value in (STATED["head"], "Другой"):
        assert f"{WORDS.say('papers.given.head')}: {value}" in said
    assert office.person("aigul").name in said


def test_nothing_is_stated_for_a_settled_decision(direct: int, officer: TestClient, office: Office) -> None:
    other = office.drafted("aigul", FAILED).number
    state(officer, other)
    office.decide("asel", other, Deed.REJECT)
    refused = officer.post(
        f"/decisions/{other}/documents/facts", data={"customer": "", **STATED, "head": "Другой"}
    )
    assert refused.status_code == 400
    assert WORDS.say("error.decision_refused.settled") in plain(refused.text)
    person = office.person("aigul")
    with transaction(office.engine, seeing=EVERYTHING) as session:
        contracting.record(
            session, office.author("aigul"), person, direct,
            Paper("К-2-1", TODAY, TODAY, date(2027, 3, 14), (Decimal("79000"),), "ТОО «Екі»", "941240000193"),
            revision=office.found(direct).revision, today=TODAY, book=BOOK,
        )  # fmt: skip
    state(officer, direct)  # the report after signing still asks for facts
    lacking = "Отчёт о закупке из одного источника: причина выбора поставщика; обоснование цены"
    assert lacking in plain(officer.get(f"/decisions/{direct}").text)
    office.decide("aigul", direct, Deed.CLOSE)
    assert lacking in plain(officer.get(f"/decisions/{direct}").text)
    here = f"/decisions/{direct}/documents"
    open_still = officer.get(here).text
    assert re.findall(r'name="(head|choice_kk|price_ru)"', open_still) == ["choice_kk", "price_ru"]
    why = {"choice_kk": "жақын", "choice_ru": "ближе", "price_kk": "арзан", "price_ru": "дешевле"}
    officer.post(f"{here}/facts", data={"customer": CUSTOMER, "head": "Басқа", **why})
    closed = officer.get(here).text
    assert WORDS.say("papers.state.settled") in plain(closed)
    assert "Басқа" not in closed
    assert 'name="choice_kk"' not in closed


def test_a_foreign_decision_has_no_papers_and_readers_without_the_right_give_nothing(
    direct: int, office: Office, visit: Visit
) -> None:
    stranger = visit(office.engine, person=office.person("dana"))
    for number in (direct, 999):
        assert stranger.get(f"/decisions/{number}/documents").status_code == 404
        assert stranger.post(f"/decisions/{number}/documents", data={"format": "zip"}).status_code == 404
        assert stranger.post(f"/decisions/{number}/documents/facts", data=STATED).status_code == 404
        assert stranger.post("/exports/documents", data={"numbers": str(number)}).status_code == 409
    auditor = visit(office.engine, person=a_person(Role.AUDITOR))
    assert auditor.get(f"/decisions/{direct}/documents").status_code == 200
    assert auditor.post(f"/decisions/{direct}/documents/facts", data=STATED).status_code == 403


def test_the_papers_of_a_whole_list_are_one_click_away(direct: int, officer: TestClient) -> None:
    listed = officer.get("/suggestions?step=sign").text
    assert f'name="numbers" value="{direct}"' in listed
    assert f'href="/decisions/{direct}/documents"' in officer.get(f"/decisions/{direct}").text
