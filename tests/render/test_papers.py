"""Papers in DOCX and PDF: complete in both languages, facts locked, hostile text printed as it is (FIL-3)."""

from __future__ import annotations

import io
import re
import string
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from tests.domain.test_drafts import AGREEMENT, SCHOOL
from tests.markup import PAYLOADS
from tracker.clock import LEGAL_ZONE
from tracker.domain.drafts import ASKED, DRAFTS, Draft, DraftKind, Held, Term, Twin, checksum, missing
from tracker.domain.vocabulary import ConditionId, ConditionStatus, RouteId
from tracker.paths import bundled
from tracker.render.archives import zip_bytes
from tracker.render.catalogs import load_catalogs
from tracker.render.documents import docx_bytes, text_of
from tracker.render.environment import make_voices
from tracker.render.numerals import numerals
from tracker.render.papers import Paper, PaperBlank, clean, compose
from tracker.render.pdf_documents import pdf_bytes, png_pages

VOICES = make_voices(load_catalogs(), zone=LEGAL_ZONE)
HOME = "https://tracker.example.kz"
CONFIRMED_AT = datetime(2027, 1, 14, 20, 0, tzinfo=UTC)
"""Already the next day where the law counts days."""
DIRECT = replace(
    AGREEMENT,
    route=RouteId.SINGLE_SOURCE,
    conditions=(
        Held(ConditionId.PURCHASE_UNDER_WAY, ConditionStatus.MET),
        Held(ConditionId.THREE_OFFERS, ConditionStatus.MET, "Асель Б.", CONFIRMED_AT, "хат № 5"),
        Held(ConditionId.HEAD_DECISION, ConditionStatus.TO_CONFIRM),
    ),
    duties=(
        Term(Twin("Есепті орналастыру", "Разместить отчёт"), 5, "signed"),
        Term(Twin("Келісім беру", "Дать согласие"), 2, "invited"),
    ),
    reason="Тендер ещё идёт.",
    head="Директор А. Әбенова",
    signed_number="К-2",
    signed_on=AGREEMENT.start_on,
    addressee="ТОО «Бір»",
    reply_days=3,
    reply_by=AGREEMENT.start_on,
    reply_to="Абай к., 3",
    contact="Асель Б., 8 7152 00 00 01",
    choice=Twin("Ең төмен баға", "Наименьшая цена"),
    price=Twin("Үш ұсыныс бойынша", "По трём предложениям"),
    assumed=Twin("дәйексөзі жоқ", "без цитаты"),
    caution=Twin("тізбе мәтіні табылмады", "текст перечня не найден"),
)
TEMPLATES = bundled("templates") / "documents"
HOSTILE = (
    "{{7*7}}", "{% for x in y %}", "{{ cycler.__init__.__globals__ }}", "{0.__class__}", "{decision}",
    "%(x)s", "<w:p><w:r/></w:p>", "&amp; <b>", "]]>", "#read(\"/etc/passwd\")", "#{sys.inputs}", "\\u{41}",
    "$ x^2 $", "*bold* _it_ `raw`", "@ref <label>", "=HYPERLINK(\"http://x\")", "ﷺ" * 30, "W" * 300,
    "\x00\x01\x0b\ufffe\u202e", "Ә" * 60 + " «№ 1»",
)  # fmt: skip


def paper_of(kind: DraftKind, **more: object) -> Paper:
    """The paper of a draft of which nothing is missing."""
    draft = AGREEMENT if kind is DraftKind.AGREEMENT else DIRECT
    return compose(replace(draft, kind=kind, **more), VOICES, home=HOME)  # type: ignore[arg-type]  # each test names its facts


@pytest.mark.parametrize("kind", DraftKind)
def test_every_paper_says_everything_in_kazakh_and_in_russian(kind: DraftKind) -> None:
    paper = paper_of(kind)
    text = "\n".join(text_of(docx_bytes(paper))).replace("\xa0", " ")
    kazakh = "".join(piece.text for row in paper.rows for piece in row.kk).replace("\xa0", " ")
    russian = "".join(piece.text for row in paper.rows for piece in row.ru).replace("\xa0", " ")
    assert "2027\xa0ж. 1 қаңтардан" in "".join(piece.text for row in paper.rows for piece in row.kk)
    assert "2027 ж. 1 қаңтардан" in kazakh
    assert "2027 ж. 28 ақпанға" in kazakh
    assert "с 1 января 2027 г. по 28 февраля 2027 г." in russian
    assert "№ 15 мектеп" in kazakh
    assert "Школа № 15" in russian
    assert re.search("[әғқңөұүһі]", kazakh)
    assert not re.search("[әғқңөұүһіӘҒҚҢӨҰҮҺІ]", re.sub("«Бір»|Әбенова", "", russian))
    assert "{" not in text
    if "amount" in ASKED[kind]:
        assert "162 500,00 ₸ (жүз алпыс екі мың бес жүз теңге 00 тиын)" in kazakh
        assert "162 500,00 ₸ (сто шестьдесят две тысячи пятьсот тенге 00 тиын)" in russian


