"""Letters arrive whole or the file is refused: never a wrong letter unseen (IMP-2)."""

from __future__ import annotations

import random
import re
from collections import Counter

import pytest

from tests.feeds.files import codes, read, read_text, refusal, rows_of
from tracker.domain.errors import FileRefused
from tracker.domain.register import RegisterKind, SchoolRow
from tracker.feeds.encodings import decode
from tracker.feeds.table_files import read_table

KAZAKH_LETTERS = "ӘәҒғҚқҢңӨөҰұҮүҺһІі"
WORDS = re.findall(
    r"\S+",
    "Қызылорда Ақтөбе мәдениет ғылым Әлия Әділ Өскемен сәуле үлкен ұлттық жаңа Іле шаһар ғимарат мектебі "
    "бағдарлама қауіпсіздік тәуелсіздік жоғары Шоқан Мұхамедғали Ғабит Мүсірепов Қожаберген жырау Маңғыстау "
    "Солтүстік Қазақстан облысы білім басқармасы Петропавл қаласы жалпы орта білім беретін күнә дәулет "
    "общеобразовательная школа имени Абая отдел образования города Семей управления Ғылыми ғасыр аға Іргелі",
)


def _school(name: str, encoding: str) -> bytes:
    mark = b"\xff\xfe" if encoding == "utf-16-le" else b"\xfe\xff" if encoding == "utf-16-be" else b""
    return mark + f"school_id,name\nS-1,{name}\n".encode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "kz1048"])
def test_all_kazakh_letters_arrive(encoding: str) -> None:
    name = f"Мектеп {KAZAKH_LETTERS} №5 «Ёлка» ғажап"
    assert rows_of(read(RegisterKind.SCHOOLS, _school(name, encoding))) == [SchoolRow("S-1", name)]


def test_russian_letters_in_windows_1251_arrive() -> None:
    name = "КГУ «Общеобразовательная школа №5» — Ёжик"
    assert rows_of(read(RegisterKind.SCHOOLS, _school(name, "cp1251"))) == [SchoolRow("S-1", name)]


def test_a_thousand_files_give_the_right_text_or_a_question() -> None:
    dice = random.Random(1048)
    asked: Counter[str] = Counter()
    for _ in range(1000):
        text = " ".join(dice.choices(WORDS, k=dice.choice((1, 1, 2, 3, 8))))
        encoding = dice.choice(("kz1048", "ptcp154", "ptcp154", "utf-8", "utf-16-le"))
        data = _school(text, encoding)
        if refusal(data):
            assert refusal(data) == "encoding_unclear"
            asked[encoding] += 1
        else:
            assert read_table(data, filename="x").rows[0][1][1] == text, encoding
    assert set(asked) <= {"ptcp154", "kz1048"}
    assert asked["kz1048"] < 5 < asked["ptcp154"]


def test_ordinary_kazakh_in_kz1048_is_not_questioned() -> None:
    text = "Ғабит Мүсірепов атындағы мектеп, Солтүстік Қазақстан облысы, БҒМ"
    assert decode(text.encode("kz1048")) == text


@pytest.mark.parametrize("name", ["мәдениет үйі", "мәдениет", "сәуле", "Әділ", "Ғылым ордасы"])
def test_pt154_is_asked_about_with_a_preview(name: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read_table(_school(name, "ptcp154"), filename="x")
    assert refused.value.details["reason"] == "encoding_unclear"
    assert name in str(refused.value.details["pt154"])


@pytest.mark.parametrize("encoding", ["koi8-r", "cp866", "mac_cyrillic", "utf-16-le", "utf-16-be", "utf-32"])
def test_other_encodings_are_refused(encoding: str) -> None:
    data = "school_id,name\nS-1,Общеобразовательная Школа имени Абая\n".encode(encoding)
    assert refusal(data) in ("encoding_unclear", "binary", "encoding_broken")


def test_utf8_cut_inside_a_letter_is_refused() -> None:
    assert refusal("school_id,name\nS-1,Қазақ".encode()[:-1]) == "encoding_unclear"
    assert refusal(b"\xef\xbb\xbf" + "school_id,name\nS-1,Қазақ".encode()[:-1]) == "encoding_broken"
    assert refusal(b"\xff\xfe" + "school_id,name".encode("utf-16-le")[:-1]) == "encoding_broken"


@pytest.mark.parametrize("name", ["?аза? мектебі", "мектеп ?", "Школа ??", "Ма?ат", "Ба?", "Қаза\ufffd"])
def test_letters_that_a_spreadsheet_lost_are_rejected(name: str) -> None:
    parsed = read_text(RegisterKind.SCHOOLS, f"school_id,name\nS-1,{name}\n")
    lost = name != "мектеп ?"
    assert codes(parsed.issues) == (["lost_letters"] if lost else [])


def test_a_note_may_ask_a_question() -> None:
    parsed = read_text(
        RegisterKind.TENDER_EVENTS, "tender_number,event,on,note\nT,bids,2026-01-01,Отменят?\n"
    )
    assert parsed.issues == ()


@pytest.mark.parametrize("name", ["Ќызылорда", "РњРµРєС‚РµРї"])
def test_letters_that_another_program_garbled_are_rejected(name: str) -> None:
    parsed = read_text(RegisterKind.SCHOOLS, f"school_id,name\nS-1,{name}\n")
    assert codes(parsed.issues) == ["garbled_letters"]


@pytest.mark.parametrize("sign", ["\x01", "\x7f", "\u202e", "\u2066", "\ue000"])
def test_signs_that_cannot_be_seen_are_rejected(sign: str) -> None:
    parsed = read_text(RegisterKind.SCHOOLS, f"school_id,name\nS-1,A{sign}B\n")
    assert codes(parsed.issues) == ["control_character"]