def test_each_page_is_marked_as_a_draft_and_bears_the_code_that_leads_back() -> None:
    long = replace(AGREEMENT, places=(SCHOOL,) * 60)
    paper = compose(long, VOICES, home=HOME)
    document = Document(io.BytesIO(docx_bytes(paper)))
    section = document.sections[0]
    assert section.header.paragraphs[0].text == "ЖОБА / ПРОЕКТ"
    foot = "".join(text_of(docx_bytes(paper)))
    assert checksum(long) not in foot  # it stands under the text
    under = section.footer._element.xpath("string(.)")
    assert under.count(checksum(long)) == 2
    assert f"{HOME}/documents/check" in under
    assert section.footer._element.xpath(".//w:fldSimple/@w:instr") == ["PAGE", "NUMPAGES"]
    assert section.footer._element.xpath("string(./w:p[last()])") == "1 / 1"
    assert paper.check == f"{HOME}/documents/check?number=12&code={checksum(long)}"
    assert len(section.footer._element.xpath(".//pic:pic")) == 1
    assert len(png_pages(paper, ppi=20)) == 2


def test_an_assumed_ground_says_so_on_the_paper_and_a_cited_one_does_not() -> None:
    assumed = paper_of(DraftKind.DECISION)
    cited = paper_of(DraftKind.DECISION, assumed=None)
    notes = [row for row in assumed.rows if row.kind == "note"]
    assert [piece.text for piece in notes[0].ru] == ["Допущение, актом не подтверждено: ", "без цитаты"]
    assert sum(row.kind == "note" for row in cited.rows) == 1


@pytest.mark.parametrize("kind", [DraftKind.DECISION, DraftKind.REPORT])
def test_what_nobody_verified_of_the_ground_stands_where_the_head_signs(kind: DraftKind) -> None:
    paper = paper_of(kind, caution=DIRECT.caution)
    notes = [("".join(p.text for p in row.kk), "".join(p.text for p in row.ru)) for row in paper.rows]
    assert ("Назар аударыңыз: тізбе мәтіні табылмады", "Обратите внимание: текст перечня не найден") in notes
    sure = paper_of(kind, caution=None)
    assert not any("Обратите внимание" in piece.text for row in sure.rows for piece in row.ru)


def test_two_parties_sign_no_doubt_of_ours_and_a_purchase_that_failed_is_named_as_over() -> None:
    signed = replace(AGREEMENT, caution=DIRECT.caution)
    for repeated in (False, True):
        paper = compose(replace(signed, is_repeated=repeated), VOICES, home=HOME)
        said = "".join(piece.text for row in paper.rows for piece in row.ru)
        assert "Обратите внимание" not in said
        assert ("завершилась без договора" in said) is repeated
        assert said.count("1. Действие договора") == 1
    assert paper.title.kk == "№\xa0К-1 шартына қосымша келісім"


def test_what_a_person_confirmed_is_told_by_her_name_and_day_and_not_as_simply_met() -> None:
    rows = paper_of(DraftKind.DECISION).rows
    kazakh, russian = (
        "\n".join("".join(p.text for p in side) for side in sides)
        for sides in zip(*((row.kk, row.ru) for row in rows), strict=True)
    )
    assert "поставщиков: подтверждено: Асель Б., 15.01.2027; документ: хат № 5" in russian
    assert "сұралды: растаған: Асель Б., 15.01.2027; құжаты: хат № 5" in kazakh
    assert russian.count(": подтверждено") == 1
    assert ": да" in russian
    assert ": ещё не подтверждено" in russian


BLANKS: tuple[object, ...] = (None, "", "\u200b\x00", (), Twin("", ""))


@pytest.mark.parametrize("route", RouteId)
def test_a_paper_that_lacks_nothing_is_written_whatever_else_nobody_stated(route: RouteId) -> None:
    """Each fact is blank in turn, as a kind of nothing that it may be; what the page calls ready is ready."""
    written: set[tuple[DraftKind, str]] = set()
    for kind in DRAFTS[route]:
        whole = replace(DIRECT, kind=kind, route=route)
        needed = {"kind", "decision", "part", "route", "route_title", "service", "currency", "is_partial"}
        for name in {field.name for field in fields(Draft)} - needed:
            for blank in BLANKS:
                changed: dict[str, Any] = {name: () if isinstance(getattr(whole, name), tuple) else blank}
                if blank is not None and type(blank) is not type(getattr(whole, name)):
                    continue
                if not missing(draft := replace(whole, **changed)):
                    assert compose(draft, VOICES, home=HOME).rows
                    written.add((kind, name))
    assert {(kind, "cap_months") for kind in DRAFTS[route]} <= written
    assert (DraftKind.DECISION, "reason") in written or route is RouteId.EXTENSION


def test_a_decision_without_a_reason_points_to_what_justifies_it() -> None:
    paper = paper_of(DraftKind.DECISION, reason=None)
    said = ["".join(piece.text for piece in row.ru) for row in paper.rows]
    assert [each for each in said if each.startswith("4.")] == [
        "4. Обоснование: последние договоры и их сроки указаны в пункте 3, "
        "соблюдение условий основания – в пункте 5."
    ]
    assert pdf_bytes(paper).startswith(b"%PDF-")
    assert "4. Негіздемесі" in "\n".join(text_of(docx_bytes(paper)))


OTHER: dict[type, object] = {
    str: "басқа", int: 99, bool: True, date: date(2027, 2, 1), Decimal: Decimal(1), tuple: (),
    Twin: Twin("басқа", "иное"),
}  # fmt: skip


@pytest.mark.parametrize("kind", DraftKind)
def test_the_code_under_a_paper_stands_for_what_it_says_and_for_nothing_else(kind: DraftKind) -> None:
    base = replace(AGREEMENT if kind is DraftKind.AGREEMENT else DIRECT, kind=kind)
    paper, code = compose(base, VOICES, home=HOME), checksum(base)
    assert checksum(replace(base, is_partial=True)) == code  # whoever reads it
    of_the_record = {"kind", "decision", "part", "route", "service", "places", "is_partial"}
    for name in {field.name for field in fields(Draft)} - of_the_record:
        if (value := getattr(base, name)) is not None:
            changed = replace(base, **{name: OTHER[type(value)]})  # type: ignore[arg-type]  # each in turn
            other = compose(changed, VOICES, home=HOME)
            is_said = (other.heading, other.rows) != (paper.heading, paper.rows)
            assert (checksum(changed) != code) is is_said, name


def test_facts_stand_in_locked_fields_and_our_words_are_free() -> None:
    document = Document(io.BytesIO(docx_bytes(paper_of(DraftKind.AGREEMENT))))
    locked = [field.xpath("string(.)") for field in document.element.body.xpath("//w:sdt")]
    assert {"ТОО «Байланыс»", "Білім бөлімі", "Отдел образования", "2 месяца"} <= set(locked)
    locks = document.element.body.xpath("//w:sdt/w:sdtPr/w:lock/@w:val")
    assert set(locks) == {"sdtContentLocked"}
    assert len(locks) == len(locked)
    free = document.element.body.xpath("string(//w:tbl)")
    assert "тараптары" in free
    assert not any("тараптары" in each for each in locked)


def test_parts_of_a_file_stand_in_the_order_that_its_format_asks_for() -> None:
    body = Document(io.BytesIO(docx_bytes(paper_of(DraftKind.AGREEMENT)))).element.body
    assert body.xpath("count(//w:pPr/w:pBdr)") > 0
    assert body.xpath("//w:pPr/w:pBdr[preceding-sibling::w:spacing or preceding-sibling::w:ind]") == []
    assert body.xpath("//w:rPr/w:lang[following-sibling::*]") == []
    assert body.xpath("//w:sdt/*[1][not(self::w:sdtPr)]") == []


@pytest.mark.parametrize("kind", DraftKind)
def test_a_blank_is_never_rendered(kind: DraftKind) -> None:
    with pytest.raises(PaperBlank):
        paper_of(kind, start_on=None)
    with (
        pytest.raises(PaperBlank, match="buyer")
        if kind is not DraftKind.LETTER
        else pytest.raises(PaperBlank)
    ):
        paper_of(kind, buyer=Twin("", ""), ground=None if kind is DraftKind.LETTER else AGREEMENT.ground)


def with_text(draft: Draft, text: str) -> Draft:
    """The draft with this text in every field that holds text."""
    said: dict[str, Any] = {}
    for field in fields(draft):
        value = getattr(draft, field.name)
        if isinstance(value, Twin):
            said[field.name] = Twin(text, text)
        elif type(value) is str and field.name != "currency":
            said[field.name] = text
    place = replace(
        SCHOOL, name=Twin(text, text), address=text, bin=text, contract_number=text, ends_on=AGREEMENT.end_on
    )
    return replace(draft, **said, places=(place,), duties=(Term(Twin(text, text), 5, "signed"),))


@pytest.mark.parametrize("kind", DraftKind)
def test_fil_3_hostile_text_in_every_field_is_printed_and_not_run(kind: DraftKind, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    texts = (*HOSTILE, f"{{{{ open('{canary}','w') }}}}", f'#plugin("{canary}")')
    whole = " ".join(texts)
    base = AGREEMENT if kind is DraftKind.AGREEMENT else DIRECT
    draft = replace(with_text(base, whole), kind=kind)
    paper = compose(draft, VOICES, home=HOME)
    found = list(text_of(docx_bytes(paper)))
    assert any(clean(whole) in each for each in found)
    for text in texts:
        if clean(text):
            assert any(clean(text) in each for each in found), text
    assert pdf_bytes(paper).startswith(b"%PDF-")
    assert not canary.exists()


def test_web_2_what_would_be_markup_elsewhere_is_printed_in_every_field() -> None:
    for place in range(8):
        texts = PAYLOADS[place::8]
        paper = compose(with_text(AGREEMENT, " ".join(texts)), VOICES, home=HOME)
        found = list(text_of(docx_bytes(paper)))
        assert [text for text in texts if not any(clean(text) in each for each in found)] == []


def test_the_same_facts_give_the_same_bytes() -> None:
    paper = paper_of(DraftKind.DECISION)
    written = docx_bytes(paper)
    assert written == docx_bytes(paper_of(DraftKind.DECISION))
    with zipfile.ZipFile(io.BytesIO(written)) as archive:  # whatever the clock of the machine shows
        assert {entry.date_time[0] for entry in archive.infolist()} == {2000}
    assert pdf_bytes(paper) == pdf_bytes(paper_of(DraftKind.DECISION))
    assert zip_bytes([("1/қ.txt", b"x")]) == zip_bytes([("1/қ.txt", b"x")])
    with zipfile.ZipFile(io.BytesIO(zip_bytes([("1/қ.txt", b"x")]))) as archive:
        assert archive.namelist() == ["1/қ.txt"]


def places_of(said: Any) -> Iterator[tuple[str, set[str], set[str]]]:
    """Every pair of texts of a template with the names of their places."""
    if isinstance(said, dict):
        if "kk" in said and isinstance(said["kk"], str):
            yield said["kk"], set(_names(said["kk"])), set(_names(said["ru"]))
        for value in said.values():
            yield from places_of(value)
    if isinstance(said, list):
        for value in said:
            yield from places_of(value)


def _names(text: str) -> Iterator[str]:
    return (name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.toml")), ids=lambda path: path.stem)
def test_both_languages_of_a_text_have_the_same_places_and_these_are_plain_names(path: Path) -> None:
    found = list(places_of(tomllib.loads(path.read_text("utf-8"))))
    assert found
    for text, kazakh, russian in found:
        assert kazakh == russian, text
        assert all(name.isidentifier() for name in kazakh), text
    assert not re.search(
        r"рұқсат етеді|уақытша шарт|закон разрешает|временн\w+ договор", path.read_text("utf-8")
    )


@pytest.mark.parametrize(
    ("amount", "kazakh", "russian"),
    [
        ("0", "нөл теңге 00 тиын", "ноль тенге 00 тиын"),
        ("1001.5", "бір мың бір теңге 50 тиын", "одна тысяча один тенге 50 тиын"),
        ("2162512", "екі миллион жүз алпыс екі мың бес жүз он екі теңге 00 тиын",
         "два миллиона сто шестьдесят две тысячи пятьсот двенадцать тенге 00 тиын"),
        ("21000", "жиырма бір мың теңге 00 тиын", "двадцать одна тысяча тенге 00 тиын"),
        ("112000000000", "жүз он екі миллиард теңге 00 тиын", "сто двенадцать миллиардов тенге 00 тиын"),
        ("4000000000000", "төрт триллион теңге 00 тиын", "четыре триллиона тенге 00 тиын"),
        ("1E+40", "1E+40 KZT", "1E+40 KZT"),
    ],
)  # fmt: skip
def test_a_sum_is_told_in_words(amount: str, kazakh: str, russian: str) -> None:
    assert numerals("kk").sum(Decimal(amount), "KZT") == kazakh
    assert numerals("ru").sum(Decimal(amount), "KZT") == russian


def test_a_sum_in_another_money_names_it() -> None:
    assert numerals("ru").sum(Decimal("15.05"), "USD") == "пятнадцать USD 05/100"
